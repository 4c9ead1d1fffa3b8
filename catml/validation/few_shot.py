"""How few calculations of one's own a model needs to be right about a new host metal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from catml.validation.calibration import group_draws
from catml.validation.metrics import middle_of
from catml.validation.splits import make_folds

Teach = Callable[[Any, pd.DataFrame, pd.DataFrame], Any]
"""Unfitted model, rows of the other hosts, labelled rows of the new host → fitted model."""


def few_shot_curve(
    model: Any,
    table: pd.DataFrame,
    *,
    shots: Sequence[int] = (0, 1, 3, 5, 10),
    draws: int = 5,
    teach: Teach | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return errors for rows of an unseen host against how many of its rows are labelled.

    Each host metal is left out in turn; of its rows some are drawn and given to the model, which
    is judged on the rest. The draws of more rows hold those of fewer.

    Parameters
    ----------
    model
        Unfitted table model.
    table
        Dataset table with `host` and `energy_ev`.
    shots
        Numbers of labelled rows.
    draws
        Draws for each host; with no labelled row one is enough.
    teach
        How the labelled rows are given to the model; by default it is fitted to them together
        with the rows of the other hosts. `fit_and_adapt` is the other way.
    seed
        Of the draws.

    Returns
    -------
    DataFrame
        `n_labelled`, `value` (RMSE, eV), `low`, `high` (95 % bootstrap over hosts), `n` (rows
        judged, all draws together).
    """
    give = teach or _fit_to_all
    rows = []
    for count in shots:
        errors: list[NDArray[np.float64]] = []
        hosts: list[NDArray[np.str_]] = []
        for number, fold in enumerate(make_folds(table, "host", folds=None)):
            others, new = table.iloc[fold.train], table.iloc[fold.test]
            for draw in range(draws if count else 1):
                order = np.random.default_rng([seed, number, draw]).permutation(len(new))
                labelled, judged = new.iloc[order[:count]], new.iloc[order[count:]]
                fitted = give(clone(model), others, labelled)
                predicted = fitted.predict(judged)["energy_ev"].to_numpy(dtype=np.float64)
                errors.append(predicted - judged["energy_ev"].to_numpy(dtype=np.float64))
                hosts.append(np.full(len(judged), fold.held_out[0]))
        squares = np.concatenate(errors) ** 2
        drawn = [np.sqrt(squares[draw].mean()) for draw in group_draws(np.concatenate(hosts), seed)]
        rmse = float(np.sqrt(squares.mean()))
        rows.append((count, rmse, *middle_of(drawn), len(squares)))
    return pd.DataFrame(rows, columns=["n_labelled", "value", "low", "high", "n"])


def fit_and_adapt(model: Any, others: pd.DataFrame, labelled: pd.DataFrame) -> Any:
    """Fit to the other hosts, then re-anchor by `AdsorptionModel.adapt`; for `few_shot_curve`."""
    fitted = model.fit(others)
    return fitted.adapt(labelled) if len(labelled) else fitted


def _fit_to_all(model: Any, others: pd.DataFrame, labelled: pd.DataFrame) -> Any:
    return model.fit(pd.concat([others, labelled]))
