"""What the document is made of: plain values, tables and the places of saved figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

Section = Literal["volcano", "validation", "extrapolation", "candidates"]


@dataclass(frozen=True, kw_only=True)
class ReportFigure:
    """A figure of the document.

    Attributes
    ----------
    file
        The saved SVG or PNG; a relative path starts from the report's folder. It is copied into
        the document.
    section
        Where it stands.
    title
        What it shows in a few words; also read out in place of the picture.
    caption
        What to see in it, and how it was made.
    data_file
        Name of the CSV beside it, to be named in the caption; empty for none.
    wide
        Double-column figures take the whole width; single-column ones stand beside their
        caption.
    """

    file: Path
    section: Section
    title: str
    caption: str
    data_file: str = ""
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A source: the citation as it is to be printed, the DOI without address, and its use."""

    citation: str
    doi: str = ""
    used_for: str = ""


@dataclass(frozen=True, kw_only=True)
class ReactionFacts:
    """What the energies and activities of the document mean.

    Attributes
    ----------
    title
        Name of the reaction in words.
    equation
        The overall reaction: "CO2(g) + 8 H+ + 8 e- -> CH4(g) + 2 H2O(l)".
    adsorbate, reference, functional, coverage
        Of the adsorption energy: "CO", "CO(g)", "RPBE", "1/4 ML".
    window_ev
        Lowest and highest adsorption energy of the optimum, in eV.
    optimum_ev
        Adsorption energy of the summit, in eV.
    activity
        Quantity and unit of the activity: "log10(j / (mA/cm2))".
    conditions
        Temperature, pressures, potential in words; empty where none are stated.
    """

    title: str
    equation: str
    adsorbate: str
    reference: str
    functional: str
    coverage: str
    window_ev: tuple[float, float]
    optimum_ev: float
    activity: str
    conditions: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportContent:
    """Everything the document says. `catml.report.document.build_report` writes it.

    Attributes
    ----------
    title
        Heading of the document.
    question
        What was asked, in a sentence or two.
    reaction
        The reaction and its energies.
    candidates
        All candidates, best first: `surface`, `energy_ev`, `lower_ev`, `upper_ev` (90 % interval;
        NaN for none), `origin` ("known", "predicted", "extrapolated"), `probability_in_window`,
        `log10_activity`, `log10_activity_lower`, `log10_activity_upper`. Optional: `best_site`
        (id), `site_kind`, `site_subtype`, `site_atoms`, and `domain_reason` (why the row is an
        extrapolation).
    shortlist
        The rows of `candidates` that are proposed, in order.
    pictures
        For surfaces of the shortlist, the saved picture (SVG or PNG) of the slab.
    structures_folder
        Name of the folder with the structures of the shortlist; empty for none.
    structures_codes
        The codes it holds input files for: "vasp", "espresso", "gpaw".
    figures
        In the order in which they are to stand in their sections.
    scores
        `split`, `metric`, `value`, `low`, `high`, `n`, `unit`, optional `n_groups`. A grouped
        split must stand beside the random one.
    datasets
        One row per dataset, with text columns in the order to be shown; their names are the
        headings. A column `doi` becomes a link.
    method, extrapolation_notes, limits
        Paragraphs.
    references
        In the order of their numbers.
    versions
        Name and version of everything that matters.
    checksums
        Name and SHA-256 of every input.
    configuration
        The resolved workflow, as YAML.
    repeat
        The commands that make this document again, one per line.
    answer
        What came out, in a few sentences; written from the tables where it is empty.
    candidates_file
        Name of the CSV with all candidates, named where the table in the document is cut.
    """

    title: str
    question: str
    reaction: ReactionFacts
    candidates: pd.DataFrame
    shortlist: pd.DataFrame
    scores: pd.DataFrame
    datasets: pd.DataFrame
    figures: tuple[ReportFigure, ...] = ()
    pictures: Mapping[str, Path] = field(default_factory=dict)
    structures_folder: str = ""
    structures_codes: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    extrapolation_notes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    configuration: str = ""
    repeat: str = ""
    answer: str = ""
    candidates_file: str = "candidates.csv"
