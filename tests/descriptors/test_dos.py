import ase.build
import numpy as np
import pytest

from catml.descriptors.dos import dos_from_arrays
from catml.errors import DescriptorError

ENERGY = np.linspace(-8, 4, 121)


def test_plain_arrays_of_every_shape():
    curve = np.exp(-((ENERGY + 2) ** 2))
    for shape, spins in [((), 1), ((1,), 1), ((1, 1), 1), ((1, 2), 2), ((1, 2, 5), 2)]:
        dos = dos_from_arrays(ENERGY, np.broadcast_to(curve, (*shape, ENERGY.size)))
        assert len(dos.symbols) == 1
        assert dos.is_spin_polarized == (spins == 2)
        times = int(np.prod(shape))
        np.testing.assert_allclose(dos.states([0]), times * curve)


def test_energies_become_relative_to_the_fermi_level():
    dos = dos_from_arrays(ENERGY + 5, np.ones_like(ENERGY), fermi_level_ev=5, symbols=["Cu"])
    np.testing.assert_allclose(dos.energy_ev, ENERGY)


def test_spins_and_atoms_add_up():
    states = np.random.default_rng(0).uniform(size=(3, 2, 5, ENERGY.size))
    dos = dos_from_arrays(ENERGY, states, atoms=ase.build.bulk("Ni", cubic=True)[:3])
    assert dos.symbols == ("Ni",) * 3
    np.testing.assert_allclose(
        dos.states([0, 2], "up") + dos.states([0, 2], "down"), dos.states([0, 2])
    )
    np.testing.assert_allclose(dos.states([1], "down"), states[1, 1].sum(axis=0))


@pytest.mark.parametrize(
    ("energy", "states", "symbols", "says"),
    [
        (ENERGY, np.ones((2, 120)), None, "do not fit"),
        (ENERGY, np.ones((2, 121)), ["Cu"], "do not fit"),
        (ENERGY, np.ones((1, 3, 121)), None, "do not fit"),
        (ENERGY, np.full(121, np.nan), None, "not finite"),
        (ENERGY[::-1], np.ones(121), None, "do not increase"),
        ([-1.0, 1.0], np.ones(2), None, "at least 3"),
        (ENERGY + 20, np.ones(121), None, "Fermi level, 0 eV, lies outside"),
        (ENERGY - 20, np.ones(121), None, "Fermi level, 0 eV, lies outside"),
    ],
)
def test_arrays_that_do_not_fit(energy, states, symbols, says):
    with pytest.raises(DescriptorError, match=says):
        dos_from_arrays(energy, states, symbols=symbols)
