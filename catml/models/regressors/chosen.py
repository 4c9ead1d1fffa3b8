"""What regressors share that choose one regressor and then are it."""

from typing import Any, cast

from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from catml.models.regressors.base import Array, NaNTolerantRegressor, RowSets


class ChosenRegressor(NaNTolerantRegressor):
    """Base of regressors whose `fit` chooses, and fits to all rows, the ``regressor_`` they are."""

    regressor_: Any

    @property
    def rehearses(self) -> tuple[str, ...]:  # type: ignore[override]
        """As of the choice."""
        check_is_fitted(self)
        return cast("tuple[str, ...]", self.regressor_.rehearses)

    @property
    def std_grows(self) -> bool:  # type: ignore[override]
        """As of the choice."""
        check_is_fitted(self)
        return bool(self.regressor_.std_grows)

    def predict(self, X: ArrayLike, return_std: bool = False) -> Array | tuple[Array, Array]:
        """Mean at (n, D) features, with the standard deviation of a new observation on request."""
        X = self._check_features(X)
        predicted = self.regressor_.predict(X, return_std=return_std)
        return cast("Array | tuple[Array, Array]", predicted)

    def predict_left_out(self, left_out: RowSets | None = None) -> tuple[Array, Array]:
        """As the choice does; that it was chosen with these rows in sight is not undone."""
        check_is_fitted(self)
        return cast("tuple[Array, Array]", self.regressor_.predict_left_out(left_out))
