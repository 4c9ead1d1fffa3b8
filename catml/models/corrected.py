"""A regressor of all rows, and a Gaussian process of what it leaves where rows say more.

Large tables tend to say little of each row, small ones much: thousands of bare site motifs beside a
few hundred surfaces of known geometry. What all rows share is learned from all of them; what the
small tables show beyond, by a process of their own that sees all features and starts from held-out
predictions (delta-learning: Ramakrishnan et al. 2015, doi:10.1021/acs.jctc.5b00099).
"""

from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from catml.models.base import Array, RowSets, row_sets
from catml.models.folded import FoldedRegressor
from catml.models.folds import group_labels
from catml.models.gaussian_process import ARDGaussianProcess

# A feature is special where so large a share of the training rows lacks it.
_SPECIAL = 0.5
_FEWEST_ROWS = 50


class Corrected(FoldedRegressor):
    """A regressor whose held-out errors are corrected in rows with features that most rows lack.

    A row is detailed where it has any of the features that more than half of the training rows
    lack. In detailed rows the mean is that of the regressor plus that of an exact Gaussian process
    fitted to its held-out errors, and the standard deviation that of the process; elsewhere, and
    with fewer than 50 detailed rows or more than `max_rows`, the regressor stands alone.

    Parameters
    ----------
    regressor
        Unfitted, a `FoldedRegressor`.
    max_rows
        The most rows that the process compares with one another.
    random_state
        Seed of the process.

    Attributes
    ----------
    regressor_ : FoldedRegressor
        Fitted to all rows.
    special_ : ndarray of int
        The features that make a row detailed.
    process_ : ARDGaussianProcess or None
        Fitted to the errors of the detailed rows.
    n_features_in_ : int

    Examples
    --------
    >>> from catml.models.boosted_trees import BoostedTrees
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(600, 2))
    >>> X[60:, 1] = np.nan
    >>> y = np.where(np.isnan(X[:, 1]), X[:, 0], X[:, 0] + X[:, 1])
    >>> model = Corrected(BoostedTrees(n_rounds=50)).fit(X, y)
    >>> bool(model.predict([[0.0, 1.0]])[0] > 0.5)
    True
    """

    def __init__(self, regressor: Any, *, max_rows: int = 6000, random_state: int = 0) -> None:
        self.regressor = regressor
        self.max_rows = max_rows
        self.random_state = random_state

    @property
    def rehearses(self) -> tuple[str, ...]:  # type: ignore[override]
        """As of the regressor."""
        return tuple(getattr(self, "regressor_", self.regressor).rehearses)

    @property
    def std_grows(self) -> bool:  # type: ignore[override]
        """As of the regressor."""
        return bool(getattr(self, "regressor_", self.regressor).std_grows)

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> "Corrected":
        """Fit to (n, D) features, NaN allowed, and (n,) targets.

        Parameters
        ----------
        X, y
            Features and targets.
        groups
            (n,) labels of rows that are held out together; None for every row by itself.
        """
        X, y = self._check_training(X, y)
        labels = group_labels(groups, len(y))
        self.regressor_ = clone(self.regressor).fit(X, y, groups=groups)
        mean, std = (part.copy() for part in self.regressor_.predict_left_out())
        self.special_ = np.flatnonzero(np.isnan(X).mean(axis=0) > _SPECIAL)
        rows = np.flatnonzero(self._is_detailed(X))
        self.process_ = None
        if _FEWEST_ROWS <= len(rows) <= self.max_rows:
            process = ARDGaussianProcess(random_state=self.random_state)
            self.process_ = process.fit(X[rows], (y - mean)[rows])
            sets = row_sets(labels[rows])
            held_out = rows[np.concatenate(sets)]
            error, std[held_out] = self.process_.predict_left_out(sets)
            mean[held_out] += error
        self._labels, self._rows = labels, rows
        self._held_out, self._held_out_std = mean, std
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        mean, std = cast("tuple[Array, Array]", self.regressor_.predict(X, return_std=True))
        rows = np.flatnonzero(self._is_detailed(X))
        if self.process_ is not None and len(rows):
            error, std[rows] = self.process_.predict(X[rows], return_std=True)
            mean[rows] += error
        return (mean, std) if return_std else mean

    def _predict_without(self, left_out: RowSets) -> tuple[Array, Array]:
        """Of the regressor without the rows, and of the process without those it was fitted to."""
        means, stds = self.regressor_.predict_left_out(left_out)
        if self.process_ is None:
            return means, stds
        place = np.full(len(self._labels), -1)
        place[self._rows] = np.arange(len(self._rows))
        first = 0
        for rows in left_out:
            among = first + np.flatnonzero(place[rows] >= 0)
            if len(among):
                error, stds[among] = self.process_.predict_left_out((place[rows[among - first]],))
                means[among] += error
            first += len(rows)
        return means, stds

    def _is_detailed(self, X: Array) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(X[:, self.special_]).any(axis=1), dtype=np.bool_)
