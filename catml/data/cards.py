"""Data cards: what a table holds, where it comes from, and what to know before using it.

One YAML file beside each table. A card is checked when it is read, and `check_dataset` holds it
against the table: checksum, counts and every cell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field

from catml.data.card_files import (
    CardCheck,
    list_card_keys,
    not_known,
    read_card_file,
    table_contradictions,
    write_card_file,
)
from catml.data.checks import find_problems
from catml.data.schema import Status
from catml.data.table_files import read_text_table
from catml.errors import DatasetError
from catml.resources import shipped_folder
from catml.yaml_files import Section


class Paper(Section):
    """A publication the energies come from."""

    authors: str
    title: str
    journal: str
    year: int
    doi: str


class Licence(Section):
    """What is known of the terms: a name or "none stated", and where that is said."""

    name: str
    statement: str


class DatasetCard(Section):
    """The card of one table.

    Attributes
    ----------
    key, title, table, sha256
        Name of the dataset, one line, file name of the table beside the card, its checksum.
    papers, licence, citation
        Source, terms, and the sentence to cite.
    functional, code, coverage, facets
        How the energies were computed and on which surfaces; facets as text, leading zeros kept.
    references
        Reference species of each adsorbate.
    rows, statuses, adsorbates
        Number of rows in all, per status and per adsorbate.
    derivations, caveats
        What was derived rather than copied, and what to know before using the rows.
    """

    key: Annotated[str, Field(pattern=r"[a-z][a-z0-9_-]*$")]
    title: str
    table: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    papers: Annotated[tuple[Paper, ...], Field(strict=False)]
    licence: Licence
    citation: str
    functional: str
    code: str
    coverage: str
    facets: Annotated[tuple[str, ...], Field(strict=False)]
    references: dict[str, str]
    rows: int
    statuses: dict[str, int]
    adsorbates: dict[str, int]
    derivations: Annotated[tuple[str, ...], Field(strict=False)] = ()
    caveats: Annotated[tuple[str, ...], Field(strict=False)] = ()


def dataset_folder(folder: str | Path | None = None) -> Path:
    """Return the folder of tables and cards: the given one, or the shipped one.

    Raises
    ------
    DatasetError
        If the given one is no folder.
    """
    home = shipped_folder("datasets") if folder is None else Path(folder)
    if not home.is_dir():
        raise DatasetError(
            f"{str(home)!r} is no folder; give one that holds tables and their cards"
        )
    return home


def list_datasets(folder: str | Path | None = None) -> tuple[str, ...]:
    """Return the keys of all datasets of a folder, sorted.

    Examples
    --------
    >>> list_datasets()
    ('gaspy2018', 'ma2015', 'mamun2019', 'xu2022')
    """
    return list_card_keys(dataset_folder(folder))


def read_card(key: str, folder: str | Path | None = None) -> DatasetCard:
    """Return the card of a dataset.

    Raises
    ------
    DatasetError
        If there is no such dataset, or its card is not complete.
    """
    known = list_datasets(folder)
    if key not in known:
        raise not_known("dataset", key, known)
    return read_card_file(DatasetCard, dataset_folder(folder) / f"{key}.yaml")


def write_card(card: DatasetCard, folder: str | Path) -> Path:
    """Write a card beside its table and return its path."""
    return write_card_file(card, Path(folder) / f"{card.key}.yaml")


def check_dataset(key: str, folder: str | Path | None = None) -> CardCheck[DatasetCard]:
    """Hold a dataset's table against the schema and its card.

    Raises
    ------
    DatasetError
        If the dataset does not exist or its table cannot be read.
    """
    card = read_card(key, folder)
    path = dataset_folder(folder) / card.table
    cells = read_text_table(path)
    problems = table_contradictions(card, path, cells, find_problems(cells))
    for name, counts in (("status", card.statuses), ("adsorbate", card.adsorbates)):
        if name in cells:
            counted = {str(value): int(n) for value, n in cells[name].value_counts().items()}
            if counted != counts:
                problems.append(f"{name} counts are {counted}; the card says {counts}")
    if {"adsorbate", "reference"} <= set(cells):
        problems += _reference_contradictions(cells, card)
    unknown = set(card.statuses) - {status.value for status in Status}
    if unknown:
        problems.append(f"the card counts statuses that do not exist: {sorted(unknown)}")
    return CardCheck(card, tuple(problems))


def _reference_contradictions(cells: pd.DataFrame, card: DatasetCard) -> list[str]:
    problems = []
    for adsorbate, rows in cells.groupby("adsorbate"):
        references = set(rows["reference"])
        if references != {card.references.get(str(adsorbate))}:
            problems.append(
                f"references of {adsorbate} are {sorted(references)}; the card says "
                f"{card.references.get(str(adsorbate))!r}"
            )
    return problems
