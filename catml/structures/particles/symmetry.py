"""The point group of a particle, and the ideal particle behind a rattled or relaxed one.

Operations are permutations: what counts is which atom takes whose place.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.finding.matching import SYMMETRY_TOLERANCE
from catml.structures.nanoparticles import ideal_particle
from catml.structures.neighbors import shortest_distances

if TYPE_CHECKING:
    from ase import Atoms

# In nearest-neighbour distances. Where atoms are closer to symmetry than the first, none has been
# lost to noise; noise up to the second is averaged away; up to the third, atoms are still told
# from their neighbours.
_EXACT = 1e-3
_NOISY = 0.15
_RECOGNIZED = 0.35
# An atom this far from its place is as near to a neighbour's.
_LEFT = 0.5

_Vectors = NDArray[np.float64]
_Permutations = NDArray[np.int64]


def point_operations(
    positions: _Vectors, numbers: NDArray[np.int64], tolerance_ang: float
) -> _Permutations:
    """Return the isometries that take a particle to itself.

    Parameters
    ----------
    positions : float array (n, 3)
        Positions in Å.
    numbers : int array (n,)
        Atomic numbers.
    tolerance_ang : float
        How far an atom may miss the place it is taken to, in Å.

    Returns
    -------
    int array (n_operations, n)
        The atom that each atom is taken to; the identity first.

    Examples
    --------
    >>> from ase.cluster import Icosahedron
    >>> gold = Icosahedron("Au", 2)
    >>> len(point_operations(gold.positions, gold.numbers, 0.05))
    120
    """
    from scipy.spatial import KDTree

    places = positions - positions.mean(axis=0)
    scale = float(np.abs(places).max(initial=1.0)) * 10
    tree = KDTree(np.column_stack([places, numbers * scale]))
    found = [np.arange(len(places))]
    for turn in _candidate_turns(places, numbers, 2 * tolerance_ang):
        _, target = tree.query(np.column_stack([places @ turn, numbers * scale]))
        if (numbers[target] == numbers).all() and len(np.unique(target)) == len(target):
            moved = places @ best_turn(places, places[target])
            if np.linalg.norm(moved - places[target], axis=1).max() < tolerance_ang:
                found.append(target)
    return np.unique(np.array(found), axis=0)


def best_turn(places: _Vectors, targets: _Vectors) -> _Vectors:
    """Return the orthogonal matrix, shape (3, 3), that takes places nearest to targets.

    Both have shape (n, 3) and their mean at the origin; the result of ``places @ matrix`` has the
    least squared distance (Kabsch, doi:10.1107/S0567739476001873). It may be a reflection.
    """
    left, _, right = np.linalg.svd(places.T @ targets)
    turn: _Vectors = left @ right
    return turn


def ideal_positions(atoms: "Atoms", *, parent: "Atoms | None" = None) -> _Vectors:
    """Return where the atoms of a rattled or relaxed particle would ideally be.

    Parameters
    ----------
    atoms : ase.Atoms
        The particle.
    parent : ase.Atoms, optional
        An ideal particle with its atoms in the same order, turned, displaced and scaled in any
        way.

    Returns
    -------
    float array (n_atoms, 3)
        Positions in Å near those of the atoms: the places of the parent, of the particle that
        ``atoms.info`` describes where the atoms still are recognisably on it, or those that the
        particle takes when noise is averaged away; else the positions as they are.

    Raises
    ------
    SurfaceError
        If the parent has other atoms, or an atom has left its place in it.
    """
    if parent is not None:
        if parent.get_chemical_symbols() != atoms.get_chemical_symbols():
            raise SurfaceError(
                f"The parent {parent.get_chemical_formula()} is not the ideal form of "
                f"{atoms.get_chemical_formula()}: it must have the same elements in the same order."
            )
        return _checked_fit(atoms, parent)
    spacing = float(np.median(shortest_distances(atoms)))
    known = ideal_particle(atoms.info)
    if known is not None and len(known) == len(atoms):
        fitted = _fitted(known.positions, atoms.positions)
        if np.linalg.norm(fitted - atoms.positions, axis=1).max() < _RECOGNIZED * spacing:
            return fitted
    return _denoised(atoms, spacing)


def _checked_fit(atoms: "Atoms", parent: "Atoms") -> _Vectors:
    """The places of the parent, if every atom is nearer to its own than to a neighbour's."""
    fitted = _fitted(parent.positions, atoms.positions)
    distance = np.linalg.norm(fitted - atoms.positions, axis=1)
    limit = _LEFT * float(np.median(shortest_distances(parent)))
    i = int(distance.argmax())
    if distance[i] > limit:
        raise SurfaceError(
            f"Atom {i} ({atoms.symbols[i]}) has left its place in the parent: it lies "
            f"{distance[i]:.2f} Å from it, and {limit:.2f} Å are allowed. Give the ideal form of "
            "the present structure as its parent, or none."
        )
    return fitted


def _fitted(places: _Vectors, targets: _Vectors) -> _Vectors:
    """Places turned, displaced and scaled to lie nearest to the targets."""
    own = places - places.mean(axis=0)
    wanted = targets - targets.mean(axis=0)
    turned = own @ best_turn(own, wanted)
    scale = float((turned * wanted).sum() / max((own**2).sum(), 1e-12))
    fitted: _Vectors = turned * scale + targets.mean(axis=0)
    return fitted


def _denoised(atoms: "Atoms", spacing: float) -> _Vectors:
    """Positions averaged over the symmetry that noise has hidden, if it has hidden all."""
    numbers = np.asarray(atoms.numbers, dtype=np.int64)
    positions: _Vectors = atoms.positions.copy()
    if len(point_operations(positions, numbers, _EXACT * spacing)) > 1:
        return positions
    hidden = point_operations(positions, numbers, _NOISY * spacing)
    middle = positions.mean(axis=0)
    places = positions - middle
    average = np.zeros_like(places)
    for target in hidden:
        # Where each atom comes to lie when its image is turned back.
        average += places[target] @ best_turn(places, places[target]).T
    return average / len(hidden) + middle


def particle_operations(positions: _Vectors, numbers: NDArray[np.int64]) -> _Permutations:
    """Return the point group at the tolerance slabs have, relative to the bond length."""
    from ase import Atoms

    spacing = float(np.median(shortest_distances(Atoms(numbers=numbers, positions=positions))))
    return point_operations(positions, numbers, SYMMETRY_TOLERANCE * spacing)


def _candidate_turns(places: _Vectors, numbers: NDArray[np.int64], slack: float) -> list[_Vectors]:
    """Rotations and reflections that take two atoms of rare kinds to others of their kinds.

    An atom's kind is its element and distance from the middle.
    """
    radius = np.linalg.norm(places, axis=1)
    alike = (numbers[:, None] == numbers) & (np.abs(radius[:, None] - radius) < slack)
    rare = np.lexsort((-np.round(radius, 6), alike.sum(axis=1)))
    rare = rare[radius[rare] > 0.3 * radius.max()]
    if not len(rare):
        return []
    first = int(rare[0])
    sines = np.linalg.norm(np.cross(places[rare], places[first]), axis=1)
    askew = rare[sines > 0.3 * radius[first] * radius[rare]]
    if not len(askew):
        return []
    second = int(askew[0])
    length = np.linalg.norm(places[first] - places[second])
    one, other = np.flatnonzero(alike[first]), np.flatnonzero(alike[second])
    lengths = np.linalg.norm(places[one][:, None] - places[other], axis=2)
    pairs = np.argwhere(np.abs(lengths - length) < slack)
    home = _axes(places[first], places[second])
    turns = []
    for a, b in pairs:
        away = _axes(places[one[a]], places[other[b]])
        turns += [home.T @ away, home.T @ (away * np.array([[1], [1], [-1]]))]
    return turns


def _axes(first: NDArray[np.float64], second: NDArray[np.float64]) -> _Vectors:
    """Three perpendicular unit vectors (rows), the first along `first`, the third upright."""
    x = first / np.linalg.norm(first)
    z = np.cross(first, second)
    z = z / np.linalg.norm(z)
    return np.array([x, np.cross(z, x), z])
