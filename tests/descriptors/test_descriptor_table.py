import re

import pytest

from catml.descriptors.descriptor_table import descriptor_table
from catml.descriptors.featurizer import DFT_COLUMNS, SiteFeaturizer
from catml.errors import DescriptorError
from catml.structures.site_table import site_table

KINDS = (
    *("environment", "geometry", "composition", "electronic"),
    *("d_band", "d_band_and_geometry", "similarity"),
)
ENDINGS = {"ev": "eV", "ang": "Å", "k": "K"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_described_once_in_its_order(kind):
    sites = site_table(["Pt(111)"]).assign(**dict.fromkeys(DFT_COLUMNS, 0.0))
    columns = SiteFeaturizer(kind).fit(sites).get_feature_names_out()
    table = descriptor_table(kind)
    assert list(table.index) == list(columns)
    assert (table[["unit", "meaning", "source"]] != "").all(axis=None)


def test_units_are_those_that_the_names_end_in():
    table = descriptor_table()
    assert table.index.is_unique
    for name, unit in table["unit"].items():
        ending = re.search(r"_(ev|ang|k)$", str(name))
        assert unit == (ENDINGS[ending[1]] if ending else "1"), name


def test_sources_of_published_formulas():
    source = descriptor_table()["source"]
    assert source["generalized_coordination_number"] == "10.1126/science.aab3501"
    assert source["orbital_coordination_number_d"] == "10.1103/PhysRevLett.118.036101"
    assert "10.1103/PhysRevB.21.3214" in source["r_d_solid_state_ang"]
    assert "10.1038/s41467-021-25639-8" in source["r_d_fitted_ang"]
    assert "10.1016/S1381-1169(96)00348-2" in source["vad2_rel_cu"]
    assert source["site_atoms_mean_ionization_energy_ev"] == "10.18434/T4W30F"
    assert "CRC Handbook" in source["pauling_electronegativity"]


def test_unknown_kind_is_a_clear_error():
    with pytest.raises(DescriptorError, match="'colour': choose one of environment, geometry"):
        descriptor_table("colour")
