import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from catml.models.regressors.composite_process import CompositeGaussianProcess
from tests.models.problems import smooth_problem


def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(CompositeGaussianProcess())


def test_the_linear_part_goes_on_where_there_are_no_rows() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    y = 2 * X[:, 0] + np.sin(2 * X[:, 1])
    model = CompositeGaussianProcess(linear=[0], groups=[[1]]).fit(X, y)
    far = np.array([[8.0, 0.0, 0.0]])
    assert model.predict(far)[0] == pytest.approx(16.0, abs=0.5)


def test_held_out_rows_are_those_of_a_process_without_them() -> None:
    X, y, _ = smooth_problem(40)
    model = CompositeGaussianProcess(linear=[1], groups=[[0], [2, 3]], n_reweights=0).fit(X, y)
    Z, target = model.training_rows()
    left, _ = model.predict_left_out((np.array([3, 7]),))
    kept = np.setdiff1d(np.arange(40), [3, 7])
    expected = model.condition(Z[kept], target[kept], np.ones(38)).predict(X[[3, 7]])
    np.testing.assert_allclose(left, expected, atol=1e-6)


def test_missing_features_and_constant_ones_belong_to_their_group() -> None:
    X, y, _ = smooth_problem(80)
    X[::7, 1] = np.nan
    X[:, 2] = 3.0
    model = CompositeGaussianProcess(linear=[1, 2], groups=[[0], [2]]).fit(X, y)
    assert len(model.parameters_.groups) == 1
    assert len(model.parameters_.linear_columns) == 2  # the feature and the mark of its absence
    assert np.isfinite(model.predict(X)).all()
