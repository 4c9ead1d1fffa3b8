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
    TableCard,
    check_table,
    list_card_keys,
    read_card_file,
    write_card_file,
)
from catml.data.checks import find_problems
from catml.data.schema import Status
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


class DatasetCard(TableCard):
    """The card of one table of adsorption energies; see also `TableCard`.

    Attributes
    ----------
    papers
        Where the energies come from.
    coverage, facets
        On which surfaces they were computed; facets as text, leading zeros kept.
    references
        Reference species of each adsorbate.
    statuses, adsorbates
        Number of rows per status and per adsorbate.
    derivations, caveats
        What was derived rather than copied, and what to know before using the rows.
    """

    papers: Annotated[tuple[Paper, ...], Field(strict=False)]
    coverage: str
    facets: Annotated[tuple[str, ...], Field(strict=False)]
    references: dict[str, str]
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
    return read_card_file(DatasetCard, key, dataset_folder(folder), what="dataset")


def write_card(card: DatasetCard, folder: str | Path) -> Path:
    """Write a card beside its table and return its path."""
    return write_card_file(card, Path(folder))


def check_dataset(key: str, folder: str | Path | None = None) -> CardCheck[DatasetCard]:
    """Hold a dataset's table against the schema and its card.

    Raises
    ------
    DatasetError
        If the dataset does not exist or its table cannot be read.
    """
    return check_table(
        read_card(key, folder),
        dataset_folder(folder),
        find_problems=find_problems,
        contradictions=_contradictions,
    )


def _contradictions(cells: pd.DataFrame, card: DatasetCard) -> list[str]:
    problems = []
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
    return problems


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
