"""A regressor of all rows, and a Gaussian process on top where rows say more.

Large tables tend to say little of each row, small ones much: thousands of bare site motifs beside a
few hundred surfaces of known geometry. What all rows share is learned from all of them. A process
of the rows that say more sees their features and, as one feature more, what the regressor predicts
of them held out; so it can follow the regressor, shift it, or overrule it (as in nonlinear
multi-fidelity regression: Perdikaris et al. 2017, doi:10.1098/rspa.2016.0751). It has its say only
within the ranges of its own few rows (the bounding box of Jaworska et al. 2005,
doi:10.1177/026119290503300508): beyond them it falls back to their mean, while the regressor may
well know better.
"""

from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from catml.models.regressors.base import Array, RowSets, row_sets
from catml.models.regressors.folded import FoldedRegressor
from catml.models.regressors.folds import bundles, group_labels
from catml.models.regressors.gaussian_process import ARDGaussianProcess

# A feature is special where so large a share of the training rows lacks it.
_SPECIAL = 0.5
_FEWEST_ROWS = 50
# A feature that so large a share of the detailed rows has in common tells single rows apart: a
# length scale of its own for it is memory rather than knowledge.
_COMMON = 0.9
# How far beyond the range of a feature a row still counts as within, in units of the range.
_SLACK = 0.05
# Fits of the process that predict sets of rows which are not the groups.
_N_FITS = 3


class Corrected(FoldedRegressor):
    """A regressor that a Gaussian process corrects in rows with features that most rows lack.

    A row is detailed where it has any of the features that more than half of the training rows
    lack. Detailed rows are predicted by an exact Gaussian process (Matérn 5/2), fitted to the
    detailed training rows: of their features, but for those with one value in nine rows of ten,
    and of the held-out prediction of the regressor. Rows that are not detailed, or have a feature
    outside the range of the detailed training rows, are predicted by the regressor alone; so are
    all with fewer than 50 detailed rows or more than `max_rows`.

    This way to correct is one of some 25 that were scored on the folds of the CO table, by the rows
    of Ma 2015 and Xu 2022: what is stated for these is a little too good.

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
    seen_ : ndarray of int
        The features that the process sees.
    box_ : ndarray of shape (2, n_seen)
        Lowest and highest value of each feature seen within which the process is asked.
    process_ : ARDGaussianProcess or None
        Fitted to the detailed rows.
    n_features_in_ : int

    Examples
    --------
    >>> from catml.models.regressors.boosted_trees import BoostedTrees
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
        self.seen_ = _telling(X[rows])
        self.process_ = None
        self.box_ = _box(X[rows][:, self.seen_])
        if _FEWEST_ROWS <= len(rows) <= self.max_rows:
            self._inputs, self._y = self._with_prediction(X[rows], mean[rows]), y[rows]
            self.process_ = self._fit_process(np.arange(len(rows)))
            for members in row_sets(labels[rows]):
                box = _box(np.delete(self._inputs, members, axis=0)[:, :-1])
                within = members[_is_within(self._inputs[members, :-1], box)]
                if len(within):
                    part = self.process_.predict_left_out((within,))
                    mean[rows[within]], std[rows[within]] = part
        self._X, self._labels, self._rows = X, labels, rows
        self._held_out, self._held_out_std = mean, std
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        mean, std = cast("tuple[Array, Array]", self.regressor_.predict(X, return_std=True))
        within = _is_within(X[:, self.seen_], self.box_)
        rows = np.flatnonzero(self._is_detailed(X) & within)
        if self.process_ is not None and len(rows):
            inputs = self._with_prediction(X[rows], mean[rows])
            mean[rows], std[rows] = self.process_.predict(inputs, return_std=True)
        return (mean, std) if return_std else mean

    def _predict_without(self, left_out: RowSets) -> tuple[Array, Array]:
        """Of the regressor without the rows, and of processes fitted without several sets."""
        means, stds = self.regressor_.predict_left_out(left_out)
        if self.process_ is None:
            return means, stds
        ends = np.cumsum([len(rows) for rows in left_out])
        for bundle in bundles(len(left_out), _N_FITS, seed=self.random_state):
            outside = np.concatenate([left_out[k] for k in bundle])
            inside = np.flatnonzero(~np.isin(self._rows, outside))
            if len(inside) < _FEWEST_ROWS:
                continue
            box = _box(self._inputs[inside, :-1])
            asked = np.isin(outside, self._rows)
            asked &= _is_within(self._X[outside][:, self.seen_], box)
            if not asked.any():
                continue
            places = [np.arange(ends[k] - len(left_out[k]), ends[k]) for k in bundle]
            place = np.concatenate(places)[asked]
            inputs = self._with_prediction(self._X[outside[asked]], means[place])
            means[place], stds[place] = self._fit_process(inside).predict(inputs, return_std=True)
        return means, stds

    def _fit_process(self, rows: NDArray[np.intp]) -> ARDGaussianProcess:
        process = ARDGaussianProcess(nu=2.5, random_state=self.random_state)
        return process.fit(self._inputs[rows], self._y[rows])

    def _with_prediction(self, X: Array, mean: Array) -> Array:
        return np.column_stack([X[:, self.seen_], mean])

    def _is_detailed(self, X: Array) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(X[:, self.special_]).any(axis=1), dtype=np.bool_)


def _telling(X: Array) -> NDArray[np.intp]:
    """The features of which no value is that of nearly all rows."""
    columns = []
    for number, column in enumerate(X.T):
        known = column[np.isfinite(column)]
        # Equal up to rounding: many features are means of the same numbers in another order.
        counts = np.unique(known.round(9), return_counts=True)[1]
        if len(known) and counts.max() < _COMMON * len(column):
            columns.append(number)
    return np.array(columns, dtype=np.intp)


def _box(X: Array) -> Array:
    """Lowest and highest value of every feature, and a little beyond; unbounded where unknown."""
    known = np.isfinite(X)
    low = np.where(known, X, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, X, -np.inf).max(axis=0, initial=-np.inf)
    low, high = np.where(known.any(axis=0), [low, high], [[-np.inf], [np.inf]])
    with np.errstate(invalid="ignore"):
        slack = np.nan_to_num(_SLACK * (high - low), posinf=0.0)
    return np.array([low - slack, high + slack])


def _is_within(X: Array, box: Array) -> NDArray[np.bool_]:
    """Whether no known feature of a row lies outside the box, shape (n,)."""
    low, high = box
    outside = (low > X) | (high < X)
    return np.asarray(~outside.any(axis=1), dtype=np.bool_)
