"""Whether intervals hold everywhere: their coverage per host, element, family, site kind and block.

A coverage of 90 % over all rows can hide hosts of which none is covered, so it is counted group
by group, with an interval that knows that rows of one composition err together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from catml.elements.blocks import blocks_of
from catml.errors import DatasetError
from catml.structures.environment import parse_zone

Labels = Mapping[str, Sequence[Collection[str]]]

_WHOLE_COLUMNS = {"host": "host", "family": "family", "site kind": "site_kind"}


def site_labels(table: pd.DataFrame) -> dict[str, list[tuple[str, ...]]]:
    """Return what every row of a dataset table belongs to.

    Parameters
    ----------
    table
        Any of the columns `host`, `elements`, `family`, `site_kind`, `site_atoms`.

    Returns
    -------
    dict
        ``"host"``, ``"element"``, ``"family"``, ``"site kind"``, ``"block"``, as far as the table
        has them → (n,) tuples of labels. A row belongs to each of its elements, and to the block
        (`catml.elements.blocks`) of each of its binding atoms; empty where it does not say.

    Examples
    --------
    >>> site_labels(pd.DataFrame({"host": ["Cu"], "elements": ["Cu-Zr"]}))
    {'host': [('Cu',)], 'element': [('Cu', 'Zr')]}
    """
    labels: dict[str, list[tuple[str, ...]]] = {}
    for name, column in _WHOLE_COLUMNS.items():
        if column in table:
            values = table[column].fillna("").astype(str)
            labels[name] = [(value,) if value else () for value in values]
        if name == "host" and "elements" in table:
            texts = table["elements"].fillna("").astype(str)
            labels["element"] = [tuple(filter(None, text.split("-"))) for text in texts]
    if "site_atoms" in table:
        zones = table["site_atoms"].fillna("").astype(str)
        labels["block"] = [blocks_of(parse_zone(text)) for text in zones]
    return labels


def coverage_by(inside: ArrayLike, groups: ArrayLike, labels: Labels) -> pd.DataFrame:
    """Return the share of rows inside their intervals, label by label.

    Parameters
    ----------
    inside
        (n,) bool: whether the truth lies in the interval.
    groups
        (n,) what errs together: the compositions.
    labels
        Kind of label → (n,) labels of every row, as from `site_labels`.

    Returns
    -------
    DataFrame
        `kind`, `label`, `value`, `low`, `high`, `n`, `n_groups`; least covered first within each
        kind. `low` and `high` are the 95 % interval of `clustered_share_interval`.

    Raises
    ------
    DatasetError
        If the arguments are not equally long.
    """
    covered = np.asarray(inside, dtype=bool)
    codes = np.asarray(groups).astype(str)
    rows = []
    for kind, of_rows in labels.items():
        if not len(covered) == len(codes) == len(of_rows):
            raise DatasetError(
                f"There are {len(covered)} rows, {len(codes)} groups and {len(of_rows)} labels "
                f"of {kind}; give one group and one label for each row."
            )
        for label in sorted({name for names in of_rows for name in names}):
            members = np.array([label in names for names in of_rows], dtype=bool)
            low, high = clustered_share_interval(covered[members], codes[members])
            share, n_groups = float(covered[members].mean()), len(np.unique(codes[members]))
            rows.append((kind, label, share, low, high, int(members.sum()), n_groups))
    names = ["kind", "label", "value", "low", "high", "n", "n_groups"]
    table = pd.DataFrame(rows, columns=names)
    order = {kind: number for number, kind in enumerate(labels)}
    table["order"] = table["kind"].map(order)
    table = table.sort_values(["order", "value"], kind="stable", ignore_index=True)
    return table.drop(columns="order")


def clustered_share_interval(hits: ArrayLike, groups: ArrayLike) -> tuple[float, float]:
    """Return the 95 % interval of a share where rows of one group are hit or missed together.

    Wilson's interval (1927, doi:10.1080/01621459.1927.10502953) for the number of independent
    rows that would leave the share as uncertain as the groups do: n divided by the ratio of the
    variance between groups to that of a binomial, at most n and at least 1. Where all rows are
    hit or all missed nothing varies, and the number of groups is taken.

    Examples
    --------
    >>> alone = clustered_share_interval([True] * 9 + [False], range(10))
    >>> [round(end, 3) for end in alone]
    [0.577, 0.983]
    """
    hit = np.asarray(hits, dtype=np.float64)
    codes: NDArray[np.intp] = np.unique(np.asarray(groups), return_inverse=True)[1]
    n, n_groups = len(hit), int(codes.max()) + 1
    share = float(hit.mean())
    effective = float(n_groups)
    if 0.0 < share < 1.0 and n_groups > 1:
        excess = np.bincount(codes, hit - share)
        between = n_groups / (n_groups - 1) * float((excess**2).sum()) / n**2
        effective = share * (1 - share) / between if between > 0 else float(n)
    return wilson_interval(share, min(max(effective, 1.0), float(n)))


def wilson_interval(share: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share observed in n independent rows.

    Examples
    --------
    >>> [round(end, 4) for end in wilson_interval(0.5, 10)]
    [0.2366, 0.7634]
    """
    z2 = float(ndtri((1 + level) / 2)) ** 2
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = float(np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n)))) / (1 + z2 / n)
    return max(0.0, center - half), min(1.0, center + half)
