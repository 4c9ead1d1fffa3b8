"""Intervals as plain numbers and back: what a model file holds of them."""

from dataclasses import replace

import numpy as np

from catml.models.files.composite_states import joined, parts_of
from catml.models.files.state import State
from catml.models.files.states import regressor_of, state_of
from catml.models.intervals.factors import IntervalFactors
from catml.models.intervals.schemes import Intervals, PlusIntervals


def state_of_intervals(intervals: Intervals) -> State:
    """Return the state of learned intervals; its kind is ``"factors"`` or ``"plus"``."""
    if isinstance(intervals, IntervalFactors):
        return State("factors", vars(intervals), {})
    if isinstance(intervals, PlusIntervals):
        parts = joined(
            "plus", {"coverage": intervals.coverage}, list(map(state_of, intervals.parts))
        )
        own = {"errors": intervals.errors_ev, "part_of": intervals.part_of}
        return replace(parts, arrays={**parts.arrays, **own})
    raise TypeError(f"no state for {type(intervals).__name__}")


def intervals_of(state: State) -> Intervals:
    """Return the intervals of a state.

    Raises
    ------
    KeyError, TypeError, ValueError
        The state is not one that `state_of_intervals` made.
    """
    if state.kind == "factors":
        return IntervalFactors(**state.values)
    if state.kind != "plus":
        raise ValueError(f"no intervals of the kind {state.kind!r}")
    return PlusIntervals(
        float(state.values["coverage"]),
        tuple(map(regressor_of, parts_of(state))),
        np.asarray(state.arrays["errors"], dtype=np.float64),
        np.asarray(state.arrays["part_of"], dtype=np.intp),
    )
