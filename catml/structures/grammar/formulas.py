"""Reading the formulas in surface names: which elements, how many, and in which prototypes.

Metals and semimetals make up every prototype. Non-metals stand in compounds only: one with one
metal is B1 (``MgO``, ``TiC``), two with one metal are C4 (``RuO2``). Fractions instead of whole
numbers make a solid solution on the lattice of one metal (`catml.structures.grammar.mixtures`).
"""

import re
from dataclasses import dataclass
from math import gcd

from catml.errors import SurfaceError
from catml.structures.bulk.prototypes import PROTOTYPES, Prototype, metals
from catml.structures.grammar.mixtures import Mixture, fractional_formula, read_mixture
from catml.structures.grammar.symbols import check_elements, pure_metal_refusal

_BULK = re.compile(
    r"(?P<formula>[A-Za-z0-9.]+)(?:\[(?P<label>[^\[\]]*)\])?(?:\{(?P<options>[^{}]*)\})?"
)
_TERM = re.compile(r"([A-Z][a-z]?)([0-9]{0,6})")
_ANIONS = frozenset(("H", "C", "N", "O", "F", "P", "S", "Cl", "Br", "I"))
# Ratios as names may have them, and the prototypes that have them, the usual one first.
_OF_RATIO: dict[tuple[int, ...], tuple[str, ...]] = {
    (1,): ("A1", "A2", "A3"),
    (3, 1): ("L1_2", "D0_19"),
    (1, 1): ("L1_0", "B2", "B1"),
    (1, 2): ("C4",),
}
_COMPOUNDS = ("B1", "C4")


@dataclass(frozen=True)
class Bulk:
    """A bulk as a name writes it.

    Attributes
    ----------
    formula : str
        As written, ``"NiPt3"``; of a solid solution with the shortest decimals.
    species : tuple of str
        Its elements in the order of `catml.structures.bulk.prototypes.Prototype.roles`: the
        majority of X3Y first, the metal of a compound first, else as written. In a solid solution,
        which has the one role 0, the largest share first.
    ratio : tuple of int
        Atoms of each role, ``(3, 1)``; ``(1,)`` for a metal and a solid solution.
    label : str or None
        What stands in square brackets.
    mixture : Mixture or None
        The elements of a solid solution.
    """

    formula: str
    species: tuple[str, ...]
    ratio: tuple[int, ...]
    label: str | None
    mixture: Mixture | None = None

    @property
    def is_one_lattice(self) -> bool:
        """Whether all places are alike: a pure metal or a solid solution."""
        return self.ratio == (1,)

    @property
    def is_compound(self) -> bool:
        """Whether a non-metal is among its elements."""
        return not metals().issuperset(self.species)


def read_bulk(text: str) -> Bulk:
    """Return the bulk that a formula, with or without a prototype in brackets, writes.

    Raises
    ------
    SurfaceError
        If the text is no formula, or no prototype has one like it.

    Examples
    --------
    >>> read_bulk("NiPt3").species
    ('Pt', 'Ni')
    >>> read_bulk("RuO2[C4]").ratio
    (1, 2)
    >>> read_bulk("Pd0.3Cu0.70").species
    ('Cu', 'Pd')
    """
    match = _BULK.fullmatch(text)
    if match is None:
        raise SurfaceError(_unreadable(text))
    formula, label, options = match["formula"], match["label"], match["options"]
    if "." in formula:
        return _solution(read_mixture(formula, options), label)
    terms = _TERM.findall(formula)
    if "".join(symbol + number for symbol, number in terms) != formula:
        raise SurfaceError(_unreadable(text))
    if options is not None:
        raise SurfaceError(
            f"The braces {{{options}}} in {text!r} belong to fractional formulas only, such as "
            f"Cu0.75Pd0.25{{{options}}}. Leave them out."
        )
    elements = tuple(symbol for symbol, _ in terms)
    counts = tuple(int(number) if number else 1 for _, number in terms)
    check_elements(elements)
    _check_simplest(formula, elements, counts, label)
    if not metals().issuperset(elements):
        return _compound(formula, elements, counts, label)
    if len(elements) == 2 and len(set(elements)) == 1:
        raise SurfaceError(pure_metal_refusal(formula, elements[0]))
    order = sorted(range(len(counts)), key=lambda k: -counts[k])
    ratio = tuple(counts[k] for k in order)
    if ratio not in {(1,), (1, 1), (3, 1)} or "1" in formula:
        raise SurfaceError(_no_prototype(formula, elements, counts))
    return Bulk(formula, tuple(elements[k] for k in order), ratio, label)


def _unreadable(text: str) -> str:
    return (
        f"Cannot read the bulk {text!r}. Write a formula of element symbols such as Pt, Pt3Ni, "
        "CuAu or Cu0.75Pd0.25, and a prototype in square brackets where needed, such as Ru[A1]."
    )


def _check_simplest(
    formula: str, elements: tuple[str, ...], counts: tuple[int, ...], label: str | None
) -> None:
    """Refuse a formula that a shorter one says, if that can be read: Pt1Ni3, Ru2O4."""
    if min(counts) == 0 or len(set(elements)) < len(elements):
        return
    reduced = [count // gcd(*counts) for count in counts]
    terms = zip(elements, reduced, strict=True)
    simplest = "".join(f"{symbol}{count if count > 1 else ''}" for symbol, count in terms)
    if simplest == formula:
        return
    try:
        read_bulk(simplest if label is None else f"{simplest}[{label}]")
    except SurfaceError:
        return
    mixed = ""
    if len(elements) > 1 and metals().issuperset(elements):
        shares = fractional_formula(dict(zip(elements, counts, strict=True)))
        mixed = f", or as a solid solution {shares}"
    raise SurfaceError(
        f"The formula {formula!r} is {simplest} in other words. Write {simplest}{mixed}."
    )


def _no_prototype(formula: str, elements: tuple[str, ...], counts: tuple[int, ...]) -> str:
    message = (
        f"No prototype for the formula {formula!r}. Allowed are a metal X (A1, A2, A3), "
        "X3Y (L1_2, with four Miller indices D0_19) and XY (L1_0, B2), such as Pt, Pt3Ni and "
        "CuAu; with a non-metal XY (B1) and MX2 (C4), such as MgO and RuO2"
    )
    if len(set(elements)) < max(len(elements), 2) or min(counts) == 0:
        return f"{message}."
    mixed = fractional_formula(dict(zip(elements, counts, strict=True)))
    return f"{message}. As a solid solution write {mixed}; Surface.from_bulk takes any crystal."


def _solution(mixture: Mixture, label: str | None) -> Bulk:
    species = sorted(mixture.elements, key=lambda element: -mixture.shares[element])
    return Bulk(mixture.formula, tuple(species), (1,), label, mixture)


def _compound(
    formula: str, elements: tuple[str, ...], counts: tuple[int, ...], label: str | None
) -> Bulk:
    """The bulk of one metal with a non-metal."""
    others = [element for element in elements if element not in metals()]
    pairs = sorted(zip(elements, counts, strict=True), key=lambda pair: pair[0] in others)
    ratio = tuple(count for _, count in pairs)
    bulk = Bulk(formula, tuple(element for element, _ in pairs), ratio, label)
    fits = len(pairs) == 2 and len(others) == 1 and others[0] in _ANIONS
    if not fits or "1" in formula or not fitting_prototypes(bulk):
        raise SurfaceError(
            f"{others[0]} cannot make up a surface of {formula}: it is a non-metal or has no known "
            "crystal. Surfaces are of metals and semimetals, and of their compounds XY (B1) and "
            "MX2 (C4), such as MgO, TiC and RuO2; Surface.from_bulk takes any other crystal. Give "
            "adsorbates separately."
        )
    return bulk


def fitting_prototypes(bulk: Bulk) -> list[Prototype]:
    """Return the prototypes a bulk may be written with, the usual one first.

    Examples
    --------
    >>> [prototype.name for prototype in fitting_prototypes(read_bulk("Pt"))]
    ['A1', 'A2', 'A3']
    """
    names = _OF_RATIO.get(bulk.ratio, ())
    if bulk.is_compound:
        names = tuple(name for name in names if name in _COMPOUNDS)
    return [PROTOTYPES[name] for name in names]
