"""The applicability domain: what a prediction has in common with the training rows.

A row is outside when it has an element, host metal, family, facet or site kind that no training
row has, when its descriptors lie further from the nearest training rows than those of nearly all
training rows do from other compositions, or when the model is less sure of it than it was of
nearly all training rows when their composition was held out. The quantile of that doubt and the
formula of the score, one of five, were chosen with the errors of held-out rows in view.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.models.domain.distances import nearest_distance, usual_limit
from catml.models.regressors.base import Array
from catml.models.regressors.scaling import FeatureScaling
from catml.structures.site_table import CLUSTER

_LIMIT_QUANTILE = 0.99
# Less than the one of distances, because doubt tells large errors so much better than these do.
_DOUBT_QUANTILE = 0.97
_MOST_MISSING = 0.95
_LEAST_SCORE = 1e-6
# The distance needs the shape of the training cloud, not every row of it.
_MOST_REFERENCES = 2000
_DOUBT = "the model is unusually unsure"
_SYMBOL = re.compile(r"[A-Z][a-z]?")
_FACET = re.compile(r"\(([^()]*)\)(?::[^:]*)?$")


@dataclass(frozen=True)
class Assessment:
    """What the domain says about n rows.

    Attributes
    ----------
    in_domain
        (n,) bool.
    reason
        (n,) text, empty inside the domain.
    novelties
        ``"element"``, ``"host"``, ``"family"``, ``"facet"``, ``"site kind"`` → (n,) whether the
        row has one no training row has; ``"site element"``: whether such an element binds.
    remoteness
        (n,) distance over the largest ordinary distance; above 1 is outside.
    doubt
        (n,) the model's standard deviation over the largest ordinary one of held-out
        compositions; above 1 is outside. 0 where nothing was held out.
    """

    in_domain: NDArray[np.bool_]
    reason: NDArray[Any]
    novelties: dict[str, NDArray[np.bool_]]
    remoteness: Array
    doubt: Array

    @property
    def score(self) -> Array:
        """(n,) how far outside: the larger of doubt and distance, and 1 more for what is unseen.

        Doubt tells large errors better than a distance short of its limit does, which therefore
        counts from half the limit only.

        At most 1 exactly where `in_domain` holds, so that flag and score never disagree.
        """
        unseen = np.zeros(len(self.remoteness), dtype=bool)
        for flag in self.novelties.values():
            unseen |= flag
        distance = self.remoteness
        if self.doubt.any():
            distance = np.where(distance > 1.0, distance, 2.0 * distance - 1.0)
        # A row unseen in kind is outside even where its descriptors are those of a training row.
        return np.maximum(np.maximum(distance, self.doubt), _LEAST_SCORE) + unseen


@dataclass(frozen=True)
class ApplicabilityDomain:
    """What the training rows cover.

    Attributes
    ----------
    elements, site_elements
        Elements of the training surfaces, and of their binding atoms.
    hosts, families, facets, kinds
        Values seen in training; None where some training row does not state its own, so that
        nothing can be said to be unseen.
    scaling
        Standardization of the features.
    reference
        (m, D) standardized features of training rows.
    limit
        The largest ordinary distance.
    std_limit_ev
        The largest ordinary standard deviation of the regressor; infinite where unknown.
    """

    elements: frozenset[str]
    site_elements: frozenset[str]
    hosts: frozenset[str] | None
    families: frozenset[str] | None
    facets: frozenset[str] | None
    kinds: frozenset[str] | None
    scaling: FeatureScaling
    reference: Array
    limit: float
    std_limit_ev: float = np.inf

    @classmethod
    def learn(
        cls,
        table: pd.DataFrame,
        X: Array,
        groups: NDArray[Any],
        *,
        held_out_std_ev: Array | None = None,
        seed: int = 0,
    ) -> "ApplicabilityDomain":
        """Learn what training rows cover.

        Parameters
        ----------
        table
            Training site table.
        X
            (n, D) features.
        groups
            (n,) labels of related rows.
        held_out_std_ev
            The regressor's standard deviations of training rows held out with their group, as
            `Regressor.predict` would give them.
        seed
            Of the rows drawn where there are many.
        """
        # A feature nearly all training rows lack, like the geometry where sites are known by their
        # elements only, has too few values to measure a distance by.
        mostly_missing = np.isnan(X).mean(axis=0) > _MOST_MISSING
        scaling = FeatureScaling.learn(np.where(mostly_missing, np.nan, X))
        Z = scaling.apply(X)
        labels = np.unique(groups, return_inverse=True)[1]
        if len(Z) > _MOST_REFERENCES:
            rng = np.random.default_rng(seed)
            chosen = np.sort(rng.choice(len(Z), _MOST_REFERENCES, replace=False))
            Z, labels = Z[chosen], labels[chosen]
        ordinary = nearest_distance(Z, Z, labels, labels)
        stds_ev = np.zeros(0) if held_out_std_ev is None else held_out_std_ev
        return cls(
            elements=frozenset().union(*(_symbols(text) for text in set(table["elements"]))),
            site_elements=frozenset().union(*(_symbols(t) for t in set(table["site_atoms"]))),
            hosts=_all_stated(_column(table, "host")),
            families=_all_stated(_column(table, "family")),
            facets=_all_stated(facets_of(table)),
            kinds=_all_stated(_column(table, "site_kind")),
            scaling=scaling,
            reference=Z,
            limit=usual_limit(ordinary, quantile=_LIMIT_QUANTILE),
            std_limit_ev=usual_limit(stds_ev, quantile=_DOUBT_QUANTILE),
        )

    def assess(self, table: pd.DataFrame, X: Array, std_ev: Array | None = None) -> Assessment:
        """Judge the rows of a site table with (n, D) features.

        The regressor's (n,) uncalibrated standard deviations join in where they are given.
        """
        remoteness = nearest_distance(self.scaling.apply(X), self.reference) / self.limit
        doubt = np.zeros(len(table)) if std_ev is None else std_ev / self.std_limit_ev
        complaints: list[list[str]] = [[] for _ in range(len(table))]
        novelties = {
            "element": _flag(
                [_symbols(text) - self.elements for text in _column(table, "elements")],
                "element {} not in the training data",
                complaints,
            ),
        }
        binding = [_symbols(text) for text in table["site_atoms"]]
        # The complaint about the element says it already.
        novelties["site element"] = np.array([bool(b - self.elements) for b in binding], bool)
        at_site = [found & self.elements - self.site_elements for found in binding]
        novel_site = _flag(at_site, "element {} never at the site in the training data", complaints)
        hosts = _unseen(_column(table, "host"), self.hosts)
        # An element the training data lack altogether needs no second complaint as a host.
        hosts = [found & self.elements for found in hosts]
        novelties["host"] = novel_site | _flag(
            hosts, "host metal {} not in the training data", complaints
        )
        for name, values, known in (
            ("family", _column(table, "family"), self.families),
            ("facet", facets_of(table), self.facets),
            ("site kind", _column(table, "site_kind"), self.kinds),
        ):
            pattern = f"{name} {{}} not in the training data"
            novelties[name] = _flag(_unseen(values, known), pattern, complaints)
        for row in np.flatnonzero(remoteness > 1.0):
            complaints[row].append(
                f"site unlike the training data ({remoteness[row]:.1f} times the usual distance)"
            )
        for row in np.flatnonzero(doubt > 1.0):
            complaints[row].append(
                f"{_DOUBT} ({doubt[row]:.1f} times the usual limit)"  # Always the last.
            )
        reason = np.array(["; ".join(words) for words in complaints], dtype=object)
        return Assessment(reason == "", reason, novelties, remoteness, doubt)


def only_unsure(reasons: pd.Series) -> pd.Series:
    """Whether the model's doubt is the only reason why a site lies outside the domain.

    Nothing about such a site is unseen and its descriptors are ordinary: its standard deviation
    and interval, both wide, say all there is to say.

    Parameters
    ----------
    reasons
        (n,) `Assessment.reason`, or the column ``domain_reason`` of predictions.

    Examples
    --------
    >>> told = ["", "the model is unusually unsure (1.1 times the usual limit)", "host metal Rh"]
    >>> only_unsure(pd.Series(told)).tolist()
    [False, True, False]
    """
    return reasons.fillna("").astype(str).str.startswith(_DOUBT)


def facets_of(table: pd.DataFrame) -> list[str]:
    """The facet of every row, from its surface name; empty where there is none.

    Examples
    --------
    >>> facets_of(pd.DataFrame({"surface": ["Pt3Ni(100):Pt", ""]}))
    ['100', '']
    """
    found = (_FACET.search(name) for name in _column(table, "surface"))
    return [match.group(1) if match else "" for match in found]


def _column(table: pd.DataFrame, name: str) -> list[str]:
    if name not in table:
        return [""] * len(table)
    return table[name].fillna("").astype(str).tolist()


def _symbols(text: str) -> frozenset[str]:
    return frozenset(_SYMBOL.findall(text))


def _all_stated(values: Iterable[str]) -> frozenset[str] | None:
    known = frozenset(values)
    return None if "" in known or not known else known


def _unseen(values: Iterable[str], known: frozenset[str] | None) -> list[frozenset[str]]:
    if known is None:
        # Rows that do not state their family are of surfaces, not of small clusters.
        return [frozenset({value} & {CLUSTER}) for value in values]
    return [frozenset({value} - known - {""}) for value in values]


def _flag(
    unseen: list[frozenset[str]], pattern: str, complaints: list[list[str]]
) -> NDArray[np.bool_]:
    for words, names in zip(complaints, unseen, strict=True):
        words.extend(pattern.format(name) for name in sorted(names))
    return np.array([bool(names) for names in unseen], dtype=bool)
