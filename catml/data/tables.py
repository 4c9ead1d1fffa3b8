"""Loading adsorption tables, by dataset or by adsorbate, with what the energies stand against.

Adsorbate, reference and functional are columns, so no operation on a table can lose them; what
they are for the table as a whole, and every offset applied, is in ``table.attrs`` and, since
pandas drops attributes freely, also in the `TableFacts` of `table_facts`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from catml.data.alignment import align_tables, require_one_reference
from catml.data.cards import dataset_folder, list_datasets, read_card
from catml.data.d_band_cards import list_d_band_tables
from catml.data.schema import Status
from catml.data.table_files import read_text_table, typed_table
from catml.errors import DatasetError

MOST_ROWS: Literal["most-rows"] = "most-rows"


@dataclass(frozen=True)
class TableFacts:
    """What a table's energies stand against.

    Attributes
    ----------
    adsorbates
        Adsorbates present, sorted.
    references
        Reference species of each adsorbate.
    functionals
        Functionals present; one unless the table was loaded unaligned.
    sources
        Dataset keys present and their numbers of rows.
    """

    adsorbates: tuple[str, ...]
    references: dict[str, str]
    functionals: tuple[str, ...]
    sources: dict[str, int]


def table_facts(table: pd.DataFrame) -> TableFacts:
    """Return what a table's energies stand against, read from its columns.

    Raises
    ------
    AlignmentError
        If one adsorbate has rows of several reference species.
    DatasetError
        If a needed column is missing.
    """
    needed = ("adsorbate", "reference", "functional", "source")
    missing = [name for name in needed if name not in table]
    if missing:
        raise DatasetError(
            f"the table has no column {', '.join(missing)}; a dataset table needs "
            f"{', '.join(needed)}"
        )
    require_one_reference(table)
    return TableFacts(
        adsorbates=tuple(sorted(set(table["adsorbate"]))),
        references={
            str(adsorbate): str(rows.iloc[0])
            for adsorbate, rows in table.groupby("adsorbate")["reference"]
        },
        functionals=tuple(sorted(set(table["functional"]))),
        sources={str(key): int(n) for key, n in table["source"].value_counts().items()},
    )


def load_dataset(
    name: str,
    *,
    align: str | None = MOST_ROWS,
    status: Sequence[str] | None = (Status.OK.value,),
    adsorbate: str | None = None,
    folder: str | Path | None = None,
) -> pd.DataFrame:
    """Return an adsorption table by dataset key (``mamun2019``) or adsorbate (``CO``).

    Parameters
    ----------
    name
        A dataset key, or an adsorbate; an adsorbate joins every dataset that has it.
    align
        Functional whose scale joined tables are brought to (see `catml.data.alignment`); by
        default the one most rows already have. None keeps the functionals apart.
    status
        Which rows to keep; None keeps all. Offsets are always fitted on the ok rows.
    adsorbate
        Keep one adsorbate of a dataset that has several.
    folder
        Folder of tables and cards; the shipped ones by default.

    Returns
    -------
    DataFrame
        One row per calculation, all columns of `catml.data.schema.COLUMNS`. ``attrs`` hold
        ``name``, ``adsorbate``, ``reference``, ``functional`` (each None where there are
        several), ``alignment`` (the offsets applied) and ``citations``.

    Raises
    ------
    DatasetError
        If there is no such dataset, adsorbate or status.
    AlignmentError
        If the tables cannot be brought to one functional.

    Examples
    --------
    >>> table = load_dataset("N")
    >>> table.attrs["reference"], table.attrs["functional"]
    ('1/2 N2(g)', 'BEEF-vdW')
    """
    keys, wanted = _resolve(name, adsorbate, folder)
    kept = _statuses(status)
    tables = [_read(str(dataset_folder(folder)), key) for key in keys]
    if wanted is not None:
        tables = [table[table["adsorbate"] == wanted] for table in tables]
    functionals = sorted({value for table in tables for value in table["functional"]})
    offsets: list[dict[str, Any]] = []
    if align is None or (len(functionals) == 1 and align in (MOST_ROWS, functionals[0])):
        joined = pd.concat(tables, ignore_index=True)
        require_one_reference(joined)
    else:
        target = _majority(tables) if align == MOST_ROWS else align
        joined, fitted = align_tables(tables, functional=target)
        offsets = [record for offset in fitted for record in offset.records()]
    if kept is not None:
        joined = joined[joined["status"].isin(kept)]
    joined = joined.reset_index(drop=True)
    joined.attrs.update(_attributes(name, joined, offsets))
    joined.attrs["citations"] = {key: read_card(key, folder).citation for key in keys}
    return joined


def keep_datasets(
    table: pd.DataFrame, keys: Sequence[str], *, folder: str | Path | None = None
) -> pd.DataFrame:
    """Return the rows of some of the datasets that a table of one adsorbate is joined from.

    Parameters
    ----------
    table
        As `load_dataset` returns it; its ``attrs`` stay, less the offsets of datasets left out.
    keys
        Datasets to keep.
    folder
        As for `load_dataset`.

    Raises
    ------
    DatasetError
        If a dataset does not hold the adsorbate.
    """
    adsorbate = table.attrs["adsorbate"]
    held = adsorbates_by_dataset(folder)
    holding = [key for key, adsorbates in held.items() if adsorbate in adsorbates]
    for key in keys:
        if key not in holding:
            raise DatasetError(f"{key!r} holds no {adsorbate}; those that do: {', '.join(holding)}")
    attributes = dict(table.attrs)
    kept = table[table["source"].isin(keys)].reset_index(drop=True)
    kept.attrs.update(attributes)
    kept.attrs["alignment"] = [
        offset for offset in attributes["alignment"] if offset["source"] in keys
    ]
    return kept


def adsorbates_by_dataset(folder: str | Path | None = None) -> dict[str, tuple[str, ...]]:
    """Return the adsorbates of each dataset, as its card counts them."""
    return {key: tuple(read_card(key, folder).adsorbates) for key in list_datasets(folder)}


def _resolve(
    name: str, adsorbate: str | None, folder: str | Path | None
) -> tuple[list[str], str | None]:
    """Return the dataset keys to read and the adsorbate to keep."""
    held = adsorbates_by_dataset(folder)
    labels = sorted({label for labels in held.values() for label in labels})
    if name in held:
        if adsorbate is not None and adsorbate not in held[name]:
            raise DatasetError(
                f"dataset {name!r} has no adsorbate {adsorbate!r}; it has {', '.join(held[name])}"
            )
        return [name], adsorbate
    if name in labels:
        if adsorbate not in (None, name):
            raise DatasetError(
                f"{name!r} is an adsorbate already; adsorbate={adsorbate!r} contradicts it"
            )
        return [key for key in held if name in held[key]], name
    if name in list_d_band_tables(folder):
        raise DatasetError(
            f"{name!r} holds d bands, no adsorption energies; load it by "
            f"catml.load_d_bands({name!r})"
        )
    close = difflib.get_close_matches(name, [*held, *labels], n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    raise DatasetError(
        f"{name!r} is neither a dataset nor an adsorbate{hint} Datasets: {', '.join(held)}. "
        f"Adsorbates: {', '.join(labels)}"
    )


def _statuses(status: Sequence[str] | None) -> tuple[str, ...] | None:
    if status is None:
        return None
    chosen = (status,) if isinstance(status, str) else tuple(str(value) for value in status)
    known = [value.value for value in Status]
    unknown = [value for value in chosen if value not in known]
    if unknown:
        raise DatasetError(
            f"status {', '.join(map(repr, unknown))} does not exist; allowed: {', '.join(known)}"
        )
    return chosen


@lru_cache(maxsize=8)
def _read_cached(folder: str, key: str, modified: float) -> pd.DataFrame:
    card = read_card(key, folder)
    return typed_table(read_text_table(Path(folder) / card.table))


def _read(folder: str, key: str) -> pd.DataFrame:
    card = read_card(key, folder)
    path = Path(folder) / card.table
    modified = path.stat().st_mtime if path.is_file() else 0.0
    return _read_cached(folder, key, modified).copy()


def _majority(tables: Sequence[pd.DataFrame]) -> str:
    counts = pd.concat([table["functional"] for table in tables]).value_counts()
    return str(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[0][0])


def _attributes(name: str, table: pd.DataFrame, offsets: list[dict[str, Any]]) -> dict[str, Any]:
    facts = table_facts(table)

    def single(values: Sequence[str]) -> str | None:
        return values[0] if len(values) == 1 else None

    return {
        "name": name,
        "adsorbate": single(facts.adsorbates),
        "reference": single(tuple(facts.references.values())),
        "references": facts.references,
        "functional": single(facts.functionals),
        "sources": facts.sources,
        "alignment": offsets,
    }
