"""What the regressors share: NaN is allowed, and input is checked the scikit-learn way."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from catml.errors import ModelError

Array = NDArray[np.float64]
RowSets = tuple[NDArray[np.intp], ...]


def row_sets(labels: ArrayLike) -> RowSets:
    """The positions of the rows of each label, in the order of the labels.

    Examples
    --------
    >>> [rows.tolist() for rows in row_sets(["b", "a", "b"])]
    [[1], [0, 2]]
    """
    codes, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)[1:]
    return tuple(np.split(np.argsort(codes, kind="stable"), np.cumsum(counts)[:-1]))


def fit_for_means(regressor: Any, X: Array, y: Array, groups: ArrayLike) -> None:
    """Fit a regressor of which only means are asked, for less where it can do so.

    Such a one has a method `fit_mean` (`catml.models.regressors.cross_fitted.CrossFitted`).
    """
    fit = getattr(regressor, "fit_mean", regressor.fit)
    fit(X, y, groups=groups)


class NaNTolerantRegressor(RegressorMixin, BaseEstimator):
    """Base of regressors of tables with missing features.

    Attributes
    ----------
    rehearses
        The novelties of `catml.models.intervals.rehearsal` that are affordable on a table of
        any size.
    std_grows
        Whether the standard deviation itself grows with the distance from the training rows.
    """

    rehearses: ClassVar[tuple[str, ...]] = ("composition", "host", "element", "family", "facet")
    std_grows: ClassVar[bool] = True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _check_training(self, X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        features, target = validate_data(
            self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True
        )
        return features, np.asarray(target, dtype=np.float64)

    def _check_features(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")

    def _need_training_rows(self, attribute: str) -> None:
        """Refuse to leave rows out where `attribute`, which only `fit` sets, is not there."""
        if not hasattr(self, attribute):
            raise ModelError(
                "Leaving rows out needs the training rows, which a model file does not hold: fit "
                "the model first."
            )
