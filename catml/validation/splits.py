"""Splits of a table into training and held-out rows, random and grouped.

A random split leaves close relatives of a held-out row in the training data. The grouped splits
ask what a screening asks: how good is the model for a composition, a host metal, a structure
family or a facet it has not seen?
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import DatasetError, ModelError

Split = Literal["random", "composition", "host", "family", "facet"]
SPLITS: tuple[str, ...] = get_args(Split)

_COLUMNS = {"composition": "elements", "host": "host", "family": "family"}


def split_groups(table: pd.DataFrame, split: Split) -> NDArray[np.str_]:
    """Return for each row the group that is held out as a whole.

    Parameters
    ----------
    table
        Dataset rows.
    split
        ``random``: every row is its own group. ``composition``: all rows of one set of elements,
        whatever the stoichiometry, facet or site. ``host``: all rows of one host metal.
        ``family``, ``facet``: all rows of one.

    Returns
    -------
    ndarray
        Shape (rows,), text.

    Raises
    ------
    ModelError
        When the split does not exist.
    DatasetError
        When the table lacks the column, or the facet of a row is not known.
    """
    if split not in SPLITS:
        raise ModelError(f"split {split!r} does not exist; allowed: {', '.join(SPLITS)}")
    if split == "random":
        return np.arange(len(table)).astype(str)
    if split == "facet":
        return _facets(table)
    column = _COLUMNS[split]
    if column not in table:
        raise DatasetError(f"a split by {split} needs the column {column!r}")
    return table[column].to_numpy(dtype=str)


def _facets(table: pd.DataFrame) -> NDArray[np.str_]:
    facets = table["surface"].str.extract(r"\(([-\d]+)\)", expand=False)
    if facets.isna().any():
        raise DatasetError(
            f"{int(facets.isna().sum())} rows have no surface name, so their facet is not known; "
            "split by composition or leave them out"
        )
    return facets.to_numpy(dtype=str)


def fold_numbers(groups: NDArray[np.str_], *, folds: int, seed: int = 0) -> NDArray[np.int_]:
    """Return for each row the fold in which it is held out; a group is never divided.

    Groups are shuffled by the seed and dealt out, the largest first, each to the fold that has
    fewest rows. With no more groups than folds, every group is a fold of its own
    (leave-one-group-out).

    Parameters
    ----------
    groups
        Shape (rows,).
    folds
        At least 2.
    seed
        Of the shuffling.

    Returns
    -------
    ndarray
        Shape (rows,), fold numbers from 0.

    Raises
    ------
    ModelError
        When there are fewer than two groups or folds.

    Examples
    --------
    >>> fold_numbers(np.array(["Cu", "Cu", "Pt", "Ni"]), folds=3).tolist()
    [0, 0, 1, 2]
    """
    names, members = np.unique(groups, return_inverse=True)
    if folds < 2 or len(names) < 2:
        raise ModelError(
            f"{len(names)} group(s) cannot be split into {folds} folds; at least two of both are "
            "needed"
        )
    sizes = np.bincount(members)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    load = np.zeros(min(folds, len(names)), dtype=int)
    fold_of_group = np.empty(len(names), dtype=int)
    for group in order:
        fold_of_group[group] = int(np.argmin(load))
        load[fold_of_group[group]] += sizes[group]
    return _renumbered(fold_of_group[members])


def _renumbered(folds: NDArray[np.int_]) -> NDArray[np.int_]:
    """Number the folds in the order in which the rows meet them."""
    _, first, inverse = np.unique(folds, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def iterate_folds(
    folds: NDArray[np.int_],
) -> Iterator[tuple[NDArray[np.int_], NDArray[np.int_]]]:
    """Yield for each fold the row numbers of training and held-out rows."""
    for fold in range(int(folds.max()) + 1):
        yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
