import numpy as np
from numpy.testing import assert_allclose

from catml.models.regressors.scaling import FeatureScaling


def test_training_columns_become_standard() -> None:
    X = np.random.default_rng(0).normal(3.0, 5.0, size=(50, 4))
    Z = FeatureScaling.learn(X).apply(X)
    assert_allclose(Z.mean(axis=0), 0.0, atol=1e-12)
    assert_allclose(Z.std(axis=0), 1.0)


def test_missing_values_become_the_training_median_and_an_indicator() -> None:
    X = np.array([[1.0, 7.0], [2.0, 8.0], [np.nan, 9.0], [9.0, 9.0]])
    scaling = FeatureScaling.learn(X)
    complete = scaling.apply(np.array([[2.0, 8.0], [np.nan, 8.0]]))
    assert complete.shape == (2, 3)
    assert complete[0, 0] == complete[1, 0]
    assert complete[0, 2] < 0 < complete[1, 2]


def test_constant_and_empty_columns_are_dropped() -> None:
    X = np.array([[1.0, 4.0, np.nan], [2.0, 4.0, np.nan], [3.0, 4.0, np.nan]])
    assert FeatureScaling.learn(X).apply(X).shape == (3, 1)


def test_a_column_never_missing_in_training_may_be_missing_later() -> None:
    X = np.array([[1.0], [2.0], [6.0]])
    scaling = FeatureScaling.learn(X)
    assert_allclose(scaling.apply(np.array([[np.nan]])), scaling.apply(np.array([[2.0]])))
