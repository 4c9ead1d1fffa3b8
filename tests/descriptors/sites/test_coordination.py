import numpy as np
import pytest
from ase.build import bcc110, bulk, fcc100, fcc111, fcc211

from catml.descriptors.sites.coordination import (
    NEIGHBORS_IN_BCC,
    NEIGHBORS_IN_BULK,
    bond_lengths,
    coordination_numbers,
    coordination_of_atoms,
    generalized_coordination,
    longest_bonds,
    own_bond_lengths,
    relative_generalized_coordination,
    shortest_bonds,
    site_mean,
    site_opening,
    strain,
)
from catml.errors import DescriptorError
from catml.structures.batches import batch_of_slab
from catml.structures.neighbors import nearest_neighbors
from catml.structures.surface import Surface

from ..batches import batch_without_sites, fcc_bulk


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


@pytest.mark.parametrize(
    ("cluster", "count"),
    [
        ([[0, 0, 0]], NEIGHBORS_IN_BCC[1]),
        ([[0, 0, 0], [1, 1, 1]], 20),  # the short bridge
        ([[0, 0, 0], [2, 0, 0]], NEIGHBORS_IN_BCC[2]),
        ([[0, 0, 0], [2, 0, 0], [1, 1, 1]], NEIGHBORS_IN_BCC[3]),
        ([[0, 0, 0], [2, 0, 0], [0, 2, 0], [2, 2, 0]], NEIGHBORS_IN_BCC[4]),
    ],
)
def test_neighbours_of_touching_atoms_inside_bcc(cluster, count):
    crystal = bulk("Fe", "bcc", a=2.0, cubic=True) * (6, 6, 6)
    start = crystal.positions - 6
    members = [int(np.argmin(np.linalg.norm(start - point, axis=1))) for point in cluster]
    pairs = nearest_neighbors(crystal)
    assert len(set(pairs.j[np.isin(pairs.i, members)]) - set(members)) == count


def test_published_generalized_coordination_of_platinum():
    # F. Calle-Vallejo et al., Science 350, 185 (2015), doi:10.1126/science.aab3501.
    flat = batch_of_slab(fcc111("Pt", (1, 1, 6), a=4.0, vacuum=8))
    generalized = by_site(generalized_coordination(flat), flat)
    assert round(generalized["ontop-1"], 2) == 7.5
    assert round(generalized["bridge-1"], 2) == 7.33
    assert round(generalized["hollow-fcc-1"], 2) == 6.95
    square = batch_of_slab(fcc100("Pt", (1, 1, 6), a=4.0, vacuum=8))
    top_and_hollow = by_site(generalized_coordination(square), square)
    assert round(top_and_hollow["ontop-1"], 2) == 6.67
    # By hand: 8 neighbours in the layer, 3 x 3 below it.
    assert top_and_hollow["hollow-4fold-1"] == pytest.approx((8 * 8 + 9 * 12) / 26)


def test_share_of_bonds_on_short_and_long_bridges_of_bcc110():
    batch = batch_of_slab(bcc110("Fe", (2, 2, 6), a=2.86, vacuum=8, orthogonal=False))
    share = by_site(relative_generalized_coordination(batch), batch)
    short = next(site for site in batch.sites if site.subtype == "short")
    counts = coordination_numbers(batch)[0]
    around = counts[list(short.same_layer + short.sublayer)].sum()
    assert share["bridge-short-1"] == pytest.approx(around / (20 * 14))
    assert share["ontop-1"] == pytest.approx((6 * 10 + 4 * 14) / 14**2)
    assert all(0.5 < value < 0.7 for value in share.values())


def test_coordination_of_plain_atoms():
    slab = fcc111("Pt", (10, 10, 5), vacuum=8)
    numbers, generalized = coordination_of_atoms(slab)
    assert sorted(set(numbers)) == [9, 12]
    assert set(generalized[slab.get_tags() == 1].round(9)) == {7.5}
    assert set(generalized[slab.get_tags() == 3].round(9)) == {12.0}
    batch = batch_of_slab(fcc211("Pd", (3, 2, 6), a=4.0, vacuum=8))
    direct = coordination_of_atoms(fcc211("Pd", (3, 2, 6), a=4.0, vacuum=8))
    assert (direct.numbers == coordination_numbers(batch)[0]).all()
    for k, site in enumerate(batch.sites):
        if site.kind == "ontop":
            expected = generalized_coordination(batch)[0, k]
            assert direct.generalized[site.atoms[0]] == pytest.approx(expected)


def test_both_ways_to_count_in_bcc():
    slab = bcc110("Fe", (2, 2, 6), a=2.86, vacuum=8)
    top, middle = -1, 10
    near = coordination_of_atoms(slab, cutoff=1.1, in_bulk=8)
    # On top of Fe(110) are four neighbours in the layer and two below it.
    assert near.numbers[[top, middle]].tolist() == [6, 8]
    assert near.generalized[[top, middle]].tolist() == [(4 * 6 + 2 * 8) / 8, 8]
    both = coordination_of_atoms(slab, in_bulk=14)
    assert both.numbers[[top, middle]].tolist() == [10, 14]
    assert both.generalized[middle] == 14


def test_coordination_of_nothing_but_atoms():
    with pytest.raises(DescriptorError, match="'Pt\\(111\\)' of type str is no structure"):
        coordination_of_atoms("Pt(111)")
    with pytest.raises(DescriptorError, match="in_bulk=0"):
        coordination_of_atoms(fcc111("Pt", (1, 1, 3), vacuum=8), in_bulk=0)
    for cutoff in (-1, 0, float("nan"), float("inf"), "far"):
        with pytest.raises(DescriptorError, match="is no ratio of distances"):
            coordination_of_atoms(fcc111("Pt", (1, 1, 3), vacuum=8), cutoff=cutoff)
    lone = coordination_of_atoms(fcc111("Pt", (1, 1, 3), vacuum=8)[:0])
    assert len(lone.numbers) == 0


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
