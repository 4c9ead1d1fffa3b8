"""What a fitted regressor chose by itself, in one sentence for people."""

from typing import Any

from catml.models.regressors.chosen import ChosenRegressor
from catml.models.regressors.row_subset import RowSubset
from catml.models.regressors.stacking import Stacking

# Scores worth a reader's time; a search tries dozens.
_MOST_SCORES = 6
_SCORES = {
    "mean_absolute_error": "mean absolute error",
    "root_mean_square_error": "root mean square error",
}


def explanation(regressor: Any) -> str:
    """What was chosen and from what, as sentences; empty where nothing was.

    Parameters
    ----------
    regressor
        Fitted to energies in eV.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(60, 2))
    >>> explanation(Stacking(("ridge", "extra_trees")).fit(X, X[:, 0]))
    'Weights of the stack: ridge 1.00, extra_trees 0.00.'
    """
    parts = []
    if isinstance(regressor, ChosenRegressor):
        parts.append(_of_choice(regressor))
    elif isinstance(regressor, Stacking):
        weights = ", ".join(f"{name} {weight:.2f}" for name, weight in regressor.weights_.items())
        parts.append(f"Weights of the stack: {weights}.")
    elif isinstance(regressor, RowSubset):
        parts.append(
            f"It compares every row with every other and has learned from at most "
            f"{regressor.max_rows:,} rows, in whole groups drawn at random."
        )
    inner = getattr(regressor, "regressor_", None)
    if inner is not None:
        parts.append(explanation(inner))
    return " ".join(part for part in parts if part)


def _of_choice(regressor: Any) -> str:
    table = regressor.candidates_
    score = next(name for name in _SCORES if name in table)
    shown = table.sort_values(score, kind="stable").head(_MOST_SCORES)
    scores = ", ".join(
        f"{name} {error:.3f}" for name, error in zip(shown["name"], shown[score], strict=True)
    )
    return (
        f"Chosen on held-out folds of the training rows: {regressor.choice_}. {len(table)} "
        f"candidates, by {_SCORES[score]} in eV: {scores}."
    )
