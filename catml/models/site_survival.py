"""How likely an adsorbate put on a site stays there, learned from the sites a dataset has.

An ideal surface has more sites than minima: most bridges and many on-top sites lose their adsorbate
to a neighbour as soon as it may relax. Where a table was made by trying every site, and labels
relaxed structures, the sites it lacks are those; the lowest prediction over all sites is then too
low, for it may be that of a site which does not exist.

A table was made so, as far as one can tell from it, where most surfaces of a source have rows at
two or more of the sites that `catml.structures.site_table` finds on them. Sources with one site per
surface, or without named surfaces, do not say which sites are no minima.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import CatmlError
from catml.models.domain.applicability import facets_of
from catml.models.regressors.base import Array
from catml.models.regressors.folds import group_labels, rows_of_some_groups
from catml.models.regressors.registry import LARGEST_GAUSSIAN_PROCESS
from catml.structures.site_table import site_table

MINIMUM = "probability_minimum"

_KINDS = ("ontop", "bridge", "hollow")
_SUBTYPES = ("fcc", "hcp", "3fold", "4fold", "short", "long")
_FEWEST_SURFACES = 20

LeftOutEnergies = Callable[[pd.DataFrame, NDArray[Any]], Array]


@dataclass(frozen=True, eq=False)
class SiteSurvival:
    """The chance that each site of a surface is a minimum, from where its energy stands.

    A site is described by its kind and subtype, its predicted energy, and how far that lies above
    the lowest site of the surface and above the lowest of each kind.

    Attributes
    ----------
    classifier
        A fitted ``sklearn.ensemble.HistGradientBoostingClassifier``.
    share
        Share of the training surfaces' sites that the table has.
    facets
        Facets of the training surfaces.
    site_kinds
        Kinds and subtypes of their sites, as ``hollow-fcc``.
    """

    classifier: Any
    share: float
    facets: frozenset[str]
    site_kinds: frozenset[str]

    @classmethod
    def learn(
        cls,
        rows: pd.DataFrame,
        left_out_ev: LeftOutEnergies,
        *,
        groups: str = "elements",
        seed: int = 0,
    ) -> SiteSurvival | None:
        """Learn from dataset rows.

        Parameters
        ----------
        rows
            Usable rows of a dataset table. Only sources that tried every site of their surfaces
            are learned from (see the module), from at most 6,000 rows of them.
        left_out_ev
            Energies in eV of a site table whose surfaces are of training compositions, given as
            an array of labels, each predicted without the rows of its composition, as those of
            new surfaces will be.
        groups
            Column of the composition.
        seed
            Of the classifier and of the compositions drawn where there are more rows.

        Returns
        -------
        SiteSurvival or None
            None where the rows do not tell: no source tried every site, fewer than 20 surfaces
            are left, all their sites have rows, or their sites cannot be described.
        """
        try:
            rows = tried_rows(rows)
            labels = group_labels(rows[groups].to_numpy(dtype=str), len(rows))
            rows = rows.iloc[rows_of_some_groups(labels, LARGEST_GAUSSIAN_PROCESS, seed=seed)]
            sites = all_sites(rows)
            observed = is_observed(sites, rows)
            too_few = sites["surface"].nunique() < _FEWEST_SURFACES
            if too_few or observed.all() or not observed.any():
                return None
            group_of = rows.drop_duplicates("surface").set_index("surface")[groups]
            of_sites = sites["surface"].map(group_of).to_numpy(dtype=str)
            energy_ev = left_out_ev(sites, of_sites)
        except CatmlError:
            # Names that are no surfaces, or descriptors that bare sites do not have.
            return None
        described = describe_sites(sites.assign(energy_ev=energy_ev))
        return cls(
            classifier=_fitted_classifier(described, observed, seed=seed),
            share=float(observed.mean()),
            facets=frozenset(facets_of(sites)),
            site_kinds=frozenset(_site_kinds(sites)),
        )

    def chances(self, predictions: pd.DataFrame) -> Array:
        """(n,) the chance that a site is a minimum.

        Parameters
        ----------
        predictions
            `surface`, `site`, `site_kind`, `site_subtype` and `energy_ev` of all the sites of
            surfaces. A site's chance depends on the others, so leave none out.

        Returns
        -------
        ndarray
            NaN for all sites of a surface of another facet than those learned from, or with a
            kind of site that these do not have.
        """
        if predictions.empty:
            return np.zeros(0)
        chance = self.classifier.predict_proba(describe_sites(predictions))[:, 1]
        new = ~np.isin(facets_of(predictions), list(self.facets))
        new |= ~np.isin(_site_kinds(predictions), list(self.site_kinds))
        unlike = pd.Series(new).groupby(_visits(predictions)).transform("any")
        return np.where(unlike, np.nan, chance)


def tried_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with named sites of the sources that tried every site of their surfaces.

    Of these, most surfaces have rows at two or more sites. A table without the column `source` is
    one source.
    """
    named = rows[(rows["surface"] != "") & (rows["site"] != "")]
    source = named["source"] if "source" in named else pd.Series("", index=named.index)
    n_sites = named["site"].groupby([source, named["surface"]]).nunique()
    several = (n_sites >= 2).groupby(level=0).mean()
    return named[source.isin(several.index[several > 0.5])]


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


def describe_sites(predictions: pd.DataFrame) -> pd.DataFrame:
    """What the classifier sees of every site, energies in eV; NaN where a kind has no site."""
    energy = predictions["energy_ev"].astype(float)
    surface = _visits(predictions)
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


def described_examples() -> pd.DataFrame:
    """Made-up sites as `describe_sites` has them, by which a saved classifier is checked."""
    sites = pd.DataFrame(
        {
            "surface": "made up",
            "site": ["ontop-1", "bridge-1", "hollow-fcc-1", "hollow-hcp-1"],
            "site_kind": ["ontop", "bridge", "hollow", "hollow"],
            "site_subtype": ["", "", "fcc", "hcp"],
            "energy_ev": [0.9, 0.2, -0.3, -0.1],
        }
    )
    copies = [
        sites.assign(surface=f"{shift}", energy_ev=sites["energy_ev"] + shift)
        for shift in (-3.0, 0.0, 1.0)
    ]
    return describe_sites(pd.concat(copies, ignore_index=True))


def _fitted_classifier(described: pd.DataFrame, observed: NDArray[np.bool_], *, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=12,
        min_samples_leaf=20,
        random_state=seed,
    ).fit(described, observed)


def _site_kinds(sites: pd.DataFrame) -> list[str]:
    subtypes = sites["site_subtype"].fillna("")
    return [f"{kind}-{subtype}" for kind, subtype in zip(sites["site_kind"], subtypes, strict=True)]


def _visits(predictions: pd.DataFrame) -> NDArray[Any]:
    """(n,) which surface a row is of, told apart where a surface was asked for more than once."""
    again = predictions.groupby(["surface", "site"], sort=False).cumcount()
    return (predictions["surface"].astype(str) + " " + again.astype(str)).to_numpy(dtype=str)
