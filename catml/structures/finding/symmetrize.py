"""The ideal slab behind a noisy or relaxed one that does not say what it is.

Noise leaves a slab with no symmetry but approximate ones. They are found with a loose tolerance,
elements left aside, and every atom is moved to the mean of the places they give it. In fcc, bcc
and what is ordered on them a fit of the whole lattice comes first.

A slab is exact, and not averaged, if it has a single exact symmetry, elements left aside, or bonds
that repeat throughout. So a random alloy, a strained crystal next to a more symmetric one, or a
reconstruction is what it is. An exact slab that is off its lattice without having lost any symmetry
has been relaxed, and is put back on it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from catml.structures.finding.flat_slabs import FlatSlab, flat_atoms
from catml.structures.finding.lattice_fit import on_lattice
from catml.structures.finding.matching import EXACT, USUAL, AtomFinder, Match, Tolerance
from catml.structures.finding.symmetry import Operation, motions, operation_of
from catml.structures.finding.translations import translations_of
from catml.structures.neighbors import Neighbors, pairs_within

_Array = NDArray[np.float64]
_Motion = tuple[NDArray[np.int64], Match]

# Independent displacements of 0.1 Å along each axis put an atom 0.24 Å, 0.09 nearest-neighbour
# distances, from the image of another in the mean, and hardly ever 0.3. Rows of a stepped surface
# whose exchange is no symmetry lie farther apart.
LOOSE = Tolerance(0.30, 0.15, 0.15)
# Nearest neighbours in bcc; fcc has 12.
_LATTICE_BONDS = 14


def symmetrized(slab: FlatSlab) -> _Array | None:
    """Return positions made symmetric, or None for a slab that is exact or cannot be.

    1. Fold the slab by its exact translations, elements left aside.
    2. Fit a crystal lattice to what remains (`catml.structures.finding.lattice_fit`).
    3. Unless it is exact, average it over its approximate symmetries; if it is, take the lattice
       for one that has only been relaxed.

    Returns
    -------
    float array (N, 3) or None
        Each next to its atom, in Å.
    """
    small, cells, members = _folded(slab, EXACT)
    exact = _is_exact(small)
    if exact and _has_few_bonds(small):
        return None
    fitted = on_lattice(small)
    if exact and (fitted is None or _close(small.positions, fitted, small.spacing_ang)):
        return None
    ideal = fitted if exact else _denoised(small, fitted)
    if ideal is None:
        return None
    unfolded = _unfolded(ideal, small.cell, cells, members)
    return unfolded if not exact or _as_symmetric(slab, unfolded) else None


def _denoised(slab: FlatSlab, fitted: _Array | None) -> _Array | None:
    """Positions averaged over the approximate symmetries of a noisy slab."""
    tolerance = LOOSE
    if fitted is not None:
        tolerance = _fit_tolerance(slab, fitted)
        slab = replace(slab, positions=fitted)
    small, cells, members = _folded(slab, tolerance)
    blank = np.zeros(len(small.numbers), dtype=np.int64)
    finder = AtomFinder(small.positions, small.cell, blank, slab.spacing_ang)
    group = _closed(list(motions(finder, tolerance)))
    if len(group) == 1 and len(small.numbers) == len(slab.numbers):
        return fitted
    return _unfolded(_averaged(small.positions, small.cell, group), small.cell, cells, members)


def _fit_tolerance(slab: FlatSlab, fitted: _Array) -> Tolerance:
    """How far a fitted lattice may lean by chance: six times its standard deviation."""
    free = max(len(fitted) - 2, 1)
    noise = float(np.sqrt(((slab.positions - fitted) ** 2).sum() / free))
    spread = float(np.linalg.norm(fitted[:, 2] - fitted[:, 2].mean()))
    return replace(USUAL, strain=max(USUAL.strain, 6 * noise / max(spread, noise, 1e-9)))


def _is_exact(slab: FlatSlab) -> bool:
    """Whether anything about the slab is as exact as in a crystal: it has not been rattled."""
    blank = np.zeros(len(slab.numbers), dtype=np.int64)
    finder = AtomFinder(slab.positions, slab.cell, blank, slab.spacing_ang)
    others = (1 for rotation, _ in motions(finder, EXACT) if (rotation != np.eye(2)).any())
    return next(others, None) is not None or _bonds_repeat(slab)


def _close(positions: _Array, fitted: _Array, spacing_ang: float) -> bool:
    off = np.linalg.norm(positions - fitted, axis=1).max()
    return bool(off < USUAL.largest * spacing_ang)


def _as_symmetric(slab: FlatSlab, fitted: _Array) -> bool:
    """Whether an exact slab has lost no symmetry by being off its lattice.

    Such is one whose layers have moved up and down, or one element of an alloy against the other;
    a reconstruction has lost some.
    """
    return _order(slab, slab.positions) == _order(slab, fitted)


def _order(slab: FlatSlab, positions: _Array) -> float:
    """The number of symmetries per atom, elements counted."""
    finder = AtomFinder(positions, slab.cell, slab.numbers, slab.spacing_ang)
    basis, orbits = translations_of(finder, USUAL)
    chosen = np.unique(orbits)
    small = AtomFinder(positions[chosen], basis, slab.numbers[chosen], slab.spacing_ang)
    return sum(1 for _ in motions(small, USUAL)) / len(chosen)


def _bonds_repeat(slab: FlatSlab) -> bool:
    """Whether every atom has a bond with the length and direction of another atom's."""
    from scipy.spatial import KDTree

    pairs, bonds = _bonds(slab)
    # A bond within one column of images repeats whatever its atom does.
    between = pairs.i != pairs.j
    if not between.any():
        return False
    limit = EXACT.largest * slab.spacing_ang
    near = KDTree(bonds[between]).query_pairs(limit, output_type="ndarray")
    return len(np.unique(pairs.i[between][near])) == len(slab.numbers)


def _has_few_bonds(slab: FlatSlab) -> bool:
    """Whether all bonds have one of so few directions and lengths as in an ideal lattice."""
    _, bonds = _bonds(slab)
    steps = np.round(bonds / (EXACT.largest * slab.spacing_ang)).astype(np.int64)
    return len(set(map(tuple, steps.tolist()))) <= _LATTICE_BONDS


def _bonds(slab: FlatSlab) -> tuple[Neighbors, _Array]:
    atoms = flat_atoms(slab.numbers, slab.positions, slab.cell)
    pairs = pairs_within(atoms, 1.2 * slab.spacing_ang)
    bonds = slab.positions[pairs.j] - slab.positions[pairs.i]
    bonds[:, :2] += pairs.shift[:, :2] @ slab.cell
    return pairs, bonds


def _folded(
    slab: FlatSlab, tolerance: Tolerance
) -> tuple[FlatSlab, NDArray[np.int64], NDArray[np.int64]]:
    """The primitive cell of a slab, elements left aside, each atom in the mean of its copies.

    With it the cell and the primitive atom that each atom is in, shapes (N, 2) and (N,).
    """
    blank = np.zeros(len(slab.numbers), dtype=np.int64)
    finder = AtomFinder(slab.positions, slab.cell, blank, slab.spacing_ang)
    basis, orbits = translations_of(finder, tolerance)
    chosen, members = np.unique(orbits, return_inverse=True)
    offset = (slab.positions - slab.positions[orbits])[:, :2]
    cells = np.rint(offset @ np.linalg.inv(basis)).astype(np.int64)
    folded = slab.positions.copy()
    folded[:, :2] -= cells @ basis
    sums = np.zeros((len(chosen), 3))
    np.add.at(sums, members, folded)
    small = replace(
        slab,
        cell=basis,
        positions=sums / np.bincount(members)[:, None],
        numbers=slab.numbers[chosen],
    )
    return small, cells, members


def _unfolded(
    positions: _Array, basis: _Array, cells: NDArray[np.int64], members: NDArray[np.int64]
) -> _Array:
    places = positions[members]
    places[:, :2] += cells @ basis
    return places


def _closed(found: Sequence[_Motion]) -> list[_Motion]:
    """The largest group among motions, those with the smallest misfit first."""
    ordered = sorted(found, key=lambda motion: float((motion[1].offsets ** 2).sum()))
    operations = [operation_of(*motion) for motion in ordered]
    keys = [_key(operation) for operation in operations]
    for number in range(len(keys), 1, -1):
        members = set(keys[:number])
        if len(members) == number and all(
            _key_of_product(one, other) in members
            for one in operations[:number]
            for other in operations[:number]
        ):
            return ordered[:number]
    return ordered[:1]


def _key(operation: Operation) -> tuple[object, int]:
    return operation.rotation, operation.images[0][0]


def _key_of_product(one: Operation, other: Operation) -> tuple[object, int]:
    """What tells the motion `other` after `one` from all others."""
    (a, b), (c, d) = one.rotation
    (p, q), (r, s) = other.rotation
    rotation = (a * p + b * r, a * q + b * s), (c * p + d * r, c * q + d * s)
    return rotation, other.images[one.images[0][0]][0]


def _averaged(positions: _Array, basis: _Array, group: Sequence[_Motion]) -> _Array:
    """Mean of the places that the motions of a group take atoms to."""
    inverse = np.linalg.inv(basis)
    middle = positions.mean(axis=0)
    sums = np.zeros_like(positions)
    for rotation, match in group:
        moved = positions - middle
        moved[:, :2] = moved[:, :2] @ inverse @ rotation @ basis
        moved[:, :2] -= match.turns @ basis
        # The best-fitting motion keeps the middle of the atoms where it was.
        moved += (positions[match.targets] - moved).mean(axis=0)
        sums[match.targets] += moved
    return sums / len(group)
