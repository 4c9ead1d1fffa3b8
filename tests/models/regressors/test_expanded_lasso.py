import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.utils.estimator_checks import check_estimator

from catml.models.regressors.expanded_lasso import ExpandedLasso


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(ExpandedLasso(n_primary=4, n_rounds=1, n_per_round=4, n_folds=2))


def planted(n: int, seed: int = 0):
    X = np.random.default_rng(seed).uniform(0.5, 2.0, size=(n, 8))
    return X, X[:, 3] / X[:, 5] + X[:, 7]


def test_a_planted_formula_is_found() -> None:
    X, y = planted(200)
    model = ExpandedLasso().fit(X, y)
    leading = model.formula(list("abcdefgh")).split(" + ")[1:3]
    assert {term.split("*", 1)[1] for term in leading} == {"d*1/f", "h"}
    X, y = planted(100, seed=1)
    assert model.score(X, y) > 0.999
    assert LinearRegression().fit(*planted(200)).score(X, y) < 0.98


def test_operators_of_single_features_are_found_and_written() -> None:
    X = np.random.default_rng(0).uniform(0.5, 2.0, size=(150, 2))
    y = np.log(X[:, 0]) - 2 * X[:, 1] ** 2
    model = ExpandedLasso().fit(X, y)
    text = model.formula(["a", "b"])
    assert "*ln|a|" in text
    assert "*b^2" in text
    assert model.score(X, y) > 0.999


def test_no_reciprocal_of_what_crosses_zero() -> None:
    X = np.random.default_rng(0).normal(size=(100, 3))
    model = ExpandedLasso().fit(X, X[:, 0] ** 2 + X[:, 1])
    assert set(model.terms_[:, [1, 3]].ravel()) <= {0, 1}
    assert model.score(X, X[:, 0] ** 2 + X[:, 1]) > 0.99


def test_terms_stay_near_their_training_range() -> None:
    X = np.random.default_rng(0).uniform(1.0, 2.0, size=(100, 1))
    model = ExpandedLasso().fit(X, 1.0 / X[:, 0])
    # 1/x is held at 1 + half the range it had, so that a pole does not run away.
    assert np.abs(model.predict([[1e-9], [0.0], [-1.0]])).max() < 3.0


def test_few_rows_and_constant_targets_give_the_mean() -> None:
    X = np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(ExpandedLasso().fit(X, [1.0, 2.0, 6.0]).predict(X), 3.0)
    X = np.random.default_rng(0).normal(size=(20, 2))
    np.testing.assert_allclose(ExpandedLasso().fit(X, np.full(20, 4.0)).predict(X), 4.0)
