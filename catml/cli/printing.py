"""Tables on standard output: for people, or as one JSON document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def print_table(table: pd.DataFrame, *, as_json: bool) -> None:
    """Print a table, its numbers with three digits; as JSON in full."""
    if as_json:
        print(json.dumps(records(table), ensure_ascii=False, allow_nan=False))
    elif table.empty:
        print("nothing found")
    else:
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as JSON-able mappings; a missing number becomes null."""
    return json.loads(table.to_json(orient="records", double_precision=10))
