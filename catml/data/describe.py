"""Showing datasets to people, adsorption tables and d bands alike: all of them, and one card."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from catml.data.card_files import CardCheck, not_known
from catml.data.card_text import card_text
from catml.data.cards import DatasetCard, check_dataset, list_datasets, read_card
from catml.data.d_band_cards import (
    DBandCard,
    check_d_band_table,
    list_d_band_tables,
    read_d_band_card,
)
from catml.data.describe_d_bands import describe_d_band_table
from catml.data.schema import Status


def datasets_table(folder: str | Path | None = None) -> pd.DataFrame:
    """Return all datasets of a folder, one row each: what they hold and how much of it is usable.

    Examples
    --------
    >>> datasets_table()["dataset"].tolist()[:4]
    ['gaspy2018', 'ma2015', 'mamun2019', 'xu2022']
    """
    rows = []
    for key in list_datasets(folder):
        card = read_card(key, folder)
        usable = card.statuses.get(Status.OK.value, 0)
        held = ", ".join(card.adsorbates)
        rows.append((key, "adsorption", card.rows, usable, held, *_common(card)))
    for key in list_d_band_tables(folder):
        bands = read_d_band_card(key, folder)
        rows.append((key, "d bands", bands.rows, bands.rows, "", *_common(bands)))
    return pd.DataFrame(
        rows,
        columns=[
            "dataset",
            "kind",
            "rows",
            "ok_rows",
            "adsorbates",
            "functional",
            "licence",
            "title",
        ],
    )


def _common(card: DatasetCard | DBandCard) -> tuple[str, str, str]:
    return card.functional, card.licence.name, card.title


def check_any_dataset(
    key: str, folder: str | Path | None = None
) -> CardCheck[DatasetCard] | CardCheck[DBandCard]:
    """Hold the table of an adsorption or d-band dataset against its schema and card.

    Raises
    ------
    DatasetError
        If there is no such dataset or its table cannot be read.
    """
    if _is_d_bands(key, folder):
        return check_d_band_table(key, folder)
    return check_dataset(key, folder)


def _is_d_bands(key: str, folder: str | Path | None) -> bool:
    adsorption, d_bands = list_datasets(folder), list_d_band_tables(folder)
    if key not in (*adsorption, *d_bands):
        raise not_known("dataset", key, (*adsorption, *d_bands))
    return key in d_bands


def describe_dataset(key: str, folder: str | Path | None = None) -> str:
    """Return a dataset's card as text, with the meaning of every status that occurs.

    Raises
    ------
    DatasetError
        If there is no such dataset, or its card is not complete.
    """
    if _is_d_bands(key, folder):
        return describe_d_band_table(key, folder)
    card = read_card(key, folder)
    papers = [
        f"{paper.authors} ({paper.year}). {paper.title}. {paper.journal}. doi:{paper.doi}"
        for paper in card.papers
    ]
    statuses = [
        f"{status}: {number} - {Status(status).meaning}" for status, number in card.statuses.items()
    ]
    adsorbates = [
        f"{name}: {number} rows, against {card.references[name]}"
        for name, number in card.adsorbates.items()
    ]
    parts = [
        f"{card.key}: {card.title}",
        f"{card.rows} rows in {card.table}",
        f"Functional: {card.functional}. Code: {card.code}.",
        f"Coverage: {card.coverage}. Facets: {', '.join(card.facets) or 'not given'}.",
        f"Licence: {card.licence.name}. {card.licence.statement}",
    ]
    return card_text(
        parts,
        (
            ("Papers", papers),
            ("Adsorbates", adsorbates),
            ("Rows by status", statuses),
            ("Derived, not copied", card.derivations),
            ("Know before use", card.caveats),
        ),
    )
