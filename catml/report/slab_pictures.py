"""Small pictures of slabs for the report: from above with the sites, from the side with the guest.

The picture to print and to choose sites from is `catml.report.site_pictures.site_figure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from catml.report.element_colors import Rgb, element_colors, usual_color
from catml.report.slab_drawing import (
    Balls,
    draw_balls,
    draw_cell,
    drawn_table,
    element_handles,
    folded,
    frame,
    in_a_cell,
    repeated_balls,
)
from catml.report.style import INK, SITE_MARKERS, new_figure, styled

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.sites import Site

Array = np.ndarray

_HALF_VIEW_ANG = (4.3, 9.0)
_HALF_VIEW_ASIDE_ANG = 4.6
# Atoms this far below the top of the slab are hidden from above by those over them.
_SEEN_FROM_ABOVE_ANG = 5.0
# From the side, binding atoms up to this far before the site are shown, nearer ones cut away.
_IN_FRONT_ANG = 1.6


@styled
def slab_figure(
    atoms: Atoms,
    sites: Sequence[Site] = (),
    *,
    best: str | None = None,
    with_adsorbate: Atoms | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """Draw a slab from above and from the side.

    Parameters
    ----------
    atoms
        The clean slab, z along the normal; repeated in the plane to fill the picture. Or a
        particle, which the picture then puts into the middle of a cell.
    sites
        Its adsorption sites: circle ontop, square bridge, triangle hollow.
    best
        The `id` of the site to highlight and to centre the picture on.
    with_adsorbate
        The same slab with the adsorbate's atoms appended; drawn in the view from the side.

    Returns
    -------
    figure : matplotlib.figure.Figure
        2.6 in × 1.55 in: from above on the left, from the side on the right, the elements below.
    data : pandas.DataFrame
        `what` ("atom", "adsorbate" or "site"), `label` (element or site id), `x_ang`, `y_ang`,
        `z_ang` of the slab and the sites, `highlighted`.
    """
    atoms, sites, with_adsorbate = in_a_cell(atoms, sites, with_adsorbate)
    half = _half_view_ang(atoms)
    figure = new_figure(2.6, 1.55)
    above, aside = figure.subplots(1, 2)
    colors = _colors(atoms, with_adsorbate)
    top = atoms.positions[:, 2].max()
    middle = np.append(atoms.cell[:2, :2].sum(axis=0) / 2, top)
    _draw_from_above(above, _repeated(atoms, middle, half), half, colors)
    cell = np.asarray(atoms.cell[:2, :2])
    if atoms.pbc.any():
        draw_cell(above, -0.5 * cell.sum(axis=0), cell)
    for site in sorted(sites, key=lambda site: site.id == best):
        _mark_site(above, cell, site, best=site.id == best)
    chosen = [site.position for site in sites if site.id == best]
    front = np.array([*(chosen[0] if chosen else middle)[:2], top])
    balls = _repeated(atoms, front, _HALF_VIEW_ASIDE_ANG)
    _draw_from_aside(aside, _with_adsorbate(balls, atoms, with_adsorbate, front), colors)
    for axes, title in ((above, "from above"), (aside, "from the side")):
        axes.set_title(title, fontsize=5.5, fontweight="normal", loc="center", pad=2)
    handles = element_handles(colors)
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        fontsize=6.0,
        handletextpad=0.1,
        columnspacing=1.0,
        borderpad=0.1,
    )
    return figure, drawn_table(atoms, sites, best=best, with_adsorbate=with_adsorbate)


def _colors(atoms: Atoms, with_adsorbate: Atoms | None) -> dict[str, Rgb]:
    """Return the colours of the elements in their order, those of the adsorbate the usual ones.

    What stands on the surface is told from it by its place; oxygen stays red on copper.
    """
    slab = element_colors(atoms.get_chemical_symbols())
    shown = dict.fromkeys((with_adsorbate or atoms).get_chemical_symbols())
    return {symbol: slab.get(symbol) or usual_color(symbol) for symbol in shown}


def _half_view_ang(atoms: Atoms) -> float:
    """Return half the width of the view from above, in which the whole cell is seen."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ atoms.cell[:2, :2]
    return float(np.clip(0.5 * np.ptp(corners, axis=0).max() + 1.2, *_HALF_VIEW_ANG))


def _repeated(atoms: Atoms, centre: Array, half: float) -> Balls:
    """Repeat the slab over a square view; positions from its centre (3,)."""
    return repeated_balls(
        atoms.get_chemical_symbols(),
        atoms.positions - centre,
        np.asarray(atoms.cell[:2, :2]),
        half=(half, half),
    )


def _with_adsorbate(
    balls: Balls, atoms: Atoms, with_adsorbate: Atoms | None, centre: Array
) -> Balls:
    if with_adsorbate is None:
        return balls
    added = with_adsorbate[len(atoms) :]
    return balls.joined(
        Balls(
            tuple(added.get_chemical_symbols()),
            added.positions - centre,
            np.ones(len(added), bool),
            np.zeros(len(added), bool),
        )
    )


def _draw_from_above(axes: Axes, balls: Balls, half: float, colors: dict[str, Rgb]) -> None:
    seen = balls.kept(balls.positions[:, 2] > -_SEEN_FROM_ABOVE_ANG)
    depth = np.clip(-seen.positions[:, 2], 0.0, None)
    flat = seen.positions[:, :2]
    draw_balls(axes, seen, flat, depth, fading=depth / _SEEN_FROM_ABOVE_ANG, colors=colors)
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    frame(axes)


def _draw_from_aside(axes: Axes, balls: Balls, colors: dict[str, Rgb]) -> None:
    """Draw the slab cut open before the best site, the adsorbate standing on it."""
    half = _HALF_VIEW_ASIDE_ANG
    seen = balls.kept((balls.positions[:, 1] > -_IN_FRONT_ANG) | balls.adsorbate)
    depth = seen.positions[:, 1]
    across = seen.positions[:, [0, 2]]
    fading = np.where(seen.adsorbate, 0.0, np.clip(depth / (half + 2.0), 0.0, None))
    draw_balls(axes, seen, across, depth, fading=fading, colors=colors)
    highest = across[:, 1].max() + 1.2
    axes.set(xlim=(-half, half), ylim=(highest - 2 * half, highest), aspect="equal")
    frame(axes)


def _mark_site(axes: Axes, cell: Array, site: Site, *, best: bool) -> None:
    """Mark the image of a site that lies in the cell drawn."""
    (place,) = folded(np.array([site.position[:2]]), np.zeros(2), cell) - cell.sum(axis=0) / 2
    axes.plot(
        *place,
        marker=SITE_MARKERS[site.kind],
        markersize=6.0 if best else 3.4,
        markerfacecolor=INK if best else "white",
        markeredgecolor="white" if best else INK,
        markeredgewidth=0.6,
        zorder=6 if best else 5,
    )
