"""The rows of the document's tables: numbers turned into text, with their value for sorting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from catml.errors import DatasetError
from catml.report.language import (
    describe_site,
    describe_surface,
    interval,
    number,
    percent,
    words,
)
from catml.report.style import typeset_surface
from catml.report.tables import RANKED_COLUMNS, SCORE_COLUMNS, records, require_columns

_ACTIVITY = ("log10_activity", "log10_activity_lower", "log10_activity_upper")
_EXAMPLES = 4
_MEASURE = r" \([\d.]+ times the usual (?:distance|limit)\)"


@dataclass(frozen=True)
class CandidateRow:
    """One candidate as the document shows it; `probability` is 0…1 or NaN, for the bar."""

    rank: int
    surface: str
    name: str
    words: str
    energy: str
    energy_ev: float
    bounds: tuple[str, str]
    site: str
    probability: float
    probability_text: str
    activity: str
    activity_value: float
    origin: str


def candidate_rows(table: pd.DataFrame, *, what: str) -> list[CandidateRow]:
    """Return the rows of a table of candidates, in its order.

    Raises
    ------
    DatasetError
        When the table lacks a column.
    """
    require_columns(table, (*RANKED_COLUMNS, *_ACTIVITY), what=what)
    return [_candidate_row(rank, row) for rank, row in enumerate(records(table), start=1)]


def _candidate_row(rank: int, row: Mapping[str, Any]) -> CandidateRow:
    kind, subtype, atoms = (
        "" if pd.isna(row.get(name, "")) else str(row.get(name, ""))
        for name in ("site_kind", "site_subtype", "site_atoms")
    )
    value, low, high = (float(row[name]) for name in _ACTIVITY)
    return CandidateRow(
        rank=rank,
        surface=row["surface"],
        name=typeset_surface(row["surface"]),
        words=describe_surface(row["surface"]),
        energy=interval(row["energy_ev"], row["lower_ev"], row["upper_ev"]),
        energy_ev=row["energy_ev"],
        bounds=(number(row["lower_ev"]), number(row["upper_ev"])),
        site=describe_site(kind, subtype, atoms) if kind else str(row.get("best_site", "–")),
        probability=row["probability_in_window"],
        probability_text=percent(row["probability_in_window"]),
        activity=interval(value, low, high, digits=1),
        activity_value=value,
        origin=row["origin"],
    )


@dataclass(frozen=True)
class ScoreTable:
    """Scores, one row per split: its words, n with groups, and one (value, interval) per metric."""

    metrics: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]


def score_table(scores: pd.DataFrame) -> ScoreTable:
    """Return the scores with one row per split and one column per metric.

    Raises
    ------
    DatasetError
        When the table lacks a column, or shows the random split without a grouped one.
    """
    require_columns(scores, SCORE_COLUMNS, what="score")
    splits = list(dict.fromkeys(scores["split"]))
    if splits == ["random"]:
        raise DatasetError(
            "the score table has the random split only, which flatters the model; add a grouped "
            "split (composition, host, family)"
        )
    metrics = list(dict.fromkeys(scores["metric"]))
    units = {row["metric"]: _unit(row["unit"]) for row in records(scores)}
    headings = tuple(
        words().get(f"metric_{metric.lower()}", metric)
        + (f" / {units[metric]}" if units[metric] else "")
        for metric in metrics
    )
    return ScoreTable(headings, tuple(_score_row(scores, split, metrics) for split in splits))


def _unit(unit: Any) -> str:
    return "" if pd.isna(unit) or unit in ("1", "fraction", "-") else str(unit)


def _score_row(
    scores: pd.DataFrame, split: str, metrics: list[str]
) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    here = {row["metric"]: row for row in records(scores[scores["split"] == split])}
    first = next(iter(here.values()))
    count, groups = f"{int(first['n']):,}", first.get("n_groups")
    if groups is not None and not pd.isna(groups) and split != "random":
        count += f" in {int(groups):,} {words()['column_groups']}"
    cells = tuple(_score_cell(here.get(metric)) for metric in metrics)
    return words().get(f"split_{split}", split), count, cells


def _score_cell(row: Mapping[str, Any] | None) -> tuple[str, str]:
    if row is None:
        return "–", ""
    texts = [_score_text(row[name], row) for name in ("value", "low", "high")]
    return texts[0], "" if pd.isna(row["low"]) else f"[{texts[1]}, {texts[2]}]"


def _score_text(value: float, row: Mapping[str, Any]) -> str:
    if str(row["metric"]).lower().startswith("coverage"):
        return "–" if pd.isna(value) else f"{100 * value:.1f} %"
    return number(value, 3)


@dataclass(frozen=True)
class ExtrapolationRow:
    """Extrapolated candidates that share a reason."""

    reason: str
    count: int
    listed: int
    examples: str


def extrapolation_rows(candidates: pd.DataFrame, shortlist: pd.DataFrame) -> list[ExtrapolationRow]:
    """Return the extrapolated candidates by reason, the most frequent reason first."""
    outside = candidates[candidates["origin"] == "extrapolated"]
    given = outside.get("domain_reason", pd.Series("", index=outside.index)).fillna("")
    # How many times too much it is differs from row to row; the kind of reason does not.
    kinds = given.astype(str).str.replace(_MEASURE, "", regex=True)
    reasons = kinds.replace("", words()["reason_unknown"])
    listed = set(shortlist["surface"])
    rows = []
    for reason, part in outside.groupby(reasons, sort=True):
        names = list(part["surface"])
        rows.append(
            ExtrapolationRow(
                reason=str(reason),
                count=len(names),
                listed=sum(name in listed for name in names),
                examples=", ".join(typeset_surface(name) for name in names[:_EXAMPLES]),
            )
        )
    return sorted(rows, key=lambda row: -row.count)
