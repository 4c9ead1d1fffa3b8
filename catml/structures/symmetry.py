"""The isometries that keep a slab's surface.

They are those of the primitive surface cell, also where the shape of the supercell would break
them, and all layers count: what lies below the surface tells atoms of it apart.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from catml.structures.surface_cell import (
    SYMMETRY_TOLERANCE,
    Image,
    SurfaceCell,
    matching_images,
    rarest_atoms,
)


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


def surface_operations(surface: SurfaceCell) -> list[Operation]:
    """Return the plane group of a surface: its isometries, lattice translations divided out.

    The identity is among them. The surface normal is kept, so operations that exchange the two
    sides of the slab are not.
    """
    tolerance = SYMMETRY_TOLERANCE * surface.spacing_ang
    anchors = rarest_atoms(surface.positions, surface.numbers, tolerance)
    operations = []
    for rotation in _lattice_rotations(surface.cell, tolerance):
        turned = surface.positions.copy()
        turned[:, :2] = turned[:, :2] @ np.linalg.inv(surface.cell) @ rotation @ surface.cell
        for anchor in anchors:
            moved = turned + (surface.positions[anchor] - turned[anchors[0]])
            images = matching_images(
                moved, surface.positions, surface.numbers, surface.cell, tolerance
            )
            if images is not None:
                (xx, xy), (yx, yy) = rotation.tolist()
                operations.append(Operation(((xx, xy), (yx, yy)), images))
    return operations


def _lattice_rotations(cell: NDArray[np.float64], tolerance: float) -> list[NDArray[np.int64]]:
    """Point operations of a lattice given by its shortest vectors, as integer matrices."""
    entries = np.array(list(product((-2, -1, 0, 1, 2), repeat=4))).reshape(-1, 2, 2)
    entries = entries[np.abs(np.linalg.det(entries)).round().astype(int) == 1]
    turned = entries @ cell
    # Metrics agree when every vector of the pair, and their sum, keeps its length.
    probes = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])
    lengths = np.linalg.norm(probes @ turned, axis=2)
    wanted = np.linalg.norm(probes @ cell, axis=1)
    return list(entries[np.abs(lengths - wanted).max(axis=1) < tolerance])
