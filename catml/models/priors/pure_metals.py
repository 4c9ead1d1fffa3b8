"""Anchoring to pure metals: the energy an element has on its own surface, site kind and facet.

The energies of the pure-metal rows are averaged per element, with a common shift for each site
kind and facet. An element without a pure row takes the energy of a smooth model of the elements:
ridge regression of the known ones on four elemental properties. A site of several elements takes
their mean, each atom counting once.

It serves where the binding metals have energies. For a host metal without one it is a handicap:
the levels of the other hosts, once taken away, no longer tell the regressor where the new one
lies (Ma 2015 with calculated d bands, hosts left out one at a time, n = 285: RMSE 0.42 eV with
the prior, 0.25 eV without).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.descriptors.sites.elemental import property_array
from catml.elements.properties import element_symbols
from catml.errors import ModelError
from catml.models.domain.applicability import facets_of
from catml.models.regressors.base import Array
from catml.structures.environment import parse_zone

# What moves the binding of a metal most: filling and centre of its d band, the reach of its
# orbitals, and its electronegativity.
_PROPERTIES = (
    "d_filling",
    "d_band_center_bulk_ev",
    "log_vad2_rel_cu",
    "pauling_electronegativity",
)
_FEWEST_ELEMENTS = 2
_ELEMENT_PENALTY = 1.0
# The shift of a kind or facet counts as much as its rows against this many rows without a shift.
_SHIFT_PENALTY = 1.0
_ROUNDS = 20


@dataclass(frozen=True)
class MetalSites:
    """What of n sites the anchoring looks at.

    Attributes
    ----------
    elements
        Per site, the binding elements and their shares.
    pure
        (n,) the element of the surface where it has one only, else ``""``.
    labels
        Per site, the site kind and facet.
    """

    elements: tuple[Mapping[str, float], ...]
    pure: NDArray[np.str_]
    labels: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, table: pd.DataFrame) -> "MetalSites":
        """Read from a site table with its text columns complete."""
        shares = {text: _shares(text) for text in set(table["site_atoms"])}
        elements = tuple(shares[text] for text in table["site_atoms"])
        pure = np.array([text if "-" not in text else "" for text in table["elements"]], dtype=str)
        kinds = [f"kind {kind}" if kind else "" for kind in table["site_kind"]]
        facets = [f"facet {facet}" if facet else "" for facet in facets_of(table)]
        return cls(elements, pure, tuple(zip(kinds, facets, strict=True)))

    def __len__(self) -> int:
        return len(self.elements)

    def take(self, rows: NDArray[np.intp]) -> "MetalSites":
        """The sites at some positions."""
        return MetalSites(
            tuple(self.elements[row] for row in rows),
            self.pure[rows],
            tuple(self.labels[row] for row in rows),
        )


@dataclass(frozen=True)
class PureMetalMean:
    """The fitted anchors.

    Attributes
    ----------
    energies_ev
        Element → energy, for the elements with a pure row or a given energy.
    smooth_ev
        Element → energy of the smooth model, for the other elements that have the properties.
    shifts_ev
        ``"kind ..."`` or ``"facet ..."`` → what is added.
    level_ev
        The energy of an element of which nothing is known: the mean of the anchors.
    """

    energies_ev: Mapping[str, float]
    smooth_ev: Mapping[str, float]
    shifts_ev: Mapping[str, float] = field(default_factory=dict)
    level_ev: float = 0.0

    @classmethod
    def fit(
        cls,
        sites: MetalSites,
        energy_ev: Array,
        *,
        given_ev: Mapping[str, float] | None = None,
    ) -> "PureMetalMean":
        """Fit to (n,) energies in eV, of which the rows of pure metals are used.

        Parameters
        ----------
        sites, energy_ev
            The training rows.
        given_ev
            Element → energy known from elsewhere, against the same reference; it takes the place
            of that element's pure rows.

        Raises
        ------
        ModelError
            If fewer than two elements have an energy.
        """
        given = {name: float(value) for name, value in (given_ev or {}).items()}
        rows = [
            row for row in np.flatnonzero(sites.pure != "") if str(sites.pure[row]) not in given
        ]
        own = [str(sites.pure[row]) for row in rows]
        if len({*own, *given}) < _FEWEST_ELEMENTS:
            raise ModelError(
                "The prior 'pure_metals' needs the energies of at least two pure metals, the "
                f"training rows have {len(set(own))}; add rows of pure metals, or give "
                "pure_energies_ev={'Cu': ..., ...}."
            )
        labels = [sites.labels[row] for row in rows]
        energies, shifts = _element_means(own, labels, energy_ev[rows])
        energies |= given
        level = float(np.mean(list(energies.values())))
        return cls(energies, _smooth_model(energies), shifts, level)

    def at(self, sites: MetalSites) -> Array:
        """(n,) energies in eV."""
        own = {**self.smooth_ev, **self.energies_ev}
        energy_ev = np.empty(len(sites))
        for row, (shares, labels) in enumerate(zip(sites.elements, sites.labels, strict=True)):
            base = sum(share * own.get(element, self.level_ev) for element, share in shares.items())
            energy_ev[row] = base + sum(self.shifts_ev.get(label, 0.0) for label in labels)
        return energy_ev


def _shares(text: str) -> dict[str, float]:
    counts = parse_zone(text)
    total = sum(counts.values()) or 1
    return {element: count / total for element, count in counts.items()}


def _element_means(
    elements: Sequence[str], labels: Sequence[tuple[str, ...]], energy_ev: Array
) -> tuple[dict[str, float], dict[str, float]]:
    """Mean energy per element and shrunken shifts per label, by backfitting."""
    energies: dict[str, float] = {}
    shifts = {label: 0.0 for row in labels for label in row if label}
    members = {label: np.flatnonzero([label in row for row in labels]) for label in sorted(shifts)}
    of_element = {name: np.flatnonzero(np.asarray(elements) == name) for name in set(elements)}
    for _ in range(_ROUNDS):
        moved = np.array([sum(shifts.get(label, 0.0) for label in row) for row in labels])
        energies = {
            name: float(np.mean((energy_ev - moved)[rows]))
            for name, rows in sorted(of_element.items())
        }
        own = np.array([energies[name] for name in elements])
        for label, rows in members.items():
            left = (energy_ev - own - moved)[rows].sum() + len(rows) * shifts[label]
            new = float(left / (len(rows) + _SHIFT_PENALTY))
            moved[rows] += new - shifts[label]
            shifts[label] = new
    return energies, shifts


def _smooth_model(energies: Mapping[str, float]) -> dict[str, float]:
    """Energies of the elements without one, from those with one."""
    symbols = element_symbols()
    properties = _property_table(symbols)
    complete = np.isfinite(properties.sum(axis=1))
    known = np.array([symbol in energies for symbol in symbols]) & complete
    if known.sum() < _FEWEST_ELEMENTS:
        return {}
    mean = properties[known].mean(axis=0)
    spread = properties[known].std(axis=0)
    Z = np.where(spread > 0, (properties - mean) / np.where(spread > 0, spread, 1.0), 0.0)
    target = np.array([energies.get(symbol, np.nan) for symbol in symbols])
    level = target[known].mean()
    normal = Z[known].T @ Z[known] + _ELEMENT_PENALTY * np.eye(Z.shape[1])
    weights = np.linalg.solve(normal, Z[known].T @ (target[known] - level))
    # A linear trend has no meaning far outside the metals it was learned from.
    low, high = target[known].min(), target[known].max()
    values = np.clip(level + Z @ weights, low, high)
    return {
        symbol: float(values[place])
        for place, symbol in enumerate(symbols)
        if complete[place] and symbol not in energies
    }


def _property_table(symbols: Sequence[str]) -> Array:
    from ase.data import atomic_numbers

    numbers = [atomic_numbers[symbol] for symbol in symbols]
    return np.column_stack([property_array(name)[numbers] for name in _PROPERTIES])
