import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc100, fcc111, fcc211
from ase.neighborlist import neighbor_list

from catml.descriptors.sites.coordination import coordination_numbers, own_bond_lengths
from catml.descriptors.sites.orbital_coordination import orbital_coordination
from catml.descriptors.tight_binding.second_moments import SOLID_STATE
from catml.elements.lattice import lattice_constants
from catml.elements.properties import element_value
from catml.structures.batches import batch_of_slab
from catml.structures.surface import Surface

from ..batches import batch_without_sites, fcc_bulk


@pytest.mark.parametrize("metal", ["Cu", "Ag", "Au", "Ni", "Pd", "Pt", "Rh", "Ir"])
def test_twelve_in_the_bulk_of_every_fcc_metal(metal):
    for number in orbital_coordination(fcc_bulk(metal)):
        assert number == pytest.approx(12)


@pytest.mark.parametrize("build", [fcc111, fcc100, fcc211])
def test_on_an_unstrained_surface_all_are_the_number_of_neighbours(build):
    a_ang = lattice_constants("Au", "A1").a_ang
    size = (3, 1, 6) if build is fcc211 else (1, 1, 6)
    batch = batch_of_slab(build("Au", size, a=a_ang, vacuum=8))
    for number in orbital_coordination(batch):
        assert number == pytest.approx(coordination_numbers(batch))


def test_strain_counts_by_the_power_of_the_hopping():
    a_ang = lattice_constants("Pt", "A1").a_ang
    wide = orbital_coordination(fcc_bulk("Pt", 1.03 * a_ang))
    # s–s hopping goes with d^-2, s–d with d^-7/2, d–d with d^-5, and counts squared.
    assert wide.s == pytest.approx(12 / 1.03**4)
    assert wide.sd == pytest.approx(12 / 1.03**7)
    assert wide.d == pytest.approx(12 / 1.03**10)


def test_a_pair_of_two_metals_by_hand():
    pair = batch_without_sites(Atoms("CuPt", [[0, 0, 0], [0, 0, 2.6]]))
    ratio = own_bond_lengths()[29] / 2.6
    radii = element_value("Pt", "r_d_fitted_ang") / element_value("Cu", "r_d_fitted_ang")
    copper = [number[0, 0] for number in orbital_coordination(pair)]
    assert copper == pytest.approx([ratio**4, radii**3 * ratio**10, ratio**7])
    others = element_value("Pt", "r_d_solid_state_ang") / element_value("Cu", "r_d_solid_state_ang")
    harrison = orbital_coordination(pair, parameters=SOLID_STATE)
    assert harrison.d[0, 0] == pytest.approx(others**3 * ratio**10)
    assert harrison.s == pytest.approx(orbital_coordination(pair).s)


def test_against_a_sum_over_the_neighbours_that_ase_finds():
    slab = Surface("Pt3Ni(111)").slab(layers=5, size=(2, 2))
    slab.rattle(0.02, seed=3)
    ours = orbital_coordination(batch_without_sites(slab))
    i, j, d = neighbor_list("ijd", slab, 3.2)
    radius = {28: element_value("Ni", "r_d_fitted_ang"), 78: element_value("Pt", "r_d_fitted_ang")}
    z = slab.numbers
    expected = np.zeros(len(slab))
    for a, b, length in zip(i, j, d, strict=True):
        own = own_bond_lengths()[z[a]]
        expected[a] += (radius[z[b]] / radius[z[a]]) ** 3 * (own / length) ** 10
    assert ours.d[0] == pytest.approx(expected)


def test_without_a_d_band():
    alloy = bulk("Cu", "fcc", a=3.8, cubic=True)
    alloy.symbols[0] = "Al"
    numbers = orbital_coordination(batch_without_sites(alloy))
    assert np.isnan([numbers.d[0, 0], numbers.sd[0, 0]]).all()
    assert np.isfinite(numbers.s).all()
    # Copper has 4 neighbours of Al, which take part with their s states only.
    ratio = own_bond_lengths()[29] / (3.8 / np.sqrt(2))
    assert numbers.d[0, 1:] == pytest.approx(8 * ratio**10)
    assert numbers.sd[0, 1:] == pytest.approx(12 * ratio**7)


def test_a_missing_radius_or_length_is_missing_not_zero():
    alloy = bulk("Ru", "fcc", a=3.8, cubic=True)
    alloy.symbols[0] = "Tc"
    numbers = orbital_coordination(batch_without_sites(alloy))
    assert np.isnan(numbers.d).all()
    assert np.isfinite(numbers.sd[0, 1:]).all()
    alloy.symbols[0] = "N"
    assert np.isnan(orbital_coordination(batch_without_sites(alloy)).s[0, 0])


def test_some_atoms_have_the_numbers_they_have_among_all():
    batch = batch_of_slab(Surface("Cu3Zr@Cu(100)").slab(layers=6))
    some = np.array([3, 0])
    for few, all_of_them in zip(
        orbital_coordination(batch, atoms=some), orbital_coordination(batch), strict=True
    ):
        assert (few == all_of_them[:, some]).all()
