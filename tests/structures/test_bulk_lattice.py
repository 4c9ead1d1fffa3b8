import pytest

from catml.elements.lattice import lattice_constants
from catml.errors import ElementError, SurfaceError
from catml.structures.bulk_lattice import lattice_of
from catml.structures.surface import Surface


def test_default_is_that_of_the_bulk() -> None:
    assert lattice_of(Surface("Pt(111)")) == lattice_constants("Pt", "A1")
    assert lattice_of(Surface("Ru(0001)")) == lattice_constants("Ru", "A3")
    assert lattice_of(Surface("Cu3Zr@Cu(100)")) == lattice_constants("Cu3Zr", "L1_2")
    assert lattice_of(Surface("Pt1/Cu(111)")) == lattice_constants("Cu", "A1")


def test_overlayer_takes_the_substrate_in_its_own_prototype() -> None:
    assert lattice_of(Surface("Ru@Cu(100)")) == lattice_constants("Ru", "A1")


def test_caesium_chloride_keeps_the_volume_of_the_tetragonal_alloy() -> None:
    tetragonal = lattice_constants("NiAl", "L1_0")
    assert tetragonal.c_ang is not None
    cubic = lattice_of(Surface("NiAl[B2](110)"))
    assert cubic.a_ang**3 == pytest.approx(tetragonal.a_ang**2 * tetragonal.c_ang / 2)
    assert cubic.estimated


def test_given_constants() -> None:
    assert lattice_of(Surface("Pt(111)"), (3.92, None)).a_ang == 3.92
    assert lattice_of(Surface("Pt(111)"), (3.92, 3.92)).c_ang is None
    assert lattice_of(Surface("CuAu(101)"), (3.96, 3.67)).c_ang == 3.67
    constants = lattice_constants("Pt", "A1", functional="experiment")
    assert lattice_of(Surface("Pt(111)"), constants) is constants


@pytest.mark.parametrize(
    ("name", "lattice", "said"),
    [
        ("Pt(111)", (3.92, 4.0), "is cubic"),
        ("Ru(0001)", (2.7, None), "needs the lattice constant c"),
        ("CuAu(101)", (3.96, None), "needs the lattice constant c"),
        ("Pt(111)", (-3.92, None), "lengths in Å"),
        ("Pt(111)", (float("nan"), None), "lengths in Å"),
        ("Pt(111)", (None, 3.9), "lengths in Å"),
        ("Pt(111)", (None, None), "lengths in Å"),
        ("Pt(111)", 3.92, "lengths in Å"),
        ("Pt(111)", "ab", "lengths in Å"),
        ("Pt(111)", (1, 2, 3), "lengths in Å"),
    ],
)
def test_constants_that_do_not_fit(name: str, lattice: object, said: str) -> None:
    with pytest.raises(SurfaceError, match=said):
        lattice_of(Surface(name), lattice)  # type: ignore[arg-type]


def test_metal_without_known_constants() -> None:
    with pytest.raises(ElementError, match="No lattice constants for 'Pu'"):
        lattice_of(Surface("Pu(100)"))
