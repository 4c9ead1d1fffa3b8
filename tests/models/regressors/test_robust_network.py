import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from catml.errors import ModelError
from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.base import row_sets
from catml.models.regressors.robust_network import RobustNetwork
from tests.models.problems import smooth_problem


def quick(**settings) -> RobustNetwork:
    return RobustNetwork(
        **{"hidden": (16,), "n_passes": 10, "dropout": 0.0, "min_steps": 200} | settings
    )


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(quick(hidden=(8,), min_steps=200))


def test_same_seed_same_networks() -> None:
    X, y, groups = smooth_problem(200)
    one, two = (quick().fit(X, y, groups).predict(X, return_std=True) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    other = quick(random_state=1).fit(X, y, groups).predict(X)
    assert np.abs(other - one[0]).max() > 1e-4


def test_no_row_is_held_out_with_a_network_that_saw_its_group() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 10)
    # The features name the group and the target is a random number of the group.
    X = np.eye(20)[groups]
    y = np.repeat(rng.normal(size=20), 10)
    model = quick(n_passes=60).fit(X, y, groups)
    assert np.corrcoef(model.predict(X), y)[0, 1] > 0.8
    assert abs(np.corrcoef(model.predict_left_out()[0], y)[0, 1]) < 0.6


def test_the_groups_of_fit_cost_nothing_and_other_sets_are_honest() -> None:
    X, y, groups = smooth_problem(200)
    model = quick().fit(X, y, groups)
    rows = np.concatenate(row_sets(groups))
    mean, std = model.predict_left_out(row_sets(groups))
    np.testing.assert_array_equal(mean, model.predict_left_out()[0][rows])
    np.testing.assert_array_equal(std, model.predict_left_out()[1][rows])
    halves = np.repeat([0.0, 1.0], 100)
    left_out, _ = quick().fit(halves[:, None], halves).predict_left_out(row_sets(halves))
    assert np.abs(left_out - halves).min() > 0.5


def test_the_deviation_is_that_of_the_errors_where_they_are() -> None:
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, size=(3000, 3))
    noise = np.where(X[:, 1] > 0, 0.5, 0.05)
    y = X[:, 0] + rng.normal(size=3000) * noise
    std = quick(hidden=(32,)).fit(X, y).predict(X, return_std=True)[1]
    assert np.median(std[X[:, 1] > 0.2]) == pytest.approx(0.5, rel=0.4)
    assert np.median(std[X[:, 1] < -0.2]) == pytest.approx(0.05, rel=1.0)


def test_missing_features_are_allowed() -> None:
    X, y, groups = smooth_problem(100)
    X[::3, 2] = np.nan
    assert np.isfinite(quick().fit(X, y, groups).predict(X)).all()


def test_predictions_survive_being_saved() -> None:
    X, y, groups = smooth_problem(100)
    model = quick(hidden=(8, 4)).fit(X, y, groups)
    again = regressor_of(state_of(model))
    for before, after in zip(model.predict(X, True), again.predict(X, True), strict=True):
        np.testing.assert_array_equal(after, before)
    assert repr(again) == repr(model)
    with pytest.raises(ModelError, match="fit the model first"):
        again.predict_left_out()
