import numpy as np
import pytest
from ase.build import fcc111, make_supercell

from catml.structures.finding.flat_slabs import flat_slab
from catml.structures.finding.matching import USUAL, AtomFinder, rarest_atoms
from catml.structures.finding.translations import reduced, translations_of

SUPERCELLS = [
    [[1, 0], [0, 1]],
    [[4, 0], [0, 4]],
    [[6, 0], [0, 4]],
    [[2, 1], [-1, 3]],
    [[5, 2], [0, 3]],
]


def found(slab):
    flat = flat_slab(slab)
    finder = AtomFinder(flat.positions, flat.cell, flat.numbers, flat.spacing_ang)
    return translations_of(finder, USUAL)


@pytest.mark.parametrize("matrix", SUPERCELLS)
def test_supercell_of_any_shape_is_reduced_to_the_primitive_cell(matrix):
    full = np.eye(3, dtype=int)
    full[:2, :2] = matrix
    slab = make_supercell(fcc111("Pt", (1, 1, 3), a=4.0, vacuum=5), full)
    basis, orbits = found(slab)
    assert np.linalg.norm(basis, axis=1) == pytest.approx(4 / 2**0.5)
    assert len(set(orbits.tolist())) == 3
    for orbit in set(orbits.tolist()):
        assert np.ptp(slab.positions[orbits == orbit, 2]) < 1e-9


def test_order_of_elements_makes_the_cell_larger():
    slab = fcc111("Pt", (2, 1, 3), a=4.0, vacuum=5)
    slab.symbols[-1] = "Ni"
    basis, orbits = found(slab.repeat((2, 4, 1)))
    assert abs(np.linalg.det(basis)) == pytest.approx(2 * 16 / 2 * 3**0.5 / 2)
    assert len(set(orbits.tolist())) == 6


def test_one_odd_atom_leaves_only_the_cell():
    slab = fcc111("Pt", (3, 3, 3), a=4.0, vacuum=5)
    slab.symbols[-1] = "Au"
    basis, orbits = found(slab)
    assert orbits.tolist() == list(range(27))
    assert np.linalg.norm(basis, axis=1) == pytest.approx(3 * 4 / 2**0.5)


def test_reduced_basis_spans_the_same_lattice():
    cell = np.array([[1.0, 0.0], [7.3, 0.9]])
    short = reduced(cell)
    whole = cell @ np.linalg.inv(short)
    np.testing.assert_allclose(whole, np.rint(whole), atol=1e-9)
    assert abs(np.linalg.det(short)) == pytest.approx(abs(np.linalg.det(cell)))


def test_rarest_atoms_share_label_and_height():
    heights = np.array([0.0, 0.01, 1.0, 1.0, 1.0])
    assert rarest_atoms(heights, np.array([1, 1, 1, 1, 1]), 0.1).tolist() == [0, 1]
    assert rarest_atoms(heights, np.array([1, 1, 1, 2, 1]), 0.1).tolist() == [3]
