"""Pictures of slabs: from above with the sites, and from the side with the adsorbate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon

from catml.report.style import INK, SITE_MARKERS, new_figure, styled

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.sites import Site

Array = np.ndarray

_HALF_VIEW_ANG = (4.3, 9.0)
_HALF_VIEW_ASIDE_ANG = 4.6
_METAL_SCALE, _ADSORBATE_SCALE = 0.93, 0.85
# Atoms this far below the top of the slab are hidden from above by those over them.
_SEEN_FROM_ABOVE_ANG = 5.0
# From the side, binding atoms up to this far before the site are shown, nearer ones cut away.
_IN_FRONT_ANG = 1.6
_FADED = 0.68


@dataclass(frozen=True)
class _Balls:
    """Atoms ready to be drawn: positions (n, 3) in Å around the centre of the view."""

    symbols: tuple[str, ...]
    positions: Array
    adsorbate: Array

    def kept(self, mask: Array) -> _Balls:
        symbols = tuple(s for s, keep in zip(self.symbols, mask, strict=True) if keep)
        return _Balls(symbols, self.positions[mask], self.adsorbate[mask])


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
        The clean slab, z along the normal; repeated in the plane to fill the picture.
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
    half = _half_view_ang(atoms)
    figure = new_figure(2.6, 1.55)
    above, aside = figure.subplots(1, 2)
    top = atoms.positions[:, 2].max()
    middle = np.append(atoms.cell[:2, :2].sum(axis=0) / 2, top)
    _draw_from_above(above, _repeated(atoms, middle, half), half)
    _draw_cell(above, atoms)
    for site in sorted(sites, key=lambda site: site.id == best):
        _mark_site(above, atoms, site, best=site.id == best)
    chosen = [site.position for site in sites if site.id == best]
    front = np.array([*(chosen[0] if chosen else middle)[:2], top])
    balls = _repeated(atoms, front, _HALF_VIEW_ASIDE_ANG)
    _draw_from_aside(aside, _with_adsorbate(balls, atoms, with_adsorbate, front))
    for axes, title in ((above, "from above"), (aside, "from the side")):
        axes.set_title(title, fontsize=5.5, fontweight="normal", loc="center", pad=2)
    _add_elements(figure, with_adsorbate or atoms)
    return figure, _drawn(atoms, sites, best, with_adsorbate)


def _half_view_ang(atoms: Atoms) -> float:
    """Return half the width of the view from above, in which the whole cell is seen."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ atoms.cell[:2, :2]
    return float(np.clip(0.5 * np.ptp(corners, axis=0).max() + 1.2, *_HALF_VIEW_ANG))


def _repeated(atoms: Atoms, centre: Array, half: float) -> _Balls:
    """Repeat the slab over a view; positions from its centre (3,)."""
    inverse = np.linalg.inv(atoms.cell[:2, :2])
    corners = np.array([[x, y] for x in (-1, 1) for y in (-1, 1)]) * (half + 2.0)
    reach = int(np.ceil(np.abs(corners @ inverse).max())) + 2
    steps = np.arange(-reach, reach + 1)
    shifts = np.array([i * atoms.cell[0] + j * atoms.cell[1] for i in steps for j in steps])
    positions = (atoms.positions[None] + shifts[:, None]).reshape(-1, 3) - centre
    symbols = tuple(atoms.get_chemical_symbols()) * len(shifts)
    balls = _Balls(symbols, positions, np.zeros(len(positions), bool))
    return balls.kept((np.abs(positions[:, :2]) < half + 2.0).all(axis=1))


def _with_adsorbate(
    balls: _Balls, atoms: Atoms, with_adsorbate: Atoms | None, centre: Array
) -> _Balls:
    if with_adsorbate is None:
        return balls
    added = with_adsorbate[len(atoms) :]
    return _Balls(
        (*balls.symbols, *added.get_chemical_symbols()),
        np.vstack([balls.positions, added.positions - centre]),
        np.concatenate([balls.adsorbate, np.ones(len(added), bool)]),
    )


def _draw_from_above(axes: Axes, balls: _Balls, half: float) -> None:
    seen = balls.kept(balls.positions[:, 2] > -_SEEN_FROM_ABOVE_ANG)
    depth = np.clip(-seen.positions[:, 2], 0.0, None)
    flat = seen.positions[:, :2]
    _draw_balls(axes, seen, flat, depth / _SEEN_FROM_ABOVE_ANG, _frontmost(flat, depth))
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    _frame(axes)


def _draw_from_aside(axes: Axes, balls: _Balls) -> None:
    """Draw the slab cut open before the best site, the adsorbate standing on it."""
    half = _HALF_VIEW_ASIDE_ANG
    seen = balls.kept((balls.positions[:, 1] > -_IN_FRONT_ANG) | balls.adsorbate)
    depth = seen.positions[:, 1]
    across = seen.positions[:, [0, 2]]
    fading = np.where(seen.adsorbate, 0.0, np.clip(depth / (half + 2.0), 0.0, None))
    _draw_balls(axes, seen, across, fading, _frontmost(across, depth))
    highest = across[:, 1].max() + 1.2
    axes.set(xlim=(-half, half), ylim=(highest - 2 * half, highest), aspect="equal")
    _frame(axes)


def _frontmost(flat: Array, depth: Array) -> Array:
    """Return the indices to draw, far ones first, without those straight behind another."""
    near_first = np.argsort(depth, kind="stable")
    _, first = np.unique(np.round(flat[near_first], 1), axis=0, return_index=True)
    return near_first[np.sort(first)[::-1]]


def _draw_balls(axes: Axes, balls: _Balls, flat: Array, fading: Array, order: Array) -> None:
    """Draw balls as circles, the far ones first and paler; `fading` is 0 near, 1 far."""
    from ase.data import atomic_numbers, covalent_radii
    from ase.data.colors import jmol_colors

    for index in order:
        number = atomic_numbers[balls.symbols[index]]
        scale = _ADSORBATE_SCALE if balls.adsorbate[index] else _METAL_SCALE
        white = _FADED * min(1.0, float(fading[index]))
        axes.add_patch(
            Circle(
                tuple(flat[index]),
                scale * covalent_radii[number],
                facecolor=_paler(jmol_colors[number], white),
                edgecolor=_paler(to_rgb(INK), white),
                linewidth=0.5,
            )
        )


def _paler(color: Sequence[float], white: float) -> tuple[float, ...]:
    return tuple(float(part) for part in np.asarray(color) * (1 - white) + white)


def _draw_cell(axes: Axes, atoms: Atoms) -> None:
    outline = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) - 0.5
    axes.add_patch(
        Polygon(
            outline @ atoms.cell[:2, :2],
            fill=False,
            edgecolor=INK,
            linewidth=0.6,
            linestyle=(0, (3, 2)),
        )
    )


def _mark_site(axes: Axes, atoms: Atoms, site: Site, *, best: bool) -> None:
    """Mark the image of a site that lies in the cell drawn."""
    cell = atoms.cell[:2, :2]
    fractions = np.asarray(site.position)[:2] @ np.linalg.inv(cell)
    # A site on the edge of the cell must not jump to the other edge by rounding.
    fractions -= np.floor(fractions + 1e-6)
    x, y = (fractions - 0.5) @ cell
    axes.plot(
        x,
        y,
        marker=SITE_MARKERS[site.kind],
        markersize=6.0 if best else 3.4,
        markerfacecolor=INK if best else "white",
        markeredgecolor="white" if best else INK,
        markeredgewidth=0.6,
        zorder=6 if best else 5,
    )


def _frame(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, linewidth=0.4, color="#BBBBBB")


def _add_elements(figure: Figure, atoms: Atoms) -> None:
    from ase.data import atomic_numbers
    from ase.data.colors import jmol_colors

    handles = [
        Line2D(
            [],
            [],
            marker="o",
            linestyle="",
            markersize=4.5,
            markeredgewidth=0.5,
            color=jmol_colors[atomic_numbers[s]],
            markeredgecolor=INK,
            label=s,
        )
        for s in dict.fromkeys(atoms.get_chemical_symbols())
    ]
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        fontsize=6.0,
        handletextpad=0.1,
        columnspacing=1.0,
        borderpad=0.1,
    )


def _drawn(
    atoms: Atoms, sites: Sequence[Site], best: str | None, with_adsorbate: Atoms | None
) -> pd.DataFrame:
    rows = [("atom", atom.symbol, *atom.position, False) for atom in atoms]
    added = [] if with_adsorbate is None else with_adsorbate[len(atoms) :]
    rows += [("adsorbate", atom.symbol, *atom.position, False) for atom in added]
    rows += [("site", site.id, *site.position, site.id == best) for site in sites]
    columns = ["what", "label", "x_ang", "y_ang", "z_ang", "highlighted"]
    return pd.DataFrame(rows, columns=columns)
