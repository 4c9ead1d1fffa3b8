"""Which atoms a probe can touch at all: a quick test that leaves out the inside of a crystal."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.structures.neighbors import Neighbors

if TYPE_CHECKING:
    from catml.structures.finding.surface_cell import SurfaceCell

_DIRECTIONS = 600
# No direction is farther than this from the nearest of so many spread evenly.
_BETWEEN_RAD = np.deg2rad(6.5)
# Neighbours up to the second shell of bcc close an atom in; all atoms do not take much more.
_SHELL = 1.3
_ATOMS_AT_ONCE = 256


def exposed_atoms(
    surface: "SurfaceCell", pairs: Neighbors, *, reach_ang: float, slack_ang: float
) -> NDArray[np.int64]:
    """Return the atoms that a probe can touch, and perhaps a few more.

    Parameters
    ----------
    surface : SurfaceCell
        A surface cell or particle.
    pairs : Neighbors
        Its pairs of atoms up to 1.3 nearest-neighbour distances or more.
    reach_ang : float
        Distance of the probe from the atoms it touches, in Å.
    slack_ang : float
        How much closer than that it may come to others, in Å.
    """
    near = pairs.distance < _SHELL * surface.spacing_ang
    i, j, shift = pairs.i[near], pairs.j[near], pairs.shift[near]
    bonds = surface.positions[j] - surface.positions[i]
    bonds[:, :2] += shift[:, :2] @ surface.cell
    bonds /= pairs.distance[near, None]
    # A probe that touches the atom overlaps a neighbour if it is closer to its direction than this.
    lengths = pairs.distance[near]
    nearest2 = (reach_ang - slack_ang) ** 2
    limits = (lengths**2 + reach_ang**2 - nearest2) / (2 * lengths * reach_ang)
    closed = np.arccos(np.clip(limits, -1, 1)) - _BETWEEN_RAD
    cosines = np.cos(np.maximum(closed, 0.0))
    directions = _even_directions()
    n_atoms = len(surface.numbers)
    starts = np.searchsorted(i, np.arange(n_atoms + 1))
    found = []
    for first in range(0, n_atoms, _ATOMS_AT_ONCE):
        last = min(first + _ATOMS_AT_ONCE, n_atoms)
        rows = slice(starts[first], starts[last])
        covered = np.zeros((last - first, len(directions)), dtype=bool)
        hit = bonds[rows] @ directions.T > cosines[rows, None]
        own = starts[first:last] - starts[first]
        some = np.flatnonzero(np.diff(starts[first : last + 1]))
        if len(some):
            covered[some] = np.logical_or.reduceat(hit, own[some], axis=0)
        found.append(first + np.flatnonzero(~covered.all(axis=1)))
    return np.concatenate(found)


@cache
def _even_directions() -> NDArray[np.float64]:
    """Directions spread evenly over the sphere, on a spiral of golden angles."""
    k = np.arange(_DIRECTIONS) + 0.5
    z = 1 - 2 * k / _DIRECTIONS
    turn = np.pi * (1 + 5**0.5) * k
    radius = np.sqrt(1 - z**2)
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), z])
