"""Distances between neighbours as functions of the lattice constants.

In a crystal with one free ratio c/a every distance is d² = p a² + q c², with p and q fixed by the
two atoms' places. Found once per slab, they give the distances for any number of lattice
constants as array arithmetic.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catml.structures.neighbors import NEIGHBOR_RATIO, nearest_neighbors

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.surface import Surface

# Pairs are searched on a grid of c/a; this much slack covers what lies between its points.
_SLACK = 1.04


class StrainedPairs(NamedTuple):
    """Pairs of atoms that may be nearest neighbours, sorted by the first atom.

    Attributes
    ----------
    i, j : int array (n_pairs,)
        Atom and neighbour.
    squares : float array (n_pairs, 2)
        Coefficients p and q of d² = p a² + q c².
    bonds : float array (2, n_pairs, 3)
        The vectors from atom to neighbour across and along the c axis, in units of a and c.
    """

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    squares: NDArray[np.float64]
    bonds: NDArray[np.float64]


def crystal_axis(surface: "Surface", ratio: float) -> NDArray[np.float64]:
    """Return the direction of the crystal's c axis in the frame of its slabs, shape (3,).

    `ratio` is c/a. Slabs lie with their first in-plane vector along x and the normal along z.
    """
    vectors = np.array(surface.stacking.vectors) @ surface.structure.cell(1.0, ratio)
    x_axis = vectors[0] / np.linalg.norm(vectors[0])
    normal = np.cross(vectors[0], vectors[1])
    normal /= np.linalg.norm(normal)
    axis: NDArray[np.float64] = np.array([x_axis, np.cross(normal, x_axis), normal])[:, 2]
    return axis


def strained_pairs(
    slab: "Atoms",
    axis: NDArray[np.float64],
    constants: tuple[float, float],
    ratios: list[float],
) -> StrainedPairs:
    """Return the pairs of a slab that are neighbours at or near any of the given c/a.

    Parameters
    ----------
    slab : ase.Atoms
        A slab periodic in the plane only.
    axis : float array (3,)
        Direction of the crystal's c axis in it.
    constants : (float, float)
        Its lattice constants a and c in Å.
    ratios : list of float
        Values of c/a.
    """
    found = []
    for ratio in ratios:
        stretch = ratio * constants[0] / constants[1] - 1.0
        stretched = slab.copy()
        stretched.positions += stretch * np.outer(slab.positions @ axis, axis)
        stretched.cell[:2] += stretch * np.outer(slab.cell[:2] @ axis, axis)
        stretched.cell[2] = 0.0
        i, j, _, shift = nearest_neighbors(stretched, cutoff=_SLACK * NEIGHBOR_RATIO)
        found.append(np.column_stack([i, j, shift[:, :2]]))
    i, j, u, v = np.unique(np.vstack(found), axis=0).T
    vectors = slab.positions[j] - slab.positions[i]
    vectors += np.column_stack([u, v]) @ slab.cell.array[:2]
    along2 = (vectors @ axis) ** 2
    across2 = (vectors**2).sum(axis=1) - along2
    squares = np.column_stack([across2 / constants[0] ** 2, along2 / constants[1] ** 2])
    along = np.outer(vectors @ axis, axis)
    bonds = np.stack([(vectors - along) / constants[0], along / constants[1]])
    return StrainedPairs(i, j, squares, bonds)


def neighbor_distances(
    pairs: StrainedPairs, lattice_ang: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distances of the pairs in Å, inf where they are not nearest neighbours.

    The criterion is that of `catml.structures.neighbors.nearest_neighbors`.

    Parameters
    ----------
    pairs : StrainedPairs
        The n_pairs pairs.
    lattice_ang : float array (S, 2)
        Lattice constants a and c in Å; c = a for cubic crystals.

    Returns
    -------
    float array (S, n_pairs)
    """
    distances = np.sqrt(lattice_ang**2 @ pairs.squares.T)
    starts = np.flatnonzero(np.diff(pairs.i, prepend=-1))
    shortest = np.minimum.reduceat(distances, starts, axis=1)
    limit = NEIGHBOR_RATIO * (shortest[:, pairs.i] + shortest[:, pairs.j]) / 2
    # Equal lengths computed in two ways may differ in the last digits.
    return np.where(distances <= limit * (1 + 1e-9), distances, np.inf)
