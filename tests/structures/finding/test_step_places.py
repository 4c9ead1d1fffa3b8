"""Places on stepped surfaces, as one reads them off a drawing of the facet."""

from collections import Counter

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111, fcc211, surface

from catml.structures.neighbors import coordination_numbers, nearest_neighbors
from catml.structures.sites import find_sites
from catml.structures.surface import Surface


def places(atoms, kind):
    """Place and subtype of each distinct site of a kind."""
    sites = [site for site in find_sites(atoms) if site.kind == kind]
    return Counter((site.place, site.subtype) for site in sites)


@pytest.mark.parametrize(
    "name", ["Pt(111)", "Pt(100)", "Fe(110)", "Fe(100)", "Ru(0001)", "CuAu(101)", "Ru(10-11)"]
)
def test_flat_surfaces_have_no_places(name):
    assert {site.place for site in find_sites(Surface(name).slab())} == {""}


def test_places_of_fcc211():
    """Three-row {111} terraces with {100} steps."""
    slab = fcc211("Pt", (3, 2, 5), vacuum=6)
    assert places(slab, "ontop") == {("edge", ""): 1, ("terrace", ""): 1, ("lower", ""): 1}
    assert places(slab, "hollow") == {
        ("terrace", "fcc"): 2,
        ("terrace", "hcp"): 2,
        ("lower", "4fold"): 1,
    }
    assert places(slab, "bridge") == {("edge", ""): 1, ("terrace", ""): 3, ("lower", ""): 2}
    (edge,) = (s for s in find_sites(slab) if (s.kind, s.place) == ("bridge", "edge"))
    assert set(slab.positions[list(edge.atoms), 2]) == {slab.positions[:, 2].max()}


# Coordination number of the exposed atoms by place: rows of (111) steps end in 7 and 11, of (100)
# steps in 7 and 10; a kink has 6.
COORDINATION = {
    (3, 3, 1): {"edge": {7}, "terrace": {9}, "lower": {11}},
    (5, 5, 3): {"edge": {7}, "terrace": {9}, "lower": {11}},
    (5, 1, 1): {"edge": {7}, "terrace": {8}, "lower": {10}},
    (3, 1, 1): {"edge": {7}, "lower": {10}},
    (1, 1, 0): {"edge": {7}, "lower": {11}},
    (2, 1, 0): {"kink": {6}, "terrace": {9}, "lower": {11}},
    (3, 2, 1): {"kink": {6}, "edge": {8}, "terrace": {9}, "lower": {10, 11}},
    (5, 3, 1): {"kink": {6}, "edge": {8}, "lower": {10, 11}},
}


@pytest.mark.parametrize("miller", COORDINATION)
def test_places_of_atoms_go_with_their_coordination(miller):
    slab = surface(bulk("Pt", cubic=True), miller, 16, vacuum=6)
    coordination = coordination_numbers(nearest_neighbors(slab), len(slab))
    found = {}
    for site in find_sites(slab):
        if site.kind == "ontop":
            found.setdefault(site.place, set()).add(int(coordination[site.atoms[0]]))
    assert found == COORDINATION[miller]


@pytest.mark.parametrize("name", ["Fe(210)", "Fe(310)", "Ru(10-10)", "Pt3Ni(211)"])
def test_other_crystals_have_edges_and_feet(name):
    slab = Surface(name).slab()
    ontop = [site for site in find_sites(slab) if site.kind == "ontop"]
    heights = {site.place: site.position[2] for site in ontop}
    assert {"edge", "lower"} <= set(heights)
    assert heights["edge"] == max(heights.values())
    assert heights["lower"] == min(heights.values())


def test_island_on_a_terrace_has_an_edge_corners_and_a_foot():
    """Seven atoms on fcc hollows of fcc(111): corners only, around one atom of a terrace."""
    slab = fcc111("Pt", (6, 6, 3), vacuum=8)
    (fcc,) = (site for site in find_sites(slab) if site.subtype == "fcc")
    side = slab.cell.lengths()[0] / 6
    angles = np.deg2rad(np.arange(0, 360, 60))
    ring = side * np.column_stack([np.cos(angles), np.sin(angles), np.zeros(6)])
    middle = np.add(fcc.position, [0, 0, 2.26])
    slab += Atoms("Pt7", positions=[middle, *(middle + ring)])
    ontop = [site for site in find_sites(slab) if site.kind == "ontop"]
    assert {site.place for site in ontop if site.position[2] > middle[2] - 0.1} == {
        "kink",
        "terrace",
    }
    assert {site.place for site in ontop} == {"kink", "terrace", "lower"}


def test_places_of_a_rattled_slab_are_those_of_its_parent():
    slab = Surface("Pt(321)").slab()
    expected = [(site.id, site.place) for site in find_sites(slab)]
    slab.rattle(0.1, seed=1)
    assert [(site.id, site.place) for site in find_sites(slab)] == expected
