"""The d states of atoms over energy, with the moments of their band marked."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

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
    "upper_edge_ev",
    "window_low_ev",
    "window_high_ev",
)
_SIGNS = {"both": 1, "up": 1, "down": -1}
_ROOM = 0.05


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
        `spin`, `d_band_center_ev`, `rms_width_ev`, `upper_edge_ev`, `window_low_ev`,
        `window_high_ev`: one row per spin drawn.
    title
        Whose states they are.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column, showing the window. Filled: occupied states. Line: centre. Band around it:
        ± rms width. Dashes: upper edge.
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
    figure = new_figure(SINGLE_COLUMN_IN, 2.6)
    axes = figure.add_subplot()
    low = min(rows[spin]["window_low_ev"] for spin in states)
    high = max(rows[spin]["window_high_ev"] for spin in states)
    shown = (energy >= low) & (energy <= high)
    tallest = max(float(np.max(np.asarray(curve)[shown], initial=0)) for curve in states.values())
    for spin, curve in states.items():
        sign = _SIGNS[spin]
        height = sign * np.asarray(curve, dtype=float)
        axes.fill_between(energy, height, where=(energy <= 0).tolist(), color=PALE, linewidth=0)
        axes.plot(energy, height, color=INK, linewidth=0.9)
        _mark_band(axes, rows[spin], sign, labelled=spin != "down")
    axes.axvline(0, color=GREY, linewidth=0.7, linestyle=":", label="Fermi level")
    axes.axhline(0, color=INK, linewidth=0.5)
    axes.set_xlim(low, high)
    top = (1 + _ROOM) * tallest
    axes.set_ylim(-top if "down" in states else 0, top)
    axes.set_xlabel("E − E(Fermi) / eV")
    axes.set_ylabel("d states / eV⁻¹")
    axes.set_title(title)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    data = [
        pd.DataFrame({"spin": spin, "energy_ev": energy, "states_per_ev": np.asarray(curve)})
        for spin, curve in states.items()
    ]
    return figure, pd.concat(data, ignore_index=True)


def _mark_band(axes: Axes, row: Mapping[str, float], sign: int, *, labelled: bool) -> None:
    """Mark centre, rms width and upper edge in the half of the axes that the spin has."""
    bottom, top = (0.0, 1.0) if row["spin"] == "both" else (0.5, 1.0) if sign > 0 else (0.0, 0.5)
    center, width = row["d_band_center_ev"], row["rms_width_ev"]

    def label(text: str) -> str:
        return text if labelled else "_"

    axes.axvspan(
        center - width,
        center + width,
        bottom,
        top,
        color=BLUE,
        alpha=0.14,
        linewidth=0,
        label=label("± rms width"),
    )
    axes.axvline(center, bottom, top, color=BLUE, label=label("centre"))
    axes.axvline(
        row["upper_edge_ev"],
        bottom,
        top,
        color=VERMILLION,
        linestyle="--",
        label=label("upper edge"),
    )
