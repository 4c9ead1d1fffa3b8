"""The benchmark's figures: errors of the models, parity, and curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from catml.report.figures_benchmark import curve_figure, model_errors_figure
from catml.report.figures_validation import parity_figure
from catml.report.files import write_picture
from catml.validation.benchmark import CellResult, read_predictions
from catml.validation.benchmark_curves import CURVES
from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import DEFAULT_MODEL
from catml.validation.benchmark_results import (
    NOISE_FLOOR_MAE_EV,
    NOISE_FLOOR_RMSE_EV,
    published_results,
)
from catml.workflow.benchmark_page import Picture
from catml.workflow.benchmark_tables import SPLIT_TITLES, split_blocks

_PARITY_SPLITS = ("composition", "host", "element", "facet")
_MOST_PARITIES = 3
_DPI = 150
"""For a page that is read on a screen and lies in the repository."""
_PANEL_TITLES = {
    "composition": "new compositions",
    "skin-to-overlayer": "skins → core–shell",
    "overlayer-to-skin": "core–shell → skins",
}


def draw_benchmark(
    table: pd.DataFrame,
    results: Sequence[CellResult],
    curves: Mapping[str, pd.DataFrame],
    *,
    folder: Path,
    place: Path,
) -> list[Picture]:
    """Draw all figures of a benchmark.

    Parameters
    ----------
    table, results
        What was measured.
    curves
        Name in `catml.validation.benchmark_curves.CURVES` → curve.
    folder
        Where the cells' predictions are kept.
    place
        Where the pictures go.
    """
    pictures = []
    for data in dict.fromkeys(table["data"]):
        pictures.append(_errors(table, data, place))
        pictures += _parity(table, results, data, folder=folder, place=place)
    learning = _learning_curves(table)
    if not learning.empty:
        figure, _ = curve_figure(
            learning,
            x_label="training rows",
            y_label="MAE / eV, new compositions",
            noise_floor=NOISE_FLOOR_MAE_EV,
            log_x=True,
        )
        caption = "Learning curves of catml without DFT input. Grey: below the noise floor of DFT."
        path = write_picture(figure, place / "learning-curves.png", dpi=_DPI)
        pictures.append(Picture(None, caption, path))
    for name, values in curves.items():
        curve = CURVES[name]
        floor = NOISE_FLOOR_MAE_EV if curve.y_label.startswith("MAE") else NOISE_FLOOR_RMSE_EV
        figure, _ = curve_figure(
            values, x_label=curve.x_label, y_label=curve.y_label, noise_floor=floor
        )
        path = write_picture(figure, place / f"curve-{name}.png", dpi=_DPI)
        pictures.append(Picture(curve.data, curve.caption, path))
    return pictures


def _published_lines(data: str, splits: Sequence[str]) -> dict[str, dict[str, float]]:
    """Published mean absolute errors on the same data, by split; all are of random splits."""
    if "random" not in splits:
        return {}
    rows = published_results()
    same = rows[(rows["data"] == data) & rows["metric"].isin(["mae", "error"])]
    return {"random": dict(zip(same["system"], same["value_ev"], strict=True))}


def _errors(table: pd.DataFrame, data: str, place: Path) -> Picture:
    blocks = [(split, rows) for key, split, rows in split_blocks(table) if key == data]
    errors = pd.concat([rows for _, rows in blocks])
    errors = errors.rename(columns={"mae": "value", "mae_low": "low", "mae_high": "high"})
    figure, _ = model_errors_figure(
        errors[errors["low"] > 0],
        titles={split: _panel_title(split, rows) for split, rows in blocks},
        published=_published_lines(data, [split for split, _ in blocks]),
        noise_floor=NOISE_FLOOR_MAE_EV,
    )
    caption = (
        f"{DATA[data].title}: mean absolute errors with their 95 % intervals, on a logarithmic "
        "axis. Grey: below the noise floor of DFT; dashed: published on the same data."
    )
    return Picture(data, caption, write_picture(figure, place / f"errors-{data}.png", dpi=_DPI))


def _panel_title(split: str, rows: pd.DataFrame) -> str:
    head = _PANEL_TITLES.get(split, SPLIT_TITLES[split])
    return f"{head}\nn = {int(rows['n'].iloc[0]):,}"


def _parity(
    table: pd.DataFrame, results: Sequence[CellResult], data: str, *, folder: Path, place: Path
) -> list[Picture]:
    cells = {
        r.cell.split: r.cell
        for r in results
        if (r.cell.data, r.cell.model, r.cell.train_share) == (data, DEFAULT_MODEL, 1.0)
        and r.cell.split in _PARITY_SPLITS
        and not r.problem
    }
    if not cells:
        return []
    predictions = {
        split: read_predictions(cell, folder).rename(
            columns={"energy_ev": "predicted_ev", "truth_ev": "energy_ev"}
        )
        for split, cell in list(cells.items())[:_MOST_PARITIES]
    }
    figure, _ = parity_figure(
        predictions, adsorbate=DATA[data].adsorbate, scores=_parity_scores(table, data)
    )
    caption = f"{DATA[data].title}: held-out predictions of catml without DFT input."
    return [Picture(data, caption, write_picture(figure, place / f"parity-{data}.png", dpi=_DPI))]


def _parity_scores(table: pd.DataFrame, data: str) -> pd.DataFrame:
    ours = table[(table["data"] == data) & (table["model"] == DEFAULT_MODEL)]
    ours = ours[ours["train_share"] == 1.0]
    parts = []
    for metric in ("rmse", "mae"):
        columns = {metric: "value", f"{metric}_low": "low", f"{metric}_high": "high"}
        part = ours[["split", "n", *columns]].rename(columns=columns)
        parts.append(part.assign(metric=metric, unit="eV"))
    return pd.concat(parts)


def _learning_curves(table: pd.DataFrame) -> pd.DataFrame:
    """MAE against training rows where a model was also measured on smaller training sets."""
    some = table[table["train_share"] < 1.0]
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
