"""The symmetry-distinct adsorption sites of a slab's top side.

1. Reduce the slab to its primitive surface cell (`catml.structures.finding.surface_cell`).
2. Span the net of its exposed atoms (`catml.structures.finding.surface_net`): vertices are on-top
   sites, edges bridges, faces hollows.
3. Unite the sites that an isometry of the whole slab takes to each other
   (`catml.structures.finding.symmetry`), so that what lies below the surface tells sites apart.
4. Name and order them by what surrounds them.

The result is the same for every supercell, vacuum, order of atoms and rotation, and for a slab
whose atoms have moved a little: its sites are those of its ideal parent
(`catml.structures.finding.parents`), placed on the atoms as they are.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from catml.structures.bulk.prototypes import metals
from catml.structures.environment import Bonds
from catml.structures.finding.net_faces import canonical
from catml.structures.finding.site_order import OrderKey, order_keys
from catml.structures.finding.step_places import Place, site_places
from catml.structures.finding.structures import checked_structure
from catml.structures.finding.surface_cell import Image, SurfaceCell, lattice_points, surface_cell
from catml.structures.finding.surface_net import NetElement, probe_reach, surface_net
from catml.structures.finding.symmetry import Operation, surface_operations
from catml.structures.neighbors import nearest_neighbors, pairs_within

if TYPE_CHECKING:
    from ase import Atoms

Kind = Literal["ontop", "bridge", "hollow"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""On vertices, edges and faces of the net, in this order."""

# In nearest-neighbour distances. Where bcc(110) and L1_0 with the c/a of B2 have their hollows,
# the atom below is 0.20 off the axis: neither straight below nor out of the way.
_STRAIGHT_BELOW = 0.15
_BESIDE = 0.30
_DEEP = 0.3
_LONG_BRIDGE = 1.08


@dataclass(frozen=True)
class Site:
    """A distinct adsorption site.

    Attributes
    ----------
    kind : str
        ``"ontop"``, ``"bridge"`` or ``"hollow"``.
    subtype : str
        Of a hollow ``"fcc"``, ``"hcp"`` (an atom straight below), ``"3fold"`` (neither: the
        hollow of bcc(110), or one between unlike ions), ``"4fold"``; of a bridge ``"long"`` or
        ``"short"`` where bridges differ in length by more than 8 %, else ``""``; of an on-top
        site ``""``. On a particle it says where: ``"vertex"``, ``"edge"``, the facet ``"111"`` or
        ``"100"``, ``"fcc-111"``.
    atoms : tuple of int
        Indices of the binding atoms in the slab. In a cell so small that a site binds to several
        images of one atom its index occurs several times.
    elements : tuple of str
        Their elements, in the same order.
    position : tuple of 3 float
        Middle of the binding atoms in Å, as far from each of them as from the others.
    multiplicity : int
        Number of equivalent sites per primitive surface cell, the same for every supercell; on a
        particle, of all its equivalent sites.
    id : str
        Name such as ``"hollow-fcc-1"``, the same site for every supercell.
    normal : tuple of 3 float
        Unit vector that points away from the surface at the site.
    images : tuple of (int, int, int)
        The binding atoms with the cell vectors they are displaced by.
    place : str
        On a stepped surface ``"edge"``, ``"kink"``, ``"terrace"`` or ``"lower"`` (the foot of a
        step, and its side), else ``""`` (`catml.structures.finding.step_places`). It is no part of
        the id, which data and models refer to.
    """

    kind: Kind
    subtype: str
    atoms: tuple[int, ...]
    elements: tuple[str, ...]
    position: tuple[float, float, float]
    multiplicity: int
    id: str
    normal: tuple[float, float, float]
    images: tuple[Image, ...]
    place: Place = ""


@dataclass(frozen=True)
class PrimitiveSite:
    """A distinct site of the primitive surface cell: the equivalent elements of its net."""

    kind: Kind
    subtype: str
    id: str
    copies: tuple[NetElement, ...]
    place: Place


@dataclass(frozen=True)
class SiteZones:
    """Slab atoms around a site, one index for each image.

    Attributes
    ----------
    same_layer, sublayer : tuple of int
        The neighbours of the binding atoms (`catml.structures.environment`).
    below : tuple of int
        The neighbour straight below the site, if there is one.
    """

    same_layer: tuple[int, ...]
    sublayer: tuple[int, ...]
    below: tuple[int, ...]


def find_sites(atoms: "Atoms", *, parent: "Atoms | None" = None) -> list[Site]:
    """Return the distinct adsorption sites on the top side of a slab, or all around a particle.

    Atoms without any periodic direction are a particle (`catml.structures.particles.sites`), and so
    is what stands free in a periodic box. The
    top of a slab is the side that the third cell vector (or +z) points to. Sites are ordered by
    kind, subtype and number; numbers go from the topmost binding atoms down, then by element
    (those richest in the top planes first), then by surroundings.

    Parameters
    ----------
    atoms : ase.Atoms
        A slab or particle, ideal, relaxed or rattled. Adsorbates put there by `catml.place` or
        `ase.build.add_adsorbate` are left out of account.
    parent : ase.Atoms, optional
        What it was before its atoms moved: the same atoms in the same order. Its sites are
        returned, where the atoms are now. By default it is made from what ``atoms.info`` says of a
        slab, or recovered by making the structure symmetric where noise has left no symmetry.

    Raises
    ------
    SurfaceError
        If `atoms` is neither a slab, periodic in its first two cell vectors with vacuum along the
        third, nor a particle; or if an atom has left its place in `parent`.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> [site.id for site in find_sites(fcc111("Pt", (2, 2, 4), vacuum=8))]
    ['ontop-1', 'bridge-1', 'hollow-fcc-1', 'hollow-hcp-1']
    >>> slab = fcc111("Pt", (3, 3, 4), vacuum=8)
    >>> slab.rattle(0.1)
    >>> [site.id for site in find_sites(slab)]
    ['ontop-1', 'bridge-1', 'hollow-fcc-1', 'hollow-hcp-1']
    """
    atoms = checked_structure(atoms)
    if not atoms.pbc.any():
        from catml.structures.particles.sites import find_particle_sites

        return find_particle_sites(atoms, parent=parent)
    surface = surface_cell(atoms, parent=parent)
    return [
        on_slab(surface, site, *copies_on_slab(surface, site)[0])
        for site in primitive_sites(surface)
    ]


def sites_with_zones(surface: SurfaceCell) -> list[tuple[Site, SiteZones]]:
    """Return the sites of `find_sites` with the atoms of their zones."""
    bonds = _bonds(surface)
    found = []
    for primitive in primitive_sites(surface):
        copy, shift = copies_on_slab(surface, primitive)[0]
        site = on_slab(surface, primitive, copy, shift)
        same_layer, sublayer = bonds.zones(copy.images)
        below, _ = straight_below(surface, copy, (*same_layer, *sublayer))
        parts = (same_layer, sublayer, below)
        indices = [
            tuple(sorted(i for i, _, _ in surface.slab_images(part, shift))) if part else ()
            for part in parts
        ]
        found.append((site, SiteZones(*indices)))
    return found


def primitive_sites(surface: SurfaceCell) -> list[PrimitiveSite]:
    """Return the distinct sites of a primitive surface cell, ordered as `find_sites` does."""
    pairs = pairs_within(surface.atoms(), 2.1 * probe_reach(surface))
    net = surface_net(surface, pairs)
    bonds = _bonds(surface)
    operations = surface_operations(surface)
    is_long = _long_edges(surface, net.edges)
    places = site_places(surface, net)
    sites = []
    zones = []
    for kind, elements in zip(KINDS, (net.vertices, net.edges, net.faces), strict=True):
        for copies in _orbits(elements, operations):
            site = copies[0]
            same_layer, sublayer = bonds.zones(site.images)
            subtype = is_long.get(site.images, "")
            if kind == "hollow":
                _, offset = straight_below(surface, site, (*same_layer, *sublayer))
                subtype = hollow_subtype([surface.symbols[i] for i, _, _ in site.images], offset)
            place = places.get(site.images, "")
            sites.append(PrimitiveSite(kind, subtype, "", copies, place))
            zones.append((site, same_layer, sublayer))
    return _numbered(sites, order_keys(surface, zones))


def _bonds(surface: SurfaceCell) -> Bonds:
    neighbors = nearest_neighbors(surface.atoms())
    return Bonds.of(neighbors, surface.positions[:, 2], surface.spacing_ang)


def _orbits(
    elements: Sequence[NetElement], operations: Sequence[Operation]
) -> list[tuple[NetElement, ...]]:
    """Sort the elements of the net into sets of equivalent ones."""
    orbits: dict[tuple[Image, ...], list[NetElement]] = defaultdict(list)
    for element in elements:
        key = min(
            canonical(tuple(operation.apply(image) for image in element.images))
            for operation in operations
        )
        orbits[key].append(element)
    return [tuple(copies) for copies in orbits.values()]


def _long_edges(
    surface: SurfaceCell, edges: Sequence[NetElement]
) -> dict[tuple[Image, ...], Literal["long", "short"]]:
    """Which edges are long and which short, empty where all are about equal."""
    ends = {edge.images: surface.places(edge.images) for edge in edges}
    lengths = {key: float(np.linalg.norm(b - a)) for key, (a, b) in ends.items()}
    limit = _LONG_BRIDGE * min(lengths.values(), default=0.0)
    if all(length <= limit for length in lengths.values()):
        return {}
    return {key: "long" if length > limit else "short" for key, length in lengths.items()}


def straight_below(
    surface: SurfaceCell, site: NetElement, neighbors: Sequence[Image]
) -> tuple[tuple[Image, ...], float]:
    """Return the neighbour behind the site along its normal; and how far it or the next is off.

    The distance off the axis is in nearest-neighbour distances, inf without any below.
    """
    if not neighbors:
        return (), np.inf
    normal = np.array(site.normal)
    offset = surface.places(neighbors) - np.array(site.center)
    depth = -offset @ normal
    aside = np.linalg.norm(offset + depth[:, None] * normal, axis=1) / surface.spacing_ang
    aside[depth <= _DEEP * surface.spacing_ang] = np.inf
    nearest = int(aside.argmin())
    straight = aside[nearest] < _STRAIGHT_BELOW
    return ((neighbors[nearest],) if straight else ()), float(aside[nearest])


def hollow_subtype(elements: Sequence[str], offset: float) -> str:
    """Return the subtype of a hollow, with an atom below so far off its axis.

    Between unlike ions spheres are not stacked, and fcc and hcp have no meaning.
    """
    if len(elements) > 3:
        return f"{len(elements)}fold"
    if len({element in metals() for element in elements}) > 1:
        return "3fold"
    if offset < _STRAIGHT_BELOW:
        return "hcp"
    return "fcc" if offset > _BESIDE else "3fold"


def _numbered(sites: Sequence[PrimitiveSite], keys: Sequence[OrderKey]) -> list[PrimitiveSite]:
    """Sort the sites, number them within kind and subtype."""
    order = sorted(
        range(len(sites)),
        key=lambda k: (KINDS.index(sites[k].kind), sites[k].subtype, keys[k]),
    )
    numbers: dict[str, int] = defaultdict(int)
    named = []
    for k in order:
        label = "-".join(filter(None, (sites[k].kind, sites[k].subtype)))
        numbers[label] += 1
        named.append(replace(sites[k], id=f"{label}-{numbers[label]}"))
    return named


def copies_on_slab(
    surface: SurfaceCell, site: PrimitiveSite
) -> list[tuple[NetElement, NDArray[np.float64]]]:
    """Return every copy of a site on the slab, with the translation (in Å) that takes it there.

    They are sorted by how far they are from the slab's origin, the nearest first.
    """
    lattice = lattice_points(surface)
    centers = np.array([copy.center[:2] for copy in site.copies])
    fractions = (centers[:, None] + lattice).reshape(-1, 2) @ np.linalg.inv(surface.slab_cell)
    turns = np.floor(fractions + 1e-4)
    rest = np.round(np.abs(fractions - turns), 4)
    shifts = np.tile(lattice, (len(centers), 1)) - turns @ surface.slab_cell
    return [(site.copies[k // len(lattice)], np.append(shifts[k], 0.0)) for k in np.lexsort(rest.T)]


def on_slab(
    surface: SurfaceCell, site: PrimitiveSite, copy: NetElement, shift: NDArray[np.float64]
) -> Site:
    """Return one of the `copies_on_slab` of a site in terms of the slab."""
    images = tuple(sorted(surface.slab_images(copy.images, shift)))
    indices = tuple(image[0] for image in images)
    center = np.array(copy.center) + shift + surface.displacement(indices)
    x, y, z = (float(value) for value in center @ surface.frame)
    nx, ny, nz = (float(value) for value in np.array(copy.normal) @ surface.frame)
    return Site(
        kind=site.kind,
        subtype=site.subtype,
        atoms=indices,
        elements=tuple(surface.symbols[surface.parents[i]] for i in indices),
        position=(x, y, z),
        multiplicity=len(site.copies),
        id=site.id,
        normal=(nx, ny, nz),
        images=images,
        place=site.place,
    )
