"""Who is whose nearest neighbour: a criterion without lengths or element radii.

Two atoms are neighbours when their distance is at most `NEIGHBOR_RATIO` times the mean of their
own shortest distances. The answer is the same for every lattice constant:

=====================  ============================================================
A1, L1_2               12
A3                     12, for every c/a of a hexagonal metal (1.57 to 1.89)
A2, B2                 14: eight, and the six that lie only 15 % further
L1_0                   12 for c/a above 0.80; 14 below, around c/a = 0.707 where it is
                       B2 (c/a of the four-atom cell)
=====================  ============================================================

The six further neighbours of a body-centred atom count because adsorption data count them: the
zones of CO sites published for bcc metals (doi:10.1021/acs.jcim.1c00726) are those of 14
neighbours, and the d bands of such atoms overlap strongly. ``cutoff=1.1`` leaves the eight.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ase import Atoms

NEIGHBOR_RATIO = 1.25
"""Between sqrt(4/3), the six further neighbours of bcc, and sqrt(2), the next shell of fcc."""

BOND_RATIO = 1.1
"""Above the two bond lengths of hcp and rutile (1.09), below the second shell of bcc (1.155)."""


class Neighbors(NamedTuple):
    """Pairs of neighbours, each pair in both directions, sorted by atom and distance.

    Attributes
    ----------
    i, j : int array (n_pairs,)
        Atom and neighbour.
    distance : float array (n_pairs,)
        Distance in Å.
    shift : int array (n_pairs, 3)
        Cell vectors to add to atom `j` to get the neighbour.
    """

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    distance: NDArray[np.float64]
    shift: NDArray[np.int64]


def nearest_neighbors(atoms: "Atoms", *, cutoff: float = NEIGHBOR_RATIO) -> Neighbors:
    """Return the pairs of nearest neighbours.

    Parameters
    ----------
    atoms : ase.Atoms
        Any structure; its periodic boundary conditions are kept to.
    cutoff : float
        Largest distance, in units of the mean of the two atoms' shortest distances.

    Examples
    --------
    >>> from ase.build import bulk
    >>> len(nearest_neighbors(bulk("Cu")).i), len(nearest_neighbors(bulk("Fe")).i)
    (12, 14)
    """
    shortest = shortest_distances(atoms)
    finite = shortest[np.isfinite(shortest)]
    if not len(finite):
        return _no_pairs()
    pairs = pairs_within(atoms, cutoff * float(finite.max()))
    limit = cutoff * (shortest[pairs.i] + shortest[pairs.j]) / 2
    return _select(pairs, pairs.distance <= limit)


def bonded_pairs(atoms: "Atoms") -> Neighbors:
    """Return the pairs of which either atom is among the closest to the other.

    These are the 8 bonds of bcc, the 12 of fcc and hcp, and those of a metal and its ligands; so a
    large ion keeps its neighbours though they have closer ones of their own.

    Examples
    --------
    >>> from ase.build import bulk
    >>> len(bonded_pairs(bulk("Fe")).i)
    8
    """
    shortest = shortest_distances(atoms)
    if not len(shortest) or not np.isfinite(shortest).all():
        return _no_pairs()
    pairs = pairs_within(atoms, BOND_RATIO * float(shortest.max()))
    limit = BOND_RATIO * np.maximum(shortest[pairs.i], shortest[pairs.j])
    return _select(pairs, pairs.distance <= limit)


def coordination_numbers(neighbors: Neighbors, n_atoms: int) -> NDArray[np.int64]:
    """Return the number of neighbours of each atom, shape (n_atoms,).

    Examples
    --------
    >>> from ase.build import fcc111
    >>> slab = fcc111("Cu", (1, 1, 4), vacuum=5)
    >>> coordination_numbers(nearest_neighbors(slab), len(slab)).tolist()
    [9, 12, 12, 9]
    """
    return np.bincount(neighbors.i, minlength=n_atoms)


def connected_parts(i: NDArray[np.int64], j: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """Return which part each of `number` things belongs to, where pairs (i, j) are connected.

    Parts are numbered from 0; shape (number,).

    Examples
    --------
    >>> connected_parts(np.array([0, 3]), np.array([2, 1]), 5).tolist()
    [0, 1, 0, 1, 2]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(i)), (i, j)), shape=(number, number))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def shortest_distances(atoms: "Atoms") -> NDArray[np.float64]:
    """Return each atom's distance to its closest neighbour in Å, inf for a lone atom.

    Shape (n_atoms,).
    """
    shortest = np.full(len(atoms), np.inf)
    radius = 3.0
    # A periodic cell or a second atom always gives a neighbour in the end.
    reachable = len(atoms) > 1 or bool(atoms.pbc.any())
    while reachable and not np.isfinite(shortest).all():
        pairs = pairs_within(atoms, radius)
        np.minimum.at(shortest, pairs.i, pairs.distance)
        radius *= 1.5
    return shortest


def pairs_within(atoms: "Atoms", radius_ang: float) -> Neighbors:
    """Return all pairs of atoms within a radius in Å, sorted by atom and distance."""
    from vesin import NeighborList

    box = np.where(atoms.pbc[:, None], atoms.cell.array, atoms.cell.complete().array)
    search = NeighborList(cutoff=radius_ang, full_list=True, n_threads=1)
    i, j, shift, distance = search.compute(
        points=atoms.positions, box=box, periodic=atoms.pbc, quantities="ijSd"
    )
    order = np.lexsort((*shift.T, j, np.round(distance, 6), i))
    pairs = Neighbors(
        i.astype(np.int64), j.astype(np.int64), distance, shift.astype(np.int64).reshape(-1, 3)
    )
    return _select(pairs, order)


def _select(pairs: Neighbors, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Neighbors:
    return Neighbors(pairs.i[chosen], pairs.j[chosen], pairs.distance[chosen], pairs.shift[chosen])


def _no_pairs() -> Neighbors:
    none = np.zeros(0, dtype=np.int64)
    return Neighbors(none, none, np.zeros(0), np.zeros((0, 3), dtype=np.int64))
