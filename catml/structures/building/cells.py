"""The in-plane cell of a slab: repeats of the surface cell, whole-number matrices, rectangles.

A supercell is a matrix of whole numbers whose rows are its two vectors in units of the surface
cell's; ``((2, 0), (0, 3))`` repeats the surface cell twice and three times.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.finding.translations import reduced
from catml.structures.neighbors import NEIGHBOR_RATIO
from catml.structures.quantities import is_count

Pair: TypeAlias = tuple[int, int]
Matrix: TypeAlias = tuple[Pair, Pair]
Size: TypeAlias = Sequence[int] | Sequence[Sequence[int]] | NDArray[np.int64]

MOST_RECTANGULAR_CELLS = 16
"""Surface cells that the smallest rectangular cell may hold; up to index 3, cubic bulks need 3."""

_ALLOWED = (
    "give two whole numbers of repeats, such as (2, 2), or two rows of whole numbers that are the "
    "new cell vectors in surface cells, such as ((1, 1), (-1, 2))"
)


def checked_size(size: Size, name: str, vectors: NDArray[np.float64], *, least: int = 1) -> Matrix:
    """Return a size as a matrix with a positive determinant.

    Parameters
    ----------
    size : (int, int) or 2 rows of 2 int
        Repeats of the surface cell, or the new cell vectors in its units. Rows that make a
        left-handed cell change places.
    name : str
        What is built, for messages.
    vectors : float array (2, 3) or (2, 2)
        The surface cell.
    least : int
        Least number of repeats. A matrix must then keep the copies of one atom further apart than
        neighbours.

    Raises
    ------
    SurfaceError
        If the size is anything else.

    Examples
    --------
    >>> checked_size([2, 3], "Pt(100)", np.eye(2))
    ((2, 0), (0, 3))
    >>> checked_size([[0, 2], [3, 0]], "Pt(100)", np.eye(2))
    ((3, 0), (0, 2))
    """
    refusal = f"Cannot build {name} with size={size!r}: "
    rows: Any = size.tolist() if isinstance(size, np.ndarray) else size
    if not _is_pair(rows):
        raise SurfaceError(f"{refusal}{_ALLOWED}.")
    apart = ", for single atoms must not be neighbours of each other" if least > 1 else ""
    if all(is_count(n) for n in rows):
        if min(rows) < least:
            raise SurfaceError(f"{refusal}it must be at least ({least}, {least}){apart}.")
        return (int(rows[0]), 0), (0, int(rows[1]))
    if not all(_is_pair(row) and all(is_count(n) for n in row) for row in rows):
        raise SurfaceError(f"{refusal}{_ALLOWED}.")
    (a, b), (c, d) = ((int(row[0]), int(row[1])) for row in rows)
    if a * d == b * c:
        raise SurfaceError(f"{refusal}its two rows are parallel and span no cell.")
    matrix = ((a, b), (c, d)) if a * d > b * c else ((c, d), (a, b))
    if least > 1 and _shortest(np.array(matrix) @ vectors) < NEIGHBOR_RATIO * _shortest(vectors):
        raise SurfaceError(f"{refusal}its vectors are too short{apart}.")
    return matrix


def plain_size(matrix: Matrix) -> list[int] | list[list[int]]:
    """Return a matrix as files keep it: ``[2, 3]`` where it only repeats the surface cell."""
    (a, b), (c, d) = matrix
    return [a, d] if b == c == 0 else [[a, b], [c, d]]


def cell_count(matrix: Matrix) -> int:
    """Return how many surface cells a supercell holds.

    Examples
    --------
    >>> cell_count(((2, 1), (-1, 1)))
    3
    """
    (a, b), (c, d) = matrix
    return a * d - b * c


def times(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the supercell `outer` of the supercell `inner`."""
    (a, b), (c, d) = (np.array(outer) @ np.array(inner)).tolist()
    return (a, b), (c, d)


def copies(matrix: Matrix) -> NDArray[np.int64]:
    """Return the surface cells whose origin lies inside a supercell, shape (cell_count, 2).

    Examples
    --------
    >>> copies(((2, 1), (-1, 1))).tolist()
    [[0, 0], [0, 1], [1, 1]]
    """
    (a, b), (c, d) = matrix
    corners = np.array([(0, 0), (a, b), (c, d), (a + c, b + d)])
    low, high = corners.min(axis=0), corners.max(axis=0)
    grid = np.indices(tuple(high - low + 1)).reshape(2, -1).T + low
    inside = grid @ np.array([[d, -b], [-c, a]])
    found: NDArray[np.int64] = grid[((inside >= 0) & (inside < cell_count(matrix))).all(axis=1)]
    return found


def rectangular(vectors: NDArray[np.float64], name: str) -> Matrix:
    """Return the smallest rectangular cell of a surface lattice, its shorter vector first.

    Parameters
    ----------
    vectors : float array (2, 3) or (2, 2)
        The surface cell.
    name : str
        What is built, for messages.

    Raises
    ------
    SurfaceError
        If none has at most `MOST_RECTANGULAR_CELLS` surface cells.

    Examples
    --------
    >>> rectangular(np.array([[1.0, 0.0], [0.5, 0.75**0.5]]), "Pt(111)")
    ((1, 0), (-1, 2))
    """
    (xx, xy), (_, yy) = (vectors @ vectors.T).tolist()
    matrix = _rectangular(round(xy / xx, 9), round(yy / xx, 9))
    if matrix is None:
        raise SurfaceError(
            f"Cannot build {name} with orthogonal=True: no rectangular cell of up to "
            f"{MOST_RECTANGULAR_CELLS} surface cells was found. Leave orthogonal out."
        )
    return matrix


@lru_cache(maxsize=1024)
def _rectangular(xy: float, yy: float) -> Matrix | None:
    """The smallest rectangle, from the scalar products of the vectors; that of the first is 1.

    A vector (u, v) and the one perpendicular to it span an area of `count` cells when the second
    has the coordinates computed here, which must be whole numbers.
    """
    reach = range(-MOST_RECTANGULAR_CELLS, MOST_RECTANGULAR_CELLS + 1)
    first = np.array([pair for pair in product(reach, repeat=2) if pair > (0, 0)])[::-1]
    along = first @ np.array([[1.0, xy], [xy, yy]])
    square = (along * first).sum(axis=1)
    for count in range(1, MOST_RECTANGULAR_CELLS + 1):
        second = np.column_stack([-along[:, 1], along[:, 0]]) * (count / square)[:, None]
        whole = np.abs(second - np.rint(second)).max(axis=1) < 1e-6
        if whole.any():
            best = np.flatnonzero(whole)[np.round(square[whole], 6).argmin()]
            (a, b), (c, d) = first[best].tolist(), np.rint(second[best]).astype(int).tolist()
            return (a, b), (c, d)
    return None


def _is_pair(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2


def _shortest(vectors: NDArray[np.float64]) -> float:
    """Length of the shortest translation of a lattice."""
    return float(np.linalg.norm(reduced(vectors)[0]))
