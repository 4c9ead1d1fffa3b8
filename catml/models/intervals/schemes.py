"""Giving a regressor intervals of the kind asked for, from its training rows alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from catml.errors import ModelError
from catml.models.intervals.conformal import (
    IntervalName,
    check_interval_name,
    class_quantiles,
    normal_half_width,
    plus_bounds,
)
from catml.models.intervals.factors import (
    COMPOSITION,
    ONE_SIGMA,
    POOLED,
    SITE_ELEMENT,
    Asked,
    HeldOut,
    IntervalFactors,
    Spread,
    site_classes,
)
from catml.models.intervals.held_out_scores import HeldOutScore, held_out_score
from catml.models.intervals.rehearsal import NOVELTIES, Novelty, left_out_at_site, rehearse
from catml.models.regressors.base import Array, RowSets
from catml.models.regressors.folds import group_folds, group_labels
from catml.models.regressors.registry import LARGEST_GAUSSIAN_PROCESS, Regressor

COVERAGE = 0.9
_CV_FOLDS = 5
# One composition in four measures the errors of split conformal intervals.
_SPLIT_PARTS = 4
# Jackknife+ keeps a fitted model for every composition.
_MOST_PARTS = 200
_FEWEST_AT_SITE = 30


@dataclass(frozen=True, eq=False)
class Training:
    """What a regressor and its intervals are learned from.

    Attributes
    ----------
    table
        Site table of the training rows.
    X
        (n, D) features, NaN where missing.
    energy_ev
        (n,) energies.
    groups
        Column of the table that says what belongs to one composition.
    seed
        Of the folds.
    prior_ev
        (n,) mean energies of which the regressor learns what they leave; 0 without a prior.
    prior_left_out
        The mean energies of sets of rows by a prior fitted without each, set after set; None
        without a prior. Only the default intervals ask for it: the others take the prior of all
        rows for given.
    """

    table: pd.DataFrame
    X: Array
    energy_ev: Array
    groups: str
    seed: int = 0
    prior_ev: Array | float = 0.0
    prior_left_out: Callable[[RowSets], Array] | None = None

    @property
    def target_ev(self) -> Array:
        """(n,) what the regressor learns."""
        return self.energy_ev - self.prior_ev

    @property
    def labels(self) -> NDArray[Any]:
        """(n,) the composition of every row."""
        return self.table[self.groups].to_numpy(dtype=str)


class Intervals(Protocol):
    """Whatever gives rows their intervals."""

    @property
    def coverage(self) -> float:
        """Of the intervals."""

    def spread(self, asked: Asked) -> Spread:
        """Return standard deviations and intervals of rows."""


@dataclass(frozen=True, eq=False)
class PlusIntervals:
    """CV+ or jackknife+: from the models without each part, see `catml.models.intervals.conformal`.

    Attributes
    ----------
    coverage
        Of the interval.
    parts
        Regressors fitted without one part of the rows each.
    errors_ev
        (n,) absolute errors of the training rows by the regressor without their part.
    part_of
        (n,) number of the part of each training row.
    """

    coverage: float
    parts: tuple[Regressor, ...]
    errors_ev: Array
    part_of: NDArray[np.intp]

    def spread(self, asked: Asked) -> Spread:
        """Return standard deviations and intervals of rows."""
        left_out = np.array([part.predict(asked.X) for part in self.parts])
        lower, upper = plus_bounds(left_out, self.errors_ev, self.part_of, coverage=self.coverage)
        low, high = plus_bounds(left_out, self.errors_ev, self.part_of, coverage=ONE_SIGMA)
        # The mean is that of all rows and may lie outside what the parts say.
        below = np.maximum(asked.mean_ev - lower, 0.0)
        above = np.maximum(upper - asked.mean_ev, 0.0)
        return Spread((high - low) / 2.0, below, above)


@dataclass(frozen=True, eq=False)
class Learned:
    """What fitting with rows held out tells.

    Attributes
    ----------
    intervals
        For new rows.
    scores
        How wrong the regressor was about what was held out on the way.
    held_out_std_ev
        Its standard deviations of training rows held out with their composition; None where it
        was not asked for them.
    """

    intervals: Intervals
    scores: tuple[HeldOutScore, ...]
    held_out_std_ev: Array | None = None


def fit_with_intervals(
    regressor: Regressor, training: Training, *, name: IntervalName = "novelty"
) -> Learned:
    """Fit a regressor, and learn intervals for it.

    Parameters
    ----------
    regressor
        Unfitted; fitted afterwards, to all rows or, for ``"split"``, to three quarters of the
        compositions.
    training
        The rows.
    name
        One of `catml.models.intervals.conformal.INTERVALS`, where they are explained.

    Raises
    ------
    ModelError
        There are no intervals of that name, or the rows do not suffice for them.
    """
    check_interval_name(name)
    X, y, labels = training.X, training.target_ev, training.labels
    if name == "split":
        codes = group_labels(labels, len(y))
        inside, outside = group_folds(codes, _SPLIT_PARTS, seed=training.seed)[0]
        regressor.fit(X[inside], y[inside], groups=labels[inside])
        error_ev = np.abs(y[outside] - regressor.predict(X[outside]))
        intervals: Intervals = _plain(error_ev, np.full(len(outside), POOLED), scaled=False)
        n_groups = len(np.unique(codes[outside]))
        return Learned(intervals, (held_out_score(COMPOSITION, n_groups, error_ev),))
    regressor.fit(X, y, groups=labels)
    held_out = _rehearsals(regressor, training, every=name == "novelty")
    scores = tuple(
        held_out_score(novelty, held.n_groups, held.error_ev)
        for novelty, held in held_out.items()
        if novelty != SITE_ELEMENT
    )
    intervals = _intervals(name, regressor, training, held_out)
    return Learned(intervals, scores, held_out[COMPOSITION].std_ev)


def _intervals(
    name: IntervalName, regressor: Regressor, training: Training, held_out: Mapping[str, HeldOut]
) -> Intervals:
    """Intervals for a regressor fitted to all rows."""
    if name == "novelty":
        return IntervalFactors.learn(held_out, coverage=COVERAGE)
    if name == "native":
        half, one = {POOLED: normal_half_width(COVERAGE)}, {POOLED: 1.0}
        return IntervalFactors(COVERAGE, {COMPOSITION: half}, {COMPOSITION: one}, widens=False)
    if name == "cv+":
        return _plus(regressor, training, _CV_FOLDS)
    if name == "jackknife+":
        return _plus(regressor, training, None)
    held = held_out[COMPOSITION]
    if name == "mondrian":
        return _plain(held.error_ev, held.kinds, scaled=False)
    return _plain(held.error_ev / held.std_ev, np.full(len(held.kinds), POOLED), scaled=True)


def _plain(scores: Array, classes: NDArray[Any], *, scaled: bool) -> IntervalFactors:
    """Factors for rows that are exchangeable with those of the scores."""
    interval, middle = (
        {COMPOSITION: class_quantiles(scores, classes, coverage=share)}
        for share in (COVERAGE, ONE_SIGMA)
    )
    return IntervalFactors(COVERAGE, interval, middle, scaled=scaled, widens=False)


def _plus(regressor: Regressor, training: Training, n_parts: int | None) -> PlusIntervals:
    n_groups = len(np.unique(training.labels))
    if n_parts is None and n_groups > _MOST_PARTS:
        raise ModelError(
            f"jackknife+ fits and keeps one model for every composition, here {n_groups}; at most "
            f"{_MOST_PARTS} are allowed. Take intervals='cv+'."
        )
    X, y, labels = training.X, training.target_ev, training.labels
    folds = group_folds(group_labels(labels, len(y)), n_parts or n_groups, seed=training.seed)
    errors, part_of = np.empty(len(y)), np.empty(len(y), dtype=np.intp)
    parts = []
    for number, (inside, outside) in enumerate(folds):
        part = clone(regressor).fit(X[inside], y[inside], groups=labels[inside])
        errors[outside] = np.abs(y[outside] - part.predict(X[outside]))
        part_of[outside] = number
        parts.append(part)
    return PlusIntervals(COVERAGE, tuple(parts), errors, part_of)


def _rehearsals(regressor: Regressor, training: Training, *, every: bool) -> dict[str, HeldOut]:
    """Held-out predictions of compositions, and of every novelty that has a fair price."""
    held_out: dict[str, HeldOut] = {}
    for novelty in NOVELTIES if every else (COMPOSITION,):
        too_large = len(training.target_ev) > LARGEST_GAUSSIAN_PROCESS
        if too_large and novelty not in regressor.rehearses:
            continue
        held = _left_out(regressor, training, novelty)
        if held is None:
            continue
        held_out[novelty] = held
        if novelty == "element":
            at_site = left_out_at_site(training.table)
            if at_site.sum() >= _FEWEST_AT_SITE:
                held_out[SITE_ELEMENT] = held.only(at_site)
    return held_out


def _left_out(regressor: Regressor, training: Training, novelty: Novelty) -> HeldOut | None:
    sets = rehearse(training.table, novelty, groups=training.groups)
    if sets is None:
        return None
    mean, std = regressor.predict_left_out(sets)
    rows = np.concatenate(sets)
    if training.prior_left_out is None:
        left_ev = training.target_ev[rows]
    else:
        left_ev = training.energy_ev[rows] - training.prior_left_out(sets)
    return HeldOut(
        np.abs(left_ev - mean),
        std,
        site_classes(training.table)[rows],
        np.repeat(np.arange(len(sets)), [len(members) for members in sets]),
    )
