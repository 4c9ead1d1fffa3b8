"""The applicability domain: what a prediction has in common with the training rows.

A row is outside when it has an element, host metal, family, facet or site kind that no training
row has, or when its descriptors lie further from the nearest training rows than those of nearly
all training rows do from other compositions.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.models.base import Array
from catml.models.scaling import FeatureScaling
from catml.structures.site_table import CLUSTER

_NEIGHBORS = 3
_LIMIT_QUANTILE = 0.99
_MOST_MISSING = 0.95
# The distance needs the shape of the training cloud, not every row of it.
_MOST_REFERENCES = 2000
_CHUNK = 2000
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
    """

    in_domain: NDArray[np.bool_]
    reason: NDArray[Any]
    novelties: dict[str, NDArray[np.bool_]]
    remoteness: Array

    @property
    def score(self) -> Array:
        """(n,) how far outside: the remoteness, and 1 more where something is unseen.

        At most 1 exactly where `in_domain` holds, so that flag and score never disagree.
        """
        unseen = np.zeros(len(self.remoteness), dtype=bool)
        for flag in self.novelties.values():
            unseen |= flag
        return self.remoteness + unseen


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

    @classmethod
    def learn(
        cls, table: pd.DataFrame, X: Array, groups: NDArray[Any], *, seed: int = 0
    ) -> "ApplicabilityDomain":
        """Learn from a training site table, its (n, D) features and (n,) group labels."""
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
        ordinary = _mean_distance(Z, Z, labels, labels)
        finite = ordinary[np.isfinite(ordinary)]
        limit = float(np.quantile(finite, _LIMIT_QUANTILE)) if len(finite) else np.inf
        return cls(
            elements=frozenset().union(*(_symbols(text) for text in set(table["elements"]))),
            site_elements=frozenset().union(*(_symbols(t) for t in set(table["site_atoms"]))),
            hosts=_all_stated(_column(table, "host")),
            families=_all_stated(_column(table, "family")),
            facets=_all_stated(facets_of(table)),
            kinds=_all_stated(_column(table, "site_kind")),
            scaling=scaling,
            reference=Z,
            limit=limit,
        )

    def assess(self, table: pd.DataFrame, X: Array) -> Assessment:
        """Judge the rows of a site table with (n, D) features."""
        distance = _mean_distance(self.scaling.apply(X), self.reference)
        remoteness = distance / self.limit
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
        reason = np.array(["; ".join(words) for words in complaints], dtype=object)
        return Assessment(reason == "", reason, novelties, remoteness)


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


def _mean_distance(
    A: Array,
    B: Array,
    groups_a: NDArray[np.intp] | None = None,
    groups_b: NDArray[np.intp] | None = None,
) -> Array:
    """(n,) mean distance to the nearest rows of `B`, of other groups where labels are given.

    Distances are root mean squares over the features, so that they do not grow with D.
    """
    from catml.models.kernels import scaled_square_distances

    mean = np.empty(len(A))
    for start in range(0, len(A), _CHUNK):
        rows = slice(start, start + _CHUNK)
        squared = scaled_square_distances(A[rows], B) / A.shape[1]
        if groups_a is not None and groups_b is not None:
            squared[groups_a[rows][:, None] == groups_b[None, :]] = np.inf
        k = min(_NEIGHBORS, squared.shape[1])
        nearest = np.partition(squared, k - 1, axis=1)[:, :k]
        mean[rows] = np.sqrt(nearest).mean(axis=1)
    return mean
