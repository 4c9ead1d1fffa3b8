"""How good the uncertainties of predictions are: plain functions, and the table of them all.

The energies are judged in `catml.validation.metrics`; here it is the standard deviations. Unless
said otherwise a function takes (n,) truths, predictions and standard deviations in one unit, and
treats the prediction as a normal distribution. The choice of measures is that of Tran et al. 2020
(doi:10.1088/2632-2153/ab7e1a).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from catml.errors import DatasetError
from catml.validation.calibration import group_draws
from catml.validation.metrics import middle_of, miscalibration_area, spearman

Array = NDArray[np.float64]

_QUANTILES = np.arange(1, 100) / 100
_BINS = 10
_COLUMNS = ("truth_ev", "energy_ev", "std_ev")


def calibration_error(truth: ArrayLike, prediction: ArrayLike, std: ArrayLike) -> float:
    """Mean square distance of the calibration curve from the diagonal, over the 99 percentiles.

    The curve is the one of `catml.validation.metrics.miscalibration_area`; equal weights of the
    calibration error of Kuleshov, Fenner & Ermon 2018 (arXiv:1807.00263). Tran et al. print the
    sum, 99 times as much. Between 0 and 1/3.

    Examples
    --------
    >>> round(calibration_error([0.0] * 9, [0.0] * 9, [1.0] * 9), 4)
    0.0842
    """
    truths, predictions, stds = _checked(truth, prediction, std)
    position = np.sort(ndtr((truths - predictions) / stds))
    observed = np.searchsorted(position, _QUANTILES, side="right") / len(position)
    return float(np.mean((observed - _QUANTILES) ** 2))


def sharpness(std: ArrayLike) -> float:
    """Root mean square of the standard deviations, in their unit; small is sharp."""
    return float(np.sqrt(np.mean(np.asarray(std, dtype=np.float64) ** 2)))


def dispersion(std: ArrayLike) -> float:
    """Coefficient of variation of the standard deviations; 0 where all rows get the same one.

    Examples
    --------
    >>> round(dispersion([1.0, 2.0, 3.0]), 12)
    0.5
    """
    values = np.asarray(std, dtype=np.float64)
    return float(np.std(values, ddof=1) / np.mean(values)) if len(values) > 1 else 0.0


def negative_log_likelihood(truth: ArrayLike, prediction: ArrayLike, std: ArrayLike) -> float:
    """Mean over rows of minus the logarithm of the predicted density at the truth.

    Densities are per eV where the arguments are in eV. For a right standard deviation s the
    expected value is (1 + ln 2π)/2 + ln s.

    Examples
    --------
    >>> round(negative_log_likelihood([0.0], [0.0], [1.0]), 6)
    0.918939
    """
    truths, predictions, stds = _checked(truth, prediction, std)
    z = (truths - predictions) / stds
    return float(np.mean(0.5 * z**2 + np.log(stds) + 0.5 * np.log(2 * np.pi)))


def expected_normalized_calibration_error(
    truth: ArrayLike, prediction: ArrayLike, std: ArrayLike, *, bins: int = _BINS
) -> float:
    """ENCE: how far, relatively, the errors of rows of like uncertainty are from what it says.

    The rows are put in the order of their standard deviations and cut into `bins` parts of equal
    number (fewer where there are fewer rows); the result is the mean over the parts of
    |RMV − RMSE| / RMV, where RMV is the root mean square of the standard deviations of a part and
    RMSE that of its errors (Levi, Gispan, Giladi & Fetaya 2022, doi:10.3390/s22155540). Even
    perfect uncertainties do not give 0 but about 0.56 √(bins/n), the scatter of an RMSE of
    n/bins normal errors.

    Raises
    ------
    DatasetError
        If `bins` is less than 1.

    Examples
    --------
    >>> truth, prediction, std = [1.0, 1.0, 3.0, 3.0], [0.0] * 4, [1.0, 1.0, 2.0, 2.0]
    >>> expected_normalized_calibration_error(truth, prediction, std, bins=2)
    0.25
    """
    if bins < 1:
        raise DatasetError(f"The ENCE was asked for {bins} bins; ask for 1 or more.")
    truths, predictions, stds = _checked(truth, prediction, std)
    order = np.argsort(stds, kind="stable")
    ratios = []
    for part in np.array_split(order, min(bins, len(order))):
        said = sharpness(stds[part])
        found = float(np.sqrt(np.mean((truths[part] - predictions[part]) ** 2)))
        ratios.append(abs(said - found) / said)
    return float(np.mean(ratios))


def error_correlation(truth: ArrayLike, prediction: ArrayLike, std: ArrayLike) -> float:
    """Spearman's rank correlation of the absolute errors with the standard deviations.

    Perfect uncertainties stay well below 1, because an error is a draw: the number ranks models
    on the same rows and is no share of anything. NaN where all standard deviations are equal.
    """
    truths, predictions, stds = _checked(truth, prediction, std)
    return spearman(np.abs(truths - predictions), stds)


# Measure of the uncertainty table → its unit and function.
MEASURES: Mapping[str, tuple[str, Callable[[Array, Array, Array], float]]] = MappingProxyType(
    {
        "miscalibration_area": ("1", miscalibration_area),
        "calibration_error": ("1", calibration_error),
        "ence": ("1", expected_normalized_calibration_error),
        "sharpness": ("eV", lambda _truth, _prediction, std: sharpness(std)),
        "dispersion": ("1", lambda _truth, _prediction, std: dispersion(std)),
        "negative_log_likelihood": ("1", negative_log_likelihood),
        "error_correlation": ("1", error_correlation),
    }
)


def uncertainty_table(predictions: pd.DataFrame, *, split: str, seed: int = 0) -> pd.DataFrame:
    """Return every measure with a 95 % bootstrap interval over whole groups.

    Parameters
    ----------
    predictions
        Held-out predictions: `truth_ev`, `energy_ev`, `std_ev`, `group`.
    split
        Name of the split, for the table.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        `split`, `metric`, `value`, `low`, `high`, `n`, `n_groups`, `unit`, as in
        `catml.validation.metrics.score_table`.

    Raises
    ------
    DatasetError
        If there are no rows, or a number is missing or a standard deviation not positive.
    """
    columns = _checked(*(predictions[name].to_numpy(dtype=np.float64) for name in _COLUMNS))
    groups = predictions["group"].to_numpy(dtype=str)
    draws = group_draws(groups, seed)
    rows = []
    for metric, (unit, measure) in MEASURES.items():
        drawn = [measure(*(column[draw] for column in columns)) for draw in draws]
        value = measure(*columns)
        n_groups = len(np.unique(groups))
        rows.append((split, metric, value, *middle_of(drawn), len(groups), n_groups, unit))
    names = ["split", "metric", "value", "low", "high", "n", "n_groups", "unit"]
    return pd.DataFrame(rows, columns=names)


def _checked(truth: ArrayLike, prediction: ArrayLike, std: ArrayLike) -> tuple[Array, Array, Array]:
    """Return the three as arrays, after checking that they can be judged."""
    truths, predictions, stds = (
        np.asarray(values, dtype=np.float64) for values in (truth, prediction, std)
    )
    if not len(truths) == len(predictions) == len(stds) > 0:
        raise DatasetError(
            f"There are {len(truths)} truths, {len(predictions)} predictions and {len(stds)} "
            "standard deviations; give equally many, at least one of each."
        )
    if not (np.isfinite(truths).all() and np.isfinite(predictions).all() and (stds > 0).all()):
        raise DatasetError(
            "A truth or prediction is not a number, or a standard deviation is not above 0; leave "
            "such rows out."
        )
    return truths, predictions, stds
