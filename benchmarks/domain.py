"""Measure what the applicability domain is worth: errors outside its flag and inside.

    python benchmarks/domain.py                # all tables, about fifteen minutes on 2 cores
    python benchmarks/domain.py ma2015         # one of them

Every row is predicted by a model that did not see it: folds of rows, folds of whole compositions,
one host metal left out at a time, or one element (the test rows are all that hold it, so a row is
judged once per element). A model without a host or element flags every row that has it, so what
these two splits flag is compared with the rows inside of the composition split. Of the large
tables some folds are taken, never chosen by their results. Prints three Markdown tables: the flag,
how three measures of novelty tell large errors, and the error along the domain score. Nothing is
chosen on the test rows: flag and score are as the model's training rows make them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.models.domain.distances import leverage, nearest_distance
from catml.validation.domain_measures import error_by_score, flag_measures, separation
from catml.validation.metrics import spearman
from catml.validation.splits import make_folds, split_groups

METRICS = {
    "mae_inside": "MAE inside / eV",
    "mae_outside": "MAE flagged / eV",
    "error_ratio": "flagged over inside",
    "false_alarms": "false alarms",
    "missed": "missed",
}
MEASURES = {
    "score": "domain score",
    "distance": "distance to 3 neighbours",
    "leverage": "leverage",
    "std": "the model's standard deviation",
}
# A flag by these says something new was met, and is judged against rows with nothing new.
_OF_NOVELTY = ("host", "element")


@dataclass(frozen=True)
class Case:
    """A table and model to judge.

    Attributes
    ----------
    key, title
        For the command line, and for print.
    sources
        Datasets of the table.
    model
        Unfitted.
    splits
        Split → number of folds to make (None: one per group) and how many of them to take.
    """

    key: str
    title: str
    sources: tuple[str, ...]
    model: AdsorptionModel
    splits: Mapping[str, tuple[int | None, int | None]]


CASES = (
    Case(
        "ma2015",
        "CO, Ma 2015, no DFT",
        ("ma2015",),
        AdsorptionModel("CO", n_jobs=1),
        {
            "random": (10, None),
            "composition": (10, None),
            "host": (None, None),
            "element": (None, None),
        },
    ),
    Case(
        "mamun2019",
        "N, Mamun 2019, no DFT",
        ("mamun2019",),
        AdsorptionModel("N", n_jobs=1),
        {"random": (5, 2), "composition": (5, 2), "host": (10, 3), "element": (6, None)},
    ),
    Case(
        "co",
        "CO, all three tables, no DFT",
        ("gaspy2018", "ma2015", "xu2022"),
        AdsorptionModel("CO", n_jobs=1),
        {"random": (5, 1), "composition": (5, 1), "element": (4, None)},
    ),
)


def load(case: Case) -> pd.DataFrame:
    """Return the usable rows of a case."""
    table = load_dataset(case.model.adsorbate)
    attributes = dict(table.attrs)
    table = table[table["source"].isin(case.sources) & (table["status"] == "ok")]
    table = table.reset_index(drop=True)
    table.attrs.update(attributes)
    return table


def predictions_of(case: Case, table: pd.DataFrame, split: str) -> pd.DataFrame:
    """Return the held-out predictions of one split, and every measure of novelty."""
    number, taken = case.splits[split]
    by = "composition" if split in ("random", "element") else split
    groups = split_groups(table, by)
    pieces = []
    for fold in make_folds(table, split, folds=number)[:taken]:
        model = clone(case.model).fit(table.iloc[fold.train])
        tested = table.iloc[fold.test]
        group = groups[fold.test] if split != "element" else fold.held_out[0]
        pieces.append(
            model.predict(tested)
            .assign(truth_ev=tested["energy_ev"].to_numpy(), group=group)
            .assign(**measures_of(model, tested))
        )
    return pd.concat(pieces, ignore_index=True)


def measures_of(model: AdsorptionModel, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return every measure of novelty of the rows of a table."""
    X = model.featurizer_.transform(table).to_numpy(dtype=np.float64)
    Z, reference = model.domain_.scaling.apply(X), model.domain_.reference
    return {
        "distance": nearest_distance(Z, reference),
        "leverage": leverage(Z, reference),
        "std": model.regressor_.predict(X, return_std=True)[1],
    }


def flag_row(split: str, predictions: pd.DataFrame, inside: pd.DataFrame) -> str:
    """Return what the flag of a split is worth, as Markdown."""
    compared = predictions
    if split in _OF_NOVELTY:
        flagged = predictions[~predictions["in_domain"]]
        compared = pd.concat([inside, flagged], ignore_index=True)
    table = flag_measures(compared).set_index("metric")
    n = f"{table.loc['mae_inside', 'n']} / {table.loc['mae_outside', 'n']}"
    share = f"{100 * (1 - predictions['in_domain'].mean()):.1f} %"
    return " | ".join([split, n, share, *(_cell(table.loc[name]) for name in METRICS)])


def measure_row(split: str, predictions: pd.DataFrame) -> str:
    """Return how well each measure tells large errors, as Markdown."""
    error = (predictions["energy_ev"] - predictions["truth_ev"]).abs().to_numpy()
    columns = {"score": "domain_score"}
    cells = []
    for name in MEASURES:
        values = predictions[columns.get(name, name)].to_numpy()
        most = values >= np.quantile(values, 0.9)
        ratio = error[most].mean() / error[~most].mean()
        cells.append(f"{separation(error, values):.2f}, {spearman(error, values):.2f}, {ratio:.1f}")
    return " | ".join([split, str(len(error)), *cells])


def rise_rows(split: str, predictions: pd.DataFrame) -> list[str]:
    """Return the error along the domain score, as Markdown."""
    rows = []
    for row in error_by_score(predictions).itertuples():
        ends = f"{row.score_from:.2f} to {row.score_to:.2f}"
        error = f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"
        rows.append(f"{split} | {ends} | {row.n} | {error}")
    return rows


def _cell(row: pd.Series) -> str:
    digits = 3 if row["unit"] == "eV" else 2
    value, low, high = (f"{row[name]:.{digits}f}" for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def main(wanted: list[str]) -> None:
    """Print the three tables of the wanted cases."""
    flags, told, rises = [], [], []
    for case in CASES:
        if wanted and case.key not in wanted:
            continue
        table = load(case)
        parts = {}
        for split in case.splits:
            parts[split] = predictions_of(case, table, split)
            print(f"{case.key} {split} done", file=sys.stderr)
        composition = parts["composition"]
        inside = composition[composition["in_domain"]]
        for split, predictions in parts.items():
            flags.append(f"| {case.title} | {flag_row(split, predictions, inside)} |")
            told.append(f"| {case.title} | {measure_row(split, predictions)} |")
            rises += [f"| {case.title} | {row} |" for row in rise_rows(split, predictions)]
    print(f"| data | split | n inside / flagged | flagged | {' | '.join(METRICS.values())} |")
    print("|---" * (len(METRICS) + 4) + "|")
    print("\n".join(flags))
    print(
        "\nArea under the curve for errors above twice the median, Spearman's correlation, and the"
    )
    print("error of the tenth of the rows with the largest value over that of the others:\n")
    print(f"| data | split | n | {' | '.join(MEASURES.values())} |")
    print("|---" * (len(MEASURES) + 3) + "|")
    print("\n".join(told))
    print("\n| data | split | domain score | n | MAE / eV |\n|---|---|---|---|---|")
    print("\n".join(rises))


if __name__ == "__main__":
    main(sys.argv[1:])
