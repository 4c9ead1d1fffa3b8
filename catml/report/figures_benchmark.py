"""Models side by side: their errors on several splits, and how errors fall with training rows."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from catml.errors import DatasetError
from catml.report.style import (
    BLUE,
    DOUBLE_COLUMN_IN,
    GREY,
    INK,
    ORANGE,
    PALE,
    SERIES,
    SINGLE_COLUMN_IN,
    legend_marker,
    new_figure,
    styled,
)
from catml.report.tables import error_bars, require_columns, require_rows

_MODEL_COLUMNS = ("split", "model", "kind", "value", "low", "high")
_CURVE_COLUMNS = ("series", "x", "value", "low", "high")
_COLORS = {"ours": BLUE, "published": ORANGE, "baseline": GREY}
_MARKERS = {"ours": "o", "published": "s", "baseline": "D"}
_LABELS = {
    "ours": "catml",
    "published": "published system, trained anew",
    "baseline": "naive baseline",
}
_CURVE_MARKERS = ("o", "s", "^", "D", "v", "P")
_MOST_PANELS = 3
_TICKS = (0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)


@styled
def model_errors_figure(
    errors: pd.DataFrame,
    *,
    titles: Mapping[str, str],
    label: str = "MAE / eV",
    published: Mapping[str, Mapping[str, float]] | None = None,
    noise_floor: float | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the error of each model with its interval, one panel per split.

    Parameters
    ----------
    errors
        `split`, `model`, `kind` (``"ours"``, ``"published"``, ``"baseline"``), `value`, `low`,
        `high`. Panels stand in the order of the splits; models of a kind in the order of their
        error on the first split.
    titles
        Split → title of its panel.
    label
        Metric and unit.
    published
        Split → name → published figure on the same data; drawn as dashed lines.
    noise_floor
        Drawn as an edge of grey in every panel.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Double column, up to three panels in a row; the axis of errors is logarithmic.
    data : pandas.DataFrame
        The rows drawn.

    Raises
    ------
    DatasetError
        When a column or the rows are missing, or a value is not above zero.
    """
    require_columns(errors, _MODEL_COLUMNS, what="model error")
    require_rows(errors, what="model error")
    if not (errors[["value", "low"]].to_numpy(dtype=float) > 0).all():
        raise DatasetError("an error to be drawn is not above 0; leave its row out")
    splits = list(dict.fromkeys(errors["split"]))
    names = _in_order(errors, splits[0])
    columns = min(len(splits), _MOST_PANELS)
    rows = -(-len(splits) // columns)
    figure = new_figure(DOUBLE_COLUMN_IN, max(rows * (1.0 + 0.155 * len(names)) + 0.3, 2.4))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, split in zip(grid, splits, strict=False):
        part = errors[errors["split"] == split]
        _draw_models(axes, part, names)
        axes.set_title(titles.get(split, split), fontsize=7.0)
        for name, value in (published or {}).get(split, {}).items():
            axes.axvline(value, color=INK, linewidth=0.8, linestyle=(0, (4, 2)))
            note = axes.annotate(
                name,
                (value, 0.02),
                xycoords=("data", "axes fraction"),
                xytext=(1.5, 0),
                textcoords="offset points",
                fontsize=5.5,
                rotation=90,
            )
            note.set_in_layout(False)
        if noise_floor is not None:
            axes.axvspan(1e-3, noise_floor, color=PALE, zorder=0, linewidth=0)
    for axes in grid[len(splits) :]:
        axes.remove()
    lines = [value for values in (published or {}).values() for value in values.values()]
    low = min(float(errors["low"].min()), *lines, np.inf)
    high = max(float(errors["high"].max()), *lines, 0.0)
    grid[0].set_xscale("log")
    grid[0].set_xlim(0.85 * low, 1.15 * high)
    ticks = [tick for tick in _TICKS if 0.85 * low <= tick <= 1.15 * high]
    for number, axes in enumerate(grid[: len(splits)]):
        axes.set_xticks(ticks)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(axis="x", rotation=60)
        axes.set_xlabel(label)
        axes.label_outer()
        if number + columns >= len(splits):
            # The lowest panel of its column, also where the last row is not full.
            axes.tick_params(axis="x", labelbottom=True)
            axes.set_xlabel(label)
            axes.xaxis.label.set_visible(True)
    kinds = [kind for kind in _LABELS if kind in set(errors["kind"])]
    handles = [legend_marker(_MARKERS[k], _LABELS[k], color=_COLORS[k]) for k in kinds]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure, errors[list(_MODEL_COLUMNS)].reset_index(drop=True)


def _in_order(errors: pd.DataFrame, first: str) -> list[str]:
    """Names of the models, ours on top, best first within a kind."""
    rank = {kind: place for place, kind in enumerate(_LABELS)}
    there = errors[errors["split"] == first].set_index("model")["value"]
    models = errors.drop_duplicates("model")[["model", "kind"]]
    value = models["model"].map(there).fillna(np.inf)
    ordered = models.assign(rank=models["kind"].map(rank), value=value)
    return list(ordered.sort_values(["rank", "value"], kind="stable")["model"])


def _draw_models(axes: Axes, part: pd.DataFrame, names: Sequence[str]) -> None:
    place = {name: number for number, name in enumerate(names)}
    for kind, rows in part.groupby("kind", sort=False):
        axes.errorbar(
            rows["value"],
            [place[name] for name in rows["model"]],
            xerr=error_bars(rows, "value", "low", "high"),
            fmt=_MARKERS[str(kind)],
            color=_COLORS[str(kind)],
            markersize=3.6,
            elinewidth=0.8,
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=PALE, linewidth=0.5)


@styled
def curve_figure(
    curves: pd.DataFrame,
    *,
    x_label: str,
    y_label: str,
    noise_floor: float | None = None,
    log_x: bool = False,
) -> tuple[Figure, pd.DataFrame]:
    """Draw how an error falls with the number of rows learned from, one line per series.

    Parameters
    ----------
    curves
        `series`, `x`, `value`, `low`, `high`.
    x_label, y_label
        What the axes show, with the unit.
    noise_floor
        Drawn as an edge of grey.
    log_x
        Whether the horizontal axis is logarithmic.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column.
    data : pandas.DataFrame
        The rows drawn.

    Raises
    ------
    DatasetError
        When a column or the rows are missing.
    """
    require_columns(curves, _CURVE_COLUMNS, what="curve")
    require_rows(curves, what="curve")
    figure = new_figure(SINGLE_COLUMN_IN, 2.7 + 0.16 * curves["series"].nunique())
    axes = figure.add_subplot()
    for number, (series, rows) in enumerate(curves.groupby("series", sort=False)):
        rows = rows.sort_values("x")
        axes.errorbar(
            rows["x"],
            rows["value"],
            yerr=error_bars(rows, "value", "low", "high"),
            color=SERIES[number % len(SERIES)],
            marker=_CURVE_MARKERS[number % len(_CURVE_MARKERS)],
            markersize=3.5,
            linewidth=1.0,
            elinewidth=0.7,
            label=str(series),
        )
    if log_x:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(bottom=0)
    if noise_floor is not None:
        axes.axhspan(0, noise_floor, color=PALE, zorder=0, linewidth=0)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    figure.legend(loc="outside lower center")
    return figure, curves[list(_CURVE_COLUMNS)].reset_index(drop=True)
