import numpy as np
import pytest
from ase.build import bcc110, bulk, fcc111, fcc211, hcp0001, surface

from catml.structures.finding.flat_slabs import flat_slab
from catml.structures.finding.lattice_fit import on_lattice

CRYSTALS = {
    "fcc111": fcc111("Pt", (2, 2, 4), vacuum=6),
    "fcc211": fcc211("Pt", (3, 2, 4), vacuum=6),
    "fcc531": surface(bulk("Cu", cubic=True), (5, 3, 1), 12, vacuum=6),
    "bcc110": bcc110("Fe", (1, 1, 4), vacuum=6),
    "B2": surface(bulk("NiAl", "cesiumchloride", a=2.9), (1, 1, 0), 5, vacuum=6),
}


@pytest.mark.parametrize("name", CRYSTALS)
def test_ideal_slab_is_on_its_own_lattice(name):
    slab = flat_slab(CRYSTALS[name])
    np.testing.assert_allclose(on_lattice(slab), slab.positions, atol=1e-6)


@pytest.mark.parametrize("name", CRYSTALS)
def test_fit_takes_most_of_the_noise_away(name):
    ideal = flat_slab(CRYSTALS[name]).positions
    noisy = CRYSTALS[name].copy()
    noisy.rattle(0.1, seed=1)
    noise = flat_slab(noisy).positions - ideal
    left = on_lattice(flat_slab(noisy)) - ideal
    # Of 3 n numbers the fit keeps six: the origin, and where the next lattice plane lies.
    expected = np.linalg.norm(noise) * np.sqrt(6 / noise.size)
    assert np.linalg.norm(left) < 2 * expected


def test_hexagonal_close_packing_is_no_lattice():
    assert on_lattice(flat_slab(hcp0001("Ru", (2, 2, 4), vacuum=6))) is None


def test_atom_out_of_place_is_on_no_lattice():
    slab = fcc111("Pt", (3, 3, 4), vacuum=6)
    slab.positions[-1] += [0, 1.6, 0.3]
    assert on_lattice(flat_slab(slab)) is None
