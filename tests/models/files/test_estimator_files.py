import numpy as np
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.svm import SVR

from catml.errors import ModelError
from catml.models.files.estimator_files import estimator_bytes, estimator_from
from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.base import Array
from catml.models.regressors.cross_fitted import CrossFitted
from catml.models.regressors.registry import REGRESSORS, make_regressor
from tests.models.problems import smooth_problem

NAMES = [name for name in REGRESSORS if isinstance(make_regressor(name), CrossFitted)]

SMALL = {
    "random_forest": {"n_estimators": 5},
    "extra_trees": {"n_estimators": 5},
    "gradient_boosting": {"max_iter": 10},
}


@pytest.fixture(scope="module")
def problem() -> tuple[Array, Array]:
    X, y, _ = smooth_problem(40)
    X[4, 1] = np.nan
    return X, y


def test_all_but_those_of_their_own_are_cross_fitted() -> None:
    assert set(REGRESSORS) - set(NAMES) == {
        "blend",
        "automatic",
        "gaussian_process",
        "ridge",
        "robust_network",
        "stacking",
        "two_views",
        "tpot",
        "xgboost",
    }


@pytest.mark.parametrize("name", NAMES)
def test_predictions_survive_being_saved(name: str, problem: tuple[Array, Array]) -> None:
    model = make_regressor(name, seed=2, n_jobs=1)
    model.estimator.set_params(**SMALL.get(name, {}))
    model.fit(*problem)
    again = regressor_of(state_of(model))
    for before, after in zip(
        model.predict(problem[0], True), again.predict(problem[0], True), strict=True
    ):
        np.testing.assert_allclose(after, before, rtol=1e-9)
    assert repr(again) == repr(model)
    with pytest.raises(ModelError, match="fit the model first"):
        again.predict_left_out()


def refused(estimator: object) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        estimator_from(skops.io.dumps(estimator), n_features=6)
    return str(caught.value)


def test_forests_that_lead_astray_are_refused(problem: tuple[Array, Array]) -> None:
    for field, value, why in [
        ("left_child", 0, "leads out of itself"),
        ("right_child", 10**6, "leads out of itself"),
        ("feature", 6, "feature that is not there"),
    ]:
        forest = RandomForestRegressor(4).fit(np.nan_to_num(problem[0]), problem[1])
        forest.estimators_[3].tree_.__getstate__()["nodes"][field][0] = value
        assert why in refused(forest)


def test_boosted_trees_that_lead_astray_are_refused(problem: tuple[Array, Array]) -> None:
    for field, value, why in [
        ("right", 200, "leads out of itself"),
        ("feature_idx", 9, "feature that is not there"),
        ("is_categorical", 1, "categories"),
    ]:
        boosting = HistGradientBoostingRegressor(max_iter=3, min_samples_leaf=5)
        boosting.fit(np.nan_to_num(problem[0]), problem[1])
        boosting._predictors[0][0].nodes[field][0] = value
        assert why in refused(boosting)


def test_support_vectors_that_do_not_match_are_refused(problem: tuple[Array, Array]) -> None:
    vectors = SVR().fit(np.nan_to_num(problem[0]), problem[1])
    vectors.support_ = vectors.support_[:-1]
    assert "do not match" in refused(vectors)


def test_another_number_of_features_is_refused(problem: tuple[Array, Array]) -> None:
    assert "number of features" in refused(SVR().fit(np.nan_to_num(problem[0])[:, :5], problem[1]))


def test_other_types_are_neither_saved_nor_loaded() -> None:
    with pytest.raises(ModelError, match="LinearRegression cannot be saved"):
        estimator_bytes(LinearRegression())
    assert "no estimator of a model" in refused(LinearRegression())
    assert "not trusted" in refused(CrossFitted(LinearRegression()))
