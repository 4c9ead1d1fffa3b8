"""From a regressor's standard deviation to an interval that covers: conformal factors.

The factor of an interval is a quantile of |y − ŷ|/σ over training rows predicted without the rows
of their group (Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World, 2005, section
2.2; scores over a local scale: Papadopoulos, Vovk & Gammerman 2011, doi:10.1613/jair.3198). It
is taken per site kind (Mondrian) and per novelty: a row whose host metal no training row has is
wrong by other amounts than one of which only the composition is new, so each novelty has held-out
predictions of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catml.models.base import Array

# Half the width of a 90 % interval over the standard deviation, for a normal distribution.
NORMAL_HALF_WIDTH = {0.9: 1.6448536269514722}
POOLED = ""
COMPOSITION = "composition"

# A site kind with fewer held-out rows than this takes the factor of all kinds together.
_SMALLEST_CLASS = 30
# A family, facet or site kind is one of a handful, and descriptors may not even express what is
# special about it: whatever the few others say in rehearsal, its intervals are at least this much
# wider than those of a new composition. So are those of a novelty that could not be rehearsed.
_STRUCTURAL = ("family", "facet", "site kind")
_LEAST_WIDENING = 2.0


def conformal_quantile(scores: ArrayLike, *, coverage: float) -> float:
    """The ⌈(n + 1)·coverage⌉-th smallest of n scores; the largest where n is too small for it.

    Parameters
    ----------
    scores
        (n,) non-negative scores, n > 0.
    coverage
        Probability that a further exchangeable score lies below the result.

    Examples
    --------
    >>> conformal_quantile(range(1, 20), coverage=0.9)
    18.0
    """
    ordered = np.sort(np.asarray(scores, dtype=np.float64))
    rank = ceil(round((len(ordered) + 1) * coverage, 9))
    return float(ordered[min(rank, len(ordered)) - 1])


@dataclass(frozen=True)
class HeldOut:
    """Predictions of training rows by a model that did not see their group.

    Attributes
    ----------
    error_ev
        (n,) absolute errors.
    std_ev
        (n,) uncalibrated standard deviations.
    kinds
        (n,) site kinds.
    """

    error_ev: Array
    std_ev: Array
    kinds: NDArray[Any]


@dataclass(frozen=True)
class IntervalFactors:
    """Half the width of an interval over the standard deviation, per novelty and site kind.

    Attributes
    ----------
    coverage
        Of the interval.
    factors
        novelty → site kind → factor; the kind ``""`` is all kinds pooled. Always has
        ``"composition"``.
    """

    coverage: float
    factors: Mapping[str, Mapping[str, float]]

    @classmethod
    def learn(cls, held_out: Mapping[str, HeldOut], *, coverage: float = 0.9) -> "IntervalFactors":
        """Learn from held-out predictions per novelty; ``"composition"`` must be among them.

        No novelty gets a smaller factor than a new composition has: intervals never shrink on
        the way out of the training data.
        """
        floor = _factors_by_kind(held_out[COMPOSITION], coverage)
        factors = {COMPOSITION: floor}
        for novelty, rows in held_out.items():
            if novelty == COMPOSITION:
                continue
            raw = _factors_by_kind(rows, coverage)
            least = _LEAST_WIDENING if novelty in _STRUCTURAL else 1.0
            factors[novelty] = {
                kind: max(raw.get(kind, raw[POOLED]), least * floor.get(kind, floor[POOLED]))
                for kind in sorted({*raw, *floor})
            }
        return cls(coverage, factors)

    def half_width(
        self,
        std_ev: Array,
        kinds: ArrayLike,
        novelties: Mapping[str, NDArray[np.bool_]],
        *,
        widening: Array | float = 1.0,
    ) -> Array:
        """(n,) half the width of the interval of every row.

        Parameters
        ----------
        std_ev
            (n,) uncalibrated standard deviations.
        kinds
            (n,) site kinds.
        novelties
            novelty → (n,) whether it applies to the row. Where several do, the widest counts.
        widening
            (n,) how much wider than for a new composition the interval must be at least.
        """
        labels = np.asarray(kinds, dtype=object)
        ordinary = self._factor(COMPOSITION, labels)
        factor = ordinary * np.maximum(widening, 1.0)
        for novelty, applies in novelties.items():
            if novelty in self.factors:
                wider = self._factor(novelty, labels)
            else:
                rehearsed = [self._factor(known, labels) for known in self.factors]
                wider = np.maximum(np.max(rehearsed, axis=0), _LEAST_WIDENING * ordinary)
            factor = np.where(applies, np.maximum(factor, wider), factor)
        return factor * std_ev

    def _factor(self, novelty: str, kinds: NDArray[Any]) -> Array:
        table = self.factors[novelty]
        return np.array([table.get(kind, table[POOLED]) for kind in kinds], dtype=np.float64)


def _factors_by_kind(rows: HeldOut, coverage: float) -> dict[str, float]:
    scores = rows.error_ev / np.maximum(rows.std_ev, np.finfo(np.float64).tiny)
    factors = {POOLED: conformal_quantile(scores, coverage=coverage)}
    for kind in sorted(set(rows.kinds) - {POOLED}):
        members = scores[rows.kinds == kind]
        if len(members) >= _SMALLEST_CLASS:
            factors[kind] = conformal_quantile(members, coverage=coverage)
    return factors
