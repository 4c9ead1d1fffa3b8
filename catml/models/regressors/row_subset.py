"""A regressor that compares every row with every other, on a table with too many rows for that."""

from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from catml.models.regressors.base import Array, RowSets, row_sets
from catml.models.regressors.folded import FoldedRegressor
from catml.models.regressors.folds import bundles, group_labels, rows_of_some_groups


class RowSubset(FoldedRegressor):
    """A regressor fitted to all rows of as many groups, drawn at random, as it can take.

    Groups are drawn whole, so the rows not learned from are of unseen groups: what is predicted
    for them is as honest as what the regressor says of its own rows held out.

    Parameters
    ----------
    regressor
        Unfitted, with the interface of `catml.models.regressors.registry.Regressor`.
    max_rows
        At most so many rows are learned from; a table with no more is learned from in full.
    n_fits
        Fits that predict sets of rows which are not the groups; each leaves out several sets.
    random_state
        Seed of the draw.

    Attributes
    ----------
    regressor_ : Regressor
        Fitted to the rows drawn.
    rows_ : ndarray
        Positions of the rows drawn.
    n_features_in_ : int

    Examples
    --------
    >>> from catml.models.regressors.ridge import RidgeWithUncertainty
    >>> X = np.arange(100.0)[:, None]
    >>> model = RowSubset(RidgeWithUncertainty(), max_rows=20).fit(X, 2 * X[:, 0])
    >>> len(model.rows_), round(float(model.predict([[200.0]])[0]))
    (20, 400)
    """

    def __init__(
        self, regressor: Any, *, max_rows: int = 6000, n_fits: int = 3, random_state: int = 0
    ) -> None:
        self.regressor = regressor
        self.max_rows = max_rows
        self.n_fits = n_fits
        self.random_state = random_state

    @property
    def std_grows(self) -> bool:  # type: ignore[override]
        """As of the regressor."""
        return bool(self.regressor.std_grows)

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> "RowSubset":
        """Fit to (n, D) features, NaN allowed, and (n,) targets; see the regressor.

        Parameters
        ----------
        X, y
            Features and targets.
        groups
            (n,) labels of rows that are drawn, and held out, together; None for every row by
            itself.
        """
        X, y = self._check_training(X, y)
        labels = group_labels(groups, len(y))
        rows = rows_of_some_groups(labels, self.max_rows, seed=self.random_state)
        self.regressor_ = clone(self.regressor).fit(X[rows], y[rows], groups=labels[rows])
        self.rows_ = rows
        self._X, self._y, self._labels = X, y, labels
        sets = row_sets(labels[rows])
        mean, std = self.regressor_.predict(X, return_std=True)
        held_out = rows[np.concatenate(sets)]
        mean[held_out], std[held_out] = self.regressor_.predict_left_out(sets)
        self._held_out, self._held_out_std = mean, std
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        return cast(
            "Array | tuple[Array, Array]", self.regressor_.predict(X, return_std=return_std)
        )

    def _predict_without(self, left_out: RowSets) -> tuple[Array, Array]:
        """From fits to the rows drawn that are in none of several sets."""
        parts: list[tuple[Array, Array]] = [(np.zeros(0), np.zeros(0))] * len(left_out)
        for bundle in bundles(len(left_out), self.n_fits, seed=self.random_state):
            outside = np.concatenate([left_out[k] for k in bundle])
            rows: NDArray[np.intp] = np.setdiff1d(self.rows_, outside)
            model = clone(self.regressor)
            model.fit(self._X[rows], self._y[rows], groups=self._labels[rows])
            for k in bundle:
                parts[k] = model.predict(self._X[left_out[k]], return_std=True)
        means, stds = zip(*parts, strict=True)
        return np.concatenate(means), np.concatenate(stds)
