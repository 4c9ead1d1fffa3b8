"""The benchmark's results as text: a table for the terminal and a page in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import DEFAULT_MODEL, MODELS
from catml.validation.benchmark_plan import LeftOut
from catml.validation.benchmark_results import (
    NOISE_FLOOR_MAE_EV,
    NOISE_FLOOR_RMSE_EV,
    published_results,
    published_text,
)
from catml.validation.splits import DIRECTIONS

SPLIT_TITLES: Mapping[str, str] = {
    "random": "random rows",
    "composition": "new compositions (sets of elements)",
    "host": "unseen host metals",
    "family": "unseen structure families",
    "facet": "unseen facets",
    "element": "unseen elements",
    "skin-to-overlayer": "from intermetallic skins to core–shell overlayers",
    "overlayer-to-skin": "from core–shell overlayers to intermetallic skins",
}
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
_ORDER = ("ours", "published", "baseline")


@dataclass(frozen=True)
class Picture:
    """A figure of the page: the dataset it belongs to (None: to all), its caption and its file."""

    data: str | None
    caption: str
    path: Path


def split_blocks(table: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """Return dataset, split and rows, random splits after grouped ones; best model of a kind first.

    Rows of learning curves (`train_share` below 1) are left out.
    """
    whole = table[table["train_share"] == 1.0]
    blocks = []
    for data in DATA:
        of_data = whole[whole["data"] == data]
        splits = [split for split in DATA[data].splits if split in set(of_data["split"])]
        for split in sorted(splits, key=lambda name: name == "random"):
            rows = of_data[of_data["split"] == split]
            rank = rows["kind"].map({kind: place for place, kind in enumerate(_ORDER)})
            rows = rows.assign(rank=rank).sort_values(["rank", "mae"], ignore_index=True)
            blocks.append((data, split, rows.drop(columns="rank")))
    return blocks


def block_title(data: str, split: str, rows: pd.DataFrame) -> str:
    """Return the heading of a dataset and split: what is held out, how often, how many rows."""
    n, folds = int(rows["n"].iloc[0]), int(rows["n_folds"].iloc[0])
    counted = f"n = {n:,}" + (f" in {int(rows['n_groups'].iloc[0]):,} groups" * (split != "random"))
    if split in DIRECTIONS:
        how = f"{counted}, trained on {rows['n_train'].iloc[0]:.0f}"
    else:
        how = f"{folds} folds, {counted}"
    return f"{DATA[data].title}: {SPLIT_TITLES[split]} ({how})"


def results_text(table: pd.DataFrame, left_out: Sequence[LeftOut]) -> str:
    """Return all blocks as plain text for a terminal, energies in eV."""
    parts = []
    for data, split, rows in split_blocks(table):
        shown = pd.DataFrame(
            {
                "model": rows["model"],
                **{
                    title.removesuffix(" / eV"): rows.apply(_cell, axis=1, metric=metric)
                    for metric, title in _COLUMNS.items()
                },
                "fit": rows["fit_seconds"].map("{:.2f} s".format),
                "predict": rows["predict_seconds"].map("{:.2f} s".format),
                "published": [published_text(name, data) for name in rows["model"]],
            }
        )
        text = shown.to_string(index=False, justify="left")
        parts.append(f"{block_title(data, split, rows)}\n{text}")
    if left_out:
        parts.append("\n".join(["Not measured:", *_left_out_lines(left_out)]))
    parts.append(f"In short (MAE / eV):\n{summary_table(table).to_string(index=False)}")
    parts.append(_floor_text())
    return "\n\n".join(parts)


def results_page(
    table: pd.DataFrame,
    left_out: Sequence[LeftOut],
    *,
    command: str,
    pictures: Sequence[Picture] = (),
) -> str:
    """Return the page of the results in Markdown.

    Parameters
    ----------
    table
        As `catml.validation.benchmark_results.results_table` returns it.
    left_out
        Combinations not measured.
    command
        The command line that makes the page.
    pictures
        Figures beside the page.
    """
    lines = ["# Published systems, naive baselines and catml on the same rows", ""]
    lines += [_introduction(command), "", *_markdown_table(summary_table(table)), ""]
    lines += _markdown_pictures(pictures, None)
    for data in dict.fromkeys(table["data"]):
        lines += [f"## {DATA[data].title}", "", *_published_on(data)]
        lines += _markdown_pictures(pictures, data)
        for key, split, rows in split_blocks(table):
            if key == data:
                title = block_title(data, split, rows).removeprefix(f"{DATA[data].title}: ")
                lines += [
                    f"### {title[0].upper()}{title[1:]}",
                    "",
                    *_markdown_block(data, rows),
                    "",
                ]
    lines += ["## Published figures", "", *_markdown_published(), ""]
    if left_out:
        lines += ["## Not measured", "", *_left_out_lines(left_out), ""]
    lines += ["## Models", "", *_markdown_models(table), ""]
    return "\n".join(lines)


def summary_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per dataset and split: the best of each kind beside catml as it comes.

    Which published system or baseline is best was seen on the held-out rows: the table is kind to
    them. catml's own column is its default model, chosen before.
    """
    rows = []
    for data, split, block in split_blocks(table):
        row = {"data": data, "split": split, "n": f"{int(block['n'].iloc[0]):,}"}
        ours = block[block["model"] == DEFAULT_MODEL]
        row["catml, MAE / eV"] = _cell(ours.iloc[0], "mae") if len(ours) else ""
        for kind, title in (
            ("ours", "best of catml's"),
            ("published", "best published system"),
            ("baseline", "best baseline"),
        ):
            best = block[block["kind"] == kind].head(1)
            row[title] = f"{best['mae'].iloc[0]:.3f} ({best['model'].iloc[0]})" if len(best) else ""
        rows.append(row)
    return pd.DataFrame(rows)


def _published_on(data: str) -> list[str]:
    """Say what was published on the same calculations, also by systems that do not run here."""
    rows = published_results()
    figures = [
        f"{row['system']} {_figure(row)} ({row['protocol']})"
        for row in rows[rows["data"] == data].to_dict(orient="records")
    ]
    return [f"Published on the same calculations, in eV: {'; '.join(figures)}.", ""] * bool(figures)


def _figure(row: Mapping[Any, Any]) -> str:
    """Return a published figure with its kind; a dash where there is none."""
    if pd.isna(row["value_ev"]):
        return "–"
    kind = row["metric"].upper() if row["metric"] != "error" else "error"
    return f"{kind} {row['value_ev']:.3g}"


def _markdown_table(table: pd.DataFrame) -> list[str]:
    lines = ["| " + " | ".join(table.columns) + " |", "|---" * table.shape[1] + "|"]
    return lines + ["| " + " | ".join(row) + " |" for row in table.astype(str).to_numpy().tolist()]


def _markdown_pictures(pictures: Sequence[Picture], data: str | None) -> list[str]:
    lines = []
    for picture in pictures:
        if picture.data == data:
            lines += [f"![{picture.caption}]({picture.path.name})", "", f"*{picture.caption}*", ""]
    return lines


def _introduction(command: str) -> str:
    return (
        "Every row was predicted by a model that had not seen it; scaling, settings, medians and "
        "calibration are learned inside the training folds. Random splits flatter, because "
        "relatives of the held-out rows stay in the training data: they stand last. Brackets: "
        "95 % intervals from a bootstrap over the held-out groups. Fit and predict: seconds of "
        "one fold on one processor, descriptors included. Published figures are of other rows or "
        "other protocols, as marked; they are no contest.\n\n"
        f"{_floor_text()}\n\nMade by `{command}`. First the short of it: `catml` is the default "
        "model, fixed beforehand; the columns of the best name what was best on these very rows, "
        "seen afterwards."
    )


def _floor_text() -> str:
    return (
        f"Two DFT codes and functionals differ by {NOISE_FLOOR_MAE_EV} eV (MAE; RMSE "
        f"{NOISE_FLOOR_RMSE_EV} eV) on 35 energies of CO and H on pure metals: the noise floor of "
        "comparing with another calculation."
    )


def _cell(row: pd.Series, metric: str) -> str:
    value, low, high = (row[metric + ending] for ending in ("", "_low", "_high"))
    if pd.isna(value):
        return ""
    if metric == "coverage_90":
        return f"{100 * value:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"
    if metric in ("mae", "rmse"):
        return f"{value:.3f} [{low:.3f}, {high:.3f}]"
    return f"{value:.3f}"


def _markdown_block(data: str, rows: pd.DataFrame) -> list[str]:
    titles = ["model", *_COLUMNS.values(), "fit / s", "predict / s", "published"]
    lines = ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]
    for _, row in rows.iterrows():
        cells = [_cell(row, metric) for metric in _COLUMNS]
        times = [f"{row[name]:.2f}" for name in ("fit_seconds", "predict_seconds")]
        name = f"**{row['model']}**" if row["kind"] == "ours" else str(row["model"])
        lines.append(
            "| " + " | ".join([name, *cells, *times, published_text(row["model"], data)]) + " |"
        )
    return lines


def _markdown_published() -> list[str]:
    lines = ["| system | figure / eV | protocol | data | here as | note |", "|---" * 6 + "|"]
    for row in published_results().to_dict(orient="records"):
        address = row["doi"].removeprefix("arXiv:")
        site = "https://arxiv.org/abs/" if row["doi"].startswith("arXiv:") else "https://doi.org/"
        whose = f"same as `{row['data']}`" if row["data"] else "other"
        recipe = f"`{row['recipe']}`" if row["recipe"] else "not run"
        cells = [f"[{row['system']}]({site}{address})", _figure(row), row["protocol"]]
        lines.append("| " + " | ".join([*cells, whose, recipe, row["note"]]) + " |")
    return lines


def _markdown_models(table: pd.DataFrame) -> list[str]:
    lines = ["| model | what it is |", "|---|---|"]
    for kind in _ORDER:
        for name, model in MODELS.items():
            if model.kind == kind and name in set(table["model"]):
                lines.append(f"| {name} | {KIND_TITLES[kind]}: {model.title} |")
    return lines


def _left_out_lines(left_out: Sequence[LeftOut]) -> list[str]:
    """Say once for every dataset, model and reason which splits are not measured."""
    gathered: dict[tuple[str, str], dict[str, list[str]]] = {}
    for item in left_out:
        models = gathered.setdefault((item.data, item.reason), {})
        models.setdefault(item.model, []).append(item.split)
    lines = []
    for (data, reason), models in gathered.items():
        every = {split for splits in models.values() for split in splits}
        alike = all(set(splits) == every for splits in models.values())
        if alike:
            names = f"{', '.join(models)} ({', '.join(sorted(every))})"
        else:
            names = "; ".join(f"{name} ({', '.join(splits)})" for name, splits in models.items())
        lines.append(f"- `{data}`: {names}: {reason}.")
    return lines


def left_out_of(document: Mapping[str, Any]) -> list[LeftOut]:
    """Return what a document of the benchmark says was not measured."""
    return [LeftOut(**item) for item in document["left_out"]]
