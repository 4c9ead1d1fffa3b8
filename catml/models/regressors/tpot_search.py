"""The regressor that TPOT breeds: a genetic search over estimators and their settings.

TPOT (R. S. Olson et al., GECCO 2016, 485, doi:10.1145/2908812.2908918) found the trees behind
published screenings of alloys (K. Tran & Z. W. Ulissi, Nat. Catal. 1, 696 (2018),
doi:10.1038/s41929-018-0142-1). Here it searches among the single estimators that a model file can
hold, on folds that keep groups together.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from catml.errors import ModelError
from catml.models.regressors.base import Array
from catml.models.regressors.chosen import ChosenRegressor
from catml.models.regressors.cross_fitted import CrossFitted
from catml.models.regressors.estimators import LARGEST_KERNEL
from catml.models.regressors.folds import Folds, group_folds, group_labels, rows_of_some_groups
from catml.models.regressors.scaling import FeatureScaling


class TPOTSearch(ChosenRegressor):
    """The best single estimator of a genetic search, with the uncertainty of `CrossFitted`.

    The search minimizes the squared error of held-out folds of groups; the estimator it ends with
    is fitted to all rows. It needs TPOT (``pip install 'catml[tpot]'``), its results do not. The
    same seed gives the same search, unless `max_minutes` cuts it short.

    Parameters
    ----------
    generations, population_size
        Rounds of breeding, and estimators in each.
    max_minutes
        Longest duration of the search; None for no limit.
    n_folds
        Folds of groups.
    max_rows
        Rows searched on, in whole groups drawn at random; the estimator is fitted to all rows.
    n_jobs
        Fits at the same time once the search is over.
    random_state
        Seed of search, folds and draw.

    Attributes
    ----------
    choice_ : str
        The estimator as text.
    candidates_ : DataFrame
        The estimators tried, best first: name, root_mean_square_error (in the unit of the target)
        and chosen.
    regressor_ : CrossFitted
        The choice, fitted to all rows.
    n_features_in_ : int
    """

    def __init__(
        self,
        *,
        generations: int = 3,
        population_size: int = 12,
        max_minutes: float | None = None,
        n_folds: int = 4,
        max_rows: int = 3000,
        n_jobs: int = 1,
        random_state: int = 0,
    ) -> None:
        self.generations = generations
        self.population_size = population_size
        self.max_minutes = max_minutes
        self.n_folds = n_folds
        self.max_rows = max_rows
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> TPOTSearch:
        """Search on, and fit to, (n, D) features, NaN allowed, and (n,) targets.

        Parameters
        ----------
        X, y
            Features and targets.
        groups
            (n,) labels of rows that must not be split between folds; None splits at random.

        Raises
        ------
        ModelError
            TPOT is not installed, or found no estimator that can be fitted in the time it had.
        """
        _need_tpot()
        X, y = self._check_training(X, y)
        labels = group_labels(groups, len(y))
        rows = rows_of_some_groups(labels, self.max_rows, seed=self.random_state)
        folds = group_folds(labels[rows], self.n_folds, seed=self.random_state)
        center, spread = float(y[rows].mean()), float(y[rows].std()) or 1.0
        Z = FeatureScaling.learn(X[rows]).apply(X[rows])
        target = (y[rows] - center) / spread
        # An estimator that cannot take all rows is no use, however well it does on some of them.
        estimator, tried = self._search(Z, target, folds, kernels=len(y) <= LARGEST_KERNEL)
        self.choice_ = repr(estimator)
        tried["root_mean_square_error"] *= spread
        self.candidates_ = tried.assign(chosen=tried["name"] == self.choice_)
        self.regressor_ = CrossFitted(
            estimator, n_jobs=self.n_jobs, random_state=self.random_state
        ).fit(X, y, groups=None if groups is None else labels)
        return self

    def _search(
        self, Z: Array, target: Array, folds: Folds, *, kernels: bool
    ) -> tuple[Any, pd.DataFrame]:
        from distributed import Client, LocalCluster
        from sklearn.model_selection import PredefinedSplit
        from tpot import TPOTEstimator

        number = np.empty(len(target), dtype=np.intp)
        for k, (_, outside) in enumerate(folds):
            number[outside] = k
        minutes = float("inf") if self.max_minutes is None else self.max_minutes
        with (
            warnings.catch_warnings(),
            LocalCluster(
                n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
        ):
            warnings.simplefilter("ignore")
            search = TPOTEstimator(
                search_space=_search_space(self.random_state, kernels=kernels),
                scorers=["neg_mean_squared_error"],
                scorers_weights=[1],
                classification=False,
                cv=PredefinedSplit(number),
                generations=self.generations,
                population_size=self.population_size,
                max_time_mins=minutes,
                max_eval_time_mins=minutes,
                client=client,
                verbose=0,
                random_state=self.random_state,
            )
            try:
                search.fit(Z, target)
            except Exception as reason:  # whatever a search that found nothing ends in
                raise ModelError(
                    f"TPOT found no estimator: {reason}. Give it more generations or more minutes."
                ) from None
        return _plain(search.fitted_pipeline_), _tried(search.evaluated_individuals)


def _need_tpot() -> None:
    """Refuse where TPOT is not installed."""
    try:
        import tpot  # noqa: F401
    except ImportError:
        raise ModelError(
            "The regressor 'tpot' needs TPOT, which is not installed. Install it with "
            "pip install 'catml[tpot]', or take 'automatic', which searches the registry."
        ) from None


def _search_space(seed: int, *, kernels: bool) -> Any:
    """Estimators that a model file can hold, with ranges of their settings."""
    from ConfigSpace import ConfigurationSpace, Float, Integer
    from sklearn.ensemble import (
        ExtraTreesRegressor,
        HistGradientBoostingRegressor,
        RandomForestRegressor,
    )
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.svm import SVR
    from tpot.search_spaces.nodes import EstimatorNode
    from tpot.search_spaces.pipelines import ChoicePipeline

    def node(method: Any, fixed: dict[str, Any], *ranges: Any) -> Any:
        space = ConfigurationSpace(seed=seed)
        space.add(*ranges)
        return EstimatorNode(
            method=method, space=space, hyperparameter_parser=lambda found: {**found, **fixed}
        )

    width = Float("gamma", (5e-4, 0.3), log=True)
    forest = {"n_estimators": 100, "max_leaf_nodes": 512, "random_state": seed, "n_jobs": 1}
    shapes = (Float("max_features", (0.1, 1.0)), Integer("min_samples_leaf", (1, 8), log=True))
    boosting = {"early_stopping": False, "random_state": seed}
    trees = [
        node(ExtraTreesRegressor, forest, *shapes),
        node(RandomForestRegressor, forest, *shapes),
        node(
            HistGradientBoostingRegressor,
            boosting,
            Integer("max_iter", (50, 400), log=True),
            Float("learning_rate", (0.02, 0.3), log=True),
            Integer("max_leaf_nodes", (4, 48), log=True),
            Integer("min_samples_leaf", (2, 30), log=True),
            Float("max_features", (0.1, 1.0)),
            Float("l2_regularization", (0.01, 10.0), log=True),
        ),
    ]
    compared = [
        node(KernelRidge, {"kernel": "rbf"}, Float("alpha", (1e-4, 1.0), log=True), width),
        node(
            SVR,
            {"kernel": "rbf"},
            Float("C", (0.5, 200.0), log=True),
            Float("epsilon", (0.005, 0.2), log=True),
            width,
        ),
    ]
    return ChoicePipeline([*trees, *compared] if kernels else trees)


def _plain(estimator: Any) -> Any:
    """An unfitted estimator with Python's own numbers, which a file holds as such."""
    settings = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in estimator.get_params(deep=False).items()
    }
    return type(estimator)(**settings)


def _tried(individuals: pd.DataFrame) -> pd.DataFrame:
    """What was tried, best first, with the root of the squared error."""
    # What could not be fitted has a word instead of a score.
    score = pd.to_numeric(individuals["mean_squared_error"], errors="coerce")
    names = [repr(_plain(individual.export_pipeline())) for individual in individuals["Individual"]]
    error = np.sqrt(np.abs(score.to_numpy(dtype=np.float64)))
    table = pd.DataFrame({"name": names, "root_mean_square_error": error}).dropna()
    table = table.drop_duplicates("name").sort_values("root_mean_square_error", kind="stable")
    return table.reset_index(drop=True)
