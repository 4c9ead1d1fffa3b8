"""What the applicability domain is worth: errors outside and inside it, and along its score.

Both functions take held-out predictions: `truth_ev`, `energy_ev`, `in_domain`, `domain_score` and
`group` (what errs together).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from catml.errors import DatasetError
from catml.validation.calibration import group_draws
from catml.validation.metrics import middle_of, spearman

Array = NDArray[np.float64]

_NEEDED = ("truth_ev", "energy_ev", "in_domain", "domain_score", "group")


def flag_measures(predictions: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return how errors inside and outside the flag differ, with 95 % bootstrap intervals.

    Parameters
    ----------
    predictions
        See the module. The bootstrap draws whole groups.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        `metric`, `value`, `low`, `high`, `n` (rows the number is of), `unit`. Metrics:
        ``"mae_inside"``, ``"mae_outside"``; ``"error_ratio"``, outside over inside;
        ``"false_alarms"``, the share of flagged rows that err by no more than the median of the
        rows inside (a flag drawn by lot has 0.5); ``"missed"``, the share of rows inside that err
        by more than the median of the flagged ones; ``"score_correlation"``, Spearman's of
        absolute error and score; ``"score_auc"``, the probability that a row in error by more
        than twice the median has the larger score of it and one that is not (0.5 is chance).
        NaN where a side has no rows.

    Raises
    ------
    DatasetError
        If a column is missing or there are no rows.
    """
    error, inside, score, groups = _parts(predictions)
    draws = group_draws(groups, seed)
    counts = {"inside": int(inside.sum()), "outside": int((~inside).sum()), "all": len(error)}
    rows = []
    for metric, (of, unit, measure) in _FLAG.items():
        drawn = [measure(error[draw], inside[draw], score[draw]) for draw in draws]
        rows.append((metric, measure(error, inside, score), *middle_of(drawn), counts[of], unit))
    return pd.DataFrame(rows, columns=["metric", "value", "low", "high", "n", "unit"])


def error_by_score(predictions: pd.DataFrame, *, bins: int = 4, seed: int = 0) -> pd.DataFrame:
    """Return the mean absolute error of parts of equal number in the order of the score.

    Returns
    -------
    DataFrame
        `score_from`, `score_to`, `value` (eV), `low`, `high` (95 % bootstrap over groups), `n`.

    Raises
    ------
    DatasetError
        If a column is missing, there are no rows, or `bins` is not between 1 and their number.
    """
    error, _, score, groups = _parts(predictions)
    if not 1 <= bins <= len(error):
        raise DatasetError(
            f"The scores of {len(error)} rows cannot be cut into {bins} parts; ask for 1 to "
            f"{len(error)}."
        )
    rows = []
    for part in np.array_split(np.argsort(score, kind="stable"), bins):
        means = [error[part][draw].mean() for draw in group_draws(groups[part], seed)]
        ends = float(score[part].min()), float(score[part].max())
        rows.append((*ends, float(error[part].mean()), *middle_of(means), len(part)))
    return pd.DataFrame(rows, columns=["score_from", "score_to", "value", "low", "high", "n"])


def separation(error: Array, score: Array) -> float:
    """Area under the receiver operating characteristic of a score for large errors.

    The probability that, of a row in error by more than twice the median and a row that is not,
    the first has the larger score, ties counting half (Mann and Whitney's statistic); NaN where
    all or none are.

    Parameters
    ----------
    error, score
        (n,) absolute errors, and any measure that should rise with them.

    Examples
    --------
    >>> separation(np.array([0.1, 0.1, 0.1, 0.9]), np.array([1.0, 2.0, 3.0, 2.5]))
    0.6666666666666666
    """
    large = error > 2.0 * np.median(error)
    n_large, n_small = int(large.sum()), int((~large).sum())
    if not n_large or not n_small:
        return float("nan")
    excess = rankdata(score)[large].sum() - n_large * (n_large + 1) / 2
    return float(excess / (n_large * n_small))


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _share_within(errors: Array, others: Array) -> float:
    """Share of `errors` of at most the median of `others`."""
    if not (len(errors) and len(others)):
        return float("nan")
    return float(np.mean(errors <= np.median(others)))


# Metric → the rows it counts, its unit, and its function of (n,) errors, flags and scores.
_FLAG: dict[str, tuple[str, str, Callable[[Array, NDArray[np.bool_], Array], float]]] = {
    "mae_inside": ("inside", "eV", lambda error, inside, _: _mean(error[inside])),
    "mae_outside": ("outside", "eV", lambda error, inside, _: _mean(error[~inside])),
    "error_ratio": (
        "all",
        "1",
        lambda error, inside, _: _mean(error[~inside]) / _mean(error[inside]),
    ),
    "false_alarms": (
        "outside",
        "1",
        lambda error, inside, _: _share_within(error[~inside], error[inside]),
    ),
    "missed": (
        "inside",
        "1",
        lambda error, inside, _: 1.0 - _share_within(error[inside], error[~inside]),
    ),
    "score_correlation": ("all", "1", lambda error, _, score: spearman(error, score)),
    "score_auc": ("all", "1", lambda error, _, score: separation(error, score)),
}


def _parts(
    predictions: pd.DataFrame,
) -> tuple[Array, NDArray[np.bool_], Array, NDArray[np.str_]]:
    missing = [name for name in _NEEDED if name not in predictions]
    if missing or predictions.empty:
        lack = f"has no column {', '.join(missing)}" if missing else "has no rows"
        raise DatasetError(
            f"The table of held-out predictions {lack}; it needs {', '.join(_NEEDED)} and at "
            "least one row."
        )
    error = (predictions["energy_ev"] - predictions["truth_ev"]).abs().to_numpy(dtype=np.float64)
    return (
        error,
        predictions["in_domain"].to_numpy(dtype=bool),
        predictions["domain_score"].to_numpy(dtype=np.float64),
        predictions["group"].to_numpy(dtype=str),
    )
