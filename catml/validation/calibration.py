"""Where errors and uncertainties stand: coverage at several levels, and errors group by group.

All functions take the predictions of a cross-validation: `truth_ev` (calculated), `energy_ev`
(predicted while held out), `std_ev` and `group`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from catml.validation.metrics import middle_of

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

_DRAWS = 300


def calibration_table(predictions: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return how many held-out energies lie inside central intervals of several contents.

    Parameters
    ----------
    predictions
        See the module; the bootstrap draws whole groups.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        `nominal`, `observed` (shares), `low`, `high` (95 % interval of `observed`), `n`.
    """
    z = np.abs(_errors(predictions)) / predictions["std_ev"].to_numpy(dtype=float)
    draws = group_draws(predictions["group"].to_numpy(dtype=str), seed)
    rows = []
    for level in LEVELS:
        inside = z <= ndtri((1 + level) / 2)
        ends = middle_of([inside[draw].mean() for draw in draws])
        rows.append((level, float(inside.mean()), *ends, len(z)))
    return pd.DataFrame(rows, columns=["nominal", "observed", "low", "high", "n"])


def group_errors(predictions: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return the mean absolute error of every group, with its 95 % bootstrap interval over rows.

    Returns
    -------
    DataFrame
        `group`, `value` (eV), `low`, `high`, `n`, largest error first.
    """
    generator = np.random.default_rng(seed)
    absolute = pd.Series(np.abs(_errors(predictions)), index=predictions.index)
    rows = []
    for group, errors in absolute.groupby(predictions["group"]):
        draws = generator.choice(errors.to_numpy(), size=(_DRAWS, len(errors))).mean(axis=1)
        ends = middle_of(draws.tolist())
        rows.append((group, float(errors.mean()), *ends, len(errors)))
    table = pd.DataFrame(rows, columns=["group", "value", "low", "high", "n"])
    return table.sort_values("value", ascending=False, ignore_index=True)


def _errors(predictions: pd.DataFrame) -> NDArray[np.float64]:
    return (predictions["energy_ev"] - predictions["truth_ev"]).to_numpy(dtype=float)


def group_draws(groups: NDArray[np.str_], seed: int) -> list[NDArray[np.int_]]:
    """Draw groups with replacement; return the row numbers of every draw.

    Examples
    --------
    >>> len(group_draws(np.array(["a", "b", "b"]), seed=0))
    300
    """
    generator = np.random.default_rng(seed)
    members = np.unique(groups, return_inverse=True)[1]
    order = np.argsort(members, kind="stable")
    rows_of = np.split(order, np.cumsum(np.bincount(members))[:-1])
    picks = generator.integers(len(rows_of), size=(_DRAWS, len(rows_of)))
    return [np.concatenate([rows_of[group] for group in pick]) for pick in picks]
