"""Scores of predictions: plain functions, and the table giving each its n, unit and interval."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

Array = NDArray[np.float64]

_LEVELS = np.linspace(0.0, 1.0, 101)


def rmse(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Root mean square error, in the unit of the arguments, both (n,).

    Examples
    --------
    >>> rmse([0.0, 0.0], [3.0, 4.0])
    3.5355339059327378
    """
    return float(np.sqrt(np.mean(_error(truth, prediction) ** 2)))


def mae(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Mean absolute error."""
    return float(np.mean(np.abs(_error(truth, prediction))))


def median_absolute_error(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Median absolute error, which single failed calculations do not move."""
    return float(np.median(np.abs(_error(truth, prediction))))


def bias(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Mean of prediction minus truth."""
    return float(np.mean(_error(truth, prediction)))


def spearman(truth: ArrayLike, prediction: ArrayLike) -> float:
    """Spearman's rank correlation; NaN where either side does not vary."""
    a, b = rankdata(truth), rankdata(prediction)
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b / norm) if norm > 0 else float("nan")


def interval_coverage(truth: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> float:
    """Fraction of (n,) truths inside their closed intervals."""
    values = np.asarray(truth)
    return float(np.mean((np.asarray(lower) <= values) & (values <= np.asarray(upper))))


def mean_interval_width(lower: ArrayLike, upper: ArrayLike) -> float:
    """Mean of upper minus lower."""
    return float(np.mean(np.asarray(upper) - np.asarray(lower)))


def miscalibration_area(truth: ArrayLike, prediction: ArrayLike, std: ArrayLike) -> float:
    """Area between the calibration curve and the diagonal; 0 is perfect, 0.5 the worst.

    The curve is, for every quantile p, the fraction of rows whose truth lies below the p quantile
    of the normal distribution predicted for it (Kuleshov, Fenner & Ermon 2018, arXiv:1807.00263;
    Tran et al. 2020, doi:10.1088/2632-2153/ab7e1a).

    Examples
    --------
    >>> miscalibration_area([0.0] * 9, [0.0] * 9, [1.0] * 9)
    0.25
    """
    score = (np.asarray(truth) - np.asarray(prediction)) / np.asarray(std)
    position = np.sort(ndtr(score))
    observed = np.searchsorted(position, _LEVELS, side="right") / len(position)
    return round(float(np.trapezoid(np.abs(observed - _LEVELS), _LEVELS)), 12)


def score_table(
    predictions: pd.DataFrame,
    *,
    split: str,
    groups: ArrayLike | None = None,
    resamples: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Return every score with a 95 % bootstrap interval, the number of rows and its unit.

    Parameters
    ----------
    predictions
        Columns ``truth_ev``, ``energy_ev``, ``std_ev``, ``lower_ev``, ``upper_ev``.
    split
        Name of the split, for the table.
    groups
        (n,) labels. Whole groups are drawn, because rows of one group err together; None draws
        rows.
    resamples, seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        Columns split, metric, value, low, high, n, n_groups, unit.
    """
    columns = {name: predictions[name].to_numpy(dtype=np.float64) for name in _SCORED}
    n = len(predictions)
    codes = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    rng = np.random.default_rng(seed)
    draws: dict[str, list[float]] = {name: [] for name in METRICS}
    for _ in range(resamples):
        picked = rng.integers(len(members), size=len(members))
        rows = np.concatenate([members[k] for k in picked])
        sample = {name: values[rows] for name, values in columns.items()}
        for name, (function, _unit) in METRICS.items():
            draws[name].append(function(sample))
    records = []
    for name, (function, unit) in METRICS.items():
        # A rank correlation has no value in a draw whose ranks are all equal.
        drawn = np.array(draws[name])
        drawn = drawn[np.isfinite(drawn)]
        low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
        records.append(
            {
                "split": split,
                "metric": name,
                "value": function(columns),
                "low": float(low),
                "high": float(high),
                "n": n,
                "n_groups": len(members),
                "unit": unit,
            }
        )
    return pd.DataFrame.from_records(records)


def _error(truth: ArrayLike, prediction: ArrayLike) -> Array:
    return np.asarray(prediction, dtype=np.float64) - np.asarray(truth, dtype=np.float64)


def _of_energies(function: Callable[[Any, Any], float]) -> Callable[[dict[str, Array]], float]:
    return lambda columns: function(columns["truth_ev"], columns["energy_ev"])


_SCORED = ("truth_ev", "energy_ev", "std_ev", "lower_ev", "upper_ev")
# Metric → how it is computed from the scored columns, and its unit.
METRICS: dict[str, tuple[Callable[[dict[str, Array]], float], str]] = {
    "mae": (_of_energies(mae), "eV"),
    "rmse": (_of_energies(rmse), "eV"),
    "median_absolute_error": (_of_energies(median_absolute_error), "eV"),
    "bias": (_of_energies(bias), "eV"),
    "spearman": (_of_energies(spearman), "1"),
    "coverage_90": (
        lambda c: interval_coverage(c["truth_ev"], c["lower_ev"], c["upper_ev"]),
        "1",
    ),
    "interval_width": (lambda c: mean_interval_width(c["lower_ev"], c["upper_ev"]), "eV"),
    "miscalibration_area": (
        lambda c: miscalibration_area(c["truth_ev"], c["energy_ev"], c["std_ev"]),
        "1",
    ),
}
