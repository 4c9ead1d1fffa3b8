import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.data.checks import find_problems

GOOD = {
    "row": "a-1",
    "adsorbate": "CO",
    "energy_ev": "-0.5",
    "reference": "CO(g)",
    "functional": "RPBE",
    "status": "ok",
    "status_note": "",
    "surface": "Ni@Cu(100)",
    "site_kind": "ontop",
    "site_atoms": "Cu:1",
    "same_layer": "Cu:4",
    "sublayer": "Ni:4",
    "family": "overlayer",
    "elements": "Cu-Ni",
    "host": "Cu",
    "source": "a",
}


def problems_of(**changed):
    return find_problems(pd.DataFrame([{**GOOD, **changed}]))


def test_a_good_row_has_no_problem():
    assert problems_of() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("row", ""),
        ("adsorbate", "carbon monoxide"),
        ("adsorbate", "Qz"),
        ("energy_ev", ""),
        ("energy_ev", "nan"),
        ("energy_ev", "-25"),
        ("energy_ev", "0,5"),
        ("reference", "CO"),
        ("reference", "1/2 N2(g)"),
        ("functional", ""),
        ("coverage_ml", "-0.25"),
        ("status", "fine"),
        ("status", "suspect"),
        ("surface", "Cu"),
        ("surface", " Ni@Cu(100)"),
        ("site_kind", "top"),
        ("site_kind", "bridge"),
        ("site_atoms", "Cu1"),
        ("site_atoms", "Pt:1"),
        ("site_atoms", ""),
        ("sublayer", "Ni:2 Cu:2"),
        ("family", "pure"),
        ("family", "alloy"),
        ("elements", "Ni-Cu"),
        ("elements", "Cu"),
        ("host", "Pt"),
        ("lattice_a_ang", "0.36"),
    ],
)
def test_every_broken_cell_is_found_and_says_what_is_allowed(name, value):
    problems = problems_of(**{name: value})
    assert problems
    assert all(problem.row == 2 and problem.allowed for problem in problems)


def test_all_problems_of_all_rows_come_at_once_ordered_by_row():
    table = pd.DataFrame(
        [GOOD, {**GOOD, "energy_ev": "x", "site_kind": "y"}, {**GOOD, "host": "Z"}]
    )
    found = [(problem.row, problem.column) for problem in find_problems(table)]
    assert found[0] == (3, "row")
    assert (3, "energy_ev") in found
    assert (3, "site_kind") in found
    assert (4, "host") in found
    assert [row for row, _ in found] == sorted(row for row, _ in found)


def test_row_numbers_of_the_source_are_used():
    table = pd.DataFrame([{**GOOD, "energy_ev": "x"}])
    assert [problem.row for problem in find_problems(table, row_numbers=[118])] == [118]


def test_a_missing_and_an_unknown_column_are_named():
    table = pd.DataFrame([GOOD]).drop(columns="energy_ev").assign(energy="-0.5")
    problems = {problem.column: problem for problem in find_problems(table)}
    assert problems["energy_ev"].value == "missing"
    assert "'energy_ev'" in problems["energy"].allowed


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text(max_size=12), max_size=4))
def test_any_text_is_judged_without_an_exception(changed):
    for problem in problems_of(**changed):
        assert problem.column in GOOD
