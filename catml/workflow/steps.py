"""The steps of a screening, each from tables to tables.

The runner joins them; each can be called by hand on any table of the same columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from catml.data.tables import keep_datasets, load_dataset
from catml.errors import DatasetError, WorkflowError
from catml.screening.candidates import CandidateSpace
from catml.screening.reactions import Reaction
from catml.structures.site_table import site_table
from catml.structures.surface import Surface
from catml.workflow.config import WorkflowConfig

if TYPE_CHECKING:
    from catml.models.adsorption import AdsorptionModel
    from catml.validation.crossval import CrossValidation

# Between two codes and functionals, 35 elemental CO and H energies differ by 0.075 eV (RMSE;
# benchmarking table of Tran and Ulissi 2018, doi:10.1038/s41929-018-0142-1): no computed energy
# is known better than that.
DFT_NOISE_EV = 0.075
# Half the width of the central 90 % interval of a normal distribution, in standard deviations.
_HALF_WIDTH_90 = 1.6449


def training_table(config: WorkflowConfig, reaction: Reaction) -> pd.DataFrame:
    """Return the rows to learn from: the reaction's adsorbate, on the reaction's functional.

    Raises
    ------
    WorkflowError
        When a dataset is named that does not hold the adsorbate.
    """
    descriptor = reaction.descriptor
    folder = config.data.folder
    table = load_dataset(descriptor.adsorbate, align=descriptor.functional, folder=folder)
    if config.data.datasets is None:
        return table
    try:
        return keep_datasets(table, config.data.datasets, folder=folder)
    except DatasetError as problem:
        raise WorkflowError(f"data.datasets: {problem}") from None


def new_model(config: WorkflowConfig, reaction: Reaction) -> AdsorptionModel:
    """Return the model the workflow asks for, not yet fitted."""
    from catml.models.adsorption import AdsorptionModel

    return AdsorptionModel(
        reaction.descriptor.adsorbate,
        regressor=config.model.regressor,
        descriptors=config.model.descriptors,
        prior=config.model.prior,
        seed=config.model.seed,
    )


def validate(
    config: WorkflowConfig, reaction: Reaction, table: pd.DataFrame, *, workers: int
) -> dict[str, CrossValidation]:
    """Cross-validate a fresh model on every split the workflow asks for."""
    from catml.validation.crossval import cross_validate

    return {
        split: cross_validate(
            new_model(config, reaction),
            table,
            split=split,
            folds=config.validation.folds,
            seed=config.model.seed,
            n_jobs=workers,
        )
        for split in config.validation.splits
    }


def candidate_sites(space: CandidateSpace) -> pd.DataFrame:
    """Return one row per symmetry-distinct site of every candidate."""
    return site_table(space.surfaces)


def predicted_sites(
    model: AdsorptionModel, space: CandidateSpace, *, site_survival: bool
) -> pd.DataFrame:
    """Return the predictions of all sites of every candidate.

    Parameters
    ----------
    model
        The fitted model.
    space
        The candidates.
    site_survival
        Whether each site gets its chance to be a minimum, `probability_minimum`.

    Raises
    ------
    WorkflowError
        When the model does not know which sites are minima.
    """
    if not site_survival:
        return model.predict(candidate_sites(space))
    if model.survival_ is None:
        raise WorkflowError(
            "ranking.site_survival: the training data do not tell which sites are minima (no "
            "source has rows at several sites of most of its surfaces, and none at others); leave "
            "the key out, or train on such data, as mamun2019"
        )
    return model.predict(space.surfaces)


def with_known_energies(predictions: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Replace predictions by dataset values where the very site has been calculated.

    Parameters
    ----------
    predictions
        One row per site, with `surface`, `site`, `energy_ev`, `std_ev`, `lower_ev`, `upper_ev`,
        `in_domain`, `domain_reason`.
    table
        Dataset rows on the same functional, reference and adsorbate.

    Returns
    -------
    DataFrame
        `predictions` with the column `origin` ("known", "predicted", "extrapolated"); a site that
        the model is merely unsure of is no extrapolation, as the ranking draws from its wide
        uncertainty. For known rows, the mean dataset energy, the spread between codes as its
        uncertainty (`DFT_NOISE_EV`), and the dataset in `source`; the prediction stays in
        `predicted_energy_ev`. A known site is a minimum, where `probability_minimum` is stated.
    """
    from catml.models.domain.applicability import only_unsure

    known = (
        table[table["site"] != ""]
        .groupby(["surface", "site"])
        .agg(
            known_ev=("energy_ev", "mean"),
            source=("source", lambda keys: " ".join(sorted(set(keys)))),
        )
    )
    merged = predictions.join(known, on=["surface", "site"])
    is_known = merged["known_ev"].notna()
    half_width = _HALF_WIDTH_90 * DFT_NOISE_EV
    merged["predicted_energy_ev"] = merged["energy_ev"]
    merged["energy_ev"] = merged["energy_ev"].where(~is_known, merged["known_ev"])
    merged["std_ev"] = merged["std_ev"].where(~is_known, DFT_NOISE_EV)
    merged["lower_ev"] = merged["lower_ev"].where(~is_known, merged["known_ev"] - half_width)
    merged["upper_ev"] = merged["upper_ev"].where(~is_known, merged["known_ev"] + half_width)
    if "probability_minimum" in merged:
        merged["probability_minimum"] = merged["probability_minimum"].where(~is_known, 1.0)
    familiar = merged["in_domain"] | only_unsure(merged["domain_reason"])
    merged["origin"] = np.select([is_known, familiar], ["known", "predicted"], "extrapolated")
    merged["in_domain"] = familiar | is_known
    merged["source"] = merged["source"].fillna("")
    return merged.drop(columns="known_ev")


def _distinct(values: pd.Series) -> str:
    return " ".join(sorted(set(values)))


def with_site_facts(candidates: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Carry what matters of the sites to the ranked surfaces.

    Adds `site_kind`, `site_subtype`, `site_atoms` and `origin` of the most stable site,
    `domain_reason` (why the surface is an extrapolation), `host`, `guest`, `family` and `facet`.
    """
    columns = ["site_kind", "site_subtype", "site_atoms", "origin"]
    facts = sites.set_index(["surface", "site"])[columns]
    joined = candidates.join(facts, on=["surface", "best_site"])
    # A known site does not make a surface known when another site may well be the stable one.
    joined.loc[~joined["in_domain"], "origin"] = "extrapolated"
    reasons = _domain_reasons(sites).reindex(joined["surface"], fill_value="")
    joined["domain_reason"] = reasons.to_numpy()
    joined.loc[joined["in_domain"], "domain_reason"] = ""
    return joined.join(_surface_facts(joined["surface"]), on="surface")


def _domain_reasons(sites: pd.DataFrame) -> pd.Series:
    """Return for each surface why its likeliest site outside the domain lies there."""
    outside = sites[~sites["in_domain"]]
    likeliest = outside.sort_values("probability_most_stable", ascending=False, kind="stable")
    return likeliest.drop_duplicates("surface").set_index("surface")["domain_reason"]


def _surface_facts(names: pd.Series) -> pd.DataFrame:
    """Return `host`, `guest`, `family` and `facet` of every surface, indexed by its name."""
    surfaces = [Surface(name) for name in names]
    return pd.DataFrame(
        {
            "host": [surface.host for surface in surfaces],
            "guest": [surface.guest or "" for surface in surfaces],
            "family": [surface.family for surface in surfaces],
            "facet": [surface.facet for surface in surfaces],
        },
        index=pd.Index(names),
    )
