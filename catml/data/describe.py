"""Showing datasets to people: a table of all of them, and one card as text."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pandas as pd

from catml.data.cards import list_datasets, read_card
from catml.data.schema import Status

_WIDTH = 88


def datasets_table(folder: str | Path | None = None) -> pd.DataFrame:
    """Return all datasets of a folder, one row each: what they hold and how much of it is usable.

    Examples
    --------
    >>> datasets_table()["dataset"].tolist()
    ['gaspy2018', 'ma2015', 'mamun2019', 'xu2022']
    """
    cards = [read_card(key, folder) for key in list_datasets(folder)]
    return pd.DataFrame(
        {
            "dataset": [card.key for card in cards],
            "rows": [card.rows for card in cards],
            "ok_rows": [card.statuses.get(Status.OK.value, 0) for card in cards],
            "adsorbates": [", ".join(card.adsorbates) for card in cards],
            "functional": [card.functional for card in cards],
            "licence": [card.licence.name for card in cards],
            "title": [card.title for card in cards],
        }
    )


def describe_dataset(key: str, folder: str | Path | None = None) -> str:
    """Return a dataset's card as text, with the meaning of every status that occurs.

    Raises
    ------
    DatasetError
        If there is no such dataset, or its card is not complete.
    """
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
    text = "\n".join(textwrap.fill(part, _WIDTH, subsequent_indent="  ") for part in parts)
    for title, lines in (
        ("Papers", papers),
        ("Adsorbates", adsorbates),
        ("Rows by status", statuses),
        ("Derived, not copied", card.derivations),
        ("Know before use", card.caveats),
    ):
        text += f"\n\n{title}"
        for line in lines:
            text += "\n" + textwrap.fill(
                line, _WIDTH, initial_indent="  - ", subsequent_indent="    "
            )
    return text
