"""The adsorption-energy model: from a dataset table to predictions with honest intervals."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from catml.descriptors.featurizers import make_featurizer
from catml.errors import AlignmentError, ModelError
from catml.models.conformal import IntervalName
from catml.models.domain import ApplicabilityDomain, Assessment
from catml.models.held_out_scores import HeldOutScore
from catml.models.inputs import as_site_rows, complete_table
from catml.models.intervals import Intervals, Training, fit_with_intervals
from catml.models.priors import Prior, PriorName, check_prior, left_out_energies
from catml.models.regressor_names import RegressorName
from catml.models.regressors import Regressor, affordable_regressor, suggested_regressor
from catml.models.uncertainty import Asked, Spread, site_classes
from catml.models.witnesses import witness_rows

Descriptors = Literal[
    "environment", "geometry", "composition", "electronic", "d_band", "similarity", "soap"
]

_FEWEST_ROWS = 10
_NEEDED = ("adsorbate", "reference", "functional", "energy_ev")
_IDENTITY = ("surface", "site", "site_kind", "site_subtype", "site_atoms")


@dataclass(frozen=True)
class TrainingFacts:
    """What a model was trained on.

    Attributes
    ----------
    n_rows
        Rows learned from.
    n_left_out
        Rows of the given table not learned from, by status.
    elements
        Elements of the training surfaces, sorted.
    sources
        Dataset → number of rows.
    reference, functional
        What the energies stand against.
    checksum
        SHA-256 of the energies, sites and sources of the training rows.
    regressor
        Name of the regressor, also where it was chosen by the number of rows.
    alignment
        Offsets applied when the table was loaded, as in its ``attrs``.
    """

    n_rows: int
    n_left_out: dict[str, int]
    elements: tuple[str, ...]
    sources: dict[str, int]
    reference: str
    functional: str
    checksum: str
    regressor: str
    alignment: tuple[dict[str, Any], ...] = ()


class AdsorptionModel(BaseEstimator):
    """Adsorption energies of one adsorbate, with 90 % intervals and the applicability domain.

    Parameters
    ----------
    adsorbate
        What is adsorbed: ``"CO"``.
    regressor
        One of `catml.models.regressor_names.REGRESSOR_NAMES`; by default the Gaussian process up
        to 6,000 rows and boosted trees beyond. Those that compare every row with every other
        learn from a part of a larger table (`catml.models.row_subset`).
    descriptors
        ``"geometry"`` (elements of the environment, type and geometry of the site),
        ``"environment"`` (elements only), ``"composition"`` (both, with the share of every element
        and statistics of the whole environment), ``"electronic"`` (orbital-wise coordination,
        electronegativity and the estimated d band), ``"d_band"`` (calculated d-band moments),
        ``"similarity"`` or ``"soap"`` (vectors to be compared, of the elements around the site or
        of its whole surroundings, made for the regressor ``"local_similarity"``).
    prior
        A mean energy with few fitted parameters, of which the regressor learns what it leaves:
        ``"chemisorption"`` (`catml.models.chemisorption`; needs descriptors with a d band) or
        ``"pure_metals"`` (`catml.models.pure_metals`: the energies of the pure metals in the
        table, and a smooth model of the elements where a metal has none). None is the mean.
    pure_energies_ev
        Element → energy of your own for the prior ``"pure_metals"``, against the same reference.
    groups
        Column of related rows; the intervals are made for rows of an unseen group.
    intervals
        One of `catml.models.conformal.INTERVALS`. The default follows the regressor's own
        uncertainty, is calibrated per site kind and element block and widens outside the
        training domain; the others are for comparison.
    seed
        Of whatever is random.
    n_jobs
        Fits at the same time, where the regressor takes several.

    Attributes
    ----------
    training_ : TrainingFacts
    featurizer_, regressor_, domain_, intervals_
        The fitted parts.
    prior_ : Prior or None
    feature_names_ : tuple of str
    scores_ : tuple of HeldOutScore
        Errors of the training rows, each predicted without its group.
    witnesses_ : DataFrame
        A few training rows, by which a model file is checked when it is loaded.

    Examples
    --------
    >>> from catml.data.tables import load_dataset
    >>> table = load_dataset("ma2015")
    >>> model = AdsorptionModel("CO", regressor="ridge", descriptors="environment").fit(table)
    >>> model.predict("Cu3Zr@Cu(100)")["site"].iloc[0]
    'ontop-1'
    """

    def __init__(
        self,
        adsorbate: str,
        *,
        regressor: RegressorName | None = None,
        descriptors: Descriptors = "geometry",
        prior: PriorName | None = None,
        pure_energies_ev: Mapping[str, float] | None = None,
        groups: str = "elements",
        intervals: IntervalName = "novelty",
        seed: int = 0,
        n_jobs: int = 2,
    ) -> None:
        self.adsorbate = adsorbate
        self.regressor = regressor
        self.descriptors = descriptors
        self.prior = prior
        self.pure_energies_ev = pure_energies_ev
        self.groups = groups
        self.intervals = intervals
        self.seed = seed
        self.n_jobs = n_jobs

    def fit(self, table: pd.DataFrame) -> AdsorptionModel:
        """Fit to a dataset table; rows whose status is not ok are left out and counted.

        Raises
        ------
        AlignmentError
            If the rows are of several functionals or reference species.
        ModelError
            If the table is of another adsorbate, lacks columns or has too few usable rows, or
            there is no such prior, or not for these rows.
        DescriptorError
            If the table lacks what the descriptors need.
        """
        check_prior(self.prior, self.pure_energies_ev)
        rows = self._usable_rows(table)
        energy_ev = rows["energy_ev"].to_numpy(dtype=np.float64)
        featurizer = make_featurizer(self.descriptors).fit(rows)
        features = featurizer.transform(rows)
        X = features.to_numpy(dtype=np.float64)
        regressor = self.new_regressor(len(rows))
        training = Training(rows, X, energy_ev, self.groups, self.seed)
        prior = None
        if self.prior is not None:
            own = self.pure_energies_ev
            prior = Prior.fit(self.prior, rows, features, energy_ev, pure_energies_ev=own)
            training = replace(
                training,
                prior_ev=prior.energy_ev(rows, features),
                prior_left_out=partial(
                    left_out_energies, self.prior, rows, features, energy_ev, pure_energies_ev=own
                ),
            )
        intervals, scores = fit_with_intervals(regressor, training, name=self.intervals)
        self.intervals_: Intervals = intervals
        self.scores_: tuple[HeldOutScore, ...] = scores
        self.domain_ = ApplicabilityDomain.learn(rows, X, training.labels, seed=self.seed)
        self.feature_names_ = tuple(map(str, features.columns))
        self.featurizer_, self.regressor_, self.prior_ = featurizer, regressor, prior
        self.training_ = _training_facts(table, rows, self.regressor_name(len(rows)))
        self.witnesses_ = witness_rows(rows)
        return self

    def predict(self, surfaces: Any) -> pd.DataFrame:
        """Predict every distinct site of surfaces, of slabs, or of a site table.

        Parameters
        ----------
        surfaces
            A name, `Surface`, ``ase.Atoms`` or pymatgen slab, an iterable of these, or a site or
            dataset table (its rows and index are kept).

        Returns
        -------
        DataFrame
            One row per site: surface, site, site_kind, site_subtype, site_atoms, energy_ev,
            std_ev, lower_ev, upper_ev, in_domain, domain_reason, adsorbate, reference,
            functional, domain_score. The interval from `lower_ev` to `upper_ev` is calibrated to
            hold the energy of a site of an unseen composition nine times in ten. `std_ev` is
            calibrated by itself, to hold two thirds of the errors as one standard deviation of a
            normal distribution does; errors have heavier tails, so the interval is mostly wider
            than 1.645 times it on either side. `domain_score` is at most 1 inside the domain
            and grows with the distance from the training rows
            (`catml.models.domain.Assessment.score`).

        Raises
        ------
        ModelError
            If the model is not fitted, or `surfaces` is none of these.
        """
        if not hasattr(self, "regressor_"):
            raise ModelError(
                f"The model of {self.adsorbate} is not fitted; call fit(table) first, for "
                f'example with load_dataset("{self.adsorbate}").'
            )
        pieces = []
        for rows in as_site_rows(surfaces):
            features = self.featurizer_.transform(rows.table, slab=rows.slab)
            if tuple(features.columns) != self.feature_names_:
                raise ModelError(
                    "The model was fitted with other descriptors than this catml computes; fit it "
                    "again."
                )
            pieces.append(self._predict_rows(rows.table, features))
        if len(pieces) == 1:
            return pieces[0]
        return pd.concat(pieces, ignore_index=True)

    def regressor_name(self, n_rows: int) -> RegressorName:
        """Name of the regressor for so many rows."""
        return self.regressor or suggested_regressor(n_rows)

    def new_regressor(self, n_rows: int) -> Regressor:
        """An unfitted regressor, as `fit` takes it for so many rows."""
        name = self.regressor_name(n_rows)
        return affordable_regressor(name, n_rows, seed=self.seed, n_jobs=self.n_jobs)

    def save(self, path: Any) -> None:
        """Save to a file that `load_model` reads; see `catml.models.persistence.save_model`."""
        from catml.models.persistence import save_model

        save_model(self, path)

    def _predict_rows(self, table: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
        result = table[list(_IDENTITY)].copy()
        X = features.to_numpy(dtype=np.float64)
        if len(table):
            energy_ev, std_ev = self.regressor_.predict(X, return_std=True)
            if self.prior_ is not None:
                energy_ev = energy_ev + self.prior_.energy_ev(table, features)
            assessment = self.domain_.assess(table, X)
            widening = 1.0 if self.regressor_.std_grows else assessment.remoteness
            spread = self.intervals_.spread(
                Asked(X, energy_ev, std_ev, site_classes(table), assessment.novelties, widening)
            )
        else:
            energy_ev = np.zeros(0)
            spread = Spread(energy_ev, energy_ev, energy_ev)
            assessment = Assessment(np.zeros(0, bool), np.zeros(0, object), {}, np.zeros(0))
        result["energy_ev"] = energy_ev
        result["std_ev"] = spread.std_ev
        result["lower_ev"] = energy_ev - spread.below_ev
        result["upper_ev"] = energy_ev + spread.above_ev
        result["in_domain"] = assessment.in_domain
        result["domain_reason"] = assessment.reason
        result["adsorbate"] = self.adsorbate
        result["reference"] = self.training_.reference
        result["functional"] = self.training_.functional
        result["domain_score"] = assessment.score
        return result

    def _usable_rows(self, table: pd.DataFrame) -> pd.DataFrame:
        missing = [name for name in (*_NEEDED, self.groups) if name not in table]
        if missing:
            raise ModelError(
                f"The table has no column {', '.join(missing)}; fitting needs "
                f"{', '.join(_NEEDED)} and the groups {self.groups!r}."
            )
        others = sorted(set(table["adsorbate"]) - {self.adsorbate})
        if others:
            raise ModelError(
                f"The model is of {self.adsorbate}, the table also has {', '.join(others)}; keep "
                f"the rows whose adsorbate is {self.adsorbate}."
            )
        rows = table
        if "status" in table:
            rows = table[table["status"] == "ok"]
        for column, what in (("functional", "functionals"), ("reference", "reference species")):
            values = sorted(set(rows[column]))
            if len(values) > 1:
                raise AlignmentError(
                    f"The table mixes energies of several {what}: {', '.join(values)}. Bring them "
                    f'to one with load_dataset("{self.adsorbate}", align="{values[0]}").'
                    if column == "functional"
                    else f"The table mixes energies of several {what}: {', '.join(values)}. Keep "
                    "the rows of one of them."
                )
        if not np.isfinite(rows["energy_ev"].to_numpy(dtype=np.float64)).all():
            raise ModelError("The table has rows without a finite energy_ev; remove them.")
        if len(rows) < _FEWEST_ROWS:
            raise ModelError(
                f"The table has {len(rows)} usable rows of {len(table)}; fitting needs at least "
                f"{_FEWEST_ROWS} rows with status ok."
            )
        return complete_table(rows)


def _training_facts(table: pd.DataFrame, rows: pd.DataFrame, regressor: str) -> TrainingFacts:
    left_out: dict[str, int] = {}
    if "status" in table:
        counts = table.loc[table["status"] != "ok", "status"].value_counts()
        left_out = {str(status): int(n) for status, n in counts.items()}
    sources = {}
    if "source" in rows:
        sources = {str(key): int(n) for key, n in rows["source"].value_counts().items()}
    return TrainingFacts(
        n_rows=len(rows),
        n_left_out=left_out,
        elements=tuple(sorted({e for text in rows["elements"] for e in text.split("-")})),
        sources=sources,
        reference=str(rows["reference"].iloc[0]),
        functional=str(rows["functional"].iloc[0]),
        checksum=_checksum(rows),
        regressor=regressor,
        alignment=tuple(table.attrs.get("alignment", ())),
    )


def _checksum(rows: pd.DataFrame) -> str:
    wanted = ("source", "row", *_IDENTITY, "same_layer", "sublayer", "energy_ev")
    text = rows[[name for name in wanted if name in rows]].to_csv(index=False)
    return hashlib.sha256(text.encode()).hexdigest()
