"""What the kept predictions of the benchmark say about the models' uncertainties.

Nothing is computed anew: the standard deviations and intervals are those of the held-out
predictions that the cells kept, to four decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from catml.validation.benchmark import CellResult, read_predictions
from catml.validation.benchmark_data import benchmark_table
from catml.validation.benchmark_plan import Cell
from catml.validation.group_coverage import coverage_by, site_labels
from catml.validation.uncertainty_scores import uncertainty_table

FEWEST_ROWS = 20
"""A label of fewer held-out rows is not judged: its share says nothing."""

_SMALLEST_STD_EV = 5e-5
"""What a standard deviation that four decimals round to 0 is taken for."""
_MANY = ("host", "element")
_KEYS = ("data", "split", "model")


def uncertainty_results(results: Sequence[CellResult], folder: str | Path) -> pd.DataFrame:
    """Return the measures of `catml.validation.uncertainty_scores` of every model with intervals.

    Parameters
    ----------
    results
        Measured cells; those of learning curves, and of models without intervals, are passed over.
    folder
        Where the cells are kept.

    Returns
    -------
    DataFrame
        `data`, `split`, `model`, `metric`, `value`, `low`, `high` (95 % bootstrap over the
        held-out groups), `n`, `n_groups`, `unit`.
    """
    columns = [*_KEYS, "metric", "value", "low", "high", "n", "n_groups", "unit"]
    parts = [pd.DataFrame(columns=columns)]
    for cell in _with_intervals(results):
        predictions = read_predictions(cell, folder)
        predictions["std_ev"] = predictions["std_ev"].clip(lower=_SMALLEST_STD_EV)
        parts.append(_of_cell(uncertainty_table(predictions, split=cell.split), cell)[columns])
    return _joined(parts)


def coverage_results(results: Sequence[CellResult], folder: str | Path) -> pd.DataFrame:
    """Return which share of the rows of each label lies inside its 90 % interval.

    Parameters
    ----------
    results, folder
        As for `uncertainty_results`.

    Returns
    -------
    DataFrame
        `data`, `split`, `model`, `kind` (host, element, family, site kind, block), `label`,
        `value`, `low`, `high` (95 %, rows of one composition err together), `n`, `n_groups`;
        labels of at least `FEWEST_ROWS` rows, least covered first within each kind; of hosts and
        elements, which are many, the least covered one.
    """
    columns = [*_KEYS, "kind", "label", "value", "low", "high", "n", "n_groups"]
    parts = [pd.DataFrame(columns=columns)]
    for cell in _with_intervals(results):
        predictions = read_predictions(cell, folder)
        table = benchmark_table(cell.data).set_index("row").loc[predictions["row"]]
        inside = predictions["truth_ev"].between(predictions["lower_ev"], predictions["upper_ev"])
        coverage = coverage_by(inside, table["elements"], site_labels(table))
        coverage = coverage[coverage["n"] >= FEWEST_ROWS]
        # Least covered first, so the first of a kind is the least covered one.
        behind = coverage["kind"].isin(_MANY) & coverage.duplicated("kind")
        coverage = coverage[~behind]
        parts.append(_of_cell(coverage, cell)[columns])
    return _joined(parts)


def _with_intervals(results: Sequence[CellResult]) -> list[Cell]:
    return [
        result.cell
        for result in results
        if result.score("coverage_90") is not None and result.cell.train_share == 1.0
    ]


def _of_cell(table: pd.DataFrame, cell: Cell) -> pd.DataFrame:
    return table.assign(data=cell.data, split=cell.split, model=cell.model)


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)] or list(parts)
    joined = pd.concat(filled, ignore_index=True)
    joined[["value", "low", "high"]] = joined[["value", "low", "high"]].astype(np.float64)
    return joined
