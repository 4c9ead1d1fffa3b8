"""A Gaussian process whose covariance is a sum of parts over groups of features."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from catml.models.regressors.base import Array
from catml.models.regressors.composite_kernel import (
    CompositeParameters,
    composite_covariance,
    composite_variance,
    fit_composite,
)
from catml.models.regressors.gaussian_process import ARDGaussianProcess

# Hyperparameters of so few features need no more rows.
_MOST_ROWS = 800


class CompositeGaussianProcess(ARDGaussianProcess):
    """Gaussian-process regression: linear in some features, and a Matérn part for each group.

    Filling, standardization, heavy tails and held-out rows are those of `ARDGaussianProcess`, the
    covariance that of `catml.models.regressors.composite_kernel`.

    Parameters
    ----------
    linear
        Positions of the features of the linear part.
    groups
        Positions of the features of each Matérn part; none is one part of all features.
    n_reweights, student_dof, random_state
        As of `ARDGaussianProcess`.

    Attributes
    ----------
    parameters_ : CompositeParameters

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 2))
    >>> model = CompositeGaussianProcess(linear=[0], groups=[[1]]).fit(X, 2 * X[:, 0])
    >>> round(float(model.predict([[5.0, 0.0]])[0]), 1)
    10.0
    """

    nu = 2.5

    def __init__(
        self,
        *,
        linear: Sequence[int] = (),
        groups: Sequence[Sequence[int]] = (),
        n_reweights: int = 1,
        student_dof: float = 4.0,
        random_state: int = 0,
    ) -> None:
        self.linear = linear
        self.groups = groups
        self.n_reweights = n_reweights
        self.student_dof = student_dof
        self.random_state = random_state

    def _learn_parameters(self, Z: Array, target: Array) -> CompositeParameters:
        source = self._source_of_columns()
        groups = [np.flatnonzero(np.isin(source, list(group))) for group in self.groups]
        filled = tuple(group for group in groups if len(group)) or (np.arange(Z.shape[1]),)
        linear = np.flatnonzero(np.isin(source, list(self.linear)))
        if len(target) > _MOST_ROWS:
            rng = np.random.default_rng(self.random_state)
            chosen = rng.choice(len(target), _MOST_ROWS, replace=False)
            Z, target = Z[chosen], target[chosen]
        return fit_composite(Z, target, CompositeParameters.start(linear, filled))

    def _source_of_columns(self) -> NDArray[np.intp]:
        """The feature that each scaled column, or its mark of what is missing, comes from."""
        every = np.concatenate([np.arange(len(self.scaling_.fill)), self.scaling_.indicators])
        source: NDArray[np.intp] = every[self.scaling_.kept]
        return source

    def _covariance(self, A: Array, B: Array) -> Array:
        return composite_covariance(A, B, self.parameters_)

    def _variance(self, A: Array) -> Array:
        return composite_variance(A, self.parameters_)
