"""Kernel regression on how alike the surroundings of sites are.

f(x) = Σ_i c_i (x·x_i / |x||x_i|)^ζ over training sites x_i (R. Jinnouchi, R. Asahi, J. Phys. Chem.
Lett. 8, 4279 (2017), doi:10.1021/acs.jpclett.7b02010; `catml.descriptors.similarity` has the
kernel by itself).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from catml.models.regressors.base import Array

# Vectors whose lengths differ by no more than this share were made to be compared as they are.
_SAME_LENGTH = 1e-3
_CHUNK = 2000
_JITTER = 1e-8


class LocalSimilarityRegression(RegressorMixin, BaseEstimator):
    """Ridge regression with the local-similarity kernel.

    Vectors of one length, such as SOAP vectors and the descriptors ``"similarity"``, are compared
    as they are; any other features get zero mean and unit spread before their length is taken.

    Parameters
    ----------
    exponent
        ζ: the larger, the less do sites that are not quite alike have to do with each other.
    alpha
        Ridge, relative to the similarity of a site with itself, which is 1.
    max_rows, n_centers
        A table of more than `max_rows` rows is described by the similarity to `n_centers` of them,
        drawn at random (Nyström; Williams & Seeger, NIPS 13, 682 (2000)); the coefficients then
        still follow from all rows.
    random_state
        Seed of the draw.

    Attributes
    ----------
    centers_ : ndarray
        (m, D) vectors of unit length, in single precision.
    coef_ : ndarray
        (m,).
    n_features_in_ : int

    Examples
    --------
    >>> angle = np.linspace(0, 1.5, 30)
    >>> X = np.column_stack([np.cos(angle), np.sin(angle)])
    >>> model = LocalSimilarityRegression(exponent=2, alpha=1e-6).fit(X, X[:, 0] ** 2)
    >>> round(float(model.predict([[0.6, 0.8]])[0]), 3)
    0.36
    """

    def __init__(
        self,
        *,
        exponent: int = 4,
        alpha: float = 0.01,
        max_rows: int = 6000,
        n_centers: int = 2000,
        random_state: int = 0,
    ) -> None:
        self.exponent = exponent
        self.alpha = alpha
        self.max_rows = max_rows
        self.n_centers = n_centers
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> "LocalSimilarityRegression":
        """Fit to (n, D) complete features and (n,) targets."""
        features, target = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        target = np.asarray(target, dtype=np.float64)
        self.mean_, self.spread_ = _common_scale(features)
        vectors = self._vectors(features)
        self.intercept_ = float(target.mean())
        residual = target - self.intercept_
        if len(vectors) <= self.max_rows:
            self.centers_ = vectors.astype(np.float32)
            system = self._similarity(vectors)
            system[np.diag_indices(len(system))] += self.alpha
        else:
            rng = np.random.default_rng(self.random_state)
            chosen = np.sort(rng.choice(len(vectors), self.n_centers, replace=False))
            self.centers_ = vectors[chosen].astype(np.float32)
            system, residual = self._normal_equations(vectors, residual)
        self.coef_ = np.asarray(solve(system, residual, assume_a="pos", overwrite_a=True))
        return self

    def predict(self, X: ArrayLike) -> Array:
        """(n,) targets at (n, D) complete features."""
        check_is_fitted(self)
        features = validate_data(self, X, reset=False, dtype=np.float64)
        values = np.empty(len(features))
        for start in range(0, len(features), _CHUNK):
            rows = slice(start, start + _CHUNK)
            values[rows] = self._similarity(self._vectors(features[rows])) @ self.coef_
        return self.intercept_ + values

    def _normal_equations(self, vectors: Array, residual: Array) -> tuple[Array, Array]:
        """KᵀK + α K₀ and Kᵀy, K being between rows and centres and K₀ between centres."""
        system = self.alpha * self._similarity(self.centers_.astype(np.float64))
        right = np.zeros(len(system))
        for start in range(0, len(vectors), _CHUNK):
            across = self._similarity(vectors[start : start + _CHUNK])
            system += across.T @ across
            right += across.T @ residual[start : start + _CHUNK]
        # Centres that are much alike leave directions in which rounding outweighs the system.
        system[np.diag_indices(len(system))] += _JITTER * np.trace(system) / len(system)
        return system, right

    def _vectors(self, features: Array) -> Array:
        scaled = (features - self.mean_) / self.spread_
        length = np.linalg.norm(scaled, axis=1, keepdims=True)
        return np.asarray(scaled / np.where(length > 0, length, 1.0))

    def _similarity(self, vectors: Array) -> Any:
        return (vectors @ self.centers_.T.astype(np.float64)) ** int(self.exponent)


def _common_scale(features: Array) -> tuple[Array, Array]:
    """Mean and spread to take out of the features; nothing where most rows have one length.

    Unit vectors still have one length where columns that never vary were dropped.
    """
    length = np.linalg.norm(features, axis=1)
    usual = float(np.median(length))
    if np.mean(np.abs(length - usual) <= _SAME_LENGTH * usual) > 0.5:
        return np.zeros(features.shape[1]), np.ones(features.shape[1])
    spread = features.std(axis=0)
    varies = spread > 1e-10 * (1.0 + np.abs(features).max(axis=0))
    return features.mean(axis=0), np.where(varies, spread, np.inf)
