import pytest

from catml.structures.grammar.patterns import elements_of, pattern_of
from catml.structures.surface import Surface


@pytest.mark.parametrize(
    ("name", "pattern", "elements"),
    [
        ("Pt(111)", "A(111)", ("Pt",)),
        ("W(110)", "A[A2](110)", ("W",)),
        ("Ru(0001)", "A(0001)", ("Ru",)),
        ("NiPt3(111)", "A3B(111)", ("Pt", "Ni")),
        ("CuAu(101)", "AB(101)", ("Cu", "Au")),
        ("NiAl[B2](110)", "AB[B2](110)", ("Ni", "Al")),
        ("Ni@Cu(100)", "A@B(100)", ("Ni", "Cu")),
        ("Cu-Ni@Cu(100)", "A-B@A(100)", ("Cu", "Ni")),
        ("Cu3Zr@Cu(100)", "A3B@A(100)", ("Cu", "Zr")),
        ("Cu3Zr@Pt(100)", "A3B@C(100)", ("Cu", "Zr", "Pt")),
        ("Pt1/Cu(111)", "B1/A(111)", ("Cu", "Pt")),
        ("Ni-Cu@Cu(100)", "A-B@B(100)", ("Ni", "Cu")),
        ("Pt3Ni-Ni@Pt(111)", "A3B-B@A(111)", ("Pt", "Ni")),
        ("Pt-Cu-Ni@Au(111)", "A-D-C@B(111)", ("Pt", "Au", "Ni", "Cu")),
        ("Au1/Cu3Pt(111)", "C1/A3B(111)", ("Cu", "Pt", "Au")),
        ("Pt3Ni(100):Pt", "A3B(100)", ("Pt", "Ni")),
        ("Pt3Ni(100):NiPt", "A3B(100):2", ("Pt", "Ni")),
    ],
)
def test_patterns(name, pattern, elements):
    assert pattern_of(Surface(name)) == pattern
    assert elements_of(Surface(name)) == elements
