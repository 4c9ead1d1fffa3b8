"""What the benchmark found, as tables and as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd

import catml
from catml.validation.benchmark import CellResult
from catml.validation.benchmark_checksum import numbers_checksum
from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import MODELS
from catml.validation.benchmark_plan import LeftOut
from catml.validation.metrics import UNITS

NOISE_FLOOR_MAE_EV = 0.067
NOISE_FLOOR_RMSE_EV = 0.075
"""How far two DFT codes and functionals are apart on 35 energies of CO and H on elements (GASpy's
RPBE against BEEF-vdW): no model of one of them can be held to less against the other."""


def results_table(results: Sequence[CellResult]) -> pd.DataFrame:
    """Return one row per measured cell.

    Returns
    -------
    DataFrame
        `data`, `split`, `model`, `kind`, `title`, `train_share`, `n`, `n_groups`, `n_folds`,
        `n_train`; of each metric of `catml.validation.metrics.UNITS` its value and, as `_low` and
        `_high`, its 95 % interval (NaN where a model has no intervals of its own); and
        `fit_seconds`, `predict_seconds` of a fold.
    """
    rows = []
    for result in results:
        if result.problem:
            continue
        cell, model = result.cell, MODELS[result.cell.model]
        row: dict[str, Any] = {
            "data": cell.data,
            "split": cell.split,
            "model": cell.model,
            "kind": model.kind,
            "title": model.title,
            "train_share": cell.train_share,
            "n": result.scores[0]["n"],
            "n_groups": result.scores[0]["n_groups"],
            "n_folds": result.n_folds,
            "n_train": result.n_train,
        }
        for metric in UNITS:
            score = result.score(metric) or {}
            for name, ending in (("value", ""), ("low", "_low"), ("high", "_high")):
                value = score.get(name)
                row[metric + ending] = np.nan if value is None else value
        row["fit_seconds"] = result.fit_seconds
        row["predict_seconds"] = result.predict_seconds
        rows.append(row)
    return pd.DataFrame(rows)


@lru_cache(maxsize=1)
def published_results() -> pd.DataFrame:
    """Return the published figures, as `published_results.csv` holds them.

    Returns
    -------
    DataFrame
        `key`, `system`, `doi`, `metric` (``"mae"``, ``"rmse"``, ``"error"`` where the paper does
        not say which, empty where it has no figure comparable to ours), `value_ev`, `protocol`,
        `data` (the dataset here that holds the same calculations; empty where none does),
        `recipe` (empty where it cannot run here), `note`.

    Examples
    --------
    >>> published_results().set_index("key").loc["tran2018-mae", "value_ev"].item()
    0.18
    """
    text = (files("catml.validation") / "published_results.csv").read_text(encoding="utf-8")
    table = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    table["value_ev"] = pd.to_numeric(table["value_ev"].replace("", None))
    return table


def published_text(model: str, data: str) -> str:
    """Return the published figures of a recipe, marked with protocol and whose data they are of.

    Examples
    --------
    >>> published_text("tran2018", "co")
    'MAE 0.18, RMSE 0.33 (random 90/10, same data)'
    >>> published_text("tran2018", "n")
    'MAE 0.18, RMSE 0.33 (random 90/10, other data)'
    >>> published_text("mean", "n")
    ''
    """
    table = published_results()
    rows = table[(table["recipe"] == model) & table["value_ev"].notna()]
    parts = []
    for (protocol, home), group in rows.groupby(["protocol", "data"], sort=False):
        figures = ", ".join(
            f"{metric.upper() if metric != 'error' else 'error'} {value:.2f}"
            for metric, value in zip(group["metric"], group["value_ev"], strict=True)
        )
        whose = "same data" if home == data else "other data"
        parts.append(f"{figures} ({protocol}, {whose})")
    return "; ".join(parts)


def benchmark_document(
    results: Sequence[CellResult],
    left_out: Sequence[LeftOut],
    curves: Mapping[str, pd.DataFrame] | None = None,
    *,
    command: str,
    uncertainty: pd.DataFrame | None = None,
    coverage: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return everything the benchmark found, as JSON can hold it.

    Parameters
    ----------
    results, left_out
        What was measured and what was not.
    curves
        Name → curve, as `catml.validation.benchmark_curves.make_curve` returns it.
    command
        The command line that made it.
    uncertainty, coverage
        As `catml.validation.benchmark_uncertainty` returns them; they are put to the cells.
    """
    measures, shares = _by_cell(uncertainty), _by_cell(coverage)
    datasets = {key: DATA[key] for key in dict.fromkeys(r.cell.data for r in results)}
    names = dict.fromkeys(result.cell.model for result in results)
    return {
        "catml": catml.__version__,
        "code_sha256": numbers_checksum(),
        "command": command,
        "unit": "eV; shares and correlations 1",
        "noise_floor_mae_ev": NOISE_FLOOR_MAE_EV,
        "noise_floor_rmse_ev": NOISE_FLOOR_RMSE_EV,
        "data": [
            {"key": key, "title": data.title, "sources": list(data.sources), "n": data.n_rows}
            for key, data in datasets.items()
        ],
        "models": [
            {
                "name": name,
                "kind": MODELS[name].kind,
                "title": MODELS[name].title,
                "doi": MODELS[name].doi or None,
            }
            for name in names
        ],
        "published": _records(published_results()),
        "cells": [
            _cell_record(result, measures, shares) for result in results if not result.problem
        ],
        "curves": {name: _records(curve) for name, curve in (curves or {}).items()},
        "left_out": [
            *(
                {"data": x.data, "split": x.split, "model": x.model, "reason": x.reason}
                for x in left_out
            ),
            *(
                {
                    "data": r.cell.data,
                    "split": r.cell.split,
                    "model": r.cell.model,
                    "reason": r.problem,
                }
                for r in results
                if r.problem
            ),
        ],
    }


_ByCell = Mapping[tuple[str, str, str], list[dict[str, Any]]]


def _by_cell(table: pd.DataFrame | None) -> _ByCell:
    """Return the rows of each dataset, split and model, as JSON has them."""
    if table is None:
        return {}
    names = ["data", "split", "model"]
    return {
        (str(key[0]), str(key[1]), str(key[2])): _records(rows.drop(columns=names), decimals=4)
        for key, rows in table.groupby(names, sort=False)
    }


def _cell_record(result: CellResult, measures: _ByCell, shares: _ByCell) -> dict[str, Any]:
    cell = result.cell
    # Learning curves share the names of the whole cell and have no measures of their own.
    key = (cell.data, cell.split, cell.model) if cell.train_share == 1.0 else ("", "", "")
    return {
        "data": cell.data,
        "split": cell.split,
        "model": cell.model,
        "train_share": cell.train_share,
        "n_folds": result.n_folds,
        "held_out": list(result.held_out),
        "n_train": result.n_train,
        "fit_seconds": result.fit_seconds,
        "predict_seconds": result.predict_seconds,
        "scores": list(result.scores),
        "uncertainty": measures.get(key),
        "coverage": shares.get(key),
        "published": published_text(cell.model, cell.data) or None,
    }


def _records(table: pd.DataFrame, *, decimals: int = 10) -> list[dict[str, Any]]:
    """Return the rows as JSON has them; what is missing or empty becomes null."""
    text = table.to_json(orient="records", double_precision=decimals)
    rows: list[dict[str, Any]] = json.loads(text)
    return [{name: None if value == "" else value for name, value in row.items()} for row in rows]
