import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.structures.placing.molecule_shapes import (
    across,
    as_it_stands,
    bond_sum,
    bonded_to,
    donor,
    standing,
)


@pytest.mark.parametrize(
    ("name", "index", "expected"),
    [("CH3OH", 0, {1, 2, 4, 5}), ("H2O", 0, {1, 2}), ("C2H2", 0, {1, 3}), ("CO", 0, {1})],
)
def test_bonds_are_those_of_the_structural_formula(name, index, expected):
    assert set(bonded_to(molecule(name), index)) == expected


def test_bonds_of_a_tetrahedron_cancel():
    assert np.linalg.norm(bond_sum(molecule("CH4"), 0)) < 1e-3
    # Without one of them they add up to a unit vector away from it.
    assert np.linalg.norm(bond_sum(molecule("CH4"), 0, without=1)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("name", ["C6H6", "C2H4", "H2O"])
def test_across_a_flat_molecule_is_its_normal(name):
    atoms = molecule(name)
    bonds = atoms.positions - atoms.positions.mean(axis=0)
    np.testing.assert_allclose(bonds @ across(atoms), 0, atol=1e-6)


def test_across_a_straight_molecule_is_perpendicular():
    atoms = molecule("CO2")
    assert (atoms.positions[1] - atoms.positions[0]) @ across(atoms) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "symbol"), [("CH3CN", "N"), ("CH3SH", "S"), ("CH3COCH3", "O"), ("C6H6", "C")]
)
def test_donors(name, symbol):
    atoms = molecule(name)
    assert atoms.symbols[donor(atoms)] == symbol


@settings(max_examples=20, deadline=None)
@given(angles=st.tuples(*[st.floats(-180, 180)] * 3), shift=st.floats(-5, 5))
def test_standing_does_not_depend_on_how_the_molecule_was_given(angles, shift):
    atoms = molecule("CH3OH")
    expected = standing(atoms, (1,))
    atoms.euler_rotate(*angles)
    atoms.translate(shift)
    found = standing(atoms, (1,))
    np.testing.assert_allclose(found.positions, expected.positions, atol=1e-6)


def test_dropped_atoms_leave_the_others_in_order():
    formyl = standing(molecule("H2CO"), (1, 0), name="CHO", dropped=(3,))
    assert formyl.symbols == ("C", "O", "H")
    assert formyl.second == 1


def test_a_molecule_as_it_stands_is_only_shifted():
    atoms = Atoms("OH", positions=[[1, 2, 3], [1.5, 2, 3.8]])
    assert as_it_stands(atoms).positions == ((0, 0, 0), (0.5, 0, 0.8))
