"""A covariance made of parts: one linear, and Matérn functions of separate groups of features.

k(x, x') = w·(x_L·x'_L)/D_L + Σ_b s_b²·M_5/2(r_b) + c,  r_b² = Σ_{d in b} (x_d − x'_d)²/ℓ_d²

A sum of functions of few features each has less freedom than one function of all of them: what is
learned about one group holds whatever the others are (additive kernels: Duvenaud, Nickisch &
Rasmussen 2011, arXiv:1112.4394). The linear part may see features that no other part sees.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catml.models.regressors.base import Array
from catml.models.regressors.kernels import matern_and_slope, scaled_square_distances

_NU = 2.5
_JITTER = 1e-8
# Widths of the log-normal priors around the starting point, in natural logarithms.
_VARIANCE_WIDTH = 2.0
_SHAPE_WIDTH = 1.5
_FURTHEST = 10.0
_STEPS = 40


@dataclass(frozen=True)
class CompositeParameters:
    """Hyperparameters, in units of standardized features and target.

    Attributes
    ----------
    linear, constant, noise
        Variances w, c and of white noise.
    signals
        (B,) variances s_b².
    lengthscales
        (sum of the sizes of the groups,) ℓ_d, group after group.
    linear_columns
        Features of the linear part.
    groups
        Features of each Matérn part.
    """

    linear: float
    constant: float
    noise: float
    signals: Array
    lengthscales: Array
    linear_columns: NDArray[np.intp]
    groups: tuple[NDArray[np.intp], ...]

    @classmethod
    def start(
        cls, linear_columns: NDArray[np.intp], groups: tuple[NDArray[np.intp], ...]
    ) -> "CompositeParameters":
        """Starting point for standardized data: lengthscales 1.5·√D, noise 5 % of the variance."""
        scales = [np.full(len(group), 1.5 * np.sqrt(len(group))) for group in groups]
        signals = np.full(len(groups), 1.0 / max(len(groups), 1))
        return cls(0.3, 0.1, 0.05, signals, np.concatenate(scales), linear_columns, groups)

    def to_log(self) -> Array:
        """Natural logarithms, the coordinates of the optimizer."""
        scalars = [self.linear, self.constant, self.noise]
        return np.log(np.concatenate([scalars, self.signals, self.lengthscales]))

    def with_log(self, log_values: Array) -> "CompositeParameters":
        """The parameters whose `to_log` is `log_values`."""
        values = np.exp(log_values)
        linear, constant, noise = (float(value) for value in values[:3])
        last = 3 + len(self.groups)
        return replace(
            self,
            linear=linear,
            constant=constant,
            noise=noise,
            signals=values[3:last],
            lengthscales=values[last:],
        )

    def scaled(self, X: Array) -> list[Array]:
        """The features of each Matérn part over their lengthscales."""
        ends = np.cumsum([len(group) for group in self.groups])[:-1]
        scales = np.split(self.lengthscales, ends)
        return [X[:, group] / scale for group, scale in zip(self.groups, scales, strict=True)]


def composite_covariance(A: Array, B: Array, parameters: CompositeParameters) -> Array:
    """(n, m) covariance of the noise-free values at the rows of `A` (n, D) and `B` (m, D)."""
    columns = parameters.linear_columns
    K = (parameters.linear / max(len(columns), 1)) * (A[:, columns] @ B[:, columns].T)
    K += parameters.constant
    scaled = zip(parameters.scaled(A), parameters.scaled(B), strict=True)
    for signal, (a, b) in zip(parameters.signals, scaled, strict=True):
        K += signal * matern_and_slope(scaled_square_distances(a, b), _NU)[0]
    return K


def composite_variance(A: Array, parameters: CompositeParameters) -> Array:
    """(n,) prior variance of the noise-free values at the rows of `A` (n, D)."""
    columns = parameters.linear_columns
    linear = np.einsum("ij,ij->i", A[:, columns], A[:, columns]) / max(len(columns), 1)
    return parameters.linear * linear + parameters.constant + parameters.signals.sum()


def composite_loss(X: Array, y: Array, parameters: CompositeParameters) -> tuple[float, Array]:
    """Negative log marginal likelihood and its gradient in the logarithms of the parameters.

    See `catml.models.regressors.hyperparameters.loss_and_gradient`, of which this is the form with
    parts. An infinite loss means that the covariance is not positive definite in floating point.
    """
    n = len(y)
    diagonal = np.diag_indices(n)
    columns = parameters.linear_columns
    product = X[:, columns] @ X[:, columns].T / max(len(columns), 1)
    K = parameters.linear * product + parameters.constant
    K[diagonal] += parameters.noise + _JITTER
    parts = []
    for signal, Z in zip(parameters.signals, parameters.scaled(X), strict=True):
        shape, slope = matern_and_slope(scaled_square_distances(Z, Z), _NU)
        K += signal * shape
        parts.append((signal, Z, shape, slope))
    factor, failed = lapack.dpotrf(K, lower=1, clean=1)
    if failed:
        return np.inf, np.zeros(len(parameters.to_log()))
    alpha = lapack.dpotrs(factor, y, lower=1)[0]
    loss = 0.5 * float(y @ alpha) + float(np.log(np.diag(factor)).sum())
    half = lapack.dpotri(factor, lower=1)[0]
    G = half + half.T
    G[diagonal] *= 0.5
    G = 0.5 * (G - np.outer(alpha, alpha))
    scalars = [
        parameters.linear * np.vdot(G, product),
        parameters.constant * G.sum(),
        parameters.noise * np.trace(G),
    ]
    signals, scales = [], []
    for signal, Z, shape, slope in parts:
        signals.append(signal * np.vdot(G, shape))
        weights = slope * G
        pull = weights.sum(axis=1) @ (Z * Z) - np.einsum("ij,ij->j", weights @ Z, Z)
        scales.append(-4.0 * signal * pull)
    return loss, np.concatenate([scalars, signals, *scales])


def fit_composite(X: Array, y: Array, start: CompositeParameters) -> CompositeParameters:
    """Maximise the marginal likelihood under log-normal priors around `start` (L-BFGS).

    Parameters
    ----------
    X, y
        (n, D) standardized features and (n,) targets.
    start
        Where to begin, and the centre of the priors.
    """
    origin = start.to_log()
    n_groups = len(start.groups)
    width = np.full(len(origin), _SHAPE_WIDTH)
    width[:2] = width[3 : 3 + n_groups] = _VARIANCE_WIDTH

    def objective(position: Array) -> tuple[float, Array]:
        loss, gradient = composite_loss(X, y, start.with_log(position))
        if not np.isfinite(loss):
            return 1e10, np.zeros_like(position)
        away = (position - origin) / width
        return loss + 0.5 * float(away @ away), gradient + away / width

    bounds = [(-_FURTHEST, _FURTHEST)] * len(origin)
    with threadpool_limits(1, user_api="blas"):
        done = minimize(
            objective,
            origin,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": _STEPS},
        )
    return start.with_log(done.x)
