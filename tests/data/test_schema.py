import pytest

from catml.data.schema import COLUMN_NAMES, COLUMNS, REQUIRED, Problem, Status, column


def test_every_status_says_what_it_means():
    meanings = [status.meaning for status in Status]
    assert len(set(meanings)) == len(Status) == 8


def test_columns_are_unique_and_numbers_have_bounds():
    assert len(set(COLUMN_NAMES)) == len(COLUMNS)
    for declared in COLUMNS:
        assert declared.meaning
        if declared.is_number:
            assert declared.minimum is not None
            assert declared.maximum is not None


def test_an_energy_never_travels_alone():
    assert {"adsorbate", "energy_ev", "reference", "functional", "source", "status"} <= set(
        REQUIRED
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [("energy_ev", "-20 to 20 eV"), ("site_kind", "ontop, bridge, hollow"), ("sublayer", "Cu:2")],
)
def test_a_column_says_what_it_may_hold(name, words):
    declared = column(name)
    assert declared is not None
    assert words in declared.allowed_text()


def test_a_name_outside_the_schema_has_no_column():
    assert column("energy") is None


def test_a_problem_names_row_column_value_and_what_is_allowed():
    text = str(Problem(7, "site_kind", "top", "ontop, bridge, hollow"))
    assert text == "row 7, column 'site_kind': 'top'; allowed: ontop, bridge, hollow"
    assert str(Problem(0, "energy_ev", "missing", "a number")).startswith("column 'energy_ev'")
