import numpy as np
import pytest
from ase.build import bulk

from catml.structures.bulk.prototypes import (
    PROTOTYPES,
    ground_state,
    metals,
    overlayer_prototype,
    prototype_of_label,
)


@pytest.mark.parametrize(("name", "structure"), [("A1", "fcc"), ("A2", "bcc")])
def test_cubic_cells_have_the_volume_of_the_crystal(name: str, structure: str) -> None:
    reference = bulk("Cu", structure, a=3.6)
    assert np.linalg.det(PROTOTYPES[name].cell(3.6)) == pytest.approx(reference.get_volume())


def test_hexagonal_cell_is_the_crystal() -> None:
    reference = bulk("Ru", "hcp", a=2.7, c=4.28)
    np.testing.assert_allclose(PROTOTYPES["A3"].cell(2.7, 4.28), reference.cell[:], atol=1e-12)


def test_tetragonal_constants_belong_to_the_four_atom_cell() -> None:
    cell = PROTOTYPES["L1_0"].cell(3.96, 3.67)
    assert np.linalg.det(cell) == pytest.approx(3.96**2 * 3.67 / 2)
    assert cell[0, 0] == pytest.approx(3.96 / 2**0.5)


@pytest.mark.parametrize(
    ("name", "roles"),
    {
        "A1": (1,),
        "A3": (1,),
        "L1_2": (3, 1),
        "L1_0": (1, 1),
        "B2": (1, 1),
        "D0_19": (3, 1),
        "B1": (1, 1),
        "C4": (1, 2),
    }.items(),
)
def test_formula_of_each_prototype(name: str, roles: tuple[int, ...]) -> None:
    assert PROTOTYPES[name].ratio == roles


def test_labels_of_both_spellings() -> None:
    assert prototype_of_label("L12") is prototype_of_label("L1_2") is PROTOTYPES["L1_2"]
    assert prototype_of_label("D019") is PROTOTYPES["D0_19"]
    assert prototype_of_label("D022") is None


@pytest.mark.parametrize(
    ("elements", "prototype"),
    [
        ("Cu Ag Au Ni Pd Pt Rh Ir Al Pb Ca Sr", "A1"),
        ("Fe Cr Mo W V Nb Ta", "A2"),
        ("Ru Os Re Tc Co Zn Cd Ti Zr Hf Sc Y Mg Tl", "A3"),
        ("Ga In Sn Hg Bi Mn La", "A1"),
    ],
)
def test_structures_of_the_metals(elements: str, prototype: str) -> None:
    assert {ground_state(element) for element in elements.split()} == {prototype}


def test_metals_leave_out_what_adsorbates_are_made_of() -> None:
    assert {"Pt", "Ga", "Bi", "La", "Si"} <= metals()
    assert not metals() & {"H", "C", "N", "O", "S", "Cl", "He", "X"}


@pytest.mark.parametrize(
    ("top", "substrate", "n_indices", "prototype"),
    [
        ("Cu", "Ni", 3, "A1"),
        ("Cu", "Fe", 3, "A1"),
        ("Fe", "Cu", 3, "A1"),
        ("Mo", "Ru", 3, "A2"),
        ("Pt", "Ru", 4, "A3"),
        ("Os", "Ru", 4, "A3"),
    ],
)
def test_overlayers_of_mixed_structures(
    top: str, substrate: str, n_indices: int, prototype: str
) -> None:
    assert overlayer_prototype(top, substrate, n_indices) == prototype
