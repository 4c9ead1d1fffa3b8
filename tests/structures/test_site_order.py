import numpy as np
from ase import Atoms
from ase.build import fcc100, fcc111, surface

from catml.structures.site_order import element_ranks
from catml.structures.sites import find_sites
from catml.structures.surface_cell import surface_cell


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
