from itertools import combinations

import numpy as np
import pytest
from ase.geometry import get_distances
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.structures.placing.spreading import spread_out

HEXAGONAL = np.array([[1.0, 0.0, 0.0], [0.5, np.sqrt(0.75), 0.0], [0.0, 0.0, 1.0]])
SQUARE = np.eye(3)
PLANE = (True, True, False)


def lattice(unit, n, m):
    points = np.array([i * unit[0] + j * unit[1] for i in range(n) for j in range(m)])
    return points, unit * np.array([[n], [m], [1]])


def shortest(points, cell, chosen):
    """Shortest distance between chosen points and their images, over many images."""
    turns = [[i, j, 0] for i in range(-3, 4) for j in range(-3, 4)]
    images = np.array(turns) @ cell
    ways = points[chosen][:, None] - points[chosen]
    lengths = np.linalg.norm(ways[None] + images[:, None, None], axis=3)
    return float(lengths[lengths > 1e-6].min())


# Nearest distances in units of the lattice constant: textbook overlayers.
@pytest.mark.parametrize(
    ("unit", "size", "count", "distance"),
    [
        (HEXAGONAL, (2, 2), 1, 2.0),  # p(2x2)
        (HEXAGONAL, (4, 4), 4, 2.0),
        (HEXAGONAL, (6, 6), 9, 2.0),
        (HEXAGONAL, (3, 3), 3, np.sqrt(3)),  # (√3x√3)R30°
        (HEXAGONAL, (6, 6), 12, np.sqrt(3)),
        (HEXAGONAL, (3, 3), 1, 3.0),
        (HEXAGONAL, (7, 7), 7, np.sqrt(7)),  # (√7x√7)R19.1°
        (SQUARE, (2, 2), 2, np.sqrt(2)),  # c(2x2)
        (SQUARE, (4, 4), 8, np.sqrt(2)),
        (SQUARE, (6, 6), 18, np.sqrt(2)),
        (SQUARE, (4, 4), 4, 2.0),
        (SQUARE, (5, 5), 5, np.sqrt(5)),
    ],
)
def test_textbook_overlayers(unit, size, count, distance):
    points, cell = lattice(unit, *size)
    chosen = spread_out(points, cell, PLANE, count)
    assert len(set(chosen)) == count
    assert shortest(points, cell, chosen) == pytest.approx(distance, abs=1e-3)


@pytest.mark.parametrize("size", [(3, 3), (6, 6)])
def test_two_thirds_is_a_honeycomb(size):
    points, cell = lattice(HEXAGONAL, *size)
    count = len(points) * 2 // 3
    chosen = spread_out(points, cell, PLANE, count)
    _, lengths = get_distances(points[chosen], points[chosen], cell=cell, pbc=PLANE)
    neighbours = (np.abs(lengths - 1) < 1e-3).sum(axis=1)
    assert set(neighbours.tolist()) == {3}


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 999),
    n=st.integers(2, 8),
    count=st.integers(1, 8),
    shear=st.floats(0, 0.9),
)
def test_no_choice_is_farther_apart(seed, n, count, shear):
    count = min(count, n)
    cell = np.array([[3.0, 0.0, 0.0], [3 * shear, 4.0, 0.0], [0.0, 0.0, 9.0]])
    points = np.random.default_rng(seed).random((n, 3)) @ np.diag([1, 1, 0]) @ cell
    chosen = spread_out(points, cell, PLANE, count)
    found = shortest(points, cell, chosen)
    best = max(shortest(points, cell, list(part)) for part in combinations(range(n), count))
    # Distances count as equal when they differ by less than 5 % of the shortest there is.
    assert found >= best - 0.05 * shortest(points, cell, list(range(n)))


def test_large_random_patterns_are_at_least_as_good_as_random_ones():
    generator = np.random.default_rng(3)
    points, cell = lattice(HEXAGONAL, 6, 6)
    points = points + 0.05 * generator.random(points.shape) * [1, 1, 0]
    for count in (5, 7, 11):
        found = shortest(points, cell, spread_out(points, cell, PLANE, count))
        random = max(
            shortest(points, cell, generator.choice(36, count, replace=False)) for _ in range(300)
        )
        assert found >= random - 1e-9


def test_slightly_displaced_points_keep_their_pattern():
    points, cell = lattice(HEXAGONAL, 6, 6)
    moved = points + np.random.default_rng(1).normal(0, 0.02, points.shape)
    assert shortest(points, cell, spread_out(moved, cell, PLANE, 9)) == pytest.approx(2.0)


@pytest.mark.parametrize("unit", [HEXAGONAL, SQUARE])
def test_a_quarter_is_p2x2_in_every_cell(unit):
    for size in ((2, 2), (4, 4), (6, 4), (6, 6)):
        points, cell = lattice(unit, *size)
        chosen = spread_out(points, cell, PLANE, len(points) // 4)
        places = np.rint(points[chosen] @ np.linalg.inv(unit)).astype(int)
        assert (np.ptp(places % 2, axis=0) == 0).all()


def test_without_periodicity():
    line = np.array([[float(x), 0.0, 0.0] for x in range(7)])
    assert spread_out(line, np.zeros((3, 3)), (False, False, False), 3) == [0, 3, 6]
    assert spread_out(line[:1], np.zeros((3, 3)), (False, False, False), 1) == [0]
