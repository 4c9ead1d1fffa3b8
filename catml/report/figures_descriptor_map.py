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
_EDGE = 0.12
_ROLES = ("training", "candidate")
_BY_CLUSTER = ("clusters with training rows", "clusters without")
_BY_DOMAIN = ("inside the training domain", "outside")


@styled
def descriptor_map_figure(
    rows: pd.DataFrame, *, explained: tuple[float, float]
) -> tuple[Figure, pd.DataFrame]:
    """Draw training rows and candidates on two axes, with the numbers of their clusters.

    Parameters
    ----------
    rows
        `role` ("training" or "candidate"), `x`, `y` (principal components, in standard
        deviations of the descriptors), `cluster` (number of the cluster). With a column `outside`
        (bool) candidates are told apart by it: whether they are outside the training domain.
    explained
        Shares (0…1) of the variance along `x` and `y`.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column. Grey rings: training rows; blue diamonds: candidates in clusters with
        training rows, or inside the domain; vermillion triangles: candidates in clusters without
        any, or outside. Each cluster has its number, from 1, beside its middle row.
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
    data = rows[[*_COLUMNS, *rows.columns.intersection(["outside"])]].reset_index(drop=True)
    training = data["role"] == "training"
    data["uncharted"] = ~data["cluster"].isin(data.loc[training, "cluster"])
    figure = new_figure(SINGLE_COLUMN_IN, 3.5)
    axes = figure.add_subplot()
    _scatter(axes, data[training], "o", GREY, "training rows")
    parted, near, far = "uncharted", *_BY_CLUSTER
    if "outside" in data:
        parted, near, far = "outside", *_BY_DOMAIN
    _scatter(axes, data[~training & ~data[parted]], "D", BLUE, f"candidates, {near}")
    _scatter(axes, data[~training & data[parted]], "^", VERMILLION, f"candidates, {far}")
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
    angle = np.deg2rad(137.5) * number
    step = np.array([np.cos(angle), np.sin(angle)])
    # Near an edge the number goes inwards, where no axis is in its way.
    place = axes.transAxes.inverted().transform(axes.transData.transform(middle))
    step[place < _EDGE] = np.abs(step[place < _EDGE])
    step[place > 1 - _EDGE] = -np.abs(step[place > 1 - _EDGE])
    axes.annotate(
        str(number),
        (float(middle[0]), float(middle[1])),
        xytext=tuple(14 * step),
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
