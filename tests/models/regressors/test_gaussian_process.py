import copy

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct, Matern, WhiteKernel
from sklearn.utils.estimator_checks import check_estimator

from catml.errors import ModelError
from catml.models.regressors.base import row_sets
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from tests.models.problems import smooth_problem


def quick(**settings) -> ARDGaussianProcess:
    return ARDGaussianProcess(**{"n_steps": 20} | settings)


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(quick())


def test_posterior_is_that_of_scikit_learn() -> None:
    X, y, _ = smooth_problem(80)
    model = quick(n_reweights=0, nu=1.5).fit(X, y)
    p = model.parameters_
    kernel = (
        p.signal * Matern(p.lengthscales, nu=1.5)
        + p.linear / 6 * DotProduct(1e-9)
        + p.constant * Matern(1e9, nu=1.5)
        + WhiteKernel(p.noise)
    )
    Z, target = model.training_rows()
    reference = GaussianProcessRegressor(kernel, alpha=1e-8, optimizer=None).fit(Z, target)
    rng = np.random.default_rng(5)
    new = rng.normal(size=(9, 6))
    mean, std = model.predict(new, return_std=True)
    known_mean, known_std = reference.predict(model.scaling_.apply(new), return_std=True)
    np.testing.assert_allclose(mean, known_mean * y.std() + y.mean(), atol=1e-5)
    np.testing.assert_allclose(std, known_std * y.std(), rtol=1e-3)


@pytest.mark.parametrize(
    "left_out",
    [
        None,
        row_sets(np.arange(60) // 7),
        (np.array([3, 1, 50]), np.array([1, 2]), np.arange(30)),
    ],
)
def test_closed_form_is_what_conditioning_without_the_rows_gives(left_out) -> None:
    X, y, _ = smooth_problem(60)
    model = quick(n_reweights=0).fit(X, y)
    mean, std = model.predict_left_out(left_out)
    Z, target = model.training_rows()
    sets = row_sets(np.arange(60)) if left_out is None else left_out
    start = 0
    for rows in sets[:5]:
        other = clone(model)
        other.parameters_, other.scaling_ = model.parameters_, model.scaling_
        other.target_mean_, other.target_std_ = model.target_mean_, model.target_std_
        other.n_features_in_ = 6
        inside = np.delete(np.arange(60), rows)
        other.condition(Z[inside], target[inside], np.ones(len(inside)))
        expected_mean, expected_std = other.predict(X[rows], return_std=True)
        part = slice(start, start + len(rows))
        np.testing.assert_allclose(mean[part], expected_mean, atol=1e-6)
        np.testing.assert_allclose(std[part], expected_std, rtol=1e-3)
        start += len(rows)


def test_learns_a_function_and_its_noise() -> None:
    X, y, _ = smooth_problem(400, noise=0.1)
    new, truth, _ = smooth_problem(500, noise=0.1, seed=9)
    mean, std = ARDGaussianProcess(random_state=0).fit(X, y).predict(new, return_std=True)
    error = np.abs(mean - truth)
    assert np.sqrt(np.mean(error**2)) < 0.13
    assert 0.85 < np.mean(error < 1.645 * std) < 0.95


def test_reweighting_resists_wild_rows() -> None:
    X, y, _ = smooth_problem(200)
    rng = np.random.default_rng(2)
    wild = rng.choice(200, 12, replace=False)
    spoiled = y.copy()
    spoiled[wild] += 4.0 * rng.choice([-1, 1], 12)
    new, truth, _ = smooth_problem(200, seed=3)
    error = {
        rounds: np.mean(
            np.abs(quick(n_steps=60, n_reweights=rounds).fit(X, spoiled).predict(new) - truth)
        )
        for rounds in (0, 3)
    }
    assert error[3] < 0.9 * error[0]
    weights = quick(n_reweights=1).fit(X, spoiled).noise_scale_
    assert weights[wild].min() > np.delete(weights, wild).mean()


def test_missing_features_are_filled_and_marked() -> None:
    X, y, _ = smooth_problem(200)
    X[::5, 0] = np.nan
    y[::5] += 2.0
    model = quick(n_steps=60).fit(X, y)
    rows = np.zeros((2, 6))
    rows[1, 0] = np.nan
    with_value, without = model.predict(rows)
    assert without - with_value > 1.0


def test_width_grows_away_from_the_training_rows() -> None:
    X, y, _ = smooth_problem(150)
    model = quick(n_steps=60).fit(X, y)
    near, far = model.predict([[0.0] * 6, [6.0] * 6], return_std=True)[1]
    assert far > 3 * near


def test_prediction_in_chunks_is_seamless() -> None:
    X, y, _ = smooth_problem(50)
    model = quick().fit(X, y)
    many = np.random.default_rng(4).normal(size=(4100, 6))
    mean, std = model.predict(many, return_std=True)
    for row in (0, 1999, 2000, 4099):
        one_mean, one_std = model.predict(many[[row]], return_std=True)
        assert mean[row] == pytest.approx(one_mean[0], abs=1e-9)
        assert std[row] == pytest.approx(one_std[0], rel=1e-4)


def test_smoothness_is_checked() -> None:
    X, y, _ = smooth_problem(30)
    with pytest.raises(ModelError, match=r"nu is 2\.0"):
        quick(nu=2.0).fit(X, y)


def test_points_predicted_without_the_rows_of_their_label() -> None:
    X, y, groups = smooth_problem(60)
    model = ARDGaussianProcess(n_steps=5, n_reweights=0).fit(X, y)
    new, of_new = X[:3] + 0.1, np.array([0, 4, 99])
    found = model.predict_without(new, of_new, groups)
    for point, label, mean in zip(new, of_new, found, strict=True):
        kept = groups != label
        Z, target = model.training_rows()
        other = copy.deepcopy(model).condition(Z[kept], target[kept], np.ones(kept.sum()))
        assert mean == pytest.approx(other.predict(point[None])[0], abs=1e-6)
