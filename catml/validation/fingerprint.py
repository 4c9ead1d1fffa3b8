"""The elemental fingerprint of sites of Tran & Ulissi 2018 (doi:10.1038/s41929-018-0142-1).

Each element of a shell has a slot of four numbers: atomic number, Pauling electronegativity, how
many atoms of it there are, and the median adsorption energy on the pure element. The medians come
from energies: they are learned from training rows only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from ase.data import atomic_numbers
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from catml.descriptors.sites.elemental import zone_counts
from catml.elements.properties import element_array

Array = NDArray[np.float64]

_N_ELEMENTS = 119


class ElementalFingerprint(TransformerMixin, BaseEstimator):
    """Elements of the binding atoms and of their neighbours, slot by slot.

    The first shell are the binding atoms, the second their neighbours in the same layer and
    below. Within a shell elements stand in the order of their numbers of atoms, most first, equal
    ones by atomic number. There are as many slots as the training site with the most elements
    needs; an empty slot has no atoms and otherwise the means over the training elements, as
    published. The published fingerprint then goes through scaling and principal components, which
    trees do not need.

    Attributes
    ----------
    medians_ev_ : dict of str to float
        Element → median energy of the training rows on its pure surfaces; where there are none,
        of those whose binding atoms are all of it; where there are none either, of all rows.
    slots_ : tuple of int
        Slots of the two shells.

    Examples
    --------
    >>> zones = {"site_atoms": "Cu:1", "same_layer": "Cu:2 Zn:2", "sublayer": ""}
    >>> table = pd.DataFrame([{**zones, "elements": "Cu-Zn"}])
    >>> ElementalFingerprint().fit(table, [-0.5]).transform(table).iloc[0, :4].tolist()
    [29.0, 1.9, 1.0, -0.5]
    """

    def fit(self, table: pd.DataFrame, energy_ev: Array | list[float]) -> ElementalFingerprint:
        """Learn the medians and the number of slots from training rows and their energies."""
        energies = pd.Series(np.asarray(energy_ev, dtype=np.float64), index=table.index)
        self._overall = float(energies.median())
        sites = table["site_atoms"].fillna("").str.replace(r":\d+", "", regex=True)
        at_site = energies.groupby(sites).median()
        pure = energies.groupby(table["elements"].fillna("")).median()
        known = {name: at_site[name] for name in at_site.index if name in atomic_numbers}
        known |= {name: pure[name] for name in pure.index if name in atomic_numbers}
        self.medians_ev_ = {str(name): float(known[name]) for name in sorted(known)}
        shells = _shells(table)
        self.slots_ = tuple(int((counts > 0).sum(axis=1).max(initial=1)) for counts in shells)
        present = np.unique(np.concatenate([np.nonzero(counts)[1] for counts in shells]))
        self._blank = np.nanmean(self._properties()[present], axis=0)
        return self

    def transform(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the slots of every row, indexed like the table."""
        properties = self._properties()
        properties = np.where(np.isnan(properties), self._blank, properties)
        parts, names = [], []
        for number, (counts, slots) in enumerate(zip(_shells(table), self.slots_, strict=True), 1):
            order = np.argsort(-counts, axis=1, kind="stable")[:, :slots]
            amount = np.take_along_axis(counts, order, axis=1)
            values = np.where((amount > 0)[..., None], properties[order], self._blank)
            values = np.concatenate([values, amount[..., None]], axis=2)[..., [0, 1, 3, 2]]
            parts.append(values.reshape(len(table), -1))
            for slot in range(1, slots + 1):
                head = f"shell_{number}_element_{slot}"
                names += [
                    f"{head}_atomic_number",
                    f"{head}_pauling_electronegativity",
                    f"{head}_count",
                    f"{head}_median_energy_ev",
                ]
        return pd.DataFrame(np.hstack(parts), index=table.index, columns=names)

    def _properties(self) -> Array:
        """(119, 3) atomic number, electronegativity and median energy; NaN where unknown."""
        median = np.full(_N_ELEMENTS, self._overall)
        for symbol, value in self.medians_ev_.items():
            median[atomic_numbers[symbol]] = value
        chi = element_array("pauling_electronegativity")
        return np.column_stack([np.arange(_N_ELEMENTS, dtype=np.float64), chi, median])


def _shells(table: pd.DataFrame) -> tuple[Array, Array]:
    """(n, 119) numbers of atoms of each element, of the binding atoms and of their neighbours."""
    first, same_layer, sublayer = (
        _counts(table[zone]) for zone in ("site_atoms", "same_layer", "sublayer")
    )
    return first, same_layer + sublayer


def _counts(zones: pd.Series) -> Array:
    codes, texts = pd.factorize(zones.fillna("").to_numpy(dtype=object))
    elements, amounts = zone_counts(texts.tolist())
    counts = np.zeros((len(texts), _N_ELEMENTS))
    for place in range(len(elements)):
        counts[np.arange(len(texts)), elements[place]] += amounts[place]
    counts[:, 0] = 0
    return np.asarray(counts[codes])
