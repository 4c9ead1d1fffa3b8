"""Running the cells of the benchmark: each once, kept in a folder, and taken up where it stopped.

A cell is kept as one JSON file, written when it is done, beside a table of its predictions. It is
valid for the data and the code its numbers rest on (`catml.validation.benchmark_checksum`); after a
change of either it is measured again.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from catml.atomic_files import write_atomically
from catml.data.cards import read_card
from catml.errors import CatmlError, DatasetError
from catml.validation.benchmark_checksum import numbers_checksum
from catml.validation.benchmark_data import DATA, benchmark_table
from catml.validation.benchmark_plan import Cell, model_of
from catml.validation.crossval import CrossValidation, cross_validate
from catml.validation.table_models import SubsampledTraining

_DECIMALS = 4
_KEPT = ("row", "fold", "group", "truth_ev", "energy_ev", "std_ev", "lower_ev", "upper_ev")


@dataclass(frozen=True)
class CellResult:
    """A cell that was measured, or could not be.

    Attributes
    ----------
    cell
        What was measured.
    scores
        One mapping per metric: metric, value, low, high (95 % interval), n, n_groups, unit.
    held_out
        The groups left out, where they were left out one at a time.
    n_train
        Training rows of a fold, on average.
    n_folds, fit_seconds, predict_seconds
        Number of folds, and seconds of a fold on average.
    problem
        Why there are no scores; empty where there are.
    """

    cell: Cell
    scores: tuple[dict[str, Any], ...] = ()
    held_out: tuple[str, ...] = ()
    n_train: float = 0.0
    n_folds: int = 0
    fit_seconds: float = 0.0
    predict_seconds: float = 0.0
    problem: str = ""

    def score(self, metric: str) -> dict[str, Any] | None:
        """Return the value of a metric with its interval; None where it has none."""
        return next((score for score in self.scores if score["metric"] == metric), None)


Report = Callable[[CellResult, bool], None]


def check_run(folder: str | Path, jobs: int) -> None:
    """Refuse a run that could not keep its results, before anything is measured.

    Raises
    ------
    DatasetError
        If the folder cannot be made or written, or `jobs` is less than 1.
    """
    if jobs < 1:
        raise DatasetError(f"The benchmark was asked for {jobs} processes; ask for 1 or more.")
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise DatasetError(
            f"The folder {str(folder)!r} for the results cannot be written; choose another with "
            "--out."
        )


def run_cells(
    cells: Sequence[Cell], folder: str | Path, *, jobs: int = 1, report: Report | None = None
) -> list[CellResult]:
    """Measure the cells that the folder does not hold yet; return all in their order.

    Parameters
    ----------
    cells
        What to measure; the longest are begun first.
    folder
        Where results are kept. A run that was stopped goes on from there.
    jobs
        Processes. The scores do not depend on it.
    report
        Called with every result, and whether it was there already.

    Raises
    ------
    DatasetError
        If the folder cannot be written, or `jobs` is less than 1.
    """
    check_run(folder, jobs)
    place = Path(folder)
    code = numbers_checksum()
    done: dict[Cell, CellResult] = {}
    for cell in cells:
        kept = _read(place, cell, code)
        if kept is not None:
            done[cell] = kept
            if report:
                report(kept, True)
    missing = sorted((c for c in cells if c not in done), key=lambda c: -c.seconds)
    for result in _measure_all(missing, place, code, jobs):
        done[result.cell] = result
        if report:
            report(result, False)
    return [done[cell] for cell in cells]


def read_predictions(cell: Cell, folder: str | Path) -> pd.DataFrame:
    """Return the held-out predictions of a cell that was measured into a folder.

    Returns
    -------
    DataFrame
        `row`, `fold`, `group`, `truth_ev`, `energy_ev` and, where the model has them, `std_ev`,
        `lower_ev`, `upper_ev`; four decimals.
    """
    return pd.read_csv(_predictions_file(Path(folder), cell), dtype={"group": str})


def _measure_all(cells: Sequence[Cell], place: Path, code: str, jobs: int) -> Any:
    if jobs == 1 or len(cells) < 2:
        return (_measure(cell, place, code) for cell in cells)
    from joblib import Parallel, delayed  # type: ignore[import-untyped]

    pool = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1, pre_dispatch=jobs)
    return pool(delayed(_measure)(cell, place, code) for cell in cells)


def _measure(cell: Cell, place: Path, code: str) -> CellResult:
    table = benchmark_table(cell.data)
    model = model_of(cell).make(DATA[cell.data].adsorbate)
    if cell.train_share < 1:
        model = SubsampledTraining(model, share=cell.train_share)
    try:
        with warnings.catch_warnings():
            # Warnings of a fit (an iteration at its limit) are judged by its held-out errors.
            warnings.simplefilter("ignore")
            run = cross_validate(model, table, split=cell.split, folds=cell.folds)
    except CatmlError as reason:
        return CellResult(cell, problem=str(reason))
    except Exception as reason:
        # One model that breaks must not cost hours of the others; it is told, not kept.
        return CellResult(cell, problem=f"broke: {type(reason).__name__}: {reason}"[:200])
    result = _result(cell, run)
    _write(place, result, run, code)
    return result


def _result(cell: Cell, run: CrossValidation) -> CellResult:
    n_folds = len(run.folds)
    records = run.scores.drop(columns="split").to_dict(orient="records")
    one_by_one = all(len(fold.held_out) == 1 for fold in run.folds)
    return CellResult(
        cell,
        tuple({str(k): _plain(v) for k, v in record.items()} for record in records),
        tuple(fold.held_out[0] for fold in run.folds) if one_by_one else (),
        float(sum(len(fold.train) for fold in run.folds)) / n_folds * cell.train_share,
        n_folds,
        round(run.fit_seconds / n_folds, 4),
        round(run.predict_seconds / n_folds, 4),
    )


def _plain(value: Any) -> Any:
    """Return a number as JSON has it; None where it is none."""
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _write(place: Path, result: CellResult, run: CrossValidation, code: str) -> None:
    kept = [name for name in _KEPT if name in run.predictions]
    predictions = run.predictions[kept].round(_DECIMALS)
    text = predictions.to_csv(index=False)
    write_atomically(_predictions_file(place, result.cell), text.encode(), error=DatasetError)
    content = {"made_with": _made_with(result.cell, code), **asdict(result)}
    encoded = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1).encode()
    write_atomically(_cell_file(place, result.cell), encoded, error=DatasetError)


def _read(place: Path, cell: Cell, code: str) -> CellResult | None:
    """Return the kept result of a cell; None where it is missing, damaged or out of date."""
    try:
        content = json.loads(_cell_file(place, cell).read_text(encoding="utf-8"))
        if content.pop("made_with") != _made_with(cell, code):
            return None
        content["cell"] = Cell(**content["cell"])
        content["scores"] = tuple(content["scores"])
        content["held_out"] = tuple(content["held_out"])
        result = CellResult(**content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    known = result.cell == cell and _predictions_file(place, cell).is_file()
    return result if known else None


def _made_with(cell: Cell, code: str) -> str:
    """Return sixteen digits that change with the code, the data and the folds of a cell."""
    sources = sorted(DATA[cell.data].sources)
    parts = [code, str(cell.folds), *(read_card(source).sha256 for source in sources)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _cell_file(place: Path, cell: Cell) -> Path:
    return place / "cells" / f"{cell.key}.json"


def _predictions_file(place: Path, cell: Cell) -> Path:
    return place / "predictions" / f"{cell.key}.csv"
