import numpy as np
import pytest
from scipy.stats import multivariate_normal

from catml.models.regressors.hyperparameters import loss_and_gradient, maximise_marginal_likelihood
from catml.models.regressors.kernels import KernelParameters, covariance
from tests.models.problems import smooth_problem


@pytest.mark.parametrize("nu", [1.5, 2.5])
def test_gradient_is_the_derivative_of_the_loss(nu: float) -> None:
    X, y, _ = smooth_problem(40)
    start = KernelParameters.start(6, nu=nu)
    logs = start.to_log() + np.linspace(-0.4, 0.4, 10)
    gradient = loss_and_gradient(X, y, start.with_log(logs))[1]
    step = 1e-5
    for k, direction in enumerate(np.eye(10)):
        upper = loss_and_gradient(X, y, start.with_log(logs + step * direction))[0]
        lower = loss_and_gradient(X, y, start.with_log(logs - step * direction))[0]
        assert gradient[k] == pytest.approx((upper - lower) / (2 * step), abs=1e-6)


def test_loss_is_the_negative_log_density() -> None:
    X, y, _ = smooth_problem(30)
    parameters = KernelParameters.start(6, nu=1.5)
    K = covariance(X, X, parameters) + parameters.noise * np.eye(30)
    expected = -multivariate_normal(np.zeros(30), K).logpdf(y) - 15 * np.log(2 * np.pi)
    assert loss_and_gradient(X, y, parameters)[0] == pytest.approx(expected)


def test_irrelevant_features_get_long_scales_and_noise_is_found() -> None:
    X, y, _ = smooth_problem(300, noise=0.1)
    y = (y - y.mean()) / y.std()
    found = maximise_marginal_likelihood(
        X,
        y,
        KernelParameters.start(6, nu=2.5),
        n_steps=150,
        batch_size=300,
        learning_rate=0.1,
        seed=0,
    )
    assert found.lengthscales[0] < found.lengthscales[2:].min() / 3
    assert 0.5 * 0.1**2 < found.noise * 0.75 < 2.5 * 0.1**2


def test_same_seed_same_parameters() -> None:
    X, y, _ = smooth_problem(100)
    start = KernelParameters.start(6, nu=1.5)
    settings = {"n_steps": 10, "batch_size": 30, "learning_rate": 0.1}
    one = maximise_marginal_likelihood(X, y, start, **settings, seed=3)
    two = maximise_marginal_likelihood(X, y, start, **settings, seed=3)
    np.testing.assert_array_equal(one.to_log(), two.to_log())
