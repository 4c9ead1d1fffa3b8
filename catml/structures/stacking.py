"""The atomic planes a bulk is made of along a facet's normal, and where it can be cut.

All in whole numbers: along (hkl) a crystal repeats after one lattice plane, and the heights of
its atoms are twelfths of that repeat whatever the lattice constants are. So planes are counted
exactly, without a tolerance, and found once per prototype and facet.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from math import gcd

import numpy as np
from numpy.typing import NDArray

from catml.structures.prototypes import PROTOTYPES, TWELFTHS, Prototype, PrototypeName

_IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Plane:
    """One atomic plane of the repeat.

    Attributes
    ----------
    height : int
        Height above the start of the repeat, in twelfths of it.
    roles : tuple of int
        Species of each atom (see `Prototype.roles`).
    positions : tuple of 2-tuples of int
        Coordinates along the two in-plane vectors, in twelfths.
    rises : tuple of tuples of int
        For each atom, how far its nearest neighbours lie above it, in twelfths of the repeat.
    """

    height: int
    roles: tuple[int, ...]
    positions: tuple[tuple[int, int], ...]
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
        planes richest in the majority (or first) element come first, then those with the
        narrowest gaps below. Every prototype here has an inversion centre, so the bottom side
        offers the same surfaces.
    """

    vectors: tuple[tuple[int, int, int], ...]
    planes: tuple[Plane, ...]
    cuts: tuple[int, ...]

    def plane_below(self, top: int, layer: int) -> Plane:
        """Return the plane of a layer, counted from 0 at the top plane `top`."""
        return self.planes[(top - layer) % len(self.planes)]

    def heights_below(self, top: int, layers: int) -> list[int]:
        """Return the heights of the layers from the top one down, in twelfths of the repeat."""
        count = len(self.planes)
        return [
            self.plane_below(top, k).height + TWELFTHS * ((top - k) // count) for k in range(layers)
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


@cache
def stacking(name: PrototypeName, miller: tuple[int, ...]) -> Stacking:
    """Return the planes of a prototype along a facet; `miller` has 3 or 4 coprime indices."""
    prototype = PROTOTYPES[name]
    normal = _primitive_normal(prototype, miller)
    vectors = _surface_basis(normal, prototype.ideal_cell())
    planes = _planes(prototype, normal, vectors)
    return Stacking(_as_tuples(vectors), planes, _distinct_cuts(prototype, normal, planes))


def _primitive_normal(prototype: Prototype, miller: tuple[int, ...]) -> _IntArray:
    """Miller indices with respect to the primitive lattice vectors, made coprime."""
    h, k, l = miller[0], miller[1], miller[-1]  # noqa: E741
    normal = np.array(prototype.miller_cell) @ np.array([h, k, l])
    return normal // gcd(*(int(x) for x in normal))


def _surface_basis(normal: _IntArray, cell: NDArray[np.float64]) -> _IntArray:
    """Lattice basis (rows, in primitive vectors) with two short vectors in the plane."""
    h, k, l = (int(x) for x in normal)  # noqa: E741
    if h == 0 and k == 0:
        rough = [[1, 0, 0], [0, 1, 0], [0, 0, l]]
    else:
        g = gcd(h, k)
        x, y = _bezout(h, k)
        p, q = _bezout(g, l)
        rough = [[k // g, -h // g, 0], [x * l, y * l, -g], [p * x, p * y, q]]
    first, second, third = np.array(rough)
    first, second = _shortest_pair(first, second, cell)
    basis = np.array([first, second, third])
    if np.linalg.det(basis @ cell) < 0:
        basis[1] *= -1
    return _tidy(basis, cell)


def _bezout(a: int, b: int) -> tuple[int, int]:
    """Integers x, y with x a + y b = gcd(a, b) > 0."""
    if b == 0:
        return (1, 0) if a > 0 else (-1, 0)
    x, y = _bezout(b, a % b)
    return y, x - (a // b) * y


def _shortest_pair(
    first: _IntArray, second: _IntArray, cell: NDArray[np.float64]
) -> tuple[_IntArray, _IntArray]:
    """Lagrange's reduction of a two-dimensional lattice basis."""
    while True:
        if np.linalg.norm(first @ cell) > np.linalg.norm(second @ cell) + 1e-9:
            first, second = second, first
        a, b = first @ cell, second @ cell
        steps = round(float(a @ b / (a @ a)))
        shorter = second - steps * first
        if steps == 0 or np.linalg.norm(shorter @ cell) > np.linalg.norm(b) - 1e-9:
            return first, second
        second = shorter


def _tidy(basis: _IntArray, cell: NDArray[np.float64]) -> _IntArray:
    """Of the equally short right-handed pairs take one with an acute angle, always the same."""

    def untidiness(pair: _IntArray) -> tuple[object, ...]:
        a, b = pair @ basis[:2] @ cell
        lengths = (round(float(a @ a), 6), round(float(b @ b), 6))
        return (*lengths, bool(a @ b < -1e-9), *(-pair).ravel().tolist())

    pairs = (np.array(p).reshape(2, 2) for p in product((-1, 0, 1), repeat=4))
    proper = (p for p in pairs if p[0, 0] * p[1, 1] - p[0, 1] * p[1, 0] == 1)
    best = min(proper, key=untidiness)
    return np.vstack([best @ basis[:2], basis[2:]])


def _planes(prototype: Prototype, normal: _IntArray, vectors: _IntArray) -> tuple[Plane, ...]:
    """Sort the atoms of the primitive cell into planes by their height along the normal."""
    to_surface = np.rint(np.linalg.inv(vectors)).astype(int)
    atoms = np.array(prototype.positions) @ to_surface % TWELFTHS
    rises = [tuple(int(r) for r in vectors @ normal) for vectors in _neighbor_vectors(prototype)]
    planes = []
    for height in sorted(set(atoms[:, 2].tolist())):
        members = [i for i in range(len(atoms)) if atoms[i, 2] == height]
        members.sort(key=lambda i: (prototype.roles[i], atoms[i, 1], atoms[i, 0]))
        planes.append(
            Plane(
                height=height,
                roles=tuple(prototype.roles[i] for i in members),
                positions=tuple((int(atoms[i, 0]), int(atoms[i, 1])) for i in members),
                rises=tuple(rises[i] for i in members),
            )
        )
    return tuple(planes)


def _neighbor_vectors(prototype: Prototype) -> list[_IntArray]:
    """Vectors to the nearest neighbours of each atom of the ideal cell, in twelfths."""
    atoms = np.array(prototype.positions)
    shifts = TWELFTHS * np.array(list(product(range(-2, 3), repeat=3)))
    found = []
    for atom in atoms:
        vectors = (atoms[:, None] + shifts[None] - atom).reshape(-1, 3)
        lengths = np.linalg.norm(vectors @ prototype.ideal_cell(), axis=1)
        nearest = lengths[lengths > 1e-6].min()
        found.append(vectors[(lengths > 1e-6) & (lengths < nearest * 1.01)])
    return found


def _distinct_cuts(
    prototype: Prototype, normal: _IntArray, planes: tuple[Plane, ...]
) -> tuple[int, ...]:
    """Planes that differ as top planes, ordered as `Stacking.cuts` says."""
    remaining = {plane.height: index for index, plane in enumerate(planes)}
    if len(planes) == 1:
        return (0,)
    shifts = _height_shifts(prototype, normal)

    def rank(index: int) -> tuple[float, list[int], int]:
        roles = planes[index].roles
        below = [(planes[index].height - p.height) % TWELFTHS for p in planes]
        return -roles.count(0) / len(roles), sorted(below), index

    cuts = []
    for index in sorted(range(len(planes)), key=rank):
        if planes[index].height in remaining:
            cuts.append(index)
            for shift in shifts:
                remaining.pop((planes[index].height + shift) % TWELFTHS, None)
    return tuple(cuts)


def _height_shifts(prototype: Prototype, normal: _IntArray) -> set[int]:
    """How far the bulk's symmetries that keep the normal move planes, in twelfths."""
    atoms = np.array(prototype.positions)
    crystal = {(role, *place) for role, place in zip(prototype.roles, atoms.tolist(), strict=True)}
    shifts = set()
    for rotation in _lattice_rotations(prototype.name):
        turned = atoms @ rotation.T
        if not np.array_equal(normal @ rotation, normal):
            continue
        for translation in atoms - turned[0]:
            moved = ((turned + translation) % TWELFTHS).tolist()
            if crystal == {(r, *place) for r, place in zip(prototype.roles, moved, strict=True)}:
                shifts.add(int(normal @ translation) % TWELFTHS)
    return shifts


@cache
def _lattice_rotations(name: PrototypeName) -> list[_IntArray]:
    """Rotations and reflections of a primitive lattice, acting on columns of coordinates."""
    cell = PROTOTYPES[name].ideal_cell()
    metric = cell @ cell.T
    candidates = np.array(list(product((-1, 0, 1), repeat=9))).reshape(-1, 3, 3)
    turned = np.einsum("nki,kl,nlj->nij", candidates, metric, candidates)
    return list(candidates[np.abs(turned - metric).max(axis=(1, 2)) < 1e-9])


def _as_tuples(vectors: _IntArray) -> tuple[tuple[int, int, int], ...]:
    return tuple((int(x), int(y), int(z)) for x, y, z in vectors)
