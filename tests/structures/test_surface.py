import pickle
from math import gcd

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.grammar.mixtures import Mixture
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
def mixtures(draw: st.DrawFn, main: str) -> str:
    """A fractional formula whose main element comes first, with or without braces."""
    others = [metal for metal in METALS if metal != main]
    elements = draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True))
    shares = [draw(st.integers(1, 2000)) for _ in elements]
    parts = zip([main, *elements], [10_000 - sum(shares), *shares], strict=True)
    formula = "".join(f"{element}{share / 10_000:.4f}".rstrip("0") for element, share in parts)
    ordered, seed = draw(st.booleans()), draw(st.integers(0, 99))
    words = ["ordered"] * ordered + [f"seed={seed}"] * (seed > 0)
    return formula + (f"{{{','.join(words)}}}" if words else "")


@st.composite
def profiles(draw: st.DrawFn, bulk: str) -> str:
    """Layers on a bulk, from the lowest, each an element or a mixture."""
    main = st.sampled_from([metal for metal in FCC if metal != bulk])
    layers = draw(st.lists(main | main.flatmap(mixtures), min_size=1, max_size=4))
    return "".join(f"-{layer}" for layer in layers[:-1]) + f"@{layers[-1]}"


@st.composite
def names(draw: st.DrawFn) -> str:
    x = draw(st.sampled_from(METALS))
    y = draw(st.sampled_from(METALS))
    assume(x != y)
    host = draw(st.sampled_from(FCC))
    guest = draw(st.sampled_from(METALS))
    assume(guest not in (host, x))
    hexagonal = draw(st.sampled_from(HCP))
    facet, facet4 = written(draw(three)), written(draw(four))
    bodies = [
        host,
        draw(st.sampled_from(BCC)),
        f"{hexagonal}[A1]",
        f"{x}3{y}",
        f"{x}{y}",
        f"{x}{y}[B2]",
        f"{draw(st.sampled_from(['Mg', 'Ti', 'Ni']))}{draw(st.sampled_from(['O', 'C', 'N']))}",
        f"{x}O2",
        f"{guest}@{host}",
        f"{host}-{guest}@{host}",
        f"{x}3{y}@{x}",
        f"{guest}1/{host}",
        f"{guest}1/{x}3{y}",
        draw(mixtures(host)),
        f"{host}{draw(profiles(host))}",
        f"{x}3{y}{draw(profiles(x))}",
        f"{draw(mixtures(host))}{draw(profiles(host))}",
    ]
    name = f"{draw(st.sampled_from(bodies))}({facet})"
    fourfold = [hexagonal, f"{x}3{y}", f"{x}3{y}@{x}", draw(mixtures(hexagonal))]
    return draw(st.sampled_from([name, name, f"{draw(st.sampled_from(fourfold))}({facet4})"]))


@given(names())
@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
def test_name_round_trips(name: str) -> None:
    surface = Surface(name)
    assert surface.name == str(surface) == name
    assert Surface(str(surface)) == surface
    assert eval(repr(surface)) == surface
    assert surface.facet == written(surface.miller)


@given(names())
@settings(suppress_health_check=[HealthCheck.filter_too_much])
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
        ("Pt1/Cu3Au(111)", "single-atom", ("Au", "Cu", "Pt"), "Cu", "Pt"),
        ("Ni-Cu@Cu(100)", "overlayer", ("Cu", "Ni"), "Cu", "Ni"),
        ("Pt3Ni-Pt@Pt(111)", "skin", ("Ni", "Pt"), "Pt", "Ni"),
        ("Pt3Ni-Ni@Pt(111)", "segregated", ("Ni", "Pt"), "Pt", "Ni"),
        ("Cu-Ni-Ni@Cu(100)", "segregated", ("Cu", "Ni"), "Cu", "Ni"),
        ("Pt3Ni-Pd0.5Ni0.5@Pt(111)", "segregated", ("Ni", "Pd", "Pt"), "Pt", "Ni"),
        ("Ni@Cu0.4Pd0.6(111)", "segregated", ("Cu", "Ni", "Pd"), "Pd", "Cu"),
        ("Pt0.75Ni0.25@Pt(111)", "segregated", ("Ni", "Pt"), "Pt", "Ni"),
        ("Cu0.75Pd0.25(111)", "solid-solution", ("Cu", "Pd"), "Cu", "Pd"),
        ("Pd0.5Cu0.5(111)", "solid-solution", ("Cu", "Pd"), "Cu", "Pd"),
        ("Pd0.2Cu0.3Au0.5(111)", "solid-solution", ("Au", "Cu", "Pd"), "Au", "Cu"),
        ("TiC(100)", "compound", ("C", "Ti"), "Ti", "C"),
        ("Ti3Al(0001)", "ordered-alloy", ("Al", "Ti"), "Ti", "Al"),
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


def test_parts_of_mixtures_and_profiles() -> None:
    surface = Surface("Pd0.2Cu0.8{ordered,seed=4}-Ni@Pt0.5Au0.5(211)")
    assert surface.solution == Mixture(("Pd", "Cu"), (0.2, 0.8), seed=4, ordered=True)
    assert (surface.bulk, surface.species, surface.prototype) == ("Pd0.2Cu0.8", ("Cu", "Pd"), "A1")
    assert surface.coats == (Mixture(("Pt", "Au"), (0.5, 0.5)), Mixture(("Ni",)))
    assert (surface.top, surface.second) == (None, None)
    assert surface.has_mixture
    assert surface.planes_per_layer == 3
    plain = Surface("Pt3Ni-Ni@Pt(111)")
    assert (plain.top, plain.second, plain.has_mixture) == ("Pt", None, False)
    assert plain.planes_per_layer == 1


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
        "Cu3Zr-Zr@Cu(100)": ["Cu-1", "Cu-2"],
        "Cu3Zr@Cu0.5Zr0.5(100)": ["CuZr-1", "CuZr-2"],
        "Ru0.9Pt0.1(10-10)": ["PtRu-1", "PtRu-2"],
        "Pt1/Cu3Au(100)": ["Cu", "AuCu"],
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
