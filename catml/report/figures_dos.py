"""The d states of atoms over energy, with the moments of their band marked."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray

from catml.errors import DatasetError
from catml.report.style import (
    BLUE,
    GREY,
    INK,
    PALE,
    SINGLE_COLUMN_IN,
    VERMILLION,
    new_figure,
    styled,
)
from catml.report.tables import records, require_columns, require_rows

_BAND_COLUMNS = (
    "spin",
    "d_band_center_ev",
    "rms_width_ev",
    "rectangular_width_ev",
    "filling",
    "upper_edge_ev",
    "window_low_ev",
    "window_high_ev",
)
_SIGNS = {"both": 1, "up": 1, "down": -1}
_ARROWS = {"both": "", "up": " ↑", "down": " ↓"}
_ROOM = 0.05
# The energies shown are those with states, of at least this share of the tallest, and some more.
_SHOWN_SHARE = 0.02
_MARGIN_EV = 0.8
# Where the bars of the rectangular widths lie, of the height.
_BAR_HEIGHT = 0.96


@styled
def dos_figure(
    energy_ev: ArrayLike,
    states: Mapping[str, ArrayLike],
    bands: pd.DataFrame,
    *,
    title: str,
) -> tuple[Figure, pd.DataFrame]:
    """Draw a projected density of states; spin up upwards, spin down downwards.

    Parameters
    ----------
    energy_ev : array_like, shape (n,)
        Relative to the Fermi level.
    states
        For each spin (``"both"``, or ``"up"`` and ``"down"``) its densities, shape (n,), in
        states per eV.
    bands
        `spin`, `d_band_center_ev`, `rms_width_ev`, `rectangular_width_ev`, `filling`,
        `upper_edge_ev`, `window_low_ev`, `window_high_ev`: one row per spin drawn.
    title
        Whose states they are.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column, showing all energies with states. Filled: occupied states. Line: centre.
        Band around it: ± rms width. Bar: rectangular width. Dashes: upper edge. Hatched: outside
        the window. The legend gives the numbers.
    data : pandas.DataFrame
        `spin`, `energy_ev`, `states_per_ev`: one row per energy and spin.

    Raises
    ------
    DatasetError
        When the table lacks a column or has no rows, or has no row for a spin drawn.
    """
    require_columns(bands, _BAND_COLUMNS, what="band")
    require_rows(bands, what="band")
    energy = np.asarray(energy_ev, dtype=float)
    rows = {row["spin"]: row for row in records(bands)}
    missing = [spin for spin in states if spin not in rows or spin not in _SIGNS]
    if missing:
        raise DatasetError(
            f"the band table has no row of spin {missing[0]!r}; give one for each spin drawn, "
            "which is both, up or down"
        )
    # The numbers of two spins fill a line of the legend.
    columns, height_in = (1, 3.6) if "down" in states else (2, 2.8)
    figure = new_figure(SINGLE_COLUMN_IN, height_in)
    axes = figure.add_subplot()
    drawn = [rows[spin] for spin in states]
    tallest = max(float(np.max(np.asarray(curve), initial=0)) for curve in states.values())
    low, high = _shown(energy, [np.asarray(curve) for curve in states.values()], drawn)
    for spin, curve in states.items():
        sign = _SIGNS[spin]
        height = sign * np.asarray(curve, dtype=float)
        axes.fill_between(energy, height, where=(energy <= 0).tolist(), color=PALE, linewidth=0)
        axes.plot(energy, height, color=INK, linewidth=0.9)
        _mark_band(axes, rows[spin], sign)
    axes.axvline(0, color=GREY, linewidth=0.7, linestyle=":")
    axes.axhline(0, color=INK, linewidth=0.5)
    axes.set_xlim(low, high)
    top = (1 + 2 * _ROOM) * tallest
    axes.set_ylim(-top if "down" in states else 0, top)
    axes.set_xlabel("E − E(Fermi) / eV")
    axes.set_ylabel("d states / eV⁻¹")
    axes.set_title(title)
    keys = _keys(drawn)
    if _mark_window(axes, drawn[0], low, high):
        keys.append(_window_key(drawn[0]))
    figure.legend(handles=keys, loc="outside lower center", ncols=columns)
    data = [
        pd.DataFrame({"spin": spin, "energy_ev": energy, "states_per_ev": np.asarray(curve)})
        for spin, curve in states.items()
    ]
    return figure, pd.concat(data, ignore_index=True)


def _shown(
    energy: NDArray[np.float64],
    curves: list[NDArray[np.float64]],
    bands: list[dict[str, Any]],
) -> tuple[float, float]:
    """Return the energies to show: all states, the Fermi level and every mark."""
    tallest = max(float(curve.max(initial=0)) for curve in curves)
    some = np.any([curve >= _SHOWN_SHARE * tallest for curve in curves], axis=0)
    marks = [0.0, *energy[some]]
    for band in bands:
        center, half = band["d_band_center_ev"], band["rectangular_width_ev"] / 2
        marks += [center - half, center + half, band["upper_edge_ev"]]
    return (
        max(float(energy[0]), min(marks) - _MARGIN_EV),
        min(float(energy[-1]), max(marks) + _MARGIN_EV),
    )


def _mark_band(axes: Axes, row: Mapping[str, Any], sign: int) -> None:
    """Mark centre, widths and upper edge in the half of the axes that the spin has."""
    bottom, top = (0.0, 1.0) if row["spin"] == "both" else (0.5, 1.0) if sign > 0 else (0.0, 0.5)
    center, width = row["d_band_center_ev"], row["rms_width_ev"]
    axes.axvspan(center - width, center + width, bottom, top, color=BLUE, alpha=0.14, linewidth=0)
    axes.axvline(center, bottom, top, color=BLUE)
    axes.axvline(row["upper_edge_ev"], bottom, top, color=VERMILLION, linestyle="--")
    half = row["rectangular_width_ev"] / 2
    height = _BAR_HEIGHT if sign > 0 else 1 - _BAR_HEIGHT
    axes.plot(
        [center - half, center + half],
        [height, height],
        transform=axes.get_xaxis_transform(),
        color=BLUE,
        linewidth=0.8,
        marker="|",
        markersize=5,
    )


def _mark_window(axes: Axes, row: Mapping[str, Any], low: float, high: float) -> bool:
    """Hatch what is shown outside the window; return whether there is any."""
    outside = [(low, row["window_low_ev"]), (row["window_high_ev"], high)]
    cut = [(start, end) for start, end in outside if end > start]
    for start, end in cut:
        axes.axvspan(start, end, facecolor="white", alpha=0.6, linewidth=0, zorder=3)
        axes.axvspan(start, end, facecolor="none", edgecolor=GREY, hatch="////", linewidth=0)
    return bool(cut)


def _keys(bands: list[dict[str, Any]]) -> list[Artist]:
    """Return what the marks mean, with their numbers, spin by spin."""

    def text(name: str, column: str, pattern: str = "{:.2f}", unit: str = " eV") -> str:
        numbers = (pattern.format(band[column]) + _ARROWS[band["spin"]] for band in bands)
        return f"{name} {', '.join(numbers)}{unit}".replace("-", "−").replace("%", " %")

    return [
        Line2D([], [], color=BLUE, label=text("centre", "d_band_center_ev")),
        Patch(color=BLUE, alpha=0.14, label=text("± rms width", "rms_width_ev")),
        Line2D(
            [],
            [],
            color=BLUE,
            linewidth=0.8,
            marker="|",
            markersize=5,
            label=text("rectangular width", "rectangular_width_ev"),
        ),
        Line2D([], [], color=VERMILLION, linestyle="--", label=text("upper edge", "upper_edge_ev")),
        Patch(color=PALE, label=text("filled", "filling", "{:.0%}", "")),
        Line2D([], [], color=GREY, linewidth=0.7, linestyle=":", label="Fermi level"),
    ]


def _window_key(row: Mapping[str, Any]) -> Artist:
    window = f"{row['window_low_ev']:.2f} to {row['window_high_ev']:.2f} eV".replace("-", "−")
    return Patch(
        facecolor="white", edgecolor=GREY, hatch="////", linewidth=0, label=f"outside {window}"
    )
