"""Splitting a table into training and test rows so that related rows stay together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import DatasetError
from catml.models.domain import facets_of

SplitName = Literal["random", "composition", "host", "family", "facet"]
SPLITS: tuple[str, ...] = get_args(SplitName)
_COLUMNS = {"composition": "elements", "host": "host", "family": "family"}


@dataclass(frozen=True)
class Fold:
    """Row positions to learn from and to be judged on.

    Attributes
    ----------
    train, test
        Positions in the table, ascending and disjoint.
    held_out
        Groups of the test rows, sorted; empty for a random split.
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    held_out: tuple[str, ...]


def split_groups(table: pd.DataFrame, by: str) -> NDArray[Any]:
    """Return the group of every row.

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
        If the split is unknown, or some row does not state what it splits by.

    Examples
    --------
    >>> split_groups(pd.DataFrame({"surface": ["Pt(111)", "Cu(100)"]}), "facet").tolist()
    ['111', '100']
    """
    if by not in SPLITS:
        allowed = ", ".join(repr(name) for name in SPLITS)
        raise DatasetError(f"There is no split {by!r}; choose one of {allowed}.")
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
        See `split_groups`.
    folds
        Number of folds; None leaves out one group at a time, in the order of their names.
    seed
        Of the shuffling.

    Raises
    ------
    DatasetError
        If there are fewer groups than folds, or fewer than two.
    """
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
