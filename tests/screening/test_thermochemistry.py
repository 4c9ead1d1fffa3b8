import numpy as np
import pytest
from ase.build import molecule
from ase.thermochemistry import IdealGasThermo

from catml.errors import ReactionError
from catml.screening.thermochemistry import (
    EV_PER_WAVENUMBER,
    KJ_PER_MOL_PER_EV,
    adsorption_correction_ev,
    gas_correction_ev,
    gas_entropy_ev_per_k,
    harmonic_correction_ev,
    reaction_gibbs_ev,
    surface_correction_ev,
)
from catml.units import BOLTZMANN_EV_PER_K

AMMONIA = {"N2": -1, "H2": -3, "NH3": 2}


@pytest.mark.parametrize(
    ("species", "joule_per_mol_k"), [("N2", 191.61), ("H2", 130.68), ("NH3", 192.77)]
)
def test_standard_entropies_are_those_of_the_nist_webbook(species, joule_per_mol_k):
    entropy = gas_entropy_ev_per_k(species, 298.15) * KJ_PER_MOL_PER_EV * 1000
    assert entropy == pytest.approx(joule_per_mol_k, abs=0.05)


@pytest.mark.parametrize(
    ("temperature_k", "kj_per_mol"), [(298.15, -16.4), (500, 4.8), (700, 27.2), (1000, 61.9)]
)
def test_gibbs_energy_of_forming_ammonia_is_that_of_the_janaf_tables(temperature_k, kj_per_mol):
    formation = reaction_gibbs_ev(AMMONIA, temperature_k) / 2 * KJ_PER_MOL_PER_EV
    assert formation == pytest.approx(kj_per_mol, abs=0.2)


def test_the_equilibrium_constant_of_ammonia_at_400_celsius_is_the_textbook_one():
    gibbs = reaction_gibbs_ev(AMMONIA, 673.15)
    constant = np.exp(-gibbs / (BOLTZMANN_EV_PER_K * 673.15))
    assert constant == pytest.approx(1.64e-4, rel=0.1)


@pytest.mark.parametrize(
    ("species", "wavenumber_per_cm", "temperature_k", "tolerance_ev"),
    [("N2", 2358.57, 298.15, 0.003), ("N2", 2358.57, 673.15, 0.006), ("H2", 4401.21, 673.15, 0.01)],
)
def test_gas_corrections_agree_with_the_ideal_gas(
    species, wavenumber_per_cm, temperature_k, tolerance_ev
):
    thermo = IdealGasThermo(
        vib_energies=[wavenumber_per_cm * EV_PER_WAVENUMBER],
        geometry="linear",
        atoms=molecule(species),
        symmetrynumber=2,
        spin=0,
    )
    expected = thermo.get_gibbs_energy(temperature_k, 25e5, verbose=False)
    assert gas_correction_ev(species, temperature_k, 25.0) == pytest.approx(
        expected, abs=tolerance_ev
    )


def test_harmonic_modes_have_their_limits():
    modes = [434, 465, 508]
    assert harmonic_correction_ev(modes, 0) == pytest.approx(0.0872, abs=1e-4)
    hot = BOLTZMANN_EV_PER_K * 30000
    classical = hot * sum(np.log(mode * EV_PER_WAVENUMBER / hot) for mode in modes)
    assert harmonic_correction_ev(modes, 30000) == pytest.approx(classical, abs=1e-3)


def test_tabulated_corrections_of_co_and_hydrogen():
    assert adsorption_correction_ev("CO", "CO(g)", 298.15) == 0.50
    assert adsorption_correction_ev("H", "1/2 H2(g)", 298.15) == 0.24


def test_nitrogen_is_corrected_by_its_modes_and_the_gas():
    # About +0.24 eV at room temperature (three modes near 0.06 eV each, half a nitrogen molecule).
    assert adsorption_correction_ev("N", "1/2 N2(g)", 298.15) == pytest.approx(0.24, abs=0.03)
    assert adsorption_correction_ev("N", "1/2 N2(g)", 673.15) > 0.5


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: gas_entropy_ev_per_k("Ar", 300), "no gas data for 'Ar'"),
        (lambda: gas_entropy_ev_per_k("H2", 100), "298 to 1000 K"),
        (lambda: gas_correction_ev("NH3", 300), "no zero-point data"),
        (lambda: gas_correction_ev("N2", 300, 0), "not above zero"),
        (lambda: harmonic_correction_ev([100, -50], 300), "not above zero"),
        (lambda: harmonic_correction_ev([100], -1), "below zero"),
        (lambda: surface_correction_ev("O*", 300), "no vibrations tabulated"),
        (lambda: adsorption_correction_ev("CO", "CO(g)", 500), "298.15 K only"),
        (lambda: adsorption_correction_ev("H", "H2(g)", 298.15), "belongs to energies against"),
    ],
)
def test_what_is_not_tabulated_is_said(call, problem):
    with pytest.raises(ReactionError, match=problem):
        call()
