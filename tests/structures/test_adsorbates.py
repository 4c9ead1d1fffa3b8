import numpy as np
import pytest
from ase import Atoms
from ase.build import bcc100, fcc100, fcc111, fcc211, molecule
from ase.data import covalent_radii

from catml.errors import SurfaceError
from catml.structures.adsorbates import ADSORBATES, adsorbate_atoms, place
from catml.structures.sites import find_sites

PT = fcc111("Pt", (2, 2, 4), vacuum=10)
SLABS = {
    "Pt(111)": PT,
    "Cu(100)": fcc100("Cu", (2, 2, 4), vacuum=10),
    "Fe(100)": bcc100("Fe", (2, 2, 5), vacuum=10),
    "Pt(211)": fcc211("Pt", (3, 2, 4), vacuum=10),
}


def site_of(slab, site_id):
    return next(site for site in find_sites(slab) if site.id == site_id)


def radii(*symbols):
    return sum(covalent_radii[Atoms(symbols).numbers])


def test_known_adsorbates():
    assert {"CO", "N", "H", "O", "C", "OH", "NH", "NH2", "NH3", "CH3"} <= set(ADSORBATES)


@pytest.mark.parametrize("name", ADSORBATES)
@pytest.mark.parametrize("slab", SLABS.values(), ids=SLABS)
def test_every_adsorbate_fits_on_every_site(slab, name):
    for site in find_sites(slab):
        placed = place(slab, site, name)
        guest = placed[len(slab) :]
        assert sorted(guest.get_chemical_formula()) == sorted(
            adsorbate_atoms(name).get_chemical_formula()
        )
        for k in range(len(slab), len(placed)):
            near = placed.get_distances(k, range(len(slab)), mic=True)
            limits = covalent_radii[slab.numbers] + covalent_radii[placed.numbers[k]]
            assert (near > 0.84 * limits).all()


@pytest.mark.parametrize("site_id", ["ontop-1", "bridge-1", "hollow-fcc-1", "hollow-hcp-1"])
@pytest.mark.parametrize("name", ["CO", "N", "NH3"])
def test_binding_atom_is_a_bond_away_from_each_binding_atom(site_id, name):
    site = site_of(PT, site_id)
    placed = place(PT, site, name)
    distances = placed.get_distances(len(PT), list(site.atoms), mic=True)
    bond = radii("Pt", placed.symbols[len(PT)])
    np.testing.assert_allclose(distances, bond, atol=1e-6)


def test_co_stands_upright_with_carbon_down():
    placed = place(PT, site_of(PT, "ontop-1"), "CO")
    carbon, oxygen = placed[-2:]
    assert (carbon.symbol, oxygen.symbol) == ("C", "O")
    np.testing.assert_allclose(
        oxygen.position - carbon.position, [0, 0, oxygen.z - carbon.z], atol=1e-9
    )
    assert oxygen.z - carbon.z == pytest.approx(1.13, abs=0.03)


def test_adsorbate_on_a_step_leans_with_it():
    slab = SLABS["Pt(211)"]
    site = site_of(slab, "hollow-4fold-1")
    carbon, oxygen = place(slab, site, "CO").positions[-2:]
    axis = (oxygen - carbon) / np.linalg.norm(oxygen - carbon)
    np.testing.assert_allclose(axis, site.normal, atol=1e-9)
    assert axis[2] < 0.9


def test_hydrogen_points_away_from_the_surface():
    for name in ("NH", "NH2", "NH3", "CH3", "CH2", "CH", "H2O", "OH"):
        placed = place(PT, site_of(PT, "hollow-fcc-1"), name)
        heights = placed.positions[len(PT) :, 2]
        assert (heights[1:] > heights[0]).all()


def test_nitrogen_does_not_sink_into_a_wide_hollow():
    slab = SLABS["Fe(100)"]
    nitrogen = place(slab, site_of(slab, "hollow-4fold-1"), "N").positions[-1]
    top, second = sorted(set(slab.positions[:, 2].round(3)))[-1:-3:-1]
    assert nitrogen[2] > top
    assert nitrogen[2] - second >= 0.84 * radii("Fe", "N")


def test_slab_is_left_as_it_was_and_comes_first():
    before = PT.copy()
    placed = place(PT, site_of(PT, "bridge-1"), "OH")
    assert before == PT
    assert placed[: len(PT)] == PT
    assert placed.get_tags()[-2:].tolist() == [0, 0]
    assert placed.info["adsorbate"] == "OH"
    assert placed.info["site"] == "bridge-1"
    assert "site" not in PT.info


def test_height_can_be_given():
    site = site_of(PT, "ontop-1")
    placed = place(PT, site, "O", height=1.9)
    assert placed.positions[-1, 2] - site.position[2] == pytest.approx(1.9)


def test_any_molecule_is_placed_with_its_lowest_atom_down():
    co = molecule("CO")
    placed = place(PT, site_of(PT, "ontop-1"), co)
    assert placed.get_chemical_symbols()[-2:] == ["C", "O"]
    assert placed.positions[-2, 2] < placed.positions[-1, 2]
    methanol = place(PT, site_of(PT, "ontop-1"), molecule("CH3OH"))
    assert len(methanol) == len(PT) + 6


def test_placement_turns_with_the_slab():
    turned = PT.copy()
    turned.rotate(30, "z", rotate_cell=True)
    placed = place(turned, site_of(turned, "hollow-hcp-1"), "N")
    expected = place(PT, site_of(PT, "hollow-hcp-1"), "N")
    expected.rotate(30, "z", rotate_cell=True)
    np.testing.assert_allclose(placed.positions[-1], expected.positions[-1], atol=1e-6)


def test_unknown_adsorbate_is_refused_with_the_list():
    with pytest.raises(SurfaceError, match=r"'CX' is not known\. Known are H, C, N, O"):
        place(PT, find_sites(PT)[0], "CX")


@pytest.mark.parametrize("nothing", [Atoms(), None, 6])
def test_what_is_no_adsorbate_is_refused(nothing):
    with pytest.raises(SurfaceError, match="Cannot place"):
        place(PT, find_sites(PT)[0], nothing)


def test_height_inside_the_slab_is_refused():
    with pytest.raises(SurfaceError, match="overlaps the slab"):
        place(PT, site_of(PT, "ontop-1"), "N", height=0.8)


def test_crowded_cell_is_refused():
    slab = fcc111("Cu", (1, 1, 4), vacuum=10)
    with pytest.raises(SurfaceError, match="touches its own periodic copies"):
        place(slab, find_sites(slab)[0], molecule("C6H6"))


def test_site_of_another_slab_is_refused():
    with pytest.raises(SurfaceError, match="was not found on Cu16"):
        place(SLABS["Cu(100)"], site_of(PT, "ontop-1"), "CO")
    other = fcc111("Pt", (3, 3, 5), vacuum=10)
    with pytest.raises(SurfaceError, match="was not found on Pt16"):
        place(PT, site_of(other, "hollow-hcp-1"), "CO")
