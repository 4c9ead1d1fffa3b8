"""Measure how well the most stable site of held-out surfaces is found: N on bimetallic alloys.

    python benchmarks/stable_sites.py          # about a quarter of an hour on 2 cores
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


def rows_of(done: StableSiteValidation, *, survival: bool) -> list[str]:
    """The lines of the table, one for each set of sites."""
    names = {"known": "those in the dataset", "enumerated": "all of the surface"}
    if survival:
        names = {"enumerated": "all, by their chance to be a minimum"}
    lines = []
    for sites, title in names.items():
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
    for survival in (False, True):
        done = validate_stable_sites(model, table, survival=survival)
        print("\n".join(rows_of(done, survival=survival)), flush=True)


if __name__ == "__main__":
    main(cast(RegressorName, sys.argv[1]) if len(sys.argv) > 1 else None)
