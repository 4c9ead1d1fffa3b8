"""How wrong a model was about training rows it predicted without their own group."""

from dataclasses import dataclass

import numpy as np

from catml.models.regressors.base import Array


@dataclass(frozen=True)
class HeldOutScore:
    """Errors of training rows, each predicted without all rows of its group.

    The settings a regressor chose from all training rows (hyperparameters) stay as they are, so
    that these errors are a little smaller than those of `catml.validation.crossval`, where
    everything is learned anew in every fold.

    Attributes
    ----------
    split
        What was left out at a time: ``"composition"``, ``"host"`` …
        (`catml.models.intervals.rehearsal`).
    n_rows
        Rows predicted; one that is in several groups (of elements) counts in each.
    n_groups
        Number of groups left out.
    mae_ev, rmse_ev, median_ev
        Mean absolute, root mean square and median absolute error.
    """

    split: str
    n_rows: int
    n_groups: int
    mae_ev: float
    rmse_ev: float
    median_ev: float


def held_out_score(split: str, n_groups: int, error_ev: Array) -> HeldOutScore:
    """Return the score of (n,) absolute errors of the rows of the groups left out.

    Examples
    --------
    >>> held_out_score("host", 2, np.array([0.0, 0.3, 0.4])).median_ev
    0.3
    """
    return HeldOutScore(
        split=split,
        n_rows=len(error_ev),
        n_groups=n_groups,
        mae_ev=float(np.mean(error_ev)),
        rmse_ev=float(np.sqrt(np.mean(error_ev**2))),
        median_ev=float(np.median(error_ev)),
    )
