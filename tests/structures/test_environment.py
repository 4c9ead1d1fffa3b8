import pytest
from ase.build import bcc100, bcc110, fcc100, fcc110, fcc111, fcc211
from hypothesis import given
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.environment import (
    SiteEnvironment,
    count_elements,
    format_zone,
    parse_zone,
    site_environment,
)
from catml.structures.sites import find_sites

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


# Numbers of atoms in the three zones. On fcc and on bcc(110) they are motifs of pure metals in the
# published CO data (doi:10.1021/acs.jcim.1c00726); those of bcc(100) are counted by hand.
MOTIFS = [
    (fcc111("Cu", (1, 1, 4), vacuum=6), "ontop-1", (1, 6, 3)),
    (fcc111("Cu", (1, 1, 4), vacuum=6), "bridge-1", (2, 8, 5)),
    (fcc111("Cu", (1, 1, 4), vacuum=6), "hollow-fcc-1", (3, 9, 6)),
    (fcc111("Cu", (1, 1, 4), vacuum=6), "hollow-hcp-1", (3, 9, 7)),
    (fcc111("Cu", (3, 3, 4), vacuum=6), "hollow-hcp-1", (3, 9, 7)),
    (fcc100("Cu", (1, 1, 4), vacuum=6), "ontop-1", (1, 4, 4)),
    (fcc100("Cu", (1, 1, 4), vacuum=6), "bridge-1", (2, 6, 6)),
    (fcc100("Cu", (1, 1, 4), vacuum=6), "hollow-4fold-1", (4, 8, 9)),
    (fcc110("Cu", (1, 1, 6), vacuum=6), "ontop-1", (1, 6, 1)),
    (fcc110("Cu", (1, 1, 6), vacuum=6), "bridge-1", (2, 8, 2)),
    (fcc211("Cu", (3, 1, 4), vacuum=6), "ontop-1", (1, 4, 3)),
    (fcc211("Cu", (3, 1, 4), vacuum=6), "bridge-1", (2, 5, 5)),
    (bcc110("W", (1, 1, 5), vacuum=6), "ontop-1", (1, 6, 4)),
    (bcc110("W", (1, 1, 5), vacuum=6), "bridge-short-1", (2, 8, 6)),
    (bcc100("W", (1, 1, 6), vacuum=6), "ontop-1", (1, 4, 5)),
]


@pytest.mark.parametrize(("slab", "site_id", "motif"), MOTIFS)
def test_zones_of_pure_metals(slab, site_id, motif):
    (site,) = (site for site in find_sites(slab) if site.id == site_id)
    zones = site_environment(slab, site)
    sizes = [
        sum(n for _, n in zone) for zone in (zones.site_atoms, zones.same_layer, zones.sublayer)
    ]
    assert tuple(sizes) == motif


def test_zones_hold_the_elements_around_the_site():
    slab = fcc111("Cu", (1, 1, 4), vacuum=6)
    slab.symbols[2] = "Ni"
    hcp = find_sites(slab)[-1]
    assert hcp.id == "hollow-hcp-1"
    assert site_environment(slab, hcp) == SiteEnvironment((("Cu", 3),), (("Cu", 9),), (("Ni", 7),))
    assert site_environment(slab, hcp).text() == ("Cu:3", "Cu:9", "Ni:7")
