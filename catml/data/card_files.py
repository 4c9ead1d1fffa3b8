"""What all cards of tables share: reading and writing them, and holding them against a table.

The kinds of cards are `catml.data.cards.DatasetCard` and `catml.data.d_band_cards.DBandCard`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, TypeVar

import pandas as pd
import yaml
from pydantic import Field

from catml.atomic_files import sha256_of, write_atomically
from catml.data.schema import Problem
from catml.data.table_files import read_text_table
from catml.errors import DatasetError
from catml.yaml_files import Section, check_schema, read_yaml_mapping

_SHOWN_PROBLEMS = 20


class Licence(Section):
    """What is known of the terms: a name or "none stated", and where that is said."""

    name: str
    statement: str


class TableCard(Section):
    """What the card of any table says.

    Attributes
    ----------
    key, title, table, sha256
        Name of the table, one line, its file name beside the card, its checksum.
    licence, citation
        Terms, and the sentence to cite.
    functional, code
        How the numbers were calculated.
    rows
        Number of rows.
    """

    key: Annotated[str, Field(pattern=r"[a-z][a-z0-9_-]*$")]
    title: str
    table: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    licence: Licence
    citation: str
    functional: str
    code: str
    rows: int


_CardT = TypeVar("_CardT", bound=TableCard)


@dataclass(frozen=True)
class CardCheck(Generic[_CardT]):
    """Outcome of checking a table.

    Attributes
    ----------
    card
        The table's card.
    problems
        One line per problem; empty when all is well.
    """

    card: _CardT
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def list_card_keys(folder: Path) -> tuple[str, ...]:
    """Return the keys of all cards in a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def not_known(what: str, key: str, known: Sequence[str], *, more: str = "") -> DatasetError:
    """Return the error of a key that does not exist, with the nearest one that does.

    Examples
    --------
    >>> print(not_known("dataset", "ma2016", ["ma2015"]))
    dataset 'ma2016' is not known; did you mean 'ma2015'? Known: ma2015
    """
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    return DatasetError(
        f"{what} {key!r} is not known{hint} Known: {', '.join(known) or 'none'}{more}"
    )


def read_card_file(
    model: type[_CardT], key: str, folder: Path, *, what: str, more: str = ""
) -> _CardT:
    """Return the card of a table, named after its key.

    Parameters
    ----------
    model
        The kind of card.
    key, folder
        Which table, and where it lies.
    what, more
        What messages call such a table, and what they say besides of a key that does not exist.

    Raises
    ------
    DatasetError
        If there is no such card, or it cannot be read, is not complete, or has another key than
        its name.
    """
    known = list_card_keys(folder)
    if key not in known:
        raise not_known(what, key, known, more=more)
    path = folder / f"{key}.yaml"
    content = read_yaml_mapping(path, error=DatasetError, what="data card")
    card = check_schema(model, content, name=str(path), error=DatasetError, what="data card")
    if content["key"] != path.stem:
        raise DatasetError(
            f"data card {str(path)!r} says key {content['key']!r}; it must be {path.stem!r}"
        )
    return card


def write_card_file(card: TableCard, folder: Path) -> Path:
    """Write a card into the folder of its table and return its path.

    Raises
    ------
    DatasetError
        If the file cannot be written.
    """
    path = folder / f"{card.key}.yaml"
    content = yaml.safe_dump(
        card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100
    )
    write_atomically(path, content.encode("utf-8"), error=DatasetError)
    return path


def check_table(
    card: _CardT,
    folder: Path,
    *,
    find_problems: Callable[[pd.DataFrame], Sequence[Problem]],
    contradictions: Callable[[pd.DataFrame, _CardT], Sequence[str]],
) -> CardCheck[_CardT]:
    """Hold a table against its schema and its card.

    Parameters
    ----------
    card, folder
        The card, and where it and the table lie.
    find_problems
        Gives the cells that break the schema, from the table as text.
    contradictions
        Says where the table differs from what only this kind of card says.

    Raises
    ------
    DatasetError
        If the table cannot be read.
    """
    path = folder / card.table
    cells = read_text_table(path)
    problems = _contradictions(card, path, cells, find_problems(cells))
    return CardCheck(card, (*problems, *contradictions(cells, card)))


def _contradictions(
    card: TableCard, path: Path, cells: pd.DataFrame, found: Sequence[Problem]
) -> list[str]:
    """Say what the schema found and where the table differs from what every card says."""
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
    return problems
