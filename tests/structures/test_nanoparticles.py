import json
from collections import Counter

import numpy as np
import pytest
from ase.cluster import Octahedron

from catml.elements.lattice import lattice_constants
from catml.errors import SurfaceError
from catml.structures.nanoparticles import ideal_particle, nanoparticle, shells_from_outside
from catml.structures.neighbors import nearest_neighbors, shortest_distances

RU = {"0001": 2.6, "10-10": 2.9, "10-11": 2.9}


@pytest.mark.parametrize("shape", ["cuboctahedron", "icosahedron", "decahedron"])
def test_magic_numbers_of_closed_shells(shape):
    found = [len(nanoparticle("Pt", shape, shells=n)) for n in (1, 2, 3, 4)]
    assert found == [13, 55, 147, 309]


def test_magic_numbers_of_octahedra():
    found = [len(nanoparticle("Pt", "octahedron", edge=n)) for n in range(2, 7)]
    assert found == [6, 19, 44, 85, 146]
    cut = [(4, 1), (5, 1), (7, 2), (10, 3)]
    found = [len(nanoparticle("Pt", "truncated-octahedron", edge=e, cut=c)) for e, c in cut]
    assert found == [38, 79, 201, 586]


def test_marks_decahedron_of_75_atoms():
    assert len(nanoparticle("Au", "decahedron", pqr=(2, 2, 1))) == 75
    assert len(nanoparticle("Au", "decahedron", pqr=(2, 1, 0))) == 7


@pytest.mark.parametrize("shape", ["cuboctahedron", "icosahedron", "decahedron", "octahedron"])
def test_bonds_have_the_length_of_the_bulk(shape):
    size = {"edge": 4} if shape == "octahedron" else {"shells": 2}
    particle = nanoparticle("Cu", shape, lattice=(3.6, None), **size)
    assert shortest_distances(particle) == pytest.approx(3.6 / np.sqrt(2))


def test_the_particle_stands_free_in_the_middle_of_its_cell():
    particle = nanoparticle("Pt", "cuboctahedron", shells=2, vacuum=6.0)
    assert not particle.pbc.any()
    assert particle.positions.min(axis=0) == pytest.approx(6.0)
    cell = particle.cell.lengths()
    assert particle.positions.mean(axis=0) == pytest.approx(cell / 2)


def test_info_says_what_was_built_and_builds_it_again():
    particle = nanoparticle("Pt", "decahedron", pqr=(2, 2, 1), functional="PBE")
    info = json.loads(json.dumps(particle.info))
    assert info["particle"] == "Pt75 decahedron"
    assert info["parameters"] == {"pqr": [2, 2, 1]}
    assert info["lattice"]["a_ang"] == lattice_constants("Pt", "A1", functional="PBE").a_ang
    again = ideal_particle(info)
    assert again is not None
    assert again.positions == pytest.approx(particle.positions)
    for other in ({"surface": "Pt(111)"}, info | {"lattice": "3.9"}, info | {"shape": "cube"}):
        assert ideal_particle(other) is None


def test_shells_count_from_outside():
    counts = Counter(nanoparticle("Pt", "icosahedron", shells=4).get_tags().tolist())
    assert counts == {1: 162, 2: 92, 3: 42, 4: 12, 5: 1}
    # A particle from elsewhere, and one without any atom inside.
    assert np.bincount(shells_from_outside(Octahedron("Pt", 4, 1))).tolist() == [0, 32, 6]
    assert shells_from_outside(Octahedron("Pt", 2)).tolist() == [1] * 6


def test_a_wulff_shape_has_the_facets_of_lowest_energy():
    # (100) starts to show where its energy is below sqrt(3) times that of (111).
    octahedron = nanoparticle("Pt", "wulff", n_atoms=85, surface_energies={"111": 1, "100": 1.8})
    assert len(octahedron) == 85
    # A cube of 2 x 2 x 2 cells has 63 atoms; its 8 corners have three neighbours and are left out.
    cube = nanoparticle("Pt", "wulff", n_atoms=63, surface_energies={"100": 1.0})
    assert len(cube) == 55


def test_wulff_shapes_of_other_lattices():
    iron = nanoparticle("Fe", "wulff", n_atoms=150, surface_energies={"110": 2.4, "100": 2.5})
    assert iron.info["prototype"] == "A2"
    counts = np.bincount(nearest_neighbors(iron).i)
    assert counts.max() == 14
    ruthenium = nanoparticle("Ru", "wulff", n_atoms=150, surface_energies=RU)
    assert ruthenium.info["prototype"] == "A3"
    counts = np.bincount(nearest_neighbors(ruthenium).i)
    assert (counts.min() > 3, counts.max()) == (True, 12)
    assert ruthenium.info["parameters"]["n_atoms"] == 150
    assert ruthenium.info["particle"] == f"Ru{len(ruthenium)} wulff"


def test_metals_of_another_structure_are_built_as_fcc():
    assert nanoparticle("Ru", "icosahedron", shells=1).info["prototype"] == "A1"
    cobalt = nanoparticle("Co[A1]", "wulff", n_atoms=79, surface_energies={"111": 1, "100": 1.2})
    assert cobalt.info["prototype"] == "A1"


def test_ordered_alloys_have_the_neighbours_of_their_bulk():
    particle = nanoparticle("Pt3Ni", "cuboctahedron", shells=4)
    symbols = np.array(particle.get_chemical_symbols())
    pairs = nearest_neighbors(particle)
    inside = particle.get_tags() > 1
    for atom in np.flatnonzero(inside):
        around = Counter(symbols[pairs.j[pairs.i == atom]].tolist())
        assert around == ({"Pt": 12} if symbols[atom] == "Ni" else {"Pt": 8, "Ni": 4})
    middle = np.linalg.norm(particle.positions - particle.positions.mean(axis=0), axis=1).argmin()
    assert symbols[middle] == "Ni"


def test_tetragonal_alloys_are_layered_and_stretched():
    particle = nanoparticle("CuAu", "cuboctahedron", shells=2, lattice=(4.0, 3.6))
    heights = np.round(particle.positions[:, 2], 3)
    layers = [set(particle[heights == z].get_chemical_symbols()) for z in sorted(set(heights))]
    assert layers == [{"Cu"}, {"Au"}, {"Cu"}, {"Au"}, {"Cu"}]
    assert np.ptp(particle.positions, axis=0) == pytest.approx([8.0, 8.0, 7.2])


def test_solid_solutions_have_the_nearest_numbers_of_atoms():
    particle = nanoparticle("Cu0.75Pd0.25", "icosahedron", shells=2)
    assert Counter(particle.get_chemical_symbols()) == {"Cu": 41, "Pd": 14}
    copper, palladium = (lattice_constants(metal, "A1").a_ang ** 3 for metal in ("Cu", "Pd"))
    vegard = (0.75 * copper + 0.25 * palladium) ** (1 / 3)
    assert particle.info["lattice"]["a_ang"] == pytest.approx(vegard)
    other = nanoparticle("Cu0.75Pd0.25{seed=1}", "icosahedron", shells=2)
    assert (other.numbers != particle.numbers).any()
    energies = {"110": 2.4, "100": 2.5}
    iron = nanoparticle("Fe0.75Cr0.25", "wulff", n_atoms=60, surface_energies=energies)
    assert iron.info["prototype"] == "A2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"species": "MgO"}, "prototype B1"),
        ({"species": "Cu0.75Pd0.35"}, "sum to 1.1"),
        ({"species": "Xx"}, "Unknown element"),
        ({"species": 78}, "name of a metal"),
        ({"species": "Cu@Pt"}, "Cannot read the bulk"),
        ({"species": "Pt3Ni", "shape": "icosahedron"}, "of a metal or a solid solution"),
        ({"species": "Ru[A3]"}, "prototype A3"),
        ({"vacuum": 0}, "vacuum=0"),
        ({"lattice": (3.9, 4.0)}, "lattice constants"),
    ],
)
def test_what_cannot_be_built_is_refused(arguments, message):
    usual = {"species": "Pt", "shape": "cuboctahedron", "shells": 1}
    with pytest.raises(SurfaceError, match=message):
        nanoparticle(**(usual | arguments))


@pytest.mark.parametrize(
    ("species", "energies", "message"),
    [
        ("Pt", {"0001": 1.0}, "takes three Miller indices"),
        ("Ru", {"111": 1.0}, "takes four Miller indices"),
        ("Pt", {"111": -1.0}, "positive number in J/m²"),
        ("Pt", {"111": "low"}, "positive number in J/m²"),
        ("Ru", {"10-10": 1.0}, "enclose no particle"),
        ("CuAu", {"111": 1.0}, "prototype L1_0"),
    ],
)
def test_surface_energies_that_make_no_particle_are_refused(species, energies, message):
    with pytest.raises(SurfaceError, match=message):
        nanoparticle(species, "wulff", n_atoms=60, surface_energies=energies)
