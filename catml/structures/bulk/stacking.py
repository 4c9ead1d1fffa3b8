"""The atomic planes a bulk is made of along a facet's normal, and where it can be cut.

All in whole numbers: along (hkl) a crystal repeats after one lattice plane, and the heights of
its atoms are whole parts of that repeat (twelfths in the prototypes of metals) whatever the
lattice constants are. So planes are counted exactly, without a tolerance, and found once per
prototype and facet.
"""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from catml.structures.bulk.prototypes import BulkStructure
from catml.structures.bulk.surface_basis import primitive_normal, surface_basis
from catml.structures.neighbors import bonded_pairs, shortest_distances

_IntArray = NDArray[np.int64]


# In nearest-neighbour distances. Below every spacing of planes with indices up to 3 in the
# prototypes of metals (0.031 and more), which so keep all their planes.
_SAME_PLANE = 0.03


@dataclass(frozen=True)
class Plane:
    """One atomic plane of the repeat.

    Attributes
    ----------
    height : int
        Height above the start of the repeat, in units (`Stacking.unit`).
    roles : tuple of int
        Species of each atom (see `Prototype.roles`).
    positions : tuple of 3-tuples of int
        Coordinates along the two in-plane vectors, in units of them; and how far the atom lies
        above `height`: 0, or slightly negative where atoms at nearly one height make up a plane.
    rises : tuple of tuples of int
        For each atom, how far the planes of its nearest neighbours lie above it, in units.
    """

    height: int
    roles: tuple[int, ...]
    positions: tuple[tuple[int, int, int], ...]
    rises: tuple[tuple[int, ...], ...]

    def missing_neighbors(self, depth: int) -> int:
        """Return the most neighbours an atom of the plane lacks `depth` below the surface."""
        return max(sum(rise > depth for rise in rises) for rises in self.rises)


@dataclass(frozen=True)
class Stacking:
    """A bulk as a stack of planes.

    Attributes
    ----------
    vectors : tuple of 3 tuples of 3 int
        Right-handed lattice basis in primitive vectors: the two shortest in the plane, and one
        that leads to the next repeat.
    planes : tuple of Plane
        The planes of one repeat, from the bottom.
    cuts : tuple of int
        Planes that can end the crystal at the top with a distinct surface, the default first:
        those that break the fewest bonds come first, then those that leave two equal halves, then
        planes richest in the majority (or first) element, then those with the narrowest gaps
        below.
    mirrors : tuple of int
        Sums of the heights (modulo the repeat) of atoms that symmetries which exchange top and
        bottom take to each other.
    unit : int
        Units in one repeat, and in each in-plane vector.
    """

    vectors: tuple[tuple[int, int, int], ...]
    planes: tuple[Plane, ...]
    cuts: tuple[int, ...]
    mirrors: tuple[int, ...]
    unit: int

    @property
    def polar(self) -> bool:
        """Whether the bottom side offers surfaces of its own; it does so in no prototype."""
        return not self.mirrors

    def plane_below(self, top: int, layer: int) -> Plane:
        """Return the plane of a layer, counted from 0 at the top plane `top`."""
        return self.planes[(top - layer) % len(self.planes)]

    def heights_below(self, top: int, layers: int) -> list[int]:
        """Return the heights of the layers from the top one down, in units."""
        count = len(self.planes)
        return [
            self.plane_below(top, k).height + self.unit * ((top - k) // count)
            for k in range(layers)
        ]

    def has_bulk_layer(self, top: int, layers: int) -> bool:
        """Say whether a slab has a layer whose atoms all have their bulk neighbours."""
        heights = self.heights_below(top, layers)
        reach = max(rise for plane in self.planes for rises in plane.rises for rise in rises)
        return any(heights[0] - h >= reach and h - heights[-1] >= reach for h in heights)

    def least_layers(self, top: int) -> int:
        """Return the smallest number of planes that leaves one with bulk coordination."""
        layers = 1
        while not self.has_bulk_layer(top, layers):
            layers += 1
        return layers

    def exposed_layers(self, top: int) -> int:
        """Return how many planes make up the closed top layer of the surface.

        One on a flat facet. On a stepped facet the terrace spans several planes: those from the
        top whose atoms miss at least two of their nearest neighbours.
        """
        exposed = 1
        while True:
            depth = (heights := self.heights_below(top, exposed + 1))[0] - heights[-1]
            if self.plane_below(top, exposed).missing_neighbors(depth) < 2:
                return exposed
            exposed += 1

    def cut_rank(self, top: int) -> tuple[object, ...]:
        """Return the sort key of the plane `top` among possible top planes; see `cuts`."""
        plane = self.planes[top]
        below = sorted((plane.height - p.height) % self.unit for p in self.planes)
        return (
            self._broken_bonds(top),
            not self._halves(top),
            -plane.roles.count(0) / len(plane.roles),
            below,
        )

    def _halves(self, top: int) -> bool:
        """Whether the two ends are equal where the plane `top` is parted from the next one."""
        above = self.planes[(top + 1) % len(self.planes)]
        lowest = above.height + min(z for _, _, z in above.positions)
        return (self.planes[top].height + lowest) % self.unit in self.mirrors

    def _broken_bonds(self, top: int) -> int:
        """Bonds per surface cell that are cut where the plane `top` ends the crystal."""
        broken = 0
        for plane in self.planes:
            depth = (self.planes[top].height - plane.height) % self.unit
            for rise in (rise for rises in plane.rises for rise in rises if rise > depth):
                broken += -((depth - rise) // self.unit)
        return broken


@cache
def stacking(bulk: BulkStructure, miller: tuple[int, ...]) -> Stacking:
    """Return the planes of a bulk along a facet; `miller` has 3 or 4 coprime indices."""
    normal = primitive_normal(bulk, miller)
    vectors = surface_basis(normal, bulk.ideal_cell())
    planes = _planes(bulk, normal, vectors)
    shifts, mirrors = _height_shifts(bulk, normal)
    whole = Stacking(_as_tuples(vectors), planes, (), tuple(sorted(mirrors)), bulk.unit)
    return replace(whole, cuts=_distinct_cuts(whole, shifts))


def _planes(bulk: BulkStructure, normal: _IntArray, vectors: _IntArray) -> tuple[Plane, ...]:
    """Sort the atoms of the primitive cell into planes by their height along the normal."""
    to_surface = np.rint(np.linalg.inv(vectors)).astype(int)
    atoms = np.array(bulk.positions) @ to_surface % bulk.unit
    bonds, spacing_ang = _bonds(bulk)
    repeat_ang = 1 / float(np.linalg.norm(normal @ np.linalg.inv(bulk.ideal_cell()).T))
    heights = _plane_heights(atoms[:, 2], bulk.unit, _SAME_PLANE * spacing_ang / repeat_ang)
    offsets = -((heights - atoms[:, 2]) % bulk.unit)
    planes = []
    for height in sorted(set(heights.tolist())):
        members = np.flatnonzero(heights == height).tolist()
        members.sort(key=lambda i: (bulk.roles[i], atoms[i, 1], atoms[i, 0]))
        planes.append(
            Plane(
                height=height,
                roles=tuple(bulk.roles[i] for i in members),
                positions=_as_tuples(np.column_stack([atoms[:, :2], offsets])[members]),
                rises=tuple(
                    tuple(sorted(int(v @ normal + offsets[i] - offsets[j]) for j, v in bonds[i]))
                    for i in members
                ),
            )
        )
    return tuple(planes)


def _plane_heights(heights: _IntArray, unit: int, tolerance: float) -> _IntArray:
    """The height of the highest atom in each atom's plane; `tolerance` in parts of the repeat."""
    levels = np.unique(heights)
    apart = np.diff(levels, append=levels[0] + unit) > tolerance * unit
    if not apart.any():
        return np.full_like(heights, levels[-1])
    tops = np.flatnonzero(apart)
    above = np.searchsorted(tops, np.searchsorted(levels, heights))
    return levels[tops[above % len(tops)]]


def _bonds(bulk: BulkStructure) -> tuple[list[list[tuple[int, _IntArray]]], float]:
    """The atoms bonded to each atom and the vectors to them, in units; their distance."""
    from ase import Atoms

    scale = 4.0 / float(np.linalg.norm(bulk.ideal_cell(), axis=1).min())
    cell = bulk.ideal_cell() * scale
    places = np.array(bulk.positions)
    crystal = Atoms(numbers=bulk.roles, scaled_positions=places / bulk.unit, cell=cell, pbc=True)
    pairs = bonded_pairs(crystal)
    bonds: list[list[tuple[int, _IntArray]]] = [[] for _ in places]
    for i, j, shift in zip(pairs.i.tolist(), pairs.j.tolist(), pairs.shift, strict=True):
        bonds[i].append((j, places[j] - places[i] + bulk.unit * shift))
    return bonds, float(np.median(shortest_distances(crystal))) / scale


def _distinct_cuts(whole: Stacking, shifts: set[int]) -> tuple[int, ...]:
    """Planes that differ as top planes, ordered as `Stacking.cuts` says."""
    planes = whole.planes
    remaining = {plane.height for plane in planes}
    cuts = []
    for index in sorted(range(len(planes)), key=whole.cut_rank):
        if planes[index].height in remaining:
            cuts.append(index)
            remaining -= {(planes[index].height + shift) % whole.unit for shift in shifts}
    return tuple(cuts)


def _height_shifts(bulk: BulkStructure, normal: _IntArray) -> tuple[set[int], set[int]]:
    """What the bulk's symmetries do to heights: h to h + shift, or h to mirror - h.

    The shifts of those that keep the normal, and the mirrors of those that turn it round.
    """
    atoms = np.array(bulk.positions)
    crystal = {(role, *place) for role, place in zip(bulk.roles, atoms.tolist(), strict=True)}
    rarest = min(set(bulk.roles), key=bulk.roles.count)
    anchors = atoms[np.array(bulk.roles) == rarest]
    shifts: set[int] = set()
    mirrors: set[int] = set()
    for rotation in _lattice_rotations(bulk):
        keeps, turns = (np.array_equal(normal @ rotation, n) for n in (normal, -normal))
        if not keeps and not turns:
            continue
        turned = atoms @ rotation.T
        for translation in anchors - anchors[0] @ rotation.T:
            moved = ((turned + translation) % bulk.unit).tolist()
            if crystal == {(r, *place) for r, place in zip(bulk.roles, moved, strict=True)}:
                (shifts if keeps else mirrors).add(int(normal @ translation) % bulk.unit)
    return shifts, mirrors


@cache
def _lattice_rotations(bulk: BulkStructure) -> list[_IntArray]:
    """Rotations and reflections of a primitive lattice, acting on columns of coordinates."""
    cell = bulk.ideal_cell()
    metric = cell @ cell.T
    candidates = np.array(list(product((-1, 0, 1), repeat=9))).reshape(-1, 3, 3)
    turned = np.einsum("nki,kl,nlj->nij", candidates, metric, candidates)
    return list(candidates[np.abs(turned - metric).max(axis=(1, 2)) < 1e-9])


def _as_tuples(vectors: _IntArray) -> tuple[tuple[int, int, int], ...]:
    return tuple((int(x), int(y), int(z)) for x, y, z in vectors)
