"""The rows a model learns from: which of a table they are, and what is remembered of them."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from catml.errors import AlignmentError, ModelError
from catml.models.inputs import complete_table

SITE_IDENTITY = ("surface", "site", "site_kind", "site_subtype", "site_atoms")
_FEWEST_ROWS = 10
_NEEDED = ("adsorbate", "reference", "functional", "energy_ev")


@dataclass(frozen=True)
class TrainingFacts:
    """What a model was trained on.

    Attributes
    ----------
    n_rows
        Rows learned from.
    n_left_out
        Rows of the given table not learned from, by status.
    elements
        Elements of the training surfaces, sorted.
    sources
        Dataset → number of rows.
    reference, functional
        What the energies stand against.
    checksum
        SHA-256 of the energies, sites and sources of the training rows.
    regressor, descriptors
        Names of the regressor and of the kind of descriptors, also where they were chosen by the
        number of rows.
    alignment
        Offsets applied when the table was loaded, as in its ``attrs``.
    """

    n_rows: int
    n_left_out: dict[str, int]
    elements: tuple[str, ...]
    sources: dict[str, int]
    reference: str
    functional: str
    checksum: str
    regressor: str
    descriptors: str
    alignment: tuple[dict[str, Any], ...] = ()


def usable_rows(table: pd.DataFrame, *, adsorbate: str, groups: str) -> pd.DataFrame:
    """Return the rows to learn from as a complete site table, or say why they cannot be.

    Raises
    ------
    AlignmentError
        If the rows are of several functionals or reference species.
    ModelError
        If the table is of another adsorbate, lacks columns or has too few usable rows.
    """
    if not isinstance(table, pd.DataFrame):
        raise ModelError(
            f"A model is fitted to a table, not to {type(table).__name__}; give a DataFrame, such "
            f'as load_dataset("{adsorbate}").'
        )
    missing = [name for name in (*_NEEDED, groups) if name not in table]
    if missing:
        raise ModelError(
            f"The table has no column {', '.join(missing)}; fitting needs "
            f"{', '.join(_NEEDED)} and the groups {groups!r}."
        )
    others = sorted(set(table["adsorbate"].dropna().astype(str)) - {adsorbate})
    if others:
        raise ModelError(
            f"The model is of {adsorbate}, the table also has {', '.join(others)}; keep "
            f"the rows whose adsorbate is {adsorbate}."
        )
    rows = table
    if "status" in table:
        rows = table[table["status"] == "ok"]
    _refuse_gaps(rows)
    for column, what in (("functional", "functionals"), ("reference", "reference species")):
        values = sorted(set(rows[column]))
        if len(values) > 1:
            raise AlignmentError(
                f"The table mixes energies of several {what}: {', '.join(values)}. Bring them "
                f'to one with load_dataset("{adsorbate}", align="{values[0]}").'
                if column == "functional"
                else f"The table mixes energies of several {what}: {', '.join(values)}. Keep "
                "the rows of one of them."
            )
    if len(rows) < _FEWEST_ROWS:
        raise ModelError(
            f"The table has {len(rows)} usable rows of {len(table)}; fitting needs at least "
            f"{_FEWEST_ROWS} rows with status ok."
        )
    return complete_table(rows)


def _refuse_gaps(rows: pd.DataFrame) -> None:
    """Refuse rows that do not state what they are, or whose energy is no finite number."""
    for column in ("adsorbate", "reference", "functional"):
        _refuse_where(rows[column].isna(), f"No {column} stands", "state it")
    energy_ev = pd.to_numeric(rows["energy_ev"], errors="coerce").astype(np.float64)
    _refuse_where(~(energy_ev.abs() < np.inf), "No finite energy_ev stands", "give it")


def _refuse_where(bad: "pd.Series[bool]", what: str, remedy: str) -> None:
    if bad.any():
        raise ModelError(
            f"{what} in {bad.sum()} of {len(bad)} rows of the table, the first of them with the "
            f"index {bad.idxmax()!r}; {remedy}, or remove them."
        )


def training_facts(
    table: pd.DataFrame, rows: pd.DataFrame, *, regressor: str, descriptors: str
) -> TrainingFacts:
    """What the usable rows of a table are, and the names of what learned from them."""
    left_out: dict[str, int] = {}
    if "status" in table:
        counts = table.loc[table["status"] != "ok", "status"].value_counts()
        left_out = {str(status): int(n) for status, n in counts.items()}
    sources = {}
    if "source" in rows:
        sources = {str(key): int(n) for key, n in rows["source"].value_counts().items()}
    return TrainingFacts(
        n_rows=len(rows),
        n_left_out=left_out,
        elements=tuple(sorted({e for text in rows["elements"] for e in text.split("-")})),
        sources=sources,
        reference=str(rows["reference"].iloc[0]),
        functional=str(rows["functional"].iloc[0]),
        checksum=_checksum(rows),
        regressor=regressor,
        descriptors=descriptors,
        alignment=tuple(table.attrs.get("alignment", ())),
    )


def _checksum(rows: pd.DataFrame) -> str:
    wanted = ("source", "row", *SITE_IDENTITY, "same_layer", "sublayer", "energy_ev")
    text = rows[[name for name in wanted if name in rows]].to_csv(index=False)
    return hashlib.sha256(text.encode()).hexdigest()
