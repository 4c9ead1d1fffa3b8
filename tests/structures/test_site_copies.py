from dataclasses import replace

import numpy as np
import pytest
from ase.build import (
    add_adsorbate,
    bcc100,
    bcc110,
    fcc100,
    fcc110,
    fcc111,
    fcc211,
    hcp0001,
    root_surface,
)
from ase.cluster import Icosahedron
from ase.geometry import get_distances
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.environment import site_environment
from catml.structures.site_copies import count_surface_atoms, equivalent_copies
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

# Slab and number of surface atoms, counted by hand.
COUNTED = {
    "fcc(111) 2x2": (fcc111("Pt", (2, 2, 4), vacuum=8), 4),
    "fcc(111) 3x3": (fcc111("Pt", (3, 3, 4), vacuum=8), 9),
    "fcc(111) root 3": (root_surface(fcc111("Pt", (1, 1, 4), vacuum=8), 3), 3),
    "fcc(100) 2x2": (fcc100("Cu", (2, 2, 4), vacuum=8), 4),
    "fcc(110) 2x3": (fcc110("Cu", (2, 3, 7), vacuum=8), 6),
    "fcc(211) 2x3 cells": (fcc211("Pt", (6, 3, 4), vacuum=8), 18),
    "bcc(100)": (bcc100("Fe", (2, 2, 7), vacuum=8), 4),
    "bcc(110)": (bcc110("Fe", (2, 2, 5), vacuum=8), 4),
    "hcp(0001)": (hcp0001("Ru", (2, 2, 5), vacuum=8), 4),
}


@pytest.mark.parametrize(("slab", "count"), COUNTED.values(), ids=COUNTED)
def test_surface_atoms_are_those_counted_by_hand(slab, count):
    assert count_surface_atoms(slab) == count


def test_surface_atoms_of_alloys_and_compounds():
    assert count_surface_atoms(Surface("Pt3Ni(111)").slab(size=(2, 2))) == 16
    assert count_surface_atoms(Surface("Cu3Zr@Cu(100)").slab(size=(1, 1))) == 2
    assert count_surface_atoms(Surface("Pt1/Cu(111)").slab(size=(3, 3))) == 9
    # One monolayer on MgO(100) is one adsorbate per magnesium atom.
    oxide = Surface("MgO(100)").slab(size=(2, 2), lattice=(4.21, None))
    top = oxide.positions[:, 2] > oxide.positions[:, 2].max() - 0.1
    assert count_surface_atoms(oxide) == sum(oxide.symbols[top] == "Mg")


def test_adsorbates_are_left_out_of_account():
    slab, count = COUNTED["fcc(111) 3x3"]
    site = find_sites(slab)[0]
    covered = place(slab, site, "CO")
    assert count_surface_atoms(covered) == count
    assert equivalent_copies(covered, site) == equivalent_copies(slab, site)


@pytest.mark.parametrize("name", [name for name in COUNTED if "root" not in name])
def test_copies_are_distinct_complete_and_alike(name):
    slab, _ = COUNTED[name]
    cells = {"fcc(211) 2x3 cells": 6, "fcc(110) 2x3": 6, "fcc(111) 3x3": 9}.get(name, 4)
    for site in find_sites(slab):
        copies = equivalent_copies(slab, site)
        assert copies[0] == site
        assert len(copies) == cells * site.multiplicity
        assert {copy.id for copy in copies} == {site.id}
        points = np.array([copy.position for copy in copies])
        _, lengths = get_distances(points, points, cell=slab.cell, pbc=slab.pbc)
        assert lengths[~np.eye(len(points), dtype=bool)].min() > 1.0
        np.testing.assert_allclose(points[:, 2], site.position[2], atol=1e-6)


def test_copies_have_the_same_surroundings():
    slab = Surface("Pt3Ni(111)").slab(size=(2, 1))
    for site in find_sites(slab):
        environments = {
            site_environment(slab, copy).text() for copy in equivalent_copies(slab, site)
        }
        assert len(environments) == 1


@settings(max_examples=10, deadline=None)
@given(size=st.tuples(st.integers(1, 3), st.integers(1, 3)), seed=st.integers(0, 9))
def test_every_copy_can_be_placed_on(size, seed):
    slab = fcc111("Pt", (*size, 4), vacuum=8)
    slab = slab[np.random.default_rng(seed).permutation(len(slab))]
    for site in find_sites(slab):
        for copy in equivalent_copies(slab, site)[:3]:
            placed = place(slab, copy, "H")
            distances = placed.get_distances(len(slab), list(copy.atoms), mic=True)
            assert np.ptp(distances) < 1e-6


def test_copies_all_around_a_particle():
    particle = Icosahedron("Au", 3)
    sites = {site.id: site for site in find_sites(particle)}
    for site in sites.values():
        copies = equivalent_copies(particle, site)
        assert copies[0] == site
        assert len(copies) == site.multiplicity
        assert len({copy.atoms for copy in copies}) == len(copies)
        assert sorted(np.sum(np.square([copy.normal for copy in copies]), axis=1)) == pytest.approx(
            [1.0] * len(copies)
        )
    # 55 atoms, 13 of them inside.
    assert count_surface_atoms(particle) == 42
    covered = place(particle, equivalent_copies(particle, sites["ontop-vertex-1"])[5], "CO")
    assert len(equivalent_copies(covered, sites["ontop-vertex-1"])) == 12


def test_a_site_of_another_slab_has_no_copies():
    site = find_sites(COUNTED["bcc(110)"][0])[2]
    with pytest.raises(SurfaceError, match=r"has no site .* its sites are ontop-1, bridge-1"):
        equivalent_copies(COUNTED["fcc(111) 2x2"][0], replace(site, id="bridge-long-1"))


def test_a_foreign_adsorbate_is_part_of_the_slab():
    slab = fcc111("Pt", (2, 2, 4), vacuum=8)
    add_adsorbate(slab, "O", 1.2, "fcc")
    assert len(equivalent_copies(slab, find_sites(slab)[0])) >= 1
