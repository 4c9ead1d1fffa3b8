import pytest

from catml.data.site_labels import SiteLabel, choose_site, letter_elements, parse_site_label
from catml.structures.surface import Surface


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("top", SiteLabel("ontop")),
        ("On-top", SiteLabel("ontop")),
        ("fcc", SiteLabel("hollow", "fcc")),
        ("4fold", SiteLabel("hollow", "4fold")),
        ("long bridge", SiteLabel("bridge", "long")),
        ("top|A", SiteLabel("ontop", atoms=("A",))),
        ("bridge|A_B|A", SiteLabel("bridge", atoms=("A", "B"), below="A")),
        ("hollow|Pt_Pt_Ni|HCP", SiteLabel("hollow", "hcp", ("Pt", "Pt", "Ni"))),
    ],
)
def test_labels_are_understood(text, label):
    assert parse_site_label(text) == label


@pytest.mark.parametrize("text", ["", "subsurface", "hollow|A_A_B|fcc|x", "top|A|B"])
def test_labels_that_are_not_understood_give_none(text):
    assert parse_site_label(text) is None


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ni3Al(111)", {"A": "Ni", "B": "Al"}),
        ("PtCu(101)", {"A": "Cu", "B": "Pt"}),
        ("Cu(111)", {"A": "Cu"}),
    ],
)
def test_letters_mean_majority_or_first_element(name, letters):
    assert letter_elements(Surface(name)) == letters


def site(kind, atoms, sublayer, *, subtype="", key="s"):
    return {
        "site": key,
        "site_kind": kind,
        "site_subtype": subtype,
        "site_atoms": atoms,
        "same_layer": "",
        "sublayer": sublayer,
    }


# Zones of A3B(111) by hand: below A lie 2 A and 1 B, below B 3 A; two A-A bridges differ in the
# second-layer atom that both touch.
A3B = [
    site("ontop", "Pt:1", "Ni:1 Pt:2"),
    site("ontop", "Ni:1", "Pt:3"),
    site("bridge", "Pt:2", "Ni:2 Pt:3", key="over-pt"),
    site("bridge", "Pt:2", "Ni:1 Pt:4", key="over-ni"),
]
LETTERS = {"A": "Pt", "B": "Ni"}


@pytest.mark.parametrize(
    ("label", "key"), [("bridge|A_A|A", "over-pt"), ("bridge|A_A|B", "over-ni")]
)
def test_the_second_layer_atom_tells_two_bridges_apart(label, key):
    chosen, reason = choose_site(A3B, parse_site_label(label), LETTERS)
    assert chosen is not None
    assert (chosen["site"], reason) == (key, "")


def test_a_label_that_fits_several_sites_chooses_none_and_says_so():
    chosen, reason = choose_site(A3B, parse_site_label("bridge"), LETTERS)
    assert chosen is None
    assert "fits 2 distinct sites" in reason


def test_a_label_that_fits_no_site_says_so():
    chosen, reason = choose_site(A3B, parse_site_label("hollow|B_B_B|FCC"), LETTERS)
    assert chosen is None
    assert "no site" in reason


# The close-packed facet of L1_0 turns into bcc(110) as c/a falls to 0.707: pairs of sites that a
# label tells apart become alike.
STRAINED = [
    site("ontop", "Cu:1", "Cu:2 Pd:2"),
    site("ontop", "Pd:1", "Cu:2 Pd:2"),
    site("bridge", "Cu:1 Pd:1", "Cu:3 Pd:3", subtype="short", key="short-1"),
    site("bridge", "Cu:1 Pd:1", "Cu:3 Pd:3", subtype="short", key="short-2"),
    site("hollow", "Cu:2 Pd:1", "Cu:4 Pd:4", subtype="3fold", key="3fold-1"),
    site("hollow", "Cu:2 Pd:1", "Cu:4 Pd:4", subtype="3fold", key="3fold-2"),
    site("hollow", "Cu:1 Pd:2", "Cu:4 Pd:4", subtype="3fold", key="3fold-3"),
]


@pytest.mark.parametrize(
    ("label", "key", "subtype"),
    [
        ("hollow|A_A_B|FCC", "", "3fold"),
        ("hollow|A_A_B|HCP", "", "3fold"),
        ("hollow|A_B_B|FCC", "3fold-3", "3fold"),
        ("bridge|A_B|A", "", "short"),
    ],
)
def test_sites_alike_in_all_zones_are_one_without_an_id(label, key, subtype):
    chosen, reason = choose_site(STRAINED, parse_site_label(label), {"A": "Cu", "B": "Pd"})
    assert chosen is not None
    assert (chosen["site"], chosen["site_subtype"], reason) == (key, subtype, "")
