"""Naming crowded points in a figure: a row of names above it, none of which covers another."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Array = np.ndarray

_LEADER = "#777777"


def name_above(
    figure: Figure,
    axes: Axes,
    points: Array,
    texts: Sequence[str],
    *,
    fontsize: float = 7.0,
    rotation: float = 60.0,
) -> None:
    """Write `texts` in a row above the axes, each joined to its point by a thin line.

    Made for points that crowd together: the names keep the order of the points and stand at
    least a line apart.

    Parameters
    ----------
    figure, axes
        Where to write; the axes need free room above them.
    points
        Shape (n, 2), data coordinates, inside the axes.
    texts
        n names.
    fontsize, rotation
        Points and degrees.
    """
    if not len(texts):
        return
    order = np.argsort(np.asarray(points, float)[:, 0], kind="stable")
    anchors = np.asarray(points, float)[order]
    labels = [
        axes.text(
            0.0,
            1.075,
            texts[number],
            transform=axes.transAxes,
            fontsize=fontsize,
            rotation=rotation,
            rotation_mode="anchor",
            ha="left",
            va="center",
            in_layout=False,
        )
        for number in order
    ]
    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    frame = axes.get_window_extent()
    overhang = max(label.get_window_extent(canvas.get_renderer()).width for label in labels)
    across = (axes.transData + axes.transAxes.inverted()).transform(anchors)[:, 0]
    spacing = 1.3 * fontsize / np.sin(np.deg2rad(rotation)) * figure.dpi / 72 / frame.width
    free = min(1.0, (figure.bbox.x1 - overhang - frame.x0) / frame.width)
    slots = spread(across, gap=spacing, high=free)
    for label, slot, start, anchor in zip(labels, slots, across, anchors, strict=True):
        label.set_x(slot)
        axes.plot(
            [anchor[0], anchor[0]],
            [anchor[1], axes.get_ylim()[1]],
            color=_LEADER,
            linewidth=0.45,
            zorder=3.2,
        )
        axes.plot(
            [start, slot],
            [1.0, 1.065],
            transform=axes.transAxes,
            color=_LEADER,
            linewidth=0.45,
            clip_on=False,
            in_layout=False,
        )


def spread(positions: Array, *, gap: float, high: float = 1.0) -> Array:
    """Move sorted positions as little as possible until neighbours are `gap` apart in 0…`high`.

    Least squares by pooling adjacent violators; the gap shrinks where there is no room for it.

    Examples
    --------
    >>> spread(np.array([0.1, 0.5, 0.5, 0.9]), gap=0.2).round(3).tolist()
    [0.1, 0.4, 0.6, 0.9]
    """
    count = len(positions)
    gap = min(gap, high / max(count - 1, 1))
    pools: list[list[float]] = []
    for position in np.asarray(positions, float) - gap * np.arange(count):
        pools.append([float(position)])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    level = np.array([np.mean(pool) for pool in pools for _ in pool])
    return np.clip(level, 0.0, high - gap * (count - 1)) + gap * np.arange(count)
