import pytest

from catml.structures.sites import find_sites
from catml.structures.spellings import spellings
from catml.structures.surface import Surface


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("Pt(111)", []),
        ("Pt3Ni(111)", ["NiPt3(111)"]),
        ("Pt3Ni(100):Pt", ["Pt3Ni(100)", "NiPt3(100):Pt", "NiPt3(100)"]),
        ("Pt3Ni(100):NiPt", ["NiPt3(100):NiPt"]),
        ("CuAu(101)", ["AuCu(101)"]),
        ("CuAu(001):Au", ["AuCu(001)", "AuCu(001):Au"]),
        ("NiAl[B2](110)", ["AlNi[B2](110)"]),
        ("Cu3Zr@Cu(111)", ["ZrCu3@Cu(111)"]),
        ("Pt1/Cu3Zr(111)", ["Pt1/ZrCu3(111)"]),
        ("MgO(100)", ["OMg(100)"]),
        ("Cu0.75Pd0.25(111)", []),
    ],
)
def test_every_spelling_is_the_same_surface(name: str, others: list[str]) -> None:
    surface = Surface(name)
    names = spellings(surface)
    assert names[0] == name
    assert sorted(names[1:]) == sorted(others)
    slab = surface.slab()
    sites = [(site.id, site.multiplicity) for site in find_sites(slab)]
    for other in others:
        same = Surface(other).slab()
        assert same.positions == pytest.approx(slab.positions)
        assert sorted(same.numbers) == sorted(slab.numbers)
        assert [(site.id, site.multiplicity) for site in find_sites(same)] == sites
