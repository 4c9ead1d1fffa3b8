from dataclasses import replace

import numpy as np
import pytest
from ase.build import fcc100, fcc111, fcc211, molecule
from ase.data import atomic_numbers, covalent_radii

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.placing.molecules import as_adsorbate
from catml.structures.sites import find_sites

PT = fcc111("Pt", (3, 3, 4), vacuum=10)
STEPPED = fcc211("Pt", (3, 3, 4), vacuum=10)
SITES = {site.id: site for site in find_sites(PT)}


def radii(*symbols):
    return float(sum(covalent_radii[atomic_numbers[symbol]] for symbol in symbols))


def guest_of(placed, slab=PT):
    return placed[len(slab) :]


def to_slab(placed, index, slab=PT):
    return placed.get_distances(len(slab) + index, range(len(slab)), mic=True)


def test_formate_stands_on_the_two_ends_of_a_bridge():
    bridge = SITES["bridge-1"]
    placed = place(PT, bridge, "HCOO")
    guest = guest_of(placed)
    assert guest.get_chemical_formula() == "CHO2"
    oxygens = [i for i, symbol in enumerate(guest.symbols) if symbol == "O"]
    bound = [int(to_slab(placed, k).argmin()) for k in oxygens]
    assert sorted(bound) == sorted(bridge.atoms)
    for k in oxygens:
        assert to_slab(placed, k).min() == pytest.approx(radii("Pt", "O"), abs=1e-6)
    heights = guest.positions[:, 2]
    assert heights[oxygens[0]] == pytest.approx(heights[oxygens[1]], abs=1e-6)
    carbon, hydrogen = list(guest.symbols).index("C"), list(guest.symbols).index("H")
    assert heights[hydrogen] > heights[carbon] > heights[oxygens[0]]
    # It stands upright: carbon and hydrogen above the middle of the bridge.
    np.testing.assert_allclose(guest.positions[carbon, :2], bridge.position[:2], atol=1e-6)
    np.testing.assert_allclose(guest.positions[hydrogen, :2], bridge.position[:2], atol=1e-6)


@pytest.mark.parametrize("name", ["O2", "N2", "H2", "NO"])
def test_side_on_over_one_atom(name):
    placed = place(PT, SITES["ontop-1"], name, denticity=2)
    first, second = guest_of(placed)
    top = PT.positions[SITES["ontop-1"].atoms[0]]
    for atom in (first, second):
        bond = np.linalg.norm(atom.position - top)
        assert bond == pytest.approx(radii("Pt", atom.symbol), abs=1e-5)
    if first.symbol == second.symbol:
        assert first.z == pytest.approx(second.z, abs=1e-6)
        middle = (first.position + second.position) / 2
        np.testing.assert_allclose(middle[:2], top[:2], atol=1e-6)


def test_hydrogen_lies_flat_by_default_and_stands_when_asked_to():
    lying = guest_of(place(PT, SITES["ontop-1"], "H2")).positions
    standing = guest_of(place(PT, SITES["ontop-1"], "H2", denticity=1)).positions
    assert np.ptp(lying[:, 2]) < 1e-6
    assert np.ptp(standing[:, 2]) == pytest.approx(0.737, abs=0.01)


def test_carbon_dioxide_binds_by_carbon_and_oxygen_to_neighbours():
    bridge = SITES["bridge-1"]
    placed = place(PT, bridge, "CO2", denticity=2)
    carbon, oxygen, other = guest_of(placed)
    assert to_slab(placed, 0).min() == pytest.approx(radii("Pt", "C"), abs=1e-5)
    assert to_slab(placed, 1).min() == pytest.approx(radii("Pt", "O"), abs=1e-5)
    assert other.z > max(carbon.z, oxygen.z) + 0.5
    assert placed.get_angle(-2, -3, -1) == pytest.approx(134.2, abs=0.1)


def test_two_sites_of_different_kind():
    step = {site.id: site for site in find_sites(STEPPED)}
    first, second = step["ontop-1"], step["ontop-2"]
    placed = place(STEPPED, first, "CO2", to=second)
    carbon, oxygen = (to_slab(placed, k, STEPPED) for k in (0, 1))
    assert carbon.argmin() == first.atoms[0]
    assert carbon.min() == pytest.approx(radii("Pt", "C"), abs=0.02)
    assert oxygen.min() == pytest.approx(radii("Pt", "O"), abs=0.02)


@pytest.mark.parametrize("name", ["HCOO", "CO2", "N2H2", "C2H4", "COOH", "CHO", "OOH", "N2H"])
@pytest.mark.parametrize("site_id", sorted(SITES))
def test_nothing_overlaps_and_the_molecule_stays_rigid(site_id, name):
    placed = place(PT, SITES[site_id], name, denticity=2)
    guest = guest_of(placed)
    np.testing.assert_allclose(
        guest.get_all_distances(), as_adsorbate(name).atoms().get_all_distances(), atol=1e-6
    )
    for k, symbol in enumerate(guest.symbols):
        assert to_slab(placed, k).min() > 0.84 * radii("Pt", symbol)
    assert guest.get_chemical_symbols() == list(as_adsorbate(name).symbols)


def test_handedness_is_kept():
    chiral = molecule("CH3CH2OH")
    chiral.symbols[3] = "F"
    adsorbate = as_adsorbate(chiral, binding=(0, 1))
    before = adsorbate.atoms().positions
    after = guest_of(place(PT, SITES["bridge-1"], adsorbate)).positions
    volumes = [np.linalg.det((x - x[0])[1:4]) for x in (before, after)]
    assert volumes[0] == pytest.approx(volumes[1], abs=1e-6)


def test_azimuth_turns_the_axis_of_the_pair():
    def direction(azimuth):
        first, second = guest_of(
            place(PT, SITES["ontop-1"], "O2", denticity=2, azimuth_deg=azimuth)
        ).positions
        return (second - first) / np.linalg.norm(second - first)

    assert np.degrees(np.arccos(direction(0) @ direction(35))) == pytest.approx(35, abs=1e-4)
    assert np.cross(direction(0), direction(35))[2] > 0
    np.testing.assert_allclose(direction(180), -direction(0), atol=1e-6)


def test_tilt_leans_the_rest_over_the_axis():
    upright = guest_of(place(PT, SITES["bridge-1"], "HCOO"))
    leaning = guest_of(place(PT, SITES["bridge-1"], "HCOO", tilt_deg=30))
    assert leaning.positions[:, 2].max() < upright.positions[:, 2].max()
    np.testing.assert_allclose(leaning.positions[0], upright.positions[0], atol=1e-6)


def test_height_of_the_middle_can_be_given():
    placed = guest_of(place(PT, SITES["bridge-1"], "HCOO", height=2.5))
    oxygens = placed.positions[[i for i, s in enumerate(placed.symbols) if s == "O"]]
    assert oxygens[:, 2].mean() - SITES["bridge-1"].position[2] == pytest.approx(2.5)


def test_sites_too_far_apart_are_refused():
    slab = fcc100("Cu", (4, 4, 4), vacuum=10)
    top = next(site for site in find_sites(slab) if site.kind == "ontop")
    index = next(
        i
        for i in range(len(slab))
        if slab.positions[i, 2] > slab.positions[:, 2].max() - 0.1
        and 7 < np.linalg.norm(slab.positions[i] - top.position) < 7.4
    )
    far = replace(
        top,
        atoms=(index,),
        images=((index, 0, 0),),
        position=tuple(slab.positions[index].tolist()),
    )
    with pytest.raises(SurfaceError, match=r"HCOO does not reach both ontop-1 and ontop-1"):
        place(slab, top, "HCOO", to=far)


def test_one_site_twice_is_refused():
    with pytest.raises(SurfaceError, match="cannot both go to ontop-1"):
        place(PT, SITES["ontop-1"], "O2", to=SITES["ontop-1"])


@pytest.mark.parametrize("denticity", [0, 3, True, "two", 1.5])
def test_denticity_is_one_or_two(denticity):
    with pytest.raises(SurfaceError, match=r"denticity=.*it is 1, or 2"):
        place(PT, SITES["ontop-1"], "O2", denticity=denticity)


def test_one_binding_atom_cannot_bind_twice():
    with pytest.raises(SurfaceError, match="OH binds by one atom only"):
        place(PT, SITES["bridge-1"], "OH", denticity=2)
    with pytest.raises(SurfaceError, match="and a second site"):
        place(PT, SITES["ontop-1"], "O2", to=SITES["hollow-fcc-1"], denticity=1)
