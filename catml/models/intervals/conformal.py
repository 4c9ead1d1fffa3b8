"""Conformal intervals, by name, as pure functions: from held-out errors to what a new row needs.

A score is an error of a row by a model that did not learn from it: |y − ŷ|, or |y − ŷ|/σ where
widths shall follow a local scale. The functions here turn scores into quantiles that hold a new,
exchangeable score with a stated probability; `catml.models.intervals.schemes` applies them.
"""

from collections.abc import Mapping
from math import ceil, floor
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from catml.errors import ModelError
from catml.models.regressors.base import Array

IntervalName = Literal[
    "novelty", "native", "split", "locally_scaled", "mondrian", "cv+", "jackknife+"
]
INTERVALS: tuple[IntervalName, ...] = get_args(IntervalName)
IN_WORDS: Mapping[IntervalName, str] = MappingProxyType(
    {
        "novelty": "locally scaled, per site kind, element block and per kind of novelty, with "
        "whole groups held out; the only ones that widen outside the training domain",
        "native": "the regressor's own standard deviation as a normal distribution, uncalibrated",
        "split": "one width, from a quarter of the compositions kept out of the training",
        "locally_scaled": "one multiple of the standard deviation, from held-out compositions",
        "mondrian": "one width per site kind and element block, from held-out compositions",
        "cv+": "CV+ over five folds of compositions (Barber et al. 2021)",
        "jackknife+": "jackknife+ over single compositions (Barber et al. 2021)",
    }
)

# Nine groups are the fewest with a guarantee at 90 %, but there it is the largest score of all;
# with twelve a third of a group may lie above.
_FEWEST_GROUPS = 12


def check_interval_name(name: str) -> None:
    """Refuse a name that is not among `INTERVALS`.

    Raises
    ------
    ModelError
        There are no intervals of that name.
    """
    if name not in INTERVALS:
        allowed = "; ".join(f"{known!r} ({IN_WORDS[known]})" for known in INTERVALS)
        raise ModelError(f"There are no intervals {name!r}; choose one of {allowed}.")


def normal_half_width(coverage: float) -> float:
    """Half the width of a central interval of a normal distribution, in standard deviations.

    Examples
    --------
    >>> round(normal_half_width(0.9), 4)
    1.6449
    """
    return float(ndtri((1.0 + coverage) / 2.0))


def conformal_quantile(scores: ArrayLike, *, coverage: float) -> float:
    """The ⌈(n + 1)·coverage⌉-th smallest of n scores; the largest where n is too small for it.

    A further exchangeable score is at most the result with at least the probability `coverage`
    (Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World, 2005, section 2.2).

    Parameters
    ----------
    scores
        (n,) non-negative scores, n > 0.
    coverage
        Probability that a further exchangeable score lies below the result.

    Examples
    --------
    >>> conformal_quantile(range(1, 20), coverage=0.9)
    18.0
    """
    ordered = np.sort(np.asarray(scores, dtype=np.float64))
    rank = ceil(round((len(ordered) + 1) * coverage, 9))
    return float(ordered[min(rank, len(ordered)) - 1])


def group_quantile(scores: ArrayLike, groups: ArrayLike, *, coverage: float) -> float:
    """The score that a row of a further, unseen group keeps to.

    Rows of one group err together, so a new host metal or element is not one more row but one
    more group. Every group weighs the same, and the group to come counts as one of infinite score
    (Lee, Barber & Willett 2023, arXiv:2306.06342; Dunn, Wasserman & Ramdas 2023,
    doi:10.1080/01621459.2022.2060112): with K groups the result is the smallest score up to which
    the rows have the weight coverage·(K + 1)/K. With fewer than twelve groups only the largest
    score, or none, is safe at 90 %; then the quantile of all rows is stretched as a Student
    distribution is over the normal one, with the degrees of freedom that the scatter of the
    groups' mean squares leaves their mean (Satterthwaite 1946, doi:10.2307/3002019).

    Parameters
    ----------
    scores, groups
        (n,) non-negative scores, n > 0, and the labels of their groups.
    coverage
        Probability that a row of a further exchangeable group scores less.

    Examples
    --------
    >>> group_quantile([1.0, 2.0, 3.0] * 20, range(60), coverage=0.9)
    3.0
    >>> round(group_quantile([1.0, 1.0, 2.0] * 3, [0, 1, 2] * 3, coverage=0.9), 3)
    2.261
    """
    values = np.asarray(scores, dtype=np.float64)
    codes, counts = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)[1:]
    n_groups = len(counts)
    if n_groups < _FEWEST_GROUPS:
        freedom = _degrees_of_freedom(values, codes, counts)
        stretch = stdtrit(freedom, (1.0 + coverage) / 2.0) / normal_half_width(coverage)
        return conformal_quantile(values, coverage=coverage) * float(stretch)
    order = np.argsort(values, kind="stable")
    weight = np.cumsum(1.0 / counts[codes[order]]) / (n_groups + 1)
    position = int(np.searchsorted(weight, coverage - 1e-9))
    return float(values[order[min(position, len(order) - 1)]])


def _degrees_of_freedom(scores: Array, codes: NDArray[np.intp], counts: NDArray[np.intp]) -> float:
    """Of the mean square of the scores, by how much the groups' mean squares differ."""
    n_groups = len(counts)
    if n_groups == 1:
        return 1.0
    share = counts / counts.sum()
    squares = np.bincount(codes, scores**2) / counts
    mean = float(share @ squares)
    variance = n_groups / (n_groups - 1) * float(share**2 @ (squares - mean) ** 2)
    return min(2.0 * mean**2 / variance, len(scores)) if variance > 0 else float(len(scores))


def class_quantiles(
    scores: ArrayLike,
    classes: ArrayLike,
    *,
    coverage: float,
    smallest: int = 30,
) -> dict[str, float]:
    """Mondrian quantiles: of every class that has enough rows, and of all rows under ``""``.

    Parameters
    ----------
    scores, classes
        (n,) non-negative scores, n > 0, and the texts of their classes.
    coverage
        Probability that a further score of the same class is no larger.
    smallest
        Fewest rows of a class with a quantile of its own.

    Examples
    --------
    >>> class_quantiles([1.0] * 30 + [2.0], ["hollow"] * 30 + ["ontop"], coverage=0.9)
    {'': 1.0, 'hollow': 1.0}
    """
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(classes, dtype=object)
    quantiles = {"": conformal_quantile(values, coverage=coverage)}
    for label in sorted(set(labels) - {""}):
        members = values[labels == label]
        if len(members) >= smallest:
            quantiles[label] = conformal_quantile(members, coverage=coverage)
    return quantiles


def plus_bounds(
    left_out: Array, errors: ArrayLike, part_of: NDArray[np.intp], *, coverage: float
) -> tuple[Array, Array]:
    """Bounds of CV+ or jackknife+ at m new rows (Barber et al. 2021, doi:10.1214/20-AOS1965).

    The lower one is the ⌊(n + 1)(1 − coverage)⌋-th smallest of μ₋ₛ₍ᵢ₎(x) − |yᵢ − μ₋ₛ₍ᵢ₎(xᵢ)| over
    the n training rows i, the upper one the ⌈(n + 1)·coverage⌉-th smallest of the sums, where
    μ₋ₛ₍ᵢ₎ is the model fitted without the part S(i) that row i belongs to. With one part per row
    this is jackknife+, with a few parts CV+. The guaranteed coverage is 2·coverage − 1, the usual
    one about `coverage`.

    Parameters
    ----------
    left_out
        (K, m) predictions of the new rows by the models without each part.
    errors
        (n,) absolute errors of the training rows by the model without their part.
    part_of
        (n,) number of the part of each training row.
    coverage
        Aimed at; where n is too small for it the outermost values are taken.

    Returns
    -------
    tuple of ndarray
        (m,) lower and upper bounds.

    Examples
    --------
    >>> low, high = plus_bounds(np.zeros((2, 1)), [1.0, 2.0], np.array([0, 1]), coverage=0.5)
    >>> float(low[0]), float(high[0])
    (-2.0, 2.0)
    """
    widths = np.asarray(errors, dtype=np.float64)
    n = len(widths)
    below = max(floor(round((n + 1) * (1.0 - coverage), 9)), 1)
    above = min(ceil(round((n + 1) * coverage, 9)), n)
    m = left_out.shape[1]
    lower, upper = np.empty(m), np.empty(m)
    for column in range(m):
        centers = left_out[part_of, column]
        lower[column] = np.partition(centers - widths, below - 1)[below - 1]
        upper[column] = np.partition(centers + widths, above - 1)[above - 1]
    return lower, upper


def lookup(quantiles: Mapping[str, float], classes: NDArray[Any]) -> Array:
    """(n,) the quantile of every row's class, or of the first word of its class, or of all.

    Examples
    --------
    >>> lookup({"": 1.0, "hollow": 2.0}, np.array(["hollow: p", "ontop: p"])).tolist()
    [2.0, 1.0]
    """
    found = {
        label: quantiles.get(label, quantiles.get(label.partition(":")[0], quantiles[""]))
        for label in set(classes)
    }
    return np.array([found[label] for label in classes], dtype=np.float64)
