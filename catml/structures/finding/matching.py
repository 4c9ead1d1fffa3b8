"""Which atoms of a slab a motion takes to each other, and whether it keeps the slab."""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float64]

Image = tuple[int, int, int]
"""An atom and the cell vectors (two counts) it is displaced by."""

# A motion is tried on this many atoms first; most wrong ones fail there.
_SAMPLE = 16
# Largest distance looked at, in nearest-neighbour distances: nearer than half of one there is
# never more than one atom.
_REACH = 0.45


@dataclass(frozen=True)
class Tolerance:
    """How far atoms may be from where a symmetry puts them.

    Attributes
    ----------
    largest : float
        Distance of any one atom, in nearest-neighbour distances.
    rms : float
        Root mean square of all, in nearest-neighbour distances.
    strain : float
        How fast the distance may grow with depth. It keeps the answer independent of the
        thickness: a slightly sheared crystal shifts each layer by a little, and many by a lot.
    """

    largest: float
    rms: float
    strain: float


SYMMETRY_TOLERANCE = 0.02
"""How far atoms may lie from where symmetry puts them, in nearest-neighbour distances."""

EXACT = Tolerance(1e-3, 1e-3, 1e-3)
USUAL = Tolerance(SYMMETRY_TOLERANCE, SYMMETRY_TOLERANCE, 0.006)


class Match(NamedTuple):
    """Where a motion takes the atoms of a slab.

    Attributes
    ----------
    targets : int array (n,)
        The atom each falls on.
    turns : int array (n, 2)
        The cell vectors that atom is displaced by.
    offsets : float array (n, 3)
        How far beside it the moved atom lies, in Å, less the mean of all.
    shift : float array (3,)
        That mean: add it to none and subtract it from the motion for the best fit.
    """

    targets: NDArray[np.int64]
    turns: NDArray[np.int64]
    offsets: _Array
    shift: _Array


class AtomFinder:
    """Finds the atom, or periodic image of one, that is nearest to a place.

    Parameters
    ----------
    positions : float array (n, 3)
        Positions in Å.
    cell : float array (2, 2)
        In-plane cell vectors (rows) in Å.
    labels : int array (n,)
        What a motion must keep, such as atomic numbers; all equal where it need keep nothing.
    spacing_ang : float
        Typical nearest-neighbour distance.
    """

    def __init__(
        self, positions: _Array, cell: _Array, labels: NDArray[np.int64], spacing_ang: float
    ) -> None:
        from scipy.spatial import KDTree

        self.positions, self.cell, self.labels = positions, cell, labels
        self.spacing_ang = spacing_ang
        self._inverse = np.linalg.inv(cell)
        # Images up to a margin around the cell, so that no wrapping is needed in the search.
        margin = _REACH * spacing_ang * np.linalg.norm(self._inverse, axis=0)
        reach = np.ceil(margin).astype(int)
        shifts = np.array(list(product(*(range(-r, r + 1) for r in reach))))
        fractions = positions[:, :2] @ self._inverse
        home = np.floor(fractions)
        images = (fractions - home)[:, None] + shifts
        atoms, kept = np.nonzero(((images > -margin) & (images < 1 + margin)).all(axis=2))
        self._atoms = atoms
        self._turns = shifts[kept] - home[atoms].astype(int)
        places = positions[atoms]
        places[:, :2] += self._turns @ cell
        self._tree = KDTree(places)

    def find(self, places: _Array) -> tuple[NDArray[np.int64], NDArray[np.int64], _Array]:
        """Return the nearest atom, its cell vectors and the offset from it, for each place.

        Shapes (n,), (n, 2) and (n, 3). Right for places nearer to an atom than 0.45
        nearest-neighbour distances; others have an offset longer than that.
        """
        home = np.floor(places[:, :2] @ self._inverse)
        inside = places.copy()
        inside[:, :2] -= home @ self.cell
        _, nearest = self._tree.query(inside)
        offsets = inside - self._tree.data[nearest]
        return self._atoms[nearest], self._turns[nearest] + home.astype(int), offsets

    def around(self, places: _Array, radius_ang: float) -> list[list[Image]]:
        """Return the images of atoms within a radius, no larger than `find` reaches, of places."""
        home = np.floor(places[:, :2] @ self._inverse)
        inside = places.copy()
        inside[:, :2] -= home @ self.cell
        found = self._tree.query_ball_point(inside, radius_ang)
        atoms, turns = self._atoms.tolist(), self._turns.tolist()
        return [
            [(atoms[k], turns[k][0] + u, turns[k][1] + v) for k in near]
            for near, (u, v) in zip(found, home.astype(int).tolist(), strict=True)
        ]

    def match(self, moved: _Array, tolerance: Tolerance) -> Match | None:
        """Return where a motion takes the atoms, None unless it keeps the slab.

        `moved` holds the positions of all atoms after the motion, which should put at least one
        of them close to its target.
        """
        limit = min(2 * tolerance.largest, _REACH) * self.spacing_ang
        reach = limit + tolerance.strain * float(np.ptp(self.positions[:, 2]))
        n_atoms = len(moved)
        step = max(n_atoms // _SAMPLE, 1)
        for part in (slice(0, None, step), slice(None)):
            targets, turns, offsets = self.find(moved[part])
            away = np.einsum("ij,ij->i", offsets, offsets) > reach**2
            if away.any() or (self.labels[targets] != self.labels[part]).any():
                return None
            if step == 1:
                break
        shift = offsets.mean(axis=0)
        if np.bincount(targets, minlength=n_atoms).max() > 1:
            return None
        if not self._keeps(offsets - shift, tolerance):
            return None
        return Match(targets, turns, offsets - shift, shift)

    def _keeps(self, offsets: _Array, tolerance: Tolerance) -> bool:
        depth = self.positions[:, 2] - self.positions[:, 2].mean()
        spread = float(depth @ depth)
        growth = depth @ offsets / spread if spread > 1e-6 else np.zeros(3)
        rest = np.linalg.norm(offsets - depth[:, None] * growth, axis=1) / self.spacing_ang
        return bool(
            np.linalg.norm(growth) <= tolerance.strain
            and rest.max() <= tolerance.largest
            and np.sqrt((rest**2).mean()) <= tolerance.rms
        )


def rarest_atoms(
    heights: _Array, labels: NDArray[np.int64], tolerance_ang: float
) -> NDArray[np.int64]:
    """Return the atoms of the label and height that fewest others share.

    Examples
    --------
    >>> rarest_atoms(np.array([0.0, 0.0, 1.0, 1.0]), np.array([29, 29, 29, 28]), 0.1).tolist()
    [2]
    """
    counts = np.zeros(len(heights), dtype=np.int64)
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        ordered = np.sort(heights[own])
        counts[own] = np.searchsorted(ordered, heights[own] + tolerance_ang) - np.searchsorted(
            ordered, heights[own] - tolerance_ang
        )
    rarest = int(counts.argmin())
    near = np.abs(heights - heights[rarest]) < tolerance_ang
    return np.flatnonzero(near & (labels == labels[rarest]))
