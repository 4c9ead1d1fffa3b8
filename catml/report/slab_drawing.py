"""Atoms as balls, seen from above or from the side: what all pictures of slabs share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon

from catml.report.element_colors import Rgb
from catml.report.style import INK

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.sites import Site

Array = np.ndarray

_METAL_SCALE, _ADSORBATE_SCALE = 0.93, 0.85
# Balls this far outside a view may still reach into it.
_RIM_ANG = 2.0
_FADED = 0.68
_OUT_OF_SIGHT_ANG = 12.0


@dataclass(frozen=True)
class Balls:
    """Atoms ready to be drawn.

    Attributes
    ----------
    symbols
        Elements, n of them.
    positions
        Shape (n, 3) in Å, from the centre of the view, z towards the reader of the top view.
    adsorbate
        Shape (n,), which atoms belong to an adsorbate.
    fixed
        Shape (n,), which atoms are held where they are.
    """

    symbols: tuple[str, ...]
    positions: Array
    adsorbate: Array
    fixed: Array

    def kept(self, mask: Array) -> Balls:
        """Return those of the balls that `mask`, shape (n,), is true for."""
        symbols = tuple(s for s, keep in zip(self.symbols, mask, strict=True) if keep)
        return Balls(symbols, self.positions[mask], self.adsorbate[mask], self.fixed[mask])

    def joined(self, other: Balls) -> Balls:
        """Return these balls and others."""
        return Balls(
            (*self.symbols, *other.symbols),
            np.vstack([self.positions, other.positions]),
            np.concatenate([self.adsorbate, other.adsorbate]),
            np.concatenate([self.fixed, other.fixed]),
        )


def repeated_balls(
    symbols: Sequence[str],
    positions: Array,
    cell: Array,
    *,
    half: tuple[float, float],
    fixed: Array | None = None,
) -> Balls:
    """Repeat a slab in the plane until it fills a view.

    Parameters
    ----------
    symbols, positions
        Of the slab's atoms; positions from the centre of the view, shape (n, 3), Å.
    cell
        In-plane cell vectors, shape (2, 2), Å.
    half
        Half the width and height of the view in Å.
    fixed
        Which atoms are held, shape (n,); by default none.
    """
    reach = np.array(half) + _RIM_ANG
    middle = positions[:, :2].mean(axis=0)
    corners = np.array([[x, y] for x in (-1, 1) for y in (-1, 1)]) * reach - middle
    most = int(np.ceil(np.abs(corners @ np.linalg.inv(cell)).max())) + 2
    steps = np.arange(-most, most + 1)
    shifts = np.zeros((len(steps) ** 2, 3))
    shifts[:, :2] = [i * cell[0] + j * cell[1] for i in steps for j in steps]
    placed = (positions[None] + shifts[:, None]).reshape(-1, 3)
    held = np.zeros(len(positions), bool) if fixed is None else fixed
    balls = Balls(
        tuple(symbols) * len(shifts),
        placed,
        np.zeros(len(placed), bool),
        np.tile(held, len(shifts)),
    )
    return balls.kept(np.asarray((np.abs(placed[:, :2]) < reach).all(axis=1)))


def in_a_cell(
    atoms: Atoms, sites: Sequence[Site], with_adsorbate: Atoms | None
) -> tuple[Atoms, Sequence[Site], Atoms | None]:
    """Return a particle in the middle of a cell so wide that its copies stay out of sight.

    Sites and adsorbate move along; slabs are returned as they are.
    """
    if atoms.pbc.any():
        return atoms, sites, with_adsorbate
    low, high = atoms.positions.min(axis=0), atoms.positions.max(axis=0)
    box = high - low + 2 * _OUT_OF_SIGHT_ANG
    shift = box / 2 - (low + high) / 2
    boxed = [item.copy() for item in (atoms, with_adsorbate) if item is not None]
    for item in boxed:
        item.set_cell(box)
        item.translate(shift)
    moved = [
        replace(site, position=tuple((np.array(site.position) + shift).tolist())) for site in sites
    ]
    return boxed[0], moved, boxed[1] if with_adsorbate is not None else None


def frontmost(flat: Array, depth: Array) -> Array:
    """Return the indices to draw, far ones first, without those straight behind another.

    Shapes (n, 2) and (n,): places in the picture, distances from the reader.
    """
    near_first = np.argsort(depth, kind="stable")
    _, first = np.unique(np.round(flat[near_first], 1), axis=0, return_index=True)
    return near_first[np.sort(first)[::-1]]


def draw_balls(
    axes: Axes,
    balls: Balls,
    flat: Array,
    depth: Array,
    *,
    fading: Array,
    colors: Mapping[str, Rgb],
    mark_fixed: bool = False,
) -> None:
    """Draw balls as circles, the far ones first and paler.

    Parameters
    ----------
    axes
        Where to draw.
    balls
        What to draw, n balls.
    flat, depth
        Places in the picture, shape (n, 2), and distances from the reader, shape (n,).
    fading
        Shape (n,), 0 for near balls, 1 for the palest.
    colors
        By element.
    mark_fixed
        Put a cross on balls that are held.
    """
    from ase.data import atomic_numbers, covalent_radii

    for order, index in enumerate(frontmost(flat, depth)):
        symbol = balls.symbols[index]
        scale = _ADSORBATE_SCALE if balls.adsorbate[index] else _METAL_SCALE
        white = _FADED * min(1.0, float(fading[index]))
        # One after the other, so that the cross of a far ball is covered by a near one.
        layer = 1.0 + order * 1e-4
        axes.add_patch(
            Circle(
                (float(flat[index, 0]), float(flat[index, 1])),
                scale * covalent_radii[atomic_numbers[symbol]],
                facecolor=paler(colors[symbol], white),
                edgecolor=paler(to_rgb(INK), white),
                linewidth=0.5,
                zorder=layer,
            )
        )
        if mark_fixed and balls.fixed[index]:
            axes.plot(
                *flat[index],
                marker="x",
                markersize=3.6,
                markeredgewidth=0.6,
                color=paler(to_rgb(INK), white),
                zorder=layer,
            )


def paler(color: Sequence[float], white: float) -> tuple[float, ...]:
    """Return a colour mixed with a share of white."""
    return tuple(float(part) for part in np.asarray(color) * (1 - white) + white)


def draw_cell(axes: Axes, corner: Array, cell: Array, *, linewidth: float = 0.6) -> None:
    """Outline the cell, dashed: one corner, shape (2,), and the vectors, shape (2, 2), Å."""
    axes.add_patch(
        Polygon(
            corner + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ cell,
            fill=False,
            edgecolor=INK,
            linewidth=linewidth,
            linestyle=(0, (3, 2)),
            zorder=3,
        )
    )


def folded(places: Array, corner: Array, cell: Array) -> Array:
    """Move places in the plane, shape (n, 2), by cell vectors into the cell at a corner."""
    fractions = (places - corner) @ np.linalg.inv(cell)
    # A place on the edge of the cell must not jump to the other edge by rounding.
    return corner + (fractions - np.floor(fractions + 1e-4)) @ cell


def frame(axes: Axes) -> None:
    """Put a thin grey frame without ticks around a view."""
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, linewidth=0.4, color="#BBBBBB")


def element_handles(colors: Mapping[str, Rgb], *, size: float = 4.5) -> list[Line2D]:
    """Return the legend entries of elements with their colours, in the order given."""
    return [
        Line2D(
            [],
            [],
            marker="o",
            linestyle="",
            markersize=size,
            markeredgewidth=0.5,
            color=colors[symbol],
            markeredgecolor=INK,
            label=symbol,
        )
        for symbol in colors
    ]


def drawn_table(
    atoms: Atoms,
    sites: Sequence[Site],
    *,
    best: str | None = None,
    with_adsorbate: Atoms | None = None,
) -> pd.DataFrame:
    """Return what a picture shows as a table.

    `what` ("atom", "adsorbate" or "site"), `label` (element or site id), `x_ang`, `y_ang`,
    `z_ang`, `highlighted`.
    """
    rows = [("atom", atom.symbol, *atom.position, False) for atom in atoms]
    added = [] if with_adsorbate is None else with_adsorbate[len(atoms) :]
    rows += [("adsorbate", atom.symbol, *atom.position, False) for atom in added]
    rows += [("site", site.id, *site.position, site.id == best) for site in sites]
    columns = ["what", "label", "x_ang", "y_ang", "z_ang", "highlighted"]
    return pd.DataFrame(rows, columns=columns)
