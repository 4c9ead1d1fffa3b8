import pytest
from ase.build import add_adsorbate, fcc111, sort
from ase.io import read, write

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.placing.placed import bare_slab, without_adsorbates
from catml.structures.site_table import site_table_of_slab
from catml.structures.sites import find_sites

SLAB = fcc111("Pt", (2, 2, 4), vacuum=8)
PLACED = place(SLAB, find_sites(SLAB)[0], "CO")
FLAT = ["ontop-1", "bridge-1", "hollow-fcc-1", "hollow-hcp-1"]


def ids(atoms):
    return [site.id for site in find_sites(atoms)]


def test_an_adsorbate_of_ase_is_none_of_the_slab():
    slab = SLAB.copy()
    add_adsorbate(slab, "O", 1.2, "fcc")
    assert ids(slab) == FLAT
    assert site_table_of_slab(slab)["site"].tolist() == FLAT


def test_a_metal_adatom_is_one_of_the_slab():
    slab = SLAB.copy()
    add_adsorbate(slab, "Pt", 2.2, "fcc")
    assert bare_slab(slab) is slab
    assert len(ids(slab)) > len(FLAT)


def test_atoms_tagged_zero_below_the_surface_are_those_of_the_slab():
    slab = SLAB.copy()
    slab.set_tags([1 if tag == 1 else 0 for tag in SLAB.get_tags()])
    slab.symbols[0] = "O"
    assert bare_slab(slab) is slab


@pytest.mark.parametrize("suffix", ["traj", "json", "extxyz"])
def test_what_was_placed_is_known_from_a_file(tmp_path, suffix):
    path = tmp_path / f"placed.{suffix}"
    write(path, PLACED)
    assert ids(read(path)) == FLAT


def test_tags_tell_adsorbates_where_indices_no_longer_do():
    fewer = PLACED.copy()
    del fewer[0]
    assert without_adsorbates(fewer).get_chemical_formula() == "Pt15"


@pytest.mark.parametrize("changed", [PLACED * (2, 1, 1), sort(PLACED), PLACED[::-1]])
def test_indices_that_would_point_elsewhere_are_refused(changed):
    site = find_sites(SLAB)[0]
    for use in (find_sites, site_table_of_slab, lambda atoms: place(atoms, site, "O")):
        with pytest.raises(SurfaceError, match="stand before atoms of the slab"):
            use(changed)
    assert set(without_adsorbates(changed).symbols) == {"Pt"}
