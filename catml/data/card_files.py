"""What all cards of tables share: reading and writing them, and holding them against a table.

The kinds of cards are `catml.data.cards.DatasetCard` and `catml.data.d_band_cards.DBandCard`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import pandas as pd
import yaml

from catml.atomic_files import sha256_of, write_atomically
from catml.data.schema import Problem
from catml.errors import DatasetError
from catml.yaml_files import Section, check_schema, read_yaml_mapping

_SHOWN_PROBLEMS = 20

_CardT = TypeVar("_CardT", bound=Section)


class TableCard(Protocol):
    """What the card of any table says."""

    key: str
    table: str
    sha256: str
    functional: str
    rows: int


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


def read_card_file(model: type[_CardT], path: Path) -> _CardT:
    """Return a card of a kind, named after its key.

    Raises
    ------
    DatasetError
        If the file cannot be read, is not complete, or has another key than its name.
    """
    content = read_yaml_mapping(path, error=DatasetError, what="data card")
    card = check_schema(model, content, name=str(path), error=DatasetError, what="data card")
    if content["key"] != path.stem:
        raise DatasetError(
            f"data card {str(path)!r} says key {content['key']!r}; it must be {path.stem!r}"
        )
    return card


def write_card_file(card: Section, path: Path) -> Path:
    """Write a card and return its path.

    Raises
    ------
    DatasetError
        If the file cannot be written.
    """
    content = yaml.safe_dump(
        card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100
    )
    write_atomically(path, content.encode("utf-8"), error=DatasetError)
    return path


def table_contradictions(
    card: TableCard, path: Path, cells: pd.DataFrame, found: Sequence[Problem]
) -> list[str]:
    """Say what the schema found in a table and where it differs from what every card says.

    Parameters
    ----------
    card, path, cells
        Card, table and its content as text.
    found
        Problems of its cells, of which the first twenty are told.
    """
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
