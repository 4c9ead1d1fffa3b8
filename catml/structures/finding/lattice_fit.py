"""The crystal lattice that fits the atoms of a noisy slab best.

In fcc, bcc and what is ordered on them every bond leads from one lattice point to another. So the
bonds of a noisy slab say which lattice points its atoms are on, and a fit to all atoms says where
those points are. A slab with a symmetry as low as that of a kinked facet gains as much by it as any
other. Crystals with several atoms per lattice point, such as hcp, fit no such lattice.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from catml.structures.finding.flat_slabs import FlatSlab, flat_atoms
from catml.structures.neighbors import Neighbors, nearest_neighbors

_Array = NDArray[np.float64]
_Ints = NDArray[np.int64]

# In nearest-neighbour distances: bonds of one direction lie this close to their mean, ...
_SAME_BOND = 0.3
# ... any bond this close to a step of the lattice (in hcp half of them are 0.58 away), ...
_ON_LATTICE = 0.45
# ... and atoms this close to their lattice points, the farthest one and in the mean.
_FARTHEST = 0.35
_RMS = 0.12
# The smallest cell of a lattice in cubed nearest-neighbour distances: 0.71 in fcc.
_SMALLEST_CELL = 0.5
# There are 14 directions in bcc; noise may part a few.
_DIRECTIONS = 20


def on_lattice(slab: FlatSlab) -> _Array | None:
    """Return the lattice points of a slab's atoms, None if they are on no lattice.

    Returns
    -------
    float array (N, 3) or None
        Each next to its atom, in Å; the lattice keeps the slab's in-plane cell exactly.
    """
    pairs = nearest_neighbors(flat_atoms(slab.numbers, slab.positions, slab.cell))
    bonds = slab.positions[pairs.j] - slab.positions[pairs.i]
    bonds[:, :2] += pairs.shift[:, :2] @ slab.cell
    cell = np.column_stack([slab.cell, np.zeros(2)])
    basis = _basis(bonds, cell, slab.spacing_ang)
    if basis is None:
        return None
    steps, turns = bonds @ np.linalg.inv(basis), cell @ np.linalg.inv(basis)
    misfits = [(rows - np.rint(rows)) @ basis for rows in (steps, turns)]
    limit = _ON_LATTICE * slab.spacing_ang
    if max(np.linalg.norm(rows, axis=1).max() for rows in misfits) > limit:
        return None
    whole_turns = np.rint(turns).astype(np.int64)
    points = _points(pairs, np.rint(steps).astype(np.int64), whole_turns, len(slab.numbers))
    if points is None or np.linalg.matrix_rank(whole_turns) < 2:
        return None
    placed = _fitted(slab.positions, points, whole_turns, cell)
    off = np.linalg.norm(slab.positions - placed, axis=1) / slab.spacing_ang
    return None if off.max() > _FARTHEST or np.sqrt((off**2).mean()) > _RMS else placed


def _basis(bonds: _Array, cell: _Array, spacing_ang: float) -> _Array | None:
    """Three mean bonds whose lattice the other bonds and the cell are on, as well as can be."""
    means, counts = _directions(bonds, _SAME_BOND * spacing_ang)
    triples = np.array(list(combinations(means, 3))).reshape(-1, 3, 3)
    volumes = np.abs(np.linalg.det(triples))
    proper = volumes > _SMALLEST_CELL * spacing_ang**3
    if not proper.any():
        return None
    triples, volumes = triples[proper], volumes[proper]
    vectors = np.vstack([means, cell])
    weights = np.append(counts, np.full(len(cell), len(bonds)))
    steps = vectors @ np.linalg.inv(triples)
    misfits = (((steps - np.rint(steps)) @ triples) ** 2).sum(axis=2) @ weights
    # Against chance: a small cell has a lattice point near any vector.
    return np.asarray(triples[int((misfits / volumes ** (2 / 3)).argmin())])


def _directions(bonds: _Array, radius_ang: float) -> tuple[list[_Array], list[int]]:
    """Mean bonds of each direction, and how many there are of it."""
    from scipy.spatial import KDTree

    means: list[_Array] = []
    counts: list[int] = []
    while len(bonds) and len(means) < _DIRECTIONS:
        tree = KDTree(bonds)
        near = tree.query_ball_point(bonds, radius_ang, return_length=True)
        group = tree.query_ball_point(bonds[int(np.argmax(near))], radius_ang)
        means.append(bonds[group].mean(axis=0))
        counts.append(len(group))
        bonds = np.delete(bonds, group, axis=0)
    return means, counts


def _points(pairs: Neighbors, steps: _Ints, turns: _Ints, n_atoms: int) -> _Ints | None:
    """Lattice coordinates of each atom, None if the bonds contradict each other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    # From atom to atom in the cell, not to images of its neighbours.
    inside = steps - pairs.shift[:, :2] @ turns
    bond_of = {(i, j): k for k, (i, j) in enumerate(np.column_stack(pairs[:2]).tolist())}
    links = coo_array((np.ones(len(pairs.i)), (pairs.i, pairs.j)), shape=(n_atoms, n_atoms))
    order, before = breadth_first_order(links.tocsr(), 0, directed=False)
    if len(order) < n_atoms:
        return None
    points = np.zeros((n_atoms, 3), dtype=np.int64)
    for atom in order[1:].tolist():
        points[atom] = points[before[atom]] + inside[bond_of[int(before[atom]), atom]]
    consistent = (points[pairs.j] - points[pairs.i] == inside).all()
    return points if consistent else None


def _fitted(positions: _Array, points: _Ints, turns: _Ints, cell: _Array) -> _Array:
    """Places of lattice points, fitted to positions, with `turns` of the lattice kept at `cell`.

    That leaves two vectors free: the origin and where the next lattice plane lies.
    """
    in_plane = points @ np.linalg.pinv(turns) @ cell
    layers = (points @ np.cross(*turns)).astype(float)
    layers -= layers.mean()
    rest = positions - in_plane
    spread = float(layers @ layers)
    slope = layers @ rest / spread if spread else np.zeros(3)
    return np.asarray(in_plane + rest.mean(axis=0) + layers[:, None] * slope)
