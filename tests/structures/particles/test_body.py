import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from ase.cluster import Icosahedron, Octahedron

from catml.errors import SurfaceError
from catml.structures.particles.body import particle
from catml.structures.sites import find_sites


def test_neighbors_are_those_of_the_ideal_places_and_lengths_the_real_ones():
    cluster = Icosahedron("Au", 2)
    moved = cluster.copy()
    moved.rattle(0.05, seed=1)
    body = particle(moved, parent=cluster)
    # The central atom has 12 neighbours, a vertex 6.
    assert sorted(body.coordination.tolist()) == [6] * 12 + [12]
    assert [len(near) for near in body.around] == body.coordination.tolist()
    real = moved.get_all_distances()[body.neighbors.i, body.neighbors.j]
    np.testing.assert_allclose(body.bond_lengths_ang, real)


def test_zones_of_the_tip_of_an_octahedron_are_below_it():
    body = particle(Octahedron("Pt", 2))
    tip = int(np.argmax(body.positions[:, 2]))
    others = tuple(sorted(set(range(6)) - {tip, int(np.argmin(body.positions[:, 2]))}))
    assert body.zones((tip,), (0.0, 0.0, 1.0)) == ((), others)
    assert body.zones((tip,), (1.0, 0.0, 0.0))[0] != ()


@pytest.mark.parametrize(
    ("atoms", "message"),
    [
        (Atoms(), "is not a slab.*and no particle"),
        (Atoms("Pt2", positions=[[0, 0, 0], [2.7, 0, 0]]), "is not a slab.*and no particle"),
        (molecule("C6H6"), "do not enclose a body"),
        (
            Octahedron("Pt", 3, 1) + Atoms("Pt", positions=[[20.0, 0, 0]]),
            "in several pieces",
        ),
    ],
)
def test_what_is_no_particle_is_refused(atoms, message):
    with pytest.raises(SurfaceError, match=message):
        find_sites(atoms)
