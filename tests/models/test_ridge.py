import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import check_estimator

from catml.models.ridge import RidgeWithUncertainty
from tests.models.problems import smooth_problem


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(RidgeWithUncertainty())


def test_coefficients_are_those_of_scikit_learn() -> None:
    X, y, _ = smooth_problem(80)
    model = RidgeWithUncertainty(penalties=(3.0,)).fit(X, y)
    known = Ridge(3.0).fit(model.scaling_.apply(X), y)
    np.testing.assert_allclose(model.coef_, known.coef_, atol=1e-10)


@pytest.mark.parametrize("groups", [None, np.arange(60) // 6])
def test_held_out_is_what_refitting_without_the_group_gives(groups) -> None:
    X, y, _ = smooth_problem(60)
    model = RidgeWithUncertainty(penalties=(2.0,)).fit(X, y)
    Z = model.scaling_.apply(X)
    mean, std = model.predict_held_out(groups)
    labels = np.arange(60) if groups is None else groups
    for label in np.unique(labels)[:4]:
        out = labels == label
        known = Ridge(2.0).fit(Z[~out], y[~out]).predict(Z[out])
        np.testing.assert_allclose(mean[out], known, atol=1e-6)
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
