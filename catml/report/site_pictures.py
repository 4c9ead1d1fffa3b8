"""The picture of a slab with its sites, to print and to choose from: above, aside, and a key.

Both views share one scale and one horizontal axis. Where a surface has rows (steps, say), they run
up the page, so that the view from the side looks along them and shows the profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from catml.errors import SurfaceError
from catml.report.element_colors import Rgb, element_colors
from catml.report.labels import spread
from catml.report.site_key import draw_key, key_rows, marker_at
from catml.report.site_layout import (
    KNEE_ANG,
    MARK_PT,
    RIM_IN,
    ROW_MARK_PT,
    Plate,
    View,
    divided_page,
    turned_slab,
)
from catml.report.slab_drawing import (
    Balls,
    draw_balls,
    draw_cell,
    drawn_table,
    frame,
    repeated_balls,
)
from catml.report.style import (
    INK,
    styled,
    typeset_formula,
    typeset_surface,
)

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.sites import Site

Array = np.ndarray

_SEEN_FROM_ABOVE_ANG = 5.0
_SEEN_FROM_ASIDE_ANG = 6.5
_FAR_ANG = 1e4
_BAR_ANG = 5.0


@styled
def site_figure(
    atoms: Atoms, sites: Sequence[Site], *, name: str = ""
) -> tuple[Figure, pd.DataFrame]:
    """Draw a slab or particle from above and aside, every distinct site numbered, with a key.

    Parameters
    ----------
    atoms
        The slab, its third cell vector pointing away from the surface; or a particle, whose sites
        on the far side are marked as if one saw through it.
    sites
        Its distinct sites, as `catml.find_sites` gives them.
    name
        Title; by default the surface or particle in ``atoms.info``, else the formula.

    Returns
    -------
    figure : matplotlib.figure.Figure
        7 in wide, or more where many sites crowd. A site stands where it is in the cell outlined:
        circle on top, square bridge, triangle hollow; its number is that of its row in the key.
    data : pandas.DataFrame
        `what` ("atom" or "site"), `label` (element or site id), `x_ang`, `y_ang`, `z_ang`,
        `highlighted` (False).

    Raises
    ------
    SurfaceError
        If `atoms` is neither a slab nor a particle, or has no sites to show.
    """
    if not sites:
        raise SurfaceError("no sites are given to be drawn; take them from find_sites(atoms)")
    view = turned_slab(atoms, sites)
    colors = element_colors(view.symbols)
    rows = key_rows(sites, view.symbols, fixed=bool(view.fixed.any()))
    plate = divided_page(view, rows)
    figure = Figure(figsize=(plate.width_in, plate.height_in), dpi=100)
    _write_title(figure, plate, atoms, sites, name)
    above = plate.axes(figure, plate.above_in)
    _draw_from_above(above, view, plate, colors)
    aside = plate.axes(figure, plate.aside_in)
    _draw_from_aside(aside, view, plate, colors)
    _write_captions(figure, plate)
    draw_key(plate.axes(figure, plate.key_in), plate.columns)
    return figure, drawn_table(atoms, sites)


def _repeated(view: View, plate: Plate) -> Balls:
    half = (plate.half_width_ang, max(plate.half_height_ang, _SEEN_FROM_ASIDE_ANG))
    # Copies of a particle stay out of sight.
    cell = view.cell if view.repeats else _FAR_ANG * np.eye(2)
    return repeated_balls(view.symbols, view.positions, cell, half=half, fixed=view.fixed)


def _draw_from_above(axes: Axes, view: View, plate: Plate, colors: dict[str, Rgb]) -> None:
    balls = _repeated(view, plate)
    deepest = _SEEN_FROM_ABOVE_ANG if view.repeats else view.depth_ang
    balls = balls.kept(balls.positions[:, 2] > -deepest)
    depth = np.clip(-balls.positions[:, 2], 0.0, None)
    flat = balls.positions[:, :2]
    draw_balls(axes, balls, flat, depth, fading=depth / deepest, colors=colors)
    axes.set(
        xlim=(-plate.half_width_ang, plate.half_width_ang),
        ylim=(-plate.half_height_ang, plate.half_height_ang),
    )
    if view.repeats:
        draw_cell(axes, view.corner, view.cell, linewidth=1.0)
    true = view.places[:, :2]
    shown = pushed_apart(true, gap=1.1 * MARK_PT / 72 / plate.scale)
    for number, (kind, place, mark) in enumerate(zip(view.kinds, true, shown, strict=True), 1):
        if np.linalg.norm(mark - place) > 0.1 * MARK_PT / 72 / plate.scale:
            axes.plot(*np.array([place, mark]).T, color=INK, linewidth=0.7, zorder=4)
            axes.plot(*place, marker="o", markersize=2.2, color=INK, zorder=4)
        marker_at(axes, mark, kind, number, size_pt=MARK_PT)
    frame(axes)


def _draw_from_aside(axes: Axes, view: View, plate: Plate, colors: dict[str, Rgb]) -> None:
    """Draw the slab cut at the front edge of the cell; numbers stand above, joined to sites."""
    front = view.corner[1] + min(0.0, *view.cell[:, 1]) - 0.1
    balls = _repeated(view, plate)
    depth = balls.positions[:, 1] - front
    deepest = _SEEN_FROM_ASIDE_ANG if view.repeats else view.depth_ang
    inside = (depth > 0) & (depth < deepest)
    balls, depth = balls.kept(inside), depth[inside]
    flat = balls.positions[:, [0, 2]]
    fading = depth / (1.2 * deepest)
    draw_balls(axes, balls, flat, depth, fading=fading, colors=colors, mark_fixed=True)
    half = plate.half_width_ang
    axes.set(xlim=(-half, half), ylim=(plate.lowest_ang, plate.highest_ang))
    mark_ang = plate.mark_ang
    order = np.lexsort((view.places[:, 2], view.places[:, 0]))
    for row in range(plate.label_rows):
        members = order[row :: plate.label_rows]
        across = np.clip(view.places[members, 0] + half - mark_ang, 0.0, 2 * (half - mark_ang))
        slots = spread(across, gap=plate.mark_gap_ang, high=2 * (half - mark_ang)) - half + mark_ang
        height = plate.highest_ang - (plate.label_rows - row - 0.5) * plate.row_gap_ang
        for index, slot in zip(members, slots, strict=True):
            x, _, z = view.places[index]
            axes.plot([x, x, slot, slot], [z, KNEE_ANG, height - 0.6 * mark_ang, height],
                      color=INK, linewidth=0.5, zorder=3)  # fmt: skip
            axes.plot(x, z, marker="o", markersize=2.6, color=INK, zorder=3)
            marker_at(axes, (slot, height), view.kinds[index], int(index) + 1, size_pt=ROW_MARK_PT)
    frame(axes)


def pushed_apart(places: Array, *, gap: float) -> Array:
    """Move places in the plane, shape (n, 2), as little as needed to be `gap` apart.

    Examples
    --------
    >>> pushed_apart(np.array([[0.0, 0.0], [0.5, 0.0], [9.0, 0.0]]), gap=1.0).tolist()
    [[-0.25, 0.0], [0.75, 0.0], [9.0, 0.0]]
    """
    moved = np.array(places, float)
    for _ in range(200):
        apart = moved[:, None] - moved
        distance = np.linalg.norm(apart, axis=-1)
        np.fill_diagonal(distance, np.inf)
        close = np.argwhere(np.triu(distance < gap * (1 - 1e-9)))
        if not len(close):
            break
        for i, j in close:
            away = moved[i] - moved[j]
            length = float(np.linalg.norm(away))
            # Sites straight above each other part sideways.
            away = away / length if length > 1e-6 else np.array([1.0, 0.0])
            lacking = max(0.0, gap - length) / 2
            moved[i] += lacking * away
            moved[j] -= lacking * away
    return moved


def _write_title(
    figure: Figure, plate: Plate, atoms: Atoms, sites: Sequence[Site], name: str
) -> None:
    surface = name or str(atoms.info.get("surface") or atoms.info.get("particle", ""))
    title = typeset_surface(surface) if surface else typeset_formula(atoms.get_chemical_formula())
    place = plate.on_page(RIM_IN, plate.height_in - 0.06)
    figure.text(*place, title, fontsize=11, fontweight="bold", va="top")
    place = plate.on_page(RIM_IN, plate.height_in - 0.29)
    figure.text(*place, _facts(atoms, sites), fontsize=7, va="top", color="#555555")


def _facts(atoms: Atoms, sites: Sequence[Site]) -> str:
    facts = [f"{len(sites)} distinct site{'' if len(sites) == 1 else 's'}", f"{len(atoms)} atoms"]
    if atoms.pbc.any():
        a_ang, b_ang, _ = atoms.cell.lengths()
        facts.insert(1, f"cell {a_ang:.2f} Å × {b_ang:.2f} Å, {atoms.cell.angles()[2]:.1f}°")
    if "layers" in atoms.info:
        facts[-1] += f" in {atoms.info['layers']} layers"
    return "  ·  ".join(facts)


def _write_captions(figure: Figure, plate: Plate) -> None:
    texts = (
        (plate.above_in, "a", "from above"),
        (plate.aside_in, "b", "from the side, as seen from the lower edge of a"),
    )
    for (left, bottom, _, height), letter, text in texts:
        base = bottom + height + 0.07
        figure.text(*plate.on_page(left, base), letter, fontsize=8, fontweight="bold")
        figure.text(*plate.on_page(left + 0.15, base), text, fontsize=7.5)
    left, bottom, width, height = plate.above_in
    end, middle = left + width, bottom + height + 0.09
    start = end - _BAR_ANG * plate.scale
    ends = np.array([plate.on_page(start, middle), plate.on_page(end, middle)])
    figure.add_artist(
        Line2D(
            *ends.T,
            color=INK,
            linewidth=1.6,
            marker="|",
            markersize=5,
            markeredgewidth=1.0,
            label="scale bar",
        )
    )
    name = f"{_BAR_ANG:g} Å"
    place = plate.on_page(start - 0.05, middle)
    figure.text(*place, name, fontsize=7.5, ha="right", va="center")
