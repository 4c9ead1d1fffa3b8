import pytest

from catml.elements.lattice_tables import (
    ATOMS_PER_CELL,
    LatticeConstants,
    cell_of_volume,
    cell_volume,
    tabulated,
    tabulated_formulas,
)


@pytest.mark.parametrize(
    ("prototype", "a_ang", "c_ang", "volume"),
    [
        ("A1", 3.61, None, 47.05),  # copper, four atoms of 11.8 Å3
        ("A3", 2.70, 4.28, 27.02),  # ruthenium, two atoms of 13.5 Å3
        ("C4", 4.594, 2.959, 62.45),  # rutile, 62.4 Å3 for two formula units
        ("D0_19", 5.77, 4.62, 133.2),
    ],
)
def test_volume_of_the_cell_and_back(prototype, a_ang, c_ang, volume):
    constants = LatticeConstants(a_ang, c_ang, "experiment", "here", False)
    found = cell_volume(constants, prototype)
    assert found == pytest.approx(volume, rel=1e-3)
    ratio = None if c_ang is None else c_ang / a_ang
    again = cell_of_volume(found / ATOMS_PER_CELL[prototype], prototype, ratio)
    assert again == (pytest.approx(a_ang), c_ang if c_ang is None else pytest.approx(c_ang))


def test_entries_do_not_depend_on_the_order_of_the_elements():
    assert tabulated({"O": 2, "Ru": 1}, "C4", ("experiment",)) == tabulated(
        {"Ru": 1, "O": 2}, "C4", ("experiment",)
    )
    assert tabulated({"Ru": 1, "O": 2}, "C4", ("PBE",)) is None


def test_what_the_tables_hold():
    assert {"MgO", "TiC", "TiN"} <= set(tabulated_formulas("B1"))
    assert tabulated_formulas("D0_19") == []
