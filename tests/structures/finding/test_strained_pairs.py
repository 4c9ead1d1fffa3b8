import numpy as np
import pytest

from catml.structures.finding.strained_pairs import crystal_axis, neighbor_distances, strained_pairs
from catml.structures.neighbors import nearest_neighbors
from catml.structures.surface import Surface


@pytest.mark.parametrize("facet", ["001", "101", "211"])
@pytest.mark.parametrize("ratio", [0.6, 0.75, 0.95, 1.25])
def test_distances_are_those_of_the_strained_slab(facet, ratio):
    surface = Surface(f"CuAu({facet})")
    slab = surface.slab(layers=8, lattice=(4.0, 4.0))
    pairs = strained_pairs(slab, crystal_axis(surface, 1.0), (4.0, 4.0), [ratio])
    found = neighbor_distances(pairs, np.array([[3.8, 3.8 * ratio]]))[0]
    there = np.isfinite(found)
    i, _, distance, _ = nearest_neighbors(surface.slab(layers=8, lattice=(3.8, 3.8 * ratio)))
    for atom in range(len(slab)):
        ours = np.sort(found[there & (pairs.i == atom)])
        np.testing.assert_allclose(ours, np.sort(distance[i == atom]), rtol=1e-7)


def test_c_axis_stands_on_the_basal_plane_and_lies_in_the_prism_plane():
    np.testing.assert_allclose(crystal_axis(Surface("Ru(0001)"), 1.6), [0, 0, 1], atol=1e-12)
    assert crystal_axis(Surface("Ru(10-10)"), 1.6)[2] == pytest.approx(0)
