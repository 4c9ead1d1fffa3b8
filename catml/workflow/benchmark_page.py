"""The page of the benchmark's results, in Markdown: first the short of it, then the details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import DEFAULT_MODEL, MODELS
from catml.validation.benchmark_plan import LeftOut
from catml.validation.benchmark_results import published_results, published_text
from catml.validation.benchmark_uncertainty import FEWEST_ROWS
from catml.workflow.benchmark_tables import (
    DFT_MODEL,
    ORDER,
    SPLIT_TITLES,
    Findings,
    coverage_rows,
    figure_text,
    floor_in_short,
    floor_text,
    interval_text,
    least_covered,
    left_out_lines,
    published_on,
    split_blocks,
    split_summaries,
    split_title,
    uncertainty_rows,
    verdicts,
)

KIND_TITLES = {
    "baseline": "naive baselines",
    "published": "published systems, trained anew",
    "ours": "catml",
}
_COLUMNS = {
    "mae": "MAE / eV",
    "rmse": "RMSE / eV",
    "median_absolute_error": "median / eV",
    "bias": "bias / eV",
    "spearman": "Spearman",
    "coverage_90": "inside 90 %",
    "interval_width": "width / eV",
}
_WITH_INTERVAL = ("mae", "rmse", "coverage_90")
_LABEL_KINDS = ("site kind", "block", "family")


@dataclass(frozen=True)
class Picture:
    """A figure of the page: the dataset it belongs to (None: to all), its caption and its file."""

    data: str | None
    caption: str
    path: Path


def results_page(findings: Findings, *, command: str, pictures: Sequence[Picture] = ()) -> str:
    """Return the page of the results in Markdown.

    Parameters
    ----------
    findings
        What was measured.
    command
        The command line that makes the page.
    pictures
        Figures beside the page.
    """
    table = findings.table
    lines = ["# Published systems, naive baselines and catml on the same rows", ""]
    lines += [*_introduction(command), "## In short", ""]
    lines += [f"{line}\n" for line in verdicts(table)]
    for data in dict.fromkeys(table["data"]):
        lines += [f"### {DATA[data].title} (`{data}`)", "", *_markdown_table(_summary(table, data))]
        lines += ["", f"{published_on(data)} {floor_in_short()}", ""]
    lines += _markdown_pictures(pictures, None)
    lines += _uncertainty(findings)
    for data in dict.fromkeys(table["data"]):
        lines += [f"## All models: {DATA[data].title}", ""]
        lines += _markdown_pictures(pictures, data)
        for key, split, rows in split_blocks(table):
            if key == data:
                lines += _folded(_capital(split_title(split, rows)), _markdown_block(data, rows))
    lines += ["## Published figures", "", *_markdown_published(), ""]
    if findings.left_out:
        lines += ["## Not measured, and why", "", *left_out_lines(findings.left_out), ""]
    lines += ["## Models", "", *_markdown_models(table), ""]
    return "\n".join(lines)


def _introduction(command: str) -> list[str]:
    return [
        "Every row was predicted by a model that had not seen it; scaling, settings, medians and "
        "calibration are learned inside the training folds. Grouped splits hold out all rows of a "
        "set of elements, a host metal, an element, a facet or a kind of structure. Random splits "
        "flatter, because relatives of the held-out rows stay in the training data: they stand "
        "last. Brackets: 95 % intervals from a bootstrap over the held-out groups. Energies in eV. "
        f"{floor_text()}",
        "",
        "`catml` is the default model, `catml_dft` the default model on calculated d-band moments; "
        "a few settings of both were once chosen with some of these tables in view (see the "
        "README). The best recipe and the best baseline were picked on these very rows, which is "
        "kind to them. Recipes are published systems trained anew on our rows; "
        "their own published figures are of other rows or protocols, as marked: no contest.",
        "",
        f"Made by `{command}`; `--page benchmarks` writes this page, `results.json` and the "
        "figures. Measured cells are kept, so that a stopped run goes on; a change of the code "
        "the numbers rest on measures them again.",
        "",
    ]


def _summary(table: pd.DataFrame, data: str) -> pd.DataFrame:
    """Return one row per split: catml and the best of the others, MAE above RMSE."""
    rows = []
    summaries = [item for item in split_summaries(table) if item.data == data]
    with_dft = any(DFT_MODEL in item.best for item in summaries)
    for item in summaries:
        row = {
            "held out": SPLIT_TITLES[item.split],
            "n": f"{int(item.rows['n'].iloc[0]):,}",
            f"`{DEFAULT_MODEL}`: MAE, RMSE / eV": _both(item.best.get(DEFAULT_MODEL)),
        }
        if with_dft:
            row[f"`{DFT_MODEL}`: MAE, RMSE / eV"] = _both(item.best.get(DFT_MODEL))
        for kind, title in (("published", "best recipe"), ("baseline", "best baseline")):
            row[f"{title}: MAE, RMSE / eV"] = _both(item.best.get(kind), named=True)
        rows.append(row)
    return pd.DataFrame(rows)


def _both(row: pd.Series | None, *, named: bool = False) -> str:
    if row is None:
        return "–"
    parts = [f"`{row['model']}`"] * named
    return "<br>".join([*parts, interval_text(row, "mae"), interval_text(row, "rmse")])


def _uncertainty(findings: Findings) -> list[str]:
    """Return the section on standard deviations and intervals; empty where no model has any."""
    lines = []
    for data in dict.fromkeys(findings.table["data"]):
        for model in (DEFAULT_MODEL, DFT_MODEL):
            measures = uncertainty_rows(findings, data, model)
            if measures.empty:
                continue
            lines += [f"### {DATA[data].title}: `{model}`", "", *_markdown_table(measures), ""]
            coverage = coverage_rows(findings, data, model, _LABEL_KINDS)
            if not coverage.empty:
                lines += ["Share inside the 90 % interval, and of how many rows:", ""]
                lines += [*_markdown_table(coverage), ""]
            lines += [*_least_covered(findings, data, model), ""]
    if not lines:
        return []
    return [
        "## How far the uncertainties hold",
        "",
        "From the same held-out predictions. Of 90 % intervals nine in ten should hold the truth, "
        "on every split and for every kind of site and block of elements at the site. "
        "Miscalibration area: 0 is perfect, 0.5 the worst. ENCE: relative mismatch of predicted "
        "and found errors from the surest to the least sure rows. Sharpness: root mean square of "
        "the standard deviations. Dispersion: their coefficient of variation. NLL: negative "
        "log-likelihood per row, lower is better. Labels of fewer than "
        f"{FEWEST_ROWS} rows are not judged; the intervals of coverage by label know that rows "
        "of one composition err together. The other models' coverage and width stand in their "
        "tables below; their measures are in `results.json`.",
        "",
        *lines,
    ]


def _least_covered(findings: Findings, data: str, model: str) -> list[str]:
    parts = []
    for key, split, _ in split_blocks(findings.table):
        if key == data:
            least = least_covered(findings, data, split, model)
            named = [f"{kind} {least[kind]}" for kind in ("host", "element") if kind in least]
            if named:
                parts.append(f"{SPLIT_TITLES[split]}: {'; '.join(named)}")
    return [f"Least covered host and element: {'. '.join(map(_capital, parts))}."] * bool(parts)


def _markdown_table(table: pd.DataFrame) -> list[str]:
    lines = ["| " + " | ".join(table.columns) + " |", "|---" * table.shape[1] + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in table.astype(str).to_numpy().tolist()]


def _markdown_pictures(pictures: Sequence[Picture], data: str | None) -> list[str]:
    lines = []
    for picture in pictures:
        if picture.data == data:
            lines += [f"![{picture.caption}]({picture.path.name})", "", f"*{picture.caption}*", ""]
    return lines


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    """Return lines that a reader unfolds."""
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>", ""]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _markdown_block(data: str, rows: pd.DataFrame) -> list[str]:
    titles = ["model", *_COLUMNS.values(), "fit / s", "predict / s", "published"]
    lines = ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]
    for _, row in rows.iterrows():
        cells = [_score(row, metric) for metric in _COLUMNS]
        times = [f"{row[name]:.2f}" for name in ("fit_seconds", "predict_seconds")]
        name = f"**{row['model']}**" if row["kind"] == "ours" else str(row["model"])
        lines.append(
            "| " + " | ".join([name, *cells, *times, published_text(row["model"], data)]) + " |"
        )
    return lines


def _score(row: pd.Series, metric: str) -> str:
    if metric in _WITH_INTERVAL:
        return interval_text(row, metric)
    return "" if pd.isna(row[metric]) else f"{row[metric]:.3f}"


def _markdown_published() -> list[str]:
    lines = ["| system | figure / eV | protocol | data | here as | note |", "|---" * 6 + "|"]
    for row in published_results().to_dict(orient="records"):
        address = row["doi"].removeprefix("arXiv:")
        site = "https://arxiv.org/abs/" if row["doi"].startswith("arXiv:") else "https://doi.org/"
        whose = f"same as `{row['data']}`" if row["data"] else "other"
        recipe = f"`{row['recipe']}`" if row["recipe"] else "not run"
        cells = [f"[{row['system']}]({site}{address})", figure_text(row), row["protocol"]]
        lines.append("| " + " | ".join([*cells, whose, recipe, row["note"]]) + " |")
    return lines


def _markdown_models(table: pd.DataFrame) -> list[str]:
    lines = ["| model | what it is |", "|---|---|"]
    for kind in ORDER:
        for name, model in MODELS.items():
            if model.kind == kind and name in set(table["model"]):
                lines.append(f"| {name} | {KIND_TITLES[kind]}: {model.title} |")
    return lines


def left_out_of(document: Mapping[str, Any]) -> tuple[LeftOut, ...]:
    """Return what a document of the benchmark says was not measured."""
    return tuple(LeftOut(**item) for item in document["left_out"])
