"""An exact Gaussian process with one lengthscale per feature, quick enough for 5,000 rows."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import blas, lapack
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catml.errors import ModelError
from catml.models.regressors.base import Array, NaNTolerantRegressor, RowSets
from catml.models.regressors.hyperparameters import maximise_marginal_likelihood
from catml.models.regressors.kernels import KernelParameters, covariance, variance
from catml.models.regressors.scaling import FeatureScaling

_JITTER = 1e-8
_PREDICTION_CHUNK = 2000


class ARDGaussianProcess(NaNTolerantRegressor):
    """Gaussian-process regression: Matérn with a lengthscale per feature + linear + constant.

    Features and target are standardized inside, missing features are filled with the training
    median and marked by an indicator column. Hyperparameters maximise the marginal likelihood
    (Adam on their logarithms, over random batches of rows); the process itself is exact on all
    rows. Heavy-tailed errors are met by giving each row its own noise, from the expectation
    step of a Student-t likelihood applied to the leave-one-out residuals.

    Fitting keeps to one thread: on a busy machine the threads of a BLAS wait for each other by
    spinning, which costs more than they gain.

    Parameters
    ----------
    nu
        Smoothness of the Matérn part: 1.5 or 2.5.
    n_steps, batch_size, learning_rate
        Of the Adam optimizer; a batch of at least the number of rows is all rows.
    n_reweights
        Rounds of Student-t reweighting; 0 is Gaussian noise.
    student_dof
        Degrees of freedom of the Student-t.
    random_state
        Seed of the batches.

    Attributes
    ----------
    parameters_ : KernelParameters
        Fitted hyperparameters, in standardized units.
    noise_scale_ : ndarray of shape (n_samples,)
        Noise variance of every training row relative to `parameters_.noise`.
    n_features_in_ : int

    Notes
    -----
    Leave-one-out and leave-group-out follow from the inverse covariance in closed form
    (Rasmussen & Williams 2006, eqs. 5.10–5.12): for a group g, residual = ([K⁻¹]_gg)⁻¹ α_g with
    covariance ([K⁻¹]_gg)⁻¹; the hyperparameters stay those of all rows.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(0, 6, 40)[:, None]
    >>> model = ARDGaussianProcess(nu=2.5, random_state=0).fit(X, np.sin(X[:, 0]))
    >>> mean, std = model.predict([[1.5]], return_std=True)
    >>> bool(abs(mean[0] - np.sin(1.5)) < 0.02)
    True
    """

    def __init__(
        self,
        *,
        nu: float = 1.5,
        n_steps: int = 60,
        batch_size: int = 800,
        learning_rate: float = 0.15,
        n_reweights: int = 1,
        student_dof: float = 4.0,
        random_state: int = 0,
    ) -> None:
        self.nu = nu
        self.n_steps = n_steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.n_reweights = n_reweights
        self.student_dof = student_dof
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None
    ) -> "ARDGaussianProcess":
        """Fit to (n, D) features, NaN allowed, and (n,) targets.

        `groups` is accepted for the common interface and not used: see `predict_left_out`.

        Raises
        ------
        ModelError
            `nu` is neither 1.5 nor 2.5, or the covariance cannot be factorized.
        """
        if self.nu not in (1.5, 2.5):
            raise ModelError(f"nu is {self.nu!r}; the Matérn smoothness must be 1.5 or 2.5.")
        X, y = self._check_training(X, y)
        self.scaling_ = FeatureScaling.learn(X)
        self.target_mean_ = float(y.mean())
        self.target_std_ = float(y.std()) or 1.0
        Z = self.scaling_.apply(X)
        target = (y - self.target_mean_) / self.target_std_
        self.parameters_ = self._learn_parameters(Z, target)
        with threadpool_limits(1, user_api="blas"):
            K = self._covariance(Z, Z)
            self._Z, self._target = Z, target
            self._factorize(K, np.ones(len(target)))
            for _ in range(self.n_reweights):
                self._factorize(K, self._student_noise())
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        Z = self.scaling_.apply(X)
        mean = np.empty(len(Z))
        std = np.empty(len(Z))
        for start in range(0, len(Z), _PREDICTION_CHUNK):
            rows = slice(start, start + _PREDICTION_CHUNK)
            cross = self._covariance(Z[rows], self._Z)
            mean[rows] = cross @ self._alpha
            if return_std:
                std[rows] = self._deviation(Z[rows], cross)
        mean = mean * self.target_std_ + self.target_mean_
        return (mean, std * self.target_std_) if return_std else mean

    def posterior_covariance(self, A: ArrayLike, B: ArrayLike) -> Array:
        """(n, m) covariance of the noise-free values at (n, D) and (m, D) features."""
        Z, other = (self.scaling_.apply(self._check_features(X)) for X in (A, B))
        to_rows = self._covariance(other, self._Z)
        with threadpool_limits(1, user_api="blas"):
            weights = lapack.dpotrs(self._factor, to_rows.T, lower=1)[0]
            explained = self._covariance(Z, self._Z) @ weights
        return (self._covariance(Z, other) - explained) * self.target_std_**2

    def predict_left_out(self, left_out: RowSets | None = None) -> tuple[Array, Array]:
        """Mean and standard deviation of sets of training rows, each predicted without its rows.

        Parameters
        ----------
        left_out
            Sets of row positions; None leaves out one row at a time, in their order.

        Returns
        -------
        tuple of ndarray
            Means and standard deviations of new observations, set after set.
        """
        check_is_fitted(self, "parameters_")
        if left_out is None:
            rows = np.arange(len(self._target))
            spread = 1.0 / self._inverse_diagonal()
            residual = self._alpha * spread
        else:
            rows = np.concatenate(left_out)
            with threadpool_limits(1, user_api="blas"):
                parts = [self._leave_out(members) for members in left_out]
            residual = np.concatenate([part[0] for part in parts])
            spread = np.concatenate([part[1] for part in parts])
        # The held-out row is an ordinary new observation, not one with its own inflated noise.
        noise = self.parameters_.noise
        spread = spread + noise - noise * self.noise_scale_[rows]
        mean = (self._target[rows] - residual) * self.target_std_ + self.target_mean_
        return mean, np.sqrt(np.maximum(spread, noise)) * self.target_std_

    def predict_without(self, X: ArrayLike, labels: ArrayLike, own_labels: ArrayLike) -> Array:
        """Mean at new points, each predicted without the training rows of its own label.

        Parameters
        ----------
        X
            (m, D) features.
        labels
            (m,) label of every point.
        own_labels
            (n,) label of every training row.
        """
        X = self._check_features(X)
        Z = self.scaling_.apply(X)
        of_points, of_rows = np.asarray(labels), np.asarray(own_labels)
        mean = np.empty(len(Z))
        with threadpool_limits(1, user_api="blas"):
            # The lower triangle of K⁻¹; above it are zeros.
            precision = lapack.dlauum(self._inverse_factor(), lower=1)[0]
            for label in np.unique(of_points):
                points, rows = np.flatnonzero(of_points == label), np.flatnonzero(of_rows == label)
                weights = self._alpha
                if len(rows):
                    # The rows without g have the weights α − K⁻¹[:, g] ([K⁻¹]_gg)⁻¹ α_g.
                    columns = precision[:, rows] + precision[rows].T
                    columns[rows, np.arange(len(rows))] /= 2.0
                    weights = weights - columns @ np.linalg.solve(columns[rows], weights[rows])
                mean[points] = covariance(Z[points], self._Z, self.parameters_) @ weights
        return mean * self.target_std_ + self.target_mean_

    def training_rows(self) -> tuple[Array, Array]:
        """The (n, D') scaled features and (n,) standardized targets the process is exact on."""
        check_is_fitted(self, "parameters_")
        return self._Z, self._target

    def condition(self, Z: Array, target: Array, noise_scale: Array) -> "ARDGaussianProcess":
        """Make the process exact on these rows, at the hyperparameters in `parameters_`.

        Parameters
        ----------
        Z, target
            (n, D') scaled features and (n,) standardized targets, as of `training_rows`.
        noise_scale
            (n,) noise variance of each row relative to `parameters_.noise`.

        Raises
        ------
        ModelError
            The covariance of the rows is not positive definite.
        """
        with threadpool_limits(1, user_api="blas"):
            self._Z, self._target = Z, target
            self._factorize(self._covariance(Z, Z), noise_scale, overwrite=True)
        return self

    def _learn_parameters(self, Z: Array, target: Array) -> Any:
        return maximise_marginal_likelihood(
            Z,
            target,
            KernelParameters.start(Z.shape[1], nu=self.nu),
            n_steps=self.n_steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            seed=self.random_state,
        )

    def _covariance(self, A: Array, B: Array) -> Array:
        return covariance(A, B, self.parameters_)

    def _variance(self, A: Array) -> Array:
        return variance(A, self.parameters_)

    def _factorize(self, K: Array, noise_scale: Array, *, overwrite: bool = False) -> None:
        """Factorize the covariance of the training rows plus their noise."""
        noisy = K if overwrite else K.copy()
        noisy[np.diag_indices(len(K))] += self.parameters_.noise * noise_scale + _JITTER
        # LAPACK works on columns: the transpose of a symmetric C-ordered matrix is free.
        factor, failed = lapack.dpotrf(noisy.T, lower=1, clean=1, overwrite_a=1)
        if failed:
            raise ModelError(
                "The covariance of the training rows is not positive definite; check the "
                "features for values many orders of magnitude apart."
            )
        self._alpha = lapack.dpotrs(factor, self._target, lower=1)[0]
        self._factor = factor
        self._factor_32: NDArray[np.float32] | None = None
        self._inverse: Array | None = None
        self.noise_scale_ = noise_scale

    def _inverse_factor(self) -> Array:
        """The inverse of the factor, which only rows left out need: it costs as much again."""
        if self._inverse is None:
            self._inverse = lapack.dtrtri(self._factor, lower=1)[0]
        return self._inverse

    def _inverse_diagonal(self) -> Array:
        inverse = self._inverse_factor()
        return np.einsum("ij,ij->j", inverse, inverse)

    def _student_noise(self) -> Array:
        spread = 1.0 / self._inverse_diagonal()
        square = self._alpha**2 * spread
        return (self.student_dof + square) / (self.student_dof + 1.0)

    def _leave_out(self, rows: NDArray[np.intp]) -> tuple[Array, Array]:
        """Residuals and variances of rows left out together, in standardized units."""
        columns = self._inverse_factor()[rows.min() :, rows]
        block = np.linalg.inv(columns.T @ columns)
        return block @ self._alpha[rows], np.diag(block)

    def _deviation(self, Z: Array, cross: Array) -> Array:
        """Standard deviation of a new observation, in standardized units."""
        if self._factor_32 is None:
            self._factor_32 = np.asfortranarray(self._factor, dtype=np.float32)
        # Single precision loses at most ~2e-6 of the prior variance, far below the noise.
        known = blas.strsm(1.0, self._factor_32, cross.T.astype(np.float32), lower=1)
        explained = np.einsum("ij,ij->j", known, known, dtype=np.float64)
        remaining = self._variance(Z) - explained
        return np.sqrt(np.maximum(remaining, 0.0) + self.parameters_.noise)
