"""What regressors share that predict every training row from fits without the fold of its group."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from catml.models.regressors.base import Array, NaNTolerantRegressor, RowSets
from catml.models.regressors.folds import are_groups


class FoldedRegressor(NaNTolerantRegressor):
    """Base of regressors that know held-out predictions of their training rows.

    Notes
    -----
    `fit` sets ``_labels`` (of the groups), ``_held_out`` and ``_held_out_std`` (of every training
    row, from fits that saw nothing of its group). A file holds none of them.
    """

    # Every set of rows left out costs a fit, and leaving out all rows with each of a third of
    # the elements would leave too few rows to learn from.
    rehearses: ClassVar[tuple[str, ...]] = ("composition", "host")
    # Trees disagree little where there are no rows at all.
    std_grows: ClassVar[bool] = False

    _labels: NDArray[np.intp]
    _held_out: Array
    _held_out_std: Array

    def predict_left_out(self, left_out: RowSets | None = None) -> tuple[Array, Array]:
        """Mean and standard deviation of sets of training rows, each from fits without it.

        Parameters
        ----------
        left_out
            Sets of row positions; those of the groups given to `fit` cost nothing, others cost
            fits. None takes the folds of `fit`, in the order of the rows.

        Returns
        -------
        tuple of ndarray
            Means and standard deviations of new observations, set after set.

        Raises
        ------
        ModelError
            The model was read from a file, which holds no training rows.
        """
        self._need_training_rows("_held_out")
        if left_out is None:
            return self._held_out, self._held_out_std
        rows = np.concatenate(left_out)
        if are_groups(left_out, self._labels):
            return self._held_out[rows], self._held_out_std[rows]
        return self._predict_without(left_out)

    @abstractmethod
    def _predict_without(self, left_out: RowSets) -> tuple[Array, Array]:
        """Means and standard deviations of sets of training rows that are not the groups."""
