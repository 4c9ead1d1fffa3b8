"""Rehearsing novelty on the training table: which rows are left out together for which question.

"How wrong is the model about a new composition, a new host metal, an element it never saw?" is
answered by training rows predicted without all rows of the same composition, host, element.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.models.domain import facets_of
from catml.models.uncertainty import COMPOSITION

Novelty = Literal["composition", "host", "element", "family", "facet"]
NOVELTIES: tuple[Novelty, ...] = ("composition", "host", "element", "family", "facet")

# A group with more than this share of the rows cannot be left out: too little would remain.
_LARGEST_SHARE = 0.85
_FEWEST_ROWS = 30
_FEWEST_GROUPS = 3


@dataclass(frozen=True)
class Rehearsal:
    """Rows left out together.

    Attributes
    ----------
    labels
        (n,) group of every row; rows that cannot be left out with their group stand alone.
    counted
        (n,) whether the row's held-out prediction answers the question.
    """

    labels: NDArray[np.intp]
    counted: NDArray[np.bool_]


def rehearse(table: pd.DataFrame, novelty: Novelty, *, groups: str) -> Rehearsal | None:
    """Return the groups to leave out, or None where the table cannot rehearse the novelty.

    Parameters
    ----------
    table
        Training site table.
    novelty
        What is new about a row.
    groups
        Column that says what belongs to one composition.
    """
    values = _labels(table, novelty, groups)
    labels, counts = np.unique(values, return_inverse=True, return_counts=True)[1:]
    if novelty == COMPOSITION:
        return Rehearsal(labels, np.ones(len(table), dtype=bool))
    stated = np.array([value != "" for value in values])
    counted = stated & (counts[labels] <= _LARGEST_SHARE * len(table))
    if counted.sum() < _FEWEST_ROWS or len(np.unique(labels[counted])) < _FEWEST_GROUPS:
        return None
    alone = len(counts) + np.arange(len(table))
    return Rehearsal(np.where(counted, labels, alone), counted)


def _labels(table: pd.DataFrame, novelty: Novelty, groups: str) -> NDArray[Any]:
    if novelty == "facet":
        return np.array(facets_of(table), dtype=str)
    if novelty == "element":
        return _rarest_element(table)
    column = {"composition": groups, "host": "host", "family": "family"}[novelty]
    if column not in table:
        return np.full(len(table), "")
    return table[column].fillna("").to_numpy(dtype=str)


def _rarest_element(table: pd.DataFrame) -> NDArray[Any]:
    """Every row belongs to the element fewest other rows share: a partition by element."""
    members = [text.split("-") for text in table["elements"].fillna("")]
    frequency = Counter(symbol for symbols in members for symbol in symbols)
    return np.array([min(symbols, key=lambda s: (frequency[s], s)) for symbols in members])
