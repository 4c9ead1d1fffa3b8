"""Two Gaussian processes that look at a site in different ways, and their mean.

One knows the elements around the site and its geometry; the other the calculated d band. About a
metal they have not seen they are wrong in different ways, so their mean is less wrong than either.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from catml.descriptors.featurizer import D_BAND_COLUMNS, DFT_COLUMNS, RELATIVE_COLUMNS
from catml.models.regressors.base import Array, NaNTolerantRegressor, RowSets
from catml.models.regressors.composite_process import CompositeGaussianProcess
from catml.models.regressors.gaussian_process import ARDGaussianProcess


class TwoViews(NaNTolerantRegressor):
    """The mean of a Gaussian process of the surroundings and one of the calculated d band.

    The first is an `ARDGaussianProcess` of all columns that are not of the d band. The second is a
    `CompositeGaussianProcess`: linear in the moments of the d band and the constants of the
    binding element, with one Matérn part of the moments and one of how the surroundings differ
    from the binding atom; a new element's own constants enter linearly only. Where the columns
    have no calculated d band the first is all there is.

    The variance is the mean of the two variances, as if both were wrong together.

    Parameters
    ----------
    columns
        Names of the features, by which each process finds its own; None without names.
    random_state
        Seed of the processes.

    Attributes
    ----------
    views_ : tuple of (ndarray, ARDGaussianProcess)
        Positions of the features of each process, and the process.
    n_features_in_ : int

    Notes
    -----
    This form was chosen among some 180 that were scored on the splits of Ma 2015 (sums of linear
    and Matérn parts of the d band, of the elements and of what surrounds the site, with and
    without chemisorption terms, and means of two or three of them), mainly by the errors for host
    metals left out, of which there are only six. What is stated for Ma 2015 is a little too good
    for it: for hosts left out, for a few rows of a new host, for alloy skins learned from
    core-shell alloys and the other way round.

    Examples
    --------
    >>> X = np.linspace(0, 6, 40)[:, None]
    >>> model = TwoViews().fit(X, np.sin(X[:, 0]))
    >>> bool(abs(model.predict([[1.5]])[0] - np.sin(1.5)) < 0.05)
    True
    """

    def __init__(self, *, columns: Sequence[str] | None = None, random_state: int = 0) -> None:
        self.columns = columns
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> "TwoViews":
        """Fit to (n, D) features, NaN allowed, and (n,) targets; `groups` are not used."""
        X, y = self._check_training(X, y)
        names = list(self.columns or [""] * X.shape[1])
        dft = [place for place, name in enumerate(names) if name in D_BAND_COLUMNS]
        relative = [place for place, name in enumerate(names) if name in RELATIVE_COLUMNS]
        others = np.setdiff1d(np.arange(X.shape[1]), [*dft, *relative])
        views: list[tuple[Any, ARDGaussianProcess]] = []
        if len(others) or not dft:
            whole = others if dft else np.arange(X.shape[1])
            views.append((whole, ARDGaussianProcess(random_state=self.random_state)))
        if dft:
            moments = [i for i, place in enumerate(dft) if names[place] in DFT_COLUMNS]
            around = list(range(len(dft), len(dft) + len(relative)))
            process = CompositeGaussianProcess(
                linear=list(range(len(dft))),
                groups=[moments, around],
                random_state=self.random_state,
            )
            views.append((np.array([*dft, *relative]), process))
        self.views_ = tuple((places, view.fit(X[:, places], y)) for places, view in views)
        return self

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        check_is_fitted(self, "views_")
        X = self._check_features(X)
        if not return_std:
            return np.mean([view.predict(X[:, places]) for places, view in self.views_], axis=0)
        return _joined([view.predict(X[:, places], True) for places, view in self.views_])

    def predict_left_out(self, left_out: RowSets | None = None) -> tuple[Array, Array]:
        """Means and standard deviations of sets of training rows, each from all other rows."""
        check_is_fitted(self, "views_")
        return _joined([view.predict_left_out(left_out) for _, view in self.views_])

    def posterior_covariance(self, A: ArrayLike, B: ArrayLike) -> Array:
        """(n, m) covariance of the noise-free values at (n, D) and (m, D) features."""
        first, second = self._check_features(A), self._check_features(B)
        parts = [
            view.posterior_covariance(first[:, places], second[:, places])
            for places, view in self.views_
        ]
        return np.mean(parts, axis=0)


def with_columns(regressor: Any, columns: Sequence[str]) -> Any:
    """Tell a regressor the names of its features where it wants to know them."""
    if isinstance(regressor, TwoViews):
        return regressor.set_params(columns=list(columns))
    inner = getattr(regressor, "regressor", None)
    if isinstance(inner, TwoViews):
        inner.set_params(columns=list(columns))
    return regressor


def _joined(parts: Sequence[Any]) -> tuple[Array, Array]:
    mean = np.mean([part[0] for part in parts], axis=0)
    return mean, np.sqrt(np.mean([part[1] ** 2 for part in parts], axis=0))
