"""Priors: a mean energy of few fitted parameters; the regressor learns what it leaves.

Delta-learning: a prior is fitted to the training energies, the regressor to the differences, and
a prediction is the sum of the two. Held-out rows of a rehearsal are predicted by a prior that was
fitted without them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from ase.data import atomic_numbers

from catml.errors import ModelError
from catml.models.priors.chemisorption import ChemisorptionMean, DBandSites
from catml.models.priors.names import PRIOR_NAMES, PriorName
from catml.models.priors.pure_metals import MetalSites, PureMetalMean
from catml.models.regressors.base import Array, RowSets

Sites = DBandSites | MetalSites
Mean = ChemisorptionMean | PureMetalMean


def check_prior(name: str | None, pure_energies_ev: Mapping[str, float] | None) -> None:
    """Refuse settings of a prior that mean nothing.

    Raises
    ------
    ModelError
        If there is no prior of that name, energies of pure metals are given to another prior, or
        are none of elements.
    """
    if name is not None and name not in PRIOR_NAMES:
        allowed = ", ".join(repr(known) for known in PRIOR_NAMES)
        raise ModelError(f"There is no prior {name!r}; choose one of {allowed}, or None.")
    if pure_energies_ev and name != "pure_metals":
        raise ModelError(
            f"pure_energies_ev is for the prior 'pure_metals', the prior is {name!r}; ask for "
            "prior='pure_metals' or leave the energies out."
        )
    if pure_energies_ev is not None and not isinstance(pure_energies_ev, Mapping):
        raise ModelError(
            f"pure_energies_ev is {pure_energies_ev!r}; give element → energy in eV, such as "
            "{'Cu': -0.6}."
        )
    for element, energy_ev in (pure_energies_ev or {}).items():
        if element not in atomic_numbers:
            raise ModelError(
                f"pure_energies_ev names {element!r}, which is no element; use the symbols of the "
                "periodic table, such as Pt."
            )
        if not isinstance(energy_ev, int | float | np.floating) or not np.isfinite(energy_ev):
            raise ModelError(
                f"pure_energies_ev gives {element} the energy {energy_ev!r}; give a finite "
                "number of eV."
            )


@dataclass(frozen=True)
class Prior:
    """A fitted prior.

    Attributes
    ----------
    name
        One of `PRIOR_NAMES`.
    mean
        The fitted mean energy.
    """

    name: PriorName
    mean: Mean

    @classmethod
    def fit(
        cls,
        name: PriorName,
        table: pd.DataFrame,
        features: pd.DataFrame,
        energy_ev: Array,
        *,
        pure_energies_ev: Mapping[str, float] | None = None,
    ) -> "Prior":
        """Fit to the rows of a complete site table, their descriptors and (n,) energies in eV.

        Raises
        ------
        ModelError
            If table or descriptors lack what the prior needs.
        """
        return cls(name, _fit(_read(name, table, features), energy_ev, pure_energies_ev))

    def energy_ev(self, table: pd.DataFrame, features: pd.DataFrame) -> Array:
        """(n,) mean energies of the rows of a site table with these descriptors."""
        return _at(self.mean, _read(self.name, table, features))

    def values(self) -> dict[str, Any]:
        """The prior as JSON values."""
        return {"name": self.name, "mean": asdict(self.mean)}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> "Prior":
        """The prior whose `values` these are.

        Raises
        ------
        KeyError, TypeError
            They are not the values of a prior.
        """
        kinds = {"chemisorption": ChemisorptionMean, "pure_metals": PureMetalMean}
        return cls(values["name"], kinds[values["name"]](**values["mean"]))


def left_out_energies(
    name: PriorName,
    table: pd.DataFrame,
    features: pd.DataFrame,
    energy_ev: Array,
    left_out: RowSets,
    *,
    pure_energies_ev: Mapping[str, float] | None = None,
) -> Array:
    """Mean energies of sets of training rows by priors fitted without the set, set after set.

    Where a prior cannot be fitted without a set, as when it holds the only pure metals, the rows
    take the mean energy of the others.
    """
    sites = _read(name, table, features)
    everything = np.arange(len(sites))
    pieces = []
    for members in left_out:
        kept = np.setdiff1d(everything, members)
        try:
            mean = _fit(sites.take(kept), energy_ev[kept], pure_energies_ev)
        except ModelError:
            pieces.append(np.full(len(members), energy_ev[kept].mean()))
            continue
        pieces.append(_at(mean, sites.take(members)))
    return np.concatenate(pieces)


def _read(name: PriorName, table: pd.DataFrame, features: pd.DataFrame) -> Sites:
    return DBandSites.read(features) if name == "chemisorption" else MetalSites.read(table)


def _fit(sites: Sites, energy_ev: Array, pure_energies_ev: Mapping[str, float] | None) -> Mean:
    if isinstance(sites, DBandSites):
        return ChemisorptionMean.fit(sites, energy_ev)
    return PureMetalMean.fit(sites, energy_ev, given_ev=pure_energies_ev)


def _at(mean: Mean, sites: Sites) -> Array:
    if isinstance(mean, ChemisorptionMean) and isinstance(sites, DBandSites):
        return mean.at(sites)
    if isinstance(mean, PureMetalMean) and isinstance(sites, MetalSites):
        return mean.at(sites)
    raise TypeError("a mean energy was asked about sites of another prior")
