"""The regressor a table itself speaks for: nested cross-validation over the registry."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from catml.errors import ModelError
from catml.models.regressors.base import Array, fit_for_means
from catml.models.regressors.chosen import ChosenRegressor
from catml.models.regressors.folds import Folds, group_folds, group_labels, rows_of_some_groups
from catml.models.regressors.names import RegressorName

# Simpler and faster ones first; the process is left out where it would see only part of the rows.
_FOR_SMALL_TABLES: tuple[RegressorName, ...] = (
    "ridge",
    "gaussian_process",
    "xgboost",
    "extra_trees",
    "neural_network",
)
_FOR_LARGE_TABLES: tuple[RegressorName, ...] = ("ridge", "xgboost", "extra_trees", "robust_network")


class AutomaticChoice(ChosenRegressor):
    """One regressor of several, chosen on folds of groups of the training rows, then fitted to all.

    Every candidate predicts each fold from the others, with all that it chooses by itself chosen
    without the fold. Of the candidates whose mean absolute error is no more than one standard
    error above the least, the first is taken: they stand in the order of simplicity. The standard
    error is that of the difference from the best, row by row, with whole groups as what varies
    (one-standard-error rule: Breiman, Friedman, Olshen & Stone, Classification and Regression
    Trees, 1984, section 3.4.3).

    Parameters
    ----------
    candidates
        Names of regressors, simpler ones first; None takes a handful by the size of the table.
    n_folds
        Folds of groups.
    max_rows
        Rows compared on, in whole groups drawn at random; the choice is fitted to all rows.
    n_jobs
        Fits at the same time inside one candidate.
    random_state
        Seed of folds, draw and candidates.

    Attributes
    ----------
    choice_ : str
        Name of the candidate taken.
    candidates_ : DataFrame
        One row per candidate: name, n_rows, mean_absolute_error, root_mean_square_error, difference
        (of the mean absolute error from the least), standard_error (of the difference) and chosen.
        Errors are in the unit of the target.
    regressor_ : Regressor
        The choice, fitted to all rows.
    n_features_in_ : int

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 3))
    >>> model = AutomaticChoice(("ridge", "extra_trees"), n_folds=3).fit(X, X[:, 0])
    >>> model.choice_
    'ridge'
    """

    def __init__(
        self,
        candidates: Sequence[RegressorName] | None = None,
        *,
        n_folds: int = 4,
        max_rows: int = 3000,
        n_jobs: int = 1,
        random_state: int = 0,
    ) -> None:
        self.candidates = candidates
        self.n_folds = n_folds
        self.max_rows = max_rows
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> "AutomaticChoice":
        """Choose on, and fit to, (n, D) features, NaN allowed, and (n,) targets.

        Parameters
        ----------
        X, y
            Features and targets.
        groups
            (n,) labels of rows that must not be split between folds; None splits at random.

        Raises
        ------
        ModelError
            There is no candidate, or no regressor of that name.
        """
        X, y = self._check_training(X, y)
        labels = group_labels(groups, len(y))
        candidates = self._named(len(y))
        rows = rows_of_some_groups(labels, self.max_rows, seed=self.random_state)
        folds = group_folds(labels[rows], self.n_folds, seed=self.random_state)
        errors = [
            _held_out_errors(candidate, X[rows], y[rows], labels[rows], folds)
            for candidate in candidates.values()
        ]
        self.candidates_ = _scored(tuple(candidates), np.array(errors), labels[rows])
        self.choice_ = str(self.candidates_.loc[self.candidates_["chosen"], "name"].iloc[0])
        self.regressor_ = clone(candidates[self.choice_]).fit(
            X, y, groups=None if groups is None else labels
        )
        return self

    def _named(self, n_rows: int) -> dict[str, Any]:
        """The unfitted candidates by name, such as a table of `n_rows` can take."""
        from catml.models.regressors.registry import LARGEST_GAUSSIAN_PROCESS, affordable_regressor

        names = self.candidates
        if names is None:
            small = n_rows <= LARGEST_GAUSSIAN_PROCESS
            names = _FOR_SMALL_TABLES if small else _FOR_LARGE_TABLES
        if not names:
            raise ModelError(
                "An automatic choice needs candidates; name at least one regressor, or give None "
                "for a handful by the size of the table."
            )
        return {
            name: affordable_regressor(name, n_rows, seed=self.random_state, n_jobs=self.n_jobs)
            for name in names
        }


def _held_out_errors(
    candidate: Any, X: Array, y: Array, labels: NDArray[np.intp], folds: Folds
) -> Array:
    """(n,) errors of rows predicted by a candidate that was fitted without their fold."""
    errors = np.empty(len(y))
    for inside, outside in folds:
        fresh = clone(candidate)
        fit_for_means(fresh, X[inside], y[inside], labels[inside])
        errors[outside] = fresh.predict(X[outside]) - y[outside]
    return errors


def _scored(names: Sequence[str], errors: Array, labels: NDArray[np.intp]) -> pd.DataFrame:
    """Scores of candidates with (m, n) errors, in their order, and the one to take."""
    sizes = np.abs(errors)
    difference = sizes - sizes[int(np.argmin(sizes.mean(axis=1)))]
    mean = difference.mean(axis=1)
    n_groups = labels.max() + 1
    sums = [
        np.bincount(labels, weights=row, minlength=n_groups) for row in difference - mean[:, None]
    ]
    standard_error = np.sqrt(np.sum(np.square(sums), axis=1)) / errors.shape[1]
    scores = pd.DataFrame(
        {
            "name": names,
            "n_rows": errors.shape[1],
            "mean_absolute_error": sizes.mean(axis=1),
            "root_mean_square_error": np.sqrt((errors**2).mean(axis=1)),
            "difference": mean,
            "standard_error": standard_error,
        }
    )
    first = int(np.flatnonzero(mean <= standard_error)[0])
    return scores.assign(chosen=scores.index == first)
