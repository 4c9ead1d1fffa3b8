import contextlib
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.errors import ReactionError
from catml.screening.species import check_overall, parse_gases, parse_species, parse_step


@pytest.mark.parametrize(
    ("text", "atoms", "charge", "sites", "phase"),
    [
        ("CO2(g)", {"C": 1, "O": 2}, 0, 0, "g"),
        ("H2O(l)", {"H": 2, "O": 1}, 0, 0, "l"),
        ("H+", {"H": 1}, 1, 0, ""),
        ("OH-", {"H": 1, "O": 1}, -1, 0, ""),
        ("SO4^2-(aq)", {"O": 4, "S": 1}, -2, 0, "aq"),
        ("e-", {}, -1, 0, ""),
        ("*", {}, 0, 1, ""),
        ("COOH*", {"C": 1, "H": 1, "O": 2}, 0, 1, ""),
        ("*CO", {"C": 1, "O": 1}, 0, 1, ""),
        ("O2**", {"O": 2}, 0, 2, ""),
        ("CH2(OH)2*", {"C": 1, "H": 4, "O": 2}, 0, 1, ""),
    ],
)
def test_species_are_read(text, atoms, charge, sites, phase):
    species = parse_species(text)
    assert dict(species.atoms) == atoms
    assert (species.charge, species.sites, species.phase) == (charge, sites, phase)


def test_a_star_in_front_names_the_same_species():
    assert parse_species("*CO") == parse_species("CO*")


@pytest.mark.parametrize("text", ["", "co", "CO(x)", "+", "-", "C O", "Xx*", "CO*(g)", "*+", "2CO"])
def test_what_is_no_species_is_refused(text):
    with pytest.raises(ReactionError):
        parse_species(text)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text):
    for read in (parse_species, parse_gases, parse_step):
        with contextlib.suppress(ReactionError):
            read(text)


formulas = st.lists(
    st.tuples(st.sampled_from(["C", "H", "O", "N", "Cl"]), st.integers(1, 9)), min_size=1
)


@settings(deadline=None)
@given(formulas, st.sampled_from(["*", "(g)", ""]))
def test_atoms_are_counted(formula, ending):
    text = "".join(f"{symbol}{count}" for symbol, count in formula) + ending
    counted = dict(parse_species(text).atoms)
    for symbol in counted:
        assert counted[symbol] == sum(count for other, count in formula if other == symbol)


def test_a_step_holds_its_coefficients():
    step = parse_step("N* + 3/2 H2(g) <-> NH3(g) + *")
    assert step.coefficients() == {"N*": -1, "H2(g)": Fraction(-3, 2), "NH3(g)": 1, "*": 1}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("N2(g) + * -> 2N*", "surface sites 1 on the left, 2 on the right"),
        ("CO* + H+ -> CHO*", "charge 1 on the left, 0 on the right"),
        ("CO2(g) + * -> CO*", "O 2 on the left, 1 on the right"),
        ("CO* + H+ + e- CHO*", "0 arrows"),
        ("CO* -> CO* -> CO*", "2 arrows"),
        ("CO* + -> CO*", "not a coefficient and a species"),
        ("CO* + Qq* -> CO*", "no element"),
    ],
)
def test_a_wrong_step_is_named(text, problem):
    with pytest.raises(ReactionError, match="step") as caught:
        parse_step(text)
    assert problem in str(caught.value)
    assert text in str(caught.value)


def test_steps_must_add_up_to_the_overall_reaction():
    overall = parse_step("N2(g) + 3 H2(g) -> 2 NH3(g)")
    split = parse_step("N2(g) + 2* -> 2N*")
    hydrogenate = parse_step("N* + 3/2 H2(g) -> NH3(g) + *", times=2)
    check_overall((split, hydrogenate), overall)
    with pytest.raises(ReactionError, match=r"left over.*add a missing step"):
        check_overall((split, parse_step("N* + 3/2 H2(g) -> NH3(g) + *")), overall)


def test_references_are_sums_of_gases():
    assert parse_gases("1/2 N2(g)") == {"N2": Fraction(1, 2)}
    assert parse_gases("H2O(g) - H2(g)") == {"H2O": 1, "H2": -1}
    with pytest.raises(ReactionError, match="not a sum of gases"):
        parse_gases("N*")
