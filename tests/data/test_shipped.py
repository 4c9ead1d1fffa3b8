"""The shipped tables hold what their cards promise, and the traps of their sources are closed."""

import re

import numpy as np
import pytest

from catml.data.cards import check_dataset, list_datasets, read_card
from catml.data.tables import load_dataset
from catml.resources import shipped_folder
from catml.structures.environment import parse_zone
from catml.structures.site_table import site_table
from catml.structures.surface import Surface

KEYS = ("gaspy2018", "ma2015", "mamun2019", "xu2022")


def everything(key):
    return load_dataset(key, status=None, align=None)


@pytest.mark.parametrize("key", KEYS)
def test_table_and_card_agree(key):
    assert check_dataset(key).problems == ()


def test_every_table_has_a_card_and_every_card_a_table():
    folder = shipped_folder("datasets")
    assert list_datasets() == KEYS
    assert {read_card(key).table for key in KEYS} == {path.name for path in folder.glob("*.csv*")}


@pytest.mark.parametrize(
    ("key", "rows"), [("gaspy2018", 16965), ("ma2015", 295), ("mamun2019", 39676), ("xu2022", 1422)]
)
def test_no_row_of_a_source_is_missing(key, rows):
    assert len(everything(key)) == rows


@pytest.mark.parametrize("key", KEYS)
def test_every_surface_name_is_spelled_canonically(key):
    names = set(everything(key)["surface"]) - {""}
    assert len(names) > 40 or key == "gaspy2018"  # whose sites are known without surfaces
    assert [name for name in sorted(names) if Surface(name).name != name] == []


@pytest.mark.parametrize("key", KEYS)
def test_every_card_names_source_licence_and_caveats(key):
    card = read_card(key)
    assert all(paper.doi.startswith("10.") for paper in card.papers)
    assert card.licence.name
    assert card.licence.statement
    assert card.caveats
    assert card.derivations
    assert any(paper.doi in card.citation for paper in card.papers)


@pytest.mark.parametrize("key", KEYS)
def test_every_ok_row_has_a_site_environment(key):
    table = load_dataset(key, align=None)
    assert (table["site_atoms"] != "").all()
    assert table["status_note"].str.len().max() < 200


@pytest.mark.parametrize("key", ["ma2015", "mamun2019", "xu2022"])
def test_sites_and_zones_are_those_our_own_site_finder_gives(key):
    table = everything(key)
    named = table[table["site"] != ""]
    assert len(named) > (30000 if key == "mamun2019" else 0.8 * len(table))
    bulks = named.drop_duplicates("surface")
    # Zones of cubic bulks do not depend on the lattice constant, which one source does not give.
    lattice = [
        (4.0 if np.isnan(a) else a, None if np.isnan(c) else c)
        for a, c in zip(bulks["lattice_a_ang"], bulks["lattice_c_ang"], strict=True)
    ]
    ours = site_table(bulks["surface"], lattice=lattice)
    columns = ["surface", "site", "site_kind", "site_subtype", "site_atoms", "same_layer"]
    columns += ["sublayer", "family", "elements", "host"]
    known = set(map(tuple, ours[columns].to_numpy().tolist()))
    assert [row for row in map(tuple, named[columns].to_numpy().tolist()) if row not in known] == []


# Ma 2015 -------------------------------------------------------------------------------------


def test_repeated_pure_metals_are_there_once():
    table = everything("ma2015")
    pure = table[table["family"] == "pure"]
    assert len(pure) == 16
    assert (pure["status"] == "ok").sum() == pure["surface"].nunique() == 6
    assert load_dataset("ma2015")["surface"].is_unique


def test_host_constants_are_not_offered_as_descriptors():
    table = load_dataset("ma2015")
    for name in [column for column in table if column.startswith("dft_")]:
        assert table.groupby("host")[name].nunique().min() > 1


def test_the_suspicious_electronegativity_is_left_out_and_nothing_else():
    table = everything("ma2015")
    missing = table[table["dft_local_electronegativity"].isna()]
    assert missing["surface"].tolist() == ["Ag-La@Ag(100)"]
    assert missing["status"].tolist() == ["ok"]
    assert "1.93" in missing["status_note"].item()


def test_zones_reproduce_the_tabulated_local_electronegativity():
    # Geometric mean of the source's Pauling values over the binding atom and its eight neighbours
    # (doi:10.1021/acs.jpclett.5b01660); only the right neighbours give the tabulated number.
    pauling = {"Cu": 1.90, "Ni": 1.91, "Pd": 2.20, "Ag": 1.93, "Au": 2.54, "Pt": 2.28}
    pauling |= {"Sc": 1.36, "Ti": 1.54, "Y": 1.22, "Zr": 1.33, "La": 1.10, "Zn": 1.65, "W": 2.36}
    table = everything("ma2015").dropna(subset=["dft_local_electronegativity"])
    known = table["elements"].map(lambda text: set(text.split("-")) <= set(pauling))
    assert known.sum() > 150
    for row in table[known].to_dict("records"):
        logs = [
            count * np.log(pauling[symbol])
            for zone in ("site_atoms", "same_layer", "sublayer")
            for symbol, count in parse_zone(row[zone]).items()
        ]
        assert np.exp(sum(logs) / 9) == pytest.approx(row["dft_local_electronegativity"], abs=0.015)


# GASpy 2018 ----------------------------------------------------------------------------------


def test_energies_no_intact_co_can_have_are_not_ok():
    table = load_dataset("gaspy2018")
    assert table["energy_ev"].between(-3.0, 1.0).all()
    kept = everything("gaspy2018")
    assert kept["energy_ev"].min() < -3.9
    assert kept["energy_ev"].max() > 3.8


def test_rows_of_one_motif_that_are_ok_agree_within_two_ev():
    table = load_dataset("gaspy2018")
    groups = table.groupby(["site_atoms", "same_layer", "sublayer"])["energy_ev"]
    assert (groups.max() - groups.min()).max() <= 2.0


def test_pure_metal_means_are_those_of_the_source():
    table = everything("gaspy2018")
    means = table.groupby("elements")["energy_ev"].mean()
    expected = {"Cu": -0.53, "Pd": -1.49, "Pt": -1.49, "Rh": -1.64, "Ag": 0.04, "Au": -0.17}
    for metal, value in expected.items():
        assert means[metal] == pytest.approx(value, abs=0.006)


# Mamun 2019 ----------------------------------------------------------------------------------


def test_dissociated_pairs_are_kept_apart():
    table = everything("mamun2019")
    pairs = table["adsorbate"].isin(("2H", "2N", "2O"))
    assert set(table[pairs]["status"]) == {"dissociated"}
    assert not (table[~pairs]["status"] == "dissociated").any()
    assert table[pairs]["coverage_ml"].isna().all()
    assert set(table[~pairs]["coverage_ml"]) == {0.25}


def test_sites_that_cannot_exist_are_not_ok():
    table = load_dataset("mamun2019")
    alloys = table[table["surface"].str.contains(r"^[A-Z][a-z]?3[A-Z]")]
    assert len(alloys) > 20000
    for surface, zone in (
        alloys[["surface", "site_atoms"]].drop_duplicates().itertuples(index=False)
    ):
        assert parse_zone(zone).get(Surface(surface).guest, 0) <= 1


def test_facets_and_prototypes_of_the_bimetallic_table():
    table = everything("mamun2019")
    facets = set(table["surface"].str.extract(r"\((\d+)\)")[0])
    assert facets == {"111", "101"}
    assert "Ru[A1](111)" in set(table["surface"])
    tetragonal = table["surface"].str.contains("101")
    assert table[tetragonal]["lattice_c_ang"].notna().all()
    assert table[~tetragonal]["lattice_c_ang"].isna().all()


def test_lowest_nitrogen_energies_of_pure_metals():
    table = load_dataset("mamun2019", adsorbate="N")
    lowest = table[table["family"] == "pure"].groupby("elements")["energy_ev"].min()
    expected = {"Fe": -1.50, "Mo": -1.97, "Ru": -0.65, "Rh": 0.05, "Pt": 0.78, "Cu": 1.50}
    for metal, value in expected.items():
        assert lowest[metal] == pytest.approx(value, abs=0.01)
    assert "Ni" not in lowest


# Xu 2022 -------------------------------------------------------------------------------------


def test_zeros_of_facets_survive():
    table = everything("xu2022")
    assert table["source_label"].str.contains("_0001_").sum() == 59
    assert "0001" not in "".join(table["surface"])


def test_stepped_cobalt_is_not_called_flat():
    table = everything("xu2022")
    stepped = table[table["source_label"].str.contains("_0001_")]
    assert set(stepped["surface"]) == {""}
    # A flat (0001) on-top site has six neighbours beside it; at the step edge there are four.
    edge = stepped[stepped["source_label"].str.endswith("top-s")]
    assert set(edge["same_layer"]) == {"Co:4"}


def test_co_stands_against_co_and_keeps_its_original_value():
    table = load_dataset("xu2022", adsorbate="CO")
    assert set(table["reference"]) == {"CO(g)"}
    original = table["status_note"].str.extract(r"(-?\d+\.\d+) eV against CH4")[0].astype(float)
    assert (original - table["energy_ev"]).to_numpy() == pytest.approx(2.528, abs=0.001)


def test_copper_on_top_energies_of_two_sources_agree():
    # Independent calculations of CO on top of Cu(111): 1 | 6 | 3 in both tables.
    zones = {"site_atoms": "Cu:1", "same_layer": "Cu:6", "sublayer": "Cu:3"}
    table = load_dataset("CO")
    rows = table[(table[list(zones)] == list(zones.values())).all(axis=1)]
    medians = rows.groupby("source")["energy_ev"].median()
    assert medians["xu2022"] == pytest.approx(medians["gaspy2018"], abs=0.1)


def test_sites_agree_with_their_labels_where_the_row_is_ok():
    table = load_dataset("xu2022")
    label = table["source_label"].str.extract(r"_([a-z-]+\d?[a-z-]*)[^_]*$")[0]
    for word, kind in (("top", "ontop"), ("fcc", "hollow"), ("hcp", "hollow"), ("four", "hollow")):
        assert set(table[label.str.startswith(word)]["site_kind"]) == {kind}
    fcc = table[label.str.startswith("fcc") & (table["site"] != "")]
    assert fcc["site_subtype"].isin(("fcc", "3fold")).all()


def test_host_and_guest_of_single_atom_alloys():
    table = everything("xu2022")
    diluted = table[table["family"] == "single-atom"]
    assert set(diluted["surface"]) == {"Ag1/Cu(211)", "Au1/Ni(211)", "Pd1/Ir(211)", "Pt1/Rh(211)"}
    assert (diluted["host"] == diluted["surface"].map(lambda name: re.split("[/(]", name)[1])).all()
