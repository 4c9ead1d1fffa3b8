"""The key of a site picture: number, id and binding atoms of each site, and the elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from catml.report.element_colors import element_colors
from catml.report.style import INK, SITE_MARKERS, typeset_formula

if TYPE_CHECKING:
    from catml.structures.sites import Site

_ROW_IN, _HEAD_IN = 0.19, 0.27
_GROUPS = {"ontop": "On top", "bridge": "Bridge", "hollow": "Hollow"}
_GREY = "#555555"
_ATOMS_AT = 0.66  # of the width
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


def key_height_in(sites: Sequence[Site], symbols: Sequence[str], *, fixed: bool) -> float:
    """Return the height in inches that `draw_key` needs."""
    kinds = len({site.kind for site in sites})
    elements = len(set(symbols)) + fixed
    return (len(sites) + elements) * _ROW_IN + (kinds + 1.5) * _HEAD_IN


def draw_key(
    axes: Axes, sites: Sequence[Site], symbols: Sequence[str], *, width: float, fixed: bool
) -> None:
    """Fill axes with the key: sites by kind, then elements, then the mark of fixed atoms.

    Parameters
    ----------
    axes
        As high as `key_height_in` says.
    sites
        In the order of their numbers.
    symbols
        Of the slab's atoms.
    width
        Of the axes in inches.
    fixed
        Whether atoms are held.
    """
    height = key_height_in(sites, symbols, fixed=fixed)
    axes.set(xlim=(0, width), ylim=(-height, 0))
    axes.axis("off")
    y = 0.35 * _HEAD_IN
    kind = ""
    for number, site in enumerate(sites, start=1):
        if site.kind != kind:
            y -= _HEAD_IN
            kind = site.kind
            _head(axes, y, width, _GROUPS[kind], "atoms", "multiplicity")
        y -= _ROW_IN
        marker_at(axes, (0.11, y), kind, number, size_pt=8.4)
        _text(axes, 0.3, y, site.id)
        behind = 0.36 + _LETTER_IN * len(site.id)
        subtype = unsaid_subtype(site.id, site.subtype)
        axes.text(behind, y, subtype, fontsize=6.2, color=_GREY, va="center_baseline")
        _text(axes, _ATOMS_AT * width, y, typeset_formula(binding_atoms(site.elements)))
        _text(axes, width - 0.02, y, str(site.multiplicity), ha="right")
    y -= 1.25 * _HEAD_IN
    _head(axes, y, width, "Elements", "", "")
    for symbol, color in element_colors(symbols).items():
        y -= _ROW_IN
        axes.plot(0.11, y, marker="o", markersize=9, color=color, markeredgecolor=INK,
                  markeredgewidth=0.6)  # fmt: skip
        _text(axes, 0.3, y, symbol)
    if fixed:
        y -= _ROW_IN
        axes.plot(0.11, y, marker="x", markersize=5, color=INK, markeredgewidth=0.8)
        _text(axes, 0.3, y, "held fixed")


def unsaid_subtype(site: str, subtype: str) -> str:
    """Return the words of a subtype that the site's id does not say.

    Examples
    --------
    >>> unsaid_subtype("hollow-fcc-1", "fcc-terrace")
    'terrace'
    >>> unsaid_subtype("bridge-long-1", "long")
    ''
    """
    return " ".join(word for word in subtype.split("-") if word not in site.split("-"))


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


def _head(axes: Axes, y: float, width: float, left: str, middle: str, right: str) -> None:
    axes.text(0.02, y, left, fontsize=7.5, fontweight="bold", va="center_baseline")
    for x, text, side in ((_ATOMS_AT * width, middle, "left"), (width - 0.02, right, "right")):
        axes.text(x, y, text, fontsize=6.2, color=_GREY, ha=side, va="center_baseline")
    axes.plot([0, width], [y - 0.085, y - 0.085], color="#BBBBBB", linewidth=0.5)


def _text(axes: Axes, x: float, y: float, text: str, *, ha: str = "left") -> None:
    axes.text(x, y, text, fontsize=7, ha=ha, va="center_baseline")
