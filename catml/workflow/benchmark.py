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
from catml.validation.benchmark import CellResult, check_run, run_cells
from catml.validation.benchmark_curves import CURVES, make_curve
from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import MODELS
from catml.validation.benchmark_plan import Plan, make_plan
from catml.validation.benchmark_results import benchmark_document, results_table
from catml.validation.benchmark_uncertainty import coverage_results, uncertainty_results
from catml.workflow.benchmark_page import left_out_of, results_page
from catml.workflow.benchmark_tables import Findings
from catml.workflow.benchmark_text import results_text


@dataclass(frozen=True)
class BenchmarkRun:
    """A finished benchmark.

    Attributes
    ----------
    document
        Everything found, as JSON has it.
    findings
        The same as tables.
    page
        The page of the results, in Markdown.
    """

    document: dict[str, Any]
    findings: Findings
    page: Path

    def summary(self) -> str:
        """Return what the command line prints."""
        return f"{results_text(self.findings)}\n\nPage: {self.page}"


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
    3. Make the curves: few labelled rows of a new host, active learning (not with `quick`).
    4. Judge the uncertainties of the predictions kept; nothing is fitted for it.
    5. Write the tables, the figures and the page.

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
    check_run(folder, processes)
    progress = _CellProgress(plan, processes, quiet=quiet)
    progress.begin(folder)
    results = run_cells(plan.cells, folder, jobs=processes, report=progress.report)
    table = results_table(results)
    if table.empty:
        raise DatasetError(f"Nothing could be measured; the first reason: {results[0].problem}")
    curves = {} if quick else _curves(table, folder, progress)
    uncertainty, coverage = uncertainty_results(results, folder), coverage_results(results, folder)
    document = benchmark_document(
        results,
        plan.left_out,
        curves,
        command=command,
        uncertainty=uncertainty,
        coverage=coverage,
    )
    findings = Findings(table, uncertainty, coverage, left_out_of(document))
    place = Path(page) if page is not None else folder
    written = _write(document, findings, results, curves, folder, place)
    return BenchmarkRun(document, findings, written)


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

    def tell_curve(self, name: str, kept: bool) -> None:
        """Say that a curve is there."""
        self._write(f"curve {name}: {'kept' if kept else 'done'}\n")

    def _write(self, text: str) -> None:
        if not self.quiet:
            sys.stderr.write(text)
            sys.stderr.flush()


def _curves(table: pd.DataFrame, folder: Path, progress: _CellProgress) -> dict[str, pd.DataFrame]:
    """Make the curves of the datasets and models measured."""
    measured = set(zip(table["data"], table["model"], strict=True))
    made = {}
    for curve in CURVES.values():
        if any((curve.data, model) in measured for model in curve.models):
            made[curve.name], kept = make_curve(curve, folder)
            progress.tell_curve(curve.name, kept)
    return made


def _write(
    document: dict[str, Any],
    findings: Findings,
    results: list[CellResult],
    curves: dict[str, pd.DataFrame],
    folder: Path,
    place: Path,
) -> Path:
    """Write page, JSON and figures; return the path of the page."""
    from catml.workflow.benchmark_figures import draw_benchmark

    pictures = draw_benchmark(findings.table, results, curves, folder=folder, place=place)
    page = place / "results.md"
    text = results_page(findings, command=str(document["command"]), pictures=pictures)
    encoded = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    write_atomically(place / "results.json", encoded.encode(), error=WorkflowError)
    write_atomically(page, text.encode(), error=WorkflowError)
    return page


def benchmark_choices() -> dict[str, list[dict[str, Any]]]:
    """Return what the benchmark has to choose from, as JSON has it."""
    return {
        "datasets": [
            {"name": name, "title": data.title, "splits": list(data.splits)}
            for name, data in DATA.items()
        ],
        "models": [
            {"name": name, "kind": model.kind, "title": model.title}
            for name, model in MODELS.items()
        ],
    }


def describe_benchmark() -> str:
    """Return what the benchmark has to choose from, as text."""
    choices = benchmark_choices()
    lines = ["datasets (splits):"]
    lines += [f"  {d['name']}: {d['title']}; {', '.join(d['splits'])}" for d in choices["datasets"]]
    lines.append("models:")
    lines += [f"  {m['name']} ({m['kind']}): {m['title']}" for m in choices["models"]]
    return "\n".join(lines)
