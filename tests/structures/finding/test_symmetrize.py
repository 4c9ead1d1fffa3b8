import numpy as np
import pytest
from ase.build import bulk, fcc110, fcc111, hcp0001, surface

from catml.structures.finding.flat_slabs import flat_slab
from catml.structures.finding.symmetrize import symmetrized


def test_exact_slabs_are_left_alone():
    random = fcc111("Pt", (3, 3, 4), vacuum=6)
    random.symbols[np.random.default_rng(1).permutation(36)[:12]] = "Ni"
    missing_row = fcc110("Pt", (1, 2, 6), vacuum=6)
    del missing_row[int(missing_row.positions[:, 2].argmax())]
    kinked = surface(bulk("Pt", cubic=True), (5, 3, 1), 12, vacuum=6)
    for slab in (random, missing_row, kinked, hcp0001("Ru", (1, 1, 4), vacuum=6)):
        assert symmetrized(flat_slab(slab)) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 2)])
def test_noise_of_a_hexagonal_crystal_averages_out(size):
    ideal = hcp0001("Ru", (*size, 4), vacuum=6)
    noisy = ideal.copy()
    noisy.rattle(0.03, seed=3)
    found = symmetrized(flat_slab(noisy))
    # Layers stay where the mean of their atoms is; in the plane all are in line again.
    offset = found - flat_slab(ideal).positions
    np.testing.assert_allclose(offset[:, :2] - offset[0, :2], 0, atol=1e-6)
    for layer in offset[:, 2].reshape(4, -1):
        np.testing.assert_allclose(layer, layer[0], atol=1e-6)


def test_relaxed_layers_go_back_to_the_lattice():
    ideal = fcc111("Pt", (2, 2, 6), vacuum=6)
    relaxed = ideal.copy()
    relaxed.positions[relaxed.get_tags() == 1, 2] += 0.2
    found = symmetrized(flat_slab(relaxed))
    spacings = np.diff(np.unique(found[:, 2].round(6)))
    np.testing.assert_allclose(spacings, spacings[0], atol=1e-5)


def test_exact_reconstruction_stays():
    """Every second row sunk by half an ångström: half the translations are gone."""
    slab = fcc110("Pt", (1, 2, 6), vacuum=6)
    slab.positions[int(slab.positions[:, 2].argmax()), 2] -= 0.5
    assert symmetrized(flat_slab(slab)) is None
