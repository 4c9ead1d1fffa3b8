"""Choosing some of many points of a periodic pattern, as far apart as they can be.

How good a choice is says first the shortest distance between two of its points, periodic images
included, then the sum of their distances to the power of -12, in which short distances count far
more than long ones. Candidates are

1. every choice, where there are few; else
2. the regular ones: sublattices of the lattice that points of one kind form, such as p(2x2),
   c(2x2) and (√3x√3)R30°, and what such a sublattice leaves over, such as a honeycomb;
3. what is reached from a greedy start by moving one point at a time.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, combinations_with_replacement, product
from math import comb

import numpy as np
from numpy.typing import NDArray

_POWER = 12
_FEW = 4000
# Of the shortest distance between points: how near a point must be to where a translation leads.
_SAME = 0.3

_Vector = NDArray[np.float64]
_Choice = tuple[int, ...]


def spread_out(points: _Vector, cell: _Vector, periodic: Sequence[bool], count: int) -> list[int]:
    """Return the indices of `count` points that are as far apart as they can be.

    Parameters
    ----------
    points : float array (n, 3)
        Positions in Å.
    cell : float array (3, 3)
        Cell vectors in Å.
    periodic : sequence of 3 bool
        Along which of them the points repeat.
    count : int
        How many to choose, 1 to n.

    Examples
    --------
    Every other point of a ring:

    >>> ring = np.array([[x, 0.0, 0.0] for x in range(6)])
    >>> spread_out(ring, np.diag([6.0, 1.0, 1.0]), (True, False, False), 3)
    [0, 2, 4]
    """
    lengths = _lengths(points, cell, periodic)
    shortest = lengths.min(axis=0)
    repulsion = (lengths ** -float(_POWER)).sum(axis=0)
    near = _SAME * float(shortest.min())
    best: tuple[float, float, _Choice] | None = None
    for chosen in _candidates(points, cell, periodic, repulsion, near, count):
        rows = np.ix_(chosen, chosen)
        distance = round(float(shortest[rows].min()), 3)
        key = (-distance, float(f"{repulsion[rows].sum():.5e}"), chosen)
        best = min(best, key) if best else key
    assert best is not None
    return list(best[2])


def _lengths(points: _Vector, cell: _Vector, periodic: Sequence[bool]) -> _Vector:
    """Distances from each point to images of each other one, shape (images, n, n).

    inf from a point to itself.
    """
    from ase.geometry import get_distances, minkowski_reduce

    nearest, _ = get_distances(points, points, cell=cell, pbc=periodic)
    reduced, _ = minkowski_reduce(cell, periodic)
    turns = np.array(list(product(*((0, -1, 1, -2, 2) if p else (0,) for p in periodic))))
    lengths: _Vector = np.linalg.norm(nearest + (turns @ reduced)[:, None, None], axis=3)
    np.fill_diagonal(lengths[0], np.inf)
    return lengths


def _candidates(
    points: _Vector,
    cell: _Vector,
    periodic: Sequence[bool],
    repulsion: _Vector,
    near: float,
    count: int,
) -> Iterator[_Choice]:
    n = len(points)
    if comb(n, count) <= _FEW:
        yield from combinations(range(n), count)
        return
    left = set(range(n))
    while left:
        first = min(left)
        sums = _sums(points, cell, periodic, first, near)
        left -= set(sums)
        yield from _sublattices(sums, first, count)
        for part in _sublattices(sums, first, len(sums) - count):
            yield tuple(k for k in sorted(sums) if k not in part)
    yield _exchanged(repulsion, _greedy(repulsion, count))


def _sums(
    points: _Vector, cell: _Vector, periodic: Sequence[bool], first: int, near: float
) -> dict[int, dict[int, int]]:
    """How points of one kind add up, seen from the first of them.

    ``sums[a][b]`` is the point that the way from `first` to `a` leads to from `b`. Points are of
    one kind if the ways between them take every point to a point.
    """
    box = np.where(np.asarray(periodic)[:, None], cell, 1e6 * np.eye(3))
    fractions = points @ np.linalg.inv(box)
    moved: dict[int, list[int]] = {}
    for other in range(len(points)):
        offset = (fractions + fractions[other] - fractions[first])[:, None] - fractions
        off = np.linalg.norm((offset - np.rint(offset)) @ box, axis=2)
        if (off.min(axis=1) < near).all():
            moved[other] = [int(k) for k in off.argmin(axis=1)]
    return {a: {b: moved[a][b] for b in moved} for a in moved}


def _sublattices(sums: dict[int, dict[int, int]], first: int, size: int) -> Iterator[_Choice]:
    """All sublattices with `size` points that hold the first point."""
    if size < 1 or len(sums) % size:
        return
    found = set()
    for pair in combinations_with_replacement(sorted(sums), 2):
        reached = {first}
        pending = [first]
        while pending and len(reached) <= size:
            point = pending.pop()
            steps = {sums[step][point] for step in pair} - reached
            reached |= steps
            pending += sorted(steps)
        if len(reached) == size:
            found.add(tuple(sorted(reached)))
    yield from sorted(found)


def _greedy(repulsion: _Vector, count: int) -> _Choice:
    """From the first point on, always add the one that the chosen ones repel least."""
    chosen = [0]
    while len(chosen) < count:
        felt = repulsion[chosen].sum(axis=0)
        felt[chosen] = np.inf
        chosen.append(int(felt.argmin()))
    return tuple(sorted(chosen))


def _exchanged(repulsion: _Vector, chosen: _Choice) -> _Choice:
    """Move one point at a time to where repulsion is least, as long as that helps."""
    inside = np.zeros(len(repulsion), dtype=bool)
    inside[list(chosen)] = True
    while True:
        felt = repulsion[inside].sum(axis=0)
        # What moving from a (row) to b (column) changes: b feels all chosen ones but a.
        gain = felt[None] - repulsion - felt[:, None]
        gain[~inside] = np.inf
        gain[:, inside] = np.inf
        a, b = np.unravel_index(int(gain.argmin()), gain.shape)
        if not gain[a, b] < -1e-9 * felt.max():
            return tuple(int(k) for k in np.flatnonzero(inside))
        inside[a], inside[b] = False, True
