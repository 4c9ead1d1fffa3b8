import pytest

from catml.elements.lattice import lattice_constants
from catml.errors import ElementError, SurfaceError
from catml.structures.bulk.lattice import lattice_of
from catml.structures.surface import Surface


def test_default_is_that_of_the_bulk() -> None:
    assert lattice_of(Surface("Pt(111)")) == lattice_constants("Pt", "A1")
    assert lattice_of(Surface("Ru(0001)")) == lattice_constants("Ru", "A3")
    assert lattice_of(Surface("Cu3Zr@Cu(100)")) == lattice_constants("Cu3Zr", "L1_2")
    assert lattice_of(Surface("Pt1/Cu(111)")) == lattice_constants("Cu", "A1")


def test_overlayer_takes_the_substrate_in_its_own_prototype() -> None:
    assert lattice_of(Surface("Ru@Cu(100)")) == lattice_constants("Ru", "A1")


def test_prototypes_beyond_the_close_packed_ones() -> None:
    assert lattice_of(Surface("NiAl[B2](110)")) == lattice_constants("NiAl", "B2")
    assert lattice_of(Surface("RuO2(110)")) == lattice_constants("RuO2", "C4")
    assert lattice_of(Surface("Ti3Al(0001)")) == lattice_constants("Ti3Al", "D0_19")


def test_a_surface_says_which_constants_it_has() -> None:
    found = Surface("Pt(111)").lattice_constants(functional="PBE")
    assert (round(found.a_ang, 2), found.functional, found.source) == (
        3.97,
        "PBE",
        "lejaeghere2016",
    )
    assert Surface("Pt(111)").lattice_constants() == lattice_constants("Pt", "A1")
    slab = Surface("Ru(0001)").slab(functional="experiment")
    assert slab.info["lattice"]["functional"] == "experiment"
    with pytest.raises(ElementError, match="SCAN"):
        Surface("Pt(111)").lattice_constants(functional="SCAN")


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
        ("RuO2(110)", (4.5, None), "needs the lattice constant c"),
        ("MgO(100)", (4.2, 4.3), "is cubic"),
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


def test_compounds_without_a_table_are_told_both_ways_out() -> None:
    with pytest.raises(ElementError, match=r"CeO2 in the prototype C4.*lattice=.*from_bulk"):
        lattice_of(Surface("CeO2(111)"))
