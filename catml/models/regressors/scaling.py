"""Filling, marking and standardizing features, learned from training rows only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catml.models.regressors.base import Array

# A spread below this, relative to the size of the column, is rounding rather than information.
_SMALLEST_SPREAD = 1e-10


@dataclass(frozen=True)
class FeatureScaling:
    """How raw features become complete, standardized ones.

    Attributes
    ----------
    fill
        (D,) training medians, put where a feature is missing.
    indicators
        Indices of the raw features that get a column saying "missing".
    mean, std
        (D + indicators,) of the completed training columns.
    kept
        Indices of the completed columns that vary in training.
    """

    fill: Array
    indicators: NDArray[np.intp]
    mean: Array
    std: Array
    kept: NDArray[np.intp]

    @classmethod
    def learn(cls, X: Array) -> "FeatureScaling":
        """Learn from (n, D) training features, NaN (and only NaN) where missing."""
        missing = np.isnan(X)
        known = ~missing.all(axis=0)
        fill = np.zeros(X.shape[1])
        if known.any():
            fill[known] = np.nanmedian(X[:, known], axis=0)
        indicators = np.flatnonzero(known & missing.any(axis=0))
        raw = cls(fill, indicators, np.zeros(1), np.ones(1), np.zeros(0, np.intp))._complete(X)
        mean = raw.mean(axis=0)
        std = raw.std(axis=0)
        varies = std > _SMALLEST_SPREAD * (1.0 + np.abs(raw).max(axis=0))
        # Without any varying feature one constant column is kept: the model is then a mean.
        kept = np.flatnonzero(varies) if varies.any() else np.arange(1)
        return cls(fill, indicators, mean, np.where(varies, std, 1.0), kept)

    def apply(self, X: Array) -> Array:
        """(n, D) raw features to (n, len(kept)) complete, standardized ones."""
        standardized = (self._complete(X) - self.mean) / self.std
        return np.ascontiguousarray(standardized[:, self.kept])

    def _complete(self, X: Array) -> Array:
        missing = np.isnan(X)
        filled = np.where(missing, self.fill, X)
        if not len(self.indicators):
            return filled
        return np.hstack([filled, missing[:, self.indicators].astype(np.float64)])
