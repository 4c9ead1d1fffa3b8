"""Measure how well the most stable site of held-out surfaces is found: N on bimetallic alloys.

    python benchmarks/stable_sites.py          # some minutes
    python benchmarks/stable_sites.py ridge    # another regressor than the default

Prints a table in Markdown: among the sites that the dataset knows, among all sites of the surface,
and among all sites weighed by the chance that an adsorbate stays there. Everything is learned
inside each training fold; folds share no composition.
"""

from __future__ import annotations

import sys
from typing import cast

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.models.regressors.names import RegressorName
from catml.validation.stable_site import StableSiteValidation, validate_stable_sites

METRICS = {
    "mae": "MAE / eV",
    "median_absolute_error": "median / eV",
    "bias": "bias / eV",
    "spearman": "Spearman",
    "coverage_90": "inside 90 %",
    "right_site": "right site",
    "right_site_kind": "right kind",
}


SITES = {
    "known": "those in the dataset",
    "enumerated": "all of the surface",
    "weighed": "all, by their chance to be a minimum",
}


def rows_of(done: StableSiteValidation) -> list[str]:
    """The lines of the table, one for each set of sites."""
    lines = []
    for sites, title in SITES.items():
        scores = done.scores[done.scores["sites"] == sites].set_index("metric")
        cells = [
            f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]"
            for score in (scores.loc[metric] for metric in METRICS)
        ]
        lines.append(f"| {title} | {scores['n'].iloc[0]} | " + " | ".join(cells) + " |")
    return lines


def main(regressor: RegressorName | None) -> None:
    """Print the table."""
    table = load_dataset("N")
    model = AdsorptionModel("N", regressor=regressor, descriptors="composition", n_jobs=1)
    print("| sites | surfaces | " + " | ".join(METRICS.values()) + " |")
    print("|---" * (len(METRICS) + 2) + "|")
    print("\n".join(rows_of(validate_stable_sites(model, table))))


if __name__ == "__main__":
    main(cast(RegressorName, sys.argv[1]) if len(sys.argv) > 1 else None)
