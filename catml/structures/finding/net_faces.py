"""The faces of a surface's net: a resting probe and the atoms it touches."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catml.structures.finding.surface_cell import Image, SurfaceCell

Vector = NDArray[np.float64]
Images = tuple[Image, ...]


class Face(NamedTuple):
    """The probe's position and the atoms it touches, in order around it."""

    probe: Vector
    rim: Images


def canonical(images: Images) -> Images:
    """Return a set of images sorted and displaced so that equivalent sets become equal.

    Examples
    --------
    >>> canonical(((0, 1, 0), (0, 0, 0))) == canonical(((0, 0, 3), (0, -1, 3)))
    True
    """
    return located(images)[0]


def face_normal(surface: SurfaceCell, face: Face) -> Vector:
    """Return the unit vector perpendicular to the rim, on the probe's side."""
    corners = surface.places(face.rim)
    spokes = corners - corners.mean(axis=0)
    normal: Vector = np.cross(spokes, np.roll(spokes, -1, axis=0)).sum(axis=0)
    outward = float(np.sign(normal @ (face.probe - corners.mean(axis=0))))
    return normal * outward / float(np.linalg.norm(normal))


def located(images: Images) -> tuple[Images, int, int]:
    """Return the canonical form of a set of images, and the displacement from it to the set."""
    lowest = min(images)[0]
    origins = [image for image in images if image[0] == lowest]
    return min(
        (tuple(sorted((atom, u - du, v - dv) for atom, u, v in images)), du, dv)
        for _, du, dv in origins
    )


def displaced(surface: SurfaceCell, face: Face, u: int, v: int) -> Face:
    """Return the copy of a face that lies cell vectors away."""
    shift = np.append(np.array([u, v]) @ surface.cell, 0.0)
    rim = tuple((atom, int(du + u), int(dv + v)) for atom, du, dv in face.rim)
    return Face(face.probe + shift, rim)


def sides(rim: Images) -> list[tuple[Image, Image]]:
    """Return the pairs of neighbours on a rim."""
    return list(zip(rim, (*rim[1:], rim[0]), strict=True))
