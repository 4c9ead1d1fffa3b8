"""The benchmark's results in tables for people, shared by the terminal and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import DEFAULT_MODEL
from catml.validation.benchmark_plan import LeftOut
from catml.validation.benchmark_results import (
    NOISE_FLOOR_MAE_EV,
    NOISE_FLOOR_RMSE_EV,
    published_results,
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
DFT_MODEL = "catml_dft"
ORDER = ("ours", "published", "baseline")
UNCERTAINTY_TITLES = {
    "miscalibration_area": "miscalibration area",
    "ence": "ENCE",
    "sharpness": "sharpness / eV",
    "dispersion": "dispersion",
    "negative_log_likelihood": "NLL",
    "error_correlation": "Spearman of error and std",
}


@dataclass(frozen=True, eq=False)
class Findings:
    """What a benchmark found.

    Attributes
    ----------
    table
        One row per cell; see `catml.validation.benchmark_results.results_table`.
    uncertainty, coverage
        See `catml.validation.benchmark_uncertainty`.
    left_out
        What was not measured.
    """

    table: pd.DataFrame
    uncertainty: pd.DataFrame
    coverage: pd.DataFrame
    left_out: tuple[LeftOut, ...] = ()


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
            rank = rows["kind"].map({kind: place for place, kind in enumerate(ORDER)})
            rows = rows.assign(rank=rank).sort_values(["rank", "mae"], ignore_index=True)
            blocks.append((data, split, rows.drop(columns="rank")))
    return blocks


def split_title(split: str, rows: pd.DataFrame) -> str:
    """Return what is held out, how often, and how many rows."""
    n, folds = int(rows["n"].iloc[0]), int(rows["n_folds"].iloc[0])
    counted = f"n = {n:,}" + (f" in {int(rows['n_groups'].iloc[0]):,} groups" * (split != "random"))
    if split in DIRECTIONS:
        how = f"{counted}, trained on {rows['n_train'].iloc[0]:.0f}"
    else:
        how = f"{folds} folds, {counted}"
    return f"{SPLIT_TITLES[split]} ({how})"


def interval_text(row: Mapping[Any, Any] | pd.Series, metric: str) -> str:
    """Return a value with its interval, shares as percentages; empty where there is none."""
    value, low, high = (row[metric + ending] for ending in ("", "_low", "_high"))
    if pd.isna(value):
        return ""
    if metric == "coverage_90":
        return share_text(value, low, high)
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def share_text(value: float, low: float, high: float) -> str:
    """Return a share with its interval in percent.

    Examples
    --------
    >>> share_text(0.9, 0.851, 0.949)
    '90 % [85, 95]'
    """
    return f"{100 * value:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"


@dataclass(frozen=True, eq=False)
class SplitSummary:
    """The short of one dataset and split.

    Attributes
    ----------
    data, split
        Their keys.
    rows
        All models.
    best
        ``"catml"`` and ``"catml_dft"`` (these models, chosen before), ``"published"`` and
        ``"baseline"`` (the best of their kind on these very rows, seen afterwards) → row of the
        table; without those not measured.
    """

    data: str
    split: str
    rows: pd.DataFrame
    best: Mapping[str, pd.Series]


def split_summaries(table: pd.DataFrame) -> list[SplitSummary]:
    """Return the short of every dataset and split."""
    summaries = []
    for data, split, rows in split_blocks(table):
        best = {}
        for name in (DEFAULT_MODEL, DFT_MODEL):
            of_model = rows[rows["model"] == name]
            if len(of_model):
                best[name] = of_model.iloc[0]
        for kind in ("published", "baseline"):
            of_kind = rows[rows["kind"] == kind]
            if len(of_kind):
                best[kind] = of_kind.iloc[0]
        summaries.append(SplitSummary(data, split, rows, best))
    return summaries


def verdicts(table: pd.DataFrame) -> list[str]:
    """Say against how many of the best recipes and baselines catml's error is smaller, and not."""
    lines = []
    summaries = split_summaries(table)
    for kind, words in (("published", "published recipe"), ("baseline", "naive baseline")):
        both = [item for item in summaries if {DEFAULT_MODEL, kind} <= set(item.best)]
        if not both:
            continue
        lost = [
            f"`{item.data}`, {SPLIT_TITLES[item.split]} ({item.best[kind]['model']})"
            for item in both
            if item.best[kind]["mae"] <= item.best[DEFAULT_MODEL]["mae"]
        ]
        line = (
            f"catml as it comes has a smaller mean absolute error than the best {words} on "
            f"{len(both) - len(lost)} of {len(both)} pairs of dataset and split"
        )
        lines.append(line + (f"; not on {'; '.join(lost)}." if lost else "."))
    return lines


def published_on(data: str) -> str:
    """Say what was published on the same calculations, also by systems that do not run here."""
    rows = published_results()
    rows = rows[(rows["data"] == data) & rows["value_ev"].notna()]
    figures = [
        f"{system} {', '.join(map(figure_text, group.to_dict(orient='records')))} ({protocol})"
        for (system, protocol), group in rows.groupby(["system", "protocol"], sort=False)
    ]
    if not figures:
        return "Nothing was published on the same calculations with an error to compare."
    return f"Published on the same calculations, in eV: {'; '.join(figures)}."


def figure_text(row: Mapping[Any, Any]) -> str:
    """Return a published figure with its kind; a dash where there is none."""
    if pd.isna(row["value_ev"]):
        return "–"
    kind = row["metric"].upper() if row["metric"] != "error" else "error"
    return f"{kind} {row['value_ev']:.3g}"


def floor_in_short() -> str:
    """Return the noise floor in few words."""
    return f"Noise floor of DFT: MAE {NOISE_FLOOR_MAE_EV}, RMSE {NOISE_FLOOR_RMSE_EV}."


def floor_text() -> str:
    """Return what no model can be held below."""
    return (
        f"Noise floor: two DFT codes and functionals differ by {NOISE_FLOOR_MAE_EV} eV (MAE; RMSE "
        f"{NOISE_FLOOR_RMSE_EV} eV) on 35 energies of CO and H on pure metals."
    )


def uncertainty_rows(findings: Findings, data: str, model: str) -> pd.DataFrame:
    """Return the uncertainty of a model on every split of a dataset, as text.

    Returns
    -------
    DataFrame
        ``held out``, ``n``, ``inside 90 %``, ``width / eV`` and the measures of
        `UNCERTAINTY_TITLES`; without rows where the model was not measured.
    """
    rows = []
    for key, split, block in split_blocks(findings.table):
        of_model = block[block["model"] == model]
        if key != data or of_model.empty:
            continue
        scores = of_model.iloc[0]
        measures = _of(findings.uncertainty, data, split, model).set_index("metric")
        if measures.empty:
            continue
        row = {
            "held out": SPLIT_TITLES[split],
            "n": f"{int(scores['n']):,}",
            "inside 90 %": interval_text(scores, "coverage_90"),
            "width / eV": f"{scores['interval_width']:.3f}",
        }
        for metric, title in UNCERTAINTY_TITLES.items():
            ends = measures.loc[metric, ["value", "low", "high"]].to_numpy(dtype=float)
            value, low, high = (float(end) for end in ends)
            row[title] = "–" if pd.isna(value) else f"{value:.3f} [{low:.3f}, {high:.3f}]"
        rows.append(row)
    return pd.DataFrame(rows)


def coverage_rows(findings: Findings, data: str, model: str, kinds: Sequence[str]) -> pd.DataFrame:
    """Return the share inside the 90 % interval: one row per label, one column per split.

    Labels that all rows have in common say nothing of their own and are left out.
    """
    table = findings.coverage
    table = table[(table["data"] == data) & (table["model"] == model) & table["kind"].isin(kinds)]
    table = table[table.groupby("kind")["label"].transform("nunique") > 1]
    splits = [split for key, split, _ in split_blocks(findings.table) if key == data]
    rows = []
    for kind in kinds:
        of_kind = table[table["kind"] == kind]
        for label in sorted(set(of_kind["label"])):
            of_label = of_kind[of_kind["label"] == label].set_index("split")
            shares = {
                SPLIT_TITLES[split]: _coverage_text(of_label.loc[split])
                if split in of_label.index
                else "–"
                for split in splits
            }
            rows.append({"rows of": f"{kind} {label}", **shares})
    return pd.DataFrame(rows)


def least_covered(findings: Findings, data: str, split: str, model: str) -> dict[str, str]:
    """Return the least covered label of every kind, with its share and number of rows.

    Labels that all rows have in common are left out.
    """
    table = _of(findings.coverage, data, split, model)
    n = _of(findings.table, data, split, model)["n"].max()
    first = table[table["n"] < n].drop_duplicates("kind")
    return {
        str(row["kind"]): f"{row['label']} {_coverage_text(row)}" for _, row in first.iterrows()
    }


def _coverage_text(row: pd.Series) -> str:
    return f"{share_text(row['value'], row['low'], row['high'])} of {int(row['n']):,}"


def _of(table: pd.DataFrame, data: str, split: str, model: str) -> pd.DataFrame:
    return table[(table["data"] == data) & (table["split"] == split) & (table["model"] == model)]


def left_out_lines(left_out: Sequence[LeftOut]) -> list[str]:
    """Say once for every dataset, model and reason which splits are not measured."""
    gathered: dict[tuple[str, str], dict[str, list[str]]] = {}
    for item in left_out:
        models = gathered.setdefault((item.data, item.reason), {})
        models.setdefault(item.model, []).append(item.split)
    lines = []
    for (data, reason), models in gathered.items():
        every = {split for splits in models.values() for split in splits}
        alike = all(set(splits) == every for splits in models.values())
        if every == set(DATA[data].splits) and alike:
            names = f"{', '.join(models)} (every split)"
        elif alike:
            names = f"{', '.join(models)} ({', '.join(sorted(every))})"
        else:
            names = "; ".join(f"{name} ({', '.join(splits)})" for name, splits in models.items())
        lines.append(f"- `{data}`: {names}: {reason.rstrip('.')}.")
    return lines
