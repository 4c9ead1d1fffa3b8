from collections import Counter

import numpy as np
import pytest
from ase import Atoms
from ase.build import (
    bcc100,
    bcc110,
    bulk,
    fcc100,
    fcc110,
    fcc111,
    fcc211,
    hcp0001,
    make_supercell,
    surface,
)

from catml.errors import SurfaceError
from catml.structures.environment import site_environment
from catml.structures.sites import find_sites
from tests.structures.hand_counts import MORE_SITES, SITES


def a3b():
    atoms = bulk("Pt", cubic=True)
    atoms.symbols[0] = "Ni"
    return atoms


def l10(ratio=0.93):
    cell = [4 / 2**0.5, 4 / 2**0.5, 4 * ratio]
    places = [[0, 0, 0], [0.5, 0.5, 0.5]]
    return Atoms("CuAu", scaled_positions=places, cell=cell, pbc=True)


def cut(atoms, indices, planes):
    return surface(atoms, indices, planes, vacuum=6)


SLABS = {
    "Pt(111)": fcc111("Pt", (1, 1, 4), vacuum=6),
    "Ru(0001)": hcp0001("Ru", (1, 1, 4), vacuum=6),
    "Pt(100)": fcc100("Pt", (1, 1, 4), vacuum=6),
    "Pt(110)": fcc110("Pt", (1, 1, 6), vacuum=6),
    "Fe(110)": bcc110("Fe", (1, 1, 4), vacuum=6),
    "Fe(100)": bcc100("Fe", (1, 1, 5), vacuum=6),
    "Pt(211)": fcc211("Pt", (3, 1, 4), vacuum=6),
    "Pt3Ni(111)": cut(a3b(), (1, 1, 1), 4),
    "CuAu(101)": cut(l10(), (1, 0, 1), 5),
    "NiAl[B2](110)": cut(bulk("NiAl", "cesiumchloride", a=2.9), (1, 1, 0), 5),
    "Pt3Ni(211):Pt": cut(a3b(), (2, 1, 1), 12),
}
SUPERCELLS = {
    "Pt(111)": fcc111("Pt", (3, 2, 4), vacuum=6),
    "Ru(0001)": hcp0001("Ru", (2, 4, 4), vacuum=6, orthogonal=True),
    "Pt(100)": fcc100("Pt", (2, 3, 4), vacuum=6),
    "Fe(110)": bcc110("Fe", (2, 2, 4), vacuum=6, orthogonal=True),
    "Pt(211)": fcc211("Pt", (3, 3, 4), vacuum=6),
    "Pt3Ni(111)": SLABS["Pt3Ni(111)"].repeat((2, 1, 1)),
    "CuAu(101)": make_supercell(SLABS["CuAu(101)"], [[2, 1, 0], [-1, 1, 0], [0, 0, 1]]),
}


def counts(sites):
    found = Counter(site.kind for site in sites)
    return found["ontop"], found["bridge"], found["hollow"]


def described(atoms):
    """What must not depend on how a slab is given: ids, multiplicities and surroundings."""
    return [
        (site.id, site.multiplicity, sorted(site.elements), site_environment(atoms, site).text())
        for site in find_sites(atoms)
    ]


@pytest.mark.parametrize("name", SLABS)
def test_number_of_distinct_sites(name):
    assert counts(find_sites(SLABS[name])) == (SITES | MORE_SITES)[name]


@pytest.mark.parametrize("name", SUPERCELLS)
def test_sites_do_not_depend_on_the_supercell(name):
    assert described(SUPERCELLS[name]) == described(SLABS[name])


@pytest.mark.parametrize("vacuum", [2.5, 4.0, 15.0])
@pytest.mark.parametrize("name", ["Pt(111)", "Pt(211)", "Pt3Ni(111)"])
def test_sites_do_not_depend_on_the_vacuum(name, vacuum):
    slab = SLABS[name].copy()
    slab.center(vacuum=vacuum, axis=2)
    assert described(slab) == described(SLABS[name])


@pytest.mark.parametrize("name", ["Pt(211)", "Pt3Ni(111)", "CuAu(101)"])
def test_sites_do_not_depend_on_order_rotation_and_place(name):
    slab = SLABS[name][np.random.default_rng(7).permutation(len(SLABS[name]))]
    slab.rotate(37, "z", rotate_cell=True)
    slab.positions += [0.7, -1.3, 0.4]
    assert described(slab) == described(SLABS[name])


def test_sites_do_not_depend_on_the_orientation_of_the_slab():
    slab = SLABS["Pt3Ni(111)"].copy()
    slab.rotate(50, "x", rotate_cell=True)
    assert described(slab) == described(SLABS["Pt3Ni(111)"])


def test_sites_do_not_depend_on_where_the_cell_cuts_the_slab():
    slab = SLABS["Pt(211)"].copy()
    slab.pbc = True
    slab.positions[:, 2] += 11.0
    slab.wrap()
    assert described(slab) == described(SLABS["Pt(211)"])


@pytest.mark.parametrize("layers", [4, 5, 7])
def test_sites_of_thicker_slabs_have_the_same_ids(layers):
    assert described(cut(a3b(), (1, 1, 1), layers)) == described(SLABS["Pt3Ni(111)"])


@pytest.mark.parametrize(
    "indices", [(3, 1, 1), (3, 3, 1), (2, 1, 0), (3, 2, 1), (5, 3, 1), (1, 1, 1)]
)
@pytest.mark.parametrize("metal", ["Pt", "Fe"])
def test_multiplicities_add_up_to_a_closed_net_on_any_facet(metal, indices):
    sites = find_sites(cut(bulk(metal, cubic=True), indices, 10))
    total = Counter()
    for site in sites:
        total[site.kind] += site.multiplicity
    assert total["ontop"] - total["bridge"] + total["hollow"] == 0


def test_hollows_of_close_packed_facets_are_told_apart_by_the_atom_below():
    ids = [site.id for site in find_sites(SLABS["Pt(111)"])]
    assert ids == ["ontop-1", "bridge-1", "hollow-fcc-1", "hollow-hcp-1"]
    slab = SLABS["Pt(111)"]
    (hcp,) = (site for site in find_sites(slab) if site.subtype == "hcp")
    second_layer = slab.positions[2]
    offset = (second_layer - hcp.position)[:2] @ np.linalg.inv(slab.cell[:2, :2])
    np.testing.assert_allclose(offset, np.rint(offset), atol=1e-6)


def test_square_hollow_is_one_site_and_no_bridge():
    sites = find_sites(SLABS["Pt(100)"])
    assert [site.id for site in sites] == ["ontop-1", "bridge-1", "hollow-4fold-1"]
    assert [site.multiplicity for site in sites] == [1, 2, 1]
    assert len(sites[2].atoms) == 4


def test_bridges_of_bcc110_are_long_and_short():
    sites = {site.id: site for site in find_sites(SUPERCELLS["Fe(110)"])}
    positions = SUPERCELLS["Fe(110)"].positions
    lengths = {}
    for key in ("bridge-long-1", "bridge-short-1"):
        half = np.array(sites[key].position) - positions[sites[key].atoms[0]]
        lengths[key] = 2 * np.linalg.norm(half)
    assert lengths["bridge-long-1"] == pytest.approx(2.87)
    assert lengths["bridge-short-1"] == pytest.approx(2.87 * 3**0.5 / 2)
    assert "hollow-3fold-1" in sites


def test_two_platinum_bridges_of_pt3ni_lie_beside_different_hollows():
    slab = SLABS["Pt3Ni(111)"]
    bridges = [s for s in find_sites(slab) if s.kind == "bridge" and s.elements == ("Pt", "Pt")]
    zones = {site_environment(slab, bridge).text() for bridge in bridges}
    assert zones == {
        ("Pt:2", "Ni:3 Pt:5", "Ni:1 Pt:4"),
        ("Pt:2", "Ni:3 Pt:5", "Ni:2 Pt:3"),
    }


def test_topmost_and_majority_sites_come_first():
    assert [s.elements for s in find_sites(SLABS["Pt3Ni(111)"])][:2] == [("Pt",), ("Ni",)]
    slab = SLABS["Pt(211)"]
    heights = [s.position[2] for s in find_sites(slab) if s.kind == "ontop"]
    assert heights == sorted(heights, reverse=True)


def test_site_lies_as_far_from_each_of_its_atoms():
    for name in ("Pt(111)", "Fe(110)", "Pt3Ni(211):Pt"):
        slab = SLABS[name]
        for site in find_sites(slab):
            shifts = np.array([image[1:] for image in site.images]) @ slab.cell.array[:2]
            corners = slab.positions[list(site.atoms)] + shifts
            distances = np.linalg.norm(corners - site.position, axis=1)
            np.testing.assert_allclose(distances, distances[0], atol=1e-6)


def test_normals_point_up_and_lean_with_the_step():
    for site in find_sites(SLABS["Pt(211)"]):
        assert np.linalg.norm(site.normal) == pytest.approx(1)
        assert site.normal[2] > 0.5
    flat = [site.normal for site in find_sites(SLABS["Pt(111)"])]
    np.testing.assert_allclose(flat, [[0, 0, 1]] * 4, atol=1e-9)


def test_multiplicities_count_sites_of_the_primitive_cell():
    sites = find_sites(SUPERCELLS["Pt(111)"])
    assert {site.id: site.multiplicity for site in sites} == {
        "ontop-1": 1,
        "bridge-1": 3,
        "hollow-fcc-1": 1,
        "hollow-hcp-1": 1,
    }


def test_small_displacements_change_nothing():
    slab = fcc111("Pt", (3, 3, 4), vacuum=6)
    slab.rattle(0.003, seed=5)
    assert counts(find_sites(slab)) == (1, 1, 2)


def test_only_the_top_side_counts():
    slab = fcc111("Pt", (1, 1, 4), vacuum=6)
    slab.symbols[0] = "Au"
    assert all(set(site.elements) == {"Pt"} for site in find_sites(slab))


def test_a_single_layer_has_sites():
    assert counts(find_sites(fcc100("Cu", (1, 1, 1), vacuum=6))) == (1, 1, 1)


def test_a_cluster_is_refused():
    with pytest.raises(SurfaceError, match="is not a slab"):
        find_sites(Atoms("Pt2", positions=[[0, 0, 0], [0, 0, 2.7]]))
