import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.elements.lattice import FUNCTIONALS, functional_order, lattice_constants, parse_formula
from catml.errors import CatmlError, ElementError


def test_tabulated_fcc_metal_in_the_functional_asked_for():
    silver = lattice_constants("Ag", "A1")
    assert silver.a_ang == pytest.approx(4.219, abs=1e-3)  # doi:10.1038/s41597-019-0080-z
    assert (silver.c_ang, silver.functional, silver.source) == (None, "BEEF-vdW", "mamun2019")
    assert not silver.estimated


@pytest.mark.parametrize(
    ("element", "prototype", "a_ang", "c_ang"),
    [("Cu", "A1", 3.61, None), ("Fe", "A2", 2.87, None), ("Ru", "A3", 2.70, 4.28)],
)
def test_measured_constants(element, prototype, a_ang, c_ang):
    found = lattice_constants(element, prototype, functional="experiment")
    assert found.functional == "experiment"
    assert not found.estimated
    assert found.a_ang == pytest.approx(a_ang, abs=0.005)
    assert found.c_ang == (None if c_ang is None else pytest.approx(c_ang, abs=0.01))


def test_missing_functional_falls_back_and_says_so():
    assert lattice_constants("Gd", "A3").functional == "experiment"
    assert lattice_constants("Co", "A3").functional == "PBE"
    assert lattice_constants("Cu", "A1", functional="RPBE").functional == "BEEF-vdW"
    assert lattice_constants("Eu", "A2", functional="PBE").functional == "experiment"


@pytest.mark.parametrize(
    ("element", "prototype", "a_ang", "c_ang"),
    # Constants as commonly published for PBE (doi:10.1103/PhysRevB.79.085104 for cubic metals).
    [
        ("Cu", "A1", 3.63, None),
        ("Pt", "A1", 3.97, None),
        ("Pd", "A1", 3.94, None),
        ("Al", "A1", 4.04, None),
        ("Fe", "A2", 2.83, None),
        ("W", "A2", 3.18, None),
        ("Ru", "A3", 2.72, 4.29),
        ("Ti", "A3", 2.94, 4.65),
    ],
)
def test_constants_of_the_pbe_functional(element, prototype, a_ang, c_ang):
    found = lattice_constants(element, prototype, functional="PBE")
    assert (found.functional, found.estimated) == ("PBE", False)
    assert found.a_ang == pytest.approx(a_ang, abs=0.006)
    assert found.c_ang == (None if c_ang is None else pytest.approx(c_ang, abs=0.01))


@pytest.mark.parametrize(
    ("formula", "prototype", "a_ang", "c_ang"),
    [
        ("MgO", "B1", 4.19, None),
        ("TiC", "B1", 4.32, None),
        ("NiAl", "B2", 2.88, None),
        ("RuO2", "C4", 4.497, 3.105),
        ("TiO2", "C4", 4.594, 2.959),
    ],
)
def test_measured_constants_of_compounds(formula, prototype, a_ang, c_ang):
    found = lattice_constants(formula, prototype)
    assert (found.functional, found.estimated) == ("experiment", False)
    assert found.a_ang == pytest.approx(a_ang, abs=0.006)
    assert found.c_ang == (None if c_ang is None else pytest.approx(c_ang, abs=0.001))


@pytest.mark.parametrize(("formula", "prototype"), [("FeO", "B1"), ("CuZn", "B1"), ("MnO2", "C4")])
def test_compounds_that_are_not_in_the_table_are_not_guessed(formula, prototype):
    with pytest.raises(ElementError, match=f"{formula} in the prototype {prototype}.*explicitly"):
        lattice_constants(formula, prototype)


def test_an_alloy_keeps_its_volume_in_another_prototype():
    tetragonal = lattice_constants("CuZn", "L1_0")
    cubic = lattice_constants("CuZn", "B2")
    assert cubic.estimated
    assert (cubic.c_ang, cubic.functional) == (None, "BEEF-vdW")
    assert cubic.source == "volume per atom of L1_0 (mamun2019)"
    assert cubic.a_ang**3 / 2 == pytest.approx(tetragonal.a_ang**2 * tetragonal.c_ang / 4)
    ordered = lattice_constants("AlTi3", "L1_2")
    hexagonal = lattice_constants("Ti3Al", "D0_19")
    assert hexagonal.estimated
    volume = 3**0.5 / 2 * hexagonal.a_ang**2 * hexagonal.c_ang
    assert volume / 8 == pytest.approx(ordered.a_ang**3 / 4)
    # Measured constants lie near a = 5.77 Å and c = 4.62 Å.
    assert hexagonal.a_ang == pytest.approx(5.77, rel=0.015)
    assert hexagonal.c_ang == pytest.approx(4.62, rel=0.025)


def test_solid_solutions_follow_vegard():
    copper, palladium = (lattice_constants(el, "A1") for el in ("Cu", "Pd"))
    mixed = lattice_constants({"Cu": 0.75, "Pd": 0.25}, "A1")
    assert mixed.a_ang**3 == pytest.approx(0.75 * copper.a_ang**3 + 0.25 * palladium.a_ang**3)
    assert (mixed.functional, mixed.estimated) == ("BEEF-vdW", True)
    assert mixed.source == "Vegard by volume (Cu mamun2019, Pd mamun2019)"
    assert mixed == lattice_constants({"Cu": 0.75, "Pd": 0.25}, "A1")
    assert lattice_constants({"Cu": 1.0}, "A1") == copper
    # Rhenium and ruthenium have c/a 1.615 and 1.577.
    hexagonal = lattice_constants({"Ru": 0.5, "Re": 0.5}, "A3", functional="PBE")
    assert hexagonal.c_ang / hexagonal.a_ang == pytest.approx(1.596, abs=1e-3)


@pytest.mark.parametrize(
    ("fractions", "prototype", "says"),
    [
        ({"Cu": 0.75, "Pd": 0.3}, "A1", "sum to 1"),
        ({"Cu": 1.5, "Pd": -0.5}, "A1", "positive"),
        ({"Cu": float("nan"), "Pd": 0.5}, "A1", "positive"),
        ({}, "A1", "sum to 1"),
        ({"Cu3": 0.5, "Pd": 0.5}, "A1", "'Cu3'"),
        ({"Cu": 0.75, "Pd": 0.25}, "L1_2", "ordered prototype L1_2"),
    ],
)
def test_solid_solutions_that_cannot_be(fractions, prototype, says):
    with pytest.raises(ElementError, match=says):
        lattice_constants(fractions, prototype)


@pytest.mark.parametrize("functional", FUNCTIONALS)
def test_every_order_starts_with_what_was_asked_and_leaves_nothing_out(functional):
    order = functional_order(functional)
    assert order[0] == functional
    assert sorted(order) == sorted(FUNCTIONALS)


def test_hcp_metal_as_fcc_uses_the_calculated_entry():
    ruthenium = lattice_constants("Ru", "A1")
    assert ruthenium.a_ang == pytest.approx(3.835, abs=1e-3)
    assert not ruthenium.estimated


def test_other_prototype_keeps_the_volume_per_atom():
    magnesium = lattice_constants("Mg", "A1")
    assert magnesium.estimated
    volume = 22.9  # Å3 per atom, hexagonal magnesium in PBE
    assert magnesium.a_ang**3 / 4 == pytest.approx(volume, abs=0.1)


def test_estimated_hcp_has_the_ideal_axial_ratio():
    copper = lattice_constants("Cu", "A3")
    assert copper.estimated
    assert copper.c_ang / copper.a_ang == pytest.approx(1.633, abs=1e-3)
    assert copper.a_ang == pytest.approx(3.6662 / 2**0.5, abs=1e-3)


def test_calculated_alloys_come_from_the_table():
    nickel_platinum = lattice_constants("NiPt", "L1_0")
    assert nickel_platinum == lattice_constants("PtNi", "L1_0")
    assert not nickel_platinum.estimated
    assert nickel_platinum.c_ang / nickel_platinum.a_ang == pytest.approx(0.942, abs=1e-3)
    assert lattice_constants("Pt3Ni", "L1_2").a_ang == pytest.approx(3.892, abs=1e-3)


def test_unknown_alloy_is_estimated_by_vegard_and_says_so():
    # 3 Mg (22.9 Å3) + 1 Ca (42.2 Å3): 27.75 Å3 per atom, a = 4.806 Å
    alloy = lattice_constants("Mg3Ca", "L1_2")
    assert alloy.estimated
    assert alloy.source.startswith("Vegard")
    assert alloy.a_ang == pytest.approx(4.806, abs=0.005)
    tetragonal = lattice_constants("MgCa", "L1_0")
    assert tetragonal.c_ang == tetragonal.a_ang


def test_vegard_is_close_to_the_calculated_alloys():
    volumes = {el: lattice_constants(el, "A1").a_ang ** 3 for el in ("Cu", "Au", "Pd", "Ag")}
    for major, minor in (("Pd", "Ag"), ("Ag", "Pd"), ("Pd", "Cu"), ("Cu", "Pd")):
        calculated = lattice_constants(f"{major}3{minor}", "L1_2")
        vegard = ((3 * volumes[major] + volumes[minor]) / 4) ** (1 / 3)
        assert not calculated.estimated
        assert vegard == pytest.approx(calculated.a_ang, rel=0.01)


@pytest.mark.parametrize(
    ("formula", "prototype", "says"),
    [
        ("Pt3Ni", "A15", "A15"),
        ("Pt2Ni", "L1_2", "Pt2Ni"),
        ("Pt3Ni", "A1", "does not fit"),
        ("pt", "A1", "pt"),
        ("", "A1", "formula"),
        ("Pt0", "A1", "Pt0"),
        ("Xx", "A1", "Xx"),
    ],
)
def test_bad_input_names_the_value(formula, prototype, says):
    with pytest.raises(ElementError, match=says):
        lattice_constants(formula, prototype)


def test_unknown_functional_lists_what_is_allowed():
    with pytest.raises(ElementError, match=r"SCAN.*BEEF-vdW"):
        lattice_constants("Cu", "A1", functional="SCAN")


def test_formula_is_reduced_in_the_order_written():
    assert list(parse_formula("Pt6Ni2").items()) == [("Pt", 3), ("Ni", 1)]
    assert parse_formula("Cu2Au2") == {"Cu": 1, "Au": 1}


@given(st.text(max_size=12))
def test_any_text_is_a_formula_or_a_clear_error(text):
    try:
        counts = parse_formula(text)
    except CatmlError:
        return
    assert counts
    assert all(n >= 1 for n in counts.values())


def test_an_element_of_another_structure_counts_with_its_metallic_radius_in_alloys():
    germanium = lattice_constants("Ge", "A1")
    assert germanium.estimated
    assert germanium.a_ang == pytest.approx(2 * 2**0.5 * 1.44)
    alloy = lattice_constants("Cu3Ge", "L1_2")
    copper = lattice_constants("Cu", "A1")
    volumes = [3 * copper.a_ang**3, germanium.a_ang**3]
    assert alloy.a_ang**3 == pytest.approx(sum(volumes) / 4)
    assert "metallic radius" in alloy.source
