"""Scores of predictions: plain functions, and the table giving each its n, unit and interval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / norm) if norm > 0 else float("nan")


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
        Columns ``truth_ev``, ``energy_ev``, and, where the model has uncertainties, ``std_ev``,
        ``lower_ev``, ``upper_ev``; without them the table has no row of the metrics of intervals.
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
    n = len(predictions)
    codes = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    n_groups = int(codes.max()) + 1
    scored = _Scored.of(predictions)
    metrics = {name: unit for name, unit in UNITS.items() if scored.judges(name)}
    drawn = [scored.scores(w) for w in bootstrap_weights(codes, resamples=resamples, seed=seed)]
    values = scored.scores(np.ones(n))
    records = []
    for name, unit in metrics.items():
        low, high = middle_of([draw[name] for draw in drawn])
        # Draws repeat rows and so are less even than the data, whose area can be below them all.
        low, high = min(low, values[name]), max(high, values[name])
        records.append(
            {
                "split": split,
                "metric": name,
                "value": values[name],
                "low": low,
                "high": high,
                "n": n,
                "n_groups": n_groups,
                "unit": unit,
            }
        )
    return pd.DataFrame.from_records(records)


# Metric of the score table → its unit.
UNITS = {
    "mae": "eV",
    "rmse": "eV",
    "median_absolute_error": "eV",
    "bias": "eV",
    "spearman": "1",
    "coverage_90": "1",
    "interval_width": "eV",
    "miscalibration_area": "1",
}

_OF_INTERVALS = ("coverage_90", "interval_width", "miscalibration_area")
_INTERVAL_COLUMNS = ("std_ev", "lower_ev", "upper_ev")


@dataclass(frozen=True)
class _Scored:
    """Predictions prepared so that the scores of any weighting of the rows are quick."""

    error: Array
    has_intervals: bool
    inside: NDArray[np.bool_]
    width: Array
    order_of_error: NDArray[np.intp]
    truth_rank: NDArray[np.intp]
    energy_rank: NDArray[np.intp]
    order_of_quantile: NDArray[np.intp]
    level: NDArray[np.intp]

    @classmethod
    def of(cls, predictions: pd.DataFrame) -> "_Scored":
        truth, energy = (
            predictions[name].to_numpy(dtype=np.float64) for name in ("truth_ev", "energy_ev")
        )
        has_intervals = all(name in predictions for name in _INTERVAL_COLUMNS)
        std, lower, upper = (
            predictions[name].to_numpy(dtype=np.float64) if has_intervals else np.ones(len(truth))
            for name in _INTERVAL_COLUMNS
        )
        error = energy - truth
        quantile = ndtr(-error / std)
        order = np.argsort(quantile)
        return cls(
            error=error,
            has_intervals=has_intervals,
            inside=(lower <= truth) & (truth <= upper),
            width=upper - lower,
            order_of_error=np.argsort(np.abs(error)),
            truth_rank=np.unique(truth, return_inverse=True)[1],
            energy_rank=np.unique(energy, return_inverse=True)[1],
            order_of_quantile=order,
            level=np.searchsorted(quantile[order], _LEVELS, side="right"),
        )

    def judges(self, metric: str) -> bool:
        """Whether the predictions have what a metric is of."""
        return self.has_intervals or metric not in _OF_INTERVALS

    def scores(self, weights: NDArray[Any]) -> dict[str, float]:
        """Every score, each row counted as often as its weight says."""
        total = weights.sum()

        def mean(values: NDArray[Any]) -> float:
            return float((weights * values).sum() / total)

        absolute = np.abs(self.error)
        return {
            "mae": mean(absolute),
            "rmse": float(np.sqrt(mean(self.error**2))),
            "median_absolute_error": self._median(weights),
            "bias": mean(self.error),
            "spearman": self._spearman(weights),
            "coverage_90": mean(self.inside),
            "interval_width": mean(self.width),
            "miscalibration_area": self._miscalibration(weights),
        }

    def _median(self, weights: NDArray[Any]) -> float:
        count = np.cumsum(weights[self.order_of_error])
        # Of an even number of rows the median lies between the two in the middle.
        middle = np.searchsorted(count, [(count[-1] + 1) // 2, count[-1] // 2 + 1])
        return float(np.abs(self.error)[self.order_of_error[middle]].mean())

    def _spearman(self, weights: NDArray[Any]) -> float:
        a, b = (_mid_ranks(codes, weights) for codes in (self.truth_rank, self.energy_rank))
        total = weights.sum()
        a = a - (weights * a).sum() / total
        b = b - (weights * b).sum() / total
        norm = float(np.sqrt((weights * a * a).sum() * (weights * b * b).sum()))
        return float((weights * a * b).sum() / norm) if norm > 0 else float("nan")

    def _miscalibration(self, weights: NDArray[Any]) -> float:
        count = np.concatenate([[0.0], np.cumsum(weights[self.order_of_quantile])])
        observed = count[self.level] / count[-1]
        return float(np.trapezoid(np.abs(observed - _LEVELS), _LEVELS))


def _mid_ranks(codes: NDArray[np.intp], weights: NDArray[Any]) -> Array:
    """Mean rank of every row, rows counted by weight, equal values sharing their mean rank."""
    counts = np.bincount(codes, weights)
    return (np.cumsum(counts) - counts / 2)[codes]


def bootstrap_weights(
    codes: NDArray[np.intp], *, resamples: int, seed: int
) -> Iterator[NDArray[np.intp]]:
    """Yield how often each row is drawn when whole groups are drawn with replacement.

    Parameters
    ----------
    codes
        (n,) numbers of the groups, from 0; one number per row draws rows.
    resamples, seed
        Number of draws, and the seed.

    Examples
    --------
    >>> next(bootstrap_weights(np.array([0, 0, 1]), resamples=1, seed=0)).tolist()
    [0, 0, 2]
    """
    rng = np.random.default_rng(seed)
    n_groups = int(codes.max()) + 1
    for _ in range(resamples):
        # Drawing a group k times is giving its rows the weight k.
        drawn = rng.integers(n_groups, size=n_groups)
        yield np.bincount(drawn, minlength=n_groups)[codes]


def middle_of(draws: Sequence[float]) -> tuple[float, float]:
    """Bounds of the middle 95 % of the finite draws; NaN where there are none.

    A rank correlation, for one, is none where all ranks are equal.
    """
    finite = [value for value in draws if np.isfinite(value)]
    if not finite:
        return float("nan"), float("nan")
    low, high = np.quantile(finite, [0.025, 0.975])
    return float(low), float(high)


def _error(truth: ArrayLike, prediction: ArrayLike) -> Array:
    return np.asarray(prediction, dtype=np.float64) - np.asarray(truth, dtype=np.float64)
