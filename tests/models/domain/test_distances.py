import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.neighbors import NearestNeighbors

from catml.models.domain.distances import leverage, nearest_distance, usual_limit


def test_distance_is_that_of_the_three_nearest() -> None:
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(2100, 5)), rng.normal(size=(40, 5))
    expected = NearestNeighbors(n_neighbors=3).fit(B).kneighbors(A)[0].mean(axis=1)
    np.testing.assert_allclose(nearest_distance(A, B), expected / np.sqrt(5), rtol=1e-6)


def test_rows_of_the_same_group_are_no_neighbors() -> None:
    A = np.array([[0.0], [0.1], [1.0]])
    groups = np.array([0, 0, 1])
    found = nearest_distance(A, A, groups, groups)
    assert not np.isfinite(found).any()  # three neighbours of another group there are not
    many = np.vstack([A, [[2.0], [3.0], [4.0]]])
    labels = np.array([0, 0, 1, 2, 3, 4])
    assert nearest_distance(many, many, labels, labels)[0] == pytest.approx((1 + 2 + 3) / 3)


def test_leverage_is_the_slope_of_a_prediction() -> None:
    """The leverage of a training row is how far its fitted value follows its own target."""
    rng = np.random.default_rng(1)
    B = rng.normal(size=(30, 4))
    ridge = Ridge(alpha=0.01 * 30, fit_intercept=False)
    for row in (0, 7):
        target = np.zeros(30)
        target[row] = 1.0
        fitted = ridge.fit(B, target).predict(B[[row]])[0]
        assert leverage(B[[row]], B)[0] == pytest.approx(fitted)


def test_the_three_measures_grow_away_from_the_rows() -> None:
    rng = np.random.default_rng(2)
    B = rng.normal(size=(50, 3))
    steps = np.linspace(3.0, 9.0, 5)[:, None] * np.ones((5, 3))
    for measure in (nearest_distance, leverage):
        assert (np.diff(measure(steps, B)) > 0).all()


def test_the_usual_limit() -> None:
    assert usual_limit(np.arange(101.0), quantile=0.97) == 97.0
    assert usual_limit([], quantile=0.9) == np.inf
    assert usual_limit([0.0, 0.0], quantile=0.9) == np.inf
