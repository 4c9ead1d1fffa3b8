"""How far rows are from training rows: measures of novelty that need no energy.

Each is a number per row that grows away from the training rows, divided by what is usual among
them, so that 1 is the edge of the ordinary whichever measure is taken.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catml.models.regressors.base import Array
from catml.models.regressors.kernels import scaled_square_distances

_NEIGHBORS = 3
_CHUNK = 2000
# Of the mean square along a standardized axis: keeps directions without training rows finite.
_PENALTY = 0.01


def nearest_distance(
    A: Array,
    B: Array,
    groups_a: NDArray[np.intp] | None = None,
    groups_b: NDArray[np.intp] | None = None,
) -> Array:
    """(n,) mean distance to the three nearest rows of `B`, of other groups where labels are given.

    Distances are root mean squares over the features, so that they do not grow with D.

    Parameters
    ----------
    A, B
        (n, D) and (m, D) standardized features.
    groups_a, groups_b
        (n,) and (m,) groups; infinite where no row of another group is left.

    Examples
    --------
    >>> nearest_distance(np.array([[4.0]]), np.array([[0.0], [1.0], [2.0], [9.0]])).tolist()
    [3.0]
    """
    mean = np.empty(len(A))
    for start in range(0, len(A), _CHUNK):
        rows = slice(start, start + _CHUNK)
        squared = scaled_square_distances(A[rows], B) / A.shape[1]
        if groups_a is not None and groups_b is not None:
            squared[groups_a[rows][:, None] == groups_b[None, :]] = np.inf
        k = min(_NEIGHBORS, squared.shape[1])
        nearest = np.partition(squared, k - 1, axis=1)[:, :k]
        mean[rows] = np.sqrt(nearest).mean(axis=1)
    return mean


def leverage(A: Array, B: Array) -> Array:
    """(n,) leverages xᵀ(BᵀB + λ)⁻¹x of rows of `A` on a linear model of the m rows of `B`.

    The λ is a hundredth of m, so that a direction in which no training row varies counts a
    hundred times one of unit spread and not infinitely.

    Parameters
    ----------
    A, B
        (n, D) and (m, D) standardized features.

    Examples
    --------
    >>> rows = np.array([[1.0], [-1.0]])
    >>> leverage(np.array([[3.0]]), rows).round(3).tolist()
    [4.455]
    """
    gram = B.T @ B + _PENALTY * len(B) * np.eye(B.shape[1])
    return np.asarray(np.einsum("ij,ji->i", A, np.linalg.solve(gram, A.T)), dtype=np.float64)


def usual_limit(values: ArrayLike, *, quantile: float) -> float:
    """The quantile of the finite values; infinite where there are none or it is not positive.

    Examples
    --------
    >>> usual_limit([1.0, 2.0, 3.0, np.inf], quantile=0.5)
    2.0
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    limit = float(np.quantile(known, quantile)) if len(known) else 0.0
    return limit if limit > 0 else np.inf
