import numpy as np
import pytest
from sklearn.gaussian_process.kernels import DotProduct, Matern

from catml.models.regressors.kernels import KernelParameters, covariance, matern_and_slope, variance


@pytest.mark.parametrize("nu", [1.5, 2.5])
def test_covariance_is_that_of_scikit_learn(nu: float) -> None:
    rng = np.random.default_rng(1)
    A, B = rng.normal(size=(7, 3)), rng.normal(size=(5, 3))
    scales = np.array([0.5, 2.0, 7.0])
    parameters = KernelParameters(1.7, 0.6, 0.3, 0.1, scales, nu)
    expected = 1.7 * Matern(scales, nu=nu)(A, B) + 0.2 * DotProduct(0.0)(A, B) + 0.3
    np.testing.assert_allclose(covariance(A, B, parameters), expected, atol=1e-12)
    np.testing.assert_allclose(
        variance(A, parameters), np.diag(covariance(A, A, parameters)), atol=1e-7
    )


@pytest.mark.parametrize("nu", [1.5, 2.5])
def test_slope_is_the_derivative(nu: float) -> None:
    squared = np.linspace(0.1, 9.0, 20)
    step = 1e-6
    upper, lower = matern_and_slope(squared + step, nu)[0], matern_and_slope(squared - step, nu)[0]
    slope = matern_and_slope(squared, nu)[1]
    np.testing.assert_allclose(slope, (upper - lower) / (2 * step), atol=1e-8)


def test_logarithms_round_trip() -> None:
    parameters = KernelParameters.start(4, nu=1.5)
    again = parameters.with_log(parameters.to_log())
    np.testing.assert_allclose(again.lengthscales, parameters.lengthscales)
    assert (again.signal, again.nu) == pytest.approx((parameters.signal, 1.5))
