"""LASSO on an expansion of the features by operators: a formula found rather than given.

Powers, roots, logarithms and reciprocals of single features, and products and ratios of two, make
thousands of columns; those that go with what is still unexplained are kept, and the LASSO chooses
among them (O'Connor, Jonayat, Janik & Senftle 2018, doi:10.1038/s41929-018-0094-5; the screening
in rounds after Ouyang et al. 2018, doi:10.1103/PhysRevMaterials.2.083802).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LassoCV
from sklearn.model_selection import KFold
from sklearn.utils.validation import check_is_fitted, validate_data

from catml.models.regressors.base import Array

# Operator → how it is written. The first two always apply, the others need values of one sign,
# away from zero; the logarithm is not used in products.
_WRITTEN = ("{}", "{}^2", "sqrt|{}|", "1/{}", "ln|{}|")
_FOR_ANY, _FOR_PRODUCTS = 2, 4
_ALONE = -1

# The smallest value of a feature over its largest that still counts as away from zero.
_AWAY_FROM_ZERO = 0.02
_SMALLEST_SPREAD = 1e-9
# Columns more alike than this say the same.
_ALIKE = 0.9995
# Rows that decide which columns are kept; the coefficients come from all rows.
_SCREENED_ROWS = 2000
# A column may leave its range in training by this share of the range, then it is held there.
_BEYOND = 0.5


class ExpandedLasso(RegressorMixin, BaseEstimator):
    """Sparse linear regression on operator-expanded features.

    Parameters
    ----------
    n_primary
        Features that are expanded: those that correlate most with the target.
    n_rounds, n_per_round
        Rounds of screening and columns kept in each. Every round looks for what the leading
        columns of the rounds before leave unexplained.
    n_folds
        Folds of the cross-validation that chooses the penalty.
    random_state
        Seed of the folds.

    Attributes
    ----------
    terms_ : ndarray
        (T, 4) integers: feature, its operator, second feature (−1 for none), its operator.
    coef_, intercept_
        Of the terms in their own units.
    n_features_in_ : int

    Examples
    --------
    >>> X = np.random.default_rng(0).uniform(1, 2, size=(60, 2))
    >>> model = ExpandedLasso().fit(X, 3 * X[:, 0] / X[:, 1])
    >>> model.formula(["a", "b"]).split(" + ")[1:]
    ['3*a*1/b']
    """

    def __init__(
        self,
        *,
        n_primary: int = 24,
        n_rounds: int = 5,
        n_per_round: int = 16,
        n_folds: int = 4,
        random_state: int = 0,
    ) -> None:
        self.n_primary = n_primary
        self.n_rounds = n_rounds
        self.n_per_round = n_per_round
        self.n_folds = n_folds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> "ExpandedLasso":
        """Fit to (n, D) complete features and (n,) targets."""
        features, target = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        target = np.asarray(target, dtype=np.float64)
        terms = self._screen(features, target)
        columns = _evaluate(terms, features)
        mean, std = columns.mean(axis=0), columns.std(axis=0)
        varies = std > _SMALLEST_SPREAD * (1.0 + np.abs(columns).max(axis=0, initial=0.0))
        terms, columns, mean, std = terms[varies], columns[:, varies], mean[varies], std[varies]
        coef = self._lasso((columns - mean) / std, target)
        used = np.flatnonzero(coef)
        self.terms_ = terms[used]
        self.coef_ = coef[used] / std[used]
        self.intercept_ = float(target.mean() - self.coef_ @ mean[used])
        low, high = columns[:, used].min(axis=0), columns[:, used].max(axis=0)
        self.low_ = low - _BEYOND * (high - low)
        self.high_ = high + _BEYOND * (high - low)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """(n,) targets at (n, D) complete features; terms are held near their training range."""
        check_is_fitted(self)
        features = validate_data(self, X, reset=False, dtype=np.float64)
        columns = np.clip(_evaluate(self.terms_, features), self.low_, self.high_)
        return np.asarray(self.intercept_ + columns @ self.coef_, dtype=np.float64)

    def formula(self, names: list[str]) -> str:
        """The model as text, the term that varies most first.

        Parameters
        ----------
        names
            (D,) names of the features.
        """
        check_is_fitted(self)
        parts = [f"{self.intercept_:.3g}"]
        for k in np.argsort(-np.abs(self.coef_) * (self.high_ - self.low_), kind="stable"):
            i, op, j, other = self.terms_[k]
            text = _WRITTEN[op].format(names[i])
            if j != _ALONE:
                text += "*" + _WRITTEN[other].format(names[j])
            parts.append(f"{self.coef_[k]:.3g}*{text}")
        return " + ".join(parts)

    def _screen(self, X: Array, y: Array) -> NDArray[np.intp]:
        """The terms that go with the target, round after round."""
        if len(y) > _SCREENED_ROWS:
            rng = np.random.default_rng(self.random_state)
            rows = np.sort(rng.choice(len(y), _SCREENED_ROWS, replace=False))
            X, y = X[rows], y[rows]
        strength = np.abs(_standardized(X).T @ (y - y.mean()))
        primary = np.sort(np.argsort(-strength, kind="stable")[: self.n_primary])
        terms = _possible_terms(X, primary)
        columns = _standardized(_evaluate(terms, X))
        kept: list[int] = []
        leaders: list[int] = []
        residual = y - y.mean()
        for _ in range(self.n_rounds):
            new = _best_columns(columns, residual, kept, self.n_per_round)
            if not new:
                break
            kept += new
            leaders.append(new[0])
            design = columns[:, leaders]
            residual = y - y.mean() - design @ np.linalg.lstsq(design, y - y.mean())[0]
        return terms[kept]

    def _lasso(self, Z: Array, y: Array) -> Array:
        if len(y) < 4 or not Z.shape[1] or not np.ptp(y):
            return np.zeros(Z.shape[1])
        folds = KFold(min(self.n_folds, len(y)), shuffle=True, random_state=self.random_state)
        model: Any = LassoCV(alphas=30, eps=5e-4, cv=folds, max_iter=500, tol=1e-3)
        return np.asarray(model.fit(Z, y).coef_, dtype=np.float64)


def _possible_terms(X: Array, primary: NDArray[np.intp]) -> NDArray[np.intp]:
    """(T, 4) terms of the features `primary` that are finite on every row."""
    size = np.abs(X[:, primary])
    safe = (size.min(axis=0) > _AWAY_FROM_ZERO * size.max(axis=0)) & (
        (X[:, primary] > 0).all(axis=0) | (X[:, primary] < 0).all(axis=0)
    )
    n_operators = np.where(safe, len(_WRITTEN), _FOR_ANY)
    terms = [
        (feature, op, _ALONE, 0)
        for feature, n in zip(primary, n_operators, strict=True)
        for op in range(n)
    ]
    for a, first in enumerate(primary):
        for b in range(a + 1, len(primary)):
            terms += [
                (first, op, primary[b], other)
                for op in range(min(n_operators[a], _FOR_PRODUCTS))
                for other in range(min(n_operators[b], _FOR_PRODUCTS))
            ]
    return np.array(terms, dtype=np.intp).reshape(-1, 4)


def _evaluate(terms: NDArray[np.intp], X: Array) -> Array:
    """(n, T) values of terms, finite for any finite features."""
    # Zero appears only where a feature was away from zero in training; the range then holds.
    size = np.maximum(np.abs(X), 1e-12)
    signed = np.where(X < 0, -size, size)
    values = np.stack([X, X**2, np.sqrt(size), 1.0 / signed, np.log(size)])
    columns = values[terms[:, 1], :, terms[:, 0]].T
    pairs = terms[:, 2] != _ALONE
    columns = columns.copy()
    columns[:, pairs] *= values[terms[pairs, 3], :, terms[pairs, 2]].T
    return np.asarray(columns, dtype=np.float64)


def _standardized(columns: Array) -> Array:
    """Columns of zero mean and unit length; zero where they do not vary."""
    centred = columns - columns.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    floor = _SMALLEST_SPREAD * (1.0 + np.abs(columns).max(axis=0, initial=0.0))
    return np.where(length > floor * np.sqrt(len(columns)), centred / np.maximum(length, 1e-300), 0)


def _best_columns(columns: Array, residual: Array, kept: list[int], wanted: int) -> list[int]:
    """Up to `wanted` columns that correlate most with the residual and not with each other."""
    strength = np.abs(columns.T @ residual)
    chosen: list[int] = []
    for candidate in np.argsort(-strength, kind="stable")[: 20 * wanted]:
        if len(chosen) == wanted or strength[candidate] <= 1e-12 * np.linalg.norm(columns):
            break
        known = columns[:, [*kept, *chosen]]
        if not known.shape[1] or np.abs(known.T @ columns[:, candidate]).max() < _ALIKE:
            chosen.append(int(candidate))
    return chosen
