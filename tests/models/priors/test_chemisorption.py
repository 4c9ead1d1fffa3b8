import numpy as np
import pandas as pd
import pytest

from catml.errors import ModelError
from catml.models.priors.chemisorption import ChemisorptionMean, DBandSites, two_level_gain


def sites(n: int = 200, *, seed: int = 0) -> DBandSites:
    rng = np.random.default_rng(seed)
    return DBandSites(rng.uniform(-5, 1, n), rng.uniform(0.3, 1.0, n), rng.uniform(0.5, 6, n))


def test_the_gain_is_the_shift_of_the_lower_level_of_two() -> None:
    rng = np.random.default_rng(1)
    for gap, coupling in zip(rng.uniform(0.1, 9, 20), rng.uniform(0.1, 4, 20), strict=True):
        lower = np.linalg.eigvalsh([[0.0, coupling], [coupling, gap]])[0]
        gain = two_level_gain(np.array([gap]), np.array([coupling**2]))
        assert gain[0] == pytest.approx(-lower, abs=1e-12)


def test_weak_coupling_is_perturbation_and_strong_coupling_saturates() -> None:
    weak = two_level_gain(np.array([5.0]), np.array([1e-4]))
    assert weak[0] == pytest.approx(1e-4 / 5.0, rel=1e-4)
    strong = two_level_gain(np.array([5.0]), np.array([1e6]))
    assert strong[0] == pytest.approx(1e3, rel=0.01)


def test_energies_made_by_the_form_are_found_again() -> None:
    made = ChemisorptionMean(2.0, -0.4, 0.8, 0.5, 0.02, 0.0)
    known, new = sites(), sites(50, seed=9)
    found = ChemisorptionMean.fit(known, made.at(known))
    # The grid of couplings and the shrinkage leave a few per cent of the spread.
    assert (found.at(new) - made.at(new)).std() < 0.1 * made.at(new).std()


def test_attraction_and_repulsion_keep_their_signs() -> None:
    rng = np.random.default_rng(3)
    for seed in range(5):
        known = sites(60, seed=seed)
        found = ChemisorptionMean.fit(known, rng.normal(size=60))
        assert min(found.attraction_empty, found.attraction_filled, found.repulsion) >= 0


def test_a_higher_band_of_the_same_filling_binds_more() -> None:
    mean = ChemisorptionMean(1.0, 0.0, 1.0, 0.0, 0.05, 0.0)
    centers = np.linspace(-5, 0, 11)
    energy = mean.at(DBandSites(centers, np.full(11, 0.9), np.full(11, 3.0)))
    assert (np.diff(energy) < 0).all()


def test_sites_without_a_d_band_take_the_mean_of_such_rows() -> None:
    known = sites(20)
    center = known.center_ev.copy()
    center[:4] = np.nan
    bare = DBandSites(center, known.filling, known.coupling)
    energy = np.linspace(-2, 0, 20)
    found = ChemisorptionMean.fit(bare, energy)
    np.testing.assert_allclose(found.at(bare)[:4], energy[:4].mean())
    nothing = DBandSites(np.full(20, np.nan), known.filling, known.coupling)
    np.testing.assert_allclose(ChemisorptionMean.fit(nothing, energy).at(nothing), energy.mean())


def test_calculated_moments_go_before_estimated_ones() -> None:
    features = pd.DataFrame(
        {
            "estimated_d_band_center_ev": [-1.0],
            "estimated_d_band_filling": [0.5],
            "vad2_rel_cu": [2.0],
            "dft_d_band_center_ev": [-3.0],
            "dft_d_band_filling": [1.1],
            "host_vad2_rel_cu": [4.0],
        }
    )
    read = DBandSites.read(features)
    assert (read.center_ev[0], read.filling[0], read.coupling[0]) == (-3.0, 1.0, 4.0)
    estimated = DBandSites.read(features.iloc[:, :3])
    assert (estimated.center_ev[0], estimated.filling[0], estimated.coupling[0]) == (-1, 0.5, 2)


def test_the_coupling_of_geometry_descriptors_is_a_logarithm() -> None:
    names = (
        "tight_binding_d_band_center_ev",
        "site_atoms_mean_d_filling",
        "site_atoms_mean_log_vad2_rel_cu",
    )
    features = pd.DataFrame([[-2.0, 0.9, np.log(3.9)]], columns=list(names))
    assert DBandSites.read(features).coupling[0] == pytest.approx(3.9)


def test_descriptors_without_a_d_band_are_refused() -> None:
    with pytest.raises(ModelError, match="descriptors with a d band"):
        DBandSites.read(pd.DataFrame({"coordination_number": [9.0]}))
