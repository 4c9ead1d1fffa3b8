"""Ranking surfaces by the chance that they are optimal, with every site's uncertainty carried on.

A surface's descriptor is its most stable site, and which site that is, is itself uncertain. So
energies are sampled: the errors of one surface's sites share a stated correlation, errors of
different surfaces are independent. Every sample takes the lowest site, and its energy runs through
the volcano. A surface's random numbers depend on the seed and its name only: its own results do
not change with the order of the table or with the company it is in.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import ReactionError
from catml.screening.prediction_table import check_predictions
from catml.screening.reactions import Reaction

Array = NDArray[np.float64]
Summary = dict[str, Array]

_SURFACES_AT_ONCE = 256
# A site that is the most stable one in fewer samples does not decide whether a surface is trusted.
_SITE_MATTERS_FROM = 0.05


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
        One row per site: `surface`, `site`, `energy_ev`, `std_ev`; optional `in_domain`, and
        `adsorbate`, `reference`, `functional`, which must then fit the reaction.
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
    _check_parameters(samples, site_error_correlation, interval, seed)
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
    surfaces, starts = np.unique(table["surface"].to_numpy(dtype=str), return_index=True)
    bounds = [*starts, len(table)]
    energies, stds = (table[name].to_numpy(dtype=np.float32) for name in ("energy_ev", "std_ev"))
    shares = np.empty(len(table))
    parts: list[Summary] = []
    highest = np.full(samples, -np.inf)
    winner = np.zeros(samples, dtype=int)
    for chunk in _chunks(len(surfaces)):
        lowest = np.empty((len(chunk), samples), dtype=np.float32)
        for row, number in enumerate(chunk):
            here = slice(bounds[number], bounds[number + 1])
            drawn = sample_sites(
                energies[here],
                stds[here],
                samples=samples,
                correlation=correlation,
                generator=np.random.default_rng([seed, zlib.crc32(surfaces[number].encode())]),
            )
            lowest[row], shares[here] = lowest_site(drawn)
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
        winner = np.where(value > highest, best + chunk.start, winner)
        highest = np.maximum(highest, value)
    summary = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    summary["best"] = np.bincount(winner, minlength=len(surfaces)) / samples
    return summary, shares


def sample_sites(
    energies_ev: NDArray[np.floating],
    stds_ev: NDArray[np.floating],
    *,
    samples: int,
    correlation: float,
    generator: np.random.Generator,
) -> NDArray[np.float32]:
    """Draw the energies of one surface's sites, with equally correlated normal errors.

    Parameters
    ----------
    energies_ev, stds_ev
        Shape (sites,).
    samples
        How many to draw.
    correlation
        Of the errors of any two sites, 0 to 1.
    generator
        Random numbers.

    Returns
    -------
    ndarray
        Shape (sites, samples), in eV, single precision.
    """
    normal = generator.standard_normal((len(energies_ev) + 1, samples), dtype=np.float32)
    shared, error = normal[0], normal[1:]
    error *= np.float32(np.sqrt(1 - correlation))
    error += np.float32(np.sqrt(correlation)) * shared
    error *= np.asarray(stds_ev, dtype=np.float32)[:, None]
    error += np.asarray(energies_ev, dtype=np.float32)[:, None]
    return error


def lowest_site(
    drawn_ev: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the lowest energy of every sample, and each site's share of being the lowest.

    Parameters
    ----------
    drawn_ev
        Shape (sites, samples).

    Returns
    -------
    lowest_ev : ndarray
        Shape (samples,).
    share : ndarray
        Shape (sites,); sums to one.
    """
    site = drawn_ev.argmin(axis=0)
    lowest = np.take_along_axis(drawn_ev, site[None, :], axis=0)[0]
    return lowest, np.bincount(site, minlength=len(drawn_ev)) / drawn_ev.shape[1]


def _check_parameters(samples: int, correlation: float, interval: float, seed: int) -> None:
    limits = (
        ("samples", samples, samples >= 100, "at least 100"),
        ("site_error_correlation", correlation, 0 <= correlation <= 1, "from 0 to 1"),
        ("interval", interval, 0 < interval < 1, "between 0 and 1"),
        ("seed", seed, seed >= 0, "a whole number from 0"),
    )
    for name, value, fits, allowed in limits:
        if not fits:
            raise ReactionError(f"{name}={value} cannot be used; it must be {allowed}")


def _chunks(count: int) -> Iterator[range]:
    for start in range(0, count, _SURFACES_AT_ONCE):
        yield range(start, min(start + _SURFACES_AT_ONCE, count))


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
        harmless = sites["in_domain"] | (sites["probability_most_stable"] < _SITE_MATTERS_FROM)
        table["in_domain"] = harmless.groupby(sites["surface"], sort=True).all().to_numpy()
    table = table.sort_values(
        ["probability_in_window", "log10_activity", "surface"],
        ascending=[False, False, True],
        ignore_index=True,
    )
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table
