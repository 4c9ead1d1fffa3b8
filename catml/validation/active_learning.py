"""How fast a model learns when it may choose its training rows itself.

Noh, Back, Kim & Jung 2018 (doi:10.1039/c7sc03422a) let the disagreement of models choose the next
alloys to calculate, and judged the models on the alloys left over: rows that the choice has found
easy. Here the same models are judged on compositions that the choice never saw as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from catml.errors import DatasetError
from catml.validation.calibration import group_draws
from catml.validation.metrics import middle_of
from catml.validation.splits import make_folds

Array = NDArray[np.float64]
Strategy = Literal["most uncertain first", "at random"]

_COMMITTEE = 8


@dataclass(frozen=True)
class _Step:
    """Absolute errors after one step, with the compositions they are of."""

    strategy: Strategy
    judged_on: str
    n_labelled: int
    errors_ev: Array
    groups: NDArray[np.str_]


def active_learning_curve(
    features: Array,
    table: pd.DataFrame,
    regressor: Any,
    *,
    start: int = 20,
    step: int = 20,
    most: int = 180,
    folds: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Return errors against the number of labelled rows, chosen by disagreement and at random.

    The rows of each fold's compositions are set aside. From the others `start` are drawn; then,
    step by step, a committee of regressors fitted to bootstrap draws of the labelled rows chooses
    the `step` rows on which its members disagree most, or the rows are drawn at random.

    Parameters
    ----------
    features
        (n, D) descriptors of the rows; they must not come from energies.
    table
        Dataset table with `energy_ev` and `elements`.
    regressor
        Unfitted scikit-learn regressor.
    start, step, most
        Labelled rows at first, added each time, and at last at most.
    folds
        Of compositions set aside.
    seed
        Of folds and draws.

    Returns
    -------
    DataFrame
        `strategy` (``"most uncertain first"``, ``"at random"``), `judged_on` (``"rows left over"``,
        ``"compositions set aside"``), `n_labelled`, `value` (mean absolute error, eV), `low`,
        `high` (95 % bootstrap over compositions), `n`.

    Raises
    ------
    DatasetError
        If there are too few rows for a first and a second step.
    """
    target = table["energy_ev"].to_numpy(dtype=np.float64)
    groups = table["elements"].to_numpy(dtype=str)
    steps: list[_Step] = []
    for number, fold in enumerate(make_folds(table, "composition", folds=folds, seed=seed)):
        last = min(most, len(fold.train) - step)
        if last < start + step:
            raise DatasetError(
                f"{len(fold.train)} rows to choose from are too few to start with {start} and add "
                f"{step}; take fewer of either."
            )
        for strategy in ("most uncertain first", "at random"):
            rng = np.random.default_rng([seed, number])
            labelled = rng.choice(fold.train, start, replace=False)
            while len(labelled) <= last:
                pool = np.setdiff1d(fold.train, labelled)
                members = _committee(regressor, features[labelled], target[labelled], rng)
                for judged_on, rows in (
                    ("rows left over", pool),
                    ("compositions set aside", fold.test),
                ):
                    errors = np.abs(members[0].predict(features[rows]) - target[rows])
                    part = _Step(strategy, judged_on, len(labelled), errors, groups[rows])
                    steps.append(part)
                labelled = np.concatenate(
                    [labelled, _next_rows(strategy, members, features, pool, step, rng)]
                )
    return _curve(steps, seed)


def _committee(regressor: Any, X: Array, y: Array, rng: np.random.Generator) -> list[Any]:
    """A regressor fitted to all rows, then members fitted to bootstrap draws."""
    fitted = [clone(regressor).fit(X, y)]
    # Settings chosen once, on all labelled rows, are those of the members too.
    member = getattr(fitted[0], "regressor_", regressor)
    for _ in range(_COMMITTEE):
        drawn = rng.integers(len(y), size=len(y))
        fitted.append(clone(member).fit(X[drawn], y[drawn]))
    return fitted


def _next_rows(
    strategy: str,
    members: list[Any],
    features: Array,
    pool: NDArray[np.intp],
    step: int,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    if strategy == "at random":
        return rng.choice(pool, step, replace=False)
    spread = np.std([member.predict(features[pool]) for member in members[1:]], axis=0)
    return pool[np.argsort(-spread, kind="stable")[:step]]


def _curve(steps: list[_Step], seed: int) -> pd.DataFrame:
    """Join the folds: mean absolute errors with bootstrap intervals over compositions."""
    keys = dict.fromkeys((s.strategy, s.judged_on, s.n_labelled) for s in steps)
    n_folds = max(
        sum((s.strategy, s.judged_on, s.n_labelled) == key for s in steps) for key in keys
    )
    rows = []
    for key in keys:
        parts = [s for s in steps if (s.strategy, s.judged_on, s.n_labelled) == key]
        if len(parts) < n_folds:
            continue  # Only some folds have so many rows.
        errors = np.concatenate([part.errors_ev for part in parts])
        draws = group_draws(np.concatenate([part.groups for part in parts]), seed)
        ends = middle_of([errors[draw].mean() for draw in draws])
        rows.append((*key, float(errors.mean()), *ends, len(errors)))
    names = ["strategy", "judged_on", "n_labelled", "value", "low", "high", "n"]
    return pd.DataFrame(rows, columns=names)
