"""The benchmark as a run: plan, measure, and write tables, figures and the page."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from catml.atomic_files import write_atomically
from catml.errors import DatasetError, WorkflowError
from catml.resources import cache_folder
from catml.validation.benchmark import CellResult, read_predictions, run_cells
from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import MODELS
from catml.validation.benchmark_plan import Plan, make_plan
from catml.validation.benchmark_results import (
    NOISE_FLOOR_MAE_EV,
    benchmark_document,
    published_results,
    results_table,
)
from catml.workflow.benchmark_page import (
    SPLIT_TITLES,
    left_out_of,
    results_page,
    results_text,
    split_blocks,
)

_PARITY_SPLITS = ("composition", "host", "element", "facet")
_PARITY_MODEL = "catml"
_PANEL_TITLES = {
    "composition": "new compositions",
    "skin-to-overlayer": "skins → core–shell",
    "overlayer-to-skin": "core–shell → skins",
}


@dataclass(frozen=True)
class BenchmarkRun:
    """A finished benchmark.

    Attributes
    ----------
    document
        Everything found, as JSON has it.
    table
        One row per cell; see `catml.validation.benchmark_results.results_table`.
    page
        The page of the results, in Markdown.
    """

    document: dict[str, Any]
    table: pd.DataFrame
    page: Path

    def summary(self) -> str:
        """Return what the command line prints."""
        return f"{results_text(self.table, left_out_of(self.document))}\n\nPage: {self.page}"


def run_benchmark(
    *,
    data: Collection[str] | None = None,
    splits: Collection[str] | None = None,
    models: Collection[str] | None = None,
    quick: bool = False,
    long: bool = False,
    out: str | Path | None = None,
    page: str | Path | None = None,
    jobs: int | None = None,
    command: str = "catml benchmark",
    quiet: bool = False,
) -> BenchmarkRun:
    """Measure published systems, baselines and catml's models side by side.

    1. Plan the cells: datasets × splits × models.
    2. Measure the cells that the folder does not hold yet, each kept when it is done.
    3. Write the tables, the figures and the page.

    Parameters
    ----------
    data, splits, models, quick, long
        See `catml.validation.benchmark_plan.make_plan`.
    out
        Folder where cells are kept; by default ``benchmark`` in catml's cache folder. A run that
        was stopped goes on from there.
    page
        Folder of page, JSON and figures; by default `out`.
    jobs
        Processes; by default one per processor, at most four.
    command
        The command line, for the page.
    quiet
        No progress on standard error.

    Raises
    ------
    CatmlError
        If a name does not exist, nothing is selected, or a folder cannot be written.
    """
    plan = make_plan(data=data, splits=splits, models=models, quick=quick, long=long)
    processes = jobs if jobs is not None else min(os.cpu_count() or 1, 4)
    folder = Path(out) if out is not None else cache_folder() / "benchmark"
    progress = _CellProgress(plan, processes, quiet=quiet)
    progress.begin(folder)
    results = run_cells(plan.cells, folder, jobs=processes, report=progress.report)
    document = benchmark_document(results, plan.left_out, command=command)
    place = Path(page) if page is not None else folder
    table = results_table(results)
    if table.empty:
        raise DatasetError(f"Nothing could be measured; the first reason: {results[0].problem}")
    written = _write(document, table, results, folder, place)
    return BenchmarkRun(document, table, written)


class _CellProgress:
    """One line per cell on standard error."""

    def __init__(self, plan: Plan, jobs: int, *, quiet: bool) -> None:
        self.plan = plan
        self.jobs = jobs
        self.quiet = quiet
        self._done = 0

    def begin(self, folder: Path) -> None:
        """Say how much there is to do and about how long it takes."""
        minutes = self.plan.seconds / max(1, min(self.jobs, len(self.plan.cells))) / 60
        about = f"{minutes:.0f} min" if minutes >= 2 else f"{60 * minutes:.0f} s"
        self._write(
            f"{len(self.plan.cells)} cells (dataset × split × model), about {about} on "
            f"{self.jobs} processes; kept in {folder}, where a stopped run goes on\n"
        )

    def report(self, result: CellResult, kept: bool) -> None:
        """Say what a cell gave."""
        self._done += 1
        cell = result.cell
        share = "" if cell.train_share == 1 else f", {100 * cell.train_share:g} % of training"
        head = f"[{self._done}/{len(self.plan.cells)}] {cell.data}, {cell.split}{share}, "
        if result.problem:
            self._write(f"{head}{cell.model}: not measured: {result.problem}\n")
            return
        score = result.score("mae") or {}
        seconds = result.n_folds * (result.fit_seconds + result.predict_seconds)
        time = "kept" if kept else f"{seconds:.1f} s"
        self._write(f"{head}{cell.model}: MAE {score.get('value', float('nan')):.3f} eV, {time}\n")

    def _write(self, text: str) -> None:
        if not self.quiet:
            sys.stderr.write(text)
            sys.stderr.flush()


def _write(
    document: dict[str, Any],
    table: pd.DataFrame,
    results: list[CellResult],
    folder: Path,
    place: Path,
) -> Path:
    """Write page, JSON and figures; return the path of the page."""
    figures = _draw(table, results, folder, place)
    page = place / "results.md"
    text = results_page(
        table, left_out_of(document), command=str(document["command"]), figures=figures
    )
    encoded = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    write_atomically(place / "results.json", encoded.encode(), error=WorkflowError)
    write_atomically(page, text.encode(), error=WorkflowError)
    return page


def _draw(
    table: pd.DataFrame, results: list[CellResult], folder: Path, place: Path
) -> dict[str, Path]:
    """Draw the figures; return them by caption."""
    from catml.report.figures_benchmark import curve_figure, model_errors_figure
    from catml.report.files import write_picture

    drawn: dict[str, Path] = {}
    for data in dict.fromkeys(table["data"]):
        blocks = [(split, rows) for key, split, rows in split_blocks(table) if key == data]
        errors = pd.concat([rows for _, rows in blocks])
        errors = errors.rename(columns={"mae": "value", "mae_low": "low", "mae_high": "high"})
        figure, _ = model_errors_figure(
            errors[errors["low"] > 0],
            titles={split: _short_title(split, rows) for split, rows in blocks},
            published=_published_lines(data, [split for split, _ in blocks]),
            noise_floor=NOISE_FLOOR_MAE_EV,
        )
        caption = f"{DATA[data].title}: mean absolute error and its 95 % interval; random last."
        drawn[caption] = write_picture(figure, place / f"errors-{data}.png")
        parity = _draw_parity(table, results, folder, place, data)
        if parity is not None:
            caption = f"{DATA[data].title}: held-out predictions of catml without DFT input."
            drawn[caption] = parity
    curves = _learning_curves(table)
    if not curves.empty:
        figure, _ = curve_figure(
            curves,
            x_label="training rows",
            y_label="MAE / eV, new compositions",
            noise_floor=NOISE_FLOOR_MAE_EV,
            log_x=True,
        )
        caption = "Learning curves of catml without DFT input; grey: noise floor of DFT."
        drawn[caption] = write_picture(figure, place / "learning-curves.png")
    return drawn


def _short_title(split: str, rows: pd.DataFrame) -> str:
    head = _PANEL_TITLES.get(split, SPLIT_TITLES[split])
    return f"{head}\nn = {int(rows['n'].iloc[0]):,}"


def _published_lines(data: str, splits: list[str]) -> dict[str, dict[str, float]]:
    """Published mean absolute errors on the same data; all of them are of random splits."""
    if "random" not in splits:
        return {}
    rows = published_results()
    same = rows[(rows["data"] == data) & rows["metric"].isin(["mae", "error"])]
    return {"random": dict(zip(same["system"], same["value_ev"], strict=True))}


def _draw_parity(
    table: pd.DataFrame, results: list[CellResult], folder: Path, place: Path, data: str
) -> Path | None:
    from catml.report.figures_validation import parity_figure
    from catml.report.files import write_picture

    cells = {
        r.cell.split: r.cell
        for r in results
        if (r.cell.data, r.cell.model, r.cell.train_share) == (data, _PARITY_MODEL, 1.0)
        and r.cell.split in _PARITY_SPLITS
        and not r.problem
    }
    if not cells:
        return None
    predictions = {
        split: read_predictions(cell, folder).rename(
            columns={"energy_ev": "predicted_ev", "truth_ev": "energy_ev"}
        )
        for split, cell in list(cells.items())[:3]
    }
    ours = table[(table["data"] == data) & (table["model"] == _PARITY_MODEL)]
    ours = ours[ours["train_share"] == 1.0]
    scores = pd.concat(
        [
            pd.DataFrame(
                {
                    "split": ours["split"],
                    "metric": metric,
                    "value": ours[metric],
                    "low": ours[f"{metric}_low"],
                    "high": ours[f"{metric}_high"],
                    "n": ours["n"],
                    "unit": "eV",
                }
            )
            for metric in ("rmse", "mae")
        ]
    )
    figure, _ = parity_figure(predictions, adsorbate=DATA[data].adsorbate, scores=scores)
    return write_picture(figure, place / f"parity-{data}.png")


def _learning_curves(table: pd.DataFrame) -> pd.DataFrame:
    """MAE against training rows where a model was also measured on smaller training sets."""
    some = table[(table["train_share"] < 1.0)]
    keys = set(zip(some["data"], some["split"], some["model"], strict=True))
    together = zip(table["data"], table["split"], table["model"], strict=True)
    rows = table[[key in keys for key in together]]
    return pd.DataFrame(
        {
            "series": [DATA[data].title for data in rows["data"]],
            "x": rows["n_train"],
            "value": rows["mae"],
            "low": rows["mae_low"],
            "high": rows["mae_high"],
        }
    )


def describe_benchmark() -> str:
    """Return what the benchmark has to choose from, as text."""
    lines = ["datasets (splits):"]
    lines += [f"  {key}: {d.title}; {', '.join(d.splits)}" for key, d in DATA.items()]
    lines.append("models:")
    lines += [f"  {name} ({model.kind}): {model.title}" for name, model in MODELS.items()]
    return "\n".join(lines)
