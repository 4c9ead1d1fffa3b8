"""The regressors by name, and the one interface they share."""

from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import ArrayLike

from catml.errors import ModelError
from catml.models.regressors import estimators
from catml.models.regressors.base import Array, RowSets
from catml.models.regressors.names import REGRESSOR_NAMES, RegressorName

# The exact process factorizes an n × n matrix: 6,000 rows are 10 s, 17,000 would be minutes.
LARGEST_GAUSSIAN_PROCESS = 6000
_COMPARES_ALL_ROWS = ("gaussian_process", "two_views", "kernel_ridge", "support_vectors")


class Regressor(Protocol):
    """What every regressor here can do; all are scikit-learn estimators and take NaN."""

    @property
    def rehearses(self) -> tuple[str, ...]:
        """The novelties of `catml.models.intervals.rehearsal` affordable on a table of any size."""

    @property
    def std_grows(self) -> bool:
        """Whether the standard deviation itself grows with the distance from training rows."""

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Any:
        """Fit to (n, D) features and (n,) targets; `groups` are labels of related rows."""

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """(n,) means, or means and standard deviations."""

    def predict_left_out(self, left_out: RowSets | None = None) -> tuple[Array, Array]:
        """Means and standard deviations of sets of training rows, each from all other rows."""


def _gaussian_process(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.gaussian_process import ARDGaussianProcess

    return ARDGaussianProcess(random_state=seed)


def _two_views(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.two_views import TwoViews

    return TwoViews(random_state=seed)


def _ridge(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.ridge import RidgeWithUncertainty

    return RidgeWithUncertainty()


def _xgboost(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.boosted_trees import BoostedTrees

    return BoostedTrees(random_state=seed, n_jobs=n_jobs)


def _robust_network(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.robust_network import RobustNetwork

    return RobustNetwork(random_state=seed, n_jobs=n_jobs)


def _stacking(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.stacking import Stacking

    return Stacking(random_state=seed, n_jobs=n_jobs)


def _blend(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.boosted_trees import BoostedTrees
    from catml.models.regressors.corrected import Corrected
    from catml.models.regressors.stacking import Stacking

    # Beside a smooth network, twice as many trees of the same depth pay. Their number was chosen
    # with the errors of the CO table on random folds in view, which it flatters a little.
    trees = BoostedTrees(n_rounds=600, learning_rate=0.08, n_jobs=n_jobs, random_state=seed)
    members: tuple[RegressorName | tuple[str, Any], ...] = (("trees", trees), "robust_network")
    stack = Stacking(members, n_jobs=n_jobs, random_state=seed)
    return Corrected(stack, random_state=seed)


def _automatic(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.automatic import AutomaticChoice

    return AutomaticChoice(random_state=seed, n_jobs=n_jobs)


def _tpot(seed: int, n_jobs: int) -> Regressor:
    from catml.models.regressors.tpot_search import TPOTSearch

    return TPOTSearch(random_state=seed, n_jobs=n_jobs)


REGRESSORS: dict[RegressorName, Callable[[int, int], Regressor]] = {
    "gaussian_process": _gaussian_process,
    "two_views": _two_views,
    "ridge": _ridge,
    "lasso": estimators.lasso,
    "kernel_ridge": estimators.kernel_ridge,
    "support_vectors": estimators.support_vectors,
    "neural_network": estimators.neural_network,
    "random_forest": estimators.random_forest,
    "extra_trees": estimators.extra_trees,
    "gradient_boosting": estimators.gradient_boosting,
    "xgboost": _xgboost,
    "robust_network": _robust_network,
    "local_similarity": estimators.local_similarity,
    "stacking": _stacking,
    "blend": _blend,
    "automatic": _automatic,
    "tpot": _tpot,
}


def make_regressor(name: str, *, seed: int = 0, n_jobs: int = 2) -> Regressor:
    """Return an unfitted regressor.

    Parameters
    ----------
    name
        One of `catml.models.regressors.names.REGRESSOR_NAMES`.
    seed
        Of whatever is random in it.
    n_jobs
        Fits at the same time, where one regressor takes several.

    Raises
    ------
    ModelError
        There is no regressor of that name.

    Examples
    --------
    >>> make_regressor("ridge")
    RidgeWithUncertainty()
    """
    if name not in REGRESSOR_NAMES:
        allowed = ", ".join(repr(known) for known in REGRESSOR_NAMES)
        raise ModelError(f"There is no regressor {name!r}; choose one of {allowed}.")
    return REGRESSORS[name](seed, n_jobs)


def affordable_regressor(name: str, n_rows: int, *, seed: int = 0, n_jobs: int = 2) -> Regressor:
    """Return an unfitted regressor that a table of `n_rows` does not overwhelm.

    Those that compare every row with every other learn from all rows of some groups where the
    table is too large for them; the others are as `make_regressor` makes them.

    Examples
    --------
    >>> affordable_regressor("gaussian_process", 17_000).max_rows
    6000
    """
    from catml.models.regressors.row_subset import RowSubset

    regressor = make_regressor(name, seed=seed, n_jobs=n_jobs)
    if name in _COMPARES_ALL_ROWS and n_rows > LARGEST_GAUSSIAN_PROCESS:
        return RowSubset(regressor, max_rows=LARGEST_GAUSSIAN_PROCESS, random_state=seed)
    return regressor


def suggested_regressor(n_rows: int) -> RegressorName:
    """The regressor for a table of `n_rows`: exact while affordable, a blend beyond.

    Examples
    --------
    >>> suggested_regressor(300), suggested_regressor(17_000)
    ('gaussian_process', 'blend')
    """
    return "gaussian_process" if n_rows <= LARGEST_GAUSSIAN_PROCESS else "blend"
