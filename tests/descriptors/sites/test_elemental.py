import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.descriptors.sites.elemental import (
    PROPERTIES,
    ZONES,
    environment_features,
    has_d_band,
    property_array,
    zone_counts,
    zone_statistics,
)
from catml.elements.properties import property_names
from catml.errors import ElementError, SurfaceError

METALS = ("Cu", "Pd", "Pt", "Al", "Ni", "Au")
ZONE_TEXT = st.dictionaries(st.sampled_from(METALS), st.integers(1, 9), min_size=1).map(
    lambda zone: " ".join(f"{symbol}:{zone[symbol]}" for symbol in sorted(zone))
)


def environment(*rows):
    return environment_features(pd.DataFrame(rows, columns=list(ZONES)))


def test_statistics_of_a_mixed_zone_by_hand():
    row = zone_statistics(zone_counts(["Cu:1 Pd:3"]), ["pauling_electronegativity"]).iloc[0]
    assert row["mean_pauling_electronegativity"] == pytest.approx((1.90 + 3 * 2.20) / 4)
    assert row["min_pauling_electronegativity"] == 1.90
    assert row["max_pauling_electronegativity"] == 2.20


def test_elements_without_a_property_take_no_part():
    statistics = zone_statistics(zone_counts(["Al:5 Cu:1", "Al:2", ""]), ["d_filling"])
    assert statistics.loc[0].tolist() == [1.0, 1.0, 1.0]
    assert statistics.loc[1:].isna().all(axis=None)


def test_d_metals_are_groups_three_to_twelve():
    numbers = {"Sc": 21, "Zn": 30, "Pt": 78, "Hg": 80, "La": 57}
    assert has_d_band()[list(numbers.values())].all()
    assert not has_d_band()[[1, 13, 14, 20, 31, 55]].any()


def test_environment_of_a_skin():
    row = environment(("Cu:1", "Cu:4", "Zr:2 Cu:2")).iloc[0]
    assert row["site_atoms_count"] == 1
    assert row["sublayer_count"] == 4
    assert row["sublayer_d_metal_fraction"] == 1
    assert row["sublayer_mean_pauling_electronegativity"] == pytest.approx((1.90 + 1.33) / 2)
    difference = "site_atoms_minus_{}_pauling_electronegativity"
    assert row[difference.format("same_layer")] == 0
    assert row[difference.format("sublayer")] == pytest.approx((1.90 - 1.33) / 2)


def test_empty_and_missing_zones_have_no_atoms_and_no_means():
    table = environment(("Cu:1", "Cu:4", ""), ("Cu:1", "Cu:4", None))
    assert table["sublayer_count"].tolist() == [0, 0]
    assert table.filter(regex="^sublayer_(mean|min|max|d_)").isna().all(axis=None)
    assert table.filter(regex="^same_layer").notna().all(axis=None)


def test_rows_keep_their_index_and_equal_zones_equal_numbers():
    zones = pd.DataFrame(
        [("Cu:1", "Cu:6", "Cu:3"), ("Pt:1", "Pt:6", "Pt:3"), ("Cu:1", "Cu:6", "Cu:3")],
        columns=list(ZONES),
        index=["a", "b", "c"],
    )
    table = environment_features(zones)
    assert list(table.index) == ["a", "b", "c"]
    pd.testing.assert_series_equal(table.loc["a"], table.loc["c"], check_names=False)
    assert not table.loc["a"].equals(table.loc["b"])


@given(st.lists(ZONE_TEXT, min_size=1, max_size=8))
def test_means_lie_between_the_extremes(texts):
    statistics = zone_statistics(zone_counts(texts))
    for name in PROPERTIES:
        low, mean, high = (statistics[f"{kind}_{name}"] for kind in ("min", "mean", "max"))
        known = mean.notna()
        assert (low[known] <= mean[known] + 1e-9).all()
        assert (mean[known] <= high[known] + 1e-9).all()
        assert low.notna().equals(known)
        assert high.notna().equals(known)


@given(ZONE_TEXT, st.integers(2, 5))
def test_means_do_not_depend_on_the_size_of_a_zone(text, factor):
    zone = zone_counts([text])
    larger = zone._replace(counts=factor * zone.counts)
    pd.testing.assert_frame_equal(zone_statistics(zone), zone_statistics(larger))


def test_a_zone_that_names_an_element_twice_is_refused():
    with pytest.raises(SurfaceError, match="'Cu:1 Cu:2' names Cu twice"):
        zone_counts(["Pd:1", "Cu:1 Cu:2"])


def test_properties_exist_and_carry_their_units():
    known = set(property_names())
    assert {name.removeprefix("log_") for name in PROPERTIES} <= known
    assert property_array("log_vad2_rel_cu")[29] == 0
    assert np.isnan(property_array("log_vad2_rel_cu")[13])


def test_unreadable_zone_and_unknown_property_are_clear_errors():
    with pytest.raises(SurfaceError, match="Cu-1"):
        environment(("Cu-1", "", ""))
    with pytest.raises(ElementError, match="colour"):
        property_array("colour")
