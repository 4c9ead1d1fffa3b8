"""How well two sets of numbers for the same things agree, with intervals."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import DatasetError

_COLUMNS = ("source", "quantity", "ours_ev", "published_ev")
_FEWEST = 3
_MIDDLE = (2.5, 97.5)


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
        rng = np.random.default_rng(seed)
        drawn = rng.integers(len(ours), size=(resamples, len(ours)))
        draws = _metrics(ours[drawn], published[drawn])
        for metric, value in _metrics(ours[None], published[None]).items():
            low, high = np.nanpercentile(draws[metric], _MIDDLE)
            unit = "1" if metric == "pearson_r" else "eV"
            ends = float(value[0]), float(low), float(high)
            rows.append((source, quantity, metric, *ends, len(ours), unit))
    names = ["source", "quantity", "metric", "value", "low", "high", "n", "unit"]
    return pd.DataFrame(rows, columns=names)


def _metrics(
    ours: NDArray[np.float64], published: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return each metric of every row of two arrays (draws, n)."""
    difference = ours - published
    a = ours - ours.mean(axis=1, keepdims=True)
    b = published - published.mean(axis=1, keepdims=True)
    norm = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        # A draw of one row again and again does not vary, and has no correlation.
        correlation = np.where(norm > 0, (a * b).sum(axis=1) / norm, np.nan)
    return {
        "mean_absolute_difference": np.abs(difference).mean(axis=1),
        "mean_difference": difference.mean(axis=1),
        "pearson_r": correlation,
    }
