import numpy as np
from ase.build import fcc111

from catml.structures.batches import batch_of_slab, padded_neighbors
from catml.structures.environment import count_elements, site_environment
from catml.structures.sites import find_sites


def test_a_foreign_slab_is_a_batch_of_one():
    slab = fcc111("Pt", (2, 2, 4), vacuum=6)
    batch = batch_of_slab(slab)
    assert batch.surfaces == ()
    assert batch.template == ""
    assert batch.numbers.shape == (1, 16)
    assert np.isnan(batch.lattice_ang).all()


def test_sites_of_a_batch_are_those_of_the_slab_with_their_zones():
    slab = fcc111("Pt", (2, 2, 4), vacuum=6)
    slab.symbols[slab.get_tags() == 2] = "Ni"
    symbols = slab.get_chemical_symbols()
    found = find_sites(slab)
    batch = batch_of_slab(slab)
    assert [(s.id, s.atoms, s.multiplicity) for s in batch.sites] == [
        (s.id, s.atoms, s.multiplicity) for s in found
    ]
    for ours, site in zip(batch.sites, found, strict=True):
        zones = site_environment(slab, site)
        assert count_elements(symbols[i] for i in ours.same_layer) == zones.same_layer
        assert count_elements(symbols[i] for i in ours.sublayer) == zones.sublayer
        assert set(ours.below) <= set(ours.sublayer)


def test_every_image_of_an_atom_counts_in_a_small_cell():
    batch = batch_of_slab(fcc111("Pt", (1, 1, 4), vacuum=6))
    hcp = batch.sites[-1]
    assert hcp.atoms == (3, 3, 3)
    assert hcp.same_layer == (3,) * 9
    assert hcp.sublayer == (2,) * 7
    assert hcp.below == (2,)


def test_rows_of_neighbors_are_filled_from_the_left():
    i, j = np.array([0, 0, 2]), np.array([1, 2, 0])
    neighbors, distances = padded_neighbors(i, j, np.array([[2.0, 3.0, 2.0]]), 3)
    assert neighbors.tolist() == [[1, 2], [-1, -1], [0, -1]]
    assert distances.tolist() == [[[2.0, 3.0], [np.inf, np.inf], [2.0, np.inf]]]


def test_bond_vectors_have_the_lengths_of_the_bonds():
    slab = fcc111("Pt", (2, 2, 4), vacuum=6)
    slab.rattle(0.02, seed=1)
    batch = batch_of_slab(slab)
    assert batch.bond_scales_ang.tolist() == [[1.0]]
    lengths = np.linalg.norm(batch.bonds[0], axis=-1)
    np.testing.assert_allclose(lengths, np.where(batch.neighbors < 0, 0, batch.distances[0]))
