"""Cards of d-band tables: what was calculated, how, how well converged, and how to do it again.

One YAML file beside each table in the folder ``d_bands`` of the datasets.
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
from catml.data.cards import dataset_folder
from catml.data.d_band_schema import find_d_band_problems
from catml.yaml_files import Section


class ConvergenceTest(Section):
    """One setting made finer, and by how much it moved the top layer's numbers, in eV.

    Attributes
    ----------
    system
        What was calculated.
    change
        The setting changed, and from what to what.
    center_ev, rms_width_ev, work_function_ev
        Finer minus the table's own; the work function is None where it was not compared.
    """

    system: str
    change: str
    center_ev: float
    rms_width_ev: float
    work_function_ev: float | None = None


class DBandCard(TableCard):
    """The card of one d-band table; see also `TableCard`.

    Attributes
    ----------
    recompute
        The command that calculates a row's system again.
    settings
        What else was chosen, one line each.
    systems
        Number of surfaces and bulks.
    elements
        Elements of the rows, sorted.
    windows_ev
        The energy windows, lowest and highest energy from the Fermi level; the first is the one
        that is loaded by default.
    convergence
        What finer settings change.
    caveats
        What to know before using the rows.
    """

    recompute: str
    settings: Annotated[tuple[str, ...], Field(strict=False)]
    systems: int
    elements: Annotated[tuple[str, ...], Field(strict=False)]
    windows_ev: Annotated[
        tuple[Annotated[tuple[float, float], Field(strict=False)], ...], Field(strict=False)
    ]
    convergence: Annotated[tuple[ConvergenceTest, ...], Field(strict=False)] = ()
    caveats: Annotated[tuple[str, ...], Field(strict=False)] = ()


def d_band_folder(folder: str | Path | None = None) -> Path:
    """Return the folder of d-band tables in a folder of datasets, by default the shipped one."""
    return dataset_folder(folder) / "d_bands"


def list_d_band_tables(folder: str | Path | None = None) -> tuple[str, ...]:
    """Return the keys of all d-band tables of a folder of datasets, sorted."""
    return list_card_keys(d_band_folder(folder))


def read_d_band_card(key: str, folder: str | Path | None = None) -> DBandCard:
    """Return the card of a d-band table.

    Raises
    ------
    DatasetError
        If there is no such table, or its card is not complete.
    """
    return read_card_file(
        DBandCard,
        key,
        d_band_folder(folder),
        what="table of d bands",
        more="; a file of your own ends in .csv",
    )


def write_d_band_card(card: DBandCard, folder: str | Path) -> Path:
    """Write a card into the d-band tables of a folder of datasets and return its path."""
    return write_card_file(card, d_band_folder(folder))


def check_d_band_table(key: str, folder: str | Path | None = None) -> CardCheck[DBandCard]:
    """Hold a d-band table against the schema and its card.

    Raises
    ------
    DatasetError
        If the table does not exist or cannot be read.
    """
    return check_table(
        read_d_band_card(key, folder),
        d_band_folder(folder),
        find_problems=find_d_band_problems,
        contradictions=_contradictions,
    )


def _contradictions(cells: pd.DataFrame, card: DBandCard) -> list[str]:
    problems = []
    if "system" in cells and cells["system"].nunique() != card.systems:
        problems.append(
            f"{card.table} has {cells['system'].nunique()} systems; the card says {card.systems}"
        )
    if "element" in cells and tuple(sorted(set(cells["element"]))) != card.elements:
        problems.append(
            f"elements are {sorted(set(cells['element']))}; the card says {list(card.elements)}"
        )
    return problems
