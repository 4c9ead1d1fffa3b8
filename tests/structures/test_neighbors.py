import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111

from catml.structures.neighbors import (
    bonded_pairs,
    connected_parts,
    coordination_numbers,
    nearest_neighbors,
    pairs_within,
    shortest_distances,
)


def coordination(atoms, **options):
    return coordination_numbers(nearest_neighbors(atoms, **options), len(atoms)).tolist()


def tetragonal_alloy(ratio):
    """L1_0 in its two-atom cell; the ratio is that of the four-atom cell."""
    places = [[0, 0, 0], [0.5, 0.5, 0.5]]
    cell = [4 / 2**0.5, 4 / 2**0.5, 4 * ratio]
    return Atoms("CuAu", scaled_positions=places, cell=cell, pbc=True)


def ordered_alloy():
    atoms = bulk("Pt", cubic=True)
    atoms.symbols[0] = "Ni"
    return atoms


@pytest.mark.parametrize(
    ("atoms", "expected"),
    [
        (bulk("Cu"), [12]),
        (bulk("Cu", a=1.0), [12]),
        (bulk("Fe"), [14]),
        (bulk("Ru"), [12, 12]),
        (bulk("Zn"), [12, 12]),
        (bulk("Mg"), [12, 12]),
        (ordered_alloy(), [12] * 4),
        (bulk("NiAl", "cesiumchloride", a=2.9), [14, 14]),
    ],
)
def test_bulk_coordination(atoms, expected):
    assert coordination(atoms) == expected


def test_shorter_cutoff_leaves_the_eight_nearest_of_bcc():
    assert coordination(bulk("W"), cutoff=1.1) == [8]


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(0.58, 14), (2**-0.5, 14), (0.79, 14), (0.92, 12), (1.0, 12), (1.29, 12)],
)
def test_coordination_of_tetragonal_alloys(ratio, expected):
    assert coordination(tetragonal_alloy(ratio)) == [expected] * 2


def test_a_pair_is_found_from_both_atoms_with_opposite_shifts():
    atoms = bulk("Ru")
    i, j, distance, shift = nearest_neighbors(atoms)
    there = {(a, b, *s.tolist()) for a, b, s in zip(i, j, shift, strict=True)}
    assert {(b, a, *(-s).tolist()) for a, b, s in zip(i, j, shift, strict=True)} == there
    vectors = atoms.positions[j] + shift @ atoms.cell.array - atoms.positions[i]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), distance)


def test_neighbors_survive_small_displacements():
    slab = fcc111("Pt", (3, 3, 4), vacuum=8)
    before = coordination(slab)
    slab.rattle(0.05, seed=1)
    assert coordination(slab) == before == [9] * 9 + [12] * 18 + [9] * 9


@pytest.mark.parametrize(
    ("atoms", "expected"),
    [
        (bulk("W"), [8]),
        (bulk("Zn"), [12, 12]),  # c/a = 1.86: the six out of the plane are 9.5 % further
        (bulk("MgO", "rocksalt", a=4.21), [6, 6]),
        (bulk("CsCl", "cesiumchloride", a=4.12), [8, 8]),
    ],
)
def test_bonds_lead_to_the_closest_atoms_only(atoms, expected):
    bonds = bonded_pairs(atoms)
    assert coordination_numbers(bonds, len(atoms)).tolist() == expected


def test_lone_atoms_have_no_neighbors():
    assert coordination(Atoms("Pt")) == [0]
    assert len(bonded_pairs(Atoms("Pt")).i) == len(bonded_pairs(Atoms()).i) == 0
    assert np.isinf(shortest_distances(Atoms("Pt"))).all()


def test_a_distant_pair_is_still_a_pair():
    pair = Atoms("Pt2", positions=[[0, 0, 0], [0, 0, 9]])
    assert shortest_distances(pair).tolist() == [9.0, 9.0]
    assert coordination(pair) == [1, 1]


def test_pairs_within_a_radius_are_sorted_by_distance():
    pairs = pairs_within(bulk("Cu", a=4.0), 4.1)
    assert len(pairs.i) == 12 + 6
    assert np.all(np.diff(pairs.distance) > -1e-6)


def test_connected_parts_are_those_of_a_walk():
    rng = np.random.default_rng(2)
    i, j = rng.integers(0, 40, size=(2, 30))
    parts = connected_parts(i, j, 40)
    assert (parts[i] == parts[j]).all()
    # Spread the lowest index over every pair until nothing changes.
    reached = np.arange(40)
    for _ in range(40):
        for a, b in zip(i, j, strict=True):
            reached[a] = reached[b] = min(reached[a], reached[b])
    assert len(set(parts.tolist())) == len(set(reached.tolist()))
