"""From a regressor's standard deviation to an interval that covers: conformal factors.

The factor of an interval is a quantile of |y − ŷ|/σ over training rows predicted without the rows
of their group (scores over a local scale: Papadopoulos, Vovk & Gammerman 2011,
doi:10.1613/jair.3198; groups: `catml.models.intervals.conformal.group_quantile`). It is taken per
class of rows, site kind and element block of the binding atoms, and per novelty: a row whose host
metal no training row has is wrong by other amounts than one of which only the composition is new,
so each novelty has held-out predictions of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from catml.elements.blocks import blocks_of
from catml.models.intervals.conformal import group_quantile, lookup
from catml.models.regressors.base import Array

POOLED = ""
COMPOSITION: Final = "composition"
SITE_ELEMENT: Final = "site element"

# The share of a normal distribution within one standard deviation of its mean.
ONE_SIGMA = 0.6826894921370859

# A class with fewer held-out rows than this takes the factor of its site kind, and a site kind
# that of all rows together. So does one seen in too few groups: 20 put the tenth of the groups
# that may lie outside above the largest one, and 9 are the fewest with a guarantee.
_SMALLEST_CLASS = 30
_FEWEST_GROUPS_OF_CLASS = 20
_FEWEST_GROUPS_OF_KIND = 9
# A family, facet or site kind is one of a handful, and descriptors may not even express what is
# special about it: whatever the few others say in rehearsal, its intervals are at least this much
# wider than those of a new composition. So are those of a novelty that could not be rehearsed.
_STRUCTURAL = ("family", "facet", "site kind")
_LEAST_WIDENING = 2.0


def site_classes(table: pd.DataFrame) -> NDArray[Any]:
    """(n,) texts of site kind and element blocks of the binding atoms.

    Parameters
    ----------
    table
        Site table with `site_kind` and `site_atoms`.

    Examples
    --------
    >>> rows = pd.DataFrame({"site_kind": ["bridge"], "site_atoms": ["Al:1 Pt:1"]})
    >>> site_classes(rows).tolist()
    ['bridge: late d, p']
    """
    named = {
        text: ", ".join(blocks_of(part.partition(":")[0] for part in text.split()))
        for text in set(table["site_atoms"])
    }
    pairs = zip(table["site_kind"], table["site_atoms"], strict=True)
    return np.array([f"{kind}: {named[atoms]}" for kind, atoms in pairs], dtype=object)


@dataclass(frozen=True, eq=False)
class Asked:
    """Rows that intervals are wanted for, and what the regressor and the domain say of them.

    Attributes
    ----------
    X
        (m, D) features.
    mean_ev, std_ev
        (m,) of the regressor.
    classes
        (m,) of `catml.models.intervals.factors.site_classes`.
    novelties
        novelty → (m,) whether it applies.
    widening
        (m,) how much wider than for a new composition the interval must be at least.
    """

    X: Array
    mean_ev: Array
    std_ev: Array
    classes: NDArray[Any]
    novelties: dict[str, NDArray[np.bool_]]
    widening: Array | float = 1.0


@dataclass(frozen=True, eq=False)
class Spread:
    """(m,) standard deviations and how far the interval reaches below and above the mean, in eV."""

    std_ev: Array
    below_ev: Array
    above_ev: Array


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
        (n,) site kinds, or classes of `site_classes`.
    groups
        (n,) what was left out together; None where every row stands for itself.
    """

    error_ev: Array
    std_ev: Array
    kinds: NDArray[Any]
    groups: NDArray[Any] | None = None

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.error_ev) if self.groups is None else len(np.unique(self.groups))

    def only(self, wanted: NDArray[np.bool_]) -> "HeldOut":
        """The rows wanted, (n,)."""
        groups = None if self.groups is None else self.groups[wanted]
        return HeldOut(self.error_ev[wanted], self.std_ev[wanted], self.kinds[wanted], groups)


@dataclass(frozen=True)
class IntervalFactors:
    """Half the width of an interval over the standard deviation, per novelty and class.

    Attributes
    ----------
    coverage
        Of the interval.
    factors
        novelty → class → factor; the class ``""`` is all classes pooled. Always has
        ``"composition"``.
    std_factors
        As `factors`, of the half width that holds 68.3 % of the held-out errors: what makes the
        regressor's standard deviation one of a normal distribution that fits the middle of the
        errors. Their tails are heavier, so the interval is wider than ±1.645 of it.
    scaled
        Whether widths are multiples of the regressor's standard deviation; else the factors are
        widths in eV.
    widens
        Whether novelties count; without them every row is taken for one more of the same.
    """

    coverage: float
    factors: Mapping[str, Mapping[str, float]]
    std_factors: Mapping[str, Mapping[str, float]]
    scaled: bool = True
    widens: bool = True

    @classmethod
    def learn(cls, held_out: Mapping[str, HeldOut], *, coverage: float = 0.9) -> "IntervalFactors":
        """Learn from held-out predictions per novelty; ``"composition"`` must be among them.

        No novelty gets a smaller factor than a new composition has: intervals never shrink on
        the way out of the training data.
        """
        return cls(coverage, _tables(held_out, coverage), _tables(held_out, ONE_SIGMA))

    def spread(self, asked: Asked) -> Spread:
        """Return standard deviations and intervals of rows."""
        rows = asked.std_ev, asked.classes, asked.novelties
        half = self.half_width(*rows, widening=asked.widening)
        return Spread(self.calibrated_std(*rows, widening=asked.widening), half, half)

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
            (n,) site kinds, or classes of `site_classes`.
        novelties
            novelty → (n,) whether it applies to the row. Where several do, the widest counts.
        widening
            (n,) how much wider than for a new composition the interval must be at least.
        """
        return self._widths(self.factors, std_ev, kinds, novelties, widening)

    def calibrated_std(
        self,
        std_ev: Array,
        kinds: ArrayLike,
        novelties: Mapping[str, NDArray[np.bool_]],
        *,
        widening: Array | float = 1.0,
    ) -> Array:
        """(n,) standard deviations that fit the middle of the errors; see `half_width`."""
        return self._widths(self.std_factors, std_ev, kinds, novelties, widening)

    def _widths(
        self,
        tables: Mapping[str, Mapping[str, float]],
        std_ev: Array,
        kinds: ArrayLike,
        novelties: Mapping[str, NDArray[np.bool_]],
        widening: Array | float,
    ) -> Array:
        labels = np.asarray(kinds, dtype=object)
        scale = std_ev if self.scaled else np.ones(len(std_ev))
        ordinary = lookup(tables[COMPOSITION], labels)
        if not self.widens:
            return ordinary * scale
        factor = ordinary * np.maximum(widening, 1.0)
        for novelty, applies in novelties.items():
            if novelty in tables:
                wider = lookup(tables[novelty], labels)
            else:
                rehearsed = [lookup(tables[known], labels) for known in tables]
                wider = np.maximum(np.max(rehearsed, axis=0), _LEAST_WIDENING * ordinary)
            factor = np.where(applies, np.maximum(factor, wider), factor)
        return factor * scale


def _tables(held_out: Mapping[str, HeldOut], coverage: float) -> dict[str, dict[str, float]]:
    floor = _factors_by_class(held_out[COMPOSITION], coverage)
    tables = {COMPOSITION: floor}
    for novelty, rows in held_out.items():
        if novelty == COMPOSITION:
            continue
        raw = _factors_by_class(rows, coverage)
        least = _LEAST_WIDENING if novelty in _STRUCTURAL else 1.0
        names = np.array(sorted({*raw, *floor}), dtype=object)
        wider = np.maximum(lookup(raw, names), least * lookup(floor, names))
        tables[novelty] = dict(zip(map(str, names), map(float, wider), strict=True))
    return tables


def _factors_by_class(rows: HeldOut, coverage: float) -> dict[str, float]:
    scores = rows.error_ev / np.maximum(rows.std_ev, np.finfo(np.float64).tiny)
    groups = np.arange(len(scores)) if rows.groups is None else rows.groups
    kinds = np.array([label.partition(":")[0] for label in rows.kinds], dtype=object)
    factors = {POOLED: group_quantile(scores, groups, coverage=coverage)}
    for labels, fewest_groups in (
        (kinds, _FEWEST_GROUPS_OF_KIND),
        (rows.kinds, _FEWEST_GROUPS_OF_CLASS),
    ):
        for label in sorted(set(labels) - {POOLED} - set(factors)):
            of_class = labels == label
            enough = len(np.unique(groups[of_class])) >= fewest_groups
            if enough and of_class.sum() >= _SMALLEST_CLASS:
                factors[label] = group_quantile(
                    scores[of_class], groups[of_class], coverage=coverage
                )
    return factors
