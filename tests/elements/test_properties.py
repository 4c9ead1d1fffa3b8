from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from catml.elements.properties import (
    element_array,
    element_symbols,
    element_table,
    element_value,
    property_names,
    property_source,
    property_unit,
    sources,
)
from catml.errors import ElementError

ALLOY_METALS = (
    "Ag Al Au Bi Cd Co Cr Cu Fe Ga Hf Hg In Ir La Mn Mo Nb Ni Os Pb Pd Pt Re Rh Ru Sc Sn Ta Tc "
    "Ti Tl V W Y Zn Zr"
)
MOTIF_ELEMENTS = (
    "Cu Al Si Ca Pd Pt Ga Au Sn Ni In Se S Zn Na Sb V As Ge Rh Fe Ir Ag Co N Re W Ti Pb H Mo Os "
    "Mn Ru Cr Bi Nb Cd Sr K Te Cs Ta Hf Y Tc Zr Sc P Li Mg Ba Be Rb"
)
ATOMIC = (
    "atomic_number",
    "group",
    "period",
    "valence_electrons",
    "pauling_electronegativity",
    "ionization_energy_ev",
    "electron_affinity_ev",
    "covalent_radius_ang",
    "melting_point_k",
)


@pytest.mark.parametrize("symbol", sorted({*ALLOY_METALS.split(), *MOTIF_ELEMENTS.split()}))
def test_atomic_properties_cover_the_datasets(symbol):
    for name in ATOMIC:
        assert np.isfinite(element_value(symbol, name))


@pytest.mark.parametrize("symbol", ALLOY_METALS.split())
def test_metals_have_metallic_properties(symbol):
    assert element_value(symbol, "metallic_radius_ang") > 1
    assert element_value(symbol, "cohesive_energy_ev") > 0


@pytest.mark.parametrize(
    ("symbol", "name", "value"),
    [
        ("Cu", "atomic_number", 29),
        ("Cu", "vad2_rel_cu", 1.0),  # by definition
        ("Pt", "vad2_rel_cu", 3.9),
        ("Pt", "pauling_electronegativity", 2.2),
        ("Pd", "d_band_center_surface_ev", -1.83),
        ("Pt", "d_band_center_bulk_ev", -2.6369),
        ("Ni", "d_filling", 0.9),
        ("W", "vad2_rel_cu", 7.27),
        ("Au", "ionization_energy_ev", 9.2255),
        ("Fe", "melting_point_k", 1811.15),
        ("Ag", "cohesive_energy_ev", 2.95),
        ("Cu", "metallic_radius_ang", 1.28),
    ],
)
def test_known_values(symbol, name, value):
    assert element_value(symbol, name) == pytest.approx(value, abs=1e-3)


def test_the_two_d_state_radii_stay_apart():
    solid_state = element_array("r_d_solid_state_ang")
    fitted = element_array("r_d_fitted_ang")
    both = np.isfinite(solid_state) & np.isfinite(fitted)
    assert both.sum() >= 24
    assert (solid_state[both] > 1.2 * fitted[both]).all()


@pytest.mark.parametrize(
    "name", [n for n in property_names() if n.startswith(("d_", "r_d", "vad"))]
)
def test_main_group_elements_have_no_d_band(name):
    for symbol in ("Al", "Ga", "In", "Sn", "Pb", "Bi", "Si", "N", "Na"):
        with pytest.raises(ElementError, match=symbol):
            element_value(symbol, name)


def test_noble_metal_centres_lie_below_the_fermi_level_and_early_ones_above():
    centres = element_table()["d_band_center_bulk_ev"]
    assert (centres[["Cu", "Ag", "Au", "Zn", "Cd", "Pt", "Pd", "Ni"]] < -1.5).all()
    assert (centres[["Sc", "Y", "La", "Ti", "Zr", "Hf"]] > 1).all()


def test_table_is_a_copy():
    table = element_table()
    table.loc["Cu", "group"] = 0
    assert element_table().loc["Cu", "group"] == 11
    assert list(element_table().columns) == list(property_names())
    assert list(element_table().index) == list(element_symbols())


def test_array_is_indexed_by_atomic_number_and_cannot_be_changed():
    radii = element_array("covalent_radius_ang")
    assert radii.shape == (119,)
    assert radii[78] == pytest.approx(1.36)
    assert np.isnan(radii[0])
    with pytest.raises(ValueError, match="read-only"):
        radii[78] = 0


def test_every_number_has_a_unit_and_a_source_that_exists():
    for name in property_names():
        assert property_unit(name) in {"1", "eV", "Å", "K"}
        assert property_unit(name) == "eV" or not name.endswith("_ev")
        assert property_unit(name) == "Å" or not name.endswith("_ang")
        assert property_source(name)
    assert property_source("vad2_rel_cu").endswith("doi:10.1016/S1381-1169(96)00348-2")
    assert "CRC Handbook" in property_source("electron_affinity_ev", "Zn")


@pytest.mark.parametrize("table", ["properties.csv", "lattice.csv", "alloys.csv", "compounds.csv"])
def test_tables_are_well_formed_and_every_source_is_cited(table):
    with files("catml.elements").joinpath(table).open(encoding="utf-8") as stream:
        frame = pd.read_csv(stream, keep_default_na=False)
    assert set(frame["source"]) <= set(sources())
    key = [c for c in ("element", "formula", "property", "prototype", "functional") if c in frame]
    assert not frame.duplicated(key).any()


def test_no_source_is_left_over():
    used = set()
    for table in ("properties.csv", "lattice.csv", "alloys.csv", "compounds.csv"):
        with files("catml.elements").joinpath(table).open(encoding="utf-8") as stream:
            used |= set(pd.read_csv(stream)["source"])
    assert used == set(sources())


@pytest.mark.parametrize(
    ("symbol", "name", "says"),
    [("Xx", "group", "Xx"), ("Cu", "colour", "colour"), ("Al", "vad2_rel_cu", "Leave")],
)
def test_unknown_names_are_clear_errors(symbol, name, says):
    with pytest.raises(ElementError, match=says):
        element_value(symbol, name)
