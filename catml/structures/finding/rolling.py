"""How the probe gets from one face of a surface's net to the next."""

from collections import defaultdict

import numpy as np

from catml.structures.finding.net_faces import Face, Images, Vector, displaced, located, sides
from catml.structures.finding.surface_cell import SurfaceCell

_EQUAL = 1e-3


def reached_faces(
    surface: SurfaceCell, faces: list[Face], ranks: list[float], allowed: list[bool]
) -> list[Face]:
    """Return the highest ranked faces, and all allowed ones that the probe rolls to from there.

    Ranks are lengths in Å: those of equivalent faces are equal but for rounding.
    """
    links = _rolls(surface, faces)
    highest = max(ranks, default=0.0) - _EQUAL * surface.spacing_ang
    pending = [index for index, rank in enumerate(ranks) if rank >= highest]
    reached: set[int] = set()
    while pending:
        index = pending.pop()
        if index not in reached and allowed[index]:
            reached.add(index)
            pending += links[index]
    return [faces[index] for index in sorted(reached)]


def _rolls(surface: SurfaceCell, faces: list[Face]) -> dict[int, list[int]]:
    """The faces that the probe comes to from each, rolling over one of its sides.

    Around a side the probe moves on a circle, away from the face's other atoms, until it comes to
    rest on the next face. Other faces with the same side, as there are in the channels of an
    oxide, may be cut off from it by atoms in between.
    """
    around: dict[Images, list[tuple[float, bool, int]]] = defaultdict(list)
    for index, face in enumerate(faces):
        for side in sides(face.rim):
            key, u, v = located(side)
            probe, rim = displaced(surface, face, -u, -v)
            others = tuple(image for image in rim if image not in key)
            around[key].append((*_place_on_circle(surface, key, probe, others), index))
    links: dict[int, list[int]] = defaultdict(list)
    for stops in around.values():
        stops.sort()
        for here, there in zip(stops, [*stops[1:], stops[0]], strict=True):
            if here[1] and not there[1]:
                links[here[2]].append(there[2])
                links[there[2]].append(here[2])
    return links


def _place_on_circle(
    surface: SurfaceCell, side: Images, probe: Vector, others: Images
) -> tuple[float, bool]:
    """The probe's angle around a side, and whether the way to larger angles is free.

    It is where the other atoms that the probe touches are left behind.
    """
    first, second = surface.places(side)
    axis = (second - first) / np.linalg.norm(second - first)
    east = _cross(axis, np.eye(3)[int(np.abs(axis).argmin())])
    east /= np.linalg.norm(east)
    north = _cross(axis, east)
    middle = (first + second) / 2
    angle = np.arctan2((probe - middle) @ north, (probe - middle) @ east)
    onward = np.cos(angle) * north - np.sin(angle) * east
    ahead = ((surface.places(others) - middle) @ onward).sum()
    return float(angle), bool(ahead < 0)


def _cross(one: Vector, other: Vector) -> Vector:
    """The cross product of two vectors, an order of magnitude faster than that of arrays."""
    (a, b, c), (x, y, z) = one.tolist(), other.tolist()
    return np.array([b * z - c * y, c * x - a * z, a * y - b * x])
