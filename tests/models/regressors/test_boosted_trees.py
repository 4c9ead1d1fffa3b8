import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from catml.errors import ModelError
from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.base import row_sets
from catml.models.regressors.boosted_trees import BoostedTrees
from tests.models.problems import smooth_problem


def quick(**settings) -> BoostedTrees:
    return BoostedTrees(**{"n_rounds": 60, "max_depth": 4, "n_jobs": 1} | settings)


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(quick(n_rounds=20))


def test_same_seed_same_trees() -> None:
    X, y, groups = smooth_problem(200)
    one, two = (quick().fit(X, y, groups).predict(X, return_std=True) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_no_row_is_held_out_with_a_booster_that_saw_its_group() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 10)
    # The feature is a name of the group and the target a random number of the group: memory of
    # the group predicts it, nothing else does.
    X = np.repeat(rng.permutation(20).astype(float), 10)[:, None]
    y = np.repeat(rng.normal(size=20), 10)
    model = quick(n_rounds=200, min_child_weight=1.0).fit(X, y, groups)
    assert np.corrcoef(model.predict(X), y)[0, 1] > 0.8
    assert abs(np.corrcoef(model.predict_left_out()[0], y)[0, 1]) < 0.6


def test_the_groups_of_fit_need_no_new_boosters_and_others_are_honest() -> None:
    X, y, groups = smooth_problem(200)
    model = quick().fit(X, y, groups)
    mean, _ = model.predict_left_out(row_sets(groups))
    np.testing.assert_array_equal(mean, model.predict_left_out()[0])
    # One label per half of the rows, and the target is that label: nothing else predicts it.
    halves = np.repeat([0.0, 1.0], 100)
    model = quick().fit(halves[:, None], halves)
    left_out, _ = model.predict_left_out(row_sets(halves))
    assert np.abs(left_out - halves).min() > 0.5


def test_scale_follows_the_local_error() -> None:
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, size=(2000, 3))
    y = X[:, 0] + rng.normal(size=2000) * np.where(X[:, 1] > 0, 0.5, 0.05)
    model = quick(n_rounds=300, colsample_bytree=1.0)
    scale = model.fit(X, y).predict(X, return_std=True)[1]
    assert np.median(scale[X[:, 1] > 0.1]) > 2.5 * np.median(scale[X[:, 1] < -0.1])


def test_missing_features_are_allowed() -> None:
    X, y, groups = smooth_problem(100)
    X[::3, 2] = np.nan
    assert np.isfinite(quick().fit(X, y, groups).predict(X)).all()


def test_a_restored_model_has_no_held_out_rows() -> None:
    X, y, groups = smooth_problem(60)
    restored = regressor_of(state_of(quick().fit(X, y, groups)))
    with pytest.raises(ModelError, match="fit the model first"):
        restored.predict_left_out()
