"""Chemical species and elementary steps written as text, checked for balance.

A species is a formula with its charge, its phase in brackets or its surface sites as stars:
``CO2(g)``, ``H2O(l)``, ``H+``, ``SO4^2-``, ``e-``, ``CO*``, ``*``. A step is two sums of species
around an arrow: ``N2(g) + 2* -> 2N*``. Atoms, charge and surface sites must balance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from catml.elements.properties import element_symbols
from catml.errors import ReactionError

_SPECIES = re.compile(
    r"(?P<before>\**)(?P<formula>(?:[A-Z][a-z]?\d*|\((?:[A-Z][a-z]?\d*)+\)\d*)*)"
    r"(?:\^(?P<size>\d+)(?P<sign>[+-])|(?P<unit>[+-]))?"
    r"(?P<phase>\((?:g|l|aq|s)\))?(?P<after>\**)"
)
_TERM = re.compile(r"(?P<number>\d+(?:\.\d+|/[1-9]\d*)?)?\s*(?P<species>\S+)")
_ARROW = re.compile(r"<?[-=]+>|[→⇌]")
_GROUP = re.compile(r"\(((?:[A-Z][a-z]?\d*)+)\)(\d*)")
_ATOM = re.compile(r"([A-Z][a-z]?)(\d*)")


@dataclass(frozen=True)
class Species:
    """One chemical species.

    Attributes
    ----------
    name
        The species in one spelling; sites stand behind: ``CO*``.
    atoms
        Pairs of element symbol and count, by symbol.
    charge
        In elementary charges.
    sites
        Surface sites it occupies; the free site ``*`` occupies one.
    phase
        "g", "l", "aq", "s", or "" for adsorbed species, ions and electrons.
    """

    name: str
    atoms: tuple[tuple[str, int], ...]
    charge: int
    sites: int
    phase: str


@dataclass(frozen=True)
class Step:
    """A balanced reaction step.

    Attributes
    ----------
    text
        As written.
    terms
        Pairs of species and coefficient; reactants count negative.
    times
        How often the step runs per turn of the overall reaction.
    """

    text: str
    terms: tuple[tuple[Species, Fraction], ...]
    times: Fraction = Fraction(1)

    def coefficients(self) -> dict[str, Fraction]:
        """Return the coefficient of every species by name; products positive, zeros left out."""
        totals: dict[str, Fraction] = {}
        for species, number in self.terms:
            totals[species.name] = totals.get(species.name, Fraction(0)) + number
        return {name: number for name, number in totals.items() if number}


def parse_species(text: str) -> Species:
    """Read one species.

    Raises
    ------
    ReactionError
        When the text is no species, or names an unknown element.

    Examples
    --------
    >>> parse_species("COOH*").atoms
    (('C', 1), ('H', 1), ('O', 2))
    >>> parse_species("e-").charge, parse_species("*").sites
    (-1, 1)
    """
    if text == "e-":
        return Species("e-", (), -1, 0, "")
    match = _SPECIES.fullmatch(text)
    if match is None or not text:
        raise ReactionError(
            f"{text!r} is not a species; write a formula with phase, charge or sites, like "
            "CO2(g), H2O(l), H+, SO4^2-, e-, CO* or *"
        )
    sites = len(match["before"]) + len(match["after"])
    phase = (match["phase"] or "").strip("()")
    if sites and phase:
        raise ReactionError(
            f"species {text!r} is both adsorbed (*) and in phase ({phase}); keep one of the two"
        )
    atoms = _count_atoms(match["formula"], text)
    if not atoms and (not sites or match["unit"] or match["size"]):
        raise ReactionError(f"species {text!r} has no formula; write for example H+ or CO*")
    charge = int(match["size"] or bool(match["unit"]))
    negative = "-" in (match["sign"] or match["unit"] or "")
    name = text.strip("*") + "*" * sites
    return Species(name, atoms, -charge if negative else charge, sites, phase)


def _count_atoms(formula: str, text: str) -> tuple[tuple[str, int], ...]:
    """Count the atoms of a formula with at most one level of brackets."""
    counts: dict[str, int] = {}
    groups = [(inner, int(number or 1)) for inner, number in _GROUP.findall(formula)]
    for part, factor in [*groups, (_GROUP.sub("", formula), 1)]:
        for symbol, number in _ATOM.findall(part):
            counts[symbol] = counts.get(symbol, 0) + factor * int(number or 1)
    unknown = sorted(set(counts) - set(element_symbols()))
    if unknown:
        raise ReactionError(
            f"species {text!r} holds {unknown[0]!r}, which is no element catml knows; "
            "check the spelling and the case of the letters"
        )
    return tuple(sorted(counts.items()))


def parse_step(text: str, *, times: Fraction | int = 1) -> Step:
    """Read one step and check that atoms, charge and sites balance.

    Parameters
    ----------
    text
        Two sums of species around an arrow (``->``, ``<->``, ``=>``, ``→``, ``⇌``); plus signs
        between species stand free, so that ``H+ + e-`` can be told apart.
    times
        How often the step runs per turn of the overall reaction.

    Raises
    ------
    ReactionError
        Naming the step and what is wrong with it.

    Examples
    --------
    >>> step = parse_step("N* + 3/2 H2(g) -> NH3(g) + *")
    >>> {name: str(number) for name, number in step.coefficients().items()}
    {'N*': '-1', 'H2(g)': '-3/2', 'NH3(g)': '1', '*': '1'}
    """
    sides = _ARROW.split(text)
    if len(sides) != 2:
        raise ReactionError(
            f"step {text!r} has {len(sides) - 1} arrows; write reactants -> products"
        )
    terms: list[tuple[Species, Fraction]] = []
    for side, sign in zip(sides, (-1, 1), strict=True):
        for part in re.split(r"\s\+\s", f" {side.strip()} "):
            match = _TERM.fullmatch(part.strip())
            if match is None:
                raise ReactionError(
                    f"step {text!r}: {part.strip()!r} is not a coefficient and a species; write "
                    "for example 'N2(g) + 2* -> 2N*', with spaces around each plus"
                )
            try:
                species = parse_species(match["species"])
            except ReactionError as problem:
                raise ReactionError(f"step {text!r}: {problem}") from None
            terms.append((species, sign * Fraction(match["number"] or 1)))
    step = Step(text, tuple(terms), Fraction(times))
    _check_balance(step)
    return step


def parse_gases(text: str) -> dict[str, Fraction]:
    """Read a sum of gases, as an adsorption energy states its reference.

    Raises
    ------
    ReactionError
        When the text is no sum of gases.

    Examples
    --------
    >>> {gas: str(number) for gas, number in parse_gases("CH4(g) - 2 H2(g)").items()}
    {'CH4': '1', 'H2': '-2'}
    """
    gases: dict[str, Fraction] = {}
    sign = 1
    for part in re.split(r"\s([+-])\s", f" {text.strip()} "):
        if part in {"+", "-"}:
            sign = 1 if part == "+" else -1
            continue
        match = _TERM.fullmatch(part.strip())
        species = parse_species(match["species"]) if match else None
        if match is None or species is None or species.phase != "g":
            raise ReactionError(
                f"reference {text!r} is not a sum of gases; write for example CO(g), 1/2 N2(g) or "
                "CH4(g) - 2 H2(g)"
            )
        formula = species.name.removesuffix("(g)")
        gases[formula] = gases.get(formula, Fraction(0)) + sign * Fraction(match["number"] or 1)
    return gases


def _contents(step: Step) -> dict[str, tuple[Fraction, Fraction]]:
    """Return what the step holds of everything conserved: (left, right) totals."""
    totals: dict[str, tuple[Fraction, Fraction]] = {}
    for species, number in step.terms:
        held = {**dict(species.atoms), "charge": species.charge, "surface sites": species.sites}
        for kind, count in held.items():
            left, right = totals.get(kind, (Fraction(0), Fraction(0)))
            if number < 0:
                totals[kind] = (left - number * count, right)
            else:
                totals[kind] = (left, right + number * count)
    return totals


def _check_balance(step: Step) -> None:
    wrong = [
        f"{kind} {left} on the left, {right} on the right"
        for kind, (left, right) in _contents(step).items()
        if left != right
    ]
    if wrong:
        raise ReactionError(
            f"step {step.text!r} does not balance: {'; '.join(wrong)}. Add the missing species "
            "(free sites are written *, electrons e-) or correct a coefficient"
        )


def check_overall(steps: tuple[Step, ...], overall: Step) -> None:
    """Check that the steps, each run as often as it says, add up to the overall reaction.

    Raises
    ------
    ReactionError
        Naming the species left over.
    """
    left_over: dict[str, Fraction] = {}
    for step in steps:
        _add(left_over, step.coefficients(), step.times)
    _add(left_over, overall.coefficients(), Fraction(-1))
    wrong = {name: number for name, number in left_over.items() if number}
    if wrong:
        found = ", ".join(f"{number} {name}" for name, number in wrong.items())
        raise ReactionError(
            f"the steps do not add up to the overall reaction {overall.text!r}: {found} left over; "
            "add a missing step or correct how many times a step runs"
        )


def _add(totals: dict[str, Fraction], terms: Mapping[str, Fraction], factor: Fraction) -> None:
    for name, number in terms.items():
        totals[name] = totals.get(name, Fraction(0)) + factor * number
