"""Arrays that hold the atoms, neighbours and sites of many surfaces, or of a single slab.

They are the one input of descriptors. `batch_of_slab` makes them of a single slab from anywhere,
`catml.structures.families.site_batch` of thousands of surfaces by name. Finding the sites of a slab
takes milliseconds, so batches of single slabs are kept by their content (`KEPT_BATCHES`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.structures.content_cache import ContentCache, atoms_key
from catml.structures.finding.structures import checked_structure
from catml.structures.finding.surface_cell import surface_cell
from catml.structures.neighbors import nearest_neighbors
from catml.structures.particles.body import particle
from catml.structures.particles.sites import particle_sites
from catml.structures.sites import Kind, sites_with_zones

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.surface import Surface


@dataclass(frozen=True)
class TemplateSite:
    """One distinct adsorption site, its atoms given as indices into the batch's atom axis.

    Periodic images of one atom carry the same index, so an index may occur more than once in a
    zone of a small cell: each occurrence counts.

    Attributes
    ----------
    kind, subtype, id, place : str
        As in `catml.structures.sites.Site`.
    multiplicity : int
        Number of equivalent sites per primitive surface cell.
    atoms, same_layer, sublayer : tuple of int
        Atoms of the three zones (`catml.structures.environment`).
    below : tuple of int
        Neighbour straight below the site, if there is one: present under an hcp or 4-fold hollow,
        absent under an fcc hollow.
    """

    kind: Kind
    subtype: str
    id: str
    multiplicity: int
    atoms: tuple[int, ...]
    same_layer: tuple[int, ...]
    sublayer: tuple[int, ...]
    below: tuple[int, ...]
    place: str = ""


@dataclass(frozen=True, eq=False)
class SiteBatch:
    """Sites of S surfaces that share one template of N atoms with up to M neighbours each.

    Attributes
    ----------
    template : str
        Name of the shared pattern, such as ``"A3B@A(100)"``; empty for a bare slab.
    surfaces : tuple of Surface
        The surfaces, length S; empty for a bare slab (then S = 1).
    numbers : int array (S, N)
        Atomic numbers.
    neighbors : int array (N, M)
        Index of each neighbour on the atom axis, -1 where there are fewer than M.
    distances : float array (S, N, M)
        Distance to each neighbour in Å, inf where there is none in that surface.
    sites : tuple of TemplateSite
        The distinct sites, length K, the same for every surface of the batch.
    lattice_ang : float array (S, 2)
        Lattice constants a and c in Å, c NaN for a cubic bulk, both NaN for a bare slab.
    rows : int array (S,)
        Place of each surface in the sequence the batches were made from.
    bonds : float array (P, N, M, 3)
        Parts of the vectors to the neighbours, 0 where there are fewer than M: those of surface s
        are the sum over parts p of ``bond_scales_ang[s, p] * bonds[p]``. All surfaces of a cubic
        crystal share one part, those with a free c/a two.
    bond_scales_ang : float array (S, P)
        Length of each part in each surface, in Å.
    """

    template: str
    surfaces: tuple[Surface, ...]
    numbers: NDArray[np.int64]
    neighbors: NDArray[np.int64]
    distances: NDArray[np.float64]
    sites: tuple[TemplateSite, ...]
    lattice_ang: NDArray[np.float64] = field(default_factory=lambda: np.full((1, 2), np.nan))
    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    bonds: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 0, 3)))
    bond_scales_ang: NDArray[np.float64] = field(default_factory=lambda: np.zeros((1, 0)))

    def part(self, first: int, stop: int) -> SiteBatch:
        """Return the batch of the surfaces from `first` up to, not including, `stop`.

        Its arrays are views of these.
        """
        return replace(
            self,
            surfaces=self.surfaces[first:stop],
            numbers=self.numbers[first:stop],
            distances=self.distances[first:stop],
            lattice_ang=self.lattice_ang[first:stop],
            rows=self.rows[first:stop],
            bond_scales_ang=self.bond_scales_ang[first:stop],
        )


# What a TemplateSite takes beside the arrays.
_BYTES_PER_SITE = 2000


def _size_of(batch: SiteBatch) -> int:
    arrays = (batch.numbers, batch.neighbors, batch.distances, batch.bonds)
    return sum(array.nbytes for array in arrays) + _BYTES_PER_SITE * len(batch.sites)


KEPT_BATCHES: ContentCache[SiteBatch] = ContentCache(64 * 1024**2, _size_of)
"""The batches of the slabs described last: up to 64 MiB, some thousand slabs of usual size."""


def batch_of_slab(atoms: Atoms, *, parent: Atoms | None = None) -> SiteBatch:
    """Return the batch of a single slab or particle: its atoms in order, its distinct sites.

    Sites and neighbours are those of the ideal structure, `parent` or the one that `find_sites`
    takes by default; distances are those of `atoms` as they are. The same content gives the same
    batch again without work; its arrays are read-only.

    Raises
    ------
    SurfaceError
        If `atoms` is neither a slab nor a particle, or an atom has left its place in `parent`.
    """
    structure = checked_structure(atoms)
    return KEPT_BATCHES.get(atoms_key(structure, parent), lambda: _batch_of(structure, parent))


def _batch_of(atoms: Atoms, parent: Atoms | None) -> SiteBatch:
    if atoms.pbc.any():
        surface = surface_cell(atoms, parent=parent)
        found = sites_with_zones(surface)
        pairs = nearest_neighbors(surface.slab_atoms())
        lengths_ang, bonds_ang = surface.actual_distances(pairs), surface.actual_bonds(pairs)
    else:
        body = particle(atoms, parent=parent)
        found = particle_sites(body)
        pairs, lengths_ang, bonds_ang = body.neighbors, body.bond_lengths_ang, body.bonds_ang
    sites = tuple(
        TemplateSite(
            site.kind,
            site.subtype,
            site.id,
            site.multiplicity,
            site.atoms,
            zones.same_layer,
            zones.sublayer,
            zones.below,
            site.place,
        )
        for site, zones in found
    )
    neighbors, distances = padded_neighbors(pairs.i, pairs.j, lengths_ang[None], len(atoms))
    numbers = np.array(atoms.numbers, dtype=np.int64)[None]
    bonds = padded_bonds(pairs.i, bonds_ang[None], len(atoms))
    scales = np.ones((1, 1))
    batch = SiteBatch(
        "",
        (),
        numbers,
        neighbors,
        distances,
        sites,
        bonds=bonds,
        bond_scales_ang=scales,
    )
    for array in (numbers, neighbors, distances, bonds, scales, batch.lattice_ang, batch.rows):
        array.flags.writeable = False
    return batch


def padded_neighbors(
    i: NDArray[np.int64], j: NDArray[np.int64], distances: NDArray[np.float64], n_atoms: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Arrange pairs as one row per atom.

    Parameters
    ----------
    i, j : int array (n_pairs,)
        Atoms and neighbours, sorted by atom.
    distances : float array (S, n_pairs)
        Distances in Å.
    n_atoms : int
        Number of atoms N.

    Returns
    -------
    neighbors : int array (N, M)
        Padded with -1.
    distances : float array (S, N, M)
        Padded with inf.
    """
    column, width = _columns(i, n_atoms)
    neighbors = np.full((n_atoms, width), -1, dtype=np.int64)
    neighbors[i, column] = j
    padded = np.full((len(distances), *neighbors.shape), np.inf)
    padded[:, i, column] = distances
    return neighbors, padded


def padded_bonds(
    i: NDArray[np.int64], bonds: NDArray[np.float64], n_atoms: int
) -> NDArray[np.float64]:
    """Arrange the vectors of pairs as `padded_neighbors` does their distances.

    Parameters
    ----------
    i : int array (n_pairs,)
        Atoms, sorted.
    bonds : float array (P, n_pairs, 3)
        Parts of the vectors.
    n_atoms : int
        Number of atoms N.

    Returns
    -------
    float array (P, N, M, 3)
        Padded with 0.
    """
    column, width = _columns(i, n_atoms)
    padded = np.zeros((len(bonds), n_atoms, width, 3))
    padded[:, i, column] = bonds
    return padded


def _columns(i: NDArray[np.int64], n_atoms: int) -> tuple[NDArray[np.int64], int]:
    """The place of each pair in the row of its atom, and the length of the longest row."""
    counts = np.bincount(i, minlength=n_atoms)
    column = np.arange(len(i)) - np.repeat(np.cumsum(counts) - counts, counts)
    return column, int(counts.max(initial=0))
