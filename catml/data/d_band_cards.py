"""Cards of d-band tables: what was calculated, how, how well converged, and how to do it again.

One YAML file beside each table in the folder ``d_bands`` of the datasets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from catml.data.card_files import (
    CardCheck,
    list_card_keys,
    not_known,
    read_card_file,
    table_contradictions,
    write_card_file,
)
from catml.data.cards import Licence, dataset_folder
from catml.data.d_band_schema import find_d_band_problems
from catml.data.table_files import read_text_table
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


class DBandCard(Section):
    """The card of one d-band table.

    Attributes
    ----------
    key, title, table, sha256
        Name of the table, one line, file name beside the card, its checksum.
    licence, citation
        Terms, and the sentence to cite.
    functional, code
        How the d bands were calculated.
    recompute
        The command that calculates a row's system again.
    settings
        What else was chosen, one line each.
    rows, systems
        Number of rows, and of surfaces and bulks.
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

    key: Annotated[str, Field(pattern=r"[a-z][a-z0-9_-]*$")]
    title: str
    table: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    licence: Licence
    citation: str
    functional: str
    code: str
    recompute: str
    settings: Annotated[tuple[str, ...], Field(strict=False)]
    rows: int
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
    known = list_d_band_tables(folder)
    if key not in known:
        raise not_known("table of d bands", key, known, more="; a file of your own ends in .csv")
    return read_card_file(DBandCard, d_band_folder(folder) / f"{key}.yaml")


def write_d_band_card(card: DBandCard, folder: str | Path) -> Path:
    """Write a card into the d-band tables of a folder of datasets and return its path."""
    return write_card_file(card, d_band_folder(folder) / f"{card.key}.yaml")


def check_d_band_table(key: str, folder: str | Path | None = None) -> CardCheck[DBandCard]:
    """Hold a d-band table against the schema and its card.

    Raises
    ------
    DatasetError
        If the table does not exist or cannot be read.
    """
    card = read_d_band_card(key, folder)
    path = d_band_folder(folder) / card.table
    cells = read_text_table(path)
    problems = table_contradictions(card, path, cells, find_d_band_problems(cells))
    if "system" in cells and cells["system"].nunique() != card.systems:
        problems.append(
            f"{card.table} has {cells['system'].nunique()} systems; the card says {card.systems}"
        )
    if "element" in cells and tuple(sorted(set(cells["element"]))) != card.elements:
        problems.append(
            f"elements are {sorted(set(cells['element']))}; the card says {list(card.elements)}"
        )
    return CardCheck(card, tuple(problems))
