"""Adsorbates that bind by two atoms: side-on, over a bridge, or on two sites.

The two binding atoms of a rigid molecule are rarely as far apart as what they bind to. Their axis
keeps over the line between the two ends and may slope: among all slopes that one is taken with
which both atoms are a bond away from their own end at once, or as nearly as can be.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.placing.bond_lengths import bond_length
from catml.structures.placing.contacts import Floor, lowest_free
from catml.structures.placing.molecule_shapes import CANCELLED, Adsorbate, across, bond_sum
from catml.structures.placing.site_axes import corners, flattened, site_axis, turned

if TYPE_CHECKING:
    from catml.structures.sites import Site

_Vector = NDArray[np.float64]
_SLOPES_DEG = np.linspace(-70.0, 70.0, 281)
# How much longer than a bond the way to the nearest atom of an end may be.
_OUT_OF_REACH_ANG = 0.5


@dataclass(frozen=True, eq=False)
class _End:
    """What one binding atom binds to: positions in Å, shape (n, 3), and elements."""

    places: _Vector
    elements: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Seat:
    """Where a pair of binding atoms goes: its middle, the normal there, its axis, its ends."""

    origin: _Vector
    normal: _Vector
    axis: _Vector
    ends: tuple[_End, _End]


def lying(
    slab: Atoms,
    site: "Site",
    guest: Adsorbate,
    to: "Site | None",
    height: float | None,
    tilt_deg: float,
    azimuth_deg: float,
) -> _Vector:
    """Return the positions in Å, shape (n, 3), of an adsorbate bound by two atoms.

    Raises
    ------
    SurfaceError
        If `to` is the same place as the site, or too far for the molecule.
    """
    seat = _seat(slab, site, to, azimuth_deg)
    floor = Floor.under(slab, seat.origin, seat.normal)
    shape, numbers = guest.atoms().positions, guest.atoms().numbers
    pair = (0, _second(guest))
    span = float(np.linalg.norm(shape[pair[1]]))
    lengths = [
        [
            bond_length(guest.name, guest.symbols[k], metal, end.elements).bond_ang
            for metal in metals
        ]
        for k, end in zip(pair, seat.ends, strict=True)
        for metals in [end.elements]
    ]
    limits = [
        floor.bonds(numbers[k], end.places, bonds)
        for k, end, bonds in zip(pair, seat.ends, lengths, strict=True)
    ]
    slope, rise = _settled(floor, seat.axis, span, limits)
    offsets = _posed(guest, seat, slope, tilt_deg)
    if height is not None:
        return seat.origin + offsets + height * seat.normal
    offsets += rise * seat.normal
    if to is not None:
        _check_reach(guest, site, to, seat, seat.origin + offsets[list(pair)], lengths)
    others = [k for k in range(len(numbers)) if k not in pair]
    blocked = [floor.blocked(offsets[k], floor.contacts(numbers[k])) for k in others]
    lift = lowest_free(0.0, np.vstack([np.empty((0, 2)), *blocked]))
    positions: _Vector = seat.origin + offsets + lift * seat.normal
    return positions


def _second(guest: Adsorbate) -> int:
    assert guest.second is not None
    return guest.second


def _seat(slab: Atoms, site: "Site", to: "Site | None", azimuth_deg: float) -> _Seat:
    first, normal = np.array(site.position), np.array(site.normal)
    places = corners(slab, site)
    if to is not None:
        shift = _to_nearest(slab, np.array(to.position) - first)
        second = np.array(to.position) + shift
        normal = normal + np.array(to.normal)
        normal /= np.linalg.norm(normal)
        axis = flattened(second - first, normal)
        if np.linalg.norm(axis) < 0.1:
            raise SurfaceError(
                f"The two binding atoms cannot both go to {site.id}: give another site as `to`, or "
                "none to place the adsorbate side-on."
            )
        ends = _End(places, site.elements), _End(corners(slab, to) + shift, to.elements)
        origin = (first + second) / 2
    else:
        origin, axis = first, site_axis(slab, site)
        if len(places) == 2:
            order = np.argsort(places @ axis)
            near, far = (_End(places[[k]], (site.elements[k],)) for k in order)
            ends = near, far
        else:
            ends = _End(places, site.elements), _End(places, site.elements)
    axis = turned(axis / np.linalg.norm(axis), normal, azimuth_deg)
    return _Seat(origin, normal, axis, ends)


def _to_nearest(slab: Atoms, way: _Vector) -> _Vector:
    """The lattice translation that makes a way shortest, shape (3,)."""
    from ase.geometry import find_mic

    shortest, _ = find_mic(way, slab.cell, slab.pbc)
    shift: _Vector = shortest - way
    return shift


def _settled(
    floor: Floor, axis: _Vector, span: float, limits: list[_Vector]
) -> tuple[float, float]:
    """Slope of the pair's axis in radians, height of its middle in Å."""

    def heights(slope: float) -> tuple[float, float]:
        aside = axis * (np.cos(slope) * span / 2)
        return floor.height(-aside, limits[0]), floor.height(aside, limits[1])

    def misfit(slope: float) -> float:
        low, high = heights(slope)
        return high - low - span * float(np.sin(slope))

    slopes = np.radians(_SLOPES_DEG)
    with np.errstate(invalid="ignore"):
        misfits = np.nan_to_num(np.array([misfit(slope) for slope in slopes]), nan=np.inf)
    # Of slopes that fit equally well, the flattest.
    best = float(slopes[int(np.lexsort((np.abs(slopes), np.abs(misfits).round(6)))[0])])
    step = float(slopes[1] - slopes[0])
    if misfit(best - step) * misfit(best + step) < 0:
        from scipy.optimize import brentq

        best = float(brentq(misfit, best - step, best + step, xtol=1e-10))
    low, high = heights(best)
    lift = float(np.sin(best)) * span / 2
    return best, max(0.0, low + lift, high - lift)


def _posed(guest: Adsorbate, seat: _Seat, slope: float, tilt_deg: float) -> _Vector:
    """The molecule about the middle of its pair: the pair on its axis, the rest upwards."""
    atoms = guest.atoms()
    second = _second(guest)
    own_axis = atoms.positions[second] / np.linalg.norm(atoms.positions[second])
    up = bond_sum(atoms, 0, without=second) + bond_sum(atoms, second, without=0)
    up = flattened(up, own_axis)
    if np.linalg.norm(up) < CANCELLED:
        up = flattened(across(atoms), own_axis)
    up /= np.linalg.norm(up)
    own = np.array([own_axis, up, np.cross(own_axis, up)])
    axis = np.cos(slope) * seat.axis + np.sin(slope) * seat.normal
    outward = np.cos(slope) * seat.normal - np.sin(slope) * seat.axis
    outward = turned(outward, axis, tilt_deg)
    frame = np.array([axis, outward, np.cross(axis, outward)])
    posed: _Vector = (atoms.positions - atoms.positions[second] / 2) @ own.T @ frame
    return posed


def _check_reach(
    guest: Adsorbate,
    site: "Site",
    to: "Site",
    seat: _Seat,
    positions: _Vector,
    lengths: list[list[float]],
) -> None:
    for position, end, bonds in zip(positions, seat.ends, lengths, strict=True):
        excess = float((np.linalg.norm(end.places - position, axis=1) - bonds).min())
        if excess > _OUT_OF_REACH_ANG:
            span = float(np.linalg.norm(positions[1] - positions[0]))
            raise SurfaceError(
                f"{guest.name} does not reach both {site.id} and {to.id}: its binding atoms are "
                f"{span:.2f} Å apart, and one would stay {excess:.1f} Å further away than a bond. "
                "Take sites nearer to each other; equivalent_copies in "
                "catml.structures.site_copies lists the copies of a site."
            )
