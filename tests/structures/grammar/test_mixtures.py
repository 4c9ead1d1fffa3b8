from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.grammar.mixtures import (
    Mixture,
    fractional_formula,
    nearest_counts,
    read_mixture,
)

shares = st.lists(st.integers(1, 400), min_size=2, max_size=5).map(
    lambda weights: [weight / sum(weights) for weight in weights]
)


@given(shares, st.integers(1, 200))
def test_counts_sum_up_and_are_within_one_atom(fractions: list[float], n_atoms: int) -> None:
    counts = nearest_counts(fractions, n_atoms)
    assert sum(counts) == n_atoms
    for count, fraction in zip(counts, fractions, strict=True):
        assert abs(count - fraction * n_atoms) < 1 + 1e-9


@given(st.integers(1, 99), st.integers(1, 200))
def test_counts_of_two_elements_are_the_nearest(percent: int, n_atoms: int) -> None:
    _, minority = nearest_counts([1 - percent / 100, percent / 100], n_atoms)
    assert abs(minority - Fraction(percent * n_atoms, 100)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("weights", "formula"),
    [
        ({"Cu": 75, "Pd": 25}, "Cu0.75Pd0.25"),
        ({"Pt": 3, "Ni": 2}, "Pt0.6Ni0.4"),
        ({"Pt": 1, "Ni": 1, "Cu": 1}, "Pt0.34Ni0.33Cu0.33"),
        ({"Cu": 7, "Au": 1}, "Cu0.875Au0.125"),
        ({"Cu": 0.6, "Pd": 0.3}, "Cu0.67Pd0.33"),
        ({"Cu": 999, "Pd": 1}, "Cu0.999Pd0.001"),
        ({"Cu": 999_999, "Pd": 1}, "Cu0.9999Pd0.0001"),
    ],
)
def test_proportions_become_fractional_formulas(weights: dict[str, float], formula: str) -> None:
    assert fractional_formula(weights) == formula
    assert read_mixture(formula).formula == formula


def test_main_element_and_shares() -> None:
    mixture = read_mixture("Pd0.2Cu0.4Au0.4", "ordered")
    assert mixture.main == "Cu"
    assert mixture.shares == {"Pd": 0.2, "Cu": 0.4, "Au": 0.4}
    assert mixture.name == "Pd0.2Cu0.4Au0.4{ordered}"
    assert not mixture.is_pure
    pure = Mixture(("Pt",))
    assert (pure.name, pure.main, pure.is_pure) == ("Pt", "Pt", True)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (None, "Cu0.5Pd0.5"),
        ("seed=0", "Cu0.5Pd0.5"),
        ("seed=12", "Cu0.5Pd0.5{seed=12}"),
        ("ordered", "Cu0.5Pd0.5{ordered}"),
        ("ordered,seed=0", "Cu0.5Pd0.5{ordered}"),
        ("ordered,seed=3", "Cu0.5Pd0.5{ordered,seed=3}"),
    ],
)
def test_options_have_one_spelling(options: str | None, name: str) -> None:
    assert read_mixture("Cu0.5Pd0.5", options).name == name


@pytest.mark.parametrize("options", ["", "seed", "seed=", "seed=1.5", "random", "ordered,", "٣"])
def test_options_that_say_nothing(options: str) -> None:
    with pytest.raises(SurfaceError, match=r"Allowed are \{seed=3\}"):
        read_mixture("Cu0.5Pd0.5", options)
