"""The adsorption-energy model: from a dataset table to predictions with honest intervals."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catml.descriptors.featurizers import Descriptors, make_featurizer
from catml.errors import ModelError
from catml.models.adaptation import Adaptation, offset_std_of
from catml.models.domain.applicability import ApplicabilityDomain, Assessment
from catml.models.files.witnesses import witness_rows
from catml.models.inputs import as_site_rows
from catml.models.intervals.conformal import IntervalName
from catml.models.intervals.factors import Asked, Spread, site_classes
from catml.models.intervals.schemes import Training, fit_with_intervals
from catml.models.left_out_sites import left_out_site_energies
from catml.models.own_rows import own_rows, stated_functional
from catml.models.priors.base import Prior, left_out_energies
from catml.models.priors.names import PriorName
from catml.models.regressors.base import Array
from catml.models.regressors.names import RegressorName
from catml.models.regressors.registry import (
    LARGEST_GAUSSIAN_PROCESS,
    Regressor,
    affordable_regressor,
    suggested_regressor,
)
from catml.models.regressors.two_views import with_columns
from catml.models.settings import check_settings
from catml.models.site_survival import MINIMUM, SiteSurvival
from catml.models.training_rows import (
    SITE_IDENTITY,
    training_facts,
    usable_rows,
)


class AdsorptionModel(BaseEstimator):
    """Adsorption energies of one adsorbate, with 90 % intervals and the applicability domain.

    Parameters
    ----------
    adsorbate
        What is adsorbed: ``"CO"``.
    regressor
        One of `catml.models.regressors.names.REGRESSOR_NAMES`; by default the Gaussian process up
        to 6,000 rows and the blend beyond. Those that compare every row with every other
        learn from a part of a larger table (`catml.models.regressors.row_subset`).
    descriptors
        ``"geometry"`` (elements of the environment, type and geometry of the site; the default up
        to 6,000 rows), ``"environment"`` (elements only), ``"composition"`` (both, with the share
        of every element and statistics of the whole environment; the default beyond),
        ``"electronic"`` (orbital-wise coordination,
        electronegativity and the estimated d band), ``"d_band"`` (calculated d-band moments),
        ``"d_band_and_geometry"`` (these, the geometry, and how the surroundings differ from the
        binding atom; made for the regressor ``"two_views"``, its default),
        ``"similarity"`` or ``"soap"`` (vectors to be compared, of the elements around the site or
        of its whole surroundings, made for the regressor ``"local_similarity"``).
    prior
        A mean energy with few fitted parameters, of which the regressor learns what it leaves:
        ``"chemisorption"`` (`catml.models.priors.chemisorption`; needs descriptors with a d band)
        or ``"pure_metals"`` (`catml.models.priors.pure_metals`: the energies of the pure metals in
        the table, and a smooth model of the elements where a metal has none). None is the mean.
    pure_energies_ev
        Element → energy of your own for the prior ``"pure_metals"``, against the same reference.
    groups
        Column of related rows; the intervals are made for rows of an unseen group.
    intervals
        One of `catml.models.intervals.conformal.INTERVALS`. The default follows the regressor's own
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
    adaptation_ : Adaptation or None
        The rows the model was re-anchored to; see `adapt`.
    feature_names_ : tuple of str
    scores_ : tuple of HeldOutScore
        Errors of the training rows, each predicted without its group.
    survival_ : SiteSurvival or None
        Which sites are minima, learned where the table tells (`catml.models.site_survival`).
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
        descriptors: Descriptors | None = None,
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

    # Of fits side by side, one that ends would give its threads back to the others half-way, and
    # with other threads comes other rounding: the limit is set once, around them all.
    @threadpool_limits.wrap(limits=1, user_api="blas")
    def fit(self, table: pd.DataFrame) -> AdsorptionModel:
        """Fit to a dataset table; rows whose status is not ok are left out and counted.

        Raises
        ------
        AlignmentError
            If the rows are of several functionals or reference species.
        ModelError
            If the table is of another adsorbate, lacks columns or has too few usable rows, a
            setting means nothing, or the prior is not for these rows.
        DescriptorError
            If there are no such descriptors, or the table lacks what they need.
        """
        check_settings(self.get_params())
        rows = usable_rows(table, adsorbate=self.adsorbate, groups=self.groups)
        energy_ev = rows["energy_ev"].to_numpy(dtype=np.float64)
        featurizer = make_featurizer(self.descriptors_name(len(rows))).fit(rows)
        features = featurizer.transform(rows)
        X = features.to_numpy(dtype=np.float64)
        regressor = with_columns(self.new_regressor(len(rows)), list(features.columns))
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
        learned = fit_with_intervals(regressor, training, name=self.intervals)
        self.intervals_, self.scores_ = learned.intervals, learned.scores
        self.domain_ = ApplicabilityDomain.learn(
            rows, X, training.labels, held_out_std_ev=learned.held_out_std_ev, seed=self.seed
        )
        self.feature_names_ = tuple(map(str, features.columns))
        self.featurizer_, self.regressor_, self.prior_ = featurizer, regressor, prior
        fitted = {"featurizer": featurizer, "regressor": regressor, "prior": prior}
        left_out = partial(left_out_site_energies, training=training, **fitted)
        self.survival_ = SiteSurvival.learn(rows, left_out, groups=self.groups, seed=self.seed)
        self.training_ = training_facts(
            table,
            rows,
            regressor=self.regressor_name(len(rows)),
            descriptors=self.descriptors_name(len(rows)),
        )
        self.witnesses_ = witness_rows(rows)
        self.adaptation_: Adaptation | None = None
        return self

    def adapt(self, table: pd.DataFrame, *, offset_std_ev: float | None = None) -> AdsorptionModel:
        """Return a new model, re-anchored to a few energies of your own.

        The energies may be of another functional or code: the offset they have in common is part
        of what is learned, and the new model predicts energies like them. Regressor, domain and
        interval factors stay those of the training rows, so a new host metal stays marked as
        unseen; its intervals narrow by what the rows say. See `catml.models.adaptation`.

        Parameters
        ----------
        table
            A dataset table, or ``surface``, ``site`` and ``energy_ev``
            (`catml.models.own_rows.own_rows`). One row is enough.
        offset_std_ev
            How large the common offset may be (standard deviation, eV). By default 0.1 where the
            table states the functional of the model, 0.3 where it states another or none.

        Raises
        ------
        ModelError
            If the model is not fitted, the table lacks columns, is of another adsorbate or
            reference, or of another functional than the rows of an earlier adaptation.
        DescriptorError
            If the table lacks what the descriptors need.

        Examples
        --------
        >>> from catml.data.tables import load_dataset
        >>> model = AdsorptionModel("CO", regressor="ridge", descriptors="environment")
        >>> model = model.fit(load_dataset("ma2015"))
        >>> own = pd.DataFrame({"surface": ["Rh(100)"], "site": ["ontop-1"], "energy_ev": [-1.9]})
        >>> closer = model.adapt(own).predict("Rh(100)")["energy_ev"].iloc[0]
        >>> bool(abs(closer + 1.9) < abs(model.predict("Rh(100)")["energy_ev"].iloc[0] + 1.9))
        True
        """
        self._check_fitted()
        if not getattr(self.intervals_, "scaled", False):
            raise ModelError(
                f"A model with the intervals {self.intervals!r} cannot be adapted: they do not "
                "follow the standard deviation. Fit it with intervals='novelty'."
            )
        rows = own_rows(table, adsorbate=self.adsorbate, reference=self.training_.reference)
        stated = stated_functional(table)
        functional = stated or self._functional
        if self.adaptation_ is not None and functional != self._functional:
            raise ModelError(
                f"The model is adapted to {self._functional} already, the rows are of "
                f"{functional}; adapt the model as it was fitted."
            )
        same = stated == self.training_.functional
        offset = offset_std_of(offset_std_ev, same_functional=same)
        features = self._features_of(rows)
        energy_ev, _ = self._fitted_energies(rows, features)
        new = Adaptation(
            features.to_numpy(dtype=np.float64),
            rows["energy_ev"].to_numpy(dtype=np.float64) - energy_ev,
            offset,
            functional,
        )
        adapted = copy.copy(self)
        adapted.adaptation_ = new if self.adaptation_ is None else self.adaptation_.joined(new)
        return adapted

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
            and grows with the distance from the training rows and the regressor's own doubt
            (`catml.models.domain.applicability.Assessment.score`). Where the model knows which
            sites are minima, and surfaces were given rather than a table of some of their sites,
            `probability_minimum` is the chance that an adsorbate put on the site stays there, NaN
            on facets and with kinds of sites that were not learned from
            (`catml.models.site_survival`).

        Raises
        ------
        ModelError
            If the model is not fitted, or `surfaces` is none of these.
        """
        self._check_fitted()
        pieces = []
        for rows in as_site_rows(surfaces):
            features = self._features_of(rows.table, slab=rows.slab)
            pieces.append(self._predict_rows(rows.table, features))
            if self.survival_ is not None and not isinstance(surfaces, pd.DataFrame):
                pieces[-1][MINIMUM] = self._chances(pieces[-1], rows.table, features)
        if len(pieces) == 1:
            return pieces[0]
        return pd.concat(pieces, ignore_index=True)

    def regressor_name(self, n_rows: int) -> RegressorName:
        """Name of the regressor for so many rows."""
        if self.regressor is None and self.descriptors == "d_band_and_geometry":
            return "two_views"
        return self.regressor or suggested_regressor(n_rows)

    def descriptors_name(self, n_rows: int) -> Descriptors:
        """Kind of descriptors for so many rows."""
        if self.descriptors is not None:
            return self.descriptors
        return "geometry" if n_rows <= LARGEST_GAUSSIAN_PROCESS else "composition"

    def new_regressor(self, n_rows: int) -> Regressor:
        """An unfitted regressor, as `fit` takes it for so many rows."""
        name = self.regressor_name(n_rows)
        return affordable_regressor(name, n_rows, seed=self.seed, n_jobs=self.n_jobs)

    def save(self, path: Any) -> None:
        """Save to a file for `load_model`; see `catml.models.files.persistence.save_model`."""
        from catml.models.files.persistence import save_model

        save_model(self, path)

    @property
    def _functional(self) -> str:
        """Of the energies predicted."""
        adapted = self.adaptation_
        return self.training_.functional if adapted is None else adapted.functional

    def _check_fitted(self) -> None:
        if not hasattr(self, "regressor_"):
            raise ModelError(
                f"The model of {self.adsorbate} is not fitted; call fit(table) first, for "
                f'example with load_dataset("{self.adsorbate}").'
            )

    def _features_of(self, table: pd.DataFrame, *, slab: Any = None) -> pd.DataFrame:
        features = self.featurizer_.transform(table, slab=slab)
        if tuple(features.columns) != self.feature_names_:
            raise ModelError(
                "The model was fitted with other descriptors than this catml computes; fit it "
                "again."
            )
        return features

    def _fitted_energies(self, table: pd.DataFrame, features: pd.DataFrame) -> tuple[Array, Array]:
        """Energies before any adaptation, and uncalibrated standard deviations."""
        energy_ev, std_ev = self.regressor_.predict(features.to_numpy(np.float64), return_std=True)
        if self.prior_ is not None:
            energy_ev = energy_ev + self.prior_.energy_ev(table, features)
        return energy_ev, std_ev

    def _chances(self, predicted: pd.DataFrame, table: pd.DataFrame, features: pd.DataFrame) -> Any:
        """The chance that each site is a minimum; an adaptation does not move what is learned."""
        assert self.survival_ is not None
        if self.adaptation_ is not None:
            predicted = predicted.assign(energy_ev=self._fitted_energies(table, features)[0])
        return self.survival_.chances(predicted)

    def _predict_rows(self, table: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
        result = table[list(SITE_IDENTITY)].copy()
        X = features.to_numpy(dtype=np.float64)
        if len(table):
            energy_ev, std_ev = self._fitted_energies(table, features)
            assessment = self.domain_.assess(table, X, std_ev)
            prior_ev = 0.0 if self.prior_ is None else self.prior_.energy_ev(table, features)
            mean_ev = energy_ev - prior_ev
            if self.adaptation_ is not None:
                adapt = self.adaptation_.corrected
                energy_ev, std_ev = adapt(self.regressor_, X, energy_ev, std_ev)
            widening = 1.0 if self.regressor_.std_grows else assessment.remoteness
            spread = self.intervals_.spread(
                Asked(X, mean_ev, std_ev, site_classes(table), assessment.novelties, widening)
            )
        else:
            energy_ev = np.zeros(0)
            spread = Spread(energy_ev, energy_ev, energy_ev)
            assessment = Assessment(
                np.zeros(0, bool), np.zeros(0, object), {}, np.zeros(0), np.zeros(0)
            )
        result["energy_ev"] = energy_ev
        result["std_ev"] = spread.std_ev
        result["lower_ev"] = energy_ev - spread.below_ev
        result["upper_ev"] = energy_ev + spread.above_ev
        result["in_domain"] = assessment.in_domain
        result["domain_reason"] = assessment.reason
        result["adsorbate"] = self.adsorbate
        result["reference"] = self.training_.reference
        result["functional"] = self._functional
        result["domain_score"] = assessment.score
        return result
