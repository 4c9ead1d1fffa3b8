"""Directions on a site: where its binding atoms are, and where azimuths are counted from."""

from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from catml.structures.environment import SUBLAYER_DEPTH
from catml.structures.neighbors import NEIGHBOR_RATIO
from catml.structures.placing.contacts import Floor

if TYPE_CHECKING:
    from catml.structures.sites import Site

_Vector = NDArray[np.float64]
# Directions closer than this to the reference count as it, not as almost once around.
_SAME_DIRECTION_DEG = 0.1


def site_axis(slab: Atoms, site: "Site") -> _Vector:
    """Return the direction that azimuths on a site are counted from, a unit vector (3,)."""
    normal = np.array(site.normal)
    reference = flattened(slab.cell.array[0], normal)
    if np.linalg.norm(reference) < 1e-6:
        reference = flattened(np.array([1.0, 0.0, 0.0]), normal)
    if np.linalg.norm(reference) < 1e-6:
        reference = flattened(np.array([0.0, 1.0, 0.0]), normal)
    reference /= np.linalg.norm(reference)
    spokes = _spokes(slab, site)
    if not len(spokes):
        return reference
    across = np.cross(normal, reference)
    angles = np.degrees(np.arctan2(spokes @ across, spokes @ reference))
    first = int(np.mod(angles + _SAME_DIRECTION_DEG, 360.0).round(3).argmin())
    axis: _Vector = spokes[first] / np.linalg.norm(spokes[first])
    return axis


def _spokes(slab: Atoms, site: "Site") -> _Vector:
    """Directions from a site to its binding atoms, or of an on-top site to its neighbours."""
    normal = np.array(site.normal)
    if len(site.images) > 1:
        spokes = flattened(corners(slab, site) - np.array(site.position), normal)
        if len(spokes) == 2:
            spokes = np.vstack([spokes[1] - spokes[0], spokes[0] - spokes[1]])
    else:
        floor = Floor.under(slab, corners(slab, site)[0], normal)
        distance = np.linalg.norm(floor.offsets, axis=1)
        nearest = float(distance[distance > 1e-3].min(initial=np.inf))
        level = np.abs(floor.offsets @ normal) < SUBLAYER_DEPTH * nearest
        around = (distance > 1e-3) & (distance < NEIGHBOR_RATIO * nearest) & level
        spokes = flattened(floor.offsets[around], normal)
    kept: _Vector = spokes[np.linalg.norm(spokes, axis=1) > 1e-3]
    return kept


def corners(slab: Atoms, site: "Site") -> _Vector:
    """Return the positions of a site's binding atoms in Å, shape (n, 3)."""
    places: _Vector = slab.positions[[image[0] for image in site.images]]
    places = places + np.array([image[1:] for image in site.images]) @ slab.cell.array[:2]
    if slab.pbc[2]:
        # A slab that periodicity cuts in two along its third cell vector is one for its sites.
        offset = (np.array(site.position) - places) @ np.linalg.inv(slab.cell.complete().array)
        places = places + np.rint(offset[:, 2:]) * slab.cell.array[2]
    return places


def flattened(vectors: _Vector, normal: _Vector) -> _Vector:
    """Return vectors, shape (..., 3), without their part along a normal."""
    flat: _Vector = vectors - (vectors @ normal)[..., None] * normal
    return flat


def turned(axis: _Vector, normal: _Vector, angle_deg: float) -> _Vector:
    """Return a direction turned about the normal it is perpendicular to, counter-clockwise."""
    angle = np.radians(angle_deg)
    turned: _Vector = np.cos(angle) * axis + np.sin(angle) * np.cross(normal, axis)
    return turned
