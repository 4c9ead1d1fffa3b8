"""How good the predictions are: parity, coverage of the intervals, errors by group."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from catml.errors import DatasetError
from catml.report.style import (
    BLUE,
    DOUBLE_COLUMN_IN,
    GREY,
    INK,
    PALE,
    SERIES,
    SINGLE_COLUMN_IN,
    energy_label,
    new_figure,
    styled,
)
from catml.report.tables import (
    SCORE_COLUMNS,
    error_bars,
    records,
    require_columns,
    require_rows,
    score_of,
)

_DENSE = 1500
_SPLIT_MARKERS = ("o", "s", "^", "D", "v", "P")
_COVERAGE_COLUMNS = ("split", "nominal", "observed", "low", "high", "n")
_GROUP_COLUMNS = ("group", "value", "low", "high", "n")


@styled
def parity_figure(
    predictions: Mapping[str, pd.DataFrame],
    *,
    adsorbate: str,
    scores: pd.DataFrame | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """Draw predicted against tabulated energies, one panel per split, on the same axes.

    Parameters
    ----------
    predictions
        For each split, a table with `energy_ev` (tabulated) and `predicted_ev` (predicted while
        the row was held out); `surface` is kept in the data where it is there. Panels stand in
        the order given.
    adsorbate
        Whose energy it is.
    scores
        `split`, `metric`, `value`, `low`, `high`, `n`, `unit`: the rows "rmse" and "mae" of a
        split are written into its panel with their intervals. Without them both are computed
        from the points, without an interval.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column for one split, double column for more. Above 1,500 points a panel shows
        counts in hexagons.
    data : pandas.DataFrame
        `split`, `energy_ev`, `predicted_ev` and, where given, `surface`.

    Raises
    ------
    DatasetError
        When no split is given, or a table lacks a column or rows.
    """
    if not predictions:
        raise DatasetError("the parity figure got no split; give at least one table of predictions")
    for split, table in predictions.items():
        require_columns(table, ("energy_ev", "predicted_ev"), what=f"{split} prediction")
        require_rows(table, what=f"{split} prediction")
    if scores is not None:
        require_columns(scores, SCORE_COLUMNS, what="score")
    figure, grid = _parity_panels(len(predictions))
    limits = _common_limits(predictions)
    cells = []
    for axes, (split, table), letter in zip(grid, predictions.items(), "abcdef", strict=False):
        cells.append(_draw_parity(axes, table, limits))
        axes.set_title(f"{letter}  {split} split" if len(grid) > 1 else f"{split} split", pad=33)
        axes.text(
            0.0,
            1.02,
            _score_text(split, table, scores),
            transform=axes.transAxes,
            fontsize=6.5,
            linespacing=1.4,
            va="bottom",
        )
        axes.set_xlabel(f"tabulated {energy_label(adsorbate)}")
        axes.set_ylabel(f"predicted {energy_label(adsorbate)}")
        axes.label_outer()
    _add_count_scale(figure, grid, [cell for cell in cells if cell is not None])
    kept = ["split", "surface", "energy_ev", "predicted_ev"]
    data = pd.concat([t.assign(split=s) for s, t in predictions.items()], ignore_index=True)
    return figure, data[[name for name in kept if name in data]]


def _parity_panels(count: int) -> tuple[Figure, list[Axes]]:
    columns = count if count < 4 else 2
    rows = -(-count // columns)
    width = SINGLE_COLUMN_IN if count == 1 else DOUBLE_COLUMN_IN
    figure = new_figure(width, rows * (0.9 * width / columns + 0.75))
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for unused in axes[count:]:
        unused.remove()
    return figure, list(axes[:count])


def _common_limits(predictions: Mapping[str, pd.DataFrame]) -> tuple[float, float]:
    columns = ["energy_ev", "predicted_ev"]
    values = np.concatenate([table[columns].to_numpy().ravel() for table in predictions.values()])
    low, high = np.nanmin(values), np.nanmax(values)
    margin = 0.04 * max(high - low, 0.1)
    return float(low - margin), float(high + margin)


def _draw_parity(
    axes: Axes, table: pd.DataFrame, limits: tuple[float, float]
) -> PolyCollection | None:
    """Draw the points of one split; return the hexagons where there are too many for points."""
    axes.plot(limits, limits, color=INK, linewidth=0.7, zorder=3)
    axes.set(xlim=limits, ylim=limits, aspect="equal")
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    points = table["energy_ev"], table["predicted_ev"]
    if len(table) > _DENSE:
        return axes.hexbin(
            *points,
            gridsize=55,
            extent=(*limits, *limits),
            mincnt=1,
            linewidths=0.1,
            cmap=LinearSegmentedColormap.from_list("counts", ["#BCD7EA", BLUE, "#00182B"]),
        )
    opacity = 0.75 if len(table) <= 150 else 0.45
    axes.scatter(*points, s=8, color=BLUE, alpha=opacity, linewidths=0)
    return None


def _add_count_scale(figure: Figure, grid: list[Axes], cells: list[PolyCollection]) -> None:
    """Give all hexagons one logarithmic colour scale."""
    if not cells:
        return
    highest = max(float(np.max(np.asarray(cell.get_array()))) for cell in cells)
    scale = LogNorm(1, max(highest, 2.0))
    for cell in cells:
        cell.set_norm(scale)
    bar = figure.colorbar(cells[0], ax=grid, shrink=0.8, pad=0.02, aspect=28, format="%d")
    bar.set_label("rows per hexagon", fontsize=6.5)


def _score_text(split: str, table: pd.DataFrame, scores: pd.DataFrame | None) -> str:
    errors = (table["predicted_ev"] - table["energy_ev"]).to_numpy()
    computed = {"RMSE": float(np.sqrt(np.mean(errors**2))), "MAE": float(np.mean(np.abs(errors)))}
    lines = [f"n = {len(table):,}"]
    for metric, value in computed.items():
        score = score_of(scores, split, metric.lower())
        if score is None:
            lines.append(f"{metric} {value:.3f} eV")
        else:
            interval = f"[{score['low']:.3f}, {score['high']:.3f}]"
            lines.append(f"{metric} {score['value']:.3f} {interval} {score['unit']}")
    return "\n".join(lines)


@styled
def calibration_figure(coverage: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Draw how often intervals of a stated probability hold the tabulated energy.

    Parameters
    ----------
    coverage
        `split`, `nominal` (0…1, the probability the interval claims), `observed` (0…1, the
        fraction of held-out rows inside), `low`, `high` (interval of `observed`), `n`. Several
        nominal levels per split make a line.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column. Points above the diagonal: the intervals are too wide; below: too narrow.
    data : pandas.DataFrame
        The rows drawn.

    Raises
    ------
    DatasetError
        When the table lacks a column or has no rows.
    """
    require_columns(coverage, _COVERAGE_COLUMNS, what="coverage")
    require_rows(coverage, what="coverage")
    figure = new_figure(SINGLE_COLUMN_IN, 3.3 + 0.16 * coverage["split"].nunique())
    axes = figure.add_subplot()
    axes.plot([0, 100], [0, 100], color=INK, linewidth=0.7)
    note: dict[str, Any] = {"transform": axes.transAxes, "color": GREY, "fontsize": 6.5}
    axes.text(0.04, 0.94, "intervals too wide", **note)
    axes.text(0.96, 0.04, "intervals too narrow", ha="right", **note)
    for number, (split, rows) in enumerate(coverage.groupby("split", sort=False)):
        rows = rows.sort_values("nominal")
        axes.errorbar(
            100 * rows["nominal"],
            100 * rows["observed"],
            yerr=100 * error_bars(rows, "observed", "low", "high"),
            color=SERIES[number % len(SERIES)],
            marker=_SPLIT_MARKERS[number % len(_SPLIT_MARKERS)],
            markersize=3.5,
            linewidth=1.0,
            elinewidth=0.7,
            label=f"{split} split, n = {int(rows['n'].max()):,}",
        )
    axes.set(xlim=(0, 100), ylim=(0, 100), aspect="equal")
    axes.set_xlabel("probability the interval claims / %")
    axes.set_ylabel("held-out energies inside it / %")
    figure.legend(loc="outside lower center")
    return figure, coverage[list(_COVERAGE_COLUMNS)].reset_index(drop=True)


@styled
def group_error_figure(
    errors: pd.DataFrame, *, label: str, grouping: str, overall: float | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Draw the error of each group (a host metal, a structure family) with its interval.

    Parameters
    ----------
    errors
        `group`, `value`, `low`, `high`, `n`; drawn from top to bottom in the order given.
    label
        Metric and unit: "MAE / eV".
    grouping
        What a group is: "host metal".
    overall
        The same metric over all rows; drawn as a line.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column, as tall as there are groups.
    data : pandas.DataFrame
        The rows drawn.

    Raises
    ------
    DatasetError
        When the table lacks a column or has no rows.
    """
    require_columns(errors, _GROUP_COLUMNS, what="group error")
    require_rows(errors, what="group error")
    figure = new_figure(SINGLE_COLUMN_IN, 0.95 + 0.17 * len(errors))
    axes = figure.add_subplot()
    rows = np.arange(len(errors))
    axes.hlines(rows, 0, errors["value"], color=PALE, linewidth=3.5, zorder=1)
    axes.errorbar(
        errors["value"],
        rows,
        xerr=error_bars(errors, "value", "low", "high"),
        fmt="o",
        color=BLUE,
        markersize=4,
        elinewidth=0.9,
    )
    if overall is not None:
        axes.axvline(overall, color=INK, linewidth=0.7, linestyle=(0, (4, 2)))
        axes.annotate(
            f"all rows {overall:.3f}",
            (overall, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            fontsize=6.5,
            textcoords="offset points",
            ha="center",
            va="bottom",
        )
    names = [f"{row['group']}  (n = {row['n']:,})" for row in records(errors)]
    axes.set_yticks(rows, names)
    axes.set_ylim(len(errors) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label)
    axes.set_ylabel(grouping)
    return figure, errors[list(_GROUP_COLUMNS)].reset_index(drop=True)
