"""Measure what the applicability domain is worth: errors outside its flag and inside.

    python benchmarks/domain.py                # both tables, about eight minutes on 2 cores
    python benchmarks/domain.py ma2015         # one of them

Every row is predicted by a model that did not see it: folds of whole compositions, one host metal
left out at a time, or one element left out at a time (the test rows are all that hold it, so a
row is judged once per element). A model without a host or element flags nearly every row that has
it, so what these two splits flag is compared with the rows inside of the composition split.
Prints Markdown. Nothing is chosen on the test rows: flag and score are as the model's training
rows make them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.validation.crossval import cross_validate
from catml.validation.domain_measures import error_by_score, flag_measures

METRICS = {
    "mae_inside": "MAE inside / eV",
    "mae_outside": "MAE flagged / eV",
    "error_ratio": "flagged over inside",
    "false_alarms": "false alarms",
    "missed": "missed",
}
_FEWEST_TEST_ROWS = 5


@dataclass(frozen=True)
class Case:
    """A table and model to judge; `rows` limits a large table to whole compositions."""

    key: str
    title: str
    adsorbate: str
    source: str
    model: AdsorptionModel
    host_folds: int | None
    rows: int | None = None
    elements: int | None = None


CASES = (
    Case(
        "ma2015",
        "CO, Ma 2015, Gaussian process, no DFT",
        "CO",
        "ma2015",
        AdsorptionModel("CO", regressor="gaussian_process", n_jobs=1),
        None,
    ),
    Case(
        "mamun2019",
        "N, Mamun 2019 (part), boosted trees, no DFT",
        "N",
        "mamun2019",
        AdsorptionModel("N", regressor="xgboost", n_jobs=1),
        10,
        rows=1500,
        elements=10,
    ),
)


def load(case: Case, *, seed: int = 0) -> pd.DataFrame:
    """Return the usable rows of a case: whole compositions, drawn until there are enough."""
    table = load_dataset(case.adsorbate)
    attributes = dict(table.attrs)
    table = table[(table["source"] == case.source) & (table["status"] == "ok")]
    if case.rows is not None:
        sizes = table["elements"].value_counts().sort_index()
        drawn = sizes.iloc[np.random.default_rng(seed).permutation(len(sizes))]
        table = table[table["elements"].isin(drawn.index[drawn.cumsum() <= case.rows])]
    table = table.reset_index(drop=True)
    table.attrs.update(attributes)
    return table


def leave_elements_out(case: Case, table: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Predict the rows with an element by a model of the rows without it, element by element."""
    held = table["elements"].str.split("-")
    symbols = sorted({symbol for present in held for symbol in present})
    if case.elements is not None:
        symbols = sorted(np.random.default_rng(seed).choice(symbols, case.elements, replace=False))
    pieces = []
    for symbol in symbols:
        with_it = np.array([symbol in present for present in held])
        if with_it.sum() < _FEWEST_TEST_ROWS:
            continue
        model = AdsorptionModel(**case.model.get_params()).fit(table[~with_it])
        tested = table[with_it]
        pieces.append(
            model.predict(tested).assign(truth_ev=tested["energy_ev"].to_numpy(), group=symbol)
        )
    return pd.concat(pieces, ignore_index=True)


def predictions_of(case: Case, table: pd.DataFrame, split: str) -> pd.DataFrame:
    """Return the held-out predictions of one split."""
    if split == "element":
        return leave_elements_out(case, table)
    folds = 5 if split == "composition" else case.host_folds
    return cross_validate(case.model, table, split=split, folds=folds, n_jobs=2).predictions


def measure(parts: dict[str, pd.DataFrame]) -> tuple[list[str], list[str]]:
    """Return the rows of both tables, as Markdown, from the predictions of the three splits."""
    composition = parts["composition"]
    inside = composition[composition["in_domain"]]
    flags, rises = [], []
    for split, predictions in parts.items():
        compared = predictions
        if split != "composition":
            flagged = predictions[~predictions["in_domain"]]
            compared = pd.concat([inside, flagged], ignore_index=True)
        table = flag_measures(compared).set_index("metric")
        n = f"{table.loc['mae_inside', 'n']} / {table.loc['mae_outside', 'n']}"
        within = flag_measures(predictions).set_index("metric").loc["score_correlation"]
        cells = [_cell(table.loc[name]) for name in METRICS]
        flags.append(" | ".join([split, n, *cells, _cell(within)]))
        for row in error_by_score(predictions).itertuples():
            ends = f"{row.score_from:.2f} to {row.score_to:.2f}"
            error = f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"
            rises.append(f"{split} | {ends} | {row.n} | {error}")
    return flags, rises


def _cell(row: pd.Series) -> str:
    digits = 3 if row["unit"] == "eV" else 2
    value, low, high = (f"{row[name]:.{digits}f}" for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def main(wanted: list[str]) -> None:
    """Print the measures of the flag, then how the error rises with the score."""
    flags, rises = [], []
    for case in CASES:
        if wanted and case.key not in wanted:
            continue
        table = load(case)
        parts = {}
        for split in ("composition", "host", "element"):
            parts[split] = predictions_of(case, table, split)
            print(f"{case.key} {split} done", file=sys.stderr)
        of_flag, of_score = measure(parts)
        flags += [f"| {case.title} | {row} |" for row in of_flag]
        rises += [f"| {case.title} | {row} |" for row in of_score]
    heads = " | ".join(METRICS.values())
    print(f"| data, model | split | n inside / flagged | {heads} | score and error, Spearman |")
    print("|---" * (len(METRICS) + 4) + "|")
    print("\n".join(flags))
    print("\n| data, model | split | domain score | n | MAE / eV |\n|---|---|---|---|---|")
    print("\n".join(rises))


if __name__ == "__main__":
    main(sys.argv[1:])
