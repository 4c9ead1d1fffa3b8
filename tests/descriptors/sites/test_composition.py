import numpy as np
import pandas as pd
import pytest

from catml.descriptors.sites import composition
from catml.descriptors.sites.composition import composition_columns, composition_features
from catml.elements.properties import element_value
from catml.errors import SurfaceError

ZONES = pd.DataFrame(
    {
        "site_atoms": ["Cu:1", "Ag:1 Pd:1", "Ni:3"],
        "same_layer": ["Ag:2 Cu:3 Pt:1", "", "Ni:9"],
        "sublayer": ["Au:1 Cu:2", "Pd:4", None],
    },
    index=[5, 7, 9],
)


def test_columns_are_those_promised():
    features = composition_features(ZONES)
    assert tuple(features.columns) == composition_columns()
    assert features.columns.is_unique
    assert features.index.tolist() == [5, 7, 9]
    assert composition_features(ZONES.iloc[:0]).shape == (0, len(composition_columns()))


def test_shares_are_counted_within_each_zone():
    features = composition_features(ZONES)
    assert features.loc[5, "same_layer_fraction_Ag"] == pytest.approx(2 / 6)
    assert features.loc[5, "sublayer_fraction_Cu"] == pytest.approx(2 / 3)
    assert features.loc[7, "site_atoms_fraction_Pd"] == 0.5
    for zone in ("site_atoms", "same_layer", "sublayer"):
        shares = features.filter(regex=f"^{zone}_fraction_").sum(axis=1)
        np.testing.assert_allclose(shares, (ZONES[zone].fillna("") != "").astype(float))


def test_numbers_of_elements_and_atoms():
    features = composition_features(ZONES)
    assert features["same_layer_distinct_elements"].tolist() == [3, 0, 1]
    assert features["site_layer_distinct_elements"].tolist() == [3, 2, 1]
    assert features["all_zones_distinct_elements"].tolist() == [4, 2, 1]
    assert features["all_zones_count"].tolist() == [10, 6, 12]
    assert features["sublayer_per_site_atom"].tolist() == [3, 2, 0]
    assert features["sublayer_per_same_layer_atom"].tolist() == [0.5, 4, 0]


def test_moments_are_those_of_the_atoms_one_by_one():
    features = composition_features(ZONES)
    atoms = ["Cu"] * 4 + ["Ag"] * 2 + ["Pt"]
    values = [element_value(symbol, "pauling_electronegativity") for symbol in atoms]
    name = "pauling_electronegativity"
    assert features.loc[5, f"site_layer_mean_{name}"] == pytest.approx(np.mean(values))
    assert features.loc[5, f"site_layer_spread_{name}"] == pytest.approx(np.std(values))
    assert features.loc[9, f"all_zones_spread_{name}"] == 0


def test_a_property_that_no_atom_has_is_missing():
    features = composition_features(pd.DataFrame({zone: ["S:1"] for zone in ZONES}))
    assert features["all_zones_mean_r_d_fitted_ang"].isna().all()
    assert features["all_zones_mean_pauling_electronegativity"].tolist() == [2.58]


def test_many_rows_are_described_in_parts(monkeypatch):
    whole = composition_features(ZONES)
    monkeypatch.setattr(composition, "_ROWS_AT_ONCE", 2)
    pd.testing.assert_frame_equal(composition_features(ZONES), whole)


def test_an_unreadable_zone_is_refused():
    with pytest.raises(SurfaceError, match="Cu"):
        composition_features(ZONES.assign(sublayer="Cu"))
