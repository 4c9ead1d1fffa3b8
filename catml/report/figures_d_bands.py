"""Our d bands beside published ones: parity of centres and of widths."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from catml.errors import DatasetError
from catml.report.labels import name_above
from catml.report.style import (
    DOUBLE_COLUMN_IN,
    INK,
    PALE,
    SERIES,
    legend_marker,
    new_figure,
    styled,
)
from catml.report.tables import require_columns, require_rows

PAIR_COLUMNS = ("source", "system", "quantity", "element", "ours_ev", "published_ev")
PANELS = (
    ("surface", "center"),
    ("surface", "rms width"),
    ("bulk", "center"),
    ("bulk", "rms width"),
)

_MARKERS = ("o", "s", "^", "D", "v", "P")
_LABELS = {"center": "d-band centre / eV", "rms width": "rms width of the d band / eV"}
_TITLES = {"surface": "surface atoms", "bulk": "bulk"}
_NEAR_EV = 0.2
_NAME_PT = 6.0


@styled
def d_band_parity_figure(pairs: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Draw published d-band centres and widths against ours, one marker per source.

    Parameters
    ----------
    pairs
        `source`, `system` (``"surface"`` or ``"bulk"``), `quantity` (``"center"`` or ``"rms
        width"``), `element`, `ours_ev`, `published_ev`. In one panel an element has one value of
        ours. Sources keep their marker in all panels, in the order given.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Double column: a panel for each pair of system and quantity there is, differences up to
        0.2 eV shaded; elements are named above, each at our value.
    data : pandas.DataFrame
        The rows drawn.

    Raises
    ------
    DatasetError
        When the table lacks a column or rows, or has a system, quantity or number of sources that
        the figure has no place for.
    """
    require_columns(pairs, PAIR_COLUMNS, what="d-band pair")
    require_rows(pairs, what="d-band pair")
    given = list(zip(pairs["system"], pairs["quantity"], strict=True))
    unknown = sorted(set(given) - set(PANELS))
    if unknown:
        raise DatasetError(
            f"the d-band pairs have the {' '.join(unknown[0])}; allowed are "
            f"{', '.join(map(' '.join, PANELS))}"
        )
    sources = list(dict.fromkeys(pairs["source"]))
    if len(sources) > len(_MARKERS):
        raise DatasetError(
            f"the figure tells {len(_MARKERS)} sources apart, and {len(sources)} are given; leave "
            "some out"
        )
    shown = [panel for panel in PANELS if panel in given]
    figure, grid = _panels(len(shown))
    figure.legend(handles=_handles(sources), loc="outside lower center", ncols=2, fontsize=6.5)
    parts = [pairs[[one == panel for one in given]] for panel in shown]
    for axes, (system, quantity), part, letter in zip(grid, shown, parts, "abcd", strict=False):
        _draw(axes, part, sources)
        axes.set_title(f"{letter}  {_TITLES[system]}", pad=24)
        axes.set_xlabel(f"{_LABELS[quantity]}, this table")
        axes.set_ylabel(f"{_LABELS[quantity]}, published")
    for axes, part in zip(grid, parts, strict=True):
        _name_elements(figure, axes, part)
    return figure, pairs[list(PAIR_COLUMNS)].reset_index(drop=True)


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    columns = min(count, 2)
    rows = -(-count // columns)
    figure = new_figure(DOUBLE_COLUMN_IN, 0.6 + 3.1 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for unused in grid[count:]:
        unused.remove()
    return figure, list(grid[:count])


def _handles(sources: Sequence[str]) -> list[Line2D]:
    lines = [
        legend_marker(_MARKERS[number], source, color=SERIES[number])
        for number, source in enumerate(sources)
    ]
    return [*lines, Line2D([], [], color=INK, linewidth=0.7, label="equal")]


def _draw(axes: Axes, pairs: pd.DataFrame, sources: Sequence[str]) -> None:
    values = pairs[["ours_ev", "published_ev"]].to_numpy(float)
    low, high = float(np.min(values)), float(np.max(values))
    margin = 0.06 * max(high - low, 0.1)
    limits = (low - margin, high + margin)
    axes.plot(limits, limits, color=INK, linewidth=0.7, zorder=2)
    below, above = np.subtract(limits, _NEAR_EV), np.add(limits, _NEAR_EV)
    axes.fill_between(limits, below, above, color=PALE, linewidth=0, zorder=1)
    axes.set(xlim=limits, ylim=limits)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    for number, source in enumerate(sources):
        rows = pairs[pairs["source"] == source]
        axes.scatter(
            rows["ours_ev"],
            rows["published_ev"],
            s=15,
            marker=_MARKERS[number],
            color=SERIES[number],
            edgecolors="white",
            linewidths=0.4,
            zorder=4,
        )


def _name_elements(figure: Figure, axes: Axes, pairs: pd.DataFrame) -> None:
    """Name each element once, joined to the highest of its markers."""
    highest = pairs.sort_values("published_ev").groupby("element").tail(1)
    points = highest[["ours_ev", "published_ev"]].to_numpy(float)
    name_above(figure, axes, points, list(highest["element"]), fontsize=_NAME_PT, rotation=90.0)
