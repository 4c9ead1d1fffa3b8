"""How well two sets of numbers for the same things agree, with intervals."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import DatasetError
from catml.validation.metrics import Array, bootstrap_weights, middle_of

_COLUMNS = ("source", "quantity", "ours_ev", "published_ev")
_FEWEST = 3


def agreement_table(pairs: pd.DataFrame, *, resamples: int = 2000, seed: int = 0) -> pd.DataFrame:
    """Return mean absolute difference, mean difference and correlation of each source.

    Parameters
    ----------
    pairs
        `source`, `quantity`, `ours_ev`, `published_ev`: one row per element or surface.
    resamples, seed
        Of the bootstrap over rows.

    Returns
    -------
    DataFrame
        One row per source, quantity and metric: `source`, `quantity`, `metric`
        (``"mean_absolute_difference"``, ``"mean_difference"`` of ours minus published,
        ``"pearson_r"``), `value`, `low`, `high` (95 % bootstrap interval), `n`, `unit`.

    Raises
    ------
    DatasetError
        If a column is missing, a number is, or a source has fewer than three rows.

    Examples
    --------
    >>> pairs = pd.DataFrame({"source": "a", "quantity": "center",
    ...                       "ours_ev": [-2.0, -1.0, 0.5], "published_ev": [-2.1, -1.1, 0.4]})
    >>> table = agreement_table(pairs).set_index("metric")
    >>> round(float(table.loc["mean_difference", "value"]), 6)
    0.1
    """
    missing = [name for name in _COLUMNS if name not in pairs]
    if missing:
        raise DatasetError(
            f"the table of pairs lacks the column(s) {', '.join(missing)}; it needs "
            f"{', '.join(_COLUMNS)}"
        )
    if not np.isfinite(pairs[["ours_ev", "published_ev"]].to_numpy(float)).all():
        raise DatasetError("the table of pairs has cells without a number; leave their rows out")
    rows = []
    for (source, quantity), group in pairs.groupby(["source", "quantity"], sort=False):
        ours = group["ours_ev"].to_numpy(float)
        published = group["published_ev"].to_numpy(float)
        if len(ours) < _FEWEST:
            raise DatasetError(
                f"{source} has {len(ours)} values of {quantity} to compare; {_FEWEST} are needed"
            )
        draws = [
            _metrics(ours, published, weights)
            for weights in bootstrap_weights(np.arange(len(ours)), resamples=resamples, seed=seed)
        ]
        for metric, value in _metrics(ours, published, np.ones(len(ours))).items():
            low, high = middle_of([draw[metric] for draw in draws])
            unit = "1" if metric == "pearson_r" else "eV"
            rows.append((source, quantity, metric, value, low, high, len(ours), unit))
    names = ["source", "quantity", "metric", "value", "low", "high", "n", "unit"]
    return pd.DataFrame(rows, columns=names)


def _metrics(ours: Array, published: Array, weights: NDArray[Any]) -> dict[str, float]:
    """Return each metric, every pair counted as often as its weight says."""

    def mean(values: Array) -> float:
        return float(weights @ values / weights.sum())

    a, b = ours - mean(ours), published - mean(published)
    norm = np.sqrt(mean(a * a) * mean(b * b))
    return {
        "mean_absolute_difference": mean(np.abs(ours - published)),
        "mean_difference": mean(ours - published),
        # A draw of one row again and again does not vary, and has no correlation.
        "pearson_r": float(mean(a * b) / norm) if norm > 0 else float("nan"),
    }
