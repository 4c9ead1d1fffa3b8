"""Neural networks for large tables with heavy tails, and a local scale of their held-out errors."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catml.models.regressors.base import Array, RowSets
from catml.models.regressors.folded import FoldedRegressor
from catml.models.regressors.folds import bundles, group_folds, group_labels
from catml.models.regressors.networks import Network, Singles, Training, train
from catml.models.regressors.scaling import FeatureScaling

# In units of the spread of a feature: beyond, a row is strange rather than further out.
_FURTHEST = 6.0
# The median of the absolute error over the standard deviation, for a normal distribution.
_NORMAL_MEDIAN = 0.6744897501960817
_SMALLEST_ERROR_FRACTION = 0.02
# Penalty of the error scale, per held-out row, on signals of unit spread.
_SCALE_PENALTY = 0.03


@dataclass(frozen=True)
class NetworkMember:
    """A network with the scaling of its features and of its target.

    Attributes
    ----------
    scaling
        Of the features.
    network
        Sees scaled features, gives scaled targets.
    center, spread
        Of the target.
    """

    scaling: FeatureScaling
    network: Network
    center: float
    spread: float

    @classmethod
    def fit(cls, X: Array, y: Array, training: Training, *, seed: int) -> "NetworkMember":
        """Fit to (n, D) features, NaN allowed, and (n,) targets."""
        scaling = FeatureScaling.learn(X)
        center = float(np.median(y))
        spread = float(np.mean(np.abs(y - center))) or 1.0
        with threadpool_limits(1, user_api="blas"):
            network = train(
                _singles(scaling, X),
                ((y - center) / spread).astype(np.float32),
                training,
                seed=seed,
            )
        return cls(scaling, network, center, spread)

    def predict(self, X: Array) -> Array:
        """(n,) targets at (n, D) features."""
        return self.center + self.spread * self.network.values(_singles(self.scaling, X))

    def signals(self, X: Array) -> Array:
        """(n, units + 1) signals of the last hidden layer and a one at (n, D) features."""
        hidden = self.network.hidden(_singles(self.scaling, X)).astype(np.float64)
        return np.column_stack([hidden, np.ones(len(X))])


class RobustNetwork(FoldedRegressor):
    """Networks on the absolute error: one on all rows and one per group-disjoint fold.

    The mean is the average of the network of all rows and the mean of the fold networks. The
    standard deviation is the exponential of a linear function of the last hidden signals of each
    fold network, fitted to the logarithm of its errors on the rows held out from it.

    Parameters
    ----------
    hidden
        Units of each hidden layer.
    n_passes, min_steps, batch_size, learning_rate, decay, dropout
        As in `catml.models.regressors.networks.Training`.
    n_folds
        Number of folds.
    n_jobs
        Networks trained at the same time.
    random_state
        Seed of folds, first weights and batches.

    Attributes
    ----------
    full_ : NetworkMember
        Of all rows.
    members_ : tuple of NetworkMember
        Of all rows but those of each fold.
    scales_ : tuple of ndarray
        Coefficients of the logarithm of the error, per fold network.
    scale_limits_ : tuple of float
        Smallest and largest logarithm of the error in training; no prediction goes beyond.
    n_features_in_ : int

    Examples
    --------
    >>> X = np.linspace(-1, 1, 200)[:, None]
    >>> model = RobustNetwork(hidden=(16,)).fit(X, X[:, 0] ** 2)
    >>> bool(abs(model.predict([[0.5]])[0] - 0.25) < 0.05)
    True
    """

    def __init__(
        self,
        *,
        hidden: Sequence[int] = (128, 64),
        n_passes: int = 30,
        min_steps: int = 600,
        batch_size: int = 256,
        learning_rate: float = 3e-3,
        decay: float = 0.1,
        dropout: float = 0.05,
        n_folds: int = 3,
        n_jobs: int = 1,
        random_state: int = 0,
    ) -> None:
        self.hidden = hidden
        self.n_passes = n_passes
        self.min_steps = min_steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.decay = decay
        self.dropout = dropout
        self.n_folds = n_folds
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> "RobustNetwork":
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
        self.full_, *members = self._together(
            [
                self._task(X, y, 0),
                *(self._task(X[a], y[a], k + 1) for k, (a, _) in enumerate(folds)),
            ]
        )
        self.members_ = tuple(members)
        held_out = np.empty(len(y))
        for member, (_, outside) in zip(members, folds, strict=True):
            held_out[outside] = member.predict(X[outside])
        error = np.abs(y - held_out)
        target = np.log(error + max(_SMALLEST_ERROR_FRACTION * float(np.mean(error)), 1e-12))
        self.scale_limits_ = (float(target.min()), float(target.max()))
        self.scales_ = tuple(
            _log_linear(member.signals(X[outside]), target[outside])
            for member, (_, outside) in zip(members, folds, strict=True)
        )
        std = np.empty(len(y))
        for k, (_, outside) in enumerate(folds):
            std[outside] = np.exp(self._log_error(X[outside], [k]))
        typical = float(np.log(max(np.median(error / std) / _NORMAL_MEDIAN, 1e-12)))
        # From the typical absolute error to a standard deviation.
        self.scales_ = tuple(np.append(c[:-1], c[-1] + typical) for c in self.scales_)
        low, high = self.scale_limits_
        self.scale_limits_ = (low + typical, high + typical)
        self._X, self._y, self._labels = X, y, labels
        self._held_out, self._held_out_std = held_out, std * np.exp(typical)
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        parts = np.mean([member.predict(X) for member in self.members_], axis=0)
        mean = (self.full_.predict(X) + parts) / 2
        if not return_std:
            return mean
        return mean, np.exp(self._log_error(X, range(len(self.members_))))

    def _predict_without(self, left_out: RowSets) -> tuple[Array, Array]:
        """Means from networks that leave out several sets; deviations as in the folds of `fit`."""
        parts = bundles(len(left_out), self.n_folds, seed=self.random_state)
        tasks = []
        for number, part in enumerate(parts):
            outside = np.concatenate([left_out[k] for k in part])
            inside = np.setdiff1d(np.arange(len(self._y)), outside)
            tasks.append(self._task(self._X[inside], self._y[inside], number + 1))
        means: list[Array] = [np.zeros(0)] * len(left_out)
        for part, member in zip(parts, self._together(tasks), strict=True):
            for k in part:
                means[k] = member.predict(self._X[left_out[k]])
        return np.concatenate(means), self._held_out_std[np.concatenate(left_out)]

    def _task(self, X: Array, y: Array, number: int) -> Callable[[], NetworkMember]:
        training = Training(
            tuple(self.hidden),
            self.n_passes,
            self.min_steps,
            self.batch_size,
            self.learning_rate,
            self.decay,
            self.dropout,
        )
        seed = self.random_state * 1000 + number
        return partial(NetworkMember.fit, X, y, training, seed=seed)

    def _together(self, tasks: Sequence[Callable[[], NetworkMember]]) -> list[NetworkMember]:
        with ThreadPoolExecutor(max(self.n_jobs, 1)) as pool:
            return list(pool.map(lambda task: task(), tasks))

    def _log_error(self, X: Array, which: Sequence[int]) -> Array:
        parts = [self.members_[k].signals(X) @ self.scales_[k] for k in which]
        return np.clip(np.mean(parts, axis=0), *self.scale_limits_)


def _singles(scaling: FeatureScaling, X: Array) -> Singles:
    return np.clip(scaling.apply(X), -_FURTHEST, _FURTHEST).astype(np.float32)


def _log_linear(signals: Array, target: Array) -> Array:
    """Coefficients of a ridge regression; the last, of the ones, is not penalized."""
    n, m = signals.shape
    spread = np.maximum(signals.std(axis=0), 1e-12)
    penalty = _SCALE_PENALTY * n * np.where(np.arange(m) == m - 1, 0.0, spread**2 + 1e-12)
    normal = signals.T @ signals + np.diag(penalty)
    return np.asarray(np.linalg.solve(normal, signals.T @ target), dtype=np.float64)
