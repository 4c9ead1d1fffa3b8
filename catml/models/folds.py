"""Folds that keep related rows together, for regressors that learn from held-out errors."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import GroupKFold, KFold

from catml.models.base import RowSets

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
