import numpy as np
import pytest
from ase import Atoms
from ase.build import add_vacuum, bulk, fcc100, fcc111

from catml.errors import SurfaceError
from catml.structures.finding.surface_cell import lattice_points, surface_cell


def test_primitive_cell_has_the_shortest_vectors():
    slab = fcc111("Pt", (1, 1, 3), a=4.0, vacuum=5)
    sheared = slab.copy()
    sheared.set_cell(np.array([[4, 1, 0], [-1, 0, 0], [0, 0, 1]]) @ slab.cell.array)
    surface = surface_cell(sheared)
    np.testing.assert_allclose(np.linalg.norm(surface.cell, axis=1), 4 / 2**0.5)


def test_slab_cut_by_the_cell_boundary_is_put_together():
    slab = fcc111("Pt", (1, 1, 4), vacuum=6)
    slab.pbc = True
    heights = surface_cell(slab).positions[:, 2]
    slab.positions[:, 2] += 9.0
    slab.wrap()
    moved = surface_cell(slab).positions[:, 2]
    np.testing.assert_allclose(np.sort(moved) - moved.min(), np.sort(heights) - heights.min())


def test_slab_images_lie_where_asked():
    slab = fcc100("Cu", (2, 3, 3), vacuum=5)
    surface = surface_cell(slab)
    shift = np.append(lattice_points(surface)[3], 0.0)
    for image in [(1, 4, -3), (0, 0, 0)]:
        ((atom, u, v),) = surface.slab_images([image], shift)
        found = surface.slab_positions[atom] + np.append(np.array([u, v]) @ surface.slab_cell, 0)
        np.testing.assert_allclose(found, surface.places([image])[0] + shift, atol=1e-9)


@pytest.mark.parametrize(
    "atoms",
    [
        Atoms("Pt4", positions=np.eye(4, 3) * 3),
        Atoms(),
        bulk("Pt", cubic=True),
        Atoms("Pt", cell=[3, 3, 10], pbc=(True, False, False)),
    ],
    ids=["cluster", "nothing", "bulk", "wire"],
)
def test_what_is_no_slab_is_refused(atoms):
    with pytest.raises(SurfaceError, match="is not a slab"):
        surface_cell(atoms)


def test_vacuum_makes_a_slab_of_a_bulk():
    slab = bulk("Pt", cubic=True).repeat((1, 1, 2))
    add_vacuum(slab, 6.0)
    assert len(surface_cell(slab).numbers) == 4


def test_atoms_of_the_primitive_cell_keep_their_elements():
    slab = fcc100("Cu", (2, 2, 3), vacuum=5)
    slab.symbols[slab.get_tags() == 1] = ["Au", "Cu", "Cu", "Au"]
    cell = surface_cell(slab)
    assert sorted(cell.symbols) == ["Au", "Cu", "Cu", "Cu", "Cu", "Cu"]
    assert cell.slab_atoms().get_chemical_symbols() == slab.get_chemical_symbols()
