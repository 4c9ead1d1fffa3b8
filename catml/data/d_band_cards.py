"""Cards of d-band tables: what was calculated, how, how well converged, and how to do it again.

One YAML file beside each table in the folder ``d_bands`` of the datasets.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field

from catml.atomic_files import sha256_of, write_atomically
from catml.data.cards import Licence, dataset_folder
from catml.data.d_band_schema import find_d_band_problems
from catml.data.table_files import read_text_table
from catml.errors import DatasetError
from catml.yaml_files import Section, check_schema, read_yaml_mapping

_SHOWN_PROBLEMS = 20


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


@dataclass(frozen=True)
class DBandCheck:
    """Outcome of checking a d-band table: its card, and one line per problem."""

    card: DBandCard
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def d_band_folder(folder: str | Path | None = None) -> Path:
    """Return the folder of d-band tables in a folder of datasets, by default the shipped one."""
    return dataset_folder(folder) / "d_bands"


def list_d_band_tables(folder: str | Path | None = None) -> tuple[str, ...]:
    """Return the keys of all d-band tables of a folder of datasets, sorted."""
    return tuple(sorted(path.stem for path in d_band_folder(folder).glob("*.yaml")))


def read_d_band_card(key: str, folder: str | Path | None = None) -> DBandCard:
    """Return the card of a d-band table.

    Raises
    ------
    DatasetError
        If there is no such table, or its card is not complete.
    """
    known = list_d_band_tables(folder)
    if key not in known:
        close = difflib.get_close_matches(key, known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        raise DatasetError(
            f"table of d bands {key!r} is not known{hint} Known: {', '.join(known) or 'none'}; a "
            "file of your own ends in .csv"
        )
    path = d_band_folder(folder) / f"{key}.yaml"
    content = read_yaml_mapping(path, error=DatasetError, what="data card")
    card = check_schema(DBandCard, content, name=str(path), error=DatasetError, what="data card")
    if card.key != key:
        raise DatasetError(f"data card {str(path)!r} says key {card.key!r}; it must be {key!r}")
    return card


def write_d_band_card(card: DBandCard, folder: str | Path) -> Path:
    """Write a card into the d-band tables of a folder of datasets and return its path."""
    path = d_band_folder(folder) / f"{card.key}.yaml"
    content = yaml.safe_dump(
        card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100
    )
    write_atomically(path, content.encode("utf-8"), error=DatasetError)
    return path


def check_d_band_table(key: str, folder: str | Path | None = None) -> DBandCheck:
    """Hold a d-band table against the schema and its card.

    Raises
    ------
    DatasetError
        If the table does not exist or cannot be read.
    """
    card = read_d_band_card(key, folder)
    path = d_band_folder(folder) / card.table
    cells = read_text_table(path)
    found = find_d_band_problems(cells)
    problems = [str(problem) for problem in found[:_SHOWN_PROBLEMS]]
    if len(found) > _SHOWN_PROBLEMS:
        problems.append(f"and {len(found) - _SHOWN_PROBLEMS} more")
    checksum = sha256_of(path)
    if checksum != card.sha256:
        problems.append(f"sha256 of {card.table} is {checksum}; the card says {card.sha256}")
    if len(cells) != card.rows:
        problems.append(f"{card.table} has {len(cells)} rows; the card says {card.rows}")
    for name, expected in (("functional", card.functional), ("source", card.key)):
        if name in cells and set(cells[name]) != {expected}:
            problems.append(f"{name} holds {sorted(set(cells[name]))}; the card says {expected!r}")
    if "system" in cells and cells["system"].nunique() != card.systems:
        problems.append(
            f"{card.table} has {cells['system'].nunique()} systems; the card says {card.systems}"
        )
    if "element" in cells and tuple(sorted(set(cells["element"]))) != card.elements:
        problems.append(
            f"elements are {sorted(set(cells['element']))}; the card says {list(card.elements)}"
        )
    return DBandCheck(card, tuple(problems))
