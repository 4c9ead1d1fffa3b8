"""The volcano: activity against adsorption energy, with every candidate's uncertainty."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from catml.report.labels import name_above
from catml.report.style import (
    BLACK,
    GREY,
    INK,
    ORIGIN_COLORS,
    ORIGIN_MARKERS,
    ORIGINS,
    SINGLE_COLUMN_IN,
    SKY_BLUE,
    Origin,
    energy_label,
    legend_marker,
    new_figure,
    origin_handles,
    styled,
    typeset_activity,
    typeset_surface,
)
from catml.report.tables import CANDIDATE_COLUMNS, error_bars, require_columns, require_rows

_ACTIVITY_COLUMNS = ("log10_activity", "log10_activity_lower", "log10_activity_upper")
_PUBLISHED_COLUMNS = ("label", "energy_ev", "log10_activity")
_CROWD = 60
_NAME_PT = 6.5
_RASTERIZE = 2000


@styled
def volcano_figure(
    curve: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    adsorbate: str,
    window_ev: tuple[float, float],
    activity_label: str,
    published: pd.DataFrame | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """Draw candidates on the volcano of a reaction: the whole of it, and around the optimum.

    Parameters
    ----------
    curve
        `energy_ev`, `log10_activity`: the volcano line, in order of energy. Its range is that
        of the upper panel.
    candidates
        `surface`, `energy_ev`, `lower_ev`, `upper_ev`, `origin`, `log10_activity`,
        `log10_activity_lower`, `log10_activity_upper`; optional `shortlisted` (boolean: drawn
        large, with error bars, named in the lower panel) and `family` ("pure": drawn black,
        named in the upper panel). Missing bounds mean no error bar.
    adsorbate
        Whose energy it is, "CO".
    window_ev
        Lowest and highest energy of the optimum, in eV; shaded.
    activity_label
        Quantity and unit of the activity: "log10(j / (mA/cm2))".
    published
        `label`, `energy_ev`, `log10_activity`: points the volcano was built on; drawn as crosses.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Single column, two panels.
    data : pandas.DataFrame
        Everything drawn: column `series` is "curve", "candidate" or "published".

    Raises
    ------
    DatasetError
        When a table lacks a column, or the curve has no rows.
    """
    require_columns(curve, ("energy_ev", "log10_activity"), what="volcano curve")
    require_rows(curve, what="volcano curve")
    require_columns(candidates, (*CANDIDATE_COLUMNS, *_ACTIVITY_COLUMNS), what="candidate")
    if published is not None:
        require_columns(published, _PUBLISHED_COLUMNS, what="published point")
    marked = _with_roles(candidates)
    figure = new_figure(SINGLE_COLUMN_IN, 6.6)
    whole, close = figure.subplots(2, 1)
    for axes in (whole, close):
        _draw(axes, curve, marked, window_ev, published)
        axes.set_ylabel(typeset_activity(activity_label))
        axes.set_xlabel(energy_label(adsorbate))
    metals, shortlist = marked[marked["pure"]], marked[marked["shortlisted"]]
    whole.set_title("a  Pure metals on the volcano", pad=_room_for_names(metals))
    close.set_title("b  Shortlist around the optimum", pad=_room_for_names(shortlist))
    _frame_whole(whole, curve)
    _frame_optimum(close, curve, shortlist, window_ev)
    _add_legend(figure, whole)
    _name(figure, whole, metals)
    _name(figure, close, shortlist)
    return figure, _drawn(curve, marked, published)


def _with_roles(candidates: pd.DataFrame) -> pd.DataFrame:
    nowhere = pd.Series(False, index=candidates.index)
    return candidates.assign(
        shortlisted=candidates.get("shortlisted", nowhere).astype(bool),
        pure=candidates.get("family", nowhere) == "pure",
    )


def _room_for_names(rows: pd.DataFrame) -> float:
    """Return the height in points that the slanted names take above a panel."""
    longest = rows["surface"].str.len().max()
    return 6.0 if np.isnan(longest) else 18.0 + 0.55 * longest * _NAME_PT


def _draw(
    axes: Axes,
    curve: pd.DataFrame,
    candidates: pd.DataFrame,
    window_ev: tuple[float, float],
    published: pd.DataFrame | None,
) -> None:
    axes.axvspan(*window_ev, color=SKY_BLUE, alpha=0.22, linewidth=0, label="optimum window")
    axes.plot(curve["energy_ev"], curve["log10_activity"], color=INK, label="volcano", zorder=2.6)
    if published is not None:
        axes.scatter(
            published["energy_ev"],
            published["log10_activity"],
            marker="x",
            color=GREY,
            s=18,
            linewidths=0.9,
            zorder=3,
            label="published points",
        )
    for origin in ORIGINS:
        _draw_origin(axes, candidates[candidates["origin"] == origin], origin)


def _draw_origin(axes: Axes, rows: pd.DataFrame, origin: Origin) -> None:
    """Draw the candidates of one origin: the crowd small, the named ones with error bars."""
    crowd = rows[~(rows["shortlisted"] | rows["pure"])]
    color, marker = ORIGIN_COLORS[origin], ORIGIN_MARKERS[origin]
    axes.scatter(
        crowd["energy_ev"],
        crowd["log10_activity"],
        s=9,
        marker=marker,
        color=color,
        linewidths=0,
        zorder=2.5,
        alpha=0.75 if len(crowd) < _CROWD else 0.35,
        rasterized=len(crowd) > _RASTERIZE,
    )
    for role, fill, order in (("pure", BLACK, 3.5), ("shortlisted", color, 4.0)):
        drawn = rows[rows[role]]
        axes.errorbar(
            drawn["energy_ev"],
            drawn["log10_activity"],
            xerr=error_bars(drawn, "energy_ev", "lower_ev", "upper_ev"),
            yerr=error_bars(
                drawn, "log10_activity", "log10_activity_lower", "log10_activity_upper"
            ),
            fmt=marker,
            markersize=4.8,
            color=fill,
            ecolor=fill,
            zorder=order,
            markeredgecolor="white",
            markeredgewidth=0.5,
            elinewidth=0.7,
        )


def _frame_whole(axes: Axes, curve: pd.DataFrame) -> None:
    """Let the curve span the axes, with a little room above it."""
    low, high = curve["log10_activity"].min(), curve["log10_activity"].max()
    axes.set_xlim(curve["energy_ev"].min(), curve["energy_ev"].max())
    axes.set_ylim(low - 0.03 * (high - low), high + 0.08 * (high - low))


def _frame_optimum(
    axes: Axes, curve: pd.DataFrame, shortlist: pd.DataFrame, window_ev: tuple[float, float]
) -> None:
    """Show the window and the shortlist's error bars, and the activities that belong there."""
    margin = 0.6 * (window_ev[1] - window_ev[0])
    energies = shortlist[["energy_ev", "lower_ev", "upper_ev"]].to_numpy().ravel()
    left = min(window_ev[0] - margin, np.nanmin(energies, initial=np.inf))
    right = max(window_ev[1] + margin, np.nanmax(energies, initial=-np.inf))
    axes.set_xlim(left - 0.04 * (right - left), right + 0.04 * (right - left))
    inside = curve.loc[curve["energy_ev"].between(*window_ev), "log10_activity"]
    activities = np.concatenate([inside, shortlist[list(_ACTIVITY_COLUMNS)].to_numpy().ravel()])
    low = np.nanmin(activities, initial=curve["log10_activity"].max())
    high = np.nanmax(activities, initial=low)
    axes.set_ylim(low - 0.06 * (high - low), high + 0.1 * (high - low))


def _add_legend(figure: Figure, axes: Axes) -> None:
    handles = [*axes.get_legend_handles_labels()[0], *origin_handles()]
    handles.append(legend_marker("o", "pure metal", color=BLACK))
    figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=6.5)


def _name(figure: Figure, axes: Axes, rows: pd.DataFrame) -> None:
    shown = rows[rows["energy_ev"].between(*axes.get_xlim())]
    points = shown[["energy_ev", "log10_activity"]].to_numpy(float)
    names = [typeset_surface(name) for name in shown["surface"]]
    name_above(figure, axes, points, names, fontsize=_NAME_PT)


def _drawn(
    curve: pd.DataFrame, candidates: pd.DataFrame, published: pd.DataFrame | None
) -> pd.DataFrame:
    shown = [*CANDIDATE_COLUMNS, *_ACTIVITY_COLUMNS, "shortlisted", "pure"]
    parts = {"curve": curve[["energy_ev", "log10_activity"]], "candidate": candidates[shown]}
    if published is not None:
        parts["published"] = published[list(_PUBLISHED_COLUMNS)]
    parts["candidate"] = parts["candidate"].rename(columns={"surface": "label"})
    frames = [part.assign(series=series) for series, part in parts.items()]
    return pd.concat(frames, ignore_index=True)[["series", "label", *shown[1:]]]
