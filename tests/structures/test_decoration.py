from collections import Counter

import numpy as np
import pytest
from ase.cluster import Octahedron

from catml.errors import SurfaceError
from catml.structures.decoration import core_shell, decorate
from catml.structures.nanoparticles import nanoparticle
from catml.structures.neighbors import nearest_neighbors
from catml.structures.sites import find_sites


def test_the_outer_shells_change_element():
    particle = nanoparticle("Ni", "cuboctahedron", shells=3)
    one = core_shell(particle, "Pt")
    assert one.get_chemical_formula() == "Ni55Pt92"
    assert one.info["particle"] == "Ni55@Pt92 cuboctahedron"
    two = core_shell(particle, "Pt", shells=2)
    assert two.get_chemical_formula() == "Ni13Pt134"
    assert particle.get_chemical_formula() == "Ni147"
    assert (one.positions == particle.positions).all()


def test_a_core_shell_particle_from_elsewhere():
    changed = core_shell(Octahedron("Cu", 4, 1), "Au")
    assert changed.get_chemical_formula() == "Au32Cu6"
    assert changed.info["particle"] == "Cu6@Au32"


def test_a_core_shell_particle_has_the_sites_of_its_shape():
    particle = nanoparticle("Ni", "icosahedron", shells=2)
    ids = [site.id for site in find_sites(particle)]
    sites = find_sites(core_shell(particle, "Pt"))
    assert [site.id for site in sites] == ids
    assert {element for site in sites for element in site.elements} == {"Pt"}


@pytest.mark.parametrize(
    ("at", "coordination"), [("vertex", 5), ("edge", 7), ("100", 8), ("facet-111", 9)]
)
def test_a_single_atom_at_a_chosen_place(at, coordination):
    particle = nanoparticle("Cu", "cuboctahedron", shells=3)
    changed = decorate(particle, "Pt", at=at, seed=4)
    (atom,) = np.flatnonzero(changed.symbols == "Pt")
    assert (nearest_neighbors(changed).i == atom).sum() == coordination
    assert changed.info["particle"] == "Pt1/Cu146 cuboctahedron"
    # Bare, the particle has 17 distinct sites.
    assert len(find_sites(changed)) > 17


def test_single_atoms_keep_apart_and_the_seed_draws_them():
    particle = nanoparticle("Cu", "icosahedron", shells=1)
    drawn = {
        tuple(np.flatnonzero(decorate(particle, "Pt", count=2, seed=seed).symbols == "Pt"))
        for seed in range(6)
    }
    assert len(drawn) > 1
    pairs = nearest_neighbors(particle)
    bonds = set(zip(pairs.i.tolist(), pairs.j.tolist(), strict=True))
    # Two vertices of an icosahedron need not touch, but four of them must.
    assert not drawn & bonds
    again = decorate(particle, "Pt", count=2, seed=0)
    assert again == decorate(particle, "Pt", count=2, seed=0)
    assert Counter(decorate(particle, "Pt", count=12).get_chemical_symbols()) == {"Cu": 1, "Pt": 12}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: core_shell(p, "Xx"), "Unknown element"),
        (lambda p: core_shell(p, "O"), "non-metal"),
        (lambda p: core_shell(p, "Pt", shells=3), "from 1 to 2"),
        (lambda p: core_shell(p, "Pt", shells=0), "Cannot make 0 shells"),
        (lambda p: decorate(p, "Pt", at="corner"), "choose one of 100, edge, vertex"),
        (lambda p: decorate(p, "Pt", at="111"), "choose one of 100, edge, vertex"),
        (lambda p: decorate(p, "Pt", count=13), "from 1 to 12"),
        (lambda p: decorate(p, "Pt", count=1.0), "Cannot replace 1.0 atoms"),
        (lambda p: decorate(p, "N"), "non-metal"),
    ],
)
def test_what_cannot_be_changed_is_refused(change, message):
    particle = nanoparticle("Cu", "cuboctahedron", shells=2)
    with pytest.raises(SurfaceError, match=message):
        change(particle)
