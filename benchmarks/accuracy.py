"""Measure the accuracy table of the README: every dataset × descriptors × split, held out.

    python benchmarks/accuracy.py            # everything, about ten minutes on 2 cores
    python benchmarks/accuracy.py ma2015     # one block

Prints two tables in Markdown: how good the energies are, then how good the uncertainties are
(measures of `catml.validation.uncertainty_scores`, and the labels with at least 20 rows of which
the fewest lie inside their 90 % interval). Nothing is tuned here: models are taken as they come
from `AdsorptionModel`, and everything is fitted inside each training fold.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel, Descriptors
from catml.validation.crossval import CrossValidation, cross_validate
from catml.validation.group_coverage import coverage_by, site_labels
from catml.validation.uncertainty_scores import uncertainty_table

METRICS = ("rmse", "mae", "median_absolute_error")
UNCERTAINTY = {
    "miscalibration_area": "miscalibration area",
    "ence": "ENCE",
    "sharpness": "sharpness / eV",
    "dispersion": "dispersion",
    "negative_log_likelihood": "NLL per row",
    "error_correlation": "Spearman of error and std",
}
_FEWEST_ROWS = 20


@dataclass(frozen=True)
class Block:
    """One table and model to be measured on several splits (split, folds; None: one per group)."""

    key: str
    title: str
    adsorbate: str
    sources: tuple[str, ...]
    descriptors: Descriptors
    splits: tuple[tuple[str, int | None], ...]


BLOCKS = (
    Block(
        "ma2015-dft",
        "CO, {100} alloys (Ma 2015), DFT d-band moments",
        "CO",
        ("ma2015",),
        "d_band",
        (("random", 10), ("composition", 10), ("family", None), ("host", None)),
    ),
    Block(
        "ma2015-dft-geometry",
        "CO, {100} alloys (Ma 2015), DFT d-band moments and geometry",
        "CO",
        ("ma2015",),
        "d_band_and_geometry",
        (("random", 10), ("composition", 10), ("family", None), ("host", None)),
    ),
    Block(
        "ma2015",
        "CO, {100} alloys (Ma 2015), no DFT",
        "CO",
        ("ma2015",),
        "geometry",
        (("random", 10), ("composition", 10), ("family", None), ("host", None)),
    ),
    Block(
        "co2-workflow",
        "CO, Ma 2015 + Xu 2022 aligned to RPBE, no DFT",
        "CO",
        ("ma2015", "xu2022"),
        "geometry",
        (("random", 5), ("composition", 5), ("host", None)),
    ),
    Block(
        "co",
        "CO, all three tables aligned to RPBE, no DFT",
        "CO",
        ("gaspy2018", "ma2015", "xu2022"),
        "composition",
        (("random", 5), ("composition", 5)),
    ),
    Block(
        "n",
        "N, bimetallic alloys (Mamun 2019), no DFT",
        "N",
        ("mamun2019",),
        "geometry",
        (("random", 5), ("composition", 5), ("host", 10)),
    ),
)


def measure(block: Block) -> Iterator[tuple[str, str]]:
    """Yield, split by split, the rows of a block in the two tables, as Markdown."""
    table = load_dataset(block.adsorbate)
    attributes = dict(table.attrs)
    wanted = table["source"].isin(block.sources) & (table["status"] == "ok")
    table = table[wanted].reset_index(drop=True)
    table.attrs.update(attributes)
    for split, folds in block.splits:
        start = time.perf_counter()
        done = cross_validate(
            AdsorptionModel(block.adsorbate, descriptors=block.descriptors),
            table,
            split=split,
            folds=folds,
            n_jobs=2,
        )
        seconds = time.perf_counter() - start
        print(f"{block.key} {split}: {seconds:.0f} s", file=sys.stderr)
        yield _row(block, split, folds, done), _uncertainty_row(block, split, done, table)


def _row(block: Block, split: str, folds: int | None, done: CrossValidation) -> str:
    scores = done.scores.set_index("metric")
    first = scores.iloc[0]
    how = f"{folds}-fold" if folds else "one at a time"
    groups = "" if split == "random" else f" in {first['n_groups']} groups"
    cells = [_cell(scores.loc[metric]) for metric in METRICS]
    coverage = scores.loc["coverage_90"]
    shares = [f"{100 * coverage[name]:.0f}" for name in ("value", "low", "high")]
    covered = f"{shares[0]} % [{shares[1]}, {shares[2]}]"
    return (
        f"| {block.title} | {split}, {how} | {first['n']}{groups} | "
        + " | ".join([*cells, covered])
        + " |"
    )


def _uncertainty_row(block: Block, split: str, done: CrossValidation, table: pd.DataFrame) -> str:
    scores = uncertainty_table(done.predictions, split=split).set_index("metric")
    predictions = done.predictions
    inside = predictions["truth_ev"].between(predictions["lower_ev"], predictions["upper_ev"])
    coverage = coverage_by(inside, table["elements"], site_labels(table))
    coverage = coverage[coverage["n"] >= _FEWEST_ROWS]
    least = coverage.sort_values("value", kind="stable").drop_duplicates("kind").sort_index()
    worst = "; ".join(
        f"{row.kind} {row.label} {100 * row.value:.0f} % "
        f"[{100 * row.low:.0f}, {100 * row.high:.0f}], n = {row.n}"
        for row in least.itertuples()
    )
    cells = [_cell(scores.loc[metric]) for metric in UNCERTAINTY]
    return f"| {block.title} | {split} | {done.n} | " + " | ".join([*cells, worst]) + " |"


def _cell(score: pd.Series) -> str:
    return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]"


def main(wanted: list[str]) -> None:
    """Print both tables of the wanted blocks."""
    print("| data, descriptors | split | n | RMSE / eV | MAE / eV | median / eV | inside 90 % |")
    print("|---|---|---|---|---|---|---|")
    uncertainty = []
    for block in BLOCKS:
        if not wanted or block.key in wanted:
            for row, uncertainty_row in measure(block):
                print(row, flush=True)
                uncertainty.append(uncertainty_row)
    names = " | ".join(UNCERTAINTY.values())
    print(f"\n| data, descriptors | split | n | {names} | least covered |")
    print("|---" * (len(UNCERTAINTY) + 4) + "|")
    print("\n".join(uncertainty))


if __name__ == "__main__":
    main(sys.argv[1:])
