import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.environment import count_elements, format_zone, parse_zone

SYMBOLS = ["Ag", "Al", "Au", "Cu", "H", "N", "Ni", "Pd", "Pt", "Ru", "W", "Zr"]


@given(st.dictionaries(st.sampled_from(SYMBOLS), st.integers(1, 40)))
def test_zone_text_round_trips(counts):
    assert parse_zone(format_zone(counts)) == counts


@given(st.dictionaries(st.sampled_from(SYMBOLS), st.integers(1, 40), min_size=2))
def test_zone_text_does_not_depend_on_the_order_of_elements(counts):
    backwards = dict(reversed(counts.items()))
    assert format_zone(backwards) == format_zone(counts)


def test_zone_text_is_sorted_by_symbol_and_leaves_absent_elements_out():
    assert format_zone({"Pd": 1, "Cu": 2, "Ag": 0}) == "Cu:2 Pd:1"
    assert format_zone({}) == ""


@pytest.mark.parametrize("text", ["Cu", "Cu:0", "Cu:-1", "cu:1", "Xx:2", "Cu:1,Pd:2", "Cu:1.5"])
def test_zone_text_that_is_not_element_and_count_is_refused(text):
    with pytest.raises(SurfaceError, match="not an element and a positive count"):
        parse_zone(text)


def test_zone_naming_an_element_twice_is_refused():
    with pytest.raises(SurfaceError, match="names Cu twice"):
        parse_zone("Cu:1 Cu:2")


@pytest.mark.parametrize("counts", [{"Qq": 1}, {"Cu": -1}])
def test_zone_of_impossible_counts_cannot_be_written(counts):
    with pytest.raises(SurfaceError, match="cannot hold"):
        format_zone(counts)


def test_elements_are_counted_and_sorted():
    assert count_elements(["Zr", "Cu", "Zr"]) == (("Cu", 1), ("Zr", 2))
    assert count_elements([]) == ()
