"""Measure the accuracy table of the README: every dataset × descriptors × split, held out.

    python benchmarks/accuracy.py            # everything, about ten minutes on 2 cores
    python benchmarks/accuracy.py ma2015     # one block

Prints Markdown. Nothing is tuned here: models are taken as they come from `AdsorptionModel`, and
everything is fitted inside each training fold.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import pandas as pd

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel, Descriptors
from catml.validation.crossval import CrossValidation, cross_validate

METRICS = ("rmse", "mae", "median_absolute_error")


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
        "geometry",
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


def measure(block: Block) -> list[str]:
    """Return the rows of one block as Markdown."""
    table = load_dataset(block.adsorbate)
    attributes = dict(table.attrs)
    table = table[table["source"].isin(block.sources)].reset_index(drop=True)
    table.attrs.update(attributes)
    rows = []
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
        rows.append(_row(block, split, folds, done))
        print(f"{block.key} {split}: {seconds:.0f} s", file=sys.stderr)
    return rows


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


def _cell(score: pd.Series) -> str:
    return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]"


def main(wanted: list[str]) -> None:
    """Print the table of the wanted blocks."""
    print("| data, descriptors | split | n | RMSE / eV | MAE / eV | median / eV | inside 90 % |")
    print("|---|---|---|---|---|---|---|")
    for block in BLOCKS:
        if not wanted or block.key in wanted:
            for row in measure(block):
                print(row, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
