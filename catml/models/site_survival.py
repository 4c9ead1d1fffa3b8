"""How likely an adsorbate put on a site stays there, learned from the sites a dataset has.

An ideal surface has more sites than minima: most bridges and many on-top sites lose their adsorbate
to a neighbour as soon as it may relax. Where a table was made by trying every site, and labels
relaxed structures, the sites it lacks are those; the lowest prediction over all sites is then too
low, for it may be that of a site which does not exist.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone

from catml.errors import ModelError
from catml.models.adsorption import AdsorptionModel
from catml.models.regressors.folds import group_folds
from catml.structures.site_table import site_table

_KINDS = ("ontop", "bridge", "hollow")
_SUBTYPES = ("fcc", "hcp", "3fold", "4fold", "short", "long")
_FEWEST_SURFACES = 20


class SiteSurvival(BaseEstimator):
    """The chance that each site of a surface is a minimum, from where its energy stands.

    A site is described by its kind and subtype, its predicted energy, and how far that lies above
    the lowest site of the surface and above the lowest of each kind. Energies of training surfaces
    are predicted by models that did not see their composition, as those of new surfaces will be.

    Parameters
    ----------
    model
        An adsorption model, fitted or not; clones of it are fitted.
    folds
        Groups of compositions to leave out in turn.
    seed
        Of the folds and of the classifier.

    Attributes
    ----------
    classifier_ : sklearn.ensemble.HistGradientBoostingClassifier
    share_ : float
        Share of the training surfaces' sites that the table has.
    """

    def __init__(self, model: AdsorptionModel, *, folds: int = 3, seed: int = 0) -> None:
        self.model = model
        self.folds = folds
        self.seed = seed

    def fit(self, table: pd.DataFrame) -> SiteSurvival:
        """Learn from a dataset table in which every site of every surface was tried.

        Rows without a site, or whose status is not ok, count as not there.

        Raises
        ------
        ModelError
            If fewer than 20 surfaces have named sites, or the table has all sites of all its
            surfaces, or none.
        """
        from sklearn.ensemble import HistGradientBoostingClassifier

        rows = table[table["status"] == "ok"] if "status" in table else table
        sites = all_sites(rows)
        if sites["surface"].nunique() < _FEWEST_SURFACES:
            raise ModelError(
                f"The table has {sites['surface'].nunique()} surfaces with named sites; learning "
                f"which sites are minima needs at least {_FEWEST_SURFACES}."
            )
        observed = is_observed(sites, rows)
        self.share_ = float(observed.mean())
        if self.share_ in (0.0, 1.0):
            raise ModelError(
                f"The table has {observed.sum()} of the {len(sites)} sites of its surfaces; which "
                "sites are no minima can only be learned where some are missing and some are not."
            )
        described = _describe(self._predicted_left_out(rows, sites))
        self.classifier_ = HistGradientBoostingClassifier(
            learning_rate=0.05,
            max_iter=150,
            max_leaf_nodes=12,
            min_samples_leaf=20,
            random_state=self.seed,
        ).fit(described, observed)
        return self

    def predict(self, predictions: pd.DataFrame) -> pd.DataFrame:
        """Return predictions with the column `probability_minimum`.

        Parameters
        ----------
        predictions
            What `AdsorptionModel.predict` says of all the sites of surfaces. A site's chance
            depends on the others, so leave none out.

        Raises
        ------
        ModelError
            If nothing has been fitted.
        """
        if not hasattr(self, "classifier_"):
            raise ModelError("Nothing is known of the sites yet; call fit(table) first.")
        chance = np.zeros(0)
        if len(predictions):
            chance = self.classifier_.predict_proba(_describe(predictions))[:, 1]
        return predictions.assign(probability_minimum=chance)

    def _predicted_left_out(self, rows: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
        """Predictions of all sites, each by a model without the compositions of its fold."""
        groups = rows[self.model.groups].to_numpy(dtype=str)
        codes = np.unique(groups, return_inverse=True)[1]
        pieces = []
        for train, held_out in group_folds(codes, self.folds, seed=self.seed):
            model = clone(self.model).fit(rows.iloc[train])
            own = sites["surface"].isin(rows["surface"].iloc[held_out])
            pieces.append(model.predict(sites[own]))
        return pd.concat(pieces).loc[sites.index]


def all_sites(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the site table of all sites of the surfaces of dataset rows.

    Each surface has the lattice constants of its first row.

    Parameters
    ----------
    rows
        Dataset rows; those without a named site are passed over.
    """
    named = rows[rows["site"].fillna("") != ""].drop_duplicates("surface")
    lattice = None
    if "lattice_a_ang" in named and named["lattice_a_ang"].notna().all():
        lattice = [
            (float(a), None if np.isnan(c) else float(c))
            for a, c in zip(named["lattice_a_ang"], named["lattice_c_ang"], strict=True)
        ]
    return site_table(named["surface"].tolist(), lattice=lattice)


def is_observed(sites: pd.DataFrame, rows: pd.DataFrame) -> Any:
    """(len(sites),) whether dataset rows hold each site of a site table."""
    held = pd.MultiIndex.from_frame(rows[["surface", "site"]])
    return pd.MultiIndex.from_frame(sites[["surface", "site"]]).isin(held)


def _describe(predictions: pd.DataFrame) -> pd.DataFrame:
    """What the classifier sees of every site, energies in eV; NaN where a kind has no site."""
    energy = predictions["energy_ev"].astype(float)
    surface = predictions["surface"].to_numpy(dtype=str)
    by_surface = energy.groupby(surface)
    lowest = by_surface.transform("min")
    described = {
        "energy_ev": energy,
        "above_lowest_ev": energy - lowest,
        "rank": by_surface.rank(),
        "range_ev": by_surface.transform("max") - lowest,
        "n_sites": by_surface.transform("size"),
    }
    for kind in _KINDS:
        own = predictions["site_kind"] == kind
        of_kind = energy.where(own).groupby(surface).transform("min")
        described[f"above_lowest_{kind}_ev"] = energy - of_kind
        described[f"is_{kind}"] = own.astype(float)
    for subtype in _SUBTYPES:
        described[f"is_{subtype}"] = (predictions["site_subtype"] == subtype).astype(float)
    return pd.DataFrame(described, index=predictions.index)
