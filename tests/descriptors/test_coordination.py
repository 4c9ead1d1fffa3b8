import numpy as np
import pytest
from ase.build import bcc110, bulk, fcc100, fcc111, fcc211

from catml.descriptors.coordination import (
    NEIGHBORS_IN_BULK,
    bond_lengths,
    coordination_numbers,
    generalized_coordination,
    longest_bonds,
    own_bond_lengths,
    shortest_bonds,
    site_mean,
    site_opening,
    strain,
)
from catml.structures.batches import batch_of_slab
from catml.structures.neighbors import nearest_neighbors
from catml.structures.surface import Surface

from .batches import batch_without_sites, fcc_bulk


def by_site(values, batch):
    return {site.id: values[0, k] for k, site in enumerate(batch.sites)}


@pytest.mark.parametrize("n_atoms", [1, 2, 3, 4])
def test_normalization_is_the_number_of_neighbours_in_the_bulk(n_atoms):
    # One atom, a pair, a triangle and a square of touching atoms inside fcc, counted.
    crystal = bulk("Cu", "fcc", a=4.0, cubic=True) * (4, 4, 4)
    start = crystal.positions - [8, 8, 8]
    cluster = [[0, 0, 0], [2, 2, 0], [2, 0, 2], [0, 0, 0]][:n_atoms]
    if n_atoms == 4:
        cluster = [[0, 0, 0], [2, 2, 0], [2, -2, 0], [4, 0, 0]]
    members = [int(np.argmin(np.linalg.norm(start - point, axis=1))) for point in cluster]
    pairs = nearest_neighbors(crystal)
    around = set(pairs.j[np.isin(pairs.i, members)]) - set(members)
    assert len(around) == NEIGHBORS_IN_BULK[n_atoms]


@pytest.mark.parametrize("size", [(1, 1, 6), (3, 3, 6)])
def test_fcc111(size):
    batch = batch_of_slab(fcc111("Pt", size, a=4.0, vacuum=8))
    coordination = by_site(site_mean(coordination_numbers(batch), batch), batch)
    assert set(coordination.values()) == {9.0}
    generalized = by_site(generalized_coordination(batch), batch)
    assert generalized["ontop-1"] == pytest.approx(7.5)
    # By hand: 8 surface neighbours of a bridge and 5 below it, 9 of a hollow and 6 or 7 below.
    assert generalized["bridge-1"] == pytest.approx((8 * 9 + 5 * 12) / 18)
    assert generalized["hollow-fcc-1"] == pytest.approx((9 * 9 + 6 * 12) / 22)
    assert generalized["hollow-hcp-1"] == pytest.approx((9 * 9 + 7 * 12) / 22)
    opening = by_site(site_opening(batch), batch)
    assert np.isnan(opening["ontop-1"])
    assert opening["bridge-1"] == pytest.approx(4 / np.sqrt(2))
    assert opening["hollow-hcp-1"] == pytest.approx(4 / np.sqrt(2))


def test_fcc100_and_steps():
    square = batch_of_slab(fcc100("Pd", (1, 1, 6), a=4.0, vacuum=8))
    assert by_site(generalized_coordination(square), square)["ontop-1"] == pytest.approx(
        (4 * 8 + 4 * 12) / 12
    )
    stepped = batch_of_slab(fcc211("Pd", (3, 1, 6), a=4.0, vacuum=8))
    tops = [
        coordination_numbers(stepped)[0, site.atoms[0]]
        for site in stepped.sites
        if site.kind == "ontop"
    ]
    assert sorted(tops) == [7, 9, 10]


@pytest.mark.parametrize("size", [(1, 1, 6), (2, 2, 6)])
def test_bridges_of_bcc110_differ_also_in_the_smallest_cell(size):
    batch = batch_of_slab(bcc110("Fe", size, a=2.86, vacuum=8, orthogonal=False))
    opening = by_site(site_opening(batch), batch)
    assert opening["bridge-short-1"] == pytest.approx(2.86 * np.sqrt(3) / 2)
    assert opening["bridge-long-1"] == pytest.approx(2.86)
    hollow = next(length for name, length in opening.items() if name.startswith("hollow"))
    assert hollow == pytest.approx(2.86 * (1 + np.sqrt(3)) / 3)


def test_pure_metal_on_its_own_lattice_is_not_strained():
    for metal in ("Cu", "Ag", "Pt", "Ru"):
        assert strain(fcc_bulk(metal))[0, 0] == pytest.approx(0, abs=1e-12)


def test_stretched_metal_is_strained_by_as_much():
    a_ang = own_bond_lengths()[29] * np.sqrt(2)
    assert strain(fcc_bulk("Cu", a_ang * 1.02))[0, 0] == pytest.approx(0.02)
    assert strain(fcc_bulk("Cu", a_ang * 0.97))[0, 0] == pytest.approx(-0.03)


def test_overlayer_is_strained_by_its_substrate():
    slab = Surface("Ag@Cu(100)").slab(layers=6)
    batch = batch_of_slab(slab)
    top = by_site(site_mean(strain(batch), batch), batch)["ontop-1"]
    # Cu on the lattice of Ag: 15 % wider than its own, half of the bonds being to Ag itself.
    assert 0.08 < top < 0.16


def test_unknown_element_length_is_missing():
    alloy = bulk("Cu", "fcc", a=3.6, cubic=True)
    alloy.symbols[0] = "N"
    assert np.isnan(strain(batch_without_sites(alloy))).all()


def test_bonds_of_a_tetragonal_alloy():
    batch = batch_of_slab(Surface("CuAu(101)").slab(layers=5, lattice=(4.0, 3.6)))
    like, unlike = 4.0 / np.sqrt(2), np.sqrt(4.0**2 + 3.6**2) / 2
    for i in {i for site in batch.sites for i in site.atoms}:
        assert shortest_bonds(batch)[0, i] == pytest.approx(unlike)
        assert longest_bonds(batch)[0, i] == pytest.approx(like)
        assert unlike < bond_lengths(batch)[0, i] < like


def test_lone_atom_has_no_bonds():
    batch = batch_without_sites(bulk("Cu", "fcc", a=3.6, cubic=True))
    batch.distances[:, 0] = np.inf
    assert np.isnan(bond_lengths(batch)[0, 0])
    assert np.isnan(shortest_bonds(batch)[0, 0])
    assert np.isnan(longest_bonds(batch)[0, 0])
    assert coordination_numbers(batch)[0, 0] == 0
