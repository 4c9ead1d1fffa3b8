import numpy as np
import pandas as pd
import pytest
from ase.build import fcc111
from ase.cluster import Icosahedron

from catml.descriptors.sites.geometry import (
    GEOMETRY_FEATURES,
    geometry_features,
    site_numbers,
    site_type_features,
)
from catml.errors import DescriptorError, SurfaceError
from catml.structures.batches import batch_of_slab
from catml.structures.nanoparticles import nanoparticle
from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.surface import Surface
from tests.descriptors.sites.both_ways import SURFACES, assert_both_ways_agree


@pytest.mark.parametrize("name", SURFACES)
def test_a_slab_and_a_name_give_the_same_numbers(name):
    assert_both_ways_agree(geometry_features, name, atol=1e-8)


def test_numbers_are_as_many_as_names():
    batch = batch_of_slab(Surface("Pd(100)").slab(layers=5))
    assert site_numbers(batch).shape == (1, 3, len(GEOMETRY_FEATURES))


def test_platinum_top_site():
    table = geometry_features(site_table(["Pt(111)"])).set_index(site_table(["Pt(111)"])["site"])
    top = table.loc["ontop-1"]
    assert top["coordination_number"] == 9
    assert top["generalized_coordination_number"] == pytest.approx(7.5)
    assert top["bond_length_ang"] == pytest.approx(3.9508 / np.sqrt(2))
    assert top["strain"] == pytest.approx(0, abs=1e-12)
    assert table.loc["hollow-hcp-1", "below_count"] == 1
    assert table.loc["hollow-hcp-1", "below_pauling_electronegativity"] == pytest.approx(2.2)
    assert table.loc["hollow-fcc-1", "below_count"] == 0
    assert np.isnan(table.loc["hollow-fcc-1", "below_pauling_electronegativity"])


def test_lattice_constants_of_the_row_are_used():
    table = site_table(["Cu(111)"])
    wide = geometry_features(table.assign(lattice_a_ang=3.8))
    own = geometry_features(table.assign(lattice_a_ang=np.nan))
    assert wide["bond_length_ang"].to_numpy() == pytest.approx(3.8 / np.sqrt(2))
    pd.testing.assert_frame_equal(own, geometry_features(table))
    width = "tight_binding_d_band_rectangular_width_ev"
    assert (wide[width] < own[width]).all()


def test_rows_of_many_templates_keep_their_places():
    names = ["Pt(111)", "Cu(100)", "Pd(111)", "Pt3Ni(111)", "Cu(100)"]
    together = pd.concat([site_table([name]) for name in names], ignore_index=True)
    shuffled = together.sample(frac=1, random_state=0)
    one_by_one = pd.concat(
        [geometry_features(site_table([name])) for name in names], ignore_index=True
    )
    pd.testing.assert_frame_equal(
        geometry_features(shuffled).sort_index(), one_by_one, check_dtype=False
    )


def test_row_without_site_id_is_found_by_kind_and_zones():
    table = site_table(["Pt3Ni(111)", "CuPt(101)"])
    unnamed = geometry_features(table.assign(site=""))
    named = geometry_features(table)
    zones = ["surface", "site_kind", "site_subtype", "site_atoms", "same_layer", "sublayer"]
    alone = ~table.duplicated(zones, keep=False)
    assert alone.sum() > 8
    pd.testing.assert_frame_equal(unnamed[alone], named[alone])
    for _, rows in table[~alone].groupby(zones):
        mean = named.loc[rows.index].mean()
        for row in rows.index:
            pd.testing.assert_series_equal(unnamed.loc[row], mean, check_names=False)


def test_zones_of_another_convention_still_find_the_site():
    row = site_table(["Pd(100)"]).iloc[:1].assign(site="", sublayer="Pd:9")
    assert geometry_features(row)["coordination_number"].tolist() == [8]


def test_rows_without_geometry_are_missing_not_an_error():
    motif = {"site_atoms": "Cu:1", "same_layer": "Cu:4", "sublayer": "Cu:4"}
    table = pd.DataFrame([motif, motif | {"surface": "Cu64", "family": ""}])
    assert geometry_features(table).isna().all(axis=None)
    cluster = site_table_of_slab(nanoparticle("Cu", "octahedron", edge=2))
    assert geometry_features(cluster).isna().all(axis=None)
    elsewhere = site_table(["Cu(100)"]).iloc[:1].assign(site="", site_atoms="Pd:1")
    assert geometry_features(elsewhere).isna().all(axis=None)


def test_unknown_site_and_surface_are_clear_errors():
    table = site_table(["Pt(111)"]).iloc[:1]
    with pytest.raises(DescriptorError, match=r"Pt\(111\) has no site 'hollow-9'.*ontop-1"):
        geometry_features(table.assign(site="hollow-9"))
    with pytest.raises(SurfaceError, match="Pt111"):
        geometry_features(table.assign(surface="Pt111"))


def test_site_types():
    table = pd.DataFrame(
        {
            "site_kind": ["hollow", "ontop", "", "hollow"],
            "site_subtype": ["fcc", "", "", "4fold-100"],
        },
        index=[3, 1, 2, 4],
    )
    types = site_type_features(table)
    assert types.loc[3, types.loc[3] == 1].index.tolist() == ["is_hollow", "is_fcc"]
    assert types.loc[1, types.loc[1] == 1].index.tolist() == ["is_ontop"]
    assert types.loc[2].isna().all()
    assert types.loc[4, types.loc[4] == 1].index.tolist() == ["is_hollow", "is_4fold"]


@pytest.mark.parametrize("turn", [0, 90, 37])
def test_numbers_do_not_change_with_rotation_translation_and_order(turn):
    slab = fcc111("Cu", (2, 2, 5), a=3.66, vacuum=8)
    slab.symbols[[19, 17]] = "Pd"
    expected = numbers_by_site(slab)
    moved = slab[np.random.default_rng(turn).permutation(len(slab))]
    moved.rotate(turn, "z", rotate_cell=True)
    moved.translate([0.3, -1.1, 0.7])
    pd.testing.assert_frame_equal(numbers_by_site(moved), expected, atol=1e-6)


@pytest.mark.parametrize("turn", [0, 37])
def test_numbers_of_a_particle_do_not_change_with_rotation_and_order(turn):
    particle = Icosahedron("Cu", 3, latticeconstant=3.66)
    particle.symbols[0] = "Pd"
    expected = numbers_by_site(particle)
    moved = particle[np.random.default_rng(turn).permutation(len(particle))]
    moved.rotate(turn, (1, 1, 3))
    pd.testing.assert_frame_equal(numbers_by_site(moved), expected, atol=1e-6)


def test_numbers_on_top_of_a_particle():
    # The six neighbours of a corner are three corners (two in the square, one along the edge
    # between hexagons), the middles of two hexagons, with nine neighbours, and one atom inside.
    particle = nanoparticle("Pt", "truncated-octahedron", edge=4, cut=1, lattice=(4.0, None))
    numbers = numbers_by_site(particle)
    assert numbers.loc["ontop-111-1", "coordination_number"] == 9
    expected = (6 * 6 + 3 * 12) / 12
    assert numbers.loc["ontop-111-1", "generalized_coordination_number"] == expected
    assert numbers.loc["ontop-vertex-1", "coordination_number"] == 6
    expected = (3 * 6 + 2 * 9 + 12) / 12
    assert numbers.loc["ontop-vertex-1", "generalized_coordination_number"] == expected
    assert numbers["bond_length_ang"].to_numpy() == pytest.approx(4 / np.sqrt(2))
    assert numbers.loc["hollow-4fold-100-1", "below_count"] == 1


def numbers_by_site(slab):
    table = site_table_of_slab(slab)
    return geometry_features(table, slab=slab).set_index(table["site"])


def test_a_site_known_by_its_elements_only_has_no_subtype_to_deny():
    rows = {"site_kind": ["hollow", "hollow"], "site_subtype": ["", ""]}
    types = site_type_features(pd.DataFrame({"surface": ["", "CuAu(101)"], **rows}))
    assert types.loc[0, "is_hollow"] == 1
    assert np.isnan(types.loc[0, "is_fcc"])
    assert types.loc[1, "is_fcc"] == 0
