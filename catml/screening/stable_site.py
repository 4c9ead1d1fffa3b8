"""The most stable site of every surface: its energy with uncertainty, and how sure the choice is.

Which site is lowest is itself uncertain, and the lowest of several uncertain energies lies below
the lowest of the means. So energies are sampled, and every sample takes the lowest site. The errors
of one surface's sites are correlated, because they share its elements and lattice: held-out errors
of N on 1,572 alloy surfaces (doi:10.1038/s41597-019-0080-z, compositions left out), each over its
standard deviation, correlate by 0.19 between two sites of one surface, by 0.34 in ranks between two
hollows. The default of 0.5 errs on the side of too wide an interval of the lowest energy. Errors of
different surfaces are independent.

Not every site that a surface has is one where the adsorbate stays: many relax away to a neighbour.
Where the predictions say how likely each site is a minimum (`probability_minimum`), a sample only
has the sites that this chance gives it; a site whose chance is not known (NaN) is in all.

A surface's random numbers depend on the seed and its name only: its results do not change with
the order of the table or with the company it is in.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import ReactionError
from catml.screening.prediction_table import check_energies

MINIMUM = "probability_minimum"

_SURFACES_AT_ONCE = 256
# A site that is the most stable one in fewer samples does not decide whether a surface is trusted.
_SITE_MATTERS_FROM = 0.05
_FACTS = ("site_kind", "site_subtype", "site_atoms", "adsorbate", "reference", "functional")


@dataclass(frozen=True, eq=False)
class StableSites:
    """The most stable sites of surfaces.

    Attributes
    ----------
    surfaces
        One row per surface, sorted by name. `surface`, `site` (most often the lowest), what the
        predictions say of it (`site_kind`, `site_subtype`, `site_atoms`, `adsorbate`,
        `reference`, `functional`), `n_sites`; `probability_most_stable` of that site; `energy_ev`,
        `std_ev`, `lower_ev`, `upper_ev`: median, standard deviation and interval of the lowest
        energy in eV, whichever site has it; and, where the predictions say so, `in_domain`:
        whether every site with at least 5 % chance of being the most stable is inside the model's
        domain.
    sites
        The predictions, in their order, with `probability_most_stable`, which sums to one over
        the sites of a surface.
    """

    surfaces: pd.DataFrame
    sites: pd.DataFrame


@dataclass(frozen=True, eq=False)
class SampledSurfaces:
    """Samples of the lowest energies of consecutive surfaces.

    Attributes
    ----------
    numbers
        Which of the sorted surfaces they are.
    lowest_ev
        Shape (surfaces, samples), in eV, single precision.
    shares
        Shape (sites of these surfaces,): the share of samples in which a site is the lowest.
    """

    numbers: range
    lowest_ev: NDArray[np.float32]
    shares: NDArray[np.float64]


def most_stable_sites(
    predictions: pd.DataFrame,
    *,
    samples: int = 4000,
    site_error_correlation: float = 0.5,
    interval: float = 0.90,
    seed: int = 0,
) -> StableSites:
    """Return the most stable site of every surface, and every site's chance of being it.

    Parameters
    ----------
    predictions
        One row per site: `surface`, `site`, `energy_ev`, `std_ev`; optional `in_domain`,
        `probability_minimum`, the chance that an adsorbate put there stays, NaN where unknown, and
        facts of the site.
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
    ReactionError
        When a parameter is outside its range.

    Examples
    --------
    >>> sites = pd.DataFrame({"surface": "Pt(111)", "site": ["ontop-1", "hollow-fcc-1"],
    ...                       "energy_ev": [-0.2, -0.9], "std_ev": 0.1})
    >>> best = most_stable_sites(sites).surfaces.iloc[0]
    >>> best["site"], best["energy_ev"].round(2)
    ('hollow-fcc-1', np.float64(-0.9))
    """
    check_sampling(samples, site_error_correlation, interval, seed)
    table = check_energies(predictions).sort_values(["surface", "site"], kind="stable")
    levels = [(1 - interval) / 2, 0.5, (1 + interval) / 2]
    shares = []
    parts = []
    for sampled in sampled_surfaces(
        table, samples=samples, correlation=site_error_correlation, seed=seed
    ):
        low, middle, high = np.quantile(sampled.lowest_ev.astype(float), levels, axis=1)
        spread = sampled.lowest_ev.std(axis=1, dtype=np.float64)
        parts.append(np.column_stack([middle, spread, low, high]))
        shares.append(sampled.shares)
    sites = table.assign(probability_most_stable=np.concatenate(shares))
    return StableSites(
        surfaces=_surfaces(sites, np.concatenate(parts)),
        sites=sites.reindex(predictions.index),
    )


def sampled_surfaces(
    table: pd.DataFrame, *, samples: int, correlation: float, seed: int
) -> Iterator[SampledSurfaces]:
    """Sample the lowest energies of surfaces, some hundred surfaces at a time.

    Parameters
    ----------
    table
        Checked predictions (`check_energies`), sorted by surface.
    samples, correlation, seed
        As in `most_stable_sites`.
    """
    surfaces, starts = np.unique(table["surface"].to_numpy(dtype=str), return_index=True)
    bounds = [*starts, len(table)]
    energies, stds = (table[name].to_numpy(dtype=np.float32) for name in ("energy_ev", "std_ev"))
    minima = None
    if MINIMUM in table:
        minima = table[MINIMUM].fillna(1.0).to_numpy(dtype=np.float64)
    for start in range(0, len(surfaces), _SURFACES_AT_ONCE):
        numbers = range(start, min(start + _SURFACES_AT_ONCE, len(surfaces)))
        lowest = np.empty((len(numbers), samples), dtype=np.float32)
        shares = []
        for row, number in enumerate(numbers):
            here = slice(bounds[number], bounds[number + 1])
            generator = np.random.default_rng([seed, zlib.crc32(surfaces[number].encode())])
            drawn = sample_sites(
                energies[here],
                stds[here],
                samples=samples,
                correlation=correlation,
                generator=generator,
            )
            if minima is not None:
                drawn = without_absent_sites(drawn, minima[here], generator=generator)
            lowest[row], share = lowest_site(drawn)
            shares.append(share)
        yield SampledSurfaces(numbers, lowest, np.concatenate(shares))


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


def without_absent_sites(
    drawn_ev: NDArray[np.float32],
    minima: NDArray[np.float64],
    *,
    generator: np.random.Generator,
) -> NDArray[np.float32]:
    """Take the sites that are no minimum out of every sample, by making them infinitely unstable.

    Parameters
    ----------
    drawn_ev
        Shape (sites, samples).
    minima
        Shape (sites,): the chance that a site is a minimum, independent of the others.
    generator
        Random numbers.

    Returns
    -------
    ndarray
        Shape (sites, samples). A sample left without any site keeps all: the adsorbate is
        somewhere.
    """
    present = generator.random(drawn_ev.shape) < minima[:, None]
    present |= ~present.any(axis=0)
    return np.where(present, drawn_ev, np.float32(np.inf))


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


def check_sampling(samples: int, correlation: float, interval: float, seed: int) -> None:
    """Refuse parameters of the sampling that are outside their range.

    Raises
    ------
    ReactionError
        With the parameter, its value and what is allowed.
    """
    limits = (
        ("samples", samples, samples >= 100, "at least 100"),
        ("site_error_correlation", correlation, 0 <= correlation <= 1, "from 0 to 1"),
        ("interval", interval, 0 < interval < 1, "between 0 and 1"),
        ("seed", seed, seed >= 0, "a whole number from 0"),
    )
    for name, value, fits, allowed in limits:
        if not fits:
            raise ReactionError(f"{name}={value} cannot be used; it must be {allowed}")


def trusted_surfaces(sites: pd.DataFrame) -> NDArray[np.bool_]:
    """Say for each surface, sorted by name, whether its possibly stable sites are in the domain.

    `sites` has `surface`, `in_domain` and `probability_most_stable`.
    """
    harmless = sites["in_domain"] | (sites["probability_most_stable"] < _SITE_MATTERS_FROM)
    return harmless.groupby(sites["surface"], sort=True).all().to_numpy()


def _surfaces(sites: pd.DataFrame, numbers: NDArray[np.float64]) -> pd.DataFrame:
    """The table of surfaces; `numbers` is (surfaces, 4): median, spread, both ends."""
    by_surface = sites.groupby("surface", sort=True)
    likeliest = sites.loc[by_surface["probability_most_stable"].idxmax()]
    facts = [name for name in _FACTS if name in sites]
    table = likeliest[["surface", "site", *facts]].reset_index(drop=True)
    table["n_sites"] = by_surface.size().to_numpy()
    table["probability_most_stable"] = likeliest["probability_most_stable"].to_numpy()
    table[["energy_ev", "std_ev", "lower_ev", "upper_ev"]] = numbers
    if "in_domain" in sites:
        table["in_domain"] = trusted_surfaces(sites)
    return table
