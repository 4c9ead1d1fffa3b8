"""How a site is coordinated: neighbours, generalized coordination, bond lengths and strain.

All functions take a `SiteBatch`, S surfaces that share one template of N atoms and K sites, and
return arrays over it; an arbitrary slab is a batch with S = 1.

Generalized coordination: F. Calle-Vallejo et al., Science 350, 185 (2015),
doi:10.1126/science.aab3501.
"""

from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from catml.elements.lattice import lattice_constants
from catml.elements.properties import element_array, element_symbols, element_value
from catml.errors import ElementError
from catml.structures.batches import SiteBatch

Array = NDArray[np.float64]

NEIGHBORS_IN_BULK = {1: 12, 2: 18, 3: 22, 4: 26}
"""Neighbours shared by 1 to 4 touching atoms inside a close-packed crystal: the number that makes
a generalized coordination number 12 in the bulk."""


def coordination_numbers(batch: SiteBatch) -> Array:
    """Return the number of nearest neighbours of every atom, shape (S, N)."""
    return np.isfinite(batch.distances).sum(axis=2).astype(float)


def site_mean(per_atom: Array, batch: SiteBatch) -> Array:
    """Average a quantity given per atom, shape (S, N), over the atoms of each site, to (S, K).

    Atoms without the quantity take no part; NaN where no atom of the site has it.
    """
    return np.stack([finite_mean(per_atom[:, list(site.atoms)]) for site in batch.sites], axis=1)


def generalized_coordination(batch: SiteBatch) -> Array:
    """Return the generalized coordination number of each site, shape (S, K).

    Every neighbour of the site counts by its own coordination number, over the number of
    neighbours the same site would have in the bulk (doi:10.1126/science.aab3501). Sites of more
    than four atoms count as four. The top site of an fcc(111) surface has 7.5.
    """
    counts = coordination_numbers(batch)
    columns = []
    for site in batch.sites:
        around = counts[:, list(site.same_layer + site.sublayer)].sum(axis=1)
        columns.append(around / NEIGHBORS_IN_BULK[min(len(site.atoms), 4)])
    return np.stack(columns, axis=1)


def bond_lengths(batch: SiteBatch) -> Array:
    """Return the mean distance of every atom to its nearest neighbours in Å, shape (S, N)."""
    return finite_mean(batch.distances)


def shortest_bonds(batch: SiteBatch) -> Array:
    """Return the distance of every atom to its closest neighbour in Å, shape (S, N)."""
    return _shortest(batch.distances)


def longest_bonds(batch: SiteBatch) -> Array:
    """Return the distance of every atom to its furthest nearest neighbour in Å, shape (S, N).

    Equal to the shortest in an ideal close-packed crystal, longer in a tetragonal one.
    """
    return _longest(batch.distances)


def site_opening(batch: SiteBatch) -> Array:
    """Return the mean distance between neighbouring binding atoms in Å, shape (S, K).

    The edge length of the bridge or hollow; NaN for on-top sites and for bridges between atoms
    that are no nearest neighbours. In a narrow cell two atoms are neighbours in several
    directions: a ``short`` or ``long`` bridge takes the shortest or longest of these distances, a
    hollow, which has edges of each direction, their mean.
    """
    choose = {"short": _shortest, "long": _longest}
    opening = np.full((batch.numbers.shape[0], len(batch.sites)), np.nan)
    for k, site in enumerate(batch.sites):
        edge = choose.get(site.subtype, finite_mean)
        edges = [
            edge(np.where(batch.neighbors[i] == j, batch.distances[:, i], np.inf))
            for i, j in combinations(site.atoms, 2)
        ]
        if edges:
            opening[:, k] = finite_mean(np.stack(edges, axis=1))
    return opening


def strain(batch: SiteBatch) -> Array:
    """Return the mean relative strain of every atom's bonds, shape (S, N).

    A bond is compared with the mean of the two elements' own bond lengths (`own_bond_lengths`);
    positive is stretched, 0.01 is one per cent. NaN where an element's own length is unknown.
    """
    own = own_bond_lengths()[batch.numbers]
    unstrained = (own[:, :, None] + own[:, batch.neighbors]) / 2
    finite = np.isfinite(batch.distances)
    relative = np.where(finite, batch.distances, 0.0) / unstrained - 1
    unknown = np.asarray(finite & np.isnan(relative)).any(axis=2)
    return np.where(unknown, np.nan, finite_mean(np.where(finite, relative, np.nan)))


@cache
def own_bond_lengths() -> Array:
    """Return each element's nearest-neighbour distance as a close-packed metal, in Å.

    Indexed by atomic number, shape (119,), read-only. From the fcc lattice constant
    (`lattice_constants`, estimated from the volume per atom where the metal is not fcc), else
    twice the metallic radius, else NaN.
    """
    lengths = 2 * element_array("metallic_radius_ang")
    for symbol in element_symbols():
        try:
            a_ang = lattice_constants(symbol, "A1").a_ang
        except ElementError:
            continue
        lengths[int(element_value(symbol, "atomic_number"))] = a_ang / np.sqrt(2)
    lengths.flags.writeable = False
    return lengths


def finite_mean(values: Array) -> Array:
    """Average the finite entries of the last axis, NaN where there is none."""
    finite = np.isfinite(values)
    number = finite.sum(axis=-1)
    total = np.where(finite, values, 0.0).sum(axis=-1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _shortest(lengths: Array) -> Array:
    shortest = np.where(np.isfinite(lengths), lengths, np.inf).min(axis=-1)
    return np.where(np.isfinite(shortest), shortest, np.nan)


def _longest(lengths: Array) -> Array:
    longest = np.where(np.isfinite(lengths), lengths, -np.inf).max(axis=-1)
    return np.where(np.isfinite(longest), longest, np.nan)
