import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.data.d_band_schema import D_BAND_COLUMNS, find_d_band_problems
from tests.data.d_band_rows import CELLS, cells


def problems(**changes: str) -> list[str]:
    return [str(problem) for problem in find_d_band_problems(cells(**changes))]


def test_a_good_row_passes() -> None:
    assert problems() == []
    assert problems(system="Pt3Ni", system_kind="bulk", surface="", layer="", layers="") == []
    assert problems(spin="up", spin_polarized="yes") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"spin": "left", "spin_polarized": "yes"},
            "'spin': 'left'; allowed: both, up, down",
        ),
        ({"spin": "up"}, "'spin': 'up'; allowed: both, in a row of spin_polarized no"),
        ({"filling": "1.2"}, "allowed: a number from 0 to 1"),
        ({"rms_width_ev": "0"}, "'rms_width_ev': '0'"),
        ({"rms_width_ev": "wide"}, "'rms_width_ev': 'wide'"),
        ({"window_high_ev": "-1"}, "allowed: a number from 0 to 60 eV"),
        ({"window_low_ev": "0", "window_high_ev": "0"}, "an energy above window_low_ev, 0"),
        ({"d_band_center_ev": "9"}, "an energy in the window, -10 to 5 eV"),
        ({"d_states": "9.9"}, "no more than d_states_found, 9.72"),
        ({"layer": "6"}, "'layer': '6'; allowed: a number from 1 to the 5 layers of the slab"),
        ({"layer": "1.5"}, "'layer': '1.5'; allowed: a whole number"),
        ({"layer": ""}, "the layer of the atom"),
        ({"element": "Pt"}, "'element': 'Pt'; allowed: an element of Cu(111)"),
        ({"element": "Qq", "surface": ""}, "allowed: a chemical symbol"),
        ({"surface": "Cu(11"}, "allowed: a surface name"),
        ({"system_kind": "bulk", "surface": "Cu(111)"}, "nothing in a row of system_kind bulk"),
        ({"system_kind": "bulk", "surface": ""}, "'layer': '1'; allowed: nothing in a row of"),
        ({"system_kind": "wire"}, "allowed: slab, bulk, other"),
        ({"k_points": "12,12,1"}, "three whole numbers joined by x, as 12x12x1"),
        ({"functional": ""}, "'functional': 'empty'"),
    ],
)
def test_a_bad_cell_is_named_with_what_is_allowed(changes: dict[str, str], words: str) -> None:
    found = problems(**changes)
    assert len(found) == 1
    assert found[0].startswith("row 2, column ")
    assert words in found[0]


def test_columns_outside_the_schema_and_missing_ones_are_named() -> None:
    table = cells().rename(columns={"rms_width_ev": "rms_width"})
    first, second = (str(problem) for problem in find_d_band_problems(table))
    assert first.startswith("column 'rms_width_ev': 'missing'")
    assert second.endswith("a column of the schema, perhaps 'rms_width_ev'")


def test_a_key_may_stand_once() -> None:
    import pandas as pd

    twice = pd.concat([cells(), cells()], ignore_index=True)
    assert ["a key no other row" in str(problem) for problem in find_d_band_problems(twice)]


@given(st.dictionaries(st.sampled_from(sorted(CELLS)), st.text(max_size=8), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_problems_and_never_an_error(changes: dict[str, str]) -> None:
    names = {column.name for column in D_BAND_COLUMNS}
    for problem in find_d_band_problems(cells(**changes)):
        assert problem.column in names
        assert problem.allowed


def test_numbers_say_their_unit() -> None:
    for column in D_BAND_COLUMNS:
        ends = {"_ev": "eV", "_ang": "Å", "_mub": "µB"}
        for end, unit in ends.items():
            assert column.name.endswith(end) == (column.unit == unit), column.name
