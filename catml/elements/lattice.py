"""Lattice constants of metals and ordered alloys, and the best estimate where none is tabulated.

The search runs in this order and the result says where it ended:

1. the table entry for the composition and prototype, in the functional asked for;
2. the same entry in another functional, in the order of `functional_order`;
3. an estimate from volumes per atom: of the element's other prototypes, or for an alloy the
   average over its elements (Vegard's rule by volume), ``estimated=True``.

Cells are conventional: four atoms in A1, L1_2 and L1_0 (so that a cubic L1_0 has c = a), two in
A2 and A3.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import gcd, sqrt

from catml.elements.properties import element_value, property_source
from catml.errors import ElementError

FUNCTIONALS = ("BEEF-vdW", "RPBE", "PBE", "experiment")

# RPBE and BEEF-vdW both give lattices a good per cent wider than experiment, so each stands in
# for the other before PBE or the measured value does.
_NEXT_BEST = {
    "BEEF-vdW": ("BEEF-vdW", "RPBE", "PBE", "experiment"),
    "RPBE": ("RPBE", "BEEF-vdW", "PBE", "experiment"),
    "PBE": ("PBE", "experiment", "BEEF-vdW", "RPBE"),
    "experiment": ("experiment", "PBE", "BEEF-vdW", "RPBE"),
}
_ATOMS_PER_CELL = {"A1": 4, "A2": 2, "A3": 2, "L1_2": 4, "L1_0": 4}
_IDEAL_HCP_RATIO = sqrt(8 / 3)
_TERM = re.compile(r"([A-Z][a-z]?)(\d*)")


@dataclass(frozen=True)
class LatticeConstants:
    """Lattice constants of one bulk and where they come from.

    Attributes
    ----------
    a_ang : float
        Lattice constant a of the conventional cell, in Å.
    c_ang : float or None
        Lattice constant c in Å for A3 and L1_0; None for cubic prototypes.
    functional : str
        Functional (or ``"experiment"``) the number belongs to; joined by ``+`` where an estimate
        mixes several.
    source : str
        Key of `sources.csv`, or how the estimate was made from which keys.
    estimated : bool
        True when the composition has no entry in this prototype.
    """

    a_ang: float
    c_ang: float | None
    functional: str
    source: str
    estimated: bool


def functional_order(functional: str) -> tuple[str, ...]:
    """Return the order in which functionals are tried when `functional` is asked for.

    Raises
    ------
    ElementError
        If `functional` is not one of `FUNCTIONALS`.

    Examples
    --------
    >>> functional_order("RPBE")
    ('RPBE', 'BEEF-vdW', 'PBE', 'experiment')
    """
    if functional not in _NEXT_BEST:
        raise ElementError(
            f"No lattice constants for the functional {functional!r}: "
            f"choose one of {', '.join(FUNCTIONALS)}."
        )
    return _NEXT_BEST[functional]


@cache
def lattice_constants(
    formula: str, prototype: str, *, functional: str = "BEEF-vdW"
) -> LatticeConstants:
    """Return the lattice constants of an element or ordered alloy in a prototype.

    Parameters
    ----------
    formula : str
        Element symbol or formula, ``"Ru"``, ``"Pt3Ni"``, ``"CuAu"``.
    prototype : str
        Strukturbericht name: A1, A2, A3 for elements, L1_2 and L1_0 for alloys.
    functional : str
        The functional wanted, one of `FUNCTIONALS`; the result says which one it got.

    Raises
    ------
    ElementError
        If the prototype, functional or formula is unknown, the formula does not fit the
        prototype, or an element has no lattice constants in any prototype.

    Notes
    -----
    Estimates keep the volume per atom, take the ideal c/a = 1.633 in A3 and c/a = 1 in L1_0.
    Tabulated L1_0 alloys have c/a between 0.58 and 1.29 (doi:10.1038/s41597-019-0080-z), so an
    estimated tetragonal cell is a rough one.

    Examples
    --------
    >>> lattice_constants("Cu", "A1").a_ang
    3.6662
    >>> lattice_constants("Ru", "A3").functional
    'experiment'
    """
    order = functional_order(functional)
    counts = parse_formula(formula)
    _check_prototype(formula, counts, prototype)
    entry = _tabulated(_key(counts), prototype, order)
    if entry is not None:
        return entry
    volumes = {element: _atomic_volume(element, order) for element in counts}
    total = sum(counts.values())
    volume = sum(volumes[element].volume * n for element, n in counts.items()) / total
    a_ang, c_ang = _cell_of_volume(volume, prototype)
    used = tuple(dict.fromkeys(volumes[element].functional for element in counts))
    from_what = ", ".join(f"{el} {v.prototype} {v.source}" for el, v in volumes.items())
    rule = "Vegard by volume per atom" if len(counts) > 1 else "volume per atom"
    return LatticeConstants(a_ang, c_ang, "+".join(used), f"{rule} ({from_what})", True)


def parse_formula(formula: str) -> dict[str, int]:
    """Return the atom counts of a formula in the order written, reduced to smallest integers.

    Raises
    ------
    ElementError
        If the text is not a plain formula of element symbols and integers.

    Examples
    --------
    >>> parse_formula("Pt3Ni")
    {'Pt': 3, 'Ni': 1}
    """
    terms = _TERM.findall(formula)
    written = "".join(symbol + number for symbol, number in terms)
    counts: dict[str, int] = {}
    for symbol, number in terms:
        counts[symbol] = counts.get(symbol, 0) + (int(number) if number else 1)
    if not counts or written != formula or min(counts.values()) < 1:
        raise ElementError(
            f"Cannot read the formula {formula!r}: write element symbols with whole numbers, "
            'such as "Pt", "Pt3Ni" or "CuAu".'
        )
    divisor = gcd(*counts.values())
    return {symbol: n // divisor for symbol, n in counts.items()}


def _check_prototype(formula: str, counts: Mapping[str, int], prototype: str) -> None:
    if prototype not in _ATOMS_PER_CELL:
        raise ElementError(
            f"Unknown prototype {prototype!r}: choose one of {', '.join(_ATOMS_PER_CELL)}."
        )
    wanted = {"L1_2": [1, 3], "L1_0": [1, 1]}.get(prototype, [1])
    if sorted(counts.values()) != wanted:
        example = {"L1_2": "Pt3Ni", "L1_0": "CuAu"}.get(prototype, "Pt")
        raise ElementError(
            f"The formula {formula!r} does not fit the prototype {prototype}, "
            f"which needs one like {example!r}."
        )


def _key(counts: Mapping[str, int]) -> str:
    return "".join(f"{symbol}{counts[symbol]}" for symbol in sorted(counts))


@cache
def _entries() -> dict[tuple[str, str, str], LatticeConstants]:
    """Read both tables: (normalized formula, prototype, functional) → constants."""
    entries = {}
    for table, composition in (("lattice.csv", "element"), ("alloys.csv", "formula")):
        text = files("catml.elements").joinpath(table).read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            key = _key(parse_formula(row[composition]))
            entries[key, row["prototype"], row["functional"]] = LatticeConstants(
                a_ang=float(row["a_ang"]),
                c_ang=float(row["c_ang"]) if row["c_ang"] else None,
                functional=row["functional"],
                source=row["source"],
                estimated=False,
            )
    return entries


def _tabulated(key: str, prototype: str, order: tuple[str, ...]) -> LatticeConstants | None:
    entries = _entries()
    found = (entries.get((key, prototype, functional)) for functional in order)
    return next((entry for entry in found if entry is not None), None)


@dataclass(frozen=True)
class _AtomicVolume:
    volume: float
    prototype: str
    functional: str
    source: str


@cache
def _atomic_volume(element: str, order: tuple[str, ...]) -> _AtomicVolume:
    """Volume per atom in Å3; close-packed entries first, as alloys and estimates are mostly so.

    Elements that crystallize in none of the prototypes (Ge, Si, Sb …) occur in alloys all the
    same: theirs is that of a close packing of spheres of the metallic radius.
    """
    entries = _entries()
    for functional in order:
        for prototype in ("A1", "A3", "A2"):
            entry = entries.get((f"{element}1", prototype, functional))
            if entry is not None:
                volume = _cell_volume(entry, prototype) / _ATOMS_PER_CELL[prototype]
                return _AtomicVolume(volume, prototype, functional, entry.source)
    try:
        radius = element_value(element, "metallic_radius_ang")
    except ElementError:
        known = sorted({key[:-1] for key, kind, _ in entries if not kind.startswith("L")})
        raise ElementError(
            f"No lattice constants for {element!r}: the table holds {', '.join(known)}. "
            "Give the slab its lattice constants explicitly."
        ) from None
    source = "metallic radius, " + property_source("metallic_radius_ang", element)
    return _AtomicVolume(4 * sqrt(2) * radius**3, "A1", "experiment", source)


def _cell_volume(entry: LatticeConstants, prototype: str) -> float:
    if prototype == "A3":
        assert entry.c_ang is not None
        return sqrt(3) / 2 * entry.a_ang**2 * entry.c_ang
    return entry.a_ang**3


def _cell_of_volume(volume: float, prototype: str) -> tuple[float, float | None]:
    cell = volume * _ATOMS_PER_CELL[prototype]
    if prototype == "A3":
        a_ang = (cell / (sqrt(3) / 2 * _IDEAL_HCP_RATIO)) ** (1 / 3)
        return a_ang, a_ang * _IDEAL_HCP_RATIO
    a_ang = cell ** (1 / 3)
    return a_ang, a_ang if prototype == "L1_0" else None
