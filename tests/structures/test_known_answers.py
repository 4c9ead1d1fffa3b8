"""The answers counted by hand, whatever cell a slab comes in.

Symmetry-distinct sites follow from the closed net of the surface's atoms (bonds = atoms + faces),
reduced by its symmetry; terminations from the planes of the bulk. Widely used tools miss some.
"""

from collections import Counter

import numpy as np
import pytest
from ase import Atoms
from ase.build import make_supercell
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catml.structures.environment import site_environment
from catml.structures.sites import find_sites
from catml.structures.surface import Surface
from tests.structures.hand_counts import SITES

TERMINATIONS = {
    "Pt(111)": 1,
    "Pt(211)": 1,
    "Pt3Ni(111)": 1,
    "Pt3Ni(100)": 2,
    "Pt3Ni(110)": 2,
    "Pt3Ni(211)": 2,
    "CuAu(101)": 1,
    "CuAu(110)": 1,
    "CuAu(001)": 2,
    "CuAu(100)": 2,
}
EXCHANGED = {"Pt3Ni": "Ni3Pt", "CuAu": "AuCu"}

few = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def counts(atoms: Atoms) -> tuple[int, int, int]:
    found = Counter(site.kind for site in find_sites(atoms))
    return found["ontop"], found["bridge"], found["hollow"]


def described(atoms: Atoms) -> list[tuple[object, ...]]:
    """What must not depend on how a slab is given."""
    return [
        (site.id, site.subtype, site.multiplicity, site_environment(atoms, site).text())
        for site in find_sites(atoms)
    ]


def anonymous(slab: Atoms) -> Atoms:
    """The same atoms with nothing said about where they come from."""
    return Atoms(slab.numbers, slab.positions, cell=slab.cell, pbc=slab.pbc)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 3), (1, 3)])
@pytest.mark.parametrize("name", SITES)
def test_sites_of_the_table_in_every_size(name: str, size: tuple[int, int]) -> None:
    assert counts(anonymous(Surface(name).slab(size=size))) == SITES[name]


@pytest.mark.parametrize("name", SITES)
@given(vacuum=st.floats(4.0, 12.5), extra=st.integers(0, 2))
@few
def test_sites_do_not_depend_on_vacuum_and_thickness(name: str, vacuum: float, extra: int) -> None:
    """The vacuum given stands on each side: 8 to 25 Å between the slab and its image."""
    surface = Surface(name)
    layers = int(surface.slab().info["layers"]) + extra
    slab = anonymous(surface.slab(layers=layers, vacuum=vacuum))
    assert counts(slab) == SITES[name]
    assert described(slab) == described(anonymous(surface.slab()))


@pytest.mark.parametrize("name", SITES)
@given(data=st.data())
@few
def test_sites_do_not_depend_on_order_rotation_and_cell(name: str, data: st.DataObject) -> None:
    slab = anonymous(Surface(name).slab())
    expected = described(slab)
    supercell = data.draw(
        st.sampled_from([[[1, 0], [0, 1]], [[2, 1], [0, 1]], [[1, 1], [-1, 1]], [[1, -1], [1, 2]]])
    )
    matrix = np.eye(3, dtype=int)
    matrix[:2, :2] = supercell
    given_slab = make_supercell(slab, matrix)
    given_slab.rotate(data.draw(st.floats(0, 360)), "z", rotate_cell=True)
    axis = data.draw(st.sampled_from(["x", "y", (1, 1, 0)]))
    given_slab.rotate(data.draw(st.floats(-80, 80)), axis, rotate_cell=True)
    order = np.random.default_rng(data.draw(st.integers(0, 99))).permutation(len(given_slab))
    given_slab = given_slab[order]
    given_slab.positions += [0.3, -1.1, 0.8]
    if data.draw(st.booleans()):
        given_slab.pbc = True
        given_slab.wrap()
    assert described(given_slab) == expected


def upside_down(slab: Atoms) -> Atoms:
    """The slab turned over by half a turn about x."""
    turned = anonymous(slab)
    turned.rotate(180, "x", rotate_cell=True)
    turned.cell[2] *= -1
    turned.wrap(pbc=(True, True, False))
    return turned


@pytest.mark.parametrize("name", SITES)
def test_both_sides_of_a_slab_have_the_sites_of_a_termination(name: str) -> None:
    """The bottom of a slab is one of the surface's terminations, and has just their sites."""
    surface = Surface(name)
    known = {counts(anonymous(other.slab())) for other in surface.terminations()}
    layers = int(surface.slab().info["layers"])
    for thickness in (layers, layers + 1):
        assert counts(upside_down(surface.slab(layers=thickness))) in known


@pytest.mark.parametrize("name", TERMINATIONS)
def test_number_of_terminations(name: str) -> None:
    surface = Surface(name)
    assert len(surface.terminations()) == TERMINATIONS[name]
    for alloy, exchanged in EXCHANGED.items():
        if surface.bulk == alloy:
            other = Surface(name.replace(alloy, exchanged))
            assert len(other.terminations()) == TERMINATIONS[name]


@pytest.mark.parametrize("name", [name for name, number in TERMINATIONS.items() if number == 2])
def test_the_second_termination_is_the_first_slab_turned_over(name: str) -> None:
    """So a tool that drops slabs equal to one already built, turned over, loses it."""
    first, second = Surface(name).terminations()
    wanted = described(anonymous(second.slab(layers=8)))
    turned = [described(upside_down(first.slab(layers=layers))) for layers in (8, 9)]
    assert wanted in turned
