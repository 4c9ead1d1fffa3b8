"""The net that the exposed atoms of a surface form: vertices, edges and faces.

A probe is rolled over the top side, kept `PROBE_RATIO` nearest-neighbour distances away from every
atom. Where it comes to rest it touches three or more atoms: these span a face. The probe is small
enough to reach the lowest row of a step, which a sphere the size of a metal atom would not resolve
from its neighbours, and too big to fall into the bulk. Four atoms of a square are touched at once,
so a 4-fold hollow needs no cutting and merging of triangles. Sides of faces are edges, corners are
vertices; on a closed net their numbers obey V - E + F = 0 per cell of a slab and 2 on a particle.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from catml.structures.bulk.prototypes import metals
from catml.structures.finding.exposure import exposed_atoms
from catml.structures.finding.matching import AtomFinder
from catml.structures.finding.net_faces import (
    Face,
    Images,
    Vector,
    canonical,
    displaced,
    face_normal,
    located,
    sides,
)
from catml.structures.finding.rolling import reached_faces
from catml.structures.finding.surface_cell import SurfaceCell
from catml.structures.neighbors import NEIGHBOR_RATIO, Neighbors

PROBE_RATIO = 0.9
"""Distance of probe and atoms. Below 1, where the probe is as big as an atom of the lattice and
no longer tells the foot of a step from the faces beside it; above 0.87, where the second layer of
bcc(100) would count as exposed in its 4-fold hollows; far above the holes of a bulk (0.71)."""

COMPOUND_PROBE_RATIO = 1.1
"""The same in a compound of a non-metal, whose nearest neighbours are unlike ions: there are holes
of 0.92 in rutile and wider ones in anatase."""

_COMPOUND_SHARE = 1 / 3

_TOUCH = 0.03
_MERGE = 0.06
# How far a face's normal may point down by rounding; that of an upright face, such as the wall of a
# vacancy in fcc(100), is level.
_UPRIGHT = 1e-6
_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class NetElement:
    """A vertex, edge or face.

    Attributes
    ----------
    images : tuple of Image
        Its atoms, in canonical form (`canonical`).
    center : tuple of 3 float
        Its middle in Å, in the frame of the surface cell: as far from each of its atoms as from
        the others.
    normal : tuple of 3 float
        Unit vector pointing away from the surface there.
    """

    images: Images
    center: tuple[float, float, float]
    normal: tuple[float, float, float]


@dataclass(frozen=True)
class SurfaceNet:
    """The net of the top side, one copy of each element per primitive cell."""

    vertices: tuple[NetElement, ...]
    edges: tuple[NetElement, ...]
    faces: tuple[NetElement, ...]


def probe_reach(surface: SurfaceCell) -> float:
    """Return the distance of probe and atoms in Å.

    A slab counts as a compound from a third of non-metal atoms on; fewer are adsorbates.
    """
    symbols = surface.symbols
    others = sum(symbol not in metals() for symbol in symbols)
    compound = others >= _COMPOUND_SHARE * len(symbols)
    return (COMPOUND_PROBE_RATIO if compound else PROBE_RATIO) * surface.spacing_ang


def surface_net(surface: SurfaceCell, pairs: Neighbors, *, closed: bool = False) -> SurfaceNet:
    """Return the net of the top side of a slab, or of all sides of a particle.

    Parameters
    ----------
    surface : SurfaceCell
        The primitive surface cell; of a particle, one so wide that its copies do not meet.
    pairs : Neighbors
        Its pairs of atoms within at least twice the probe's distance.
    closed : bool
        Whether the net goes around a particle, where V - E + F = 2, instead of along a top side.
    """
    probes = _merged(surface, _resting_probes(surface, pairs))
    faces = [Face(probe, _ordered_rim(surface, probe, touched)) for probe, touched in probes]
    exposed = _outer_faces(surface, faces) if closed else _top_faces(surface, faces)
    return _assemble(surface, _flipped(surface, exposed), closed=closed)


def _resting_probes(surface: SurfaceCell, pairs: Neighbors) -> list[Face]:
    """Every position where the probe touches three atoms and overlaps none."""
    reach = probe_reach(surface)
    slack = _TOUCH * surface.spacing_ang
    found = []
    exposed = exposed_atoms(surface, pairs, reach_ang=reach, slack_ang=slack)
    starts = np.searchsorted(pairs.i, np.arange(len(surface.numbers) + 1))
    for atom in exposed.tolist():
        origin = surface.positions[atom]
        rows = slice(starts[atom], starts[atom + 1])
        j, shift = pairs.j[rows], pairs.shift[rows]
        vectors = surface.positions[j] - origin
        vectors[:, :2] += shift[:, :2] @ surface.cell
        centers = _touching_three(vectors, reach)
        distance = np.linalg.norm(centers[:, None] - vectors, axis=2)
        for row in np.flatnonzero((distance > reach - slack).all(axis=1)):
            near = np.flatnonzero(distance[row] < reach + slack)
            images = ((int(j[k]), int(shift[k, 0]), int(shift[k, 1])) for k in near)
            found.append(Face(origin + centers[row], ((atom, 0, 0), *images)))
    return found


def _touching_three(vectors: Vector, reach: float) -> Vector:
    """Probe positions at `reach` from the origin and from two of the vectors, shape (n, 3)."""
    first, second = np.triu_indices(len(vectors), 1)
    a, b = vectors[first], vectors[second]
    normal = np.cross(a, b)
    area2 = (normal**2).sum(axis=1)
    proper = area2 > 1e-6 * reach**4
    a, b, normal, area2 = a[proper], b[proper], normal[proper], area2[proper]
    middle = _circumcenter(a, b, normal)
    height2 = reach**2 - (middle**2).sum(axis=1)
    fits = height2 > 0
    rise = np.sqrt(height2[fits] / area2[fits])[:, None] * normal[fits]
    return np.vstack([middle[fits] + rise, middle[fits] - rise])


def _circumcenter(a: Vector, b: Vector, normal: Vector) -> Vector:
    """Centre of the circle through the origin, a and b; `normal` is their cross product."""
    a2 = (a**2).sum(axis=-1, keepdims=True)
    b2 = (b**2).sum(axis=-1, keepdims=True)
    area2 = (normal**2).sum(axis=-1, keepdims=True)
    center: Vector = np.cross(a2 * b - b2 * a, normal) / (2 * area2)
    return center


def _merged(surface: SurfaceCell, probes: list[Face]) -> list[Face]:
    """Unite probes that rest in the same place, up to lattice translations."""
    if not probes:
        return []
    positions = np.array([probe for probe, _ in probes])
    blank = np.zeros(len(probes), dtype=np.int64)
    finder = AtomFinder(positions, surface.cell, blank, surface.spacing_ang)
    close = finder.around(positions, _MERGE * surface.spacing_ang)
    united = []
    left = [True] * len(probes)
    for first in range(len(probes)):
        if left[first]:
            group = sorted(image for image in close[first] if left[image[0]])
            for k, _, _ in group:
                left[k] = False
            moved = [displaced(surface, probes[k], u, v) for k, u, v in group]
            touched = {image for face in moved for image in face.rim}
            place = np.mean([face.probe for face in moved], axis=0)
            united.append(Face(place, tuple(sorted(touched))))
    return united


def _ordered_rim(surface: SurfaceCell, probe: Vector, touched: Images) -> Images:
    """The touched atoms in order around the probe, without any that lies between the others."""
    if len(touched) == 3:
        return touched
    from scipy.spatial import ConvexHull

    spokes = surface.places(touched) - probe
    axis = spokes.mean(axis=0) / np.linalg.norm(spokes.mean(axis=0))
    spokes -= np.outer(spokes @ axis, axis)
    lengths = np.linalg.norm(spokes, axis=1)
    east = spokes[lengths.argmax()] / lengths.max()
    hull = ConvexHull(np.column_stack([spokes @ east, spokes @ np.cross(axis, east)]))
    return tuple(touched[k] for k in hull.vertices)


def _top_faces(surface: SurfaceCell, faces: list[Face]) -> list[Face]:
    """The faces that look up and that the probe reaches from the highest one."""
    up = [float(face_normal(surface, face)[2]) > -_UPRIGHT for face in faces]
    heights = [
        float(face.probe[2]) if upward else -np.inf for face, upward in zip(faces, up, strict=True)
    ]
    reached = reached_faces(surface, faces, heights, up)
    # A triangle of atoms that stands up alone, as over a narrow valley or around an atom bound on
    # top of another, is touched from either side and is no part of the surface.
    touched = Counter(canonical(face.rim) for face in reached)
    return [face for face in reached if touched[canonical(face.rim)] == 1]


def _outer_faces(surface: SurfaceCell, faces: list[Face]) -> list[Face]:
    """The faces around a particle that the probe reaches from the outermost one.

    Those around a vacancy inside it are not among them.
    """
    middle = surface.positions.mean(axis=0)
    distances = [float(np.linalg.norm(face.probe - middle)) for face in faces]
    return reached_faces(surface, faces, distances, [True] * len(faces))


def _flipped(surface: SurfaceCell, faces: list[Face]) -> list[Face]:
    """Replace sides that join no neighbours by the other diagonal, where that one does.

    In a narrow valley, such as that between the rows of fcc(110), the probe leans on the rows to
    either side before it reaches the bottom: it finds a side across the valley instead of the bond
    along its bottom.
    """
    while True:
        used: set[int] = set()
        new = []
        for side, found in _open_sides(surface, faces).items():
            if len(found) != 2 or used & {index for index, _ in found}:
                continue
            (first, one), (second, other) = found
            (c,) = set(one.rim) - set(side)
            (d,) = set(other.rim) - set(side)
            if first != second and c != d and _bonded(surface, (c, d)):
                used |= {first, second}
                new += [_resting_on(surface, (c, corner, d), one.probe) for corner in side]
        if not new:
            return faces
        faces = [face for k, face in enumerate(faces) if k not in used] + new


def _open_sides(surface: SurfaceCell, faces: list[Face]) -> dict[Images, list[tuple[int, Face]]]:
    """Sides of triangles that join no neighbours; the faces they bound, displaced to meet there."""
    by_side: dict[Images, list[tuple[int, Face]]] = defaultdict(list)
    for index, face in enumerate(faces):
        for side in sides(face.rim):
            if len(face.rim) == 3 and not _bonded(surface, side):
                key, u, v = located(side)
                by_side[key].append((index, displaced(surface, face, -u, -v)))
    return by_side


def _resting_on(surface: SurfaceCell, rim: Images, above: Vector) -> Face:
    """The face of three atoms whose probe lies on the same side as the point `above`."""
    corners = surface.places(rim)
    a, b = corners[1] - corners[0], corners[2] - corners[0]
    normal = np.cross(a, b)
    middle = _circumcenter(a, b, normal)
    height2 = probe_reach(surface) ** 2 - float(middle @ middle)
    upward = float(np.sign(normal @ (above - corners[0]))) / float(np.linalg.norm(normal))
    return Face(corners[0] + middle + normal * (upward * max(height2, 0.0) ** 0.5), rim)


def _assemble(surface: SurfaceCell, faces: list[Face], *, closed: bool) -> SurfaceNet:
    """Collect sides and corners; they face where the probes around them are.

    Sides count where they are bonds; where none is, as between the cations of a polar facet, all
    of them do. Around a particle they face as the faces around them do, for the probes lie below
    the sharp corners of a small one.
    """
    around: dict[Images, list[Vector]] = defaultdict(list)
    every = not any(_bonded(surface, side) for face in faces for side in sides(face.rim))
    for face in faces:
        normal = face_normal(surface, face)
        for part in [*((corner,) for corner in face.rim), *sides(face.rim)]:
            if len(part) == 1 or every or _bonded(surface, part):
                if closed:
                    direction = normal * _angle(surface, face.rim, part)
                else:
                    direction = face.probe - surface.places(part).mean(axis=0)
                    direction /= np.linalg.norm(direction)
                around[canonical(part)].append(direction)
    if not closed:
        around |= {((atom, 0, 0),): [_UP] for atom in _posts(surface, around)}
    parts = [
        _element(key, surface.places(key).mean(axis=0), np.sum(directions, axis=0))
        for key, directions in around.items()
    ]
    return SurfaceNet(
        vertices=tuple(part for part in parts if len(part.images) == 1),
        edges=tuple(part for part in parts if len(part.images) == 2),
        faces=tuple(_face_element(surface, face) for face in faces),
    )


def _posts(surface: SurfaceCell, net: Iterable[Images]) -> list[int]:
    """Atoms that stick out of the net without being part of it, open to above.

    The probe goes around an atom bound on top of a single other one, such as the oxygen of a
    vanadyl group, and never rests on it.
    """
    corners = {part[0][0] for part in net if len(part) == 1}
    top = max((float(surface.positions[atom, 2]) for atom in corners), default=-np.inf)
    higher = surface.positions[:, 2] > top + _TOUCH * surface.spacing_ang
    reach = probe_reach(surface)
    posts = []
    for atom in np.flatnonzero(higher).tolist():
        offset = surface.positions - surface.positions[atom] - reach * _UP
        turns = np.rint(offset[:, :2] @ np.linalg.inv(surface.cell))
        offset[:, :2] -= turns @ surface.cell
        if (np.linalg.norm(offset, axis=1) > reach - _TOUCH * surface.spacing_ang).all():
            posts.append(atom)
    return posts


def _angle(surface: SurfaceCell, rim: Images, part: Images) -> float:
    """The angle a face spans at one of its corners, that of a straight line at one of its sides."""
    if len(part) > 1:
        return float(np.pi)
    k = rim.index(part[0])
    corner, one, other = surface.places((part[0], rim[k - 1], rim[(k + 1) % len(rim)]))
    cosine = (one - corner) @ (other - corner)
    cosine /= np.linalg.norm(one - corner) * np.linalg.norm(other - corner)
    return float(np.arccos(np.clip(cosine, -1, 1)))


def _face_element(surface: SurfaceCell, face: Face) -> NetElement:
    key, u, v = located(face.rim)
    probe, rim = displaced(surface, face, -u, -v)
    normal = face_normal(surface, Face(probe, rim))
    height = normal @ (probe - surface.places(rim).mean(axis=0))
    return _element(key, probe - normal * height, normal)


def _element(images: Images, center: Vector, direction: Vector) -> NetElement:
    x, y, z = (float(value) for value in center)
    # A sheet of single atoms faces two ways, which cancel.
    length = float(np.linalg.norm(direction)) or 1.0
    nx, ny, nz = (float(value) for value in direction / length)
    return NetElement(images, (x, y, z), (nx, ny, nz))


def _bonded(surface: SurfaceCell, pair: Images) -> bool:
    first, second = surface.places(pair)
    length = float(np.linalg.norm(second - first))
    return length < NEIGHBOR_RATIO * surface.spacing_ang
