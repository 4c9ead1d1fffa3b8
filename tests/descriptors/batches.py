"""Batches of known geometry for the tests of this folder."""

import numpy as np
from ase import Atoms
from ase.build import bulk

from catml.elements.lattice import lattice_constants
from catml.structures.batches import SiteBatch, padded_bonds, padded_neighbors
from catml.structures.neighbors import nearest_neighbors


def batch_without_sites(atoms: Atoms) -> SiteBatch:
    pairs = nearest_neighbors(atoms)
    neighbors, distances = padded_neighbors(pairs.i, pairs.j, pairs.distance[None], len(atoms))
    nothing = np.full((1, 2), np.nan)
    numbers = atoms.numbers[None].astype(np.int64)
    vectors = atoms.positions[pairs.j] - atoms.positions[pairs.i] + pairs.shift @ atoms.cell.array
    return SiteBatch(
        "",
        (),
        numbers,
        neighbors,
        distances,
        (),
        nothing,
        np.zeros(1, int),
        padded_bonds(pairs.i, vectors[None], len(atoms)),
        np.ones((1, 1)),
    )


def fcc_bulk(symbol: str, a_ang: float | None = None) -> SiteBatch:
    a_ang = a_ang or lattice_constants(symbol, "A1").a_ang
    return batch_without_sites(bulk(symbol, "fcc", a=a_ang))
