"""A whole document's content, made from the synthetic tables."""

import pandas as pd

from catml.report.content import ReactionFacts, Reference, ReportContent, ReportFigure
from catml.report.figures_map import heat_map_figure
from catml.report.figures_ranking import ranking_figure, site_energy_figure
from catml.report.figures_validation import (
    calibration_figure,
    group_error_figure,
    parity_figure,
)
from catml.report.figures_volcano import volcano_figure
from catml.report.files import save_figure

from . import synthetic

REACTION = ReactionFacts(
    title="Electrochemical reduction of carbon dioxide",
    equation="CO2(g) + 8 H+ + 8 e- -> CH4(g) + 2 H2O(l)",
    adsorbate="CO",
    reference="CO(g)",
    functional="RPBE",
    coverage="1/4 ML",
    window_ev=synthetic.WINDOW_EV,
    optimum_ev=-0.67,
    activity=synthetic.ACTIVITY,
    conditions="298.15 K; electrode potential as in the kinetic model",
)
REFERENCES = (
    Reference(
        citation="X. Ma, Z. Li, L. E. K. Achenie, H. Xin, J. Phys. Chem. Lett. 6, 3528 (2015)",
        doi="10.1021/acs.jpclett.5b01660",
        used_for="adsorption energies",
    ),
    Reference(
        citation="X. Liu et al., Nat. Commun. 8, 15438 (2017)",
        doi="10.1038/ncomms15438",
    ),
)


def datasets():
    return pd.DataFrame(
        {
            "Dataset": ["ma2015", "xu2022"],
            "What": ["CO on {100} alloys, on top", "CO on metals and alloys, several facets"],
            "Rows used": ["281", "1,034"],
            "Left out": ["14 duplicates", "61 without a site"],
            "Functional": ["RPBE", "BEEF-vdW, shifted by 0.06 ± 0.02 eV (n = 17)"],
            "Coverage": ["1/4 ML", "1/9–1/4 ML"],
            "Licence": ["MIT", "CC BY 4.0"],
            "DOI": ["10.1021/acs.jpclett.5b01660", "10.1038/s43588-022-00280-7"],
        }
    )


def draw_all():
    """Return name → (section, title, wide, (figure, data)) of every kind of figure."""
    table = synthetic.candidates()
    shortlist = table[table["shortlisted"]]
    energies = {"adsorbate": "CO", "window_ev": synthetic.WINDOW_EV}
    volcano = volcano_figure(
        synthetic.volcano_curve(),
        table,
        activity_label=synthetic.ACTIVITY,
        published=synthetic.published_points(),
        **energies,
    )
    sites = site_energy_figure(synthetic.site_energies(), **energies)
    parity = parity_figure(synthetic.predictions(), adsorbate="CO", scores=synthetic.scores())
    errors = group_error_figure(
        synthetic.group_errors(), label="MAE / eV", grouping="host metal", overall=0.141
    )
    return {
        "volcano": ("volcano", "Volcano", False, volcano),
        "ranking": ("volcano", "Ranking", True, ranking_figure(shortlist, **energies)),
        "sites": ("volcano", "Energies of the sites", True, sites),
        "parity": ("validation", "Predicted against tabulated energies", True, parity),
        "calibration": (
            *("validation", "Calibration of the intervals", False),
            calibration_figure(synthetic.coverage()),
        ),
        "errors": ("validation", "Error by host metal", False, errors),
        "map": (
            *("candidates", "Hosts and guests", True),
            heat_map_figure(table, adsorbate="CO", optimum_ev=-0.67),
        ),
    }


def save_all(folder):
    """Save every figure under `folder` and return them as the document wants them."""
    figures = []
    for name, (section, title, wide, (figure, data)) in draw_all().items():
        files = save_figure(figure, data, folder / "figures", name)
        figures.append(
            ReportFigure(
                file=files.svg.relative_to(folder),
                section=section,
                title=title,
                caption="What to see in it, in a sentence or two, and how it was made.",
                data_file=f"figures/{name}.csv",
                wide=wide,
            )
        )
    return tuple(figures)


def content(**changes):
    """Return a document's content, by default without figures."""
    table = synthetic.candidates()
    values = {
        "title": "CO2 reduction on alloy skins and overlayers",
        "question": "Copper binds CO a little too weakly. Which alloy surfaces bind it right?",
        "reaction": REACTION,
        "candidates": table,
        "shortlist": table[table["shortlisted"]],
        "scores": synthetic.scores(),
        "datasets": datasets(),
        "method": ("A Gaussian process on descriptors of the site's surroundings.",),
        "extrapolation_notes": ("No surface with Hf or Re is in the training data.",),
        "limits": ("One constant turns every adsorption energy into a free energy.",),
        "references": REFERENCES,
        "versions": {"catml": "0.1.0", "numpy": "2.4.0"},
        "checksums": {"ma2015.csv": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15"},
        "configuration": "reaction: co2_reduction\nmodel:\n  seed: 0\n",
        "repeat": "pip install catml==0.1.0\ncatml run workflow.yaml --out runs/co2",
    }
    return ReportContent(**{**values, **changes})
