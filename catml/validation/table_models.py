"""Table models made of descriptors and a scikit-learn regressor, for comparison with ours.

A table model fits and predicts site tables (`catml.validation.crossval.TableModel`). What is
learned from energies, also by the descriptors, is learned in `fit` only.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold

from catml.descriptors.featurizer import SiteFeaturizer
from catml.errors import DatasetError

Array = NDArray[np.float64]

CALCULATED_CENTER = "dft_d_band_center_ev"
ESTIMATED_CENTER = "estimated_d_band_center_ev"
D_BAND_CENTER = "d_band_center_ev"
"""The calculated centre where every row of the training table has one, else the estimated one."""


class DescribedRegressor(BaseEstimator):
    """A scikit-learn regressor behind a transformer of site tables.

    Parameters
    ----------
    describe
        Transformer whose `fit` takes a site table and its energies and whose `transform` gives
        numbers, one row per row.
    regress
        Regressor of these numbers; it must take NaN where `describe` gives it.

    Attributes
    ----------
    describe_, regress_
        The fitted parts.
    """

    def __init__(self, describe: Any, regress: Any) -> None:
        self.describe = describe
        self.regress = regress

    def fit(self, table: pd.DataFrame) -> DescribedRegressor:
        """Fit to the rows and energies of a table."""
        energy_ev = table["energy_ev"].to_numpy(dtype=np.float64)
        self.describe_ = clone(self.describe).fit(table, energy_ev)
        features = np.asarray(self.describe_.transform(table), dtype=np.float64)
        with warnings.catch_warnings():
            # An iteration that ends at its limit is no worse a model: held-out errors judge it.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.regress_ = clone(self.regress).fit(features, energy_ev)
        return self

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return `energy_ev`, indexed like the table."""
        features = np.asarray(self.describe_.transform(table), dtype=np.float64)
        return pd.DataFrame({"energy_ev": self.regress_.predict(features)}, index=table.index)


class ChosenRegressor(RegressorMixin, BaseEstimator):
    """The candidate with the least squared error in cross-validation inside the training rows.

    Parameters
    ----------
    candidates
        Unfitted regressors.
    n_folds
        Random folds, as in the papers.
    most_rows
        The choice is made on at most this many rows, drawn at random; the fit is to all.
    seed
        Of folds and draw.

    Attributes
    ----------
    regressor_
        The chosen candidate, fitted to all rows.
    choice_ : int
        Its place in `candidates`.
    """

    def __init__(
        self, candidates: Any, *, n_folds: int = 4, most_rows: int = 2500, seed: int = 0
    ) -> None:
        self.candidates = candidates
        self.n_folds = n_folds
        self.most_rows = most_rows
        self.seed = seed

    def fit(self, X: Array, y: Array) -> ChosenRegressor:
        """Choose, then fit to all rows."""
        rows = np.arange(len(y))
        if len(rows) > self.most_rows:
            drawn = np.random.default_rng(self.seed).choice(rows, self.most_rows, replace=False)
            rows = np.sort(drawn)
        folds = list(KFold(self.n_folds, shuffle=True, random_state=self.seed).split(rows))
        errors = [
            sum(self._error(candidate, X[rows], y[rows], *fold) for fold in folds)
            for candidate in self.candidates
        ]
        self.choice_ = int(np.argmin(errors))
        self.regressor_ = clone(self.candidates[self.choice_]).fit(X, y)
        return self

    def predict(self, X: Array) -> Array:
        """(n,) energies."""
        return np.asarray(self.regressor_.predict(X), dtype=np.float64)

    @staticmethod
    def _error(
        candidate: Any, X: Array, y: Array, inside: NDArray[np.intp], outside: NDArray[np.intp]
    ) -> float:
        predicted = clone(candidate).fit(X[inside], y[inside]).predict(X[outside])
        return float(np.sum((y[outside] - predicted) ** 2))


class ChosenColumns(TransformerMixin, BaseEstimator):
    """Some columns of catml's descriptors.

    Parameters
    ----------
    columns
        Kind of descriptors → names of columns of it, or None for all. The name `D_BAND_CENTER`
        stands for the calculated d-band centre where every row of the training table has one, and
        for the estimated one otherwise.

    Attributes
    ----------
    feature_names_ : tuple of str
        The columns, in their order.

    Examples
    --------
    >>> from catml.data.tables import load_dataset
    >>> table = load_dataset("ma2015").head(3)
    >>> chosen = ChosenColumns({"geometry": ["coordination_number", "d_band_center_ev"]})
    >>> chosen.fit_transform(table)["coordination_number"].tolist()
    [8.0, 8.0, 8.0]
    >>> chosen.feature_names_
    ('coordination_number', 'dft_d_band_center_ev')
    """

    def __init__(self, columns: Mapping[str, Sequence[str] | None]) -> None:
        self.columns = columns

    def fit(self, table: pd.DataFrame, energy_ev: object = None) -> ChosenColumns:
        """Decide which d-band centre is meant; energies are not used."""
        self.center_ = CALCULATED_CENTER if has_calculated_centers(table) else ESTIMATED_CENTER
        self.feature_names_ = tuple(self.transform(table.head(1)).columns)
        return self

    def transform(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the columns, indexed like the table."""
        parts = []
        for kind, wanted in self.columns.items():
            names = None if wanted is None else [n for n in wanted if n != D_BAND_CENTER]
            features = SiteFeaturizer(kind).fit_transform(table)  # type: ignore[arg-type]
            parts.append(features if names is None else features[names])
            if wanted is not None and D_BAND_CENTER in wanted:
                parts.append(self._center(table))
        return pd.concat(parts, axis=1)

    def _center(self, table: pd.DataFrame) -> pd.DataFrame:
        if self.center_ == CALCULATED_CENTER:
            return table[[CALCULATED_CENTER]].astype(float)
        return SiteFeaturizer("electronic").fit_transform(table)[[ESTIMATED_CENTER]]


def has_calculated_centers(table: pd.DataFrame) -> bool:
    """Whether every row of a table has the calculated centre of the d band.

    Examples
    --------
    >>> has_calculated_centers(pd.DataFrame({"dft_d_band_center_ev": [-2.0, None]}))
    False
    """
    if CALCULATED_CENTER not in table:
        return False
    return bool(np.isfinite(table[CALCULATED_CENTER].to_numpy(dtype=np.float64)).all())


class SubsampledTraining(BaseEstimator):
    """A table model that sees a part of the compositions of its training rows only.

    Parameters
    ----------
    model
        The table model.
    share
        Of the compositions, above 0 and at most 1.
    seed
        Of the draw of compositions.

    Raises
    ------
    DatasetError
        When fitted, if the share is not above 0 and at most 1.
    """

    def __init__(self, model: Any, *, share: float, seed: int = 0) -> None:
        self.model = model
        self.share = share
        self.seed = seed

    def fit(self, table: pd.DataFrame) -> SubsampledTraining:
        """Fit the model to the rows of the compositions drawn."""
        if not 0 < self.share <= 1:
            raise DatasetError(
                f"The share of the training data is {self.share!r}; it must be above 0 and at "
                "most 1."
            )
        self.model_ = clone(self.model).fit(table[self._drawn(table)])
        return self

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return what the model predicts."""
        predictions: pd.DataFrame = self.model_.predict(table)
        return predictions

    def _drawn(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        names, codes = np.unique(table["elements"].to_numpy(dtype=str), return_inverse=True)
        order = np.random.default_rng(self.seed).permutation(len(names))
        kept = order[: max(1, round(self.share * len(names)))]
        return np.isin(codes, kept)
