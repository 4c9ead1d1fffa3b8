"""The figures of a run, drawn from its tables and saved with their data beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from catml.report.content import ReportFigure, Section
from catml.report.figures_map import heat_map_figure
from catml.report.figures_ranking import ranking_figure, site_energy_figure
from catml.report.figures_validation import (
    calibration_figure,
    group_error_figure,
    parity_figure,
)
from catml.report.figures_volcano import volcano_figure
from catml.report.files import save_figure
from catml.report.slab_pictures import slab_figure
from catml.structures.adsorbates import place
from catml.structures.sites import find_sites
from catml.structures.surface import Surface
from catml.validation.calibration import calibration_table, group_errors
from catml.workflow.descriptor_maps import draw_descriptor_map
from catml.workflow.screening import Screening
from catml.workflow.steps import candidate_sites

FOLDER = "figures"
# A bar chart of more groups than this cannot be read.
_MOST_GROUPS = 30
_LABELS = {"host": "host metal", "composition": "composition", "family": "structure family"}


def draw_figures(screening: Screening, folder: Path) -> tuple[ReportFigure, ...]:
    """Draw and save every figure of a run; return them in the order of the report.

    Parameters
    ----------
    screening
        The run.
    folder
        Its folder; the figures go into ``figures`` below it.
    """
    return tuple(_figures(screening, folder))


def _figures(screening: Screening, folder: Path) -> Iterator[ReportFigure]:
    yield from _volcano(screening, folder)
    yield from _validation(screening, folder)
    yield _map(screening, folder)
    yield from _candidates(screening, folder)


def _volcano(screening: Screening, folder: Path) -> Iterator[ReportFigure]:
    reaction, shortlist = screening.reaction, screening.shortlist
    window = (reaction.window.low_ev, reaction.window.high_ev)
    adsorbate = reaction.descriptor.adsorbate
    marked = screening.candidates.assign(
        shortlisted=screening.candidates["surface"].isin(shortlist["surface"])
    )
    drawn = volcano_figure(
        reaction.volcano.curve(),
        marked,
        adsorbate=adsorbate,
        window_ev=window,
        activity_label=reaction.volcano.activity_label,
        published=reaction.points_table(),
    )
    yield _saved(
        drawn,
        folder,
        name="volcano",
        section="volcano",
        title=reaction.title,
        caption=(
            f"Volcano line: {reaction.volcano.quantity} over the adsorption energy of "
            f"{adsorbate}. a: the pure metals. b: the shortlist around the optimum window "
            f"(shaded). Bars are 90 % intervals. Crosses: {reaction.points_note}"
        ),
    )
    if not len(shortlist):
        return
    yield _saved(
        ranking_figure(shortlist, adsorbate=adsorbate, window_ev=window),
        folder,
        name="ranking",
        section="volcano",
        title="Shortlist",
        caption=(
            "Adsorption energy at the most stable site with its 90 % interval, and the "
            "probability that it lies in the optimum window."
        ),
        wide=True,
    )
    by_rank = {name: rank for rank, name in enumerate(shortlist["surface"])}
    sites = screening.sites[screening.sites["surface"].isin(by_rank)]
    sites = sites.sort_values("surface", key=lambda names: names.map(by_rank), kind="stable")
    yield _saved(
        site_energy_figure(sites, adsorbate=adsorbate, window_ev=window),
        folder,
        name="sites",
        section="volcano",
        title="Sites of the shortlisted surfaces",
        caption=(
            "Adsorption energy at every distinct site with its 90 % interval; the filled marker "
            "is the most stable one. Sites closer than their intervals cannot be told apart."
        ),
        wide=True,
    )


def _validation(screening: Screening, folder: Path) -> Iterator[ReportFigure]:
    adsorbate = screening.reaction.descriptor.adsorbate
    held_out = {name: cv.predictions for name, cv in screening.validations.items()}
    parity = {
        # The figures call the calculated energy energy_ev, the held-out prediction predicted_ev.
        name: table.rename(columns={"energy_ev": "predicted_ev", "truth_ev": "energy_ev"})
        for name, table in held_out.items()
    }
    yield _saved(
        parity_figure(parity, adsorbate=adsorbate, scores=screening.scores),
        folder,
        name="parity",
        section="validation",
        title="Predicted against calculated energies of held-out rows",
        caption=(
            "Each row was predicted by a model that had not seen it. The random split leaves "
            "other rows of the same material in the training data; the grouped splits do not."
        ),
        wide=len(held_out) > 1,
    )
    coverage = pd.concat(
        [calibration_table(table).assign(split=name) for name, table in held_out.items()]
    )
    yield _saved(
        calibration_figure(coverage),
        folder,
        name="calibration",
        section="validation",
        title="Are the stated uncertainties right?",
        caption=(
            "Share of held-out energies inside the central interval of a given content. On the "
            "diagonal the uncertainty is right; below it, it is too small."
        ),
    )
    for split, table in held_out.items():
        if split not in _LABELS or table["group"].nunique() > _MOST_GROUPS:
            continue
        yield _saved(
            group_error_figure(group_errors(table), label="MAE / eV", grouping=_LABELS[split]),
            folder,
            name=f"errors-by-{split}",
            section="validation",
            title=f"Error by {_LABELS[split]}",
            caption=(
                f"Mean absolute error for a {_LABELS[split]} left out of the training data "
                "entirely, with its 95 % interval."
            ),
        )


def _map(screening: Screening, folder: Path) -> ReportFigure:
    """One point per candidate: its most stable site."""
    candidates = screening.candidates
    sites = candidate_sites(screening.space).set_index(["surface", "site"])
    best = pd.MultiIndex.from_frame(candidates[["surface", "best_site"]])
    outside = ~candidates["in_domain"].to_numpy(dtype=bool)
    drawn = draw_descriptor_map(screening.model, sites.loc[best].reset_index(), outside)
    data = drawn[1]
    alone = int((data["uncharted"] & (data["role"] == "candidate")).sum())
    return _saved(
        drawn,
        folder,
        name="descriptor-map",
        section="extrapolation",
        title="Where the training data and the candidates lie",
        caption=(
            "Each point is a site, described by all the numbers the model learns from; the two "
            "axes are the directions in which these differ most. The closer two points, the more "
            f"alike the sites. Of {len(candidates):,} candidates, each drawn at its most stable "
            f"site, {int(outside.sum()):,} are outside what the model was trained on, for any of "
            f"the reasons in the table; {alone:,} are in groups of similar sites (numbered) that "
            "hold no training row at all. A point outside may still lie among grey rings, where "
            "it differs in a direction the picture does not show."
        ),
    )


def _candidates(screening: Screening, folder: Path) -> Iterator[ReportFigure]:
    alloys = screening.candidates[screening.candidates["guest"] != ""]
    if not len(alloys):
        return
    energy_ev, _ = screening.reaction.volcano.apex()
    yield _saved(
        heat_map_figure(
            alloys, adsorbate=screening.reaction.descriptor.adsorbate, optimum_ev=energy_ev
        ),
        folder,
        name="hosts-and-guests",
        section="candidates",
        title="Hosts and guests",
        caption=(
            "Adsorption energy of each pair's best-ranked surface; white is the optimum. "
            "Hatched: extrapolated. Dots: known from a dataset."
        ),
        wide=True,
    )


def _saved(
    drawn: tuple[Figure, pd.DataFrame],
    folder: Path,
    *,
    name: str,
    section: Section,
    title: str,
    caption: str,
    wide: bool = False,
) -> ReportFigure:
    files = save_figure(*drawn, folder / FOLDER, name)
    return ReportFigure(
        file=files.svg.relative_to(folder),
        data_file=str(files.csv.relative_to(folder)),
        section=section,
        title=title,
        caption=caption,
        wide=wide,
    )


def draw_slab_pictures(screening: Screening, folder: Path) -> dict[str, Path]:
    """Draw the shortlisted slabs with the adsorbate on the most stable site.

    Returns
    -------
    dict
        For each surface, its picture relative to `folder`.
    """
    pictures = {}
    chosen = zip(screening.shortlist["surface"], screening.shortlist["best_site"], strict=True)
    for number, (name, best_site) in enumerate(chosen, start=1):
        slab = Surface(name).slab()
        sites = find_sites(slab)
        best = next(site for site in sites if site.id == best_site)
        covered = place(slab, best, screening.reaction.descriptor.adsorbate)
        drawn = slab_figure(slab, sites, best=best.id, with_adsorbate=covered)
        files = save_figure(*drawn, folder / FOLDER, f"slab-{number:02d}")
        pictures[name] = files.png.relative_to(folder)
    return pictures
