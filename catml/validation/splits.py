"""Splitting a table into training and test rows so that related rows stay together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.elements.properties import element_value
from catml.errors import DatasetError
from catml.models.domain.applicability import facets_of

SplitName = Literal[
    "random",
    "composition",
    "host",
    "family",
    "facet",
    "element",
    "skin-to-overlayer",
    "overlayer-to-skin",
]
SPLITS: tuple[str, ...] = get_args(SplitName)
DIRECTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"skin-to-overlayer": ("skin", "overlayer"), "overlayer-to-skin": ("overlayer", "skin")}
)
"""Splits that learn from one family of surfaces only and are judged on another only: skins of
intermetallics and core@shell overlayers."""

_COLUMNS = {"composition": "elements", "host": "host", "family": "family"}
# An element in more than this share of the rows leaves too few without it to learn from.
_LARGEST_SHARE = 0.85
_FEWEST_ROWS = 5


@dataclass(frozen=True)
class Fold:
    """Row positions to learn from and to be judged on.

    Attributes
    ----------
    train, test
        Positions in the table, ascending and disjoint.
    held_out
        Groups of the test rows, sorted; empty for a random split. Of the split by elements the
        one element all test rows contain.
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    held_out: tuple[str, ...]


def split_groups(table: pd.DataFrame, by: str) -> NDArray[Any]:
    """Return the group of every row, for the splits that put every row into one group.

    Parameters
    ----------
    table
        Site or dataset table.
    by
        ``"random"`` (every row is its own group), ``"composition"`` (the set of elements),
        ``"host"``, ``"family"`` or ``"facet"``.

    Returns
    -------
    ndarray
        (n,) labels: text, or row numbers for ``"random"``.

    Raises
    ------
    DatasetError
        If the split is unknown, is not by groups, or some row does not state what it splits by.

    Examples
    --------
    >>> split_groups(pd.DataFrame({"surface": ["Pt(111)", "Cu(100)"]}), "facet").tolist()
    ['111', '100']
    """
    if by not in SPLITS:
        allowed = ", ".join(repr(name) for name in SPLITS)
        raise DatasetError(f"There is no split {by!r}; choose one of {allowed}.")
    if by == "element" or by in DIRECTIONS:
        raise DatasetError(
            f"The split {by!r} does not put every row into one group; ask make_folds for its folds."
        )
    if by == "random":
        return np.arange(len(table))
    if by == "facet":
        labels = np.array(facets_of(table), dtype=str)
    elif _COLUMNS[by] in table:
        labels = table[_COLUMNS[by]].fillna("").to_numpy(dtype=str)
    else:
        labels = np.full(len(table), "")
    unstated = int((labels == "").sum())
    if unstated:
        raise DatasetError(
            f"{unstated} of {len(table)} rows do not state their {by}, so the table cannot be "
            f"split by it; split by another of {', '.join(SPLITS)}, or keep the rows that do."
        )
    return labels


def make_folds(table: pd.DataFrame, by: str, *, folds: int | None = 5, seed: int = 0) -> list[Fold]:
    """Split a table into folds that never share a group.

    Groups are shuffled, then dealt largest first to the fold with the fewest rows, so folds are
    of nearly equal size. The same table, split and seed give the same folds.

    Parameters
    ----------
    table
        Site or dataset table.
    by
        See `split_groups`; or ``"element"``: all rows with one element are tested and none of
        them trained on, so a row is tested once for each of its elements left out; or one of
        `DIRECTIONS`, a single fold.
    folds
        Number of folds; None leaves out one group at a time, in the order of their names. Of
        ``"element"`` the number of elements left out, taken at even steps of the list by atomic
        number, so that they stand for all of it; None leaves out each. Directions ignore it.
    seed
        Of the shuffling. Elements and directions need none.

    Raises
    ------
    DatasetError
        If there are fewer groups than folds, or fewer than two.
    """
    if by == "element":
        return _element_folds(table, folds)
    if by in DIRECTIONS:
        return [_direction_fold(table, *DIRECTIONS[by])]
    labels = split_groups(table, by)
    names, codes = np.unique(labels, return_inverse=True)
    wanted = len(names) if folds is None else folds
    if wanted < 2 or len(names) < wanted:
        raise DatasetError(
            f"The table has {len(names)} groups by {by}, which cannot make {wanted} folds; ask "
            f"for 2 to {len(names)}."
        )
    fold_of_group = _deal(np.bincount(codes), wanted, seed) if folds else np.arange(wanted)
    fold_of_row = fold_of_group[codes]
    result = []
    for number in range(wanted):
        test = np.flatnonzero(fold_of_row == number)
        train = np.flatnonzero(fold_of_row != number)
        groups = () if by == "random" else tuple(map(str, names[fold_of_group == number]))
        result.append(Fold(train, test, groups))
    return result


def _deal(sizes: Sequence[int] | NDArray[np.intp], folds: int, seed: int) -> NDArray[np.intp]:
    """Fold of every group, given the groups' numbers of rows."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(sizes))
    order = shuffled[np.argsort(-np.asarray(sizes)[shuffled], kind="stable")]
    load = np.zeros(folds, dtype=np.intp)
    fold = np.empty(len(sizes), dtype=np.intp)
    for group in order:
        fold[group] = int(np.argmin(load))
        load[fold[group]] += sizes[group]
    return fold


def _element_folds(table: pd.DataFrame, folds: int | None) -> list[Fold]:
    if "elements" not in table:
        raise DatasetError(
            "The table has no column elements, so no element can be left out; add it, as in "
            "'Cu-Zn', or choose another split."
        )
    members = [frozenset(text.split("-")) for text in table["elements"].fillna("")]
    names = sorted(frozenset().union(*members) - {""})
    names.sort(key=lambda symbol: element_value(symbol, "atomic_number"))
    holds = {name: np.array([name in symbols for symbols in members]) for name in names}
    names = [n for n in names if _FEWEST_ROWS <= holds[n].sum() <= _LARGEST_SHARE * len(table)]
    wanted = len(names) if folds is None else folds
    if wanted < 2 or len(names) < wanted:
        raise DatasetError(
            f"The table has {len(names)} elements that can be left out, in {_FEWEST_ROWS} rows "
            f"to {100 * _LARGEST_SHARE:.0f} % of them, which cannot make {wanted} folds; ask for "
            f"2 to {len(names)}."
        )
    steps = np.linspace(0, len(names) - 1, wanted).round().astype(int)
    chosen = [names[step] for step in steps]
    return [Fold(np.flatnonzero(~holds[n]), np.flatnonzero(holds[n]), (n,)) for n in chosen]


def _direction_fold(table: pd.DataFrame, learned: str, judged: str) -> Fold:
    family = split_groups(table, "family")
    train, test = np.flatnonzero(family == learned), np.flatnonzero(family == judged)
    if not (len(train) and len(test)):
        present = ", ".join(sorted(set(family)))
        raise DatasetError(
            f"The table has {len(train)} rows of the family {learned} to learn from and "
            f"{len(test)} of {judged} to be judged on; it has {present}. Choose another split."
        )
    return Fold(train, test, (judged,))
