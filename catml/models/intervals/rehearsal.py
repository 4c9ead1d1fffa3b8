"""Rehearsing novelty on the training table: which rows are left out together for which question.

"How wrong is the model about a new composition, a new host metal, an element it never saw?" is
answered by training rows predicted without all rows of that composition, host, element.
"""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.models.domain.applicability import facets_of
from catml.models.intervals.factors import COMPOSITION
from catml.models.regressors.base import RowSets, row_sets
from catml.structures.environment import parse_zone

Novelty = Literal["composition", "host", "element", "family", "facet"]
NOVELTIES: tuple[Novelty, ...] = ("composition", "host", "element", "family", "facet")

# A group with more than this share of the rows cannot be left out: too little would remain.
_LARGEST_SHARE = 0.85
_FEWEST_ROWS = 30
_FEWEST_GROUPS = 3


def rehearse(table: pd.DataFrame, novelty: Novelty, *, groups: str) -> RowSets | None:
    """Return the sets of rows to leave out, one set at a time.

    Parameters
    ----------
    table
        Training site table.
    novelty
        What is new about a row. Sets of rows with one element overlap, all others are disjoint.
    groups
        Column that says what belongs to one composition.

    Returns
    -------
    tuple of ndarray or None
        Row positions; None where the table does not state what is asked, or has too few groups
        to rehearse it.
    """
    if novelty == COMPOSITION:
        return row_sets(table[groups].to_numpy(dtype=str))
    if novelty == "element":
        sets = tuple(rehearsed_elements(table).values())
    else:
        labels = _labels(table, novelty)
        sets = tuple(rows for rows in row_sets(labels) if labels[rows[0]] != "")
    sets = tuple(rows for rows in sets if _can_be_left_out(rows, table))
    if len(sets) < _FEWEST_GROUPS or sum(map(len, sets)) < _FEWEST_ROWS:
        return None
    return sets


def _labels(table: pd.DataFrame, novelty: Novelty) -> NDArray[Any]:
    if novelty == "facet":
        return np.array(facets_of(table), dtype=str)
    if novelty not in table:
        return np.full(len(table), "")
    return table[novelty].fillna("").to_numpy(dtype=str)


def rehearsed_elements(table: pd.DataFrame) -> dict[str, NDArray[np.intp]]:
    """The rows to leave out for each element, in the order of `rehearse`.

    Examples
    --------
    >>> rows = pd.DataFrame({"elements": ["Cu", "Cu-Pt", "Ag"]})
    >>> {element: rows.tolist() for element, rows in rehearsed_elements(rows).items()}
    {'Ag': [2], 'Cu': [0, 1], 'Pt': [1]}
    """
    members = [frozenset(text.split("-")) for text in table["elements"].fillna("")]
    rows_of = {
        element: np.flatnonzero([element in symbols for symbols in members])
        for element in sorted(frozenset().union(*members) - {""})
    }
    return {name: rows for name, rows in rows_of.items() if _can_be_left_out(rows, table)}


def left_out_at_site(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the element left out is a binding atom, for the sets of elements end to end."""
    binding = [frozenset(parse_zone(text)) for text in table["site_atoms"]]
    return np.array(
        [
            element in binding[row]
            for element, rows in rehearsed_elements(table).items()
            for row in rows
        ],
        dtype=bool,
    )


def _can_be_left_out(rows: NDArray[np.intp], table: pd.DataFrame) -> bool:
    return len(rows) <= _LARGEST_SHARE * len(table)
