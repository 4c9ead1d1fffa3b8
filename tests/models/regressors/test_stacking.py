import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import check_estimator

from catml.errors import ModelError
from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.base import row_sets
from catml.models.regressors.boosted_trees import BoostedTrees
from catml.models.regressors.cross_fitted import CrossFitted
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.ridge import RidgeWithUncertainty
from catml.models.regressors.stacking import Stacking, convex_weights
from tests.models.problems import smooth_problem

TREES = CrossFitted(ExtraTreesRegressor(10, random_state=0))


def partly_linear_problem(n: int):
    """Neither a line nor a few trees are enough."""
    X, y, groups = smooth_problem(n)
    return X, 2 * y + X[:, 2], groups


PAIR = (("line", RidgeWithUncertainty()), ("trees", TREES))


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(Stacking(("ridge", ("penalized", CrossFitted(Ridge())))))


def test_weights_are_the_best_of_all_that_are_convex() -> None:
    rng = np.random.default_rng(0)
    for n_members in (2, 3, 5):
        target = rng.normal(size=200)
        predictions = (
            target
            + rng.normal(size=(n_members, 200)) * rng.uniform(0.2, 1, n_members)[:, None]
            + 0.3 * rng.normal(size=200)
        )
        weights = convex_weights(predictions, target)
        best = minimize(
            lambda w, p=predictions, y=target: np.mean((w @ p - y) ** 2),
            np.full(n_members, 1 / n_members),
            bounds=[(0, 1)] * n_members,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            tol=1e-12,
        )
        np.testing.assert_allclose(weights, best.x, atol=1e-4)
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1)


def test_members_without_any_error_share_equally() -> None:
    assert convex_weights(np.ones((4, 9)), np.ones(9)).tolist() == [0.25] * 4


def test_the_mean_is_that_of_the_members() -> None:
    X, y, groups = partly_linear_problem(120)
    model = Stacking(PAIR).fit(X, y, groups)
    line = RidgeWithUncertainty().fit(X, y).predict(X)
    trees = CrossFitted(ExtraTreesRegressor(10, random_state=0)).fit(X, y, groups).predict(X)
    known = model.weights_["line"] * line + model.weights_["trees"] * trees
    assert 0 < model.weights_["line"] < 1
    np.testing.assert_allclose(model.predict(X), known)
    np.testing.assert_allclose(model.predict(X, return_std=True)[0], known)


def test_held_out_it_is_at_least_as_good_as_its_members() -> None:
    X, y, groups = smooth_problem(300)
    stack = Stacking(PAIR).fit(X, y, groups)
    sets = row_sets(groups)
    rows = np.concatenate(sets)

    def error(model) -> float:
        return float(np.sqrt(np.mean((model.predict_left_out(sets)[0] - y[rows]) ** 2)))

    assert error(stack) < 1.02 * min(map(error, stack.members_.values()))


def test_memory_of_a_group_gets_no_weight() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(30), 5)
    name = np.repeat(rng.permutation(30).astype(float), 5)
    slope = rng.normal(size=150)
    X = np.column_stack([name, slope])
    y = slope + 0.3 * np.repeat(rng.normal(size=30), 5)
    tree = CrossFitted(ExtraTreesRegressor(1, bootstrap=False, random_state=0))
    members = (("memory", tree), ("line", RidgeWithUncertainty()))
    assert Stacking(members).fit(X, y, groups).weights_["line"] > 0.8


def test_intervals_cover_nine_in_ten_rows_of_unseen_groups() -> None:
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(120), 5)
    X = rng.normal(size=(120, 4))[groups] + 0.2 * rng.normal(size=(600, 4))
    y = X @ [1.0, -0.5, 0.3, 0.0] + rng.normal(size=120)[groups] * 0.4 + rng.normal(size=600) * 0.2
    known = groups < 60
    model = Stacking(PAIR).fit(X[known], y[known], groups[known])
    mean, std = model.predict(X[~known], return_std=True)
    assert 0.82 < (np.abs(y[~known] - mean) < 1.645 * std).mean() < 0.96
    sets = row_sets(groups[known])
    mean, std = model.predict_left_out(sets)
    error = y[known][np.concatenate(sets)] - mean
    assert np.mean((error / std) ** 2) == pytest.approx(1.0)


def test_sets_that_are_no_groups_are_left_out_of_every_member() -> None:
    X, y, groups = smooth_problem(60)
    model = Stacking(PAIR).fit(X, y, groups)
    sets = (np.arange(15), np.arange(10, 30))
    parts = [member.predict_left_out(sets)[0] for member in model.members_.values()]
    known = np.array(list(model.weights_.values())) @ np.array(parts)
    mean, std = model.predict_left_out(sets)
    np.testing.assert_allclose(mean, known)
    assert std.shape == (35,)


def test_it_grows_and_rehearses_as_its_members_do() -> None:
    X, y, groups = partly_linear_problem(120)
    process = ("process", ARDGaussianProcess(n_steps=10))
    smooth = Stacking((process, "ridge")).fit(X, y, groups)
    assert smooth.std_grows
    assert "element" in smooth.rehearses
    mixed = Stacking(("ridge", ("trees", TREES))).fit(X, y, groups)
    assert min(mixed.weights_.values()) > 0
    assert not mixed.std_grows
    assert mixed.rehearses == ("composition", "host")


def test_predictions_survive_being_saved() -> None:
    X, y, groups = smooth_problem(60)
    X[2, 3] = np.nan
    boosted = ("boosted", BoostedTrees(n_rounds=10))
    model = Stacking(("gaussian_process", boosted, ("trees", TREES)), random_state=3)
    model.fit(X, y, groups)
    again = regressor_of(state_of(model))
    for before, after in zip(model.predict(X, True), again.predict(X, True), strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-6)
    assert repr(again) == repr(model)
    assert again.weights_ == model.weights_
    with pytest.raises(ModelError, match="fit the model first"):
        again.predict_left_out()


def test_same_seed_same_numbers() -> None:
    X, y, groups = smooth_problem(60)
    one, two = (
        Stacking(("ridge", "xgboost"), n_jobs=jobs, random_state=1).fit(X, y, groups).predict(X)
        for jobs in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def test_members_need_names_of_their_own() -> None:
    X, y, _ = smooth_problem(30)
    with pytest.raises(ModelError, match="Two members of the stack are called 'ridge'"):
        Stacking(("ridge", ("ridge", RidgeWithUncertainty()))).fit(X, y)
    with pytest.raises(ModelError, match="A stack needs members"):
        Stacking(()).fit(X, y)
    with pytest.raises(ModelError, match="no regressor 'trees'"):
        Stacking(("trees",)).fit(X, y)
