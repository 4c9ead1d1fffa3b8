"""The key of a site picture: number, id and binding atoms of each site, and the elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from catml.report.element_colors import element_colors
from catml.report.style import INK, SITE_MARKERS, typeset_formula

if TYPE_CHECKING:
    from catml.structures.sites import Site

KEY_COLUMN_IN = 2.5
"""Width of one column of the key."""

_ROW_IN, _HEAD_IN, _BETWEEN_IN = 0.19, 0.29, 0.25
# By how much of itself a column may be higher than the room, rather than have a small one beside.
_OVERFULL = 0.3
_GROUPS = {"ontop": "On top", "bridge": "Bridge", "hollow": "Hollow"}
_GREY = "#555555"
_ATOMS_AT_IN = 1.65
_LETTER_IN = 0.053  # widest of a site's id at 7 points
# Triangles are drawn larger for the same room inside, and their numbers sit below the middle.
_MARKER_SCALE = {"ontop": 1.0, "bridge": 0.9, "hollow": 1.5}
_NUMBER_DROP = {"hollow": 0.17}


def marker_at(
    axes: Axes, place: Sequence[float] | np.ndarray, kind: str, number: int, *, size_pt: float
) -> None:
    """Draw a site's numbered marker: white, shaped by its kind.

    Parameters
    ----------
    axes
        Where to draw.
    place
        In data coordinates, shape (2,).
    kind
        "ontop", "bridge" or "hollow".
    number
        What stands in it.
    size_pt
        Diameter in points.
    """
    axes.plot(
        *place,
        marker=SITE_MARKERS[kind],
        markersize=size_pt * _MARKER_SCALE[kind],
        markerfacecolor="white",
        markeredgecolor=INK,
        markeredgewidth=0.8,
        zorder=5,
        clip_on=False,
    )
    axes.annotate(
        str(number),
        (float(place[0]), float(place[1])),
        xytext=(0, -size_pt * _NUMBER_DROP.get(kind, 0.0)),
        textcoords="offset points",
        fontsize=(0.6 if number < 10 else 0.54 if number < 100 else 0.42) * size_pt,
        ha="center",
        va="center_baseline",
        zorder=6,
    )


@dataclass(frozen=True)
class KeyRow:
    """A row of the key: its height in inches, and what draws it at a place (left, y)."""

    height_in: float
    draw: Callable[[Axes, float, float], None]
    is_head: bool = False


def key_rows(sites: Sequence[Site], symbols: Sequence[str], *, fixed: bool) -> list[KeyRow]:
    """Return the rows of the key: sites by kind, elements, the mark of fixed atoms.

    Parameters
    ----------
    sites
        In the order of their numbers.
    symbols
        Of the slab's atoms.
    fixed
        Whether atoms are held.
    """
    rows = []
    kind = ""
    for number, site in enumerate(sites, start=1):
        if site.kind != kind:
            kind = site.kind
            rows.append(_head(_GROUPS[kind], "atoms", "multiplicity"))
        rows.append(KeyRow(_ROW_IN, partial(_draw_site, site=site, number=number)))
    rows.append(_head("Elements", "", ""))
    for symbol, color in element_colors(symbols).items():
        style = {"marker": "o", "markersize": 9, "color": color, "markeredgecolor": INK}
        rows.append(KeyRow(_ROW_IN, partial(_draw_mark, text=symbol, width=0.6, style=style)))
    if fixed:
        style = {"marker": "x", "markersize": 5, "color": INK}
        rows.append(KeyRow(_ROW_IN, partial(_draw_mark, text="held fixed", width=0.8, style=style)))
    return rows


def key_columns(rows: Sequence[KeyRow], *, room_in: float) -> list[list[KeyRow]]:
    """Divide the key into columns about as high as the room for them, no heading the last of one.

    Examples
    --------
    >>> row = KeyRow(1.0, lambda axes, left, y: None)
    >>> [len(column) for column in key_columns([row] * 7, room_in=3.0)]
    [3, 3, 1]
    """
    total = sum(row.height_in for row in rows)
    count = max(1, ceil(total / room_in - _OVERFULL))
    limit = total / count
    while len(columns := _filled(rows, limit)) > count:
        limit *= 1.02
    return columns


def _filled(rows: Sequence[KeyRow], limit: float) -> list[list[KeyRow]]:
    columns: list[list[KeyRow]] = [[]]
    used = 0.0
    for row, following in zip_longest(rows, rows[1:]):
        needed = row.height_in + (following.height_in if row.is_head and following else 0.0)
        if columns[-1] and used + needed > limit + 1e-6:
            columns.append([])
            used = 0.0
        columns[-1].append(row)
        used += row.height_in
    return columns


def key_size_in(columns: Sequence[Sequence[KeyRow]]) -> tuple[float, float]:
    """Return the width and height in inches that `draw_key` needs."""
    height = max(sum(row.height_in for row in column) for column in columns)
    return len(columns) * KEY_COLUMN_IN + (len(columns) - 1) * _BETWEEN_IN, height


def draw_key(axes: Axes, columns: Sequence[Sequence[KeyRow]]) -> None:
    """Fill axes of the size that `key_size_in` says with the key."""
    width, height = key_size_in(columns)
    axes.set(xlim=(0, width), ylim=(-height, 0))
    axes.axis("off")
    for k, column in enumerate(columns):
        y = 0.0
        for row in column:
            y -= row.height_in
            row.draw(axes, k * (KEY_COLUMN_IN + _BETWEEN_IN), y + 0.5 * _ROW_IN)


def _draw_site(axes: Axes, left: float, y: float, *, site: Site, number: int) -> None:
    marker_at(axes, (left + 0.11, y), site.kind, number, size_pt=8.4)
    _text(axes, left + 0.3, y, site.id)
    behind = left + 0.36 + _LETTER_IN * len(site.id)
    axes.text(behind, y, site.place, fontsize=6.2, color=_GREY, va="center_baseline")
    _text(axes, left + _ATOMS_AT_IN, y, typeset_formula(binding_atoms(site.elements)))
    _text(axes, left + KEY_COLUMN_IN - 0.02, y, str(site.multiplicity), ha="right")


def _draw_mark(
    axes: Axes, left: float, y: float, *, text: str, width: float, style: dict[str, Any]
) -> None:
    axes.plot(left + 0.11, y, markeredgewidth=width, **style)
    _text(axes, left + 0.3, y, text)


def binding_atoms(elements: Sequence[str]) -> str:
    """Return binding atoms as a formula, the most frequent element first.

    Examples
    --------
    >>> binding_atoms(("Ni", "Pt", "Pt"))
    'Pt2Ni'
    """
    counts = {symbol: elements.count(symbol) for symbol in sorted(set(elements))}
    ordered = sorted(counts, key=lambda symbol: -counts[symbol])
    return "".join(symbol + (str(counts[symbol]) if counts[symbol] > 1 else "")
                   for symbol in ordered)  # fmt: skip


def _head(title: str, middle: str, right: str) -> KeyRow:
    def draw(axes: Axes, left: float, y: float) -> None:
        end = left + KEY_COLUMN_IN
        axes.text(left + 0.02, y, title, fontsize=7.5, fontweight="bold", va="center_baseline")
        for x, text, side in ((left + _ATOMS_AT_IN, middle, "left"), (end - 0.02, right, "right")):
            axes.text(x, y, text, fontsize=6.2, color=_GREY, ha=side, va="center_baseline")
        axes.plot([left, end], [y - 0.085, y - 0.085], color="#BBBBBB", linewidth=0.5)

    return KeyRow(_HEAD_IN, draw, is_head=True)


def _text(axes: Axes, x: float, y: float, text: str, *, ha: str = "left") -> None:
    axes.text(x, y, text, fontsize=7, ha=ha, va="center_baseline")
