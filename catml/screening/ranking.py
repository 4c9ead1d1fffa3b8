"""Ranking surfaces by the chance that they are optimal, with every site's uncertainty carried on.

A surface's descriptor is its most stable site, and which site that is, is itself uncertain. So
energies are sampled (`catml.screening.stable_site`), and the lowest energy of every sample runs
through the volcano.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.screening.prediction_table import check_predictions
from catml.screening.reactions import Reaction
from catml.screening.stable_site import check_sampling, sampled_surfaces, trusted_surfaces

Array = NDArray[np.float64]
Summary = dict[str, Array]


@dataclass(frozen=True, eq=False)
class Ranking:
    """The result of a ranking.

    Attributes
    ----------
    candidates
        One row per surface, best first. `rank`, `surface`, `best_site` (most often the most
        stable), `n_sites`; `energy_ev`, `std_ev`, `lower_ev`, `upper_ev` of the most stable site
        (median, standard deviation and interval); `log10_activity` (median) with
        `log10_activity_lower`, `log10_activity_upper` and `activity_unit`;
        `probability_in_window`; `probability_best`, the share of samples in which no other
        surface is more active; and, where the predictions say so, `in_domain`: whether every site
        with at least 5 % chance of being the most stable is inside the model's domain.
    sites
        The predictions, in their order, with `probability_most_stable`.
    samples, site_error_correlation, interval, seed
        How it was sampled.
    """

    candidates: pd.DataFrame
    sites: pd.DataFrame
    samples: int
    site_error_correlation: float
    interval: float
    seed: int


def rank_candidates(
    predictions: pd.DataFrame,
    reaction: Reaction,
    *,
    samples: int = 4000,
    site_error_correlation: float = 0.5,
    interval: float = 0.90,
    seed: int = 0,
) -> Ranking:
    """Rank surfaces by the probability that they lie in the optimum window of a reaction.

    Parameters
    ----------
    predictions
        One row per site: `surface`, `site`, `energy_ev`, `std_ev`; optional `in_domain`,
        `probability_minimum` (see `catml.screening.stable_site`), and `adsorbate`, `reference`,
        `functional`, which must then fit the reaction.
    reaction
        The reaction, with a volcano over one descriptor.
    samples
        Samples per surface; at least 100.
    site_error_correlation
        Correlation of the errors of two sites of one surface, 0 to 1.
    interval
        Content of the intervals.
    seed
        Seed of the random numbers.

    Raises
    ------
    DatasetError
        When the table lacks columns, rows or numbers, or holds a site twice.
    AlignmentError
        When the energies are of another adsorbate, reference or functional.
    ReactionError
        When a parameter is outside its range.
    """
    check_sampling(samples, site_error_correlation, interval, seed)
    table = check_predictions(predictions, reaction.descriptor)
    table = table.sort_values(["surface", "site"], kind="stable")
    summary, shares = _sample_surfaces(
        table,
        reaction,
        samples=samples,
        correlation=site_error_correlation,
        levels=((1 - interval) / 2, 0.5, (1 + interval) / 2),
        seed=seed,
    )
    sites = table.assign(probability_most_stable=shares)
    return Ranking(
        candidates=_candidates(sites, summary, unit=reaction.volcano.unit),
        sites=sites.reindex(predictions.index),
        samples=samples,
        site_error_correlation=site_error_correlation,
        interval=interval,
        seed=seed,
    )


def _sample_surfaces(
    table: pd.DataFrame,
    reaction: Reaction,
    *,
    samples: int,
    correlation: float,
    levels: tuple[float, float, float],
    seed: int,
) -> tuple[Summary, Array]:
    """Sample every surface; `table` is sorted by surface.

    Returns
    -------
    summary : dict of ndarray
        Shape (surfaces,) each: what `_candidates` writes.
    shares : ndarray
        Shape (sites,): the share of samples in which a site is its surface's lowest.
    """
    shares: list[Array] = []
    parts: list[Summary] = []
    highest = np.full(samples, -np.inf)
    winner = np.zeros(samples, dtype=int)
    for sampled in sampled_surfaces(table, samples=samples, correlation=correlation, seed=seed):
        lowest = sampled.lowest_ev
        shares.append(sampled.shares)
        activity = reaction.volcano.activity(lowest)
        in_window = reaction.window.contains(lowest).mean(axis=1)
        parts.append(
            {
                **_summary("ev", lowest, levels),
                **_summary("activity", activity, levels),
                "in_window": in_window,
            }
        )
        best = activity.argmax(axis=0)
        value = activity[best, np.arange(samples)]
        winner = np.where(value > highest, best + sampled.numbers.start, winner)
        highest = np.maximum(highest, value)
    summary = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    summary["best"] = np.bincount(winner, minlength=len(summary["in_window"])) / samples
    return summary, np.concatenate(shares)


def _summary(
    name: str, values: NDArray[np.floating], levels: tuple[float, float, float]
) -> Summary:
    """Return quantiles and standard deviation of every row, under keys that begin with `name`."""
    ordered = np.sort(values.astype(np.float32, copy=False), axis=1)
    places = [level * (values.shape[1] - 1) for level in levels]
    low, middle, high = (
        ordered[:, int(place)] * (1 - place % 1) + ordered[:, int(np.ceil(place))] * (place % 1)
        for place in places
    )
    spread = values.std(axis=1, dtype=np.float64)
    return {
        f"{name}_low": low.astype(float),
        f"{name}_median": middle.astype(float),
        f"{name}_high": high.astype(float),
        f"{name}_std": spread,
    }


def _candidates(sites: pd.DataFrame, summary: Summary, *, unit: str) -> pd.DataFrame:
    """Assemble the table of surfaces, best first; `summary` runs over the sorted surfaces."""
    by_surface = sites.groupby("surface", sort=True)
    likeliest = sites.loc[by_surface["probability_most_stable"].idxmax()]
    table = pd.DataFrame(
        {
            "surface": likeliest["surface"].to_numpy(),
            "best_site": likeliest["site"].to_numpy(),
            "n_sites": by_surface.size().to_numpy(),
            "energy_ev": summary["ev_median"],
            "std_ev": summary["ev_std"],
            "lower_ev": summary["ev_low"],
            "upper_ev": summary["ev_high"],
            "log10_activity": summary["activity_median"],
            "log10_activity_lower": summary["activity_low"],
            "log10_activity_upper": summary["activity_high"],
            "activity_unit": unit,
            "probability_in_window": summary["in_window"],
            "probability_best": summary["best"],
        }
    )
    if "in_domain" in sites:
        table["in_domain"] = trusted_surfaces(sites)
    table = table.sort_values(
        ["probability_in_window", "log10_activity", "surface"],
        ascending=[False, False, True],
        ignore_index=True,
    )
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table
