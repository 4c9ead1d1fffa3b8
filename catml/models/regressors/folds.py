"""Folds that keep related rows together, for regressors that learn from held-out errors."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import GroupKFold, KFold

from catml.models.regressors.base import RowSets

Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


def group_labels(groups: ArrayLike | None, n: int) -> NDArray[np.intp]:
    """(n,) whole numbers that tell groups apart; without groups every row is its own.

    Examples
    --------
    >>> group_labels(["Pt", "Cu", "Pt"], 3).tolist(), group_labels(None, 2).tolist()
    ([1, 0, 1], [0, 1])
    """
    return np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]


def group_folds(labels: NDArray[np.intp], n_folds: int, *, seed: int) -> Folds:
    """Rows to learn from and rows held out, fold by fold.

    Parameters
    ----------
    labels
        (n,) labels of related rows, which stay together; where all rows have one label they are
        split at random.
    n_folds
        Number of folds, or the number of labels where that is less. A single row is its own fold.
    seed
        Of the shuffling.

    Examples
    --------
    >>> folds = group_folds(np.array([0, 0, 1, 1]), 2, seed=0)
    >>> sorted(outside.tolist() for _, outside in folds)
    [[0, 1], [2, 3]]
    """
    n = len(labels)
    n_groups = len(np.unique(labels))
    if n_groups < 2:
        labels, n_groups = np.arange(n), n
    n_folds = min(n_folds, n_groups)
    if n_folds < 2:
        everything = np.arange(n)
        return [(everything, everything)]
    rows = np.zeros((n, 1))
    if n_groups == n:
        return list(KFold(n_folds, shuffle=True, random_state=seed).split(rows))
    splitter = GroupKFold(n_folds, shuffle=True, random_state=seed)
    return list(splitter.split(rows, groups=labels))


def bundles(n_sets: int, n_bundles: int, *, seed: int) -> list[NDArray[np.intp]]:
    """Numbers of sets of rows dealt at random into bundles, each to be left out by one fit.

    Examples
    --------
    >>> sorted(len(bundle) for bundle in bundles(7, 3, seed=0))
    [2, 2, 3]
    """
    order = np.random.default_rng(seed).permutation(n_sets)
    return np.array_split(order, min(n_bundles, n_sets))


def rows_of_some_groups(labels: NDArray[np.intp], n_rows: int, *, seed: int) -> NDArray[np.intp]:
    """Positions of all rows, or of those of as many groups drawn at random as are allowed.

    Parameters
    ----------
    labels
        (n,) labels of groups, which are drawn whole.
    n_rows
        At most so many rows; the rows of one group where even these are more.
    seed
        Of the draw.

    Examples
    --------
    >>> len(rows_of_some_groups(np.repeat(np.arange(10), 3), 7, seed=0))
    6
    """
    if len(labels) <= n_rows:
        return np.arange(len(labels))
    names, sizes = np.unique(labels, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    allowed = max(int(np.searchsorted(np.cumsum(sizes[order]), n_rows, side="right")), 1)
    return np.flatnonzero(np.isin(labels, names[order[:allowed]]))


def are_groups(sets: RowSets, labels: NDArray[np.intp]) -> bool:
    """Whether sets of rows are exactly the rows of each label.

    Examples
    --------
    >>> are_groups((np.array([0, 2]), np.array([1])), np.array([5, 7, 5]))
    True
    """
    if sum(map(len, sets)) != len(labels):
        return False
    pure = all(len(np.unique(labels[rows])) == 1 for rows in sets)
    return pure and len(sets) == len(np.unique(labels))
