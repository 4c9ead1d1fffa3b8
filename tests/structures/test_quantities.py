import numpy as np
import pytest

from catml.structures.quantities import is_count, is_number, is_positive


@pytest.mark.parametrize("value", [0, -3, np.int64(7)])
def test_whole_numbers_are_counts_and_numbers(value):
    assert is_count(value)
    assert is_number(value)


@pytest.mark.parametrize("value", [0.5, np.float32(2.0), -1e300])
def test_fractions_are_numbers_but_no_counts(value):
    assert is_number(value)
    assert not is_count(value)


@pytest.mark.parametrize("value", [True, np.True_, None, "1", 1j, [1], np.array([1])])
def test_what_is_no_number_is_neither(value):
    assert not is_number(value)
    assert not is_count(value)


def test_only_what_is_finite_is_a_number_and_only_what_is_above_zero_positive():
    assert not any(map(is_number, (np.inf, -np.inf, np.nan)))
    assert [is_positive(x) for x in (1e-9, 2, 0, -1.0, np.inf, True)] == [True] * 2 + [False] * 4
