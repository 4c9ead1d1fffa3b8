"""Does a model of all CO tables together beat the models of each table alone, on that table?

    python benchmarks/sources.py            # about ten minutes on 2 cores
    python benchmarks/sources.py out.csv    # the predictions too

Five folds by composition over all tables together, so that no model learns anything of the elements
of a test row's surface from any table. In each fold the default model is fitted once to all rows of
the other folds and once per table to those of its own; nothing is tuned here. Prints one Markdown
row per table: errors of both, and the difference of the mean absolute errors with a 95 % bootstrap
interval that draws whole compositions.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.validation.calibration import group_draws
from catml.validation.metrics import mae, rmse
from catml.validation.splits import make_folds

ADSORBATE = "CO"
FOLDS = 5
MODELS = ("joint", "own")


def predict_both_ways(table: pd.DataFrame) -> pd.DataFrame:
    """Predict every row by a model of all tables and by one of its own table alone.

    Parameters
    ----------
    table
        Aligned dataset table of several sources.

    Returns
    -------
    DataFrame
        Indexed like the table: source, elements, truth_ev, and per model its energy, standard
        deviation and limits, named ``joint_energy_ev`` ....
    """
    parts = []
    for number, fold in enumerate(make_folds(table, "composition", folds=FOLDS)):
        train, test = table.iloc[fold.train], table.iloc[fold.test]
        result = test[["source", "elements"]].assign(truth_ev=test["energy_ev"])
        joint = _predicted(train, test, "joint")
        own = [_predicted(rows, test[test["source"] == key], "own") for key, rows in _by(train)]
        parts.append(result.join(joint).join(pd.concat(own)))
        print(f"fold {number + 1} of {FOLDS} done", file=sys.stderr)
    return pd.concat(parts).sort_index()


def _by(table: pd.DataFrame) -> Any:
    return table.groupby("source", sort=True)


def _predicted(train: pd.DataFrame, test: pd.DataFrame, name: str) -> pd.DataFrame:
    predicted = AdsorptionModel(ADSORBATE).fit(train).predict(test)
    wanted = ["energy_ev", "std_ev", "lower_ev", "upper_ev"]
    return predicted[wanted].add_prefix(f"{name}_")


def compare(predictions: pd.DataFrame) -> str:
    """The Markdown table of `predict_both_ways`."""
    lines = [
        "| table | n | compositions | MAE joint | MAE own | joint − own | RMSE joint | RMSE own | "
        "inside 90 %, joint | own |",
        "|---" * 10 + "|",
    ]
    for source, rows in _by(predictions):
        truth = rows["truth_ev"].to_numpy()
        error = {name: np.abs(rows[f"{name}_energy_ev"].to_numpy() - truth) for name in MODELS}
        difference = error["joint"] - error["own"]
        draws = group_draws(rows["elements"].to_numpy(dtype=str), seed=0)
        low, high = np.percentile([difference[draw].mean() for draw in draws], [2.5, 97.5])
        energies = [rows[f"{name}_energy_ev"] for name in MODELS]
        covered = [
            rows["truth_ev"].between(rows[f"{name}_lower_ev"], rows[f"{name}_upper_ev"]).mean()
            for name in MODELS
        ]
        cells = [
            str(source),
            f"{len(rows):,}",
            str(rows["elements"].nunique()),
            *(f"{mae(truth, energy):.4f}" for energy in energies),
            f"{difference.mean():+.4f} [{low:+.4f}, {high:+.4f}]",
            *(f"{rmse(truth, energy):.4f}" for energy in energies),
            *(f"{100 * share:.0f} %" for share in covered),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(files: list[str]) -> None:
    """Measure, print the table, and write the predictions where a file is named."""
    predictions = predict_both_ways(load_dataset(ADSORBATE))
    print(compare(predictions))
    for name in files:
        predictions.to_csv(name)


if __name__ == "__main__":
    main(sys.argv[1:])
