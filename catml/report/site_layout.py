"""Where everything stands in the picture of a slab's sites: the slab turned, the page divided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from catml.report.site_key import KeyRow, key_columns, key_size_in
from catml.report.slab_drawing import folded

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.sites import Site

Array = np.ndarray

RIM_IN = 0.12
MARK_PT, ROW_MARK_PT = 11.0, 9.0
"""Diameter of a site's marker on the surface, and of those in the row over the side view."""
KNEE_ANG = 1.9
"""Height above the topmost atom where the lines to the row of markers bend."""

_VIEW_IN, _LARGEST_VIEW_IN = 4.15, 8.0
_GUTTER_IN = 0.11
_TITLE_IN, _CAPTION_IN = 0.5, 0.24
_TALLEST_ABOVE_IN, _LEAST_KEY_IN = 5.0, 6.0
_LARGEST_SCALE = 0.35  # inches per Å
_MARGIN_ANG = 2.2
_LEAST_HEIGHT_ANG = 7.0
_BALL_ANG = 1.7
_KNEE_TO_ROW_ANG = 0.7
_MARK_GAP, _ROW_GAP = 1.4, 1.3
# A row of atoms, or a step, is what repeats at less than this share of the other direction.
_ROWS = 0.95


@dataclass(frozen=True)
class View:
    """A slab or particle turned for the page: x to the right, y up the page, z to the reader; Å.

    The cell's centre is at x = y = 0, the topmost atom at z = 0.

    Attributes
    ----------
    symbols, positions, fixed
        Of the slab's atoms: elements, shape (n, 3), and which are held, shape (n,).
    cell, corner
        In-plane vectors, shape (2, 2), and the corner they start from, shape (2,).
    kinds, places
        Of the sites: "ontop", "bridge" or "hollow"; shape (n_sites, 3), inside the cell.
    repeats
        Whether the cell repeats; that of a particle only frames it.
    """

    symbols: tuple[str, ...]
    positions: Array
    fixed: Array
    cell: Array
    corner: Array
    kinds: tuple[str, ...]
    places: Array
    repeats: bool = True

    @property
    def depth_ang(self) -> float:
        """How far a particle reaches at most in any direction."""
        return float(np.ptp(self.positions, axis=0).max()) + _BALL_ANG


def turned_slab(atoms: Atoms, sites: Sequence[Site]) -> View:
    """Turn a slab and its sites for the page; a particle stays as it stands.

    Raises
    ------
    SurfaceError
        If `atoms` is neither a slab nor a particle.
    """
    from catml.structures.finding.surface_cell import surface_cell

    if not atoms.pbc.any():
        return _standing_particle(atoms, sites)
    surface = surface_cell(atoms)
    turn = np.eye(3)
    turn[:2, :2] = _rows_upwards(surface.cell, surface.slab_cell)
    cell = surface.slab_cell @ turn[:2, :2].T
    positions = surface.actual_positions @ turn.T
    places = np.array([site.position for site in sites]) @ surface.frame.T @ turn.T
    origin = np.append(0.5 * cell.sum(axis=0), positions[:, 2].max())
    corner = -0.5 * cell.sum(axis=0)
    places = places - origin
    places[:, :2] = folded(places[:, :2], corner, cell)
    return View(
        symbols=tuple(atoms.get_chemical_symbols()),
        positions=positions - origin,
        fixed=_held(atoms),
        cell=cell,
        corner=corner,
        kinds=tuple(site.kind for site in sites),
        places=places,
    )


def _standing_particle(atoms: Atoms, sites: Sequence[Site]) -> View:
    low, high = atoms.positions.min(axis=0), atoms.positions.max(axis=0)
    origin = np.append((low + high)[:2] / 2, high[2])
    cell = np.diag((high - low)[:2] + 2 * _BALL_ANG)
    return View(
        symbols=tuple(atoms.get_chemical_symbols()),
        positions=atoms.positions - origin,
        fixed=_held(atoms),
        cell=cell,
        corner=-0.5 * cell.sum(axis=0),
        kinds=tuple(site.kind for site in sites),
        places=np.array([site.position for site in sites]) - origin,
        repeats=False,
    )


def _rows_upwards(primitive: Array, cell: Array) -> Array:
    """Return the turn of the plane, shape (2, 2), that sets rows upright; none without rows."""
    first, second = primitive
    if np.linalg.norm(first) > _ROWS * np.linalg.norm(second):
        along = cell[0] / np.linalg.norm(cell[0])
        return np.array([along, [-along[1], along[0]]])
    # Of the two ways along a row, that of the slab's own vectors, whichever the reduction found.
    along_own = first @ (cell[0] + 1e-3 * cell[1])
    up = np.copysign(1.0, along_own) * first / np.linalg.norm(first)
    return np.array([[up[1], -up[0]], up])


def _held(atoms: Atoms) -> Array:
    """Return which atoms a FixAtoms constraint holds, shape (n,)."""
    from ase.constraints import FixAtoms

    held = np.zeros(len(atoms), bool)
    for constraint in atoms.constraints:
        if isinstance(constraint, FixAtoms):
            held[constraint.index] = True
    return held


@dataclass(frozen=True)
class Plate:
    """Where everything stands on the page, in inches from the lower left; and the views in Å.

    Attributes
    ----------
    width_in, height_in
        Of the page.
    scale
        Inches per Å in both views.
    half_width_ang, half_height_ang
        Of the view from above around its centre.
    lowest_ang, highest_ang
        Ends of the view from the side; the topmost atom is at 0.
    label_rows
        Rows of markers over the view from the side.
    above_in, aside_in, key_in
        Boxes of the views and the key: left, bottom, width, height.
    columns
        Of the key.
    """

    width_in: float
    height_in: float
    scale: float
    half_width_ang: float
    half_height_ang: float
    lowest_ang: float
    highest_ang: float
    label_rows: int
    above_in: tuple[float, float, float, float]
    aside_in: tuple[float, float, float, float]
    key_in: tuple[float, float, float, float]
    columns: list[list[KeyRow]]

    @property
    def mark_ang(self) -> float:
        """Diameter of a marker in the row over the side view, on the scale of the views."""
        return ROW_MARK_PT / 72 / self.scale

    @property
    def mark_gap_ang(self) -> float:
        """Distance between neighbours in that row."""
        return _MARK_GAP * self.mark_ang

    @property
    def row_gap_ang(self) -> float:
        """Distance between such rows."""
        return _ROW_GAP * self.mark_ang

    def on_page(self, x_in: float, y_in: float) -> tuple[float, float]:
        """Return a place, given in inches from the lower left, as fractions of the page."""
        return x_in / self.width_in, y_in / self.height_in

    def axes(self, figure: Figure, box: tuple[float, float, float, float]) -> Axes:
        """Add axes at a box: left, bottom, width, height."""
        left, bottom, width, height = box
        return figure.add_axes((*self.on_page(left, bottom), *self.on_page(width, height)))


def divided_page(view: View, key: Sequence[KeyRow]) -> Plate:
    """Divide the page among title, views and key.

    Parameters
    ----------
    view
        What is shown.
    key
        Its rows, put into as many columns as are needed beside the views.
    """
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ view.cell
    span = np.ptp(corners, axis=0) + 2 * _MARGIN_ANG
    view_in = float(np.clip(span[0] * _crowded_scale(view.places), _VIEW_IN, _LARGEST_VIEW_IN))
    tall = max(float(span[1]), _LEAST_HEIGHT_ANG)
    scale = min(_LARGEST_SCALE, view_in / span[0], _TALLEST_ABOVE_IN / tall)
    wide = view_in / scale
    mark_ang = ROW_MARK_PT / 72 / scale
    label_rows = int(np.ceil(len(view.places) * _MARK_GAP * mark_ang / wide))
    lowest = float(view.positions[:, 2].min()) - _BALL_ANG
    highest = KNEE_ANG + _KNEE_TO_ROW_ANG + label_rows * _ROW_GAP * mark_ang
    deep = highest - lowest
    views_in = tall * scale + deep * scale + 2 * _CAPTION_IN
    columns = key_columns(key, room_in=max(views_in, _LEAST_KEY_IN))
    key_width, key_height = key_size_in(columns)
    height = max(views_in, key_height) + _TITLE_IN + RIM_IN
    top = height - _TITLE_IN
    above = top - _CAPTION_IN - tall * scale
    aside = above - _CAPTION_IN - deep * scale
    key_left = RIM_IN + view_in + _GUTTER_IN
    return Plate(
        width_in=key_left + key_width + RIM_IN,
        height_in=height,
        scale=scale,
        half_width_ang=wide / 2,
        half_height_ang=tall / 2,
        lowest_ang=lowest,
        highest_ang=highest,
        label_rows=label_rows,
        above_in=(RIM_IN, above, view_in, tall * scale),
        aside_in=(RIM_IN, aside, view_in, deep * scale),
        key_in=(key_left, top - key_height, key_width, key_height),
        columns=columns,
    )


def _crowded_scale(places: Array) -> float:
    """Inches per Å at which most sites, shape (n_sites, 3), have room for their markers."""
    apart = np.linalg.norm(places[:, None, :2] - places[:, :2], axis=-1)
    apart[apart < 1e-3] = np.inf
    nearest = float(np.median(apart.min(axis=1)))
    return MARK_PT / 72 / nearest if np.isfinite(nearest) else 0.0
