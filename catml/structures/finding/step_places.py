"""Where on a stepped surface a site is: at the edge of a step, on the terrace, at its foot.

Decided by the shape of the net of exposed atoms, not by the facet's name, so that it works on any
slab. An atom lies above the mean of those it is joined with where the surface is convex, below it
where the surface is concave. In nearest-neighbour distances, along the normal at the atom:

===========  =============================  ==========================================
place        neighbours lie                 atoms (coordination number in fcc)
===========  =============================  ==========================================
``edge``     0.15 to 0.33 below             row at a step's edge (7; 8 beside a kink)
``kink``     the same or more, and no two   corner of a step (6), all top atoms of
             of them are opposite           fcc(210), fcc(531) and bcc(111)
``terrace``  within 0.12                    between steps (8 on {100}, 9 on {111})
``lower``    0.16 to 0.43 above             row at the foot of a step (10, 11)
===========  =============================  ==========================================

A bridge or hollow is on the terrace when one of its atoms is; it is ``lower`` when it joins the
edge of one terrace to the foot of the next, as the 4-fold hollows of fcc(211) do. Flat surfaces
have no places.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from catml.structures.finding.matching import Image
from catml.structures.finding.surface_cell import SurfaceCell
from catml.structures.finding.surface_net import NetElement, SurfaceNet

Place = Literal["", "edge", "kink", "terrace", "lower"]

# Halfway between the rumpled but flat facets, such as hcp(10-11), and the row beside a kink.
_LEVEL = 0.12
# Cosine: the zigzag rows of hcp(11-20) turn by 33 degrees, the sides of a kink by 60 or more.
_OPPOSITE = -0.75
# Cosine of the angle between the normals of a site and of the terrace that it lies in.
_PARALLEL = 0.98


def site_places(surface: SurfaceCell, net: SurfaceNet) -> dict[tuple[Image, ...], Place]:
    """Return the place of each element of a net, by its images; empty for a flat surface."""
    places = _atom_places(surface, net)
    if not {"edge", "kink"} & set(places.values()):
        return {}
    on_terrace = [v.normal for v in net.vertices if places[v.images[0][0]] == "terrace"]
    terraces = np.array(on_terrace).reshape(-1, 3)
    elements = (*net.vertices, *net.edges, *net.faces)
    return {element.images: _site_place(element, places, terraces) for element in elements}


def _atom_places(surface: SurfaceCell, net: SurfaceNet) -> dict[int, Place]:
    joined: dict[int, list[NDArray[np.float64]]] = defaultdict(list)
    ends = [edge.images for edge in net.edges]
    first, second = (surface.places([pair[k] for pair in ends]) for k in (0, 1))
    for (one, other), bond in zip(ends, second - first, strict=True):
        joined[one[0]].append(bond)
        joined[other[0]].append(-bond)
    places: dict[int, Place] = {}
    for vertex in net.vertices:
        (atom, _, _) = vertex.images[0]
        bonds = np.array(joined[atom]).reshape(-1, 3)
        places[atom] = _place(bonds, np.array(vertex.normal), surface.spacing_ang)
    return places


def _site_place(
    site: NetElement, places: Mapping[int, Place], terraces: NDArray[np.float64]
) -> Place:
    """The place of a site from those of its atoms and the normals at the atoms of terraces."""
    found = {places[atom] for atom, _, _ in site.images}
    # Beside a kink an atom of the edge and one of the foot are neighbours on one terrace.
    if len(found) > 1 and (terraces @ np.array(site.normal) > _PARALLEL).any():
        return "terrace"
    order: tuple[Place, ...] = ("terrace", "lower", "kink", "edge")
    return next(place for place in order if place in found)


def _place(bonds: NDArray[np.float64], normal: NDArray[np.float64], spacing_ang: float) -> Place:
    if not len(bonds):
        return "terrace"
    rise = float((bonds @ normal).mean()) / spacing_ang
    if abs(rise) <= _LEVEL:
        return "terrace"
    if rise > 0:
        return "lower"
    directions = bonds / np.linalg.norm(bonds, axis=1)[:, None]
    return "edge" if (directions @ directions.T).min() < _OPPOSITE else "kink"
