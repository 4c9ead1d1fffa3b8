import numpy as np
import pytest
from ase.build import molecule

from catml.errors import SurfaceError
from catml.structures.nanoparticles import nanoparticle
from catml.structures.particles.symmetry import (
    best_turn,
    ideal_positions,
    particle_operations,
    point_operations,
)

ORDERS = {
    "cuboctahedron": (nanoparticle("Pt", "cuboctahedron", shells=3), 48),
    "octahedron": (nanoparticle("Pt", "octahedron", edge=4), 48),
    "truncated octahedron": (nanoparticle("Pt", "truncated-octahedron", edge=4, cut=1), 48),
    "icosahedron": (nanoparticle("Pt", "icosahedron", shells=2), 120),
    "decahedron": (nanoparticle("Pt", "decahedron", shells=2), 20),
    "Marks decahedron": (nanoparticle("Pt", "decahedron", pqr=(2, 2, 1)), 20),
    "ordered cuboctahedron": (nanoparticle("Pt3Ni", "cuboctahedron", shells=2), 48),
    "layered cuboctahedron": (nanoparticle("CuAu", "cuboctahedron", shells=2), 16),
}


@pytest.mark.parametrize("name", ORDERS)
def test_order_of_the_point_group(name):
    particle, order = ORDERS[name]
    operations = particle_operations(particle.positions, particle.numbers)
    assert len(operations) == order
    assert operations[0].tolist() == list(range(len(particle)))
    # A group: two operations after each other are one of them.
    known = {tuple(row) for row in operations.tolist()}
    for first, second in zip(operations, operations[::-1], strict=True):
        assert tuple(second[first].tolist()) in known


@pytest.mark.parametrize(("name", "order"), [("CH4", 24), ("NH3", 6), ("C6H6", 12)])
def test_molecules_have_their_point_groups(name, order):
    # As permutations: of the flat benzene the mirror plane moves no atom.
    atoms = molecule(name)
    assert len(point_operations(atoms.positions, atoms.numbers, 0.05)) == order


def test_another_element_breaks_the_symmetry():
    particle = nanoparticle("Pt", "icosahedron", shells=1)
    vertex = int(np.argmax(particle.positions[:, 2]))
    particle.symbols[vertex] = "Ni"
    assert len(particle_operations(particle.positions, particle.numbers)) == 10


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("known", [True, False], ids=["from info", "from symmetry"])
@pytest.mark.parametrize("name", ORDERS)
def test_noise_is_taken_off(name, known, seed):
    particle, order = ORDERS[name]
    noisy = particle.copy()
    noisy.rattle(0.05, seed=seed)
    noisy.rotate(20 + seed, (1, 2, 3))
    noisy.info = particle.info if known else {}
    assert len(particle_operations(noisy.positions, noisy.numbers)) < order
    ideal = ideal_positions(noisy)
    assert len(particle_operations(ideal, noisy.numbers)) == order
    assert np.linalg.norm(ideal - noisy.positions, axis=1).max() < 0.3


def test_a_parent_may_be_turned_and_scaled():
    particle, _ = ORDERS["cuboctahedron"]
    real = particle.copy()
    real.positions *= 0.97
    real.rotate(40, "x")
    real.translate([3, -2, 1])
    assert ideal_positions(real, parent=particle) == pytest.approx(real.positions)


def test_an_atom_that_has_left_its_parent_is_named():
    particle, _ = ORDERS["decahedron"]
    moved = particle.copy()
    moved.positions[7] += [2.5, 0, 0]
    with pytest.raises(SurfaceError, match=r"Atom 7 \(Pt\) has left its place"):
        ideal_positions(moved, parent=particle)


def test_what_is_far_from_its_info_is_taken_as_it_is():
    particle = nanoparticle("Pt", "decahedron", shells=1)
    particle.positions[0] += [4.0, 3.0, 2.0]
    assert ideal_positions(particle) == pytest.approx(particle.positions)


def test_turn_that_superposes_points():
    places = np.array([[1.0, 0, 0], [0, 2, 0], [0, 0, 3], [-1, -2, -3]])
    turned = places @ np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    assert places @ best_turn(places, turned) == pytest.approx(turned)
