"""How far an adsorbate can come down onto a slab, and whether any atoms overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.neighbors import pairs_within

if TYPE_CHECKING:
    from catml.structures.sites import Site

# In sums of covalent radii (doi:10.1039/b801115j). Atoms that do not bind to each other may come
# closer than a bond where the site is narrow; closer than the overlap nothing may come. Adsorbates
# nearer to each other than the last would be bonded.
_CONTACT = 0.85
_OVERLAP = 0.65
_BONDED = 1.2
_REACH_ANG = 7.0

_Vector = NDArray[np.float64]


class ContactError(SurfaceError):
    """An adsorbate that would touch the slab, another adsorbate or its own periodic copies."""


@dataclass(frozen=True, eq=False)
class Floor:
    """The slab atoms under a point.

    Attributes
    ----------
    origin, normal : float array (3,)
        The point in Å and the direction that leads away from the slab.
    offsets : float array (n, 3)
        The slab atoms around, relative to the point, in Å.
    numbers : int array (n,)
        Their atomic numbers.
    """

    origin: _Vector
    normal: _Vector
    offsets: _Vector
    numbers: NDArray[np.int64]

    @classmethod
    def under(cls, slab: Atoms, origin: _Vector, normal: _Vector) -> "Floor":
        """Collect the atoms of a slab without adsorbates around a point."""
        probe = slab.copy()
        probe += Atoms("X", positions=[origin])
        pairs = pairs_within(probe, _REACH_ANG)
        near = (pairs.i == len(slab)) & (pairs.j < len(slab))
        j, shift = pairs.j[near], pairs.shift[near]
        return cls(
            np.asarray(origin, dtype=float),
            np.asarray(normal, dtype=float),
            slab.positions[j] + shift @ slab.cell.array - origin,
            slab.numbers[j],
        )

    def contacts(self, number: int) -> _Vector:
        """Return how near an atom that does not bind may come to each slab atom, in Å."""
        radii: _Vector = covalent_radii[self.numbers] + covalent_radii[number]
        return _CONTACT * radii

    def bonds(self, number: int, corners: _Vector, lengths: Sequence[float]) -> _Vector:
        """Return the same for an atom with bonds to the slab atoms at `corners`, shape (m, 3)."""
        limits = self.contacts(number)
        for corner, length in zip(corners, lengths, strict=True):
            limits[self.at(corner[None])] = length
        return limits

    def at(self, corners: _Vector) -> NDArray[np.bool_]:
        """Return which slab atoms are at the `corners`, shape (m, 3)."""
        ways = self.offsets[:, None] + self.origin - corners
        return (np.linalg.norm(ways, axis=2) < 1e-3).any(axis=1)

    def height(self, point: _Vector, limits: _Vector) -> float:
        """Return how far along the normal a point is to move to get above all slab atoms, in Å.

        `point` is relative to the origin and `limits` says how far off, shape (n,); -inf where
        there is no atom in the way.
        """
        return float(self.blocked(point, limits)[:, 1].max(initial=-np.inf))

    def blocked(self, point: _Vector, limits: _Vector) -> _Vector:
        """Return between which heights a point is too near to an atom, shape (n_in_the_way, 2)."""
        relative = self.offsets - point
        along = relative @ self.normal
        aside2 = (relative**2).sum(axis=1) - along**2
        near = aside2 < limits**2
        half = np.sqrt(limits[near] ** 2 - aside2[near])
        return np.column_stack([along[near] - half, along[near] + half])


def lowest_free(start: float, blocked: _Vector) -> float:
    """Return the lowest height from `start` upwards that is not blocked.

    `blocked` are pairs of heights in Å, shape (n, 2). Beside a wall that leans over the site there
    may be room below it, so the top of what is blocked will not do.

    Examples
    --------
    >>> lowest_free(1.0, np.array([[-2.0, 0.5], [0.8, 1.2], [1.9, 4.0]]))
    1.2
    """
    height = start
    for low, high in blocked[blocked[:, 0].argsort()].tolist():
        if low < height < high:
            height = high
    return height


def check_distances(placed: Atoms, n_before: int, n_slab: int, name: str, site: "Site") -> None:
    """Refuse a placement with overlapping atoms.

    The slab's own atoms come first, then up to `n_before` those of adsorbates placed earlier, then
    those of the new one.

    Raises
    ------
    ContactError
        If atoms overlap or would be bonded.
    """
    pairs = pairs_within(placed, _REACH_ANG)
    radii = covalent_radii[placed.numbers]
    ratio = pairs.distance / (radii[pairs.i] + radii[pairs.j])
    new = pairs.i >= n_before
    cases = (
        (
            new & (pairs.j < n_slab),
            _OVERLAP,
            "overlaps the slab",
            "give a larger height, or none to have it chosen",
        ),
        (
            new & (pairs.j >= n_slab) & (pairs.j < n_before),
            _BONDED,
            "touches an adsorbate that is there already",
            "take a site further away or a larger slab",
        ),
        (
            new & (pairs.j >= n_before) & pairs.shift.any(axis=1),
            _BONDED,
            "touches its own periodic copies",
            "build the slab with a larger size, such as (2, 2)",
        ),
    )
    for rows, least, what, advice in cases:
        if (ratio[rows] < least).any():
            worst = pairs.distance[rows][ratio[rows].argmin()]
            raise ContactError(
                f"{name} on {site.id} {what}, with atoms {worst:.2f} Å apart: {advice}."
            )
