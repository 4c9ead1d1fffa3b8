import numpy as np
import pandas as pd
import pytest

from catml.descriptors.sites.electronegativity import electronegativities
from catml.descriptors.sites.electronic import (
    ELECTRONIC_FEATURES,
    EXTREMES,
    electronic_features,
    electronic_numbers,
)
from catml.descriptors.sites.geometry import geometry_features
from catml.elements.properties import element_value
from catml.errors import DescriptorError
from catml.structures.batches import batch_of_slab
from catml.structures.nanoparticles import nanoparticle
from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.surface import Surface
from tests.descriptors.sites.both_ways import SURFACES, assert_both_ways_agree

MORE_SURFACES = (*SURFACES, "NiAl[B2](110)", "Al3Cu(111)")


def by_site(name):
    table = site_table([name])
    return electronic_features(table).set_index(table["site"])


@pytest.mark.parametrize("name", MORE_SURFACES)
def test_a_slab_and_a_name_give_the_same_numbers(name):
    assert_both_ways_agree(electronic_features, name, atol=1e-9)


def test_numbers_are_as_many_as_names():
    batch = batch_of_slab(Surface("Pd(100)").slab(layers=5))
    assert electronic_numbers(batch).shape == (1, 3, len(ELECTRONIC_FEATURES))
    assert len(set(ELECTRONIC_FEATURES)) == len(ELECTRONIC_FEATURES)


def test_platinum_top_site():
    top = by_site("Pt(111)").loc["ontop-1"]
    for orbital in "s", "d", "sd":
        assert top[f"orbital_coordination_number_{orbital}"] == pytest.approx(9)
    assert top["pauling_electronegativity"] == 2.2
    assert top["pauling_electronegativity_difference"] == pytest.approx(0, abs=1e-12)
    mulliken = (top["ionization_energy_ev"] + top["electron_affinity_ev"]) / 2
    assert top["mulliken_electronegativity_ev"] == pytest.approx(mulliken)
    assert top["vad2_rel_cu"] == 3.90
    assert top["r_d_fitted_ang"] == pytest.approx(0.791, abs=1e-3)
    assert top["r_d_solid_state_ang"] == pytest.approx(1.04)
    assert top["relative_generalized_coordination"] == pytest.approx(7.5 / 12)


def test_surroundings_of_a_copper_skin_on_an_alloy_with_zirconium():
    # Copper (100) with 4 Cu in its layer and 2 Cu, 2 Zr below.
    top = by_site("Cu3Zr@Cu(100)").loc["ontop-1"]
    copper, zirconium = (element_value(e, "pauling_electronegativity") for e in ("Cu", "Zr"))
    shell = (copper**6 * zirconium**2) ** (1 / 8)
    assert top["shell_pauling_electronegativity"] == pytest.approx(shell)
    assert top["pauling_electronegativity_difference"] == pytest.approx(copper - shell)


def test_a_mixed_bridge_averages_and_names_the_extremes():
    table = site_table(["Pt3Ni(111)"])
    features = electronic_features(table)
    row = features[table["site_atoms"] == "Ni:1 Pt:1"].iloc[0]
    scale = electronegativities("mulliken")
    assert row["mulliken_electronegativity_ev"] == pytest.approx((scale[28] + scale[78]) / 2)
    assert row["lowest_mulliken_electronegativity_ev"] == pytest.approx(scale[28])
    assert row["highest_mulliken_electronegativity_ev"] == pytest.approx(scale[78])
    for name in EXTREMES:
        assert (features[f"lowest_{name}"] <= features[name] + 1e-12).all()
        assert (features[name] <= features[f"highest_{name}"] + 1e-12).all()


def test_atoms_without_a_d_band_take_no_part():
    table = site_table(["Al3Cu(111)"])
    features = electronic_features(table)
    mixed = features[table["site_atoms"] == "Al:1 Cu:1"].iloc[0]
    assert mixed["d_filling"] == 1.0
    assert np.isfinite(mixed["estimated_d_band_center_ev"])
    assert mixed["lowest_estimated_d_band_center_ev"] == mixed["estimated_d_band_center_ev"]
    aluminium = features[table["site_atoms"] == "Al:1"].iloc[0]
    assert aluminium.filter(like="d_band").isna().all()
    assert np.isfinite(aluminium["mulliken_electronegativity_ev"])


def test_columns_that_the_geometry_has_too_are_the_same():
    table = site_table(MORE_SURFACES)
    electronic, geometry = electronic_features(table), geometry_features(table)
    shared = electronic.columns.intersection(geometry.columns)
    assert {"coordination_number", "generalized_coordination_number", "strain"} == set(shared)
    pd.testing.assert_frame_equal(electronic[shared], geometry[shared], rtol=0, atol=1e-12)


def test_the_share_of_bonds_compares_each_metal_with_its_own_bulk():
    # By hand: 6 + 4 neighbours of Fe(110) on top, with 10 and 14 neighbours, of 14 with 14.
    iron = by_site("Fe(110)").loc["ontop-1", "relative_generalized_coordination"]
    assert iron == pytest.approx((6 * 10 + 4 * 14) / 14**2)
    ruthenium = by_site("Ru(0001)").loc["ontop-1", "relative_generalized_coordination"]
    assert ruthenium == pytest.approx(7.5 / 12)
    assert by_site("MgO(100)")["relative_generalized_coordination"].isna().all()


def test_particles_have_them_too():
    particle = nanoparticle("Pt", "cuboctahedron", shells=2)
    table = site_table_of_slab(particle)
    features = electronic_features(table, slab=particle).set_index(table["site"])
    # A vertex of the cuboctahedron has five neighbours.
    assert features["lowest_coordination_number"].min() == 5
    assert features.notna().all(axis=None)


def test_rows_without_geometry_are_missing_and_wrong_sites_an_error():
    motif = {"site_atoms": "Cu:1", "same_layer": "Cu:4", "sublayer": "Cu:4", "surface": ""}
    assert electronic_features(pd.DataFrame([motif])).isna().all(axis=None)
    with pytest.raises(DescriptorError, match="has no site 'ontop-7'"):
        electronic_features(site_table(["Pt(111)"]).assign(site="ontop-7"))


def test_what_is_alike_on_all_ideal_slabs_is_exactly_alike():
    features = electronic_features(site_table(["Cu(111)", "Pt(111)", "Pd(111)"]))
    assert set(features["strain"]) == {0.0}
    assert set(features["orbital_coordination_number_d"]) == {9.0}
