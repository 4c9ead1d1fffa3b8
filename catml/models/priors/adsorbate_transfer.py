"""Few rows of one adsorbate, helped by many rows of others on the same metals.

Adsorbates bind in like ways: the energies of two of them on the same sites lie close to a line
(scaling relations, Abild-Pedersen et al. 2007, doi:10.1103/PhysRevLett.99.016105). So a model of
each other adsorbate is learned first, and the energy wanted is a linear function of what they
predict, plus what an `AdsorptionModel` learns of the rest (delta-learning). Energies of others on
a row's own composition take no part in learning that function: it is used for new compositions,
where there are none.

Measured for N on alloys (mamun2019; 929 rows of held-out compositions; C, H, O and S learned from
all other compositions): from 100 rows of N the mean absolute error falls from 0.52 to 0.20 eV, from
300 rows from 0.31 to 0.19 eV, from 1,000 rows from 0.21 to 0.17 eV. With C, H, O and S known on no
other compositions than those of the N rows it is 0.31 and 0.20 eV from 100 and 300 rows. Where N is
known as well as the others, on 3,716 rows, they no longer help: take
`catml.models.adsorption.AdsorptionModel` by itself. Fitting learns one Gaussian process for each
other adsorbate. The model cannot be saved: it is fitted again from its tables.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from catml.descriptors.featurizers import Descriptors, make_featurizer
from catml.errors import AlignmentError, ModelError
from catml.models.adsorption import AdsorptionModel
from catml.models.inputs import as_site_rows, complete_table
from catml.models.regressors.base import Array
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.registry import LARGEST_GAUSSIAN_PROCESS
from catml.models.site_survival import MINIMUM

_FEWEST_ROWS = 100
_KINDS = ("ontop", "bridge")
_PENALTIES = np.logspace(-3, 3, 13)
_ENERGIES = ("energy_ev", "lower_ev", "upper_ev")


class AdsorbateTransfer(BaseEstimator):
    """Energies of one adsorbate from few rows of it and many of others.

    Parameters
    ----------
    adsorbate
        What is adsorbed.
    others
        Dataset rows of other adsorbates, of the functional of the table to fit. Those with at
        least 100 rows with status ok are learned from, each from at most 6,000.
    known_compositions_only
        Whether of `others` only the compositions of the table to fit are used. This is what a
        cross-validation must do, in which the rows held out may not be known in any guise;
        for your own screening let it be False.
    descriptors, groups, seed
        As in `catml.models.adsorption.AdsorptionModel`.

    Attributes
    ----------
    sources_ : dict of str to ARDGaussianProcess
        The models of the other adsorbates.
    weights_ : ndarray
        Of their predictions in eV, then of the flags of on-top and bridge sites.
    intercept_ev_ : float
    model_ : AdsorptionModel
        Of the rest; its intervals are those of the sum, for a new composition.
    """

    def __init__(
        self,
        adsorbate: str,
        others: pd.DataFrame,
        *,
        known_compositions_only: bool = True,
        descriptors: Descriptors = "geometry",
        groups: str = "elements",
        seed: int = 0,
    ) -> None:
        self.adsorbate = adsorbate
        self.others = others
        self.known_compositions_only = known_compositions_only
        self.descriptors = descriptors
        self.groups = groups
        self.seed = seed

    def fit(self, table: pd.DataFrame) -> AdsorbateTransfer:
        """Fit to a dataset table of the adsorbate.

        Raises
        ------
        ModelError
            If no other adsorbate has rows enough, or the table cannot be learned from.
        AlignmentError
            If the other adsorbates' energies are of another functional.
        """
        from sklearn.linear_model import RidgeCV

        rows = complete_table(_usable(table))
        self.featurizer_ = make_featurizer(self.descriptors).fit(rows)
        X = self.featurizer_.transform(rows).to_numpy(dtype=np.float64)
        labels = rows[self.groups].to_numpy(dtype=str)
        self.sources_: dict[str, ARDGaussianProcess] = {}
        predicted = []
        for adsorbate, own in self._other_rows(rows).groupby("adsorbate", sort=True):
            known = self.featurizer_.transform(own).to_numpy(dtype=np.float64)
            source = ARDGaussianProcess(random_state=self.seed)
            source.fit(known, own["energy_ev"].to_numpy(dtype=np.float64))
            of_source = own[self.groups].to_numpy(dtype=str)
            predicted.append(source.predict_without(X, labels, of_source))
            self.sources_[str(adsorbate)] = source
        energy_ev = rows["energy_ev"].to_numpy(dtype=np.float64)
        ridge = RidgeCV(_PENALTIES).fit(_inputs(predicted, rows), energy_ev)
        self.weights_ = np.asarray(ridge.coef_, dtype=np.float64)
        self.intercept_ev_ = float(ridge.intercept_)
        rest = energy_ev - self._line(predicted, rows)
        self.model_ = AdsorptionModel(
            self.adsorbate,
            regressor="gaussian_process",
            descriptors=self.descriptors,
            groups=self.groups,
            seed=self.seed,
        ).fit(rows.assign(energy_ev=rest))
        return self

    def predict(self, surfaces: Any) -> pd.DataFrame:
        """Predict every distinct site of surfaces, slabs or a site table.

        Takes and returns what `catml.models.adsorption.AdsorptionModel.predict` does, without
        `probability_minimum`.

        Raises
        ------
        ModelError
            If the model is not fitted, or `surfaces` cannot be understood.
        """
        if not hasattr(self, "model_"):
            raise ModelError(f"The model of {self.adsorbate} is not fitted; call fit(table) first.")
        # Which sites are minima shows in the whole energies, not in what the line leaves.
        result = self.model_.predict(surfaces).drop(columns=MINIMUM, errors="ignore")
        lines = []
        for piece in as_site_rows(surfaces):
            X = self.featurizer_.transform(piece.table, slab=piece.slab).to_numpy(dtype=np.float64)
            if len(X):
                predicted = [np.asarray(source.predict(X)) for source in self.sources_.values()]
                lines.append(self._line(predicted, piece.table))
        line_ev = np.concatenate([np.zeros(0), *lines])
        return result.assign(**{name: result[name] + line_ev for name in _ENERGIES})

    def _line(self, predicted: list[Array], rows: pd.DataFrame) -> Array:
        line: Array = _inputs(predicted, rows) @ self.weights_ + self.intercept_ev_
        return line

    def _other_rows(self, rows: pd.DataFrame) -> pd.DataFrame:
        others = _usable(self.others)
        others = others[others["adsorbate"] != self.adsorbate]
        if self.known_compositions_only:
            others = others[others[self.groups].isin(rows[self.groups])]
        enough = others["adsorbate"].map(others["adsorbate"].value_counts()) >= _FEWEST_ROWS
        others = others[enough]
        if others.empty:
            raise ModelError(
                f"No other adsorbate than {self.adsorbate} has {_FEWEST_ROWS} usable rows"
                + (" on the compositions of the table" if self.known_compositions_only else "")
                + "; give more rows of others, or take AdsorptionModel."
            )
        functionals = sorted({*rows["functional"], *others["functional"]})
        if len(functionals) > 1:
            raise AlignmentError(
                f"The table and the other adsorbates are of the functionals "
                f"{', '.join(functionals)}; keep the rows of one of them."
            )
        picked = others.groupby("adsorbate", sort=True).sample(frac=1.0, random_state=self.seed)
        kept = picked.groupby("adsorbate").head(LARGEST_GAUSSIAN_PROCESS).sort_index()
        return complete_table(kept)


def _usable(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["status"] == "ok"] if "status" in table else table


def _inputs(predicted: list[Array], rows: pd.DataFrame) -> Array:
    """(n, sources + 2) what the line is a function of."""
    kinds = [(rows["site_kind"] == kind).to_numpy(dtype=np.float64) for kind in _KINDS]
    return np.column_stack([*predicted, *kinds])
