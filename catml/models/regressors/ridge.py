"""Linear regression with a ridge penalty, its uncertainty and held-out predictions closed-form."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from catml.models.regressors.base import Array, NaNTolerantRegressor, RowSets, row_sets
from catml.models.regressors.scaling import FeatureScaling

DEFAULT_PENALTIES = tuple(float(p) for p in np.logspace(-3, 4, 29))


class RidgeWithUncertainty(NaNTolerantRegressor):
    """Ridge regression on filled, standardized features; the penalty from leave-one-out errors.

    The standard deviation is that of Bayesian linear regression with the same penalty: residual
    variance times (1 + 1/n + xᵀ(XᵀX + λ)⁻¹x), so it grows away from the training rows.

    Parameters
    ----------
    penalties
        Candidates for λ; the one with the least leave-one-out squared error is taken.

    Attributes
    ----------
    penalty_ : float
    coef_ : ndarray
        Of the completed, standardized features.
    residual_std_ : float
    n_features_in_ : int

    Notes
    -----
    With H the hat matrix, rows left out together have the errors (I − H_gg)⁻¹ r_g (Hastie,
    Tibshirani & Friedman, The Elements of Statistical Learning, 2009, section 7.10).

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(20.0)[:, None]
    >>> mean, std = RidgeWithUncertainty().fit(X, 2 * X[:, 0]).predict([[30.0]], return_std=True)
    >>> round(float(mean[0]), 1)
    60.0
    """

    def __init__(self, *, penalties: Sequence[float] = DEFAULT_PENALTIES) -> None:
        self.penalties = penalties

    def fit(
        self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None
    ) -> "RidgeWithUncertainty":
        """Fit to (n, D) features, NaN allowed, and (n,) targets; `groups` are not used."""
        X, y = self._check_training(X, y)
        self.scaling_ = FeatureScaling.learn(X)
        Z = self.scaling_.apply(X)
        self.intercept_ = float(y.mean())
        left, strength, right = np.linalg.svd(Z, full_matrices=False)
        projected = left.T @ (y - self.intercept_)
        n = len(y)

        def shrinkage(penalty: float) -> Array:
            return strength**2 / (strength**2 + penalty)

        def leave_one_out_error(penalty: float) -> float:
            hat = left**2 @ shrinkage(penalty) + 1.0 / n
            residual = y - self.intercept_ - left @ (shrinkage(penalty) * projected)
            return float(np.mean((residual / np.maximum(1.0 - hat, 1e-6)) ** 2))

        self.penalty_ = min(self.penalties, key=leave_one_out_error)
        shrunk = shrinkage(self.penalty_)
        self.coef_ = right.T @ (strength / (strength**2 + self.penalty_) * projected)
        # (XᵀX + λ)⁻¹ seen from a row x: Σ_k (x·v_k)²/(s_k² + λ) plus, outside the span, |x⊥|²/λ.
        self.directions_ = right
        self.precision_ = strength**2 + self.penalty_
        residual = y - self.intercept_ - Z @ self.coef_
        freedom = max(n - 1.0 - float(shrunk.sum()), 1.0)
        self.residual_std_ = float(np.sqrt(residual @ residual / freedom))
        self.n_rows_ = n
        self._left, self._shrunk, self._residual, self._target = left, shrunk, residual, y
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        Z = self.scaling_.apply(X)
        mean = Z @ self.coef_ + self.intercept_
        if not return_std:
            return mean
        along = Z @ self.directions_.T
        outside = np.maximum((Z**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        leverage = along**2 @ (1.0 / self.precision_) + outside / self.penalty_
        return mean, self.residual_std_ * np.sqrt(1.0 + 1.0 / self.n_rows_ + leverage)

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

        Raises
        ------
        ModelError
            The model was read from a file, which holds no training rows.
        """
        self._need_training_rows("_target")
        sets = row_sets(np.arange(len(self._target))) if left_out is None else left_out
        means, stds = [], []
        for rows in sets:
            left = self._left[rows]
            hat = (left * self._shrunk) @ left.T + 1.0 / len(self._target)
            block = np.linalg.inv(np.eye(len(rows)) * (1.0 + 1e-9) - hat)
            means.append(self._target[rows] - block @ self._residual[rows])
            stds.append(self.residual_std_ * np.sqrt(np.maximum(np.diag(block), 1.0)))
        return np.concatenate(means), np.concatenate(stds)
