"""A few training rows that go into the model file, with what the model said of them.

Whoever loads the file computes their descriptors and predictions again. Where they differ, the
descriptors, the packages or the machine are no longer those the model was fitted with, however
alike the names and versions may be.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

_NUMBER = 3
# Not of the site, or what the model is to say.
_LEFT_OUT = ("energy_ev", "notes")
_PLAIN = (str, int, float, np.integer, np.floating, bool, np.bool_)
CLOSE_EV = 1e-4
"""Largest difference that rounding and other versions of the libraries may make."""


def witness_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a few rows of a site table, as different as their places in the table."""
    places = np.unique(np.linspace(0, len(rows) - 1, _NUMBER).astype(int))
    few = rows.iloc[places].reset_index(drop=True)
    kept = [
        name
        for name, column in few.items()
        if name not in _LEFT_OUT and all(isinstance(value, _PLAIN) for value in column.dropna())
    ]
    return few[kept]


def as_json_values(rows: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a table column by column as JSON values; missing ones are None."""
    return {
        str(name): [_plain(value) for value in column.astype(object).where(column.notna(), None)]
        for name, column in rows.items()
    }


def from_json_values(values: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Return the table of `as_json_values`; a column of missing values only is of NaN."""
    columns = {
        name: [np.nan] * len(column) if all(value is None for value in column) else column
        for name, column in values.items()
    }
    return pd.DataFrame(columns)


def largest_difference_ev(now: pd.DataFrame, stated: Mapping[str, list[float]]) -> float:
    """Return by how much energies and interval ends differ from those stated, at most."""
    return max(
        float(np.max(np.abs(now[name].to_numpy(dtype=np.float64) - np.array(column))))
        for name, column in stated.items()
    )


def stated_energies(predicted: pd.DataFrame) -> dict[str, list[float]]:
    """Return what `largest_difference_ev` compares, as JSON values."""
    return {name: predicted[name].tolist() for name in ("energy_ev", "lower_ev", "upper_ev")}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
