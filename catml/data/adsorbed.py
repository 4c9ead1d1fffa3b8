"""Reading the site out of a relaxed structure: which surface atoms the adsorbate binds to.

The zones describe where the adsorbate ended, whatever the site is called in its source.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.data.references import adsorbate_atoms
from catml.errors import SurfaceError

if TYPE_CHECKING:
    from ase import Atoms

BINDING_RATIO = 1.2
"""Bonds up to this multiple of the shortest count, in units of the covalent radii's sum.

In 1,422 relaxed structures of C, H, O, OH, CO and CHx on metals
(doi:10.1038/s43588-022-00280-7) bonds of one site spread to 1.18, the next atoms begin at 1.22;
the number of bonds then agrees with the published site name in 99.4 % of them.
"""

_UNBOUND = 1.6
_SEARCH_RADIUS_ANG = 6.0


@dataclass(frozen=True)
class AdsorbedSite:
    """The site of an adsorbate in a structure.

    Attributes
    ----------
    kind
        "ontop", "bridge" or "hollow", from the number of binding atoms.
    site_atoms, same_layer, sublayer
        The zones as text.
    elements
        Elements of the slab, sorted and joined by "-".
    """

    kind: str
    site_atoms: str
    same_layer: str
    sublayer: str
    elements: str


def find_adsorbate(atoms: Atoms, adsorbate: str) -> tuple[int, ...]:
    """Return the indices of the adsorbate's atoms.

    Atoms of tag 0 beside tagged layers, as ASE's builders leave them; otherwise all atoms of the
    adsorbate's elements, if the slab has none of them.

    Raises
    ------
    SurfaceError
        If the adsorbate is not in the structure, or not distinguishable from the slab.
    """
    wanted = Counter(adsorbate_atoms(adsorbate))
    symbols = np.array(atoms.get_chemical_symbols())
    tags = atoms.get_tags()
    candidates = [np.flatnonzero(np.isin(symbols, list(wanted)))]
    if (tags > 0).any():
        candidates.insert(0, np.flatnonzero(tags == 0))
    for indices in candidates:
        if Counter(symbols[indices].tolist()) == wanted and len(indices) < len(atoms):
            return tuple(int(index) for index in indices)
    raise SurfaceError(
        f"{adsorbate} cannot be told from the slab in {atoms.get_chemical_formula()}; give its "
        "atoms tag 0 and the slab's layers tags from 1"
    )


def binding_images(atoms: Atoms, adsorbate: tuple[int, ...]) -> tuple[tuple[int, int, int], ...]:
    """Return the slab atoms an adsorbate binds to.

    Parameters
    ----------
    atoms
        Slab and adsorbate, lengths in Å.
    adsorbate
        Indices of the adsorbate's atoms.

    Returns
    -------
    tuple of (int, int, int)
        Index in `atoms` and the in-plane cell vectors the atom is displaced by, sorted. In a
        small cell an index may occur more than once.

    Raises
    ------
    SurfaceError
        If no slab atom is within bonding distance.
    """
    from ase.data import covalent_radii

    from catml.structures.neighbors import pairs_within

    pairs = pairs_within(atoms, _SEARCH_RADIUS_ANG)
    radii = covalent_radii[atoms.numbers]
    ratios = pairs.distance / (radii[pairs.i] + radii[pairs.j])
    bonds = np.isin(pairs.i, adsorbate) & ~np.isin(pairs.j, adsorbate)
    nearest = float(ratios[bonds].min(initial=np.inf))
    if nearest > _UNBOUND:
        raise SurfaceError(
            f"the adsorbate is not bound: no slab atom is within {_UNBOUND:g} times the sum of "
            "the covalent radii"
        )
    anchor = int(pairs.i[bonds][np.argmin(ratios[bonds])])
    # Atoms of one adsorbate may lie in different cells; pairs are sorted by distance, so the
    # first image of each is the one beside the anchor.
    own = {anchor: np.zeros(3, dtype=np.int64)}
    for row in np.flatnonzero((pairs.i == anchor) & np.isin(pairs.j, adsorbate)):
        own.setdefault(int(pairs.j[row]), pairs.shift[row])
    images = set()
    for row in np.flatnonzero(bonds & (ratios <= BINDING_RATIO * nearest)):
        u, v, _ = own.get(int(pairs.i[row]), own[anchor]) + pairs.shift[row]
        images.add((int(pairs.j[row]), int(u), int(v)))
    return tuple(sorted(images))


def adsorbed_site(atoms: Atoms, adsorbate: str) -> AdsorbedSite:
    """Return the site of an adsorbate and the zones around it.

    Zones are those of the slab as it stands in the structure, adsorbate taken away; its third
    cell vector, or z, points away from the surface.

    Raises
    ------
    SurfaceError
        If the adsorbate cannot be found or is not bound.
    """
    from catml.structures.environment import Bonds, count_elements, format_zone
    from catml.structures.neighbors import nearest_neighbors, shortest_distances

    own = find_adsorbate(atoms, adsorbate)
    images = tuple(
        (index - sum(other < index for other in own), u, v)
        for index, u, v in binding_images(atoms, own)
    )
    slab = atoms[[index for index in range(len(atoms)) if index not in own]]
    bonds = Bonds.of(
        nearest_neighbors(slab), _heights(slab), float(np.median(shortest_distances(slab)))
    )
    same_layer, sublayer = bonds.zones(images)
    symbols = slab.get_chemical_symbols()
    zones = [
        format_zone(dict(count_elements(symbols[image[0]] for image in zone)))
        for zone in (images, same_layer, sublayer)
    ]
    kind = {1: "ontop", 2: "bridge"}.get(len(images), "hollow")
    return AdsorbedSite(kind, zones[0], zones[1], zones[2], "-".join(sorted(set(symbols))))


def _heights(slab: Atoms) -> NDArray[np.float64]:
    """Heights of the atoms along the surface normal in Å, shape (n_atoms,)."""
    normal = np.cross(slab.cell[0], slab.cell[1])
    normal /= np.linalg.norm(normal)
    upward = np.sign(normal @ slab.cell[2]) or 1.0
    heights: NDArray[np.float64] = slab.positions @ normal * upward
    return heights
