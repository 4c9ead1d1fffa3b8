"""The map of a candidate space: hosts × guests, coloured by adsorption energy."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from catml.report.style import (
    DOUBLE_COLUMN_IN,
    INK,
    Origin,
    energy_label,
    legend_marker,
    new_figure,
    styled,
)
from catml.report.tables import records, require_columns, require_rows

_HATCH = "////"
_MAP_COLUMNS = ("surface", "host", "guest", "energy_ev", "origin")
# Largest number of columns whose cells still hold a readable energy.
_NUMBERED = 16


@styled
def heat_map_figure(
    candidates: pd.DataFrame, *, adsorbate: str, optimum_ev: float
) -> tuple[Figure, pd.DataFrame]:
    """Draw hosts × guests, coloured by the adsorption energy of each pair's best surface.

    Parameters
    ----------
    candidates
        `surface`, `host`, `guest`, `energy_ev`, `origin`, best first; rows without a guest (pure
        metals) stand under "–". Of several surfaces of one pair, the first is shown.
    adsorbate
        Whose energy it is.
    optimum_ev
        The energy of the summit; white in the colour scale.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Double column. Hatched: extrapolated. Dotted: known from a dataset. Empty: not screened.
    data : pandas.DataFrame
        `host`, `guest`, `surface`, `energy_ev`, `origin`: one row per cell.

    Raises
    ------
    DatasetError
        When the table lacks a column or has no rows.
    """
    require_columns(candidates, _MAP_COLUMNS, what="candidate")
    require_rows(candidates, what="candidate")
    cells = _first_of_pairs(candidates)
    hosts, guests = _by_atomic_number(cells["host"]), _by_atomic_number(cells["guest"])
    figure = new_figure(DOUBLE_COLUMN_IN, _map_height_in(len(hosts), len(guests)))
    axes = figure.add_subplot()
    grid = cells.pivot(index="host", columns="guest", values="energy_ev")
    grid = grid.reindex(index=hosts, columns=guests)
    reach = float(np.nanquantile(np.abs(grid.to_numpy() - optimum_ev), 0.97)) or 0.1
    image = axes.pcolormesh(
        grid.to_numpy(),
        cmap="RdBu",
        vmin=optimum_ev - reach,
        vmax=optimum_ev + reach,
        edgecolors="white",
        linewidth=0.6,
    )
    for cell in records(cells):
        place = guests.index(cell["guest"]), hosts.index(cell["host"])
        _mark_origin(axes, place, cell["origin"])
        if len(guests) <= _NUMBERED:
            dark = abs(cell["energy_ev"] - optimum_ev) > 0.65 * reach
            _write_energy(axes, place, cell["energy_ev"], image, "white" if dark else INK)
    axes.set_xticks(np.arange(len(guests)) + 0.5, [guest or "–" for guest in guests])
    axes.set_yticks(np.arange(len(hosts)) + 0.5, hosts)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.invert_yaxis()
    pure = "" in guests
    axes.set_xlabel("guest element (–: pure host)" if pure else "guest element")
    axes.set_ylabel("host metal")
    bar = figure.colorbar(image, ax=axes, pad=0.015, aspect=18, extend="both")
    bar.set_label(energy_label(adsorbate))
    bar.ax.axhline(optimum_ev, color=INK, linewidth=0.8)
    _add_legend(figure)
    return figure, cells


def _first_of_pairs(candidates: pd.DataFrame) -> pd.DataFrame:
    table = candidates.assign(guest=candidates["guest"].fillna("").astype(str))
    cells = table.drop_duplicates(["host", "guest"]).sort_values(["host", "guest"])
    return cells[["host", "guest", "surface", "energy_ev", "origin"]].reset_index(drop=True)


def _by_atomic_number(symbols: pd.Series) -> list[str]:
    from ase.data import atomic_numbers

    return sorted(set(symbols), key=lambda symbol: atomic_numbers.get(symbol, 0))


def _map_height_in(hosts: int, guests: int) -> float:
    """Return the height that makes cells square, between a strip and a page."""
    side = 5.6 / max(guests, 1)
    return float(np.clip(1.2 + hosts * min(side, 0.34), 1.9, 8.5))


def _mark_origin(axes: Axes, place: tuple[int, int], origin: Origin) -> None:
    column, row = place
    if origin == "extrapolated":
        axes.add_patch(
            Rectangle((column, row), 1, 1, fill=False, hatch=_HATCH, edgecolor="#00000066", lw=0)
        )
    elif origin == "known":
        axes.plot(column + 0.12, row + 0.18, marker="o", color=INK, markersize=2.0)


def _write_energy(
    axes: Axes, place: tuple[int, int], energy_ev: float, image: QuadMesh, color: str
) -> None:
    """Write the energy into its cell, on a plate of the cell's colour that keeps hatching off."""
    axes.text(
        place[0] + 0.5,
        place[1] + 0.5,
        f"{energy_ev:.2f}".replace("-", "−"),
        ha="center",
        va="center",
        fontsize=5.8,
        zorder=4,
        color=color,
        bbox={"facecolor": image.to_rgba(np.array(energy_ev)), "linewidth": 0, "pad": 0.4},
    )


def _add_legend(figure: Figure) -> None:
    handles = [
        legend_marker("o", "known", size=2.5),
        Patch(facecolor="white", edgecolor="#777777", hatch=_HATCH, label="extrapolated"),
        Patch(facecolor="white", edgecolor="#CCCCCC", label="not screened"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
