import numpy as np
import pytest
from ase.build import bcc110, bulk, fcc100, fcc110, fcc111, fcc211, hcp0001, surface

from catml.structures.finding.surface_cell import lattice_points, surface_cell
from catml.structures.finding.symmetry import surface_operations

# Order of the plane group divided by its translations: p3m1, p4mm, p2mm, pm.
PLANE_GROUPS = {
    "fcc111": (fcc111("Pt", (1, 1, 4), vacuum=5), 6),
    "fcc100": (fcc100("Pt", (1, 1, 4), vacuum=5), 8),
    "fcc110": (fcc110("Pt", (1, 1, 5), vacuum=5), 4),
    "bcc110": (bcc110("Fe", (1, 1, 4), vacuum=5), 4),
    "hcp0001": (hcp0001("Ru", (1, 1, 4), vacuum=5), 6),
    "fcc211": (fcc211("Pt", (3, 2, 3), vacuum=5), 2),
}


@pytest.mark.parametrize("name", PLANE_GROUPS)
def test_order_of_the_plane_group(name):
    slab, order = PLANE_GROUPS[name]
    assert len(surface_operations(surface_cell(slab))) == order


@pytest.mark.parametrize("size", [(2, 1), (1, 3), (2, 3)])
def test_supercell_that_breaks_the_symmetry_keeps_all_operations(size):
    surface = surface_cell(fcc111("Pt", (*size, 4), vacuum=5))
    assert len(surface.numbers) == 4
    assert len(surface_operations(surface)) == 6
    assert len(lattice_points(surface)) == size[0] * size[1]


def test_ordered_alloy_is_not_reduced_to_its_sublattice():
    alloy = bulk("Pt", cubic=True)
    alloy.symbols[0] = "Ni"
    surface = surface_cell(surface_of(alloy, (1, 1, 1)).repeat((2, 1, 1)))
    assert len(surface.numbers) == 4 * 4
    assert len(surface_operations(surface)) == 6


def surface_of(atoms, indices):
    return surface(atoms, indices, 4, vacuum=5)


def test_operations_take_atoms_to_their_own_element_and_height():
    surface = surface_cell(fcc111("Pt", (1, 1, 4), vacuum=5))
    for operation in surface_operations(surface):
        for atom in range(4):
            target, _, _ = operation.apply((atom, 0, 0))
            assert surface.positions[target, 2] == pytest.approx(surface.positions[atom, 2])


def test_operations_keep_distances():
    surface = surface_cell(fcc211("Pt", (3, 1, 3), vacuum=5))
    pair = [(0, 0, 0), (4, 1, -2)]
    distance = np.linalg.norm(np.diff(surface.places(pair), axis=0))
    for operation in surface_operations(surface):
        moved = surface.places([operation.apply(image) for image in pair])
        assert np.linalg.norm(np.diff(moved, axis=0)) == pytest.approx(distance)


def test_small_displacements_are_tolerated():
    slab = fcc111("Pt", (2, 2, 4), vacuum=5)
    slab.rattle(0.002, seed=3)
    assert len(surface_operations(surface_cell(slab))) == 6
