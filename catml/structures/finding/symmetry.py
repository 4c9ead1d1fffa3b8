"""The isometries that keep a slab's surface.

They are those of the primitive surface cell, also where the shape of the supercell would break
them, and all layers count: what lies below the surface tells atoms of it apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.structures.finding.matching import (
    USUAL,
    AtomFinder,
    Image,
    Match,
    Tolerance,
    rarest_atoms,
)

if TYPE_CHECKING:
    from catml.structures.finding.surface_cell import SurfaceCell


@dataclass(frozen=True)
class Operation:
    """An isometry of the surface, as it acts on periodic images.

    Attributes
    ----------
    rotation : tuple of 2 tuples of 2 int
        Action on lattice translations, in primitive cell vectors.
    images : tuple of Image
        Where each atom of the primitive cell is taken.
    """

    rotation: tuple[tuple[int, int], tuple[int, int]]
    images: tuple[Image, ...]

    def apply(self, image: Image) -> Image:
        """Return the image that an image is taken to.

        Examples
        --------
        >>> Operation(((-1, 0), (0, -1)), ((0, 1, 0),)).apply((0, 2, 0))
        (0, -1, 0)
        """
        atom, u, v = image
        (xx, xy), (yx, yy) = self.rotation
        target, du, dv = self.images[atom]
        return target, u * xx + v * yx + du, u * xy + v * yy + dv


def surface_operations(surface: "SurfaceCell") -> list[Operation]:
    """Return the plane group of a surface: its isometries, lattice translations divided out.

    The identity is among them. The surface normal is kept, so operations that exchange the two
    sides of the slab are not.
    """
    finder = AtomFinder(surface.positions, surface.cell, surface.numbers, surface.spacing_ang)
    return [operation_of(rotation, match) for rotation, match in motions(finder, USUAL)]


def motions(finder: AtomFinder, tolerance: Tolerance) -> Iterator[tuple[NDArray[np.int64], Match]]:
    """Yield the isometries that keep a slab, translations of its cell divided out.

    Each as the integer matrix that it applies to coordinates in the cell's vectors, which must be
    the shortest pair, and where it takes the atoms.
    """
    cell, positions = finder.cell, finder.positions
    limit = tolerance.largest * finder.spacing_ang
    anchors = rarest_atoms(positions[:, 2], finder.labels, limit)
    for rotation in _lattice_rotations(cell, USUAL.largest * finder.spacing_ang):
        turned = positions.copy()
        turned[:, :2] = turned[:, :2] @ np.linalg.inv(cell) @ rotation @ cell
        for anchor in anchors:
            moved = turned + (positions[anchor] - turned[anchors[0]])
            match = finder.match(moved, tolerance)
            if match is not None:
                yield rotation, match


def operation_of(rotation: NDArray[np.int64], match: Match) -> Operation:
    """Return a motion as it acts on periodic images."""
    (xx, xy), (yx, yy) = rotation.tolist()
    rows = zip(match.targets.tolist(), match.turns.tolist(), strict=True)
    return Operation(((xx, xy), (yx, yy)), tuple((atom, u, v) for atom, (u, v) in rows))


def _lattice_rotations(cell: NDArray[np.float64], tolerance: float) -> list[NDArray[np.int64]]:
    """Point operations of a lattice given by its shortest vectors, as integer matrices."""
    turned = _ENTRIES @ cell
    # Metrics agree when every vector of the pair, and their sum, keeps its length.
    probes = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])
    lengths = np.linalg.norm(probes @ turned, axis=2)
    wanted = np.linalg.norm(probes @ cell, axis=1)
    return list(_ENTRIES[np.abs(lengths - wanted).max(axis=1) < tolerance])


def _unimodular() -> NDArray[np.int64]:
    entries = np.array(list(product((-2, -1, 0, 1, 2), repeat=4))).reshape(-1, 2, 2)
    return entries[np.abs(np.linalg.det(entries)).round().astype(int) == 1]


_ENTRIES = _unimodular()
