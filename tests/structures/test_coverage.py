import numpy as np
import pytest
from ase.build import bcc110, fcc100, fcc111, fcc211, root_surface
from ase.cluster import Icosahedron

from catml.errors import SurfaceError
from catml.structures.coverage import cover
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

PT2 = fcc111("Pt", (2, 2, 4), vacuum=10)
PT3 = fcc111("Pt", (3, 3, 4), vacuum=10)
PT4 = fcc111("Pt", (4, 4, 3), vacuum=10)
CU2 = fcc100("Cu", (2, 2, 4), vacuum=10)
ROOT3 = root_surface(fcc111("Pt", (1, 1, 4), vacuum=10), 3)


def site_of(slab, site_id):
    return next(site for site in find_sites(slab) if site.id == site_id)


def nearest_ang(covered, symbol):
    """Nearest distance between atoms of one element in an infinite layer, in Å."""
    layer = covered[[atom.index for atom in covered if atom.symbol == symbol]]
    layer = layer.repeat((3, 3, 1))
    distances = layer.get_all_distances()
    return float(distances[distances > 1e-3].min())


# Coverage in ML, and the nearest distance of adsorbates in nearest-neighbour distances.
@pytest.mark.parametrize(
    ("slab", "coverage", "expected"),
    [
        (PT2, 1 / 4, 2.0),
        (PT4, 1 / 4, 2.0),
        (PT3, 1 / 3, np.sqrt(3)),
        (ROOT3, 1 / 3, np.sqrt(3)),
        (PT2, 1 / 2, 1.0),
        (PT3, 2 / 3, 1.0),
        (PT2, 1.0, 1.0),
        (CU2, 1 / 4, 2.0),
        (CU2, 1 / 2, np.sqrt(2)),
        (CU2, 1.0, 1.0),
    ],
)
def test_textbook_coverages(slab, coverage, expected):
    spacing = np.sort(slab.repeat((2, 2, 1)).get_distances(0, range(1, 4 * len(slab))))[0]
    for site in find_sites(slab):
        covered = cover(slab, site, "O", coverage_ml=coverage)
        assert nearest_ang(covered, "O") == pytest.approx(expected * spacing, rel=1e-2)
        assert covered.info["coverage_ml"] == pytest.approx(coverage)


@pytest.mark.parametrize(("coverage", "count"), [(0.33, 3), (0.67, 6), (0.11, 1), (1, 9)])
def test_rounded_coverages_are_understood(coverage, count):
    covered = cover(PT3, site_of(PT3, "hollow-fcc-1"), "H", coverage_ml=coverage)
    assert covered.symbols.count("H") == count
    assert len(covered.info["adsorbates"]) == count


def test_stepped_surfaces_count_every_exposed_atom():
    slab = fcc211("Pt", (3, 3, 4), vacuum=10)
    edge = site_of(slab, "ontop-1")
    assert cover(slab, edge, "CO", coverage_ml=1 / 9).symbols.count("C") == 1
    assert cover(slab, edge, "CO", coverage_ml=1 / 3).symbols.count("C") == 3
    with pytest.raises(SurfaceError, match=r"ontop-1 has 3 copies on the 9 surface .* up to 1/3"):
        cover(slab, edge, "CO", coverage_ml=2 / 3)


def test_a_site_of_an_alloy_has_fewer_copies_than_the_surface_has_atoms():
    slab = Surface("Pt3Ni(111)").slab(size=(2, 2))
    nickel = next(site for site in find_sites(slab) if site.elements == ("Ni",))
    covered = cover(slab, nickel, "CO", coverage_ml=1 / 4)
    assert covered.symbols.count("C") == 4
    with pytest.raises(SurfaceError, match="up to 1/4"):
        cover(slab, nickel, "CO", coverage_ml=1 / 2)


def test_bidentate_adsorbates_and_options_cover_too():
    covered = cover(PT3, site_of(PT3, "bridge-1"), "HCOO", coverage_ml=1 / 3)
    assert covered.symbols.count("C") == 3
    tilted = cover(PT2, site_of(PT2, "ontop-1"), "CO", coverage_ml=0.25, tilt_deg=20)
    way = tilted.positions[-1] - tilted.positions[-2]
    assert np.degrees(np.arccos(way[2] / np.linalg.norm(way))) == pytest.approx(20)


def test_a_second_kind_can_follow():
    first = cover(PT2, site_of(PT2, "ontop-1"), "CO", coverage_ml=1 / 4)
    both = cover(first, site_of(PT2, "hollow-hcp-1"), "H", coverage_ml=1 / 4)
    assert both.get_chemical_formula() == "CHOPt16"
    assert [one["adsorbate"] for one in both.info["adsorbates"]] == ["CO", "H"]


def test_vertices_of_a_particle_far_from_each_other():
    particle = Icosahedron("Au", 3)
    vertex = site_of(particle, "ontop-vertex-1")
    pair = cover(particle, vertex, "CO", coverage_ml=2 / 42)
    carbons = [atom.position for atom in pair if atom.symbol == "C"]
    middle = particle.positions.mean(axis=0)
    np.testing.assert_allclose(carbons[0] - middle, middle - carbons[1], atol=1e-6)


@pytest.mark.parametrize("named", [True, False])
def test_rattled_slabs_are_covered_as_ideal_ones(named):
    ideal = Surface("Pt(111)").slab(size=(4, 4))
    rattled = ideal.copy()
    rattled.rattle(0.05, seed=2)
    parent = None
    if not named:
        rattled.info.clear()
        parent = ideal
    site = find_sites(rattled, parent=parent)[2]
    assert site.id == "hollow-fcc-1"
    covered = cover(rattled, site, "O", coverage_ml=1 / 4, parent=parent)
    expected = cover(ideal, site_of(ideal, "hollow-fcc-1"), "O", coverage_ml=1 / 4)
    away = covered.positions[len(ideal) :] - expected.positions[len(ideal) :]
    assert np.linalg.norm(away, axis=1).max() < 0.3


def test_the_same_call_gives_the_same_layer():
    site = site_of(PT4, "bridge-1")
    assert cover(PT4, site, "O", coverage_ml=0.5) == cover(PT4, site, "O", coverage_ml=0.5)


def test_what_the_slab_cannot_hold_is_refused_with_what_it_can():
    with pytest.raises(
        SurfaceError,
        match=r"0\.25 ML of CO is 2\.25 .* It can have 1/9, 2/9, 1/3, .*, 1 ML\. For 1/4 ML build "
        r"it with a multiple of 4 surface cells, such as size=\(2, 2\)",
    ):
        cover(PT3, site_of(PT3, "ontop-1"), "CO", coverage_ml=0.25)
    with pytest.raises(SurfaceError, match=r"multiple of 3 surface cells, such as size=\(3, 3\)"):
        cover(PT2, site_of(PT2, "ontop-1"), "CO", coverage_ml=1 / 3)


def test_the_advised_size_holds_the_coverage():
    slab = fcc111("Pt", (3, 3, 4), vacuum=10)
    assert cover(slab, site_of(slab, "ontop-1"), "CO", coverage_ml=1 / 3) is not None
    iron = bcc110("Fe", (2, 2, 5), vacuum=10)
    assert cover(iron, site_of(iron, "ontop-1"), "O", coverage_ml=1 / 4).symbols.count("O") == 1


@pytest.mark.parametrize("coverage", [0, -0.25, 1.5, np.nan, "half", True, None])
def test_impossible_coverages(coverage):
    with pytest.raises(SurfaceError, match=r"coverage_ml=.* is not possible.* above 0, up to 1\."):
        cover(PT2, site_of(PT2, "ontop-1"), "CO", coverage_ml=coverage)


def test_too_dense_a_layer_is_refused():
    with pytest.raises(SurfaceError, match="2/3 ML of smiles:CCO on ontop-1 is too dense"):
        cover(PT3, site_of(PT3, "ontop-1"), "smiles:CCO", coverage_ml=2 / 3)
