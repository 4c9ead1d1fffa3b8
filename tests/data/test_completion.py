import pandas as pd
import pytest

from catml.data.completion import closest_site, complete_cells


def completed(**cells):
    (row,) = complete_cells(pd.DataFrame([cells]), source="mine").to_dict("records")
    return row


def test_spellings_become_the_one_that_is_compared():
    row = completed(
        surface="Pt3Ni[L12](111)",
        reference="0.5 N2(g)",
        site_atoms="Pt:2 Ni:1",
        same_layer="Pt:7 Ni:2",
        sublayer="",
    )
    assert (row["surface"], row["reference"]) == ("Pt3Ni(111)", "1/2 N2(g)")
    assert (row["site_atoms"], row["same_layer"]) == ("Ni:1 Pt:2", "Ni:2 Pt:7")


def test_what_cannot_be_read_is_left_for_the_checks():
    row = completed(surface="Pt(", reference="half", site_atoms="Pt")
    assert (row["surface"], row["reference"], row["site_atoms"]) == ("Pt(", "half", "Pt")


def test_given_cells_are_kept():
    row = completed(surface="Cu(100)", site_label="top", row="r7", host="Cu", status="suspect")
    assert (row["row"], row["status"], row["source"]) == ("r7", "suspect", "mine")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"surface": "Cu(100)", "site_label": "fcc"}, "no site of this label"),
        ({"surface": "Cu(100)", "site_label": "behind"}, "'behind' is not understood; known: top"),
        ({"surface": "Cu(100)", "site": "hollow-fcc-1"}, "it has ontop-1, bridge-1"),
        ({"surface": "Cu(100)"}, "the source names no site"),
        ({"elements": "Cu"}, "the surface has no known name"),
    ],
)
def test_a_row_without_a_site_says_why(cells, words):
    row = completed(**cells)
    assert row["status"] == "no-site"
    assert words in row["status_note"]


def test_our_own_site_id_is_taken():
    row = completed(surface="Cu(100)", site="bridge-1")
    assert (row["site_kind"], row["site_atoms"], row["sublayer"]) == ("bridge", "Cu:2", "Cu:6")


def zones(kind, *texts):
    return {"site_kind": kind} | dict(
        zip(("site_atoms", "same_layer", "sublayer"), texts, strict=True)
    )


def test_a_relaxed_step_is_put_back_on_its_ideal_site():
    # On top of the step edge of (211): 4 neighbours beside, 3 below; relaxed, one of them rises.
    found = closest_site("Ag(211)", zones("ontop", "Ag:1", "Ag:5", "Ag:2"))
    assert (found["same_layer"], found["sublayer"]) == ("Ag:4", "Ag:3")
    assert found["site"] == "ontop-1"


def test_sites_with_equal_zones_give_zones_without_an_id():
    # Two bridges of (211), on the terrace and behind the edge, have 2 | 8 | 5 alike.
    found = closest_site("Pt(211)", zones("bridge", "Pt:2", "Pt:8", "Pt:5"))
    assert found == zones("bridge", "Pt:2", "Pt:8", "Pt:5")


def test_binding_atoms_a_surface_does_not_have_give_nothing():
    assert closest_site("Pt(111)", zones("hollow", "Pt:4", "Pt:8", "Pt:9")) == {}
