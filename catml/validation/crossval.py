"""Cross-validation in which everything is fitted inside each training fold.

Scaling, imputation, hyperparameters, interval factors and the applicability domain belong to the
model, and the model of a fold never sees a row of that fold's test set.
"""

import time
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd
from sklearn.base import clone
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catml.validation.metrics import score_table
from catml.validation.splits import DIRECTIONS, Fold, make_folds, split_groups


class TableModel(Protocol):
    """A scikit-learn estimator that fits and predicts site tables, such as `AdsorptionModel`.

    A model that knows no uncertainty predicts energy_ev only.
    """

    def fit(self, table: pd.DataFrame) -> Any:
        """Learn from a dataset table."""

    def predict(self, surfaces: pd.DataFrame) -> pd.DataFrame:
        """Return energy_ev, std_ev, lower_ev and upper_ev for the rows of a table."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Every row of a table predicted by a model that did not see it.

    Attributes
    ----------
    split
        Name of the split.
    predictions
        What the model predicts for each row, plus ``row``, ``truth_ev``, ``group`` and ``fold``;
        in the order of the table. A row with several of the elements left out one at a time is
        there for each; rows that no fold judges are not there. `group` is what errs together: the
        group held out, of a direction between families the composition.
    scores
        See `catml.validation.metrics.score_table`; the bootstrap draws whole groups.
    folds
        The folds, as positions in the rows used.
    fit_seconds, predict_seconds
        Processor time of fitting and predicting, all folds together, descriptors included.
    """

    split: str
    predictions: pd.DataFrame
    scores: pd.DataFrame
    folds: tuple[Fold, ...]
    fit_seconds: float
    predict_seconds: float

    @property
    def n(self) -> int:
        """Number of rows judged."""
        return len(self.predictions)

    def score(self, metric: str) -> float:
        """Value of one metric.

        Examples: ``"mae"``, ``"rmse"``, ``"coverage_90"``.
        """
        return float(self.scores.set_index("metric")["value"].loc[metric])


def cross_validate(
    model: TableModel,
    table: pd.DataFrame,
    *,
    split: str = "composition",
    folds: int | None = 5,
    seed: int = 0,
    n_jobs: int = 1,
) -> CrossValidation:
    """Predict every row of a table from the other folds.

    Parameters
    ----------
    model
        An unfitted or fitted model; each fold fits a clone of it.
    table
        Dataset table; rows whose status is not ok take no part.
    split, folds
        See `catml.validation.splits.make_folds`.
    seed
        Of the folds and of the bootstrap.
    n_jobs
        Processes to share the folds between. Folds fit on one thread each, so the result does
        not depend on it.

    Raises
    ------
    DatasetError
        If the table cannot be split so.
    """
    if "status" in table:
        table = table[table["status"] == "ok"]
    rows = table.reset_index(drop=True)
    parts = make_folds(rows, split, folds=folds, seed=seed)
    runs = _run(model, rows, parts, n_jobs)
    pieces = [
        run.predictions.assign(fold=number, group=_test_groups(rows, part, split)).set_axis(
            part.test, axis=0
        )
        for number, (part, run) in enumerate(zip(parts, runs, strict=True))
    ]
    predictions = pd.concat(pieces).sort_index(kind="stable")
    group = predictions.pop("group")
    predictions.insert(0, "row", rows.get("row", rows.index.to_series()))
    predictions["truth_ev"] = rows["energy_ev"].astype(float)
    predictions["group"] = group
    scores = score_table(
        predictions, split=split, groups=None if split == "random" else group, seed=seed
    )
    seconds = (sum(run.fit_seconds for run in runs), sum(run.predict_seconds for run in runs))
    return CrossValidation(split, predictions, scores, tuple(parts), *seconds)


@dataclass(frozen=True, eq=False)
class _FoldRun:
    """What the model of one fold predicts for its test rows, and how long that took."""

    predictions: pd.DataFrame
    fit_seconds: float
    predict_seconds: float


def _test_groups(rows: pd.DataFrame, part: Fold, split: str) -> Any:
    """What errs together among the test rows of a fold."""
    if split == "element":
        return part.held_out[0]
    by = "composition" if split in DIRECTIONS else split
    return split_groups(rows, by)[part.test]


def _run(model: TableModel, rows: pd.DataFrame, parts: list[Fold], n_jobs: int) -> list[_FoldRun]:
    if n_jobs == 1:
        return [_fit_and_predict(model, rows, part) for part in parts]
    from sklearn.utils.parallel import Parallel, delayed

    return Parallel(n_jobs=n_jobs)(delayed(_fit_and_predict)(model, rows, part) for part in parts)


def _fit_and_predict(model: TableModel, rows: pd.DataFrame, part: Fold) -> _FoldRun:
    fresh = clone(model)
    if "n_jobs" in fresh.get_params():
        fresh.set_params(n_jobs=1)
    with threadpool_limits(1):
        start = time.process_time()
        fresh.fit(rows.iloc[part.train])
        fitted = time.process_time()
        predictions = fresh.predict(rows.iloc[part.test])
        done = time.process_time()
    return _FoldRun(predictions, fitted - start, done - fitted)
