"""How alike two sites are: the local-similarity kernel, for sites and for whole structures.

Two environments with the SOAP vectors x and y (`catml.descriptors.soap.vectors`) are alike by

    k(x, y) = (x·y / |x||y|)^ζ,

1 for an environment and itself. An energy that environments add up to, E = Σ_i ε(x_i), has
between two structures the kernel Σ_i Σ_j k(x_i, y_j), so that one model learns from crystals,
slabs and particles alike: R. Jinnouchi, R. Asahi, J. Phys. Chem. Lett. 8, 4279 (2017),
doi:10.1021/acs.jpclett.7b02010. The energy of an adsorbate belongs to its site: k itself.

For scikit-learn: ``KernelRidge(kernel="precomputed")`` on the matrices, or `site_similarity` itself
as the kernel of `SVR`. A Gaussian process has the same kernel as
``DotProduct(sigma_0=0, sigma_0_bounds="fixed") ** 4`` on vectors of unit length.
"""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catml.errors import DescriptorError

Array = NDArray[np.float64]


def site_similarity(X: ArrayLike, Y: ArrayLike | None = None, *, exponent: int = 4) -> Array:
    """Return how alike the environments of two lists are.

    Parameters
    ----------
    X : array-like (n, d)
        One vector for each environment, of any length but zero.
    Y : array-like (m, d), optional
        Others; by default those of `X`.
    exponent : int
        ζ, from 1. The larger it is, the less do environments that are not quite alike have to do
        with each other. Whole numbers keep the kernel positive semidefinite whatever the vectors.

    Returns
    -------
    ndarray, shape (n, m)
        Positive semidefinite, and with ones on its diagonal, where `Y` is left out.

    Raises
    ------
    DescriptorError
        If a vector is zero or not finite, the lengths differ, or the exponent is no whole number
        from 1.

    Examples
    --------
    >>> site_similarity([[1.0, 0.0], [3.0, 4.0]], exponent=2).round(2).tolist()
    [[1.0, 0.36], [0.36, 1.0]]
    """
    power = _checked_exponent(exponent)
    first = _unit_rows(X, "X")
    if Y is None:
        kernel = first @ first.T
        # Rounding leaves neither exact symmetry nor exact ones.
        kernel = (kernel + kernel.T) / 2
        np.fill_diagonal(kernel, 1.0)
    else:
        second = _unit_rows(Y, "Y")
        _check_same_length(first, second)
        kernel = first @ second.T
    return np.asarray(kernel**power)


def structure_similarity(
    X: Sequence[ArrayLike],
    Y: Sequence[ArrayLike] | None = None,
    *,
    exponent: int = 4,
    normalize: bool = False,
) -> Array:
    """Return how alike structures are, each given by the environments it consists of.

    Parameters
    ----------
    X : sequence of array-like (n_i, d)
        For each structure the vectors of its environments: of all its atoms, or of all its sites.
    Y : sequence of array-like (m_j, d), optional
        Other structures; by default those of `X`.
    exponent : int
        As in `site_similarity`.
    normalize : bool
        False: sums over all pairs, the kernel of a quantity that grows with the structure, such as
        its energy. True: brought to 1 for a structure and itself, for one that does not.

    Returns
    -------
    ndarray, shape (len(X), len(Y))
        Positive semidefinite where `Y` is left out.

    Raises
    ------
    DescriptorError
        As `site_similarity` does, and if a structure has no environments.

    Examples
    --------
    >>> one, other = [[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]
    >>> structure_similarity([one, other]).tolist()
    [[1.0, 1.0], [1.0, 2.0]]
    """
    first, starts = _stacked(X, "X")
    second, other_starts = (first, starts) if Y is None else _stacked(Y, "Y")
    pairs = site_similarity(first, None if Y is None else second, exponent=exponent)
    sums = np.add.reduceat(np.add.reduceat(pairs, starts, axis=0), other_starts, axis=1)
    if not normalize:
        return np.asarray(sums)
    if Y is None:
        own = other = np.sqrt(np.diag(sums))
    else:
        own, other = (np.sqrt(_own_sums(parts, exponent)) for parts in (X, Y))
    return np.asarray(sums / own[:, None] / other)


def _own_sums(structures: Sequence[ArrayLike], exponent: int) -> Array:
    return np.array([site_similarity(rows, exponent=exponent).sum() for rows in structures])


def _stacked(structures: Sequence[ArrayLike], name: str) -> tuple[Array, NDArray[np.int64]]:
    """All environments in one array, and where each structure begins."""
    parts = [np.atleast_2d(np.asarray(rows, dtype=float)) for rows in structures]
    empty = [k for k, rows in enumerate(parts) if rows.size == 0]
    if empty or not parts:
        what = (
            f"Structure {empty[0]} of {name} has no environments" if empty else f"{name} is empty"
        )
        raise DescriptorError(f"{what}: give at least one vector for each structure.")
    widths = {rows.shape[1] for rows in parts}
    if len(widths) > 1:
        raise DescriptorError(
            f"The structures of {name} have vectors of different lengths, {sorted(widths)}: "
            "describe all with the same settings."
        )
    starts = np.cumsum([0, *(len(rows) for rows in parts[:-1])])
    return np.vstack(parts), starts


def _unit_rows(X: ArrayLike, name: str) -> Array:
    try:
        rows = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        raise DescriptorError(
            f"{name} is no array of numbers: give vectors of one length, one a row."
        ) from None
    if rows.ndim != 2:
        raise DescriptorError(
            f"{name} has {rows.ndim} axes: give one vector a row, an array of two axes."
        )
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    bad = ~np.isfinite(lengths[:, 0]) | (lengths[:, 0] == 0)
    if bad.any():
        raise DescriptorError(
            f"Row {int(bad.argmax())} of {name} is zero or holds numbers that are not finite, as "
            "those of rows without geometry do: leave it out."
        )
    return np.asarray(rows / lengths)


def _check_same_length(first: Array, second: Array) -> None:
    if first.shape[1] != second.shape[1]:
        raise DescriptorError(
            f"X has vectors of {first.shape[1]} numbers and Y of {second.shape[1]}: describe both "
            "with the same settings."
        )


def _checked_exponent(exponent: Any) -> int:
    number = isinstance(exponent, Real) and not isinstance(exponent, bool)
    if not number or not float(exponent).is_integer() or exponent < 1:
        raise DescriptorError(
            f"The exponent of a similarity cannot be {exponent!r}: give a whole number from 1."
        )
    return int(exponent)
