"""Assembling the report of a run from its tables: facts, words and references."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pandas as pd

from catml.data.cards import DatasetCard, read_card
from catml.models.explanation import explanation
from catml.models.priors.names import PRIOR_IN_WORDS
from catml.models.regressors.names import IN_WORDS
from catml.report.content import ReactionFacts, Reference, ReportContent
from catml.report.document import build_report
from catml.workflow.config import WorkflowConfig
from catml.workflow.figures import draw_figures, draw_slab_pictures
from catml.workflow.screening import Screening
from catml.workflow.shortlist_structures import FOLDER
from catml.workflow.steps import DFT_NOISE_EV

_DESCRIPTORS = {
    "environment": "the elements around the site, in three zones (binding atoms, their neighbours "
    "in the layer, their neighbours below)",
    "geometry": "the elements around the site, in three zones (binding atoms, their neighbours in "
    "the layer, their neighbours below), and the geometry of the site: its kind, coordination and "
    "bond lengths, and a tight-binding d band",
    "composition": "the elements around the site, in three zones (binding atoms, their neighbours "
    "in the layer, their neighbours below) and together, each with its share, and the geometry of "
    "the site where it is known",
    "electronic": "the coordination of the site, counted by orbital, the electronegativity around "
    "it, and a tight-binding d band",
    "similarity": "how alike the elements around sites are, in three zones (binding atoms, their "
    "neighbours in the layer, their neighbours below)",
}


def write_report(
    screening: Screening,
    folder: Path,
    *,
    versions: Mapping[str, str],
    checksums: Mapping[str, str],
    configuration: str,
    workflow: str,
) -> Path:
    """Draw the figures of a run and write ``report.html`` into its folder.

    Parameters
    ----------
    screening
        The run.
    folder
        Its folder.
    versions, checksums
        Of the code and of everything read.
    configuration
        The resolved workflow as YAML.
    workflow
        Name of the workflow file, for the command that repeats the run.
    """
    reaction = screening.reaction
    keys = sorted(set(screening.table["source"]))
    cards = [read_card(key, screening.config.data.folder) for key in keys]
    content = ReportContent(
        title=screening.config.title,
        question=screening.config.question,
        reaction=_reaction_facts(screening),
        candidates=screening.candidates,
        shortlist=screening.shortlist,
        scores=screening.scores,
        datasets=_datasets(screening, cards),
        figures=draw_figures(screening, folder),
        pictures=draw_slab_pictures(screening, folder),
        structures_folder=FOLDER,
        structures_codes=screening.config.structures.codes,
        method=_method(screening),
        extrapolation_notes=_extrapolation_notes(screening),
        limits=(*reaction.caveats, *_data_limits(cards)),
        references=_references(screening, cards),
        versions=versions,
        checksums=checksums,
        configuration=configuration,
        repeat=f"catml run {workflow}",
        candidates_file="tables/candidates.csv",
    )
    return build_report(content, folder)


def _reaction_facts(screening: Screening) -> ReactionFacts:
    reaction, table = screening.reaction, screening.table
    descriptor, conditions = reaction.descriptor, reaction.conditions
    parts = [f"{conditions.temperature_k:g} K"]
    if conditions.partial_pressures_bar:
        parts.append(f"{conditions.pressure_bar:g} bar")
    if conditions.note:
        parts.append(conditions.note)
    coverages = sorted({_as_fraction(value) for value in table["coverage_ml"].dropna()})
    coverage = ", ".join(f"{value} ML" for value in coverages)
    if table["coverage_ml"].isna().any():
        coverage = f"{coverage} or not stated by the source" if coverage else "not stated"
    return ReactionFacts(
        title=reaction.title,
        equation=reaction.overall.text,
        adsorbate=descriptor.adsorbate,
        reference=descriptor.reference,
        functional=descriptor.functional,
        coverage=coverage,
        window_ev=(reaction.window.low_ev, reaction.window.high_ev),
        optimum_ev=reaction.volcano.apex()[0],
        activity=reaction.volcano.activity_label,
        conditions="; ".join(parts),
    )


def _as_fraction(coverage_ml: float) -> Fraction:
    """Return a coverage as it is written: 0.1111 of the table is 1/9."""
    return Fraction(coverage_ml).limit_denominator(48)


def _datasets(screening: Screening, cards: list[DatasetCard]) -> pd.DataFrame:
    """Return the table of datasets; its column names are the headings in the report."""
    offsets = {offset["source"]: offset for offset in screening.table.attrs["alignment"]}
    rows = []
    for card in cards:
        offset = offsets.get(card.key)
        rows.append(
            {
                "Dataset": card.key,
                "What it holds": card.title,
                "Rows used": int((screening.table["source"] == card.key).sum()),
                "Functional": card.functional,
                "Shift applied": "none" if offset is None else _offset_text(offset),
                "Licence": card.licence.name,
                "DOI": " ".join(paper.doi for paper in card.papers[:1]),
            }
        )
    return pd.DataFrame(rows)


def _offset_text(offset: Mapping[str, float | str]) -> str:
    return (
        f"{offset['offset_ev']:+.3f} ± {offset['standard_error_ev']:.3f} eV to "
        f"{offset['to']} (median over {offset['n_matched']} shared sites, "
        f"spread {offset['spread_ev']:.2f} eV)"
    )


def _method(screening: Screening) -> tuple[str, ...]:
    config, table = screening.config, screening.table
    adsorbate = screening.reaction.descriptor.adsorbate
    window = screening.reaction.window
    known = int((screening.sites["origin"] == "known").sum())
    return (
        f"Every candidate was built as a slab and its symmetry-distinct adsorption sites were "
        f"found: {len(screening.candidates):,} surfaces with {len(screening.sites):,} sites. "
        f"For {known:,} of these sites a calculated energy stands in the datasets and is used as "
        f"it is, with ±{DFT_NOISE_EV:g} eV (the difference between two codes and functionals) as "
        "its uncertainty.",
        f"The other energies of {adsorbate}* are predictions of "
        f"{IN_WORDS[config.model.regressor]}, trained on {len(table):,} calculated energies. "
        f"It sees {_DESCRIPTORS[config.model.descriptors]}{_prior_in_words(config)}. No DFT "
        f"calculation is needed for a candidate. {explanation(screening.model.regressor_)}".strip(),
        "The 90 % intervals are calibrated on rows whose composition the model had not seen, by "
        "the share of such rows that fall inside. The standard deviations in the tables (std_ev) "
        "are calibrated apart, to hold 68 % of the errors; errors have heavy tails, so the "
        "intervals are mostly wider than 1.645 of them on either side. A site that the model is "
        "merely unsure of stays in the ranking with its wide interval. The validation below "
        "repeats everything "
        "(descriptor scaling, model settings, calibration) inside each training fold.",
        f"A surface's descriptor is its most stable site. Which site that is, is uncertain too: "
        f"{config.ranking.samples:,} sets of energies were drawn (errors of the sites of one "
        f"surface correlated by {config.ranking.site_error_correlation:g}), the lowest taken, and "
        f"put through the volcano. The ranking is by the share of draws between "
        f"{window.low_ev:.2f} and {window.high_ev:.2f} eV.{_survival_in_words(config)}",
    )


def _survival_in_words(config: WorkflowConfig) -> str:
    if not config.ranking.site_survival:
        return ""
    return (
        " A site without a calculated energy was in as many draws as its chance to be a minimum "
        "says, which was learned from the sites that the training data lack."
    )


def _prior_in_words(config: WorkflowConfig) -> str:
    prior = config.model.prior
    return "" if prior is None else f" and learns {PRIOR_IN_WORDS[prior]}"


def _extrapolation_notes(screening: Screening) -> tuple[str, ...]:
    notes = [
        "Extrapolated candidates are ranked and marked, but not proposed: what is known of other "
        "kinds of surfaces is all their intervals rest on."
    ]
    skipped = int(screening.space.skipped["count"].sum())
    if skipped:
        notes.append(
            f"{skipped:,} combinations of the candidate space do not exist as surfaces, such as "
            "a three-index facet of a hexagonal metal; tables/left_out.csv lists them."
        )
    return tuple(notes)


def _data_limits(cards: list[DatasetCard]) -> tuple[str, ...]:
    return tuple(f"{card.key}: {caveat}" for card in cards for caveat in card.caveats)


def _references(screening: Screening, cards: list[DatasetCard]) -> tuple[Reference, ...]:
    papers = [
        Reference(
            citation=f"{paper.authors}, {paper.title}, {paper.journal} ({paper.year})",
            doi=paper.doi,
            used_for=f"dataset {card.key}",
        )
        for card in cards
        for paper in card.papers
    ]
    known = {reference.doi for reference in papers}
    return (
        *papers,
        *(
            Reference(citation=source.citation, doi=source.doi, used_for=source.used_for)
            for source in screening.reaction.sources
            if source.doi not in known
        ),
    )
