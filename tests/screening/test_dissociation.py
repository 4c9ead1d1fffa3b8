import numpy as np
import pytest

from catml.screening.dissociation import DissociationVolcano
from catml.screening.volcano import Descriptor

THERMAL_EV = 8.617333262e-5 * 673.15


@pytest.fixture
def volcano():
    nitrogen = Descriptor(
        adsorbate="N",
        reference="1/2 N2(g)",
        functional="BEEF-vdW",
        low_ev=-2.5,
        high_ev=1.5,
        free_energy_correction_ev=0.6,
    )
    return DissociationVolcano(
        descriptors=(nitrogen,),
        quantity="turnover frequency",
        symbol="TOF",
        unit="1/s",
        barrier_slope=1.5,
        barrier_intercept_ev=1.5,
        activation_correction_ev=1.3,
        temperature_k=673.15,
        molecule_pressure_bar=25.0,
        approach_to_equilibrium=0.02,
    )


def test_the_barrier_never_falls_below_zero_or_the_reaction_energy(volcano):
    np.testing.assert_allclose(volcano.barrier_ev([-2.0, -0.5, 1.0, 4.0]), [0.0, 0.75, 3.0, 8.0])


def test_sites_are_half_covered_where_the_coverage_ratio_is_one(volcano):
    energy = THERMAL_EV * 0.5 * np.log(0.02 * 25.0) - 0.6
    assert volcano.coverage(energy) == pytest.approx(0.5)
    assert volcano.coverage(-2.5) == pytest.approx(1.0)
    assert volcano.coverage(1.5) == pytest.approx(0.0, abs=1e-9)


def test_the_weak_side_falls_with_the_barrier(volcano):
    low, high = volcano.activity([0.5, 0.6])
    assert (low - high) * np.log(10) == pytest.approx(1.5 * 0.1 / THERMAL_EV, rel=1e-3)


def test_the_strong_side_falls_with_the_square_of_the_free_sites(volcano):
    # No barrier is left there, so only blocking counts: two sites per molecule.
    low, high = volcano.activity([-1.9, -1.8])
    assert (high - low) * np.log(10) == pytest.approx(2 * 0.1 / THERMAL_EV, rel=1e-3)


def test_the_apex_is_where_blocking_outweighs_the_barrier(volcano):
    # d ln r / dE = (-slope + 2 θ) / kT vanishes where the coverage is half the slope.
    energy, _ = volcano.apex()
    assert volcano.coverage(energy) == pytest.approx(0.75, abs=1e-3)


def test_the_rate_is_the_textbook_expression(volcano):
    energy = -0.3
    planck_ev_s = 4.135667696e-15
    constant = THERMAL_EV / planck_ev_s * np.exp(-(1.5 * energy + 1.5 + 1.3) / THERMAL_EV)
    ratio = np.sqrt(0.02 * 25.0) * np.exp(-(energy + 0.6) / THERMAL_EV)
    rate = constant * 25.0 * (1 - 0.02) / (1 + ratio) ** 2
    assert 10 ** volcano.activity(energy) == pytest.approx(rate, rel=1e-6)
