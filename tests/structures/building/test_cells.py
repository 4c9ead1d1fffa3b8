from collections.abc import Callable

import numpy as np
import pytest
from ase import Atoms
from ase.build import bcc110, fcc111, fcc211, hcp0001
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.building.cells import cell_count, checked_size, copies, rectangular, times
from catml.structures.neighbors import pairs_within
from catml.structures.surface import Surface

small = st.integers(-4, 4)


def lengths_around(atoms: Atoms) -> list[list[float]]:
    """Distances to everything within 5 Å, for each atom of each layer; layers from the bottom."""
    pairs = pairs_within(atoms, 5.0)
    rows = [np.sort(pairs.distance[pairs.i == i]).round(5).tolist() for i in range(len(atoms))]
    return [rows[i] for i in np.argsort(atoms.positions[:, 2].round(5), kind="stable")]


@settings(max_examples=40, deadline=None)
@given(small, small, small, small)
def test_copies_are_as_many_as_the_determinant_and_all_distinct(
    a: int, b: int, c: int, d: int
) -> None:
    if a * d == b * c:
        with pytest.raises(SurfaceError, match="parallel"):
            checked_size([[a, b], [c, d]], "Pt(100)", np.eye(2))
        return
    matrix = checked_size([[a, b], [c, d]], "Pt(100)", np.eye(2))
    assert cell_count(matrix) == abs(a * d - b * c)
    assert {matrix[0], matrix[1]} == {(a, b), (c, d)}
    inside = copies(matrix) @ np.linalg.inv(matrix)
    assert len(inside) == cell_count(matrix)
    assert inside.min() > -1e-9
    assert inside.max() < 1 - 1e-9
    assert len({tuple(row) for row in copies(matrix).tolist()}) == len(inside)


@pytest.mark.parametrize(
    ("name", "matrix"),
    [
        ("Pt(111)", ((1, 1), (-1, 2))),
        ("Pt(100)", ((1, 1), (-1, 1))),
        ("Fe(110)", ((3, 1), (1, 2))),
        ("Pt3Ni(211)", ((1, 1), (-1, 1))),
        ("Ru(10-11)", ((1, 2), (-1, 2))),
    ],
)
def test_matrix_gives_the_same_surface_in_another_cell(
    name: str, matrix: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    plain = Surface(name).slab(layers=7, vacuum=6)
    slab = Surface(name).slab(layers=7, vacuum=6, size=matrix)
    count = cell_count(matrix)
    assert len(slab) == count * len(plain)
    expected = [row for row in lengths_around(plain) for _ in range(count)]
    assert sorted(lengths_around(slab)) == sorted(expected)
    vectors = np.array(matrix) @ plain.cell[:2]
    np.testing.assert_allclose(slab.cell[:2] @ slab.cell[:2].T, vectors @ vectors.T, atol=1e-9)
    assert slab.cell[0, 1] == slab.cell[0, 2] == slab.cell[1, 2] == 0
    inside = slab.get_scaled_positions(wrap=False)[:, :2]
    assert inside.min() > -1e-6
    assert inside.max() < 1


def test_root_three_cell_turns_by_thirty_degrees() -> None:
    slab = Surface("Pt(111)").slab(size=((1, 1), (-1, 2)), lattice=(np.sqrt(8), None))
    lengths = slab.cell.cellpar()
    assert lengths[:2] == pytest.approx(2 * np.sqrt(3))
    assert lengths[5] == pytest.approx(60)
    assert slab.info["size"] == [[1, 1], [-1, 2]]


def test_diagonal_matrix_is_a_plain_size() -> None:
    plain = Surface("Pt3Ni(111)").slab(size=(2, 3))
    assert Surface("Pt3Ni(111)").slab(size=((2, 0), (0, 3))) == plain
    assert Surface("Pt3Ni(111)").slab(size=np.diag([2, 3])) == plain
    assert Surface("Pt3Ni(111)").slab(size=((0, 3), (2, 0))) == plain
    assert Surface("Pt3Ni(111)").slab(size=np.array([2, 3])) == plain
    assert plain.info["size"] == [2, 3]


A, C = 3.9, 6.3
RECTANGLES: dict[str, tuple[Callable[[], Atoms], int]] = {
    "Pt(111)": (lambda: fcc111("Pt", (1, 2, 4), a=A, vacuum=6, orthogonal=True), 4),
    "Fe(110)": (lambda: bcc110("Fe", (1, 2, 4), a=A, vacuum=6, orthogonal=True), 4),
    "Ru(0001)": (lambda: hcp0001("Ru", (1, 2, 4), a=A, c=C, vacuum=6, orthogonal=True), 4),
    "Pt(211)": (lambda: fcc211("Pt", (3, 1, 3), a=A, vacuum=6, orthogonal=True), 9),
}


@pytest.mark.parametrize("name", RECTANGLES)
def test_rectangular_cells_are_those_of_ase(name: str) -> None:
    make, layers = RECTANGLES[name]
    lattice = (A, C if name.startswith("Ru") else None)
    slab = Surface(name).slab(layers=layers, orthogonal=True, vacuum=6, lattice=lattice)
    reference = make()
    assert slab.cell.angles() == pytest.approx([90, 90, 90])
    assert sorted(slab.cell.lengths()[:2]) == pytest.approx(sorted(reference.cell.lengths()[:2]))
    assert sorted(lengths_around(slab)) == sorted(lengths_around(reference))


@pytest.mark.parametrize(
    ("name", "cells"),
    # fcc (111) and its superstructure need two surface cells; every mirror plane normal to the
    # surface gives a rectangle of one or two.
    [
        ("Pt3Ni(111)", 2),
        ("CuAu(101)", 1),
        ("CuAu(110)", 1),
        ("Pt(100)", 1),
        ("Pt(210)", 2),
        ("Fe(100)", 1),
        ("Ru(10-10)", 1),
        ("Pt(321)", 3),
        ("Pt3Ni(100):NiPt", 1),
    ],
)
def test_smallest_rectangular_cells(name: str, cells: int) -> None:
    slab = Surface(name).slab(orthogonal=True, size=(2, 1))
    single = Surface(name).slab()
    assert slab.cell.angles() == pytest.approx([90, 90, 90])
    assert len(slab) == 2 * cells * len(single)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.3, 3), st.integers(0, 8), st.integers(1, 8))
def test_a_rectangle_is_found_by_brute_force_too(height: float, p: int, q: int) -> None:
    if p > q:
        p, q = q, p
    vectors = np.array([[1.0, 0.0], [p / q, height]])
    matrix = rectangular(vectors, "x")
    first, second = np.array(matrix) @ vectors
    assert abs(first @ second) < 1e-6
    grid = np.array([(i, j) for i in range(-9, 10) for j in range(-9, 10)])
    places = grid @ vectors
    right = np.abs(places @ places.T) < 1e-9
    area = np.abs(grid[:, None, 0] * grid[None, :, 1] - grid[:, None, 1] * grid[None, :, 0])
    assert cell_count(matrix) == area[right & (area > 0)].min()


def test_no_small_rectangle_says_how_far_was_searched() -> None:
    with pytest.raises(SurfaceError, match="rectangular cell of up to 16 surface cells"):
        Surface("CuAu(431)").slab(lattice=(4.0, 3.6283), orthogonal=True)
    assert cell_count(times(((2, 0), (0, 2)), ((1, 0), (-1, 2)))) == 8


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (((1, 2), (2, 4)), "parallel and span no cell"),
        (((1, 0.5), (0, 1)), "two rows of whole numbers"),
        (((1, 0), (0, 1), (1, 1)), "two whole numbers of repeats"),
        ((True, 2), "two whole numbers"),
        ((0, 1), "size=\\(0, 1\\)"),
        (2, "size=2: give two whole numbers"),
        ((1, 2, 3), "size=\\(1, 2, 3\\)"),
        ("22", "size='22'"),
        ((-1, 2), "at least \\(1, 1\\)\\."),
        (np.ones((3, 3), dtype=int), "two whole numbers"),
    ],
)
def test_sizes_that_cannot_be_read(size: object, said: str) -> None:
    with pytest.raises(SurfaceError, match=said):
        Surface("Pt(111)").slab(size=size)  # type: ignore[arg-type]


def test_a_matrix_keeps_single_atoms_apart() -> None:
    slab = Surface("Pt1/Cu(111)").slab(size=((1, 1), (-1, 2)))
    assert slab.get_chemical_formula() == "Cu11Pt"
    rectangle = Surface("Pt1/Cu(111)").slab(size=(2, 1), orthogonal=True)
    assert rectangle.get_chemical_formula() == "Cu15Pt"
    with pytest.raises(SurfaceError, match="too short, for single atoms must not be neighbours"):
        Surface("Pt1/Cu(111)").slab(size=((1, 0), (1, 4)))
    with pytest.raises(SurfaceError, match="too short, for single atoms must not be neighbours"):
        Surface("Pt1/Cu(111)").slab(size=(1, 2), orthogonal=True)
