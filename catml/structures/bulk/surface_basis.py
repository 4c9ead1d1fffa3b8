"""The lattice vectors of a facet: two short ones in its plane, one that leads out of it."""

from itertools import product
from math import gcd

import numpy as np
from numpy.typing import NDArray

from catml.structures.bulk.prototypes import BulkStructure

_IntArray = NDArray[np.int64]


def primitive_normal(bulk: BulkStructure, miller: tuple[int, ...]) -> _IntArray:
    """Return the Miller indices with respect to the primitive lattice vectors, made coprime."""
    h, k, l = miller[0], miller[1], miller[-1]  # noqa: E741
    normal = np.array(bulk.miller_cell) @ np.array([h, k, l])
    return normal // gcd(*(int(x) for x in normal))


def surface_basis(normal: _IntArray, cell: NDArray[np.float64]) -> _IntArray:
    """Return a right-handed lattice basis (rows, in primitive vectors), the first two in the plane.

    `normal` is that of `primitive_normal`; `cell` holds the primitive vectors as rows, shape
    (3, 3), in any unit of length.
    """
    h, k, l = (int(x) for x in normal)  # noqa: E741
    if h == 0 and k == 0:
        rough = [[1, 0, 0], [0, 1, 0], [0, 0, l]]
    else:
        g = gcd(h, k)
        x, y = _bezout(h, k)
        p, q = _bezout(g, l)
        rough = [[k // g, -h // g, 0], [x * l, y * l, -g], [p * x, p * y, q]]
    first, second, third = np.array(rough)
    first, second = _shortest_pair(first, second, cell)
    basis = np.array([first, second, third])
    if np.linalg.det(basis @ cell) < 0:
        basis[1] *= -1
    return _tidy(basis, cell)


def _bezout(a: int, b: int) -> tuple[int, int]:
    """Integers x, y with x a + y b = gcd(a, b) > 0."""
    if b == 0:
        return (1, 0) if a > 0 else (-1, 0)
    x, y = _bezout(b, a % b)
    return y, x - (a // b) * y


def _shortest_pair(
    first: _IntArray, second: _IntArray, cell: NDArray[np.float64]
) -> tuple[_IntArray, _IntArray]:
    """Lagrange's reduction of a two-dimensional lattice basis."""
    while True:
        if np.linalg.norm(first @ cell) > np.linalg.norm(second @ cell) + 1e-9:
            first, second = second, first
        a, b = first @ cell, second @ cell
        steps = round(float(a @ b / (a @ a)))
        shorter = second - steps * first
        if steps == 0 or np.linalg.norm(shorter @ cell) > np.linalg.norm(b) - 1e-9:
            return first, second
        second = shorter


def _tidy(basis: _IntArray, cell: NDArray[np.float64]) -> _IntArray:
    """Of the equally short right-handed pairs take one with an acute angle, always the same."""

    def untidiness(pair: _IntArray) -> tuple[object, ...]:
        a, b = pair @ basis[:2] @ cell
        lengths = (round(float(a @ a), 6), round(float(b @ b), 6))
        return (*lengths, bool(a @ b < -1e-9), *(-pair).ravel().tolist())

    pairs = (np.array(p).reshape(2, 2) for p in product((-1, 0, 1), repeat=4))
    proper = (p for p in pairs if p[0, 0] * p[1, 1] - p[0, 1] * p[1, 0] == 1)
    best = min(proper, key=untidiness)
    return np.vstack([best @ basis[:2], basis[2:]])
