"""What holds of every regressor by name, with few trees and rounds so that it takes seconds."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.automatic import AutomaticChoice
from catml.models.regressors.base import row_sets
from catml.models.regressors.cross_fitted import CrossFitted
from catml.models.regressors.names import REGRESSOR_NAMES
from catml.models.regressors.registry import make_regressor
from catml.models.regressors.stacking import Stacking

FEW = {
    "random_forest": {"n_estimators": 5},
    "extra_trees": {"n_estimators": 5},
    "gradient_boosting": {"max_iter": 10},
    "neural_network": {"n_estimators": 1},
}
# The search of TPOT needs an extra and has tests of its own.
NAMES = [name for name in REGRESSOR_NAMES if name != "tpot"]
CROSS_FITTED = [name for name in NAMES if isinstance(make_regressor(name), CrossFitted)]


def quick(name: str, *, n_jobs: int = 1):
    model = make_regressor(name, seed=1, n_jobs=n_jobs)
    if isinstance(model, CrossFitted):
        model.estimator.set_params(**FEW.get(name, {}))
        search = model.search or {}
        model.set_params(search={key: values[:2] for key, values in search.items()} or None)
    if isinstance(model, Stacking):
        model.set_params(members=("gaussian_process", "ridge", "xgboost"))
    if isinstance(model, AutomaticChoice):
        model.set_params(candidates=("ridge", "gaussian_process"))
    return model


def line(n: int = 60, width: int = 4):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, width))
    return X, X[:, 0] + 0.1 * rng.normal(size=n), np.arange(n) // 4


def with_gaps():
    X, y, groups = line()
    X[np.random.default_rng(1).random(X.shape) < 0.3] = np.nan
    X[:, 1] = np.nan
    return X, y, groups


def repeated_rows():
    X, y, _ = line(15)
    return np.repeat(X, 4, axis=0), np.repeat(y, 4), np.arange(60) // 4


def unlike_units():
    X, y, groups = line()
    return 1e6 * X, 1e6 * y, groups


CASES = {
    "missing features": with_gaps,
    "a constant target": lambda: (line()[0], np.full(60, -1.5), line()[2]),
    "one group": lambda: (*line()[:2], np.zeros(60, int)),
    "repeated rows": repeated_rows,
    "rows all alike": lambda: (np.ones((40, 3)), line(40)[1], np.arange(40) // 4),
    "ten rows": lambda: line(10),
    "more features than rows": lambda: line(20, 50),
    "large numbers": unlike_units,
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CROSS_FITTED)
def test_is_a_scikit_learn_estimator(name: str) -> None:
    check_estimator(quick(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", CASES)
def test_odd_tables_give_finite_numbers_that_a_file_keeps(name: str, case: str) -> None:
    X, y, groups = CASES[case]()
    model = quick(name).fit(X, y, groups=groups)
    mean, std = model.predict(X, return_std=True)
    assert np.isfinite(mean).all()
    assert np.abs(mean - y.mean()).max() < 10 * (np.ptp(y) + 1e-4)
    assert np.isfinite(std).all()
    assert (std >= 0).all()
    for sets in (row_sets(groups), (np.arange(5), np.arange(3, 8))):
        left_out = model.predict_left_out(sets)
        assert np.isfinite(left_out).all()
        assert np.shape(left_out) == (2, sum(map(len, sets)))
    again = regressor_of(state_of(model)).predict(X, return_std=True)
    np.testing.assert_allclose(again, [mean, std], rtol=1e-6, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_seed_alone_decides(name: str) -> None:
    X, y, groups = line()
    one, two = (
        quick(name, n_jobs=jobs).fit(X, y, groups=groups).predict(X, return_std=True)
        for jobs in (1, 2)
    )
    np.testing.assert_array_equal(one, two)
