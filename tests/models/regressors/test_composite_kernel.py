import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.stats import multivariate_normal
from sklearn.gaussian_process.kernels import DotProduct, Matern

from catml.models.regressors.composite_kernel import (
    CompositeParameters,
    composite_covariance,
    composite_loss,
    composite_variance,
    fit_composite,
)

GROUPS = (np.array([0, 1]), np.array([3]))


def parameters() -> CompositeParameters:
    start = CompositeParameters.start(np.array([1, 2]), GROUPS)
    return start.with_log(start.to_log() + np.linspace(-0.4, 0.4, 8))


def rows(n: int = 12, *, seed: int = 0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return X, np.sin(X[:, 0]) + 0.5 * X[:, 2] + 0.1 * rng.normal(size=n)


def test_it_is_the_sum_of_its_parts() -> None:
    p, (A, _), (B, _) = parameters(), rows(), rows(5, seed=1)
    expected = p.constant + p.linear / 2 * DotProduct(sigma_0=0.0)(A[:, [1, 2]], B[:, [1, 2]])
    for signal, group, scale in zip(p.signals, GROUPS, np.split(p.lengthscales, [2]), strict=True):
        expected = expected + signal * Matern(scale, nu=2.5)(A[:, group], B[:, group])
    np.testing.assert_allclose(composite_covariance(A, B, p), expected, rtol=1e-9)
    diagonal = np.diag(composite_covariance(A, A, p))
    np.testing.assert_allclose(composite_variance(A, p), diagonal, rtol=1e-12)


def test_the_loss_is_the_negative_log_likelihood() -> None:
    p, (X, y) = parameters(), rows()
    K = composite_covariance(X, X, p) + p.noise * np.eye(len(y))
    expected = -multivariate_normal(np.zeros(len(y)), K).logpdf(y)
    constant = 0.5 * len(y) * np.log(2 * np.pi)
    assert composite_loss(X, y, p)[0] + constant == pytest.approx(expected, abs=1e-5)


def test_the_gradient_is_that_of_the_loss() -> None:
    p, (X, y) = parameters(), rows()
    wrong = check_grad(
        lambda at: composite_loss(X, y, p.with_log(at))[0],
        lambda at: composite_loss(X, y, p.with_log(at))[1],
        p.to_log(),
    )
    assert wrong < 1e-5


def test_logarithms_go_back_and_forth() -> None:
    p = parameters()
    np.testing.assert_allclose(p.with_log(p.to_log()).to_log(), p.to_log())


def test_fitting_finds_what_matters() -> None:
    X, y = rows(150)
    start = CompositeParameters.start(np.array([2]), (np.array([0]), np.array([3])))
    fitted = fit_composite(X, (y - y.mean()) / y.std(), start)
    assert composite_loss(X, y, fitted)[0] < composite_loss(X, y, start)[0]
    assert fitted.signals[0] > 3 * fitted.signals[1]  # a sine of the first, nothing of the last
