"""Finding the hyperparameters of a Gaussian process by maximising its marginal likelihood."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catml.models.regressors.base import Array
from catml.models.regressors.kernels import (
    N_SCALARS,
    KernelParameters,
    matern_and_slope,
    scaled_square_distances,
)

# Width of the weak log-normal priors on noise and lengthscales, in natural logarithms.
_PRIOR_WIDTH = 1.5
_FIRST_DECAY = 0.9
_SECOND_DECAY = 0.999
_FURTHEST = 12.0


def loss_and_gradient(X: Array, y: Array, parameters: KernelParameters) -> tuple[float, Array]:
    """Negative log marginal likelihood and its gradient in the logarithms of the parameters.

    The gradient of all lengthscales costs one matrix product: with W the weights of the
    derivative of r², Σ_ij W_ij (z_id − z_jd)² = 2(Σ_i (ΣW)_i z_id² − z_dᵀ W z_d).

    Parameters
    ----------
    X, y
        (n, D) standardized features and (n,) targets.
    parameters
        Where to evaluate.

    Returns
    -------
    tuple
        The loss (without its constant) and its (4 + D,) gradient.

    Raises
    ------
    numpy.linalg.LinAlgError
        The covariance is not positive definite in floating point.
    """
    n, n_features = X.shape
    diagonal = np.diag_indices(n)
    Z = X / parameters.lengthscales
    shape, slope = matern_and_slope(scaled_square_distances(Z, Z), parameters.nu)
    K = X @ X.T
    K *= parameters.linear / n_features
    K += parameters.constant
    K += parameters.signal * shape
    K[diagonal] += parameters.noise
    # A symmetric matrix transposed is what LAPACK calls its own order: no copy is made.
    factor, failed = lapack.dpotrf(K.T, lower=1, clean=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("covariance is not positive definite")
    alpha = lapack.dpotrs(factor, y, lower=1)[0]
    loss = 0.5 * float(y @ alpha) + float(np.log(np.diag(factor)).sum())

    lower = lapack.dpotri(factor, lower=1, overwrite_c=1)[0]
    G = lower + lower.T
    G[diagonal] *= 0.5
    G -= np.outer(alpha, alpha)
    G *= 0.5
    gradient = np.empty(N_SCALARS + n_features)
    gradient[0] = parameters.signal * np.vdot(G, shape)
    gradient[1] = parameters.linear / n_features * np.vdot(G @ X, X)
    gradient[2] = parameters.constant * G.sum()
    gradient[3] = parameters.noise * np.trace(G)
    slope *= G
    pull = slope.sum(axis=1) @ (Z * Z) - np.einsum("ij,ij->j", slope @ Z, Z)
    gradient[N_SCALARS:] = -4.0 * parameters.signal * pull
    return loss, gradient


def maximise_marginal_likelihood(
    X: Array,
    y: Array,
    start: KernelParameters,
    *,
    n_steps: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> KernelParameters:
    """Adam on the loss per row plus weak log-normal priors around `start`.

    Adam: Kingma & Ba 2015, arXiv:1412.6980. Every step sees a fresh random batch of rows (all of
    them where `batch_size` reaches n); the rate falls over the last third of the steps, which
    averages the noise of the batches out.

    Parameters
    ----------
    X, y
        (n, D) standardized features and (n,) targets.
    start
        Where to begin, and the centre of the priors.
    n_steps, batch_size, learning_rate, seed
        Of the optimizer.

    Returns
    -------
    KernelParameters
        The parameters after the last step.
    """
    # Matrices this small gain nothing from more threads, and on a busy machine lose a factor 10.
    with threadpool_limits(1, user_api="blas"):
        return _adam(X, y, start, n_steps, batch_size, learning_rate, seed)


def _adam(
    X: Array,
    y: Array,
    start: KernelParameters,
    n_steps: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> KernelParameters:
    n = len(y)
    rng = np.random.default_rng(seed)
    parameters = start
    position = origin = start.to_log()
    restrained = np.ones(len(position))
    restrained[: N_SCALARS - 1] = 0.0
    first = np.zeros_like(position)
    second = np.zeros_like(position)
    for step in range(1, n_steps + 1):
        rows: NDArray[np.intp] | slice = slice(None)
        if batch_size < n:
            rows = rng.choice(n, batch_size, replace=False)
        batch = X[rows]
        _, gradient = loss_and_gradient(batch, y[rows], parameters)
        gradient /= len(batch)
        gradient += restrained * (position - origin) / (_PRIOR_WIDTH**2 * n)
        first += (1.0 - _FIRST_DECAY) * (gradient - first)
        second += (1.0 - _SECOND_DECAY) * (gradient**2 - second)
        direction = (first / (1.0 - _FIRST_DECAY**step)) / (
            np.sqrt(second / (1.0 - _SECOND_DECAY**step)) + 1e-8
        )
        rate = learning_rate * min(1.0, 3.0 * (1.0 - (step - 1) / n_steps))
        position = np.clip(position - rate * direction, -_FURTHEST, _FURTHEST)
        parameters = parameters.with_log(position)
    return parameters
