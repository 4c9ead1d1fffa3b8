"""How a site is coordinated: neighbours, generalized coordination, bond lengths and strain.

Nearly all functions take a `SiteBatch`, S surfaces that share one template of N atoms and K sites,
and return arrays over it; an arbitrary slab is a batch with S = 1. `coordination_of_atoms` takes
any ``ase.Atoms`` and looks for no sites, which makes it the quickest way to the coordination of a
large slab.

Generalized coordination: F. Calle-Vallejo et al., Science 350, 185 (2015),
doi:10.1126/science.aab3501.
"""

from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catml.elements.lattice import lattice_constants
from catml.elements.properties import element_array, element_symbols, element_value
from catml.errors import DescriptorError, ElementError
from catml.structures.batches import SiteBatch, TemplateSite
from catml.structures.bulk.prototypes import metals
from catml.structures.neighbors import NEIGHBOR_RATIO, nearest_neighbors

if TYPE_CHECKING:
    from ase import Atoms

Array = NDArray[np.float64]

NEIGHBORS_IN_BULK = {1: 12, 2: 18, 3: 22, 4: 26}
"""Neighbours shared by 1 to 4 touching atoms inside a close-packed crystal: the number that makes
a generalized coordination number 12 in the bulk."""

NEIGHBORS_IN_BCC = {1: 14, 2: 22, 3: 25, 4: 34}
"""The same inside a body-centred crystal, whose atoms have 14 neighbours: two atoms one cell edge
apart (two closer ones have `_SHORT_PAIR_IN_BCC`), the triangle of bcc(110), the square of
bcc(100)."""

_SHORT_PAIR_IN_BCC = 20
# Far beyond neighbours, and a long search.
_LARGEST_RATIO = 5.0


class AtomCoordination(NamedTuple):
    """How each of N atoms is coordinated.

    Attributes
    ----------
    numbers : int array (N,)
        Number of nearest neighbours.
    generalized : float array (N,)
        Generalized coordination number of the site on top of the atom.
    """

    numbers: NDArray[np.int64]
    generalized: Array


def coordination_of_atoms(
    atoms: "Atoms", *, cutoff: float = NEIGHBOR_RATIO, in_bulk: int = 12
) -> AtomCoordination:
    """Return the coordination of every atom of any structure, without looking for sites.

    Parameters
    ----------
    atoms : ase.Atoms
        Any structure, taken as it is: adsorbates count as neighbours.
    cutoff : float
        Largest distance of a neighbour, in units of the mean of the two atoms' shortest distances
        (`catml.structures.neighbors`).
    in_bulk : int
        Neighbours of an atom in the bulk. For body-centred metals give 14, or 8 together with
        ``cutoff=1.1``, which leaves out the six further neighbours.

    Raises
    ------
    DescriptorError
        If `atoms` is no ase.Atoms, `cutoff` is no number of at least 1, or `in_bulk` no positive
        one.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> coordination_of_atoms(fcc111("Pt", (2, 2, 4), vacuum=8)).generalized[-1]
    np.float64(7.5)
    """
    from ase import Atoms

    if not isinstance(atoms, Atoms):
        raise DescriptorError(
            f"{atoms!r} of type {type(atoms).__name__} is no structure: give an ase.Atoms, such as "
            'catml.Surface("Pt(111)").slab().'
        )
    if not (isinstance(cutoff, int | float) and 1 <= cutoff <= _LARGEST_RATIO):
        raise DescriptorError(
            f"cutoff={cutoff!r} is no ratio of distances: give a number from 1, the closest "
            f"neighbours only, to {_LARGEST_RATIO:g}."
        )
    if in_bulk <= 0:
        raise DescriptorError(
            f"in_bulk={in_bulk!r} is no number of neighbours: give 12 for fcc and hcp, 14 or 8 "
            "for bcc."
        )
    pairs = nearest_neighbors(atoms, cutoff=cutoff)
    numbers = np.bincount(pairs.i, minlength=len(atoms))
    around = np.bincount(pairs.i, weights=numbers[pairs.j], minlength=len(atoms))
    return AtomCoordination(numbers, around / in_bulk)


def coordination_numbers(batch: SiteBatch) -> Array:
    """Return the number of nearest neighbours of every atom, shape (S, N)."""
    return np.isfinite(batch.distances).sum(axis=2).astype(float)


def binding_atoms(batch: SiteBatch) -> NDArray[np.int64]:
    """Return the atoms that the sites of a batch bind to, each once, in order."""
    return np.unique(np.array([i for site in batch.sites for i in site.atoms], dtype=np.int64))


def site_mean(
    per_atom: Array, batch: SiteBatch, *, atoms: NDArray[np.int64] | None = None
) -> Array:
    """Average a quantity given per atom, shape (S, N), over the atoms of each site, to (S, K).

    Atoms without the quantity take no part; NaN where no atom of the site has it. A quantity of
    shape (S, U) comes with the `atoms` it is given for, sorted.
    """
    chosen = np.arange(batch.numbers.shape[1]) if atoms is None else atoms
    members = [np.searchsorted(chosen, site.atoms) for site in batch.sites]
    return np.stack([finite_mean(per_atom[:, own]) for own in members], axis=1)


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


def relative_generalized_coordination(batch: SiteBatch) -> Array:
    """Return the share of its neighbours' bonds in the bulk that each site has, shape (S, K).

    It is the generalized coordination number over that of the bulk, and 1 in the bulk of any
    metal: surfaces with atoms of 14 neighbours are compared with a body-centred crystal
    (`NEIGHBORS_IN_BCC`), all others with a close-packed one (`NEIGHBORS_IN_BULK`). NaN for sites
    with a non-metal among their atoms or neighbours: a compound is no packing of spheres.
    """
    counts = coordination_numbers(batch)
    is_bcc = counts.max(axis=1, initial=0) == NEIGHBORS_IN_BCC[1]
    is_metal = _is_metal()[batch.numbers]
    columns = []
    for site in batch.sites:
        around = list(site.same_layer + site.sublayer)
        bulk = NEIGHBORS_IN_BULK[min(len(site.atoms), 4)] * NEIGHBORS_IN_BULK[1]
        full = np.where(is_bcc, _neighbors_in_bcc(site) * NEIGHBORS_IN_BCC[1], bulk)
        metallic = is_metal[:, [*site.atoms, *around]].all(axis=1)
        columns.append(np.where(metallic, counts[:, around].sum(axis=1) / full, np.nan))
    return np.stack(columns, axis=1)


def bond_lengths(batch: SiteBatch, *, atoms: NDArray[np.int64] | None = None) -> Array:
    """Return the mean distance of atoms to their nearest neighbours in Å, shape (S, U).

    `atoms` are the U atoms wanted, by default all N; so in the functions below.
    """
    return finite_mean(_distances(batch, atoms))


def shortest_bonds(batch: SiteBatch, *, atoms: NDArray[np.int64] | None = None) -> Array:
    """Return the distance of atoms to their closest neighbour in Å, shape (S, U)."""
    return _shortest(_distances(batch, atoms))


def longest_bonds(batch: SiteBatch, *, atoms: NDArray[np.int64] | None = None) -> Array:
    """Return the distance of atoms to their furthest nearest neighbour in Å, shape (S, U).

    Equal to the shortest in an ideal close-packed crystal, longer in a tetragonal one.
    """
    return _longest(_distances(batch, atoms))


def _distances(batch: SiteBatch, atoms: NDArray[np.int64] | None) -> Array:
    return batch.distances if atoms is None else batch.distances[:, atoms]


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


def strain(batch: SiteBatch, *, atoms: NDArray[np.int64] | None = None) -> Array:
    """Return the mean relative strain of the bonds of atoms, shape (S, U).

    A bond is compared with the mean of the two elements' own bond lengths (`own_bond_lengths`);
    positive is stretched, 0.01 is one per cent. NaN where an element's own length is unknown.
    """
    chosen = np.arange(batch.numbers.shape[1]) if atoms is None else atoms
    own = own_bond_lengths()[batch.numbers]
    unstrained = (own[:, chosen, None] + own[:, batch.neighbors[chosen]]) / 2
    distances = _distances(batch, atoms)
    finite = np.isfinite(distances)
    relative = np.where(finite, distances, 0.0) / unstrained - 1
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


@cache
def _is_metal() -> NDArray[np.bool_]:
    """Whether each element is a metal, by atomic number, shape (119,)."""
    flags = np.zeros_like(element_array("group"), dtype=bool)
    for symbol in metals().intersection(element_symbols()):
        flags[int(element_value(symbol, "atomic_number"))] = True
    return flags


def _neighbors_in_bcc(site: TemplateSite) -> int:
    if len(site.atoms) == 2 and site.subtype == "short":
        return _SHORT_PAIR_IN_BCC
    return NEIGHBORS_IN_BCC[min(len(site.atoms), 4)]


def _shortest(lengths: Array) -> Array:
    shortest = np.where(np.isfinite(lengths), lengths, np.inf).min(axis=-1)
    return np.where(np.isfinite(shortest), shortest, np.nan)


def _longest(lengths: Array) -> Array:
    longest = np.where(np.isfinite(lengths), lengths, -np.inf).max(axis=-1)
    return np.where(np.isfinite(longest), longest, np.nan)
