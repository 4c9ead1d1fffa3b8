"""The symmetry-distinct adsorption sites of a nanoparticle, all around it.

As on slabs (`catml.structures.sites`) the net of exposed atoms gives the sites, and isometries of
the whole particle unite equivalent ones; what differs is that the net is closed, that every site
has its own outward direction, and that a site says where on the particle it is
(`catml.structures.particles.places`).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.structures.finding.surface_cell import SurfaceCell
from catml.structures.finding.surface_net import NetElement, SurfaceNet
from catml.structures.neighbors import connected_parts
from catml.structures.particles.body import Particle, particle
from catml.structures.particles.places import places_on_particle
from catml.structures.particles.symmetry import particle_operations
from catml.structures.sites import KINDS, Site, SiteZones, hollow_subtype, straight_below

if TYPE_CHECKING:
    from ase import Atoms

_RADIUS = 3.5
# Rank of the kind, subtype, id and multiplicity of a site.
_Label = tuple[int, str, str, int]


def find_particle_sites(atoms: "Atoms", *, parent: "Atoms | None" = None) -> list[Site]:
    """Return the distinct adsorption sites of a particle; see `particle_sites` for their order.

    Raises
    ------
    SurfaceError
        If the atoms enclose no particle.

    Examples
    --------
    >>> from ase.cluster import Icosahedron
    >>> [(site.id, site.multiplicity) for site in find_particle_sites(Icosahedron("Au", 2))]
    [('ontop-vertex-1', 12), ('bridge-edge-1', 30), ('hollow-hcp-111-1', 20)]
    """
    return [site for site, _ in particle_sites(particle(atoms, parent=parent))]


def particle_sites(body: Particle) -> list[tuple[Site, SiteZones]]:
    """Return the distinct sites of a particle with the atoms of their zones.

    Sites are ordered by kind, subtype and number; numbers go from the binding atoms with the
    fewest neighbours up, then by element (those with most exposed atoms first), then by
    surroundings. Of equivalent sites, the one that faces +z most is given.
    """
    return [
        (_site(body, copies[0], label), zones) for label, zones, copies in _distinct_sites(body)
    ]


def particle_site_copies(body: Particle) -> list[list[Site]]:
    """Return all the copies of each of the `particle_sites`, those that face +z most first."""
    return [
        [_site(body, copy, label) for copy in copies] for label, _, copies in _distinct_sites(body)
    ]


def _distinct_sites(body: Particle) -> list[tuple[_Label, SiteZones, list[NetElement]]]:
    surface = body.surface
    net = body.net()
    where = places_on_particle(surface, net)
    operations = particle_operations(surface.positions, surface.numbers)
    ranks = _element_ranks(surface, net)
    outlooks = _outlooks(surface, ranks)
    found = []
    for rank, elements in enumerate((net.vertices, net.edges, net.faces)):
        for orbit in _orbits(elements, operations):
            copies = sorted(orbit, key=_from_top)
            zones = _zones(body, copies[0])
            subtype = where[copies[0].images]
            if KINDS[rank] == "hollow":
                subtype = f"{_stacking_of(surface, copies[0], zones)}-{subtype}"
            order = (rank, subtype, _order_key(body, copies[0], zones, ranks, outlooks))
            found.append((order, zones, copies))
    numbers: dict[str, int] = defaultdict(int)
    sites = []
    for (rank, subtype, _), zones, copies in sorted(found, key=lambda row: row[0]):
        name = f"{KINDS[rank]}-{subtype}"
        numbers[name] += 1
        sites.append(((rank, subtype, f"{name}-{numbers[name]}", len(copies)), zones, copies))
    return sites


def atoms_by_place(atoms: "Atoms") -> dict[str, list[int]]:
    """Return the exposed atoms of a particle by where they are: vertex, edge or facet.

    Raises
    ------
    SurfaceError
        If the atoms enclose no particle.

    Examples
    --------
    >>> from ase.cluster import Octahedron
    >>> {place: len(atoms) for place, atoms in atoms_by_place(Octahedron("Pt", 4, 1)).items()}
    {'111': 8, 'vertex': 24}
    """
    body = particle(atoms)
    net = body.net()
    where = places_on_particle(body.surface, net)
    exposed: dict[str, list[int]] = defaultdict(list)
    for vertex in net.vertices:
        exposed[where[vertex.images]].append(vertex.images[0][0])
    return {place: sorted(exposed[place]) for place in sorted(exposed)}


def _orbits(
    elements: Sequence[NetElement], operations: NDArray[np.int64]
) -> list[tuple[NetElement, ...]]:
    """Sort the elements of the net into sets of equivalent ones.

    A set of atoms is known by the sum of random numbers its atoms have been dealt, whatever their
    order and however many they are.
    """
    dealt = np.random.default_rng(0).integers(2**62, size=operations.shape[1] + 1)
    # The last column stands for no atom, where an element has fewer than others.
    dealt[-1] = 0
    widest = max((len(element.images) for element in elements), default=0)
    atoms = np.full((len(elements), widest), -1)
    for row, element in enumerate(elements):
        atoms[row, : len(element.images)] = [image[0] for image in element.images]
    moved = np.column_stack([operations, np.full(len(operations), -1)])[:, atoms]
    keys = dealt[atoms].sum(axis=1)
    order = np.argsort(keys)
    targets = dealt[moved].sum(axis=2)
    place = np.searchsorted(keys, targets, sorter=order).clip(max=len(keys) - 1)
    same = keys[order[place]] == targets
    rows = np.broadcast_to(np.arange(len(elements)), targets.shape)[same]
    labels = connected_parts(rows, order[place[same]], len(keys))
    orbits: dict[int, list[NetElement]] = defaultdict(list)
    for label, element in zip(labels.tolist(), elements, strict=True):
        orbits[label].append(element)
    return [tuple(copies) for copies in orbits.values()]


def _from_top(element: NetElement) -> tuple[float, ...]:
    (nx, ny, nz), (x, y, z) = element.normal, element.center
    return tuple(-round(value, 4) for value in (nz, z, nx, x, ny, y))


def _zones(body: Particle, element: NetElement) -> SiteZones:
    binding = tuple(image[0] for image in element.images)
    same_layer, sublayer = body.zones(binding, element.normal)
    around = [(j, 0, 0) for j in (*same_layer, *sublayer)]
    below, _ = straight_below(body.surface, element, around)
    return SiteZones(same_layer, sublayer, tuple(image[0] for image in below))


def _stacking_of(surface: SurfaceCell, hollow: NetElement, zones: SiteZones) -> str:
    around = [(j, 0, 0) for j in (*zones.same_layer, *zones.sublayer)]
    _, offset = straight_below(surface, hollow, around)
    return hollow_subtype([surface.symbols[i] for i, _, _ in hollow.images], offset)


def _element_ranks(surface: SurfaceCell, net: SurfaceNet) -> list[int]:
    """Rank each atom's element by how many atoms of it are exposed, 0 for the most."""
    exposed = [int(surface.numbers[vertex.images[0][0]]) for vertex in net.vertices]
    present = sorted(set(surface.numbers.tolist()), key=lambda z: (-exposed.count(z), z))
    return [present.index(z) for z in surface.numbers.tolist()]


def _order_key(
    body: Particle,
    element: NetElement,
    zones: SiteZones,
    ranks: Sequence[int],
    outlooks: Sequence[tuple[int, ...]],
) -> tuple[object, ...]:
    surface = body.surface
    binding = [image[0] for image in element.images]
    offset = (surface.positions - np.array(element.center)) / surface.spacing_ang
    distance = np.linalg.norm(offset, axis=1)
    near = np.flatnonzero(distance < _RADIUS)
    depth = -(offset[near] @ np.array(element.normal))
    surroundings = zip(
        _steps(distance[near]), _steps(depth), [outlooks[k] for k in near.tolist()], strict=True
    )
    return (
        sorted(body.coordination[binding].tolist()),
        sorted(ranks[k] for k in binding),
        sorted(ranks[k] for k in zones.same_layer),
        sorted(ranks[k] for k in zones.sublayer),
        sorted(surroundings),
    )


def _outlooks(surface: SurfaceCell, ranks: Sequence[int]) -> list[tuple[int, ...]]:
    """What each atom sees of the whole particle: its element, and how far the elements are."""
    from scipy.spatial.distance import cdist

    distances = cdist(surface.positions, surface.positions) / surface.spacing_ang
    member = np.equal.outer(np.array(ranks), np.arange(max(ranks) + 1)).astype(float)
    totals = np.column_stack([distances @ member, distances**2 @ member])
    columns = [_steps(column) for column in totals.T]
    return list(zip(ranks, *columns, strict=True))


def _steps(values: NDArray[np.float64]) -> list[int]:
    """Whole thousandths, cut where no simple fraction lies, so that noise tells nothing apart."""
    steps: list[int] = np.floor(values * 1000 + 0.37).astype(int).tolist()
    return steps


def _site(body: Particle, element: NetElement, label: _Label) -> Site:
    """The site, moved along with its binding atoms from their ideal to their real places."""
    rank, subtype, site_id, multiplicity = label
    images = tuple(sorted(element.images))
    binding = [image[0] for image in images]
    moved = (body.positions - body.surface.positions)[binding].mean(axis=0)
    x, y, z = (float(value) for value in np.array(element.center) + moved)
    symbols = body.surface.symbols
    return Site(
        kind=KINDS[rank],
        subtype=subtype,
        atoms=tuple(binding),
        elements=tuple(symbols[i] for i in binding),
        position=(x, y, z),
        multiplicity=multiplicity,
        id=site_id,
        normal=element.normal,
        images=images,
    )
