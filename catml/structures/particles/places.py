"""Where on a particle its atoms, bonds and hollows are: facets, edges and vertices.

A facet is a set of neighbouring faces of the net (`catml.structures.finding.surface_net`) that lie
in one plane. It is called after the slab facet whose pattern of atoms it has: ``111`` of equal
triangles (the basal facet of hcp too), ``100`` of squares, ``110`` of the lengthened triangles of
bcc. An atom of two facets is on an edge, one of more at a vertex; where two facets make a groove
they meet in a ``lower`` edge, as at the foot of a step. A facet with rows, such as fcc(110), is a
series of small facets and edges.
"""

from collections import defaultdict
from itertools import combinations

import numpy as np

from catml.errors import SurfaceError
from catml.structures.finding.surface_cell import Image, SurfaceCell
from catml.structures.finding.surface_net import NetElement, SurfaceNet
from catml.structures.neighbors import connected_parts

# Faces whose normals differ by less than 15 degrees are in one plane.
_FLAT = 0.966
_LONG = 1.08

_Images = tuple[Image, ...]


def places_on_particle(surface: SurfaceCell, net: SurfaceNet) -> dict[_Images, str]:
    """Return where each vertex, edge and face of a closed net is.

    Returns
    -------
    dict of images to str
        ``"vertex"``, ``"edge"``, ``"lower"``, ``"111"``, ``"100"`` or ``"110"`` for each element
        of the net.

    Raises
    ------
    SurfaceError
        If the particle has a part of a single sheet of atoms, whose sites face two ways.
    """
    sides = _sides(net)
    facet_of = _facets(net, sides)
    names = _facet_names(surface, net, facet_of)
    places = {face.images: names[facet_of[k]] for k, face in enumerate(net.faces)}
    around: dict[Image, set[int]] = defaultdict(set)
    rims: dict[Image, set[str]] = defaultdict(set)
    along: dict[_Images, str] = {}
    for side, faces in sides.items():
        facets = {facet_of[k] for k in faces}
        along[side] = _rim(net, faces) if len(facets) > 1 else names[facets.pop()]
        for image in side:
            around[image] |= {facet_of[k] for k in faces}
            rims[image].add(along[side])
    places |= {edge.images: along[edge.images] for edge in net.edges}
    for vertex in net.vertices:
        (image,) = vertex.images
        facets = around[image]
        if len(facets) == 1:
            places[vertex.images] = names[next(iter(facets))]
        elif len(facets) == 2:
            places[vertex.images] = "edge" if "edge" in rims[image] else "lower"
        else:
            places[vertex.images] = "vertex"
    return places


def _sides(net: SurfaceNet) -> dict[_Images, list[int]]:
    """The two faces at each side; pairs of atoms within one face only are its diagonals."""
    pairs: dict[_Images, list[int]] = defaultdict(list)
    for k, face in enumerate(net.faces):
        for pair in combinations(face.images, 2):
            pairs[pair].append(k)
    sides = {pair: faces for pair, faces in pairs.items() if len(faces) == 2}
    odd = [edge.images for edge in net.edges if edge.images not in sides]
    if odd or not sides:
        atoms = sorted({image[0] for pair in odd for image in pair})
        raise SurfaceError(
            "Cannot find the sites of the particle: a part of it is a sheet or row of single atoms "
            f"with no inside (atoms {', '.join(map(str, atoms[:6])) or 'everywhere'} …). "
            "Take these atoms away, or build a thicker particle."
        )
    return sides


def _facets(net: SurfaceNet, sides: dict[_Images, list[int]]) -> list[int]:
    """The facet of each face, as a number."""
    normals = np.array([face.normal for face in net.faces])
    pairs = np.array(list(sides.values()))
    pairs = pairs[(normals[pairs[:, 0]] * normals[pairs[:, 1]]).sum(axis=1) > _FLAT]
    return connected_parts(pairs[:, 0], pairs[:, 1], len(normals)).tolist()


def _facet_names(surface: SurfaceCell, net: SurfaceNet, facet_of: list[int]) -> dict[int, str]:
    names: dict[int, str] = {}
    for facet, face in zip(facet_of, net.faces, strict=True):
        corners = surface.places(face.images)
        lengths = [float(np.linalg.norm(a - b)) for a, b in combinations(corners, 2)]
        name = "110" if max(lengths) > _LONG * min(lengths) else "111"
        if len(corners) > 3:
            name = "100"
        names[facet] = min(name, names.get(facet, name))
    return names


def _rim(net: SurfaceNet, faces: list[int]) -> str:
    """Whether two facets meet in a ridge or in a groove."""
    one, other = (net.faces[k] for k in faces)
    rise = _rise(one, other) + _rise(other, one)
    return "lower" if rise > 0 else "edge"


def _rise(one: NetElement, other: NetElement) -> float:
    """How far above the plane of one face the other is."""
    return float((np.array(other.center) - np.array(one.center)) @ np.array(one.normal))
