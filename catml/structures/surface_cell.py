"""The primitive surface cell of a slab, in a frame of its own.

It is found from the atoms alone, all layers included, so that the cell a slab happens to be given
in does not matter; the vacuum and the third cell vector play no part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from ase.data import chemical_symbols
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.neighbors import shortest_distances

if TYPE_CHECKING:
    from ase import Atoms

SYMMETRY_TOLERANCE = 0.02
"""How far atoms may lie from where symmetry puts them, in nearest-neighbour distances."""

Image = tuple[int, int, int]
"""An atom and the cell vectors (two counts) it is displaced by."""


@dataclass(frozen=True, eq=False)
class SurfaceCell:
    """The primitive cell of a slab, turned so that the surface normal is +z.

    Attributes
    ----------
    cell : float array (2, 2)
        Primitive in-plane lattice vectors (rows) in Å, the shortest pair.
    positions : float array (n, 3)
        Positions of its atoms in Å.
    numbers : int array (n,)
        Atomic numbers.
    spacing_ang : float
        Typical nearest-neighbour distance, the unit of tolerances.
    slab_cell : float array (2, 2)
        In-plane vectors of the slab as given, in the same frame.
    slab_positions : float array (N, 3)
        Positions of the slab's atoms, in the same frame.
    parents : int array (N,)
        The atom of the primitive cell each of the slab's atoms repeats.
    frame : float array (3, 3)
        Rows are the axes of this frame in the slab's Cartesian coordinates.
    """

    cell: NDArray[np.float64]
    positions: NDArray[np.float64]
    numbers: NDArray[np.int64]
    spacing_ang: float
    slab_cell: NDArray[np.float64]
    slab_positions: NDArray[np.float64]
    parents: NDArray[np.int64]
    frame: NDArray[np.float64]

    @property
    def symbols(self) -> list[str]:
        """Element symbols of the primitive cell's atoms."""
        return [chemical_symbols[number] for number in self.numbers]

    def places(self, images: Sequence[Image]) -> NDArray[np.float64]:
        """Return the positions of images in Å, shape (n_images, 3)."""
        table = np.array(images)
        places = self.positions[table[:, 0]]
        places[:, :2] += table[:, 1:] @ self.cell
        return places

    def atoms(self) -> "Atoms":
        """Return the primitive cell as an ase.Atoms without vacuum, periodic in the plane."""
        return _flat_atoms(self.numbers, self.positions, self.cell)

    def slab_atoms(self) -> "Atoms":
        """Return the slab as given, turned into this frame, periodic in the plane only."""
        return _flat_atoms(self.numbers[self.parents], self.slab_positions, self.slab_cell)

    def slab_images(self, images: Sequence[Image], shift: NDArray[np.float64]) -> tuple[Image, ...]:
        """Return the images of the slab's own atoms at those of the primitive cell's atoms.

        `shift` is a lattice translation in Å, shape (3,), that displaces them first.
        """
        places = self.places(images) + shift
        offset = (places[:, None] - self.slab_positions)[..., :2] @ np.linalg.inv(self.slab_cell)
        turns = np.rint(offset)
        misfit = np.abs(offset - turns).sum(axis=2)
        misfit[np.array([image[0] for image in images])[:, None] != self.parents] = np.inf
        rows = np.arange(len(places))
        found = misfit.argmin(axis=1)
        chosen = turns[rows, found].astype(int).tolist()
        return tuple((int(i), u, v) for i, (u, v) in zip(found, chosen, strict=True))


def surface_cell(atoms: "Atoms") -> SurfaceCell:
    """Reduce a slab to its primitive surface cell.

    Raises
    ------
    SurfaceError
        If the structure is not a slab: periodic along its first two cell vectors, with vacuum
        along the third.
    """
    frame, slab_cell, positions = _flat(atoms)
    spacing = float(np.median(shortest_distances(atoms)))
    tolerance = SYMMETRY_TOLERANCE * spacing
    numbers = np.asarray(atoms.numbers, dtype=np.int64)
    translations, parents = _translations(slab_cell, positions, numbers, tolerance)
    chosen = np.unique(parents)
    return SurfaceCell(
        cell=_shortest_basis(slab_cell, translations),
        positions=positions[chosen],
        numbers=numbers[chosen],
        spacing_ang=spacing,
        slab_cell=slab_cell,
        slab_positions=positions,
        parents=np.searchsorted(chosen, parents),
        frame=frame,
    )


def lattice_points(surface: SurfaceCell) -> NDArray[np.float64]:
    """Return the primitive lattice translations within one cell of the slab, shape (n, 2), Å."""
    first = np.flatnonzero(surface.parents == 0)
    return (surface.slab_positions[first] - surface.slab_positions[first[0]])[:, :2]


def rarest_atoms(
    positions: NDArray[np.float64], numbers: NDArray[np.int64], tolerance: float
) -> NDArray[np.int64]:
    """Return the atoms of the element and height that fewest others share."""
    alike = (numbers[:, None] == numbers) & (
        np.abs(positions[:, None, 2] - positions[:, 2]) < tolerance
    )
    return np.flatnonzero(alike[int(alike.sum(axis=1).argmin())])


def matching_images(
    moved: NDArray[np.float64],
    positions: NDArray[np.float64],
    numbers: NDArray[np.int64],
    cell: NDArray[np.float64],
    tolerance: float,
) -> tuple[Image, ...] | None:
    """Return the image each moved atom falls on, None unless all fall on atoms of their element.

    Shapes (n, 3), (n, 3), (n,) and (2, 2); lengths in Å.
    """
    from scipy.spatial import KDTree

    # Where an atom has a match it is the nearest in any metric, so fractions of the cell will do.
    inverse = np.linalg.inv(cell)
    fractions = positions[:, :2] @ inverse
    moved_fractions = moved[:, :2] @ inverse
    tree = KDTree(
        np.column_stack([_inside(fractions), positions[:, 2], numbers]), boxsize=(1, 1, 0, 0)
    )
    _, target = tree.query(np.column_stack([_inside(moved_fractions), moved[:, 2], numbers]))
    turns = np.rint(moved_fractions - fractions[target])
    offset = moved - positions[target]
    offset[:, :2] -= turns @ cell
    matched = np.linalg.norm(offset, axis=1).max() < tolerance
    if not matched or (numbers[target] != numbers).any() or len(np.unique(target)) < len(moved):
        return None
    rows = zip(target.tolist(), turns.astype(int).tolist(), strict=True)
    return tuple((t, u, v) for t, (u, v) in rows)


def _inside(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Wrap fractions of the cell into [0, 1)."""
    wrapped = np.mod(fractions, 1.0)
    return np.where(wrapped < 1.0, wrapped, 0.0)


def _flat_atoms(
    numbers: NDArray[np.int64], positions: NDArray[np.float64], cell: NDArray[np.float64]
) -> "Atoms":
    from ase import Atoms

    box = np.zeros((3, 3))
    box[:2, :2] = cell
    return Atoms(numbers=numbers, positions=positions, cell=box, pbc=(True, True, False))


def _flat(
    atoms: "Atoms",
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The axes, in-plane cell and positions of a slab turned to lie in the xy plane."""
    first, second, third = atoms.cell.array
    normal = np.cross(first, second)
    area = float(np.linalg.norm(normal))
    if len(atoms) == 0 or not (atoms.pbc[0] and atoms.pbc[1]) or area < 1e-6:
        raise SurfaceError(
            f"{atoms.get_chemical_formula() or 'An empty structure'} is not a slab: it must be "
            f"periodic along its first two cell vectors, but pbc is {atoms.pbc.tolist()} and "
            f"they span {area:.3g} Å². Set the cell and pbc=(True, True, False)."
        )
    normal = normal / area * (-1 if normal @ third < -1e-9 else 1)
    x_axis = first / np.linalg.norm(first)
    frame = np.array([x_axis, np.cross(normal, x_axis), normal])
    positions = _opened(atoms, normal) @ frame.T
    return frame, (atoms.cell.array[:2] @ frame.T)[:, :2], positions


def _opened(atoms: "Atoms", normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions with the slab in one piece, where periodicity may have cut it along c."""
    positions: NDArray[np.float64] = atoms.positions.copy()
    third = atoms.cell.array[2]
    period = float(third @ normal)
    if not atoms.pbc[2] or period < 1e-6:
        return positions
    heights = np.mod(positions @ normal, period)
    order = np.sort(heights)
    gaps = np.diff(np.append(order, order[0] + period))
    if gaps.max() < 1.1 * np.median(shortest_distances(atoms)):
        raise SurfaceError(
            f"{atoms.get_chemical_formula()} is not a slab: its widest gap along the surface "
            f"normal is {gaps.max():.2f} Å, a bulk spacing. Add vacuum along the third cell vector."
        )
    bottom = order[(int(gaps.argmax()) + 1) % len(order)]
    turns = np.floor((positions @ normal - bottom + 1e-6) / period)
    return positions - turns[:, None] * third


def _translations(
    cell: NDArray[np.float64],
    positions: NDArray[np.float64],
    numbers: NDArray[np.int64],
    tolerance: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Translations inside the slab's cell that keep it, and what they make equivalent.

    Fractions of the cell, shape (n, 2), and for each atom the lowest index among its copies,
    shape (N,).
    """
    anchors = rarest_atoms(positions, numbers, tolerance)
    found = []
    labels = np.arange(len(positions))
    for anchor in anchors:
        shift = positions[anchor] - positions[anchors[0]]
        images = matching_images(positions + shift, positions, numbers, cell, tolerance)
        if images is not None:
            found.append(shift[:2] @ np.linalg.inv(cell))
            labels = np.minimum(labels, [image[0] for image in images])
    # Translations of a finite group are exact fractions of the cell; measured ones nearly so.
    order = len(found)
    exact = np.rint(np.array(found) * order) / order
    if np.linalg.norm((exact - found) @ cell, axis=1).max() > tolerance:
        return np.zeros((1, 2)), np.arange(len(positions))
    return np.mod(exact, 1.0), labels


def _shortest_basis(
    cell: NDArray[np.float64], translations: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The two shortest vectors that span the lattice of cell and translations."""
    reduced = _reduced(cell)
    inside = translations @ cell @ np.linalg.inv(reduced)
    turns = np.array(list(product((-1, 0, 1), repeat=2)))
    vectors = (np.mod(inside, 1.0)[:, None] + turns).reshape(-1, 2) @ reduced
    lengths = np.linalg.norm(vectors, axis=1)
    shortest = vectors[np.argsort(lengths, kind="stable")]
    shortest = shortest[np.sort(lengths) > 1e-6]
    first = shortest[0]
    area = np.abs(first[0] * shortest[:, 1] - first[1] * shortest[:, 0])
    return np.array([first, shortest[int(np.argmax(area > 1e-6 * first @ first))]])


def _reduced(cell: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lagrange's reduction of a two-dimensional lattice basis."""
    short, long = sorted(cell, key=np.linalg.norm)
    while True:
        long = long - np.rint(long @ short / (short @ short)) * short
        if np.linalg.norm(long) > np.linalg.norm(short) * (1 - 1e-9):
            return np.array([short, long])
        short, long = long, short
