import pickle
from math import gcd

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.surface import Surface

FCC = ["Pt", "Cu", "Ni", "Pd", "Au", "Ag", "Ir", "Rh", "Al"]
BCC = ["Fe", "Mo", "W", "V"]
HCP = ["Ru", "Co", "Re", "Zn", "Ti"]
METALS = FCC + BCC + HCP + ["Ga", "Mn", "La", "In"]

index = st.integers(-3, 3)
three = st.tuples(index, index, index).filter(lambda m: gcd(*m) == 1)
four = (
    st.tuples(index, index, index)
    .filter(lambda m: gcd(*m) == 1 and abs(m[0] + m[1]) < 10)
    .map(lambda m: (m[0], m[1], -(m[0] + m[1]), m[2]))
)


def written(miller: tuple[int, ...]) -> str:
    return "".join(str(i) for i in miller)


@st.composite
def names(draw: st.DrawFn) -> str:
    x = draw(st.sampled_from(METALS))
    y = draw(st.sampled_from(METALS))
    assume(x != y)
    host = draw(st.sampled_from(FCC))
    guest = draw(st.sampled_from(METALS))
    assume(host != guest)
    facet = written(draw(three))
    return draw(
        st.sampled_from(
            [
                f"{host}({facet})",
                f"{draw(st.sampled_from(BCC))}({facet})",
                f"{draw(st.sampled_from(HCP))}({written(draw(four))})",
                f"{draw(st.sampled_from(HCP))}[A1]({facet})",
                f"{x}3{y}({facet})",
                f"{x}{y}({facet})",
                f"{x}{y}[B2]({facet})",
                f"{guest}@{host}({facet})",
                f"{host}-{guest}@{host}({facet})",
                f"{x}3{y}@{x}({facet})",
                f"{guest}1/{host}({facet})",
            ]
        )
    )


@given(names())
def test_name_round_trips(name: str) -> None:
    surface = Surface(name)
    assert surface.name == str(surface) == name
    assert Surface(str(surface)) == surface
    assert eval(repr(surface)) == surface
    assert surface.facet == written(surface.miller)


@given(names())
def test_terminations_are_distinct_names_that_round_trip(name: str) -> None:
    terminations = Surface(name).terminations()
    assert len(set(terminations)) == len(terminations)
    for place, surface in enumerate(terminations):
        assert Surface(surface.name) == surface
        assert surface.termination_index == place
        assert surface.terminations() == terminations


@pytest.mark.parametrize(
    ("name", "family", "elements", "host", "guest"),
    [
        ("Pt(111)", "pure", ("Pt",), "Pt", None),
        ("Pt3Ni(111)", "ordered-alloy", ("Ni", "Pt"), "Pt", "Ni"),
        ("NiPt3(111)", "ordered-alloy", ("Ni", "Pt"), "Pt", "Ni"),
        ("CuAu(101)", "ordered-alloy", ("Au", "Cu"), "Au", "Cu"),
        ("Ni@Cu(100)", "overlayer", ("Cu", "Ni"), "Cu", "Ni"),
        ("Cu-Ni@Cu(100)", "near-surface", ("Cu", "Ni"), "Cu", "Ni"),
        ("Cu3Zr@Cu(100)", "skin", ("Cu", "Zr"), "Cu", "Zr"),
        ("Cu3Zr@Zr(100)", "skin", ("Cu", "Zr"), "Zr", "Cu"),
        ("Pd3Fe@Pt(111)", "skin", ("Fe", "Pd", "Pt"), "Pt", "Pd"),
        ("Pt1/Cu(111)", "single-atom", ("Cu", "Pt"), "Cu", "Pt"),
    ],
)
def test_what_a_surface_is_made_of(
    name: str, family: str, elements: tuple[str, ...], host: str, guest: str | None
) -> None:
    surface = Surface(name)
    assert surface.family == family
    assert surface.elements == elements
    assert surface.host == host
    assert surface.guest == guest


def test_parts_of_a_name() -> None:
    surface = Surface("Cu-Ni@Cu(100)")
    assert (surface.bulk, surface.prototype, surface.modification) == ("Cu", "A1", "near-surface")
    assert (surface.top, surface.second, surface.termination) == ("Cu", "Ni", None)
    assert Surface("Ru(10-10)").miller == (1, 0, -1, 0)
    assert Surface("Ru(10-10)").facet == "10-10"
    assert Surface("Ru(0001)").facet == "0001"


@pytest.mark.parametrize(
    ("name", "labels"),
    {
        "Pt3Ni(100)": ["Pt", "NiPt"],
        "Pt3Ni(110)": ["Pt", "NiPt"],
        "Pt3Ni(211)": ["Pt", "NiPt"],
        "Cu3Zr(100)": ["Cu", "CuZr"],
        "CuAu(001)": ["Cu", "Au"],
        "CuAu(100)": ["Cu", "Au"],
        "AuCu(001)": ["Au", "Cu"],
        "NiAl[B2](100)": ["Ni", "Al"],
        "Ru(10-10)": ["Ru-1", "Ru-2"],
        "Cu3Zr@Cu(100)": ["Cu-1", "Cu-2"],
    }.items(),
)
def test_surfaces_with_several_terminations(name: str, labels: list[str]) -> None:
    assert [s.termination for s in Surface(name).terminations()] == labels
    assert [s.name for s in Surface(name).terminations()] == [f"{name}:{x}" for x in labels]
    assert Surface(name).termination is None
    assert Surface(name).termination_index == 0


@pytest.mark.parametrize(
    "name",
    [
        "Pt3Ni(111)",
        "CuAu(101)",
        "CuAu(110)",
        "Pt(111)",
        "Pt(211)",
        "Pt(100)",
        "Ru(0001)",
        "Ru(11-20)",
        "Fe(110)",
        "Fe(211)",
        "NiAl[B2](110)",
        "Ni@Cu(100)",
        "Cu-Ni@Cu(211)",
        "Pt1/Cu(111)",
        "Cu3Zr@Cu(111)",
    ],
)
def test_surfaces_with_one_termination(name: str) -> None:
    assert Surface(name).terminations() == [Surface(name)]


def test_termination_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SurfaceError, match="Pt3Ni\\(100\\):Pt and Pt3Ni\\(100\\):NiPt"):
        Surface("Pt3Ni(100):Ni")
    with pytest.raises(SurfaceError, match=r"has only one\. Write Pt\(111\)"):
        Surface("Pt(111):Pt")


@pytest.mark.parametrize("thing", [None, 111, b"Pt(111)", ["Pt(111)"], Surface("Pt(111)")])
def test_only_text_makes_a_surface(thing: object) -> None:
    with pytest.raises(SurfaceError, match="made from its name"):
        Surface(thing)  # type: ignore[arg-type]


def test_surfaces_sort_hash_and_pickle_by_name() -> None:
    surfaces = [Surface("Pt(111)"), Surface("Cu(100)"), Surface("Pt[A1](111)")]
    assert [str(s) for s in sorted(surfaces)] == ["Cu(100)", "Pt(111)", "Pt(111)"]
    assert len(set(surfaces)) == 2
    copy = pickle.loads(pickle.dumps(surfaces[0]))
    assert copy == surfaces[0]
    assert copy.elements == ("Pt",)
