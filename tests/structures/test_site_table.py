import numpy as np
import pandas as pd
import pytest
from ase.build import fcc111, fcc211
from ase.cluster import Octahedron

from catml.errors import SurfaceError
from catml.structures.environment import site_environment
from catml.structures.nanoparticles import nanoparticle
from catml.structures.site_table import COLUMNS, site_table, site_table_of_slab
from catml.structures.sites import find_sites
from catml.structures.surface import Surface
from tests.structures.hand_counts import SITES


def test_number_of_sites_of_many_surfaces():
    table = site_table(SITES)
    found = pd.crosstab(table["surface"], table["site_kind"])
    for name, expected in SITES.items():
        assert tuple(found.loc[name, ["ontop", "bridge", "hollow"]]) == expected


def test_rows_keep_the_order_of_surfaces():
    names = ["Pt3Ni(111)", "Pt(100)", "Ni3Pt(111)", "Cu(100)", "Pt(100)"]
    table = site_table(names)
    changes = table["surface"] != table["surface"].shift()
    assert table.loc[changes, "surface"].to_list() == names
    assert table.index.tolist() == list(range(9 + 3 + 9 + 3 + 3))


def test_a_row_holds_the_site_and_its_surface():
    table = site_table(["Cu3Zr@Cu(100)"])
    assert tuple(table.columns) == COLUMNS
    row = table.set_index("site").loc["bridge-1"]
    assert row["site_kind"] == "bridge"
    assert row["site_subtype"] == ""
    assert row["site_atoms"] == "Cu:2"
    assert row["same_layer"] == "Cu:6"
    assert row["family"] == "skin"
    assert row["elements"] == "Cu-Zr"
    assert row["host"] == "Cu"
    assert row["lattice_a_ang"] == Surface("Cu3Zr@Cu(100)").slab().info["lattice"]["a_ang"]
    assert np.isnan(row["lattice_c_ang"])


def test_tetragonal_bulk_has_both_lattice_constants():
    row = site_table(["AgCd(101)"]).iloc[0]
    assert row["lattice_c_ang"] < row["lattice_a_ang"]
    row = site_table(["CuAu(101)"], lattice=[(4.0, 3.7)]).iloc[0]
    assert (row["lattice_a_ang"], row["lattice_c_ang"]) == (4.0, 3.7)


@pytest.mark.parametrize("name", ["Pt3Ni(211)", "CuAu(101)", "AuCu(101)", "Ni@Cu(100)", "W(100)"])
def test_zones_are_those_of_the_slab(name):
    slab = Surface(name).slab(layers=12, size=(2, 1))
    expected = [(site.id, *site_environment(slab, site).text()) for site in find_sites(slab)]
    table = site_table([name])
    found = table[["site", "site_atoms", "same_layer", "sublayer"]]
    assert [tuple(row) for row in found.to_numpy()] == expected


def test_elements_are_the_only_thing_a_family_differs_in():
    nickel, zirconium = (site_table([name]) for name in ("Pt3Ni(111)", "Pt3Zr(111)"))
    assert nickel["site"].equals(zirconium["site"])
    translated = zirconium["same_layer"].str.replace("Zr:", "Ni:")
    assert sorted(translated.iloc[0].split()) == nickel["same_layer"].iloc[0].split()


def test_a_slab_built_from_a_name_gives_the_rows_of_the_name():
    for name in ("Pt3Ni(111)", "CuAu(101)", "Cu-Ni@Cu(100)"):
        pd.testing.assert_frame_equal(
            site_table_of_slab(Surface(name).slab(layers=5, size=(2, 2))), site_table([name])
        )


def test_a_foreign_slab_is_described_without_a_family():
    slab = fcc211("Pt", (3, 2, 4), vacuum=6)
    slab.symbols[slab.positions[:, 2] < slab.positions[:, 2].max() - 3] = "Ni"
    table = site_table_of_slab(slab)
    assert tuple(table.columns) == COLUMNS
    assert set(table["surface"]) == {slab.get_chemical_formula()}
    assert set(table["family"]) == {""}
    assert set(table["host"]) == {"Pt"}
    assert set(table["elements"]) == {"Ni-Pt"}
    assert table["lattice_a_ang"].isna().all()


def test_a_foreign_slab_can_be_given_a_name():
    slab = fcc111("Pt", (2, 2, 4), vacuum=6)
    assert set(site_table_of_slab(slab, name="mine")["surface"]) == {"mine"}
    named = site_table_of_slab(slab, name="Pt(111)")
    assert set(named["family"]) == {"pure"}
    assert named["lattice_a_ang"].isna().all()


def test_a_particle_is_described_under_its_own_name():
    table = site_table_of_slab(nanoparticle("Pt", "octahedron", edge=2))
    assert table["surface"].unique().tolist() == ["Pt6 octahedron"]
    assert table["site"].to_list() == ["ontop-vertex-1", "bridge-edge-1", "hollow-fcc-111-1"]
    assert table["sublayer"].to_list() == ["Pt:4", "Pt:2", "Pt:3"]
    bare = site_table_of_slab(Octahedron("Pt", 2))
    assert bare["surface"].unique().tolist() == ["Pt6"]


def test_small_particles_are_a_family_of_their_own():
    families = [
        site_table_of_slab(nanoparticle("Pt", "cuboctahedron", shells=shells))["family"].iloc[0]
        for shells in (2, 3)
    ]
    assert families == ["cluster", ""]


def test_a_changed_slab_is_not_taken_for_the_surface_it_was():
    slab = Surface("Pt(111)").slab(layers=4, size=(2, 2))
    slab.symbols[-1] = "Sn"
    table = site_table_of_slab(slab)
    assert set(table["family"]) == {""}
    assert set(table["surface"]) == {"Pt15Sn"}
    assert table["lattice_a_ang"].isna().all()


def test_no_surfaces_give_an_empty_table_with_the_same_columns():
    table = site_table([])
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 0


def test_a_bare_name_is_refused():
    with pytest.raises(SurfaceError, match=r"write \['Pt\(111\)'\]"):
        site_table("Pt(111)")


def test_places_on_a_step_stand_in_the_table() -> None:
    table = site_table(["Pt(211)", "Pt(111)"]).set_index(["surface", "site"])
    ontop = [table.loc[("Pt(211)", f"ontop-{k}"), "site_place"] for k in (1, 2, 3)]
    assert ontop == ["edge", "terrace", "lower"]
    assert set(table.loc["Pt(111)", "site_place"]) == {""}
