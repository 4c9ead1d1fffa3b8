"""What the screening found: the ranking, and the energies of the sites of single surfaces."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from catml.report.style import (
    DOUBLE_COLUMN_IN,
    ORIGIN_COLORS,
    ORIGIN_LABELS,
    ORIGIN_MARKERS,
    ORIGINS,
    PALE,
    SITE_MARKERS,
    SKY_BLUE,
    energy_label,
    legend_marker,
    new_figure,
    origin_handles,
    styled,
    typeset_surface,
)
from catml.report.tables import (
    CANDIDATE_COLUMNS,
    RANKED_COLUMNS,
    error_bars,
    records,
    require_columns,
    require_rows,
)

_HATCH = "////"
_ROW_IN = 0.2
_SITE_COLUMNS = (*CANDIDATE_COLUMNS, "site", "site_kind")


@styled
def ranking_figure(
    candidates: pd.DataFrame, *, adsorbate: str, window_ev: tuple[float, float]
) -> tuple[Figure, pd.DataFrame]:
    """Draw ranked candidates: energies with intervals, and the probability to be in the window.

    Parameters
    ----------
    candidates
        `surface`, `energy_ev`, `lower_ev`, `upper_ev`, `origin`, `probability_in_window`
        (0…1), best first.
    adsorbate
        Whose energy it is.
    window_ev
        Lowest and highest energy of the optimum, in eV; shaded.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Double column, one line per candidate.
    data : pandas.DataFrame
        The rows drawn, in order.

    Raises
    ------
    DatasetError
        When the table lacks a column or has no rows.
    """
    require_columns(candidates, RANKED_COLUMNS, what="candidate")
    require_rows(candidates, what="candidate")
    figure = new_figure(DOUBLE_COLUMN_IN, 1.1 + _ROW_IN * len(candidates))
    energies, chances = figure.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": [3, 2]})
    energies.axvspan(*window_ev, color=SKY_BLUE, alpha=0.22, linewidth=0)
    rows = np.arange(len(candidates))
    for origin in ORIGINS:
        here = (candidates["origin"] == origin).to_numpy()
        part = candidates[here]
        _draw_energies(energies, rows[here], part, ORIGIN_MARKERS[origin], ORIGIN_COLORS[origin])
        chances.barh(
            rows[here],
            100 * part["probability_in_window"],
            height=0.62,
            color=ORIGIN_COLORS[origin],
            linewidth=0,
            **({"hatch": _HATCH, "edgecolor": "white"} if origin == "extrapolated" else {}),
        )
    for row, chance in zip(rows, candidates["probability_in_window"], strict=True):
        chances.text(100 * chance + 1.5, row, f"{100 * chance:.0f}", va="center", fontsize=6.5)
    _name_rows(energies, [typeset_surface(name) for name in candidates["surface"]])
    chances.tick_params(axis="y", length=0)
    chances.set_xlim(0, 100)
    energies.set_xlabel(energy_label(adsorbate))
    chances.set_xlabel("probability in the optimum window / %")
    handles = [Patch(color=SKY_BLUE, alpha=0.22, label="optimum window"), *origin_handles()]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure, candidates[list(RANKED_COLUMNS)].reset_index(drop=True)


def _draw_energies(
    axes: Axes, rows: np.ndarray, part: pd.DataFrame, marker: str, color: str
) -> None:
    axes.errorbar(
        part["energy_ev"],
        rows,
        xerr=error_bars(part, "energy_ev", "lower_ev", "upper_ev"),
        fmt=marker,
        color=color,
        markersize=4.5,
        elinewidth=0.9,
    )


def _name_rows(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=PALE, linewidth=0.5)


@styled
def site_energy_figure(
    sites: pd.DataFrame, *, adsorbate: str, window_ev: tuple[float, float]
) -> tuple[Figure, pd.DataFrame]:
    """Draw the energy of every site of the given surfaces, the most stable one filled.

    Parameters
    ----------
    sites
        `surface`, `site`, `site_kind`, `energy_ev`, `lower_ev`, `upper_ev`, `origin`, one row
        per site; surfaces are drawn in the order they first appear.
    adsorbate
        Whose energy it is.
    window_ev
        Lowest and highest energy of the optimum, in eV; shaded.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Double column, one line per surface.
    data : pandas.DataFrame
        The rows drawn, with the boolean column `most_stable`.

    Raises
    ------
    DatasetError
        When the table lacks a column or has no rows.
    """
    require_columns(sites, _SITE_COLUMNS, what="site")
    require_rows(sites, what="site")
    data = sites[list(_SITE_COLUMNS)].reset_index(drop=True)
    lowest = data.groupby("surface")["energy_ev"].idxmin()
    data["most_stable"] = data.index.isin(lowest)
    surfaces = list(dict.fromkeys(data["surface"]))
    row_in = max(0.27, 0.08 * data.groupby("surface").size().max())
    figure = new_figure(DOUBLE_COLUMN_IN, 1.1 + row_in * len(surfaces))
    axes = figure.add_subplot()
    axes.axvspan(*window_ev, color=SKY_BLUE, alpha=0.22, linewidth=0)
    for row, surface in enumerate(surfaces):
        _draw_sites(axes, row, data[data["surface"] == surface].sort_values("energy_ev"))
    _name_rows(axes, [typeset_surface(name) for name in surfaces])
    axes.set_xlabel(energy_label(adsorbate))
    _add_site_legend(figure)
    return figure, data


def _draw_sites(axes: Axes, row: int, sites: pd.DataFrame) -> None:
    """Draw the sites of one surface, on slightly different heights so that bars stay apart."""
    heights = np.linspace(-0.3, 0.3, len(sites)) if len(sites) > 1 else [0.0]
    bars = error_bars(sites, "energy_ev", "lower_ev", "upper_ev")
    for number, (height, site) in enumerate(zip(heights, records(sites), strict=True)):
        color = ORIGIN_COLORS[site["origin"]]
        axes.errorbar(
            site["energy_ev"],
            row + height,
            xerr=bars[:, [number]],
            fmt=SITE_MARKERS[site["site_kind"]],
            color=color,
            markersize=4.2,
            markerfacecolor=color if site["most_stable"] else "white",
            elinewidth=0.7,
        )


def _add_site_legend(figure: Figure) -> None:
    handles: list[Artist] = [
        legend_marker(marker, kind, filled=False) for kind, marker in SITE_MARKERS.items()
    ]
    handles.append(legend_marker("o", "filled: most stable"))
    handles += [Patch(color=ORIGIN_COLORS[o], label=ORIGIN_LABELS[o]) for o in ORIGINS]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
