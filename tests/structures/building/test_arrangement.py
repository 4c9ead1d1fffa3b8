from itertools import combinations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, make_supercell

from catml.structures.building.arrangement import FIRST_SHELL
from catml.structures.neighbors import nearest_neighbors
from catml.structures.substitution import short_range_order, substitute
from catml.structures.surface import Surface


def like_pairs(atoms: Atoms, element: str) -> int:
    pairs = nearest_neighbors(atoms, cutoff=FIRST_SHELL)
    chosen = np.array(atoms.get_chemical_symbols()) == element
    return int((chosen[pairs.i] & chosen[pairs.j]).sum()) // 2


def second_neighbors(atoms: Atoms, element: str, distance_ang: float) -> list[int]:
    """For each atom of an element, how many of its kind are that far away."""
    chosen = atoms[atoms.symbols == element]
    distances = make_supercell(chosen, 3 * np.eye(3)).get_all_distances(mic=True)
    near = np.abs(distances - distance_ang) < 0.05
    return sorted(set(near.sum(axis=1).tolist()))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_quarter_on_fcc_is_l12(seed: int) -> None:
    """In Cu3Au no two Au are neighbours, and each has six of its kind one edge away."""
    crystal = make_supercell(bulk("Cu", cubic=True), 2 * np.eye(3))
    ordered = substitute(crystal, {"Au": 0.25}, seed=seed, ordered=True)
    assert like_pairs(ordered, "Au") == 0
    assert short_range_order(ordered, "Au", "Cu") == pytest.approx(-1 / 3)
    assert second_neighbors(ordered, "Au", 3.61) == [6]


@pytest.mark.parametrize("seed", [0, 1])
def test_half_on_fcc_is_l10(seed: int) -> None:
    """Eight of twelve unlike neighbours are the most an fcc lattice allows."""
    crystal = make_supercell(bulk("Cu", cubic=True), 2 * np.eye(3))
    ordered = substitute(crystal, {"Au": 0.5}, seed=seed, ordered=True)
    assert short_range_order(ordered, "Au", "Cu") == pytest.approx(-1 / 3)


def test_half_on_bcc_is_b2() -> None:
    crystal = make_supercell(bulk("Fe", cubic=True), 3 * np.eye(3))
    ordered = substitute(crystal, {"Al": 0.5}, ordered=True)
    assert like_pairs(ordered, "Al") == like_pairs(ordered, "Fe") == 0


def test_a_quarter_on_bcc_is_d03() -> None:
    """In Fe3Al no two Al are first or second neighbours; twelve are one face diagonal away."""
    crystal = make_supercell(bulk("Fe", cubic=True), 2 * np.eye(3))
    ordered = substitute(crystal, {"Al": 0.25}, ordered=True)
    assert like_pairs(ordered, "Al") == 0
    assert second_neighbors(ordered, "Al", 2.87) == [0]
    assert second_neighbors(ordered, "Al", 2.87 * np.sqrt(2)) == [12]


@pytest.mark.parametrize(
    ("name", "minority"),
    [
        ("Cu0.75Pd0.25{ordered}(111)", "Pd"),
        ("Cu0.75Pd0.25{ordered}(100)", "Pd"),
        ("Ti0.75Al0.25{ordered}(0001)", "Al"),
        ("Cu0.9Pd0.1{ordered}(111)", "Pd"),
    ],
)
def test_minority_atoms_of_slabs_are_apart(name: str, minority: str) -> None:
    for size in [(2, 2), (4, 4)]:
        assert like_pairs(Surface(name).slab(size=size), minority) == 0


def test_order_on_the_close_packed_face_is_that_of_the_ordered_alloy() -> None:
    """Each plane of Cu3Pd(111) holds a quarter of Pd."""
    slab = Surface("Cu0.75Pd0.25{ordered}(111)").slab(size=(4, 4))
    per_layer = [int((slab.symbols[slab.get_tags() == t] == "Pd").sum()) for t in (1, 2, 3, 4)]
    assert per_layer == [4, 4, 4, 4]


def test_no_arrangement_of_a_small_slab_has_more_like_second_neighbours() -> None:
    """All 1820 ways to put four Pd on 16 places; in L1_2 planes of Cu and of CuPd alternate."""
    slab = Surface("Cu0.75Pd0.25{ordered}(100)").slab(size=(2, 2), layers=4)
    first = nearest_neighbors(slab, cutoff=FIRST_SHELL)
    second = nearest_neighbors(slab, cutoff=1.5)
    near, both = np.zeros((2, 16, 16))
    np.add.at(near, (first.i, first.j), 1)
    np.add.at(both, (second.i, second.j), 1)
    far = both - near
    chosen = np.array([np.isin(range(16), places) for places in combinations(range(16), 4)])
    like = np.einsum("ni,ij,nj->n", chosen, near, chosen)
    further = np.einsum("ni,ij,nj->n", chosen, far, chosen)
    found = slab.symbols == "Pd"
    assert found @ near @ found == like.min() == 0
    assert found @ far @ found == further[like == 0].max()
    per_layer = [int(found[slab.get_tags() == tag].sum()) for tag in (1, 2, 3, 4)]
    assert per_layer in ([2, 0, 2, 0], [0, 2, 0, 2])


def test_half_ordered_has_fewer_like_pairs_than_random() -> None:
    ordered = Surface("Cu0.5Pd0.5{ordered}(111)").slab(size=(4, 4))
    for seed in range(5):
        mixed = Surface(f"Cu0.5Pd0.5{{seed={seed}}}(111)").slab(size=(4, 4))
        for element in ("Cu", "Pd"):
            assert like_pairs(ordered, element) < 0.8 * like_pairs(mixed, element)


def test_it_beats_every_random_arrangement_of_a_small_cell() -> None:
    """Brute force over 300 random arrangements of three kinds."""
    crystal = make_supercell(bulk("Cu", cubic=True), np.diag([2, 1, 1]))
    shares = {"Cu": 0.5, "Pd": 0.25, "Au": 0.25}

    def cost(atoms: Atoms) -> int:
        return like_pairs(atoms, "Pd") + like_pairs(atoms, "Au")

    ordered = cost(substitute(crystal, shares, ordered=True))
    assert ordered <= min(cost(substitute(crystal, shares, seed=seed)) for seed in range(300))


def test_neighbours_that_stay_count_too() -> None:
    """A quarter of Pd in the second layer finds the places that touch no Pd of the first."""
    slab = Surface("Cu(111)").slab(size=(4, 4))
    slab = substitute(slab, {"Pd": 0.25}, layers=[1], ordered=True)
    slab = substitute(slab, {"Pd": 0.25}, layers=[2], seed=5, ordered=True)
    assert like_pairs(slab, "Pd") == 0


def test_the_same_seed_gives_the_same_order() -> None:
    slab = Surface("Cu(111)").slab(size=(4, 4))
    first, again = (substitute(slab, {"Pd": 0.3}, seed=2, ordered=True) for _ in range(2))
    assert first.numbers.tolist() == again.numbers.tolist()
