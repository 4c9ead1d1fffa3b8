from collections import Counter

import numpy as np
import pytest
from ase.build import add_adsorbate, bcc100, bcc111, bulk, fcc100, fcc110, fcc111, surface
from ase.cluster import Decahedron, Icosahedron, Octahedron

from catml.structures.finding.net_faces import canonical
from catml.structures.finding.surface_cell import SurfaceCell, surface_cell
from catml.structures.finding.surface_net import PROBE_RATIO, surface_net
from catml.structures.neighbors import NEIGHBOR_RATIO, pairs_within, shortest_distances
from catml.structures.sites import find_sites
from catml.structures.surface import Surface


def net_of(slab):
    cell = surface_cell(slab)
    return cell, surface_net(cell, pairs_within(cell.atoms(), 2.1 * PROBE_RATIO * cell.spacing_ang))


def sizes(slab):
    _, net = net_of(slab)
    return len(net.vertices), len(net.edges), len(net.faces)


FACETS = [(1, 1, 1), (1, 0, 0), (1, 1, 0), (2, 1, 1), (2, 1, 0), (3, 1, 1), (3, 2, 1), (5, 3, 1)]


@pytest.mark.parametrize("indices", FACETS)
@pytest.mark.parametrize("metal", ["Pt", "Fe"])
def test_net_is_closed_and_its_edges_join_neighbors(metal, indices):
    cell, net = net_of(surface(bulk(metal, cubic=True), indices, 10, vacuum=6))
    assert len(net.vertices) - len(net.edges) + len(net.faces) == 0
    for edge in net.edges:
        length = np.linalg.norm(np.diff(cell.places(edge.images), axis=0))
        assert length < NEIGHBOR_RATIO * cell.spacing_ang


@pytest.mark.parametrize(
    ("slab", "expected"),
    [
        (fcc111("Pt", (1, 1, 4), vacuum=6), (1, 3, 2)),
        (fcc100("Pt", (1, 1, 4), vacuum=6), (1, 2, 1)),
        (fcc110("Pt", (1, 1, 6), vacuum=6), (2, 6, 4)),
        (bcc100("Fe", (1, 1, 6), vacuum=6), (1, 2, 1)),
        (bcc111("Fe", (1, 1, 12), vacuum=6), (3, 9, 6)),
    ],
)
def test_vertices_edges_and_faces_of_a_primitive_cell(slab, expected):
    assert sizes(slab) == expected


def test_square_is_one_face_with_four_corners():
    _, net = net_of(fcc100("Pt", (1, 1, 4), vacuum=6))
    assert [len(face.images) for face in net.faces] == [4]


def test_valley_of_fcc110_has_an_edge_along_its_bottom():
    cell, net = net_of(fcc110("Pt", (1, 1, 6), vacuum=6))
    bottoms = [e for e in net.edges if np.ptp(cell.places(e.images)[:, 2]) < 1e-6]
    heights = sorted({round(float(e.center[2]), 3) for e in bottoms})
    assert len(heights) == 2
    assert all(
        np.linalg.norm(np.diff(cell.places(e.images), axis=0)) == pytest.approx(cell.spacing_ang)
        for e in bottoms
    )


def test_an_atom_in_the_middle_of_a_face_is_no_corner():
    """A probe that rests on the four corners just touches the atom between and below them."""
    slab = fcc100("Pt", (1, 1, 1), vacuum=6)
    slab += slab
    side = slab.cell[0, 0]
    slab.positions[1] += [side / 2, side / 2, -0.473 * side]
    cell, net = net_of(slab)
    reach = PROBE_RATIO * cell.spacing_ang
    assert np.sqrt(reach**2 - side**2 / 2) + 0.473 * side == pytest.approx(reach, rel=0.01)
    assert [len(face.images) for face in net.faces] == [4]
    assert len(net.vertices) == 1


def test_only_the_top_side_is_spanned():
    cell, net = net_of(fcc111("Pt", (1, 1, 4), vacuum=6))
    top = cell.positions[:, 2].max()
    assert all(face.center[2] == pytest.approx(top) for face in net.faces)
    assert all(face.normal == pytest.approx((0, 0, 1), abs=1e-9) for face in net.faces)


def test_canonical_form_does_not_depend_on_order_and_translation():
    one = ((2, 0, 0), (0, 1, 1), (0, 0, 1))
    other = ((0, 3, -1), (0, 4, -1), (2, 3, -2))
    assert canonical(one) == canonical(other)
    assert canonical(((0, 0, 0), (0, 1, 0))) != canonical(((0, 0, 0), (0, 0, 1)))


@pytest.mark.parametrize(
    ("particle", "vertices", "faces"),
    [
        (Octahedron("Pt", 3, 1), 12, 8 + 6),
        (Octahedron("Pt", 3), 18, 32),
        (Octahedron("Pt", 4, 1), 32, 8 * 6 + 6),
        (Icosahedron("Pt", 3), 42, 80),
        (Decahedron("Pt", 3, 2, 1), 97, 180),
    ],
    ids=["cuboctahedron", "octahedron", "truncated octahedron", "icosahedron", "Marks decahedron"],
)
def test_net_around_a_particle_is_a_closed_polyhedron(particle, vertices, faces):
    spacing = float(np.median(shortest_distances(particle)))
    box = 60.0 * np.eye(2)
    places = particle.positions
    own = np.arange(len(particle))
    cell = SurfaceCell(box, places, particle.numbers, spacing, box, places, own, np.eye(3))
    pairs = pairs_within(particle, 2.1 * PROBE_RATIO * spacing)
    net = surface_net(cell, pairs, closed=True)
    assert (len(net.vertices), len(net.faces)) == (vertices, faces)
    assert len(net.vertices) - len(net.edges) + len(net.faces) == 2
    middle = places.mean(axis=0)
    for part in (*net.vertices, *net.faces):
        assert np.dot(part.normal, np.array(part.center) - middle) > 0


def test_an_atom_on_top_of_a_single_other_is_a_site_beside_the_net() -> None:
    slab = fcc111("Pt", (3, 3, 4), vacuum=8)
    add_adsorbate(slab, "O", 1.9, "ontop")
    slab.set_tags(0)  # nothing says that it is an adsorbate
    (post,) = (site for site in find_sites(slab) if site.elements == ("O",))
    assert (post.kind, post.multiplicity) == ("ontop", 1)
    np.testing.assert_allclose(post.normal, (0, 0, 1), atol=1e-9)


def test_the_net_around_posts_has_the_symmetry_of_the_surface() -> None:
    """Si(111) cut through single bonds: every top atom stands on the one below."""
    silicon = Surface.from_bulk(bulk("Si", "diamond", a=5.43), "111").terminations()[1]
    sites = find_sites(silicon.slab())
    assert [(site.kind, site.multiplicity) for site in sites if site.kind == "ontop"] == [
        ("ontop", 1)
    ] * 3
    assert all(site.multiplicity % 3 == 0 for site in sites if site.kind != "ontop")


@pytest.mark.parametrize(
    ("slab", "at_the_bottom"),
    [(fcc100("Cu", (3, 3, 4), vacuum=8), "4fold"), (fcc111("Cu", (3, 3, 4), vacuum=8), "fcc")],
)
def test_the_pit_of_a_vacancy_has_a_hollow_at_its_bottom(slab, at_the_bottom):
    """There, one layer below the others, the missing atom would sit again."""
    del slab[[atom.index for atom in slab if atom.tag == 1][4]]
    sites = find_sites(slab)
    total = Counter()
    for site in sites:
        total[site.kind] += site.multiplicity
    assert total["ontop"] - total["bridge"] + total["hollow"] == 0
    second = sorted(set(slab.positions[:, 2].round(3)))[-2]
    bottom = [site for site in sites if site.kind == "hollow" and site.position[2] < second + 0.01]
    assert [(site.subtype, site.multiplicity) for site in bottom] == [(at_the_bottom, 1)]


def test_faces_that_stand_upright_close_the_net():
    slab = Surface("Ru(10-10):Ru-2").slab()
    sites = find_sites(slab)
    signs = {"ontop": 1, "bridge": -1, "hollow": 1}
    assert sum(signs[site.kind] * site.multiplicity for site in sites) == 0
