"""The lattice translations that keep a slab, found from its atoms alone.

Only as many translations are tried in full as it takes to span the lattice, so that the cost grows
with the number of atoms and not with its square.
"""

from collections.abc import Iterator
from math import gcd, lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catml.structures.finding.matching import AtomFinder, Match, Tolerance, rarest_atoms
from catml.structures.neighbors import connected_parts

_Array = NDArray[np.float64]


class Translation(NamedTuple):
    """A translation that keeps a slab: `cells` cell vectors divided by `order`, and its match."""

    cells: tuple[int, int]
    order: int
    match: Match


class Translations(NamedTuple):
    """All translations of a slab.

    Attributes
    ----------
    basis : float array (2, 2)
        The shortest pair of vectors (rows) that span them, in Å.
    orbits : int array (N,)
        For each atom the lowest index among the atoms that translations take it to.
    """

    basis: _Array
    orbits: NDArray[np.int64]


def translations_of(finder: AtomFinder, tolerance: Tolerance) -> Translations:
    """Return the translations that keep a slab; those of its cell are always among them."""
    found = list(spanning_translations(finder, tolerance))
    if not found:
        return Translations(reduced(finder.cell), np.arange(len(finder.positions)))
    fractions = _spanned([(*step.cells, step.order) for step in found])
    return Translations(reduced(fractions @ finder.cell), _orbits([s.match.targets for s in found]))


def spanning_translations(finder: AtomFinder, tolerance: Tolerance) -> Iterator[Translation]:
    """Yield translations, shortest first, that together with the cell's own span all."""
    positions, cell = finder.positions, finder.cell
    limit = tolerance.largest * finder.spacing_ang
    anchors = rarest_atoms(positions[:, 2], finder.labels, limit)
    basis = reduced(cell)
    shifts = positions[anchors[1:]] - positions[anchors[0]]
    shifts[:, :2] -= np.rint(shifts[:, :2] @ np.linalg.inv(basis)) @ basis
    shifts = shifts[np.argsort(np.round(np.linalg.norm(shifts, axis=1), 6), kind="stable")]
    steps: list[tuple[int, int, int]] = []
    while len(shifts):
        shift, shifts = shifts[0], shifts[1:]
        match = finder.match(positions + shift, tolerance)
        step = None if match is None else _exact(match, int(anchors[0]), shift, cell, limit)
        if step is None:
            continue
        yield step
        steps.append((*step.cells, step.order))
        basis = reduced(_spanned(steps) @ cell)
        off = shifts[:, :2] - np.rint(shifts[:, :2] @ np.linalg.inv(basis)) @ basis
        shifts = shifts[np.linalg.norm(off, axis=1) > 2 * limit]


def _exact(
    match: Match, anchor: int, shift: _Array, cell: _Array, limit_ang: float
) -> Translation | None:
    """The translation as an exact fraction of the cell: repeated often enough it is a cell vector.

    None where that fraction is not the shift it was found with.
    """
    order, atom = 0, anchor
    cells = np.zeros(2, dtype=np.int64)
    while order == 0 or atom != anchor:
        cells += match.turns[atom]
        atom = int(match.targets[atom])
        order += 1
    if np.linalg.norm(cells / order @ cell - shift[:2]) > 2 * limit_ang:
        return None
    return Translation((int(cells[0]), int(cells[1])), order, match)


def _spanned(steps: list[tuple[int, int, int]]) -> _Array:
    """A basis, in fractions of the cell, of its lattice and steps (u / order, v / order)."""
    whole = lcm(*(order for _, _, order in steps))
    rows = [(whole, 0), (0, whole)]
    rows += [(u * whole // order, v * whole // order) for u, v, order in steps]
    (first, along), rest = rows[0], 0
    for row in rows[1:]:
        u, v = row
        while u:
            turns = first // u
            (first, along), (u, v) = (u, v), (first - turns * u, along - turns * v)
        rest = gcd(rest, v)
    return np.array([[first, along], [0, rest]]) / whole


def _orbits(permutations: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The lowest index among the atoms that permutations connect, for each atom."""
    n_atoms = len(permutations[0])
    start = np.tile(np.arange(n_atoms), len(permutations))
    member = connected_parts(start, np.concatenate(permutations), n_atoms)
    _, lowest = np.unique(member, return_index=True)
    return np.asarray(lowest[member], dtype=np.int64)


def reduced(cell: _Array) -> _Array:
    """Return the shortest pair of vectors of a two-dimensional lattice (Lagrange's reduction)."""
    short, long = sorted(cell, key=np.linalg.norm)
    while True:
        long = long - np.rint(long @ short / (short @ short)) * short
        if np.linalg.norm(long) > np.linalg.norm(short) * (1 - 1e-9):
            return np.array([short, long])
        short, long = long, short
