import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111

from catml.descriptors.tight_binding.second_moments import (
    FITTED,
    SOLID_STATE,
    band_centers,
    bulk_rectangular_widths,
    rectangular_widths,
    rms_widths,
    second_moments,
    semielliptic_widths,
    site_widths_and_centers,
)
from catml.elements.properties import element_table
from catml.structures.batches import batch_of_slab

from ..batches import batch_without_sites, fcc_bulk

# The metals whose radii were fitted, not inverted from the widths tested here.
FITTED_METALS = ("Sc Ti V Cr Mn Fe Co Ni Cu Y Zr Nb Mo Ru Rh Pd Ag Ta W Re Os Ir Pt Au").split()  # noqa: SIM905


def bulk_widths(parameters):
    table = element_table().loc[FITTED_METALS].dropna(subset=parameters.radius_property)
    metals = list(table.index)
    ours = [rectangular_widths(fcc_bulk(m), parameters=parameters)[0, 0] for m in metals]
    published = table["d_band_width_bulk_rectangular_ev"].to_numpy()
    return np.array(ours), published


def test_fitted_radii_give_the_bulk_widths_of_density_functional_theory():
    ours, published = bulk_widths(FITTED)
    assert len(ours) == 24
    assert np.abs(ours - published).mean() < 0.35  # doi:10.1038/s41467-021-25639-8
    assert np.corrcoef(ours, published)[0, 1] > 0.985


def test_solid_state_radii_are_coarser_and_their_own_scale():
    ours, published = bulk_widths(SOLID_STATE)
    assert 0.5 < np.abs(ours - published).mean() < 1.0
    assert np.corrcoef(ours, published)[0, 1] > 0.96


def test_rectangular_model_gives_bulk_centres():
    table = element_table()
    centers = [band_centers(fcc_bulk(m), model="rectangular")[0, 0] for m in FITTED_METALS]
    published = table.loc[FITTED_METALS, "d_band_center_bulk_ev"].to_numpy()
    assert np.abs(np.array(centers) - published).mean() < 0.4
    assert np.corrcoef(centers, published)[0, 1] > 0.95


def test_closed_form_for_one_neighbour():
    # Pt2 at 2.5 Å, by hand: 7.62² (3.16² r³/d^7 + (16.2² + 2 8.75²) r^6/d^10) with r = 0.7908 Å
    dimer = batch_without_sites(Atoms("Pt2", [[0, 0, 0], [0, 0, 2.5]]))
    expected = 7.62**2 * (9.9856 * 0.7908**3 / 2.5**7 + 415.565 * 0.7908**6 / 2.5**10)
    assert second_moments(dimer)[0, 0] == pytest.approx(expected, rel=1e-4)


def test_three_widths_of_one_moment():
    batch = fcc_bulk("Pd")
    moment = second_moments(batch)
    assert rms_widths(batch) ** 2 == pytest.approx(moment)
    assert rectangular_widths(batch) ** 2 == pytest.approx(12 * moment)
    assert semielliptic_widths(batch) ** 2 == pytest.approx(16 * moment)


def test_elements_without_d_band_have_none_and_couple_through_s_only():
    alloy = bulk("Cu", "fcc", a=3.8, cubic=True)
    alloy.symbols[0] = "Al"
    moments = second_moments(batch_without_sites(alloy))[0]
    assert np.isnan(moments[0])
    pure = second_moments(batch_without_sites(bulk("Cu", "fcc", a=3.8, cubic=True)))[0]
    assert np.isfinite(moments[1:]).all()
    assert (moments[1:] < pure[1:]).all()


def test_missing_radius_is_missing_not_zero():
    alloy = bulk("Ru", "fcc", a=3.8, cubic=True)
    alloy.symbols[0] = "Tc"
    assert np.isnan(second_moments(batch_without_sites(alloy))).all()


def test_stretching_narrows_the_band_and_lifts_the_centre_of_platinum():
    centers = [band_centers(fcc_bulk("Pt", a_ang=a))[0, 0] for a in (3.9, 4.0, 4.1)]
    assert centers == sorted(centers)
    lifted = [band_centers(fcc_bulk("Ti", a_ang=a))[0, 0] for a in (4.0, 4.1, 4.2)]
    assert lifted == sorted(lifted, reverse=True)


def test_bulk_atom_has_the_tabulated_centre():
    table = element_table()
    for metal in FITTED_METALS:
        center = table.loc[metal, "d_band_center_bulk_ev"]
        assert band_centers(fcc_bulk(metal))[0, 0] == pytest.approx(center, abs=1e-4)


def test_surface_atoms_have_a_narrower_band_nearer_the_fermi_level():
    batch = batch_of_slab(fcc111("Pt", (1, 1, 6), a=3.95, vacuum=8))
    surface, middle = rectangular_widths(batch)[0, [5, 3]]
    # The width goes with the square root of the number of neighbours, 9 of 12.
    assert surface / middle == pytest.approx(np.sqrt(9 / 12))
    surface, middle = band_centers(batch)[0, [5, 3]]
    assert middle < surface < 0


def test_site_values_average_the_atoms_that_have_a_d_band():
    slab = fcc111("Cu", (2, 2, 5), a=3.7, vacuum=8)
    top = [atom.index for atom in slab if atom.tag == 1]
    slab.symbols[top[0]] = "Al"
    batch = batch_of_slab(slab)
    widths, centers = (values[0] for values in site_widths_and_centers(batch))
    pure = rectangular_widths(batch)[0]
    for k, site in enumerate(batch.sites):
        copper = [i for i in site.atoms if i != top[0]]
        if copper:
            assert widths[k] == pytest.approx(pure[copper].mean())
        else:
            assert np.isnan(widths[k])
            assert np.isnan(centers[k])


def test_bulk_widths_are_those_of_a_bulk_batch():
    for parameters in (FITTED, SOLID_STATE):
        ours = rectangular_widths(fcc_bulk("Rh"), parameters=parameters)[0, 0]
        assert bulk_rectangular_widths(parameters)[45] == pytest.approx(ours)
