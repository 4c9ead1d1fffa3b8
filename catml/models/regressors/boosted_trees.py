"""Gradient-boosted trees for large tables, with a learned, local error scale."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import xgboost
from numpy.typing import ArrayLike

from catml.models.regressors.base import Array, RowSets
from catml.models.regressors.folded import FoldedRegressor
from catml.models.regressors.folds import Folds, bundles, group_folds, group_labels

# Quantized features: 64 levels cost a third less time than 256 and no accuracy on these tables.
_MAX_BIN = 64
# Members that only serve held-out predictions learn at twice the rate in half the rounds.
_HASTE = 2
_SMALLEST_ERROR_FRACTION = 0.02


class BoostedTrees(FoldedRegressor):
    """XGBoost on the absolute error; one booster on all rows and one per group-disjoint fold.

    The mean is that of the full booster; the fold boosters serve held-out predictions. The error
    scale is a third kind of booster, trained on the logarithm of the held-out absolute errors of
    the fold boosters, so it says how far off a row like this one is when its group is unknown.
    Missing features are followed down the tree's default branch, not filled.

    Parameters
    ----------
    n_rounds, learning_rate, max_depth, min_child_weight, subsample, colsample_bytree
        Of the full booster, as XGBoost names them.
    n_folds
        Number of fold boosters.
    n_jobs
        Boosters trained at the same time.
    random_state
        Seed of folds and row and column sampling.

    Attributes
    ----------
    boosters_ : dict of xgboost.Booster
        ``"full"``, ``"fold-0"`` …, ``"scale-0"`` ….
    n_features_in_ : int
    """

    def __init__(
        self,
        *,
        n_rounds: int = 300,
        learning_rate: float = 0.1,
        max_depth: int = 8,
        min_child_weight: float = 10.0,
        subsample: float = 0.8,
        colsample_bytree: float = 0.3,
        n_folds: int = 3,
        n_jobs: int = 2,
        random_state: int = 0,
    ) -> None:
        self.n_rounds = n_rounds
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.min_child_weight = min_child_weight
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.n_folds = n_folds
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> "BoostedTrees":
        """Fit to (n, D) features, NaN allowed, and (n,) targets.

        Parameters
        ----------
        X, y
            Features and targets.
        groups
            (n,) labels of rows that must not be split between folds; None splits at random.
        """
        X, y = self._check_training(X, y)
        labels = group_labels(groups, len(y))
        folds = group_folds(labels, self.n_folds, seed=self.random_state)
        full, *members = self._together(
            [
                lambda: self._boost(X, y),
                *(partial(self._boost, X[inside], y[inside], haste=_HASTE) for inside, _ in folds),
            ]
        )
        self.boosters_ = {"full": full}
        held_out = np.full(len(y), np.nan)
        for k, (booster, (_, outside)) in enumerate(zip(members, folds, strict=True)):
            self.boosters_[f"fold-{k}"] = booster
            held_out[outside] = _evaluate(booster, X[outside])
        self._learn_scale(X, np.abs(y - held_out), folds)
        self._X, self._y, self._labels, self._held_out = X, y, labels, held_out
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the error scale on request."""
        X = self._check_features(X)
        mean = _evaluate(self.boosters_["full"], X)
        if not return_std:
            return mean
        return mean, np.exp(self._members("scale", X).mean(axis=0))

    def _predict_without(self, left_out: RowSets) -> tuple[Array, Array]:
        """Means from boosters that leave out several sets; deviations as in the folds of `fit`."""
        means: list[Array] = [np.zeros(0)] * len(left_out)
        splits = bundles(len(left_out), self.n_folds, seed=self.random_state)
        tasks = []
        for fold in splits:
            outside = np.unique(np.concatenate([left_out[k] for k in fold]))
            inside = np.delete(np.arange(len(self._y)), outside)
            tasks.append(partial(self._boost, self._X[inside], self._y[inside], haste=_HASTE))
        for fold, booster in zip(splits, self._together(tasks), strict=True):
            for k in fold:
                means[k] = _evaluate(booster, self._X[left_out[k]])
        return np.concatenate(means), self._held_out_std[np.concatenate(left_out)]

    def _learn_scale(self, X: Array, error: Array, folds: Folds) -> None:
        floor = max(_SMALLEST_ERROR_FRACTION * float(np.mean(error)), 1e-12)
        target = np.log(error + floor)
        self._held_out_std = np.empty(len(target))
        tasks = [partial(self._boost_scale, X[inside], target[inside]) for inside, _ in folds]
        for k, (booster, (_, outside)) in enumerate(zip(self._together(tasks), folds, strict=True)):
            self.boosters_[f"scale-{k}"] = booster
            self._held_out_std[outside] = np.exp(_evaluate(booster, X[outside]))

    def _together(self, tasks: Sequence[Callable[[], xgboost.Booster]]) -> list[xgboost.Booster]:
        """Train boosters side by side, each on one thread.

        The threads inside one booster wait for each other at every step, by spinning: beside
        other work on the same cores that turns seconds into minutes.
        """
        with ThreadPoolExecutor(max(self.n_jobs, 1)) as pool:
            return list(pool.map(lambda task: task(), tasks))

    def _members(self, kind: str, X: Array) -> Array:
        names = [name for name in self.boosters_ if name.startswith(kind)]
        return np.array([_evaluate(self.boosters_[name], X) for name in names])

    def _boost(self, X: Array, y: Array, *, haste: int = 1) -> xgboost.Booster:
        settings = {
            "objective": "reg:absoluteerror",
            "eta": self.learning_rate * haste,
            "max_depth": self.max_depth,
            "min_child_weight": self.min_child_weight,
        }
        return self._train(X, y, settings, self.n_rounds // haste)

    def _boost_scale(self, X: Array, target: Array) -> xgboost.Booster:
        # Squared error of a logarithm: the typical size of the error, not driven by single rows.
        settings = {
            "objective": "reg:squarederror",
            "eta": 0.1,
            "max_depth": 5,
            "min_child_weight": 10.0,
        }
        return self._train(X, target, settings, max(self.n_rounds // 5, 1))

    def _train(
        self, X: Array, y: Array, settings: Mapping[str, Any], n_rounds: int
    ) -> xgboost.Booster:
        common = {
            "tree_method": "hist",
            "max_bin": _MAX_BIN,
            "subsample": self.subsample,
            "colsample_bytree": self.colsample_bytree,
            "nthread": 1,
            "seed": self.random_state,
        }
        # XGBoost keeps targets in single precision; centred, they lose nothing.
        data = xgboost.QuantileDMatrix(X.astype(np.float32), y, max_bin=_MAX_BIN, nthread=1)
        return xgboost.train(common | dict(settings), data, num_boost_round=max(n_rounds, 1))


def _evaluate(booster: xgboost.Booster, X: Array) -> Array:
    values = booster.inplace_predict(X.astype(np.float32))
    return np.asarray(values, dtype=np.float64)
