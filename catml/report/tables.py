"""What the figures and the document ask of the tables they are given."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from catml.errors import DatasetError
from catml.report.style import ORIGINS

CANDIDATE_COLUMNS = ("surface", "energy_ev", "lower_ev", "upper_ev", "origin")
RANKED_COLUMNS = (*CANDIDATE_COLUMNS, "probability_in_window")
SCORE_COLUMNS = ("split", "metric", "value", "low", "high", "n", "unit")


def require_columns(table: pd.DataFrame, columns: Collection[str], *, what: str) -> None:
    """Check that a table has the columns that a figure or a part of the document shows.

    Raises
    ------
    DatasetError
        When columns are missing, or `origin` holds a word that is none of the three.
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise DatasetError(
            f"the {what} table lacks the column(s) {', '.join(missing)}; "
            f"it has {', '.join(map(str, table.columns)) or 'none'}; add what is missing"
        )
    if "origin" in columns:
        unknown = sorted(set(table["origin"].astype(str)) - set(ORIGINS))
        if unknown:
            raise DatasetError(
                f"the {what} table has the origin {unknown[0]!r}; allowed are {', '.join(ORIGINS)}"
            )


def require_rows(table: pd.DataFrame, *, what: str) -> None:
    """Check that there is something to draw.

    Raises
    ------
    DatasetError
        When the table has no row.
    """
    if table.empty:
        raise DatasetError(f"the {what} table has no rows; give at least one")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as mappings from column name to value."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def error_bars(table: pd.DataFrame, value: str, low: str, high: str) -> np.ndarray:
    """Return the lengths of error bars, shape (2, n): below and above; 0 for a missing bound."""
    below = (table[value] - table[low]).to_numpy(float)
    above = (table[high] - table[value]).to_numpy(float)
    return np.clip(np.nan_to_num(np.stack([below, above])), 0.0, None)


def score_of(scores: pd.DataFrame | None, split: str, metric: str) -> dict[str, Any] | None:
    """Return the row of a score table for one split and metric, or None where there is none."""
    if scores is None:
        return None
    rows = records(scores[(scores["split"] == split) & (scores["metric"].str.lower() == metric)])
    return rows[0] if rows else None
