import numpy as np
import pytest
from ase import Atoms
from ase.build import bcc100, fcc100, fcc111, fcc211, molecule
from ase.cluster import Octahedron
from ase.constraints import FixAtoms
from ase.data import covalent_radii
from ase.io import read
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.coverage import cover
from catml.structures.placing.molecules import ADSORBATES, as_adsorbate
from catml.structures.placing.placed import without_adsorbates
from catml.structures.site_copies import equivalent_copies
from catml.structures.sites import Site, find_sites

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
            as_adsorbate(name).atoms().get_chemical_formula()
        )
        for k in range(len(slab), len(placed)):
            near = placed.get_distances(k, range(len(slab)), mic=True)
            limits = covalent_radii[slab.numbers] + covalent_radii[placed.numbers[k]]
            assert (near > 0.84 * limits).all()


@pytest.mark.parametrize("site_id", ["ontop-1", "bridge-1", "hollow-fcc-1", "hollow-hcp-1"])
@pytest.mark.parametrize("name", ["CHO", "N", "NH3"])
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


def direction(placed, n_slab):
    """From the first to the last atom of the adsorbate, flat on the surface, in degrees."""
    way = placed.positions[-1] - placed.positions[n_slab]
    return np.degrees(np.arctan2(way[1], way[0]))


def test_tilt_and_azimuth_are_those_asked_for():
    site = site_of(PT, "ontop-1")
    for tilt, azimuth in ((0, 0), (30, 0), (60, 90), (90, -45), (20, 200)):
        placed = place(PT, site, "CO", tilt_deg=tilt, azimuth_deg=azimuth, height=3.0)
        way = placed.positions[-1] - placed.positions[-2]
        assert np.degrees(np.arccos(way[2] / np.linalg.norm(way))) == pytest.approx(tilt, abs=1e-6)
        if tilt:
            off = np.mod(direction(placed, len(PT)) - azimuth + 180, 360) - 180
            assert off == pytest.approx(0, abs=1e-6)


def test_azimuth_is_counted_from_the_axis_of_the_site():
    # The first cell vector of PT runs along a close-packed row, along x.
    along = {
        "ontop-1": 0.0,  # to the next atom of the row
        "bridge-1": [0.0, 60.0, 120.0],  # along whichever bridge it is
        "hollow-fcc-1": [30.0, 90.0],  # to one of the three atoms around
        "hollow-hcp-1": [30.0, 90.0],
    }
    for site_id, expected in along.items():
        site = site_of(PT, site_id)
        placed = place(PT, site, "CO", tilt_deg=45, height=3.0)
        found = direction(placed, len(PT))
        assert min(abs(found - angle) for angle in np.atleast_1d(expected)) < 1e-6
        ends = PT.positions[list(site.atoms)]
        if site.kind == "bridge":
            way = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
            axis = [np.cos(np.radians(found)), np.sin(np.radians(found)), 0]
            assert abs(way @ axis) == pytest.approx(1.0)


def test_measured_bond_lengths_are_taken_where_there_are_any():
    top, bridge = site_of(PT, "ontop-1"), site_of(PT, "bridge-1")
    for site, bond in ((top, 1.86), (bridge, 2.02)):
        placed = place(PT, site, "CO")
        distances = placed.get_distances(len(PT), list(site.atoms), mic=True)
        np.testing.assert_allclose(distances, bond, atol=1e-6)


rotations = st.tuples(*[st.floats(-180, 180)] * 3)


@settings(max_examples=15, deadline=None)
@given(
    angles=rotations, seed=st.integers(0, 99), kind=st.sampled_from(["ontop", "bridge", "hollow"])
)
def test_any_orientation_and_order_of_the_slab_give_the_same(angles, seed, kind):
    slab = SLABS["Pt(211)"]
    order = np.random.default_rng(seed).permutation(len(slab))
    turned = slab[order]
    turned.euler_rotate(*angles)
    turned.cell = turned.cell.array @ rotation_of(angles).T
    for name, denticity in (("OH", 1), ("COOH", 1), ("HCOO", 2)):
        site = next(site for site in find_sites(slab) if site.kind == kind)
        same = next(other for other in find_sites(turned) if other.id == site.id)
        expected = place(slab, site, name, denticity=denticity)
        found = place(turned, same, name, denticity=denticity)
        np.testing.assert_allclose(
            found.positions[len(slab) :],
            expected.positions[len(slab) :] @ rotation_of(angles).T,
            atol=1e-5,
        )


def rotation_of(angles):
    probe = Atoms("H3", positions=np.eye(3))
    probe.euler_rotate(*angles)
    return probe.positions.T


def test_a_slab_cut_by_its_cell_is_in_one_piece_for_adsorbates():
    slab = PT.copy()
    slab.pbc = True
    lowered = slab.copy()
    lowered.positions[:, 2] -= slab.positions[:, 2].max() - 1.0
    lowered.wrap()
    for name in ("CO", "HCOO"):
        expected = place(slab, site_of(slab, "bridge-1"), name)
        found = place(lowered, site_of(lowered, "bridge-1"), name)
        for k in range(len(slab), len(expected)):
            np.testing.assert_allclose(
                np.sort(found.get_distances(k, range(len(slab)), mic=True)),
                np.sort(expected.get_distances(k, range(len(slab)), mic=True)),
                atol=1e-6,
            )


def test_a_rattled_slab_takes_the_sites_of_its_ideal_parent():
    rattled = PT.copy()
    rattled.rattle(0.05, seed=3)
    for site_id in ("ontop-1", "bridge-1", "hollow-fcc-1"):
        site = site_of(PT, site_id)
        placed = place(rattled, site, "OH")
        nearest = placed.get_distances(len(PT), list(site.atoms), mic=True)
        assert nearest.min() == pytest.approx(radii("Pt", "O"), abs=1e-6)
        assert nearest.max() < radii("Pt", "O") + 0.25


def test_a_particle_is_no_slab_but_can_hold_adsorbates():
    particle = Octahedron("Pt", 5, cutoff=1)
    particle.pbc = False
    top = int(particle.positions[:, 2].argmax())
    normal = particle.positions[top] - particle.get_center_of_mass()
    site = Site(
        "ontop",
        "",
        (top,),
        ("Pt",),
        tuple(particle.positions[top].tolist()),
        1,
        "ontop-1",
        tuple((normal / np.linalg.norm(normal)).tolist()),
        ((top, 0, 0),),
    )
    placed = place(particle, site, "CO", tilt_deg=20)
    assert placed.get_distance(top, len(particle)) == pytest.approx(1.86)
    assert place(particle, site, "O2", denticity=2).get_chemical_symbols()[-2:] == ["O", "O"]


def test_adsorbates_can_follow_each_other():
    slab = fcc111("Pt", (3, 3, 4), vacuum=10)
    first = place(slab, site_of(slab, "ontop-1"), "CO")
    both = place(first, site_of(slab, "hollow-fcc-1"), "H", height=1.2)
    assert [one["adsorbate"] for one in both.info["adsorbates"]] == ["CO", "H"]
    assert both.info["adsorbates"][1]["atoms"] == [len(slab) + 2]
    assert without_adsorbates(both) == slab
    assert without_adsorbates(both).info == slab.info


def test_a_placement_survives_a_file(tmp_path):
    placed = place(PT, site_of(PT, "ontop-1"), "COOH")
    placed.write(tmp_path / "placed.extxyz")
    again = read(tmp_path / "placed.extxyz")
    assert again.info["adsorbates"] == placed.info["adsorbates"]
    assert len(without_adsorbates(again)) == len(PT)


def test_fixed_atoms_stay_fixed():
    slab = PT.copy()
    slab.set_constraint(FixAtoms(indices=[0, 1, 2, 3]))
    placed = place(slab, site_of(slab, "ontop-1"), "CO")
    assert placed.constraints[0].index.tolist() == [0, 1, 2, 3]
    assert without_adsorbates(placed).constraints[0].index.tolist() == [0, 1, 2, 3]


def test_handedness_is_kept():
    chiral = molecule("CH3CH2OH")
    chiral.symbols[3] = "F"
    before = chiral.positions - chiral.positions[1]
    chiral = as_adsorbate(chiral, binding=(1,))
    after = place(PT, site_of(PT, "hollow-fcc-1"), chiral, tilt_deg=20, azimuth_deg=77)
    after = after.positions[len(PT) + 1 :] - after.positions[len(PT)]
    assert np.linalg.det(after[:3]) == pytest.approx(np.linalg.det(before[[0, 2, 3]]), abs=1e-5)


def test_a_covered_slab_has_the_sites_of_the_bare_one():
    placed = place(PT, site_of(PT, "ontop-1"), "CO")
    assert find_sites(placed) == find_sites(PT)
    particle = Octahedron("Pt", 4, cutoff=1)
    sites = find_sites(particle)
    assert find_sites(place(particle, sites[0], "CO")) == sites


def test_what_others_say_about_adsorbates_does_no_harm():
    for note in ("CO", ["CO"], {"CO": 1}, [{"name": "CO"}]):
        slab = PT.copy()
        slab.info["adsorbates"] = note
        assert find_sites(slab) == find_sites(PT)
        assert len(place(slab, site_of(PT, "ontop-1"), "CO").info["adsorbates"]) == 1


def test_an_adsorbate_on_another_is_refused():
    slab = fcc111("Pt", (3, 3, 4), vacuum=10)
    first = place(slab, site_of(slab, "ontop-1"), "CO")
    with pytest.raises(SurfaceError, match="O on ontop-1 touches an adsorbate that is there"):
        place(first, site_of(slab, "ontop-1"), "O")


@pytest.mark.parametrize("function", [place, cover, equivalent_copies])
def test_what_is_no_slab_or_no_site_is_refused(function):
    more = () if function is equivalent_copies else ("CO",)
    with pytest.raises(SurfaceError, match="'ontop-1' is no site: take one of the list"):
        function(PT, "ontop-1", *more)
    with pytest.raises(SurfaceError, match=r"given as ase\.Atoms, not on 'Pt\(111\)'"):
        function("Pt(111)", site_of(PT, "ontop-1"), *more)


@pytest.mark.parametrize("option", ["height", "tilt_deg", "azimuth_deg"])
@pytest.mark.parametrize("value", ["up", np.nan, np.inf, True])
def test_numbers_must_be_numbers(option, value):
    with pytest.raises(SurfaceError, match=f"{option}=.* is not a number"):
        place(PT, site_of(PT, "ontop-1"), "CO", **{option: value})


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
