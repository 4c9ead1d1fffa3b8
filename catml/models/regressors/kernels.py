"""The covariance of the Gaussian process: Matérn with one lengthscale per feature, plus linear.

k(x, x') = s²·M_ν(r) + w·(x·x')/D + c,  r² = Σ_d (x_d − x'_d)²/ℓ_d²  (Rasmussen & Williams,
Gaussian Processes for Machine Learning, 2006, eqs. 4.14–4.17), and white noise on the diagonal.
"""

from dataclasses import dataclass, replace

import numpy as np

from catml.models.regressors.base import Array

N_SCALARS = 4


@dataclass(frozen=True)
class KernelParameters:
    """Hyperparameters in units of the standardized features and target.

    Attributes
    ----------
    signal, linear, constant, noise
        Variances s², w, c and the white noise.
    lengthscales
        (D,) one ℓ_d per feature.
    nu
        float of the Matérn part, 3/2 or 5/2.
    """

    signal: float
    linear: float
    constant: float
    noise: float
    lengthscales: Array
    nu: float

    @classmethod
    def start(cls, n_features: int, *, nu: float) -> "KernelParameters":
        """Starting point for standardized data: lengthscales 1.5·√D, noise 5 % of the variance."""
        scale = 1.5 * np.sqrt(n_features)
        return cls(1.0, 0.3, 0.1, 0.05, np.full(n_features, scale), nu)

    def to_log(self) -> Array:
        """(4 + D,) natural logarithms, the coordinates of the optimizer."""
        scalars = [self.signal, self.linear, self.constant, self.noise]
        return np.log(np.concatenate([scalars, self.lengthscales]))

    def with_log(self, log_values: Array) -> "KernelParameters":
        """The parameters whose `to_log` is `log_values`."""
        values = np.exp(log_values)
        signal, linear, constant, noise = (float(v) for v in values[:N_SCALARS])
        return replace(
            self,
            signal=signal,
            linear=linear,
            constant=constant,
            noise=noise,
            lengthscales=values[N_SCALARS:],
        )


def scaled_square_distances(A: Array, B: Array) -> Array:
    """(n, m) squared Euclidean distances between the rows of `A` (n, D) and `B` (m, D)."""
    squared = A @ B.T
    squared *= -2.0
    squared += np.einsum("ij,ij->i", A, A)[:, None]
    squared += np.einsum("ij,ij->i", B, B)[None, :]
    return np.maximum(squared, 0.0, out=squared)


def _matern(squared: Array, nu: float) -> Array:
    # For thousands of rows the memory for every intermediate result takes as long as its numbers.
    root = 2.0 * nu * squared
    np.sqrt(root, out=root)
    decay = np.negative(root)
    np.exp(decay, out=decay)
    root += 1.0 if nu == 1.5 else 1.0 + squared * (5.0 / 3.0)
    root *= decay
    return root


def matern_and_slope(squared: Array, nu: float) -> tuple[Array, Array]:
    """M_ν at squared distances r² (any shape), and its derivative with respect to r²."""
    root = np.sqrt(2.0 * nu * squared)
    decay = np.exp(-root)
    if nu == 1.5:
        return (1.0 + root) * decay, -1.5 * decay
    slope = (-5.0 / 6.0) * (1.0 + root) * decay
    return (1.0 + root + squared * (5.0 / 3.0)) * decay, slope


def covariance(A: Array, B: Array, parameters: KernelParameters) -> Array:
    """(n, m) covariance of the noise-free values at the rows of `A` (n, D) and `B` (m, D)."""
    scale = parameters.lengthscales
    K = _matern(scaled_square_distances(A / scale, B / scale), parameters.nu)
    K *= parameters.signal
    K += (parameters.linear / A.shape[1]) * (A @ B.T)
    K += parameters.constant
    return K


def variance(A: Array, parameters: KernelParameters) -> Array:
    """(n,) prior variance of the noise-free values at the rows of `A` (n, D)."""
    linear = (parameters.linear / A.shape[1]) * np.einsum("ij,ij->i", A, A)
    return linear + parameters.signal + parameters.constant
