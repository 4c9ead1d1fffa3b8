"""Choosing some of many points of a periodic pattern, as far apart as they can be.

How good a choice is says first the shortest distance between two of its points, periodic images
included. Of choices that are equal in this, regular ones come first: sublattices of the lattice
that points of one kind form, the most compact one first, such as p(2x2), c(2x2) and (√3x√3)R30°;
then what such a sublattice leaves over, such as a honeycomb; then any other. So a large cell is
covered as a small one is. Last counts the sum of distances to the power of -12, in which short ones
count far more than long ones.

Where there are few choices, all are compared; else the regular ones, and what is reached from a
greedy start by moving one point at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product
from math import comb

import numpy as np
from numpy.typing import NDArray

_POWER = 12
_FEW = 4000
# Of the shortest distance between points: how near a point must be to where a translation leads,
# and how much two lengths may differ that count as one.
_SAME = 0.3
_EQUAL = 0.05
_FAR_ANG = 1e6
_LATTICE, _LEFT_OVER, _IRREGULAR = range(3)

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
    pattern = _Pattern.of(points, cell, periodic)
    ranked = []
    for sums in pattern.kinds():
        for part in _sublattices(sums, count):
            ranked.append((pattern.rank(part, _LATTICE, pattern.shape(part)), part))
        for left in _sublattices(sums, len(sums) - count):
            part = tuple(k for k in sorted(sums) if k not in left)
            ranked.append((pattern.rank(part, _LEFT_OVER, pattern.shape(left)), part))
    if comb(len(points), count) <= _FEW:
        others = list(combinations(range(len(points)), count))
    else:
        others = [_exchanged(pattern.repulsion, _greedy(pattern.repulsion, count))]
    ranked += [(pattern.rank(part, _IRREGULAR, ()), part) for part in others]
    return list(min(ranked)[1])


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Points of a periodic pattern and how far they are from each other.

    Attributes
    ----------
    fractions : float array (n, 3)
        Their places in units of `box`.
    box : float array (3, 3)
        The cell, a very long one along directions in which the points do not repeat.
    ways : float array (images, n, n, 3)
        From each point to images of each other one, the nearest first, in Å.
    shortest : float array (n, n)
        The shortest distances, from a point to itself that to its own image.
    repulsion : float array (n, n)
        Sums of distances to the power of -12.
    """

    fractions: _Vector
    box: _Vector
    ways: _Vector
    shortest: _Vector
    repulsion: _Vector

    @classmethod
    def of(cls, points: _Vector, cell: _Vector, periodic: Sequence[bool]) -> "_Pattern":
        from ase.geometry import get_distances, minkowski_reduce

        nearest, _ = get_distances(points, points, cell=cell, pbc=periodic)
        reduced, _ = minkowski_reduce(cell, periodic)
        turns = np.array(list(product(*((0, -1, 1, -2, 2) if p else (0,) for p in periodic))))
        ways = nearest + (turns @ reduced)[:, None, None]
        lengths = np.linalg.norm(ways, axis=3)
        np.fill_diagonal(lengths[0], np.inf)
        box = np.where(np.asarray(periodic)[:, None], cell, _FAR_ANG * np.eye(3))
        return cls(
            fractions=points @ np.linalg.inv(box),
            box=box,
            ways=ways,
            shortest=np.minimum(lengths.min(axis=0), _FAR_ANG),
            repulsion=(lengths ** -float(_POWER)).sum(axis=0),
        )

    def rank(
        self, part: _Choice, regularity: int, shape: tuple[int, ...]
    ) -> tuple[int, int, tuple[int, ...], float]:
        """Return a key that is smaller for better choices."""
        rows = np.ix_(part, part)
        distance = self._rounded(float(self.shortest[rows].min()))
        return -distance, regularity, shape, float(f"{self.repulsion[rows].sum():.5e}")

    def shape(self, part: _Choice) -> tuple[int, ...]:
        """Return a key for a sublattice: its shortest vector is to be long, the next one short."""
        vectors = self.ways[:, part[0], list(part)].reshape(-1, 3)
        lengths = np.linalg.norm(vectors, axis=1)
        vectors = vectors[np.argsort(lengths.round(3), kind="stable")]
        vectors = vectors[np.linalg.norm(vectors, axis=1) > 1e-6]
        if not len(vectors):
            return ()
        first = vectors[0] / np.linalg.norm(vectors[0])
        aside = np.linalg.norm(np.cross(vectors, first), axis=1)
        second = vectors[int(np.argmax(aside > 0.1 * float(self.shortest.min())))]
        lengths = np.linalg.norm([vectors[0], second], axis=1)
        return -self._rounded(float(lengths[0])), self._rounded(float(lengths[1]))

    def kinds(self) -> Iterator[dict[int, dict[int, int]]]:
        """Tell how the points of each kind add up, seen from the first of them.

        ``sums[a][b]`` is the point that the way from the first to `a` leads to from `b`. Points
        are of one kind if the ways between them take every point to a point.
        """
        near = _SAME * float(self.shortest.min())
        left = list(range(len(self.fractions)))
        while left:
            moved: dict[int, list[int]] = {}
            for other in left:
                step = self.fractions[other] - self.fractions[left[0]]
                offset = (self.fractions + step)[:, None] - self.fractions
                off = np.linalg.norm((offset - np.rint(offset)) @ self.box, axis=2)
                if (off.min(axis=1) < near).all():
                    moved[other] = [int(k) for k in off.argmin(axis=1)]
            yield {a: {b: moved[a][b] for b in moved} for a in moved}
            left = [k for k in left if k not in moved]

    def _rounded(self, length: float) -> int:
        return round(length / (_EQUAL * float(self.shortest.min())))


def _sublattices(sums: dict[int, dict[int, int]], size: int) -> Iterator[_Choice]:
    """All sublattices with `size` points that hold the first point."""
    if size < 1 or len(sums) % size:
        return
    first = min(sums)
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
