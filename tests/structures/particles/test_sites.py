import numpy as np
import pytest
from ase.cluster import Decahedron, Icosahedron, Octahedron, wulff_construction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catml.descriptors.sites.coordination import generalized_coordination
from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.batches import batch_of_slab
from catml.structures.decoration import decorate
from catml.structures.environment import site_environment
from catml.structures.nanoparticles import nanoparticle
from catml.structures.particles.sites import atoms_by_place, find_particle_sites
from catml.structures.particles.symmetry import particle_operations
from catml.structures.sites import find_sites

PARTICLES = {
    "cuboctahedron 13": nanoparticle("Pt", "cuboctahedron", shells=1),
    "cuboctahedron 55": nanoparticle("Pt", "cuboctahedron", shells=2),
    "cuboctahedron 147": nanoparticle("Pt", "cuboctahedron", shells=3),
    "icosahedron 13": nanoparticle("Pt", "icosahedron", shells=1),
    "icosahedron 55": nanoparticle("Pt", "icosahedron", shells=2),
    "octahedron 6": nanoparticle("Pt", "octahedron", edge=2),
    "octahedron 19": nanoparticle("Pt", "octahedron", edge=3),
    "truncated octahedron 38": nanoparticle("Pt", "truncated-octahedron", edge=4, cut=1),
    "decahedron 7": nanoparticle("Pt", "decahedron", pqr=(2, 1, 0)),
    "decahedron 13": nanoparticle("Pt", "decahedron", shells=1),
}
# Counted by hand on the polyhedra.
SITES = {
    "cuboctahedron 13": {
        "ontop-vertex": [12],
        "bridge-edge": [24],
        "hollow-4fold-100": [6],
        "hollow-hcp-111": [8],
    },
    # Squares of 3 x 3 atoms, triangles of 6 atoms around an upside-down one.
    "cuboctahedron 55": {
        "ontop-100": [6],
        "ontop-edge": [24],
        "ontop-vertex": [12],
        "bridge-100": [6 * 4],
        "bridge-111": [8 * 3],
        "bridge-edge": [24 * 2],
        "hollow-4fold-100": [6 * 4],
        "hollow-fcc-111": [8],
        "hollow-hcp-111": [8 * 3],
    },
    # Squares of 4 x 4 atoms, triangles of 10 atoms: 6 upright triangles, 3 upside-down ones.
    "cuboctahedron 147": {
        "ontop-100": [6 * 4],
        "ontop-111": [8],
        "ontop-edge": [24 * 2],
        "ontop-vertex": [12],
        "bridge-100": [6 * 8, 6 * 4],
        "bridge-111": [8 * 3, 8 * 6],
        "bridge-edge": [24 * 2, 24],
        "hollow-4fold-100": [6 * 4, 6 * 4, 6],
        "hollow-fcc-111": [8 * 3],
        "hollow-hcp-111": [8 * 3, 8 * 3],
    },
    "icosahedron 13": {"ontop-vertex": [12], "bridge-edge": [30], "hollow-hcp-111": [20]},
    "icosahedron 55": {
        "ontop-edge": [30],
        "ontop-vertex": [12],
        "bridge-111": [20 * 3],
        "bridge-edge": [30 * 2],
        "hollow-fcc-111": [20],
        "hollow-hcp-111": [20 * 3],
    },
    "octahedron 6": {"ontop-vertex": [6], "bridge-edge": [12], "hollow-fcc-111": [8]},
    # Triangles of 6 atoms; the central atom is below their upside-down triangle.
    "octahedron 19": {
        "ontop-edge": [12],
        "ontop-vertex": [6],
        "bridge-111": [8 * 3],
        "bridge-edge": [12 * 2],
        "hollow-fcc-111": [8 * 3],
        "hollow-hcp-111": [8],
    },
    # Hexagons of 7 atoms that share 12 edges with each other and 24 with the squares.
    "truncated octahedron 38": {
        "ontop-111": [8],
        "ontop-vertex": [24],
        "bridge-111": [8 * 6],
        "bridge-edge": [24, 12],
        "hollow-4fold-100": [6],
        "hollow-fcc-111": [8 * 3],
        "hollow-hcp-111": [8 * 3],
    },
    # Bonds at the tips and around the waist of a pentagonal bipyramid: five tetrahedra, so that
    # under each face there is the tip opposite.
    "decahedron 7": {
        "ontop-vertex": [5, 2],
        "bridge-edge": [5, 10],
        "hollow-hcp-111": [10],
    },
    # The same with a ring of squares around the waist: bonds along the axis, around, at the tips.
    "decahedron 13": {
        "ontop-vertex": [10, 2],
        "bridge-edge": [5, 10, 10],
        "hollow-4fold-100": [5],
        "hollow-hcp-111": [10],
    },
}


def counted(sites):
    found = {}
    for site in sites:
        found.setdefault(site.id.rpartition("-")[0], []).append(site.multiplicity)
    return found


def described(atoms):
    return [
        (site.id, site.multiplicity, sorted(site.elements), site_environment(atoms, site).text())
        for site in find_sites(atoms)
    ]


@pytest.mark.parametrize("name", PARTICLES)
def test_distinct_sites_and_how_many_there_are_of_each(name):
    found = counted(find_sites(PARTICLES[name]))
    assert {label: sorted(n) for label, n in found.items()} == {
        label: sorted(n) for label, n in SITES[name].items()
    }
    assert list(found) == list(SITES[name])


@pytest.mark.parametrize("name", PARTICLES)
def test_all_sites_together_make_a_closed_polyhedron(name):
    number = {"ontop": 0, "bridge": 0, "hollow": 0}
    for site in find_sites(PARTICLES[name]):
        number[site.kind] += site.multiplicity
    assert number["ontop"] - number["bridge"] + number["hollow"] == 2


@pytest.mark.parametrize("name", PARTICLES)
def test_sites_lie_between_their_atoms_and_face_outwards(name):
    particle = PARTICLES[name]
    middle = particle.positions.mean(axis=0)
    for site in find_sites(particle):
        corners = particle.positions[list(site.atoms)]
        assert np.linalg.norm(site.normal) == pytest.approx(1)
        assert np.dot(site.normal, np.array(site.position) - middle) > 0
        distances = np.linalg.norm(corners - site.position, axis=1)
        assert distances == pytest.approx(distances[0], abs=1e-6)


@pytest.mark.parametrize(
    "make", [Octahedron("Pt", 5, 2), Icosahedron("Pt", 3), Decahedron("Pt", 3, 3, 0)]
)
def test_sites_do_not_depend_on_order_rotation_and_origin(make):
    turned = make[np.random.default_rng(3).permutation(len(make))]
    turned.rotate(33, (1, 2, 3))
    turned.translate([5, -7, 2])
    assert described(turned) == described(make)


@st.composite
def shapes(draw):
    """Particles of any shape with up to some 200 atoms, some of them with other elements."""
    shape = draw(st.sampled_from(["octahedron", "truncated-octahedron", "decahedron", "wulff"]))
    small = st.integers(1, 3)
    if shape == "octahedron":
        size = {"edge": draw(st.integers(2, 6))}
    elif shape == "truncated-octahedron":
        cut = draw(st.integers(1, 2))
        size = {"edge": draw(st.integers(2 * cut + 1, 2 * cut + 3)), "cut": cut}
    elif shape == "decahedron":
        size = {"pqr": (draw(st.integers(2, 3)), draw(small), draw(st.integers(0, 1)))}
    else:
        energies = {facet: draw(st.floats(0.8, 1.6)) for facet in ("111", "100", "311")}
        size = {"n_atoms": draw(st.integers(20, 200)), "surface_energies": energies}
    particle = nanoparticle("Cu", shape, **size)
    if draw(st.booleans()):
        particle = decorate(particle, "Pt", seed=draw(small))
    return particle


@settings(max_examples=6, deadline=None)
@given(particle=shapes(), seed=st.integers(0, 100))
# Sites alike in all but where they stand to a distant atom of platinum.
@example(decorate(nanoparticle("Cu", "octahedron", edge=5), "Pt", seed=1), 0)
@example(decorate(nanoparticle("Cu", "truncated-octahedron", edge=4, cut=1), "Pt", seed=1), 1)
def test_sites_of_any_particle(particle, seed):
    sites = find_sites(particle)
    operations = particle_operations(particle.positions, particle.numbers)
    number = {"ontop": 0, "bridge": 0, "hollow": 0}
    for site in sites:
        number[site.kind] += site.multiplicity
        assert len(operations) % site.multiplicity == 0
    assert number["ontop"] - number["bridge"] + number["hollow"] == 2
    assert len({site.id for site in sites}) == len(sites)
    moved = particle[np.random.default_rng(seed).permutation(len(particle))]
    moved.rotate(7 * seed, (3, 1, 2))
    assert [(s.id, s.multiplicity, sorted(s.elements)) for s in find_sites(moved)] == [
        (s.id, s.multiplicity, sorted(s.elements)) for s in sites
    ]


@pytest.mark.parametrize("known", [True, False], ids=["from info", "from symmetry"])
@pytest.mark.parametrize("name", ["cuboctahedron 147", "icosahedron 55", "octahedron 19"])
def test_a_rattled_particle_has_the_sites_of_the_ideal_one(name, known):
    particle = PARTICLES[name]
    rattled = particle.copy()
    rattled.positions *= 0.98
    rattled.rattle(0.06, seed=2)
    rattled.info = particle.info if known else {}
    assert described(rattled) == described(particle)
    for site in find_sites(rattled):
        corners = rattled.positions[list(site.atoms)]
        assert np.linalg.norm(corners.mean(axis=0) - site.position) < 0.2


def test_a_parent_given_by_hand():
    particle = Octahedron("Pt", 5, 2)
    rattled = particle.copy()
    rattled.rattle(0.1, seed=5)
    assert [site.id for site in find_particle_sites(rattled, parent=particle)] == [
        site.id for site in find_sites(particle)
    ]
    with pytest.raises(SurfaceError, match="same elements in the same order"):
        find_particle_sites(rattled, parent=Octahedron("Pt", 3, 1))


def test_the_given_one_of_equivalent_sites_faces_up():
    for site in find_sites(PARTICLES["cuboctahedron 147"]):
        assert site.normal[2] > 0.5


# By hand, in atoms of known coordination: vertex 5, edge 7, (100) 8, (111) 9, inside 12.
GENERALIZED = {
    "ontop-vertex-1": (4 * 7 + 12) / 12,
    "ontop-edge-1": (5 + 2 * 7 + 8 + 9 + 2 * 12) / 12,
    "ontop-111-1": (6 * 7 + 3 * 12) / 12,
    "ontop-100-1": (2 * 7 + 2 * 8 + 4 * 12) / 12,
}


def test_generalized_coordination_on_a_cuboctahedron_of_147_atoms():
    batch = batch_of_slab(PARTICLES["cuboctahedron 147"])
    found = dict(
        zip([site.id for site in batch.sites], generalized_coordination(batch)[0], strict=True)
    )
    for site, expected in GENERALIZED.items():
        assert found[site] == pytest.approx(expected), site


def test_generalized_coordination_in_the_middle_of_a_facet_is_that_of_the_slab():
    batch = batch_of_slab(nanoparticle("Pt", "cuboctahedron", shells=6))
    values = generalized_coordination(batch)[0]
    for facet, expected in (("111", 7.5), ("100", (4 * 8 + 4 * 12) / 12)):
        on_facet = [
            value
            for site, value in zip(batch.sites, values, strict=True)
            if (site.kind, site.subtype) == ("ontop", facet)
        ]
        assert max(on_facet) == pytest.approx(expected)


def test_zones_are_seen_along_the_outward_normal():
    zones = {s.id: site_environment(PARTICLES["cuboctahedron 147"], s).text() for s in SITES_147}
    assert zones["ontop-111-1"] == ("Pt:1", "Pt:6", "Pt:3")
    assert zones["ontop-100-1"] == ("Pt:1", "Pt:4", "Pt:4")
    assert zones["hollow-4fold-100-3"] == ("Pt:4", "Pt:8", "Pt:9")
    # The tip of an octahedron has all its neighbours below.
    octahedron = PARTICLES["octahedron 6"]
    assert site_environment(octahedron, find_sites(octahedron)[0]).text() == ("Pt:1", "", "Pt:4")


SITES_147 = find_sites(PARTICLES["cuboctahedron 147"])


def test_other_elements_tell_sites_apart():
    particle = PARTICLES["icosahedron 13"].copy()
    top = int(np.argmax(particle.positions[:, 2]))
    particle.symbols[top] = "Ni"
    # Around a fivefold axis: the tip, two rings of five atoms, and the opposite tip.
    assert sorted(counted(find_sites(particle))["ontop-vertex"]) == [1, 1, 5, 5]
    hidden = PARTICLES["icosahedron 13"].copy()
    hidden.symbols[0] = "Ni"
    assert counted(find_sites(hidden)) == SITES["icosahedron 13"]
    environment = site_environment(hidden, find_sites(hidden)[0])
    assert environment.sublayer == (("Ni", 1), ("Pt", 5))


def test_exposed_atoms_by_place():
    # A Marks decahedron: the grooves between its five blocks have lower edges.
    places = atoms_by_place(nanoparticle("Au", "decahedron", pqr=(2, 2, 1)))
    assert {place: len(atoms) for place, atoms in places.items()} == {
        "111": 10,
        "edge": 10,
        "lower": 5,
        "vertex": 32,
    }


@pytest.mark.parametrize("name", PARTICLES)
def test_an_adsorbate_stands_outside(name):
    particle = PARTICLES[name]
    middle = particle.positions.mean(axis=0)
    for site in find_sites(particle):
        both = place(particle, site, "CO")
        carbon, oxygen = both.positions[-2:]
        assert np.dot(oxygen - carbon, site.normal) > 1.0
        assert np.linalg.norm(carbon - middle) > np.linalg.norm(np.array(site.position) - middle)


def test_a_sheet_of_atoms_is_refused():
    # This construction leaves a sheet of atoms around the waist.
    facets = [(0, 0, 1), (1, 0, 0), (1, 0, 1)]
    particle = wulff_construction(
        "Ru", facets, [1, 1.2, 1.1], 150, "hcp", latticeconstant=(2.7, 4.28)
    )
    with pytest.raises(SurfaceError, match="a sheet or row of single atoms"):
        find_sites(particle)
