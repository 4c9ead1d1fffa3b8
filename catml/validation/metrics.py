"""Scores of predictions against calculated energies: arrays in, numbers with intervals out.

Intervals come from a bootstrap over groups: the rows of one group (composition, host …) are
correlated, and drawing them one by one would make every interval too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import spearmanr

from catml.errors import DatasetError

Array = NDArray[np.float64]

_DRAWS = 500
_LEVELS = (*np.arange(0.1, 1.0, 0.1).round(1).tolist(), 0.95)
_NEEDED = ("energy_ev", "predicted_ev", "std_ev", "lower_ev", "upper_ev", "group")


def rmse(errors: Array) -> float:
    """Return the root mean square of errors."""
    return float(np.sqrt(np.mean(np.square(errors))))


def mae(errors: Array) -> float:
    """Return the mean absolute error."""
    return float(np.mean(np.abs(errors)))


def median_error(errors: Array) -> float:
    """Return the median absolute error."""
    return float(np.median(np.abs(errors)))


def bias(errors: Array) -> float:
    """Return the mean error, predicted minus calculated."""
    return float(np.mean(errors))


def miscalibration_area(errors: Array, stds: Array) -> float:
    """Return the area between the calibration curve and the diagonal (0 perfect, 0.5 worst).

    Kuleshov, Fenner, Ermon, ICML 2018; as in Tran et al. 2020, doi:10.1088/2632-2153/ab7e1a, for
    central intervals of a normal distribution.

    Parameters
    ----------
    errors, stds
        Shape (n,), same unit.
    """
    levels = np.linspace(0.0, 1.0, 101)
    observed = [_inside(errors, stds, level) for level in levels]
    return float(np.trapezoid(np.abs(np.array(observed) - levels), levels))


def _inside(errors: Array, stds: Array, level: float) -> float:
    """Return the share of errors inside the central interval of a content."""
    return float(np.mean(np.abs(errors) <= ndtri((1 + level) / 2) * stds))


# Metric: unit, and how it is computed from held-out rows.
_METRICS: Mapping[str, tuple[str, Callable[[pd.DataFrame], float]]] = {
    "rmse": ("eV", lambda rows: rmse(_errors(rows))),
    "mae": ("eV", lambda rows: mae(_errors(rows))),
    "median_error": ("eV", lambda rows: median_error(_errors(rows))),
    "bias": ("eV", lambda rows: bias(_errors(rows))),
    "spearman": ("", lambda rows: float(spearmanr(rows["energy_ev"], rows["predicted_ev"])[0])),
    "coverage_90": ("", lambda rows: float(_covered(rows).mean())),
    "interval_width": ("eV", lambda rows: float((rows["upper_ev"] - rows["lower_ev"]).mean())),
    "miscalibration_area": (
        "",
        lambda rows: miscalibration_area(_errors(rows), rows["std_ev"].to_numpy()),
    ),
}


def _errors(rows: pd.DataFrame) -> Array:
    return (rows["predicted_ev"] - rows["energy_ev"]).to_numpy(dtype=float)


def _covered(rows: pd.DataFrame) -> pd.Series:
    return (rows["energy_ev"] >= rows["lower_ev"]) & (rows["energy_ev"] <= rows["upper_ev"])


def score_table(predictions: pd.DataFrame, *, split: str, seed: int = 0) -> pd.DataFrame:
    """Return every score of held-out predictions with its 95 % bootstrap interval.

    Parameters
    ----------
    predictions
        `energy_ev` (calculated), `predicted_ev`, `std_ev`, `lower_ev`, `upper_ev`, `group`.
    split
        Name of the split.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        `split`, `metric`, `value`, `low`, `high`, `n` (rows), `n_groups`, `unit`.

    Raises
    ------
    DatasetError
        When a column is missing or there are no rows.
    """
    _require(predictions)
    draws = [
        predictions.take(rows)
        for rows in _bootstrap_rows(predictions["group"].to_numpy(dtype=str), seed)
    ]
    table = []
    for metric, (unit, score) in _METRICS.items():
        low, high = np.nanquantile([score(draw) for draw in draws], [0.025, 0.975])
        table.append(
            {
                "split": split,
                "metric": metric,
                "value": score(predictions),
                "low": float(low),
                "high": float(high),
                "n": len(predictions),
                "n_groups": predictions["group"].nunique(),
                "unit": unit,
            }
        )
    return pd.DataFrame(table)


def _bootstrap_rows(groups: NDArray[np.str_], seed: int) -> list[NDArray[np.int_]]:
    """Draw groups with replacement; return the row numbers of every draw."""
    generator = np.random.default_rng(seed)
    _, members = np.unique(groups, return_inverse=True)
    order = np.argsort(members, kind="stable")
    rows_of = np.split(order, np.cumsum(np.bincount(members))[:-1])
    return [
        np.concatenate(
            [rows_of[group] for group in generator.integers(len(rows_of), size=len(rows_of))]
        )
        for _ in range(_DRAWS)
    ]


def calibration_table(predictions: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return how many held-out energies lie inside central intervals of several contents.

    Parameters
    ----------
    predictions
        As for `score_table`.

    Returns
    -------
    DataFrame
        `nominal`, `observed` (shares), `low`, `high` (95 % bootstrap over groups), `n`.
    """
    _require(predictions)
    errors, stds = _errors(predictions), predictions["std_ev"].to_numpy(dtype=float)
    draws = _bootstrap_rows(predictions["group"].to_numpy(dtype=str), seed)[: _DRAWS // 5]
    rows = []
    for level in _LEVELS:
        inside = np.abs(errors) <= ndtri((1 + level) / 2) * stds
        low, high = np.quantile([inside[draw].mean() for draw in draws], [0.025, 0.975])
        rows.append(
            {
                "nominal": level,
                "observed": float(inside.mean()),
                "low": float(low),
                "high": float(high),
                "n": len(errors),
            }
        )
    return pd.DataFrame(rows)


def group_errors(predictions: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return the mean absolute error of every group, with its 95 % bootstrap interval over rows.

    Returns
    -------
    DataFrame
        `group`, `value`, `low`, `high`, `n`, largest error first.
    """
    _require(predictions)
    generator = np.random.default_rng(seed)
    rows = []
    for group, part in predictions.groupby("group"):
        errors = np.abs(_errors(part))
        draws = generator.choice(errors, size=(_DRAWS, len(errors))).mean(axis=1)
        low, high = np.quantile(draws, [0.025, 0.975])
        rows.append(
            {"group": group, "value": errors.mean(), "low": low, "high": high, "n": len(errors)}
        )
    return pd.DataFrame(rows).sort_values("value", ascending=False, ignore_index=True)


def _require(predictions: pd.DataFrame) -> None:
    missing = [name for name in _NEEDED if name not in predictions]
    if missing:
        raise DatasetError(
            f"the predictions lack the column(s) {', '.join(missing)}; scores need "
            f"{', '.join(_NEEDED)}"
        )
    if predictions.empty:
        raise DatasetError("there are no predictions to score; give at least one row")
