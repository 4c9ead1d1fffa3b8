"""Several regressors as one: a weighted mean, with weights learned from held-out predictions.

Every member predicts each training row without the row's group, which regressors here do for
nothing. The weights are those under which the mean of these predictions is least wrong, none
negative and one in sum (Breiman 1996, doi:10.1007/BF00117832). `sklearn.ensemble.StackingRegressor`
would fit every member once more per fold and has no standard deviation.
"""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from catml.errors import ModelError
from catml.models.regressors.base import Array, RowSets
from catml.models.regressors.folded import FoldedRegressor
from catml.models.regressors.folds import group_folds, group_labels
from catml.models.regressors.names import RegressorName

Members = Sequence[RegressorName | tuple[str, Any]]

# Unlike each other in kind: a smooth function, a straight line, thresholds, boosted thresholds.
DEFAULT_MEMBERS: tuple[RegressorName, ...] = (
    "gaussian_process",
    "ridge",
    "extra_trees",
    "xgboost",
)


class Stacking(FoldedRegressor):
    """A weighted mean of regressors; the weights from predictions of rows held out by groups.

    The variance is c²·Σ w_k (σ_k² + (μ_k − μ)²), that of a mixture of the members: how uncertain
    they are and how far they disagree. c² is the mean square of held-out errors over it, each from
    weights learned without the row's fold.

    Parameters
    ----------
    members
        Names of regressors (`catml.models.regressors.names`), and pairs of a label and an unfitted
        regressor with the interface of `catml.models.regressors.registry.Regressor`. Those by name
        that compare every row with every other see a part of a table that is too large for it
        (`catml.models.regressors.row_subset`).
    n_folds
        Folds of groups in which members with closed-form held-out predictions are held out (the
        others have folds of their own), and in which the weights of held-out rows are learned.
    n_jobs
        Fits at the same time inside members given by name.
    random_state
        Seed of the folds and of the members given by name.

    Attributes
    ----------
    members_ : dict of str to Regressor
        The fitted members by name or label.
    weights_ : dict of str to float
        Of the members, in the order given; not negative, 1 in sum.
    std_scale_ : float
        c.
    n_features_in_ : int

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 2))
    >>> model = Stacking(("ridge", "extra_trees"), n_jobs=1).fit(X, X[:, 0] + 2 * X[:, 1])
    >>> {name: round(weight, 2) for name, weight in model.weights_.items()}
    {'ridge': 1.0, 'extra_trees': 0.0}
    """

    def __init__(
        self,
        members: Members = DEFAULT_MEMBERS,
        *,
        n_folds: int = 4,
        n_jobs: int = 1,
        random_state: int = 0,
    ) -> None:
        self.members = members
        self.n_folds = n_folds
        self.n_jobs = n_jobs
        self.random_state = random_state

    @property
    def rehearses(self) -> tuple[str, ...]:  # type: ignore[override]
        """The novelties affordable for every member."""
        check_is_fitted(self)
        first, *others = (member.rehearses for member in self.members_.values())
        return tuple(novelty for novelty in first if all(novelty in other for other in others))

    @property
    def std_grows(self) -> bool:  # type: ignore[override]
        """Whether the standard deviation of every member that counts grows with the distance."""
        check_is_fitted(self)
        return all(
            member.std_grows for name, member in self.members_.items() if self.weights_[name] > 0
        )

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> "Stacking":
        """Fit every member to (n, D) features, NaN allowed, and (n,) targets; then the weights.

        Parameters
        ----------
        X, y
            Features and targets.
        groups
            (n,) labels of rows that are held out together; None for every row by itself.

        Raises
        ------
        ModelError
            There is no member, two have one label, or a member cannot take the table.
        """
        X, y = self._check_training(X, y)
        labels = group_labels(groups, len(y))
        members = self._named_members(len(y))
        self.members_ = {
            name: member.fit(X, y, groups=labels if groups is not None else None)
            for name, member in members.items()
        }
        folds = group_folds(labels, self.n_folds, seed=self.random_state)
        outsides = tuple(outside for _, outside in folds)
        held_out = [_held_out(member, outsides) for member in self.members_.values()]
        means = np.array([mean for mean, _ in held_out])
        stds = np.array([std for _, std in held_out])
        weights = convex_weights(means, y)
        self.weights_ = dict(zip(self.members_, weights.tolist(), strict=True))
        self._held_out = np.empty(len(y))
        variance = np.empty(len(y))
        for inside, outside in folds:
            # Of rows outside the fold only, so that the errors of its rows stay honest.
            learned = convex_weights(means[:, inside], y[inside])
            mixed = _mixture(means[:, outside], stds[:, outside], learned)
            self._held_out[outside], variance[outside] = mixed
        error = y - self._held_out
        self.std_scale_ = max(float(np.mean(error**2 / variance)), 1e-12) ** 0.5
        self._held_out_std = self.std_scale_ * np.sqrt(variance)
        self._labels = labels
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        weights = np.array(list(self.weights_.values()))
        if not return_std:
            means = [
                weight * self.members_[name].predict(X)
                for name, weight in self.weights_.items()
                if weight > 0
            ]
            return np.asarray(np.sum(means, axis=0), dtype=np.float64)
        parts = [member.predict(X, return_std=True) for member in self.members_.values()]
        return self._combined(parts, weights)

    def _predict_without(self, left_out: RowSets) -> tuple[Array, Array]:
        """Of every member without the rows; the weights, a few numbers, stay those of all rows."""
        weights = np.array(list(self.weights_.values()))
        parts = [member.predict_left_out(left_out) for member in self.members_.values()]
        return self._combined(parts, weights)

    def _combined(
        self, parts: Sequence[tuple[Array, Array]], weights: Array
    ) -> tuple[Array, Array]:
        means = np.array([mean for mean, _ in parts])
        stds = np.array([std for _, std in parts])
        mean, variance = _mixture(means, stds, weights)
        return mean, self.std_scale_ * np.sqrt(variance)

    def _named_members(self, n_rows: int) -> dict[str, Any]:
        """The unfitted members by name or label, such as a table of `n_rows` can take."""
        from catml.models.regressors.registry import affordable_regressor

        named: dict[str, Any] = {}
        for member in self.members:
            if isinstance(member, str):
                label = str(member)
                regressor: Any = affordable_regressor(
                    label, n_rows, seed=self.random_state, n_jobs=self.n_jobs
                )
            else:
                label, regressor = member[0], clone(member[1])
            if label in named:
                raise ModelError(
                    f"Two members of the stack are called {label!r}; give one of them another "
                    'label, as ("deep", BoostedTrees(max_depth=12)).'
                )
            named[label] = regressor
        if not named:
            raise ModelError("A stack needs members; name at least one regressor, such as 'ridge'.")
        return named


def convex_weights(predictions: Array, target: Array) -> Array:
    """(m,) weights, not negative and 1 in sum, of least squared error.

    Parameters
    ----------
    predictions
        (m, n) of m members.
    target
        (n,).

    Notes
    -----
    With errors E (n, m), what is sought is the least wᵀEᵀEw of all w ≥ 0 with Σw = 1. That of
    |Ew|² + (Σw − 1)² over w ≥ 0 points the same way: along a ray the best length leaves a value
    that only falls with |Eu|², u being the point of the ray with Σu = 1. So non-negative least
    squares solve it.

    Examples
    --------
    >>> convex_weights(np.array([[1.0, 3.0], [3.0, 1.0]]), np.array([2.5, 1.5])).round(6).tolist()
    [0.25, 0.75]
    """
    from scipy.optimize import nnls

    error = (predictions - target).T
    size = float(np.sqrt(np.mean(error**2)))
    n_members = error.shape[1]
    if size == 0:
        return np.full(n_members, 1.0 / n_members)
    # Only EᵀE matters: its triangular root has m rows instead of n.
    root = np.linalg.qr(error / (size * np.sqrt(len(error))), mode="r")
    system = np.vstack([root, np.ones(n_members)])
    weights = nnls(system, np.append(np.zeros(len(root)), 1.0))[0]
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _held_out(member: Any, outsides: RowSets) -> tuple[Array, Array]:
    """(n,) means and standard deviations of a fitted member for its training rows, held out."""
    if isinstance(member, FoldedRegressor):
        return member.predict_left_out()
    order: NDArray[np.intp] = np.argsort(np.concatenate(outsides))
    mean, std = cast("tuple[Array, Array]", member.predict_left_out(outsides))
    return mean[order], std[order]


def _mixture(means: Array, stds: Array, weights: Array) -> tuple[Array, Array]:
    """(n,) means and variances of mixtures of (m, n) means and standard deviations."""
    mean = weights @ means
    variance = weights @ (stds**2 + (means - mean) ** 2)
    return mean, np.maximum(variance, np.finfo(np.float64).tiny)
