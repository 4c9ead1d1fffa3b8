"""Naive predictions that a model must beat: means of groups and lines through one number.

All are table models (`catml.validation.crossval.TableModel`) without uncertainty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from catml.errors import DatasetError
from catml.validation.table_models import D_BAND_CENTER, ChosenColumns, DescribedRegressor

Grouping = Literal["host", "elements", "site_elements"]

_SYMBOL = re.compile(r"[A-Z][a-z]?")


class GroupMean(BaseEstimator):
    """The mean training energy of the row's group.

    Parameters
    ----------
    groupings
        What a group is, most telling first: ``"elements"`` (all elements of the surface),
        ``"site_elements"`` (the elements of the binding atoms), ``"host"`` (the main metal). A
        row whose group has no training row falls to the next; if none has, it gets the mean of
        the means of the groups of its single elements, and if they are unknown the mean of all.
        Without groupings every row gets the mean of all.

    Examples
    --------
    >>> table = pd.DataFrame({"host": ["Cu", "Cu", "Pt"], "energy_ev": [0.0, 1.0, -2.0]})
    >>> GroupMean(["host"]).fit(table).predict(table)["energy_ev"].tolist()
    [0.5, 0.5, -2.0]
    """

    def __init__(self, groupings: Sequence[Grouping] = ()) -> None:
        self.groupings = groupings

    def fit(self, table: pd.DataFrame) -> GroupMean:
        """Learn the means."""
        energy_ev = table["energy_ev"].astype(float)
        self.mean_ = float(energy_ev.mean())
        self.means_: list[dict[str, float]] = []
        self.single_: list[dict[str, float]] = []
        for grouping in self.groupings:
            labels = _labels(table, grouping)
            self.means_.append(_by_label(energy_ev.groupby(labels).mean()))
            rows = [
                (symbol, energy)
                for label, energy in zip(labels, energy_ev, strict=True)
                for symbol in _SYMBOL.findall(label)
            ]
            pairs = pd.DataFrame(rows, columns=["symbol", "energy_ev"])
            self.single_.append(_by_label(pairs.groupby("symbol")["energy_ev"].mean()))
        return self

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return `energy_ev`, indexed like the table."""
        energy_ev = np.full(len(table), np.nan)
        labels = [_labels(table, grouping) for grouping in self.groupings]
        for means, of_rows in zip(self.means_, labels, strict=True):
            known = np.array([means.get(label, np.nan) for label in of_rows])
            energy_ev = np.where(np.isnan(energy_ev), known, energy_ev)
        for single, of_rows in zip(self.single_, labels, strict=True):
            for row in np.flatnonzero(np.isnan(energy_ev)):
                known_symbols = [s for s in _SYMBOL.findall(of_rows[row]) if s in single]
                if known_symbols:
                    energy_ev[row] = np.mean([single[symbol] for symbol in known_symbols])
        energy_ev = np.where(np.isnan(energy_ev), self.mean_, energy_ev)
        return pd.DataFrame({"energy_ev": energy_ev}, index=table.index)


def _by_label(means: pd.Series) -> dict[str, float]:
    return {str(label): float(value) for label, value in means.items()}


def _labels(table: pd.DataFrame, grouping: str) -> NDArray[np.str_]:
    if grouping == "site_elements":
        texts = table["site_atoms"].fillna("").astype(str)
        return np.array(["-".join(sorted(_SYMBOL.findall(text))) for text in texts], dtype=str)
    return table[grouping].fillna("").to_numpy(dtype=str)


class SiteScaling(BaseEstimator):
    """Lines from the energies of other adsorbates on the same site of the same surface.

    The lines are fitted to training rows. To be predicted a row needs the calculated energy of
    another adsorbate on its site: that is more than the other models are given, and it is what
    scaling relations are used for (Abild-Pedersen et al. 2007,
    doi:10.1103/PhysRevLett.99.016105).

    Parameters
    ----------
    partners
        `surface`, `site` and one column of energies (eV) for each adsorbate, NaN where it was not
        calculated.
    adsorbates
        Whose columns are used. A row takes the line that errs least in training among those whose
        adsorbate was calculated on its site; without any it gets the mean of the training rows
        with its site's elements.

    Attributes
    ----------
    lines_ : dict of str to (float, float)
        Adsorbate → slope and intercept (eV), the line that errs least first.
    """

    def __init__(self, partners: pd.DataFrame, adsorbates: Sequence[str]) -> None:
        self.partners = partners
        self.adsorbates = adsorbates

    def fit(self, table: pd.DataFrame) -> SiteScaling:
        """Fit the lines to the rows that have the other adsorbate's energy.

        Raises
        ------
        DatasetError
            If fewer than two rows have it.
        """
        energy_ev = table["energy_ev"].to_numpy(dtype=np.float64)
        found = []
        for adsorbate in self.adsorbates:
            other_ev = self._other(table, adsorbate)
            known = np.isfinite(other_ev)
            if known.sum() < 2:
                raise DatasetError(
                    f"{known.sum()} of {len(table)} rows have an energy of {adsorbate} on their "
                    "site; a scaling line needs two. Take another adsorbate."
                )
            line = np.polyfit(other_ev[known], energy_ev[known], 1)
            error = float(np.mean(np.abs(np.polyval(line, other_ev[known]) - energy_ev[known])))
            found.append((error, adsorbate, (float(line[0]), float(line[1]))))
        self.lines_ = {adsorbate: line for _, adsorbate, line in sorted(found)}
        self.without_ = GroupMean(["site_elements"]).fit(table)
        return self

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return `energy_ev`, indexed like the table."""
        energy_ev = np.full(len(table), np.nan)
        for adsorbate, (slope, intercept) in self.lines_.items():
            scaled = intercept + slope * self._other(table, adsorbate)
            energy_ev = np.where(np.isnan(energy_ev), scaled, energy_ev)
        without = self.without_.predict(table)["energy_ev"].to_numpy(dtype=np.float64)
        energy_ev = np.where(np.isnan(energy_ev), without, energy_ev)
        return pd.DataFrame({"energy_ev": energy_ev}, index=table.index)

    def _other(self, table: pd.DataFrame, adsorbate: str) -> NDArray[np.float64]:
        keys = ["surface", "site"]
        joined = table[keys].merge(self.partners[[*keys, adsorbate]], on=keys, how="left")
        return joined[adsorbate].to_numpy(dtype=np.float64)


def partner_energies(table: pd.DataFrame) -> pd.DataFrame:
    """Return the energies of each adsorbate of a table, site by site, for `SiteScaling`.

    Parameters
    ----------
    table
        Dataset table of several adsorbates; rows without a named site are left out, and several
        of one adsorbate on one site averaged.

    Returns
    -------
    DataFrame
        `surface`, `site`, and one column of energies (eV) for each adsorbate.
    """
    named = table[(table["surface"] != "") & (table["site"] != "")]
    wide = named.pivot_table(
        index=["surface", "site"], columns="adsorbate", values="energy_ev", aggfunc="mean"
    )
    return wide.reset_index().rename_axis(columns=None)


def linear_d_band_center() -> DescribedRegressor:
    """Return a line through the d-band centre of the binding atoms (Hammer & Nørskov 1995).

    Calculated where every training row has it, else estimated. doi:10.1016/0039-6028(96)80007-0
    """
    return _line({"geometry": [D_BAND_CENTER]})


def rectangular_band() -> DescribedRegressor:
    """Return a line through the centre W_d (1/2 − f) of a rectangular band of tight-binding width.

    Filled to the element's idealized share f, a band of full width W_d has its centre there
    (Hammer & Nørskov 2000, doi:10.1016/S0360-0564(02)45013-4).
    """
    return _line(
        {
            "geometry": ["tight_binding_d_band_rectangular_width_ev"],
            "environment": ["site_atoms_mean_d_filling"],
        },
        _RectangularCenter(),
    )


def _line(columns: dict[str, list[str]], *before: BaseEstimator) -> DescribedRegressor:
    steps = (*before, SimpleImputer(), LinearRegression())
    return DescribedRegressor(ChosenColumns(columns), make_pipeline(*steps))


class _RectangularCenter(BaseEstimator):
    """(n, 2) widths and fillings to (n, 1) centres, eV."""

    def fit(self, X: NDArray[np.float64], y: object = None) -> _RectangularCenter:
        """Learn nothing."""
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return width times (1/2 − filling)."""
        return np.asarray(X[:, :1] * (0.5 - X[:, 1:2]))
