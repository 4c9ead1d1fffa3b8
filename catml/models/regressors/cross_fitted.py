"""Any scikit-learn regressor with an honest standard deviation, from fits to parts of the rows."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ParameterGrid
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catml.errors import ModelError
from catml.models.regressors.base import Array, RowSets
from catml.models.regressors.folded import FoldedRegressor
from catml.models.regressors.folds import bundles, group_folds, group_labels, rows_of_some_groups
from catml.models.regressors.scaling import FeatureScaling

# Settings are chosen on at most this many rows: the cost of a kernel grows with their cube.
_SEARCH_ROWS = 1500
# Fits that predict sets of rows left out; together they may leave out this share of all rows.
_MOST_FITS = 10
_LARGEST_SHARE = 0.3
# Shares of the disagreement in the variance that are tried; some variance is always everywhere.
_SHARES = np.linspace(0.0, 0.9, 10)


@dataclass(frozen=True)
class Member:
    """An estimator fitted to some of the rows, with the scaling learned from these rows.

    Attributes
    ----------
    scaling
        Of the features.
    estimator
        Fitted to scaled features and to targets of zero mean and unit spread.
    center, spread
        Mean and standard deviation of the targets.
    """

    scaling: FeatureScaling
    estimator: Any
    center: float
    spread: float

    @classmethod
    def fit(cls, estimator: Any, X: Array, y: Array, *, standardize: bool) -> "Member":
        """Fit a clone of an estimator to (n, D) features, NaN allowed, and (n,) targets."""
        scaling = FeatureScaling.learn(X)
        if not standardize:
            scaling = replace(
                scaling, mean=np.zeros_like(scaling.mean), std=np.ones_like(scaling.std)
            )
        center, spread = float(y.mean()), float(y.std()) or 1.0
        # Threads inside one fit wait for each other by spinning, which other work makes slow.
        with threadpool_limits(1, user_api="openmp"):
            fitted = clone(estimator).fit(scaling.apply(X), (y - center) / spread)
        return cls(scaling, fitted, center, spread)

    def predict(self, X: Array) -> Array:
        """(n,) targets at (n, D) features."""
        values = np.asarray(self.estimator.predict(self.scaling.apply(X)), dtype=np.float64)
        return self.center + self.spread * values


class CrossFitted(FoldedRegressor):
    """A scikit-learn regressor fitted to all rows, and to the rows outside each fold of groups.

    The mean is that of the fit to all rows. Its variance is v·((1 − w) + w·J(x)/J̄): J is the
    delete-one-fold jackknife variance, from how far the fits without a fold disagree at x; v and
    w are those under which the errors of held-out rows are likeliest. For held-out rows both the
    error and J come from fits that saw nothing of the row's fold, which is what fits without two
    folds are for. Features are filled and standardized inside every fit.

    Parameters
    ----------
    estimator
        What is fitted, with its own seed; it sees complete features.
    search
        Settings to choose between, name → values; the least squared error of held-out folds
        decides, among the training rows only.
    standardize
        Whether features get zero mean and unit spread. Missing ones are filled in any case.
    n_folds
        Number of folds of groups.
    max_rows
        Most rows to accept; None for any number.
    n_jobs
        Fits at the same time.
    random_state
        Seed of the folds.

    Attributes
    ----------
    settings_ : dict
        The settings chosen.
    members_ : tuple of Member
        The fit to all rows, then those without one fold.
    scale_ : tuple of float
        v, w and J̄.
    n_features_in_ : int

    Notes
    -----
    The jackknife variance with m parts is (m − 1)/m Σ (f₋ₖ − f̄)² (Efron & Stein 1981,
    doi:10.1214/aos/1176345462).

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> X = np.arange(20.0)[:, None]
    >>> round(float(CrossFitted(LinearRegression()).fit(X, 2 * X[:, 0]).predict([[30.0]])[0]), 6)
    60.0
    """

    def __init__(
        self,
        estimator: Any,
        *,
        search: Mapping[str, Sequence[Any]] | None = None,
        standardize: bool = True,
        n_folds: int = 4,
        max_rows: int | None = None,
        n_jobs: int = 1,
        random_state: int = 0,
    ) -> None:
        self.estimator = estimator
        self.search = search
        self.standardize = standardize
        self.n_folds = n_folds
        self.max_rows = max_rows
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> "CrossFitted":
        """Fit to (n, D) features, NaN allowed, and (n,) targets.

        Parameters
        ----------
        X, y
            Features and targets.
        groups
            (n,) labels of rows that must not be split between folds; None splits at random.

        Raises
        ------
        ModelError
            There are more than `max_rows` rows.
        """
        X, y, labels = self._prepare(X, y, groups)
        folds = group_folds(labels, self.n_folds, seed=self.random_state)
        outsides = [outside for _, outside in folds]
        pairs = list(combinations(range(len(folds)), 2)) if len(folds) > 2 else []
        together = [np.concatenate([outsides[j], outsides[k]]) for j, k in pairs]
        nothing = np.zeros(0, dtype=np.intp)
        fitted = self._fit_without([nothing, *(outsides if len(folds) > 1 else []), *together])
        n_members = len(fitted) - len(pairs)
        self.members_ = tuple(fitted[:n_members])
        self._held_out = np.empty(len(y))
        disagreement = np.zeros(len(y))
        for k, outside in enumerate(outsides):
            self._held_out[outside] = fitted[min(k + 1, n_members - 1)].predict(X[outside])
            unseen = [m for pair, m in zip(pairs, fitted[n_members:], strict=True) if k in pair]
            disagreement[outside] = _jackknife_variance(unseen, X[outside])
        self.scale_ = _likeliest_scale(y - self._held_out, disagreement)
        self._held_out_std = self._std(disagreement)
        return self

    def fit_mean(
        self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None
    ) -> "CrossFitted":
        """Fit as `fit` does, but to all rows only: `predict` then has no standard deviation."""
        self._prepare(X, y, groups)
        self.members_ = tuple(self._fit_without([np.zeros(0, dtype=np.intp)]))
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        mean = self.members_[0].predict(X)
        if not return_std:
            return mean
        return mean, self._std(_jackknife_variance(self.members_[1:], X))

    def _predict_without(self, left_out: RowSets) -> tuple[Array, Array]:
        """Means from fits without a set, or without a few; deviations as in the folds of `fit`."""
        dealt = self._dealt(left_out)
        outside = [np.unique(np.concatenate([left_out[k] for k in bundle])) for bundle in dealt]
        means: list[Array] = [np.zeros(0)] * len(left_out)
        for bundle, member in zip(dealt, self._fit_without(outside), strict=True):
            for k in bundle:
                means[k] = member.predict(self._X[left_out[k]])
        return np.concatenate(means), self._held_out_std[np.concatenate(left_out)]

    def _dealt(self, left_out: RowSets) -> list[NDArray[np.intp]]:
        """Numbers of the sets that each fit leaves out: one, or a few where there are many."""
        dealt = []
        for bundle in bundles(len(left_out), _MOST_FITS, seed=self.random_state):
            rows = np.unique(np.concatenate([left_out[k] for k in bundle]))
            together = len(rows) <= _LARGEST_SHARE * len(self._y)
            dealt += [bundle] if together else list(bundle[:, None])
        return dealt

    def _prepare(
        self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None
    ) -> tuple[Array, Array, NDArray[np.intp]]:
        """Check and keep the training rows, and choose the settings on them."""
        X, y = self._check_training(X, y)
        self._refuse_too_many(len(y))
        self._X, self._y, self._labels = X, y, group_labels(groups, len(y))
        self.settings_ = self._choose_settings()
        return X, y, self._labels

    def _refuse_too_many(self, n: int) -> None:
        if self.max_rows is not None and n > self.max_rows:
            raise ModelError(
                f"The table has {n:,} rows, too many for {type(self.estimator).__name__}, which "
                f"compares every row with every other: at most {self.max_rows:,}. Take "
                "'xgboost', 'gradient_boosting' or 'extra_trees', or fewer rows."
            )

    def _fit_without(self, left_out: Sequence[NDArray[np.intp]]) -> list[Member]:
        """Fit to the rows outside each of the sets."""
        estimator = clone(self.estimator).set_params(**self.settings_)
        everything = np.arange(len(self._y))
        tasks = []
        for out in left_out:
            inside = np.setdiff1d(everything, out)
            tasks.append(self._task(estimator, inside if len(inside) else everything))
        return self._together(tasks)

    def _task(self, estimator: Any, rows: NDArray[np.intp]) -> Callable[[], Member]:
        X, y = self._X[rows], self._y[rows]
        return partial(Member.fit, estimator, X, y, standardize=self.standardize)

    def _together(self, tasks: Sequence[Callable[[], Member]]) -> list[Member]:
        # An iteration that ends at its limit is no worse a model: held-out errors judge it.
        with warnings.catch_warnings(), ThreadPoolExecutor(max(self.n_jobs, 1)) as pool:
            warnings.simplefilter("ignore", ConvergenceWarning)
            return list(pool.map(lambda task: task(), tasks))

    def _choose_settings(self) -> dict[str, Any]:
        if not self.search:
            return {}
        rows = rows_of_some_groups(self._labels, _SEARCH_ROWS, seed=self.random_state)
        folds = group_folds(self._labels[rows], self.n_folds, seed=self.random_state)
        errors = []
        for settings in ParameterGrid(dict(self.search)):
            estimator = clone(self.estimator).set_params(**settings)
            members = self._together([self._task(estimator, rows[inside]) for inside, _ in folds])
            error = 0.0
            for member, (_, outside) in zip(members, folds, strict=True):
                held = rows[outside]
                error += float(np.sum((self._y[held] - member.predict(self._X[held])) ** 2))
            errors.append((error, settings))
        return dict(min(errors, key=lambda pair: pair[0])[1])

    def _std(self, disagreement: Array) -> Array:
        variance, share, usual = self.scale_
        return np.sqrt(variance * ((1.0 - share) + share * disagreement / usual))


def _jackknife_variance(members: Sequence[Member], X: Array) -> Array:
    if len(members) < 2:
        return np.zeros(len(X))
    spread = np.var([member.predict(X) for member in members], axis=0)
    return np.asarray((len(members) - 1) * spread, dtype=np.float64)


def _likeliest_scale(error: Array, disagreement: Array) -> tuple[float, float, float]:
    """Variance, share of the disagreement in it and usual disagreement, by likelihood."""
    usual = float(np.mean(disagreement))
    if usual <= 0:
        return max(float(np.mean(error**2)), 1e-24), 0.0, 1.0
    best = (np.inf, 0.0, 0.0)
    for share in _SHARES:
        relative = (1.0 - share) + share * disagreement / usual
        variance = max(float(np.mean(error**2 / relative)), 1e-24)
        # Twice the negative logarithm of the likelihood per row, less a constant.
        misfit = float(np.log(variance) + np.mean(np.log(relative)))
        best = min(best, (misfit, variance, float(share)))
    return best[1], best[2], usual
