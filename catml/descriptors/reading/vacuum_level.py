"""The potential of the vacuum on both sides of a slab, from its average over planes.

A vacuum level is read off only where the averaged potential is level, away from all atoms. Where
it slopes, as between the sides of an asymmetric slab without a dipole correction, there is none.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

# Away from the outermost atoms the potential settles: from here on its slope only falls,
_NEAR_ANG = 2.0
_STEEPER_EV_PER_ANG = 0.1
# and from here on it may be level.
_FAR_ANG = 3.0
# What counts as level: so long at least, so small a slope everywhere, so small a change in all.
_SHORTEST_ANG = 1.0
_STEEPEST_EV_PER_ANG = 0.05
_LEVEL_EV = 0.1


@dataclass(frozen=True)
class VacuumLevels:
    """Potential of the vacuum above and below a slab, in eV on the potential's own scale."""

    upper_ev: float
    lower_ev: float


def vacuum_levels(
    atoms: "Atoms", potential_ev: ArrayLike, *, ends_left_out: bool = False
) -> VacuumLevels | None:
    """Find the level potential above and below a slab.

    Parameters
    ----------
    atoms
        The slab; the side its normal axis points to is the upper one.
    potential_ev : array_like, shape (n1, n2, n3)
        On an even grid along the three axes of the cell, beginning at its origin.
    ends_left_out
        Whether the grid leaves out both boundary planes of axes without periodicity, as GPAW's
        does; else it is that of a periodic cell.

    Returns
    -------
    VacuumLevels or None
        None where the cell has no vacuum along exactly one axis, or its potential is level on
        neither or only one of the sides.

    Raises
    ------
    DescriptorError
        If the potential is no three-dimensional array.

    Examples
    --------
    >>> import ase.build, numpy as np
    >>> slab = ase.build.fcc111("Cu", (1, 1, 4), vacuum=8.0)
    >>> vacuum_levels(slab, np.full((4, 4, 100), 4.5))
    VacuumLevels(upper_ev=4.5, lower_ev=4.5)
    """
    potential = np.asarray(potential_ev, dtype=float)
    if potential.ndim != 3:
        raise DescriptorError(
            f"a potential of shape {potential.shape} is none on a grid of three axes"
        )
    axis = _normal_axis(atoms)
    if axis is None:
        return None
    average = potential.mean(axis=tuple({0, 1, 2} - {axis}))
    n = average.size
    open_ended = ends_left_out and not atoms.pbc[axis]
    fractions = np.arange(1, n + 1) / (n + 1) if open_ended else np.arange(n) / n
    places = atoms.get_scaled_positions(wrap=False)[:, axis]
    height = _height(atoms, axis)
    if open_ended:
        upper = _first_level((fractions - places.max()) * height, average)
        lower = _first_level((places.min() - fractions[::-1]) * height, average[::-1])
    else:
        top, gap = _gap(places)
        # Planes in the order in which one meets them going up from the topmost atom.
        from_top = (fractions - top) % 1.0
        order = np.argsort(from_top)
        away, average = from_top[order] * height, average[order]
        room = gap * height - _FAR_ANG
        upper = _first_level(away[away <= room], average[away <= room])
        from_bottom = (gap * height - away)[::-1]
        fits = (from_bottom >= 0) & (from_bottom <= room)
        lower = _first_level(from_bottom[fits], average[::-1][fits])
    return None if upper is None or lower is None else VacuumLevels(upper, lower)


def _normal_axis(atoms: "Atoms") -> int | None:
    """Return the only axis along which there is room for a vacuum, or None."""
    if not len(atoms) or abs(atoms.cell.volume) < 1e-6:
        return None
    places = atoms.get_scaled_positions(wrap=False)
    wide = [
        axis
        for axis in range(3)
        if _gap(places[:, axis])[1] * _height(atoms, axis) >= 2 * _FAR_ANG + _SHORTEST_ANG
    ]
    return wide[0] if len(wide) == 1 else None


def _height(atoms: "Atoms", axis: int) -> float:
    """Return the distance of the cell's two faces that an axis connects."""
    others = [atoms.cell[other] for other in range(3) if other != axis]
    return float(abs(atoms.cell.volume) / np.linalg.norm(np.cross(*others)))


def _gap(places: NDArray[np.float64]) -> tuple[float, float]:
    """Return where the widest stretch without atoms begins, and how wide it is, as fractions."""
    inside = np.sort(places % 1.0)
    widths = np.diff(np.append(inside, inside[0] + 1.0))
    widest = int(np.argmax(widths))
    return float(inside[widest]), float(widths[widest])


def _first_level(away_ang: NDArray[np.float64], average: NDArray[np.float64]) -> float | None:
    """Return the potential of the first flat stretch met going away from the atoms.

    None where that stretch is too short or drifts, or lies behind a step: then it is an extremum,
    or the level of the other side.
    """
    outside = away_ang >= _NEAR_ANG
    away, average = away_ang[outside], average[outside]
    slopes = np.abs(np.diff(average)) / np.diff(away)
    flat = (slopes <= _STEEPEST_EV_PER_ANG) & (away[:-1] >= _FAR_ANG)
    if not flat.any():
        return None
    first = int(np.argmax(flat))
    steps = flat.size - first if flat[first:].all() else int(np.argmin(flat[first:]))
    run = average[first : first + steps + 1]
    settles = (np.diff(slopes[: first + 1]) <= _STEEPER_EV_PER_ANG).all()
    long = away[first + steps] - away[first] >= _SHORTEST_ANG
    return float(np.median(run)) if settles and long and np.ptp(run) <= _LEVEL_EV else None
