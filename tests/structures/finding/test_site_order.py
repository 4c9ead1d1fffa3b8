import numpy as np
import pytest
from ase import Atoms
from ase.build import fcc100, fcc111, surface

from catml.structures.finding.site_order import element_ranks, order_keys
from catml.structures.finding.surface_cell import surface_cell
from catml.structures.finding.surface_net import NetElement
from catml.structures.sites import find_sites
from catml.structures.surface import Surface


def test_elements_rank_by_the_topmost_plane_that_tells_them_apart():
    slab = fcc100("Cu", (2, 2, 3), vacuum=6)
    slab.symbols[slab.get_tags() == 1] = ["Au", "Cu", "Cu", "Au"]
    assert element_ranks(surface_cell(slab)) == ({"Cu": 0, "Au": 1}, False)
    slab.symbols[slab.get_tags() > 1] = "Au"
    assert element_ranks(surface_cell(slab)) == ({"Au": 0, "Cu": 1}, False)


def test_elements_that_can_be_exchanged_are_tied():
    places = [[0, 0, 0], [0.5, 0.5, 0.5]]
    alloy = Atoms("PtNi", scaled_positions=places, cell=[2.7, 2.7, 3.6], pbc=True)
    slab = surface(alloy, (1, 0, 1), 4, vacuum=6)
    assert element_ranks(surface_cell(slab)) == ({"Ni": 0, "Pt": 1}, True)


def test_sites_with_the_same_zones_are_ordered_by_what_lies_further_off():
    """Two rows of copper differ only in the gold two layers down."""
    slab = fcc111("Cu", (2, 1, 4), vacuum=6)
    slab.symbols[slab.get_tags() == 3] = ["Au", "Cu"]
    backwards = slab[::-1]

    first, second = (
        [(site.id, site.multiplicity, site.position) for site in find_sites(atoms)]
        for atoms in (slab, backwards)
    )
    assert [row[:2] for row in first] == [row[:2] for row in second]
    places = [[place for _, _, place in rows] for rows in (first, second)]
    np.testing.assert_allclose(places[0], places[1], atol=1e-9)


@pytest.mark.parametrize("name", ["Cu0.75Pd0.25(111)", "Cu0.75Pd0.25(100)"])
def test_order_without_symmetry_follows_the_elements_alone(name):
    """In a solid solution every atom has a site of its own; what is within reach orders them."""
    surface = Surface(name)
    expected = None
    for seed, a_ang in enumerate([3.7, 3.9]):
        slab = surface.slab(size=(4, 4), lattice=(a_ang, None))
        slab = slab[np.random.default_rng(seed).permutation(len(slab))]
        inverse = np.linalg.inv(slab.cell.array[:2, :2])
        places = [np.array(site.position[:2]) @ inverse for site in find_sites(slab)]
        rows = np.round(np.array(places) + 1e-6, 4) % 1.0
        expected = rows if expected is None else expected
        np.testing.assert_allclose(rows, expected, atol=2e-4)


def test_surroundings_do_not_depend_on_the_cell_vectors_found():
    """The same atoms, whose primitive vectors point other ways at another lattice constant."""
    surface = Surface("Pt1/Cu3Au(111)")
    keys = []
    for a_ang in (4.0, 3.9):
        cell = surface_cell(surface.slab(layers=6, lattice=(a_ang, None)))
        top = np.flatnonzero(cell.positions[:, 2] > cell.positions[:, 2].max() - 0.1)
        sites = [
            (NetElement(((int(i), 0, 0),), tuple(cell.positions[i]), (0.0, 0.0, 1.0)), (), ())
            for i in top
        ]
        keys.append(sorted(order_keys(cell, sites)))
    assert len(keys[0]) == 36
    assert keys[0] == keys[1]
