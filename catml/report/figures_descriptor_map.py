"""Where data and candidates lie: the first two principal components of the descriptors."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from catml.errors import DatasetError
from catml.report.style import (
    BLUE,
    GREY,
    INK,
    SINGLE_COLUMN_IN,
    VERMILLION,
    new_figure,
    styled,
)
from catml.report.tables import require_columns, require_rows

_COLUMNS = ("role", "x", "y", "cluster")
_ROLES = ("training", "candidate")


@styled
def descriptor_map_figure(
    rows: pd.DataFrame, *, explained: tuple[float, float]
) -> tuple[Figure, pd.DataFrame]:
    """Draw training rows and candidates on two axes, with the numbers of their clusters.

    Parameters
    ----------
    rows
        `role` ("training" or "candidate"), `x`, `y` (principal components, in standard
        deviations of the descriptors), `cluster` (number of the cluster).
    explained
        Shares (0…1) of the variance along `x` and `y`.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column. Grey rings: training rows; blue diamonds: candidates in clusters with
        training rows; vermillion triangles: candidates in clusters without any. Each cluster has
        its number, from 1, beside its middle row.
    data : pandas.DataFrame
        The rows drawn and `uncharted`: whether the cluster has no training row.

    Raises
    ------
    DatasetError
        When the table lacks a column or rows, or `role` holds another word.
    """
    require_columns(rows, _COLUMNS, what="descriptor map")
    require_rows(rows, what="descriptor map")
    unknown = sorted(set(rows["role"].astype(str)) - set(_ROLES))
    if unknown:
        raise DatasetError(
            f"the descriptor map has the role {unknown[0]!r}; allowed are {', '.join(_ROLES)}"
        )
    data = rows[list(_COLUMNS)].reset_index(drop=True)
    training = data["role"] == "training"
    data["uncharted"] = ~data["cluster"].isin(data.loc[training, "cluster"])
    figure = new_figure(SINGLE_COLUMN_IN, 3.5)
    axes = figure.add_subplot()
    _scatter(axes, data[training], "o", GREY, "training rows")
    known = data[~training & ~data["uncharted"]]
    _scatter(axes, known, "D", BLUE, "candidates, clusters with training rows")
    new = data[~training & data["uncharted"]]
    _scatter(axes, new, "^", VERMILLION, "candidates, clusters without")
    for cluster, members in data.groupby("cluster"):
        _write_number(axes, int(str(cluster)) + 1, members[["x", "y"]].to_numpy(dtype=np.float64))
    shares = [f"component ({100 * share:.0f} % of the variance)" for share in explained]
    axes.set_xlabel(f"first {shares[0]}")
    axes.set_ylabel(f"second {shares[1]}")
    figure.legend(loc="outside lower center", ncols=1)
    return figure, data


def _write_number(axes: Axes, number: int, xy: NDArray[np.float64]) -> None:
    """Write the number of a cluster beside its row nearest to the median."""
    middle = xy[np.square(xy - np.median(xy, axis=0)).sum(axis=1).argmin()]
    # Steps of the golden angle keep the numbers of clusters on one spot apart.
    direction = np.deg2rad(137.5) * number
    axes.annotate(
        str(number),
        (float(middle[0]), float(middle[1])),
        xytext=(14 * np.cos(direction), 14 * np.sin(direction)),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=6.5,
        bbox={"boxstyle": "circle,pad=0.2", "fc": "white", "ec": INK, "lw": 0.6},
        arrowprops={"arrowstyle": "-", "color": INK, "lw": 0.5},
        zorder=5,
    )


def _scatter(axes: Axes, rows: pd.DataFrame, marker: str, color: str, label: str) -> None:
    if rows.empty:
        return
    open_ring = marker == "o"
    axes.scatter(
        rows["x"],
        rows["y"],
        s=22 if open_ring else 10,
        marker=marker,
        facecolors="none" if open_ring else color,
        edgecolors=color if open_ring else "none",
        linewidths=0.6 if open_ring else 0,
        label=f"{label}, n = {len(rows):,}",
    )
