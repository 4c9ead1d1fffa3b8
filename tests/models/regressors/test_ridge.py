import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import check_estimator

from catml.models.regressors.base import row_sets
from catml.models.regressors.ridge import RidgeWithUncertainty
from tests.models.problems import smooth_problem


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(RidgeWithUncertainty())


def test_coefficients_are_those_of_scikit_learn() -> None:
    X, y, _ = smooth_problem(80)
    model = RidgeWithUncertainty(penalties=(3.0,)).fit(X, y)
    known = Ridge(3.0).fit(model.scaling_.apply(X), y)
    np.testing.assert_allclose(model.coef_, known.coef_, atol=1e-10)


@pytest.mark.parametrize(
    "left_out", [None, row_sets(np.arange(60) // 6), (np.array([3, 1, 50]), np.array([1, 2]))]
)
def test_left_out_is_what_refitting_without_the_rows_gives(left_out) -> None:
    X, y, _ = smooth_problem(60)
    model = RidgeWithUncertainty(penalties=(2.0,)).fit(X, y)
    Z = model.scaling_.apply(X)
    mean, std = model.predict_left_out(left_out)
    start = 0
    for rows in (row_sets(np.arange(60)) if left_out is None else left_out)[:4]:
        inside = np.delete(np.arange(60), rows)
        known = Ridge(2.0).fit(Z[inside], y[inside]).predict(Z[rows])
        np.testing.assert_allclose(mean[start : start + len(rows)], known, atol=1e-6)
        start += len(rows)
    assert (std >= model.residual_std_).all()


def test_width_grows_away_from_the_training_rows() -> None:
    X, y, _ = smooth_problem(60)
    model = RidgeWithUncertainty().fit(X, y)
    near, far = model.predict([[0.0] * 6, [9.0] * 6], return_std=True)[1]
    assert far > 1.2 * near


def test_more_features_than_rows() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 50)), rng.normal(size=20)
    mean, std = RidgeWithUncertainty().fit(X, y).predict(X, return_std=True)
    assert np.isfinite(mean).all()
    assert (std > 0).all()
