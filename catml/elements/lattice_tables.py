"""The tables of lattice constants, and the order in which functionals stand in for each other.

Cells are conventional: four atoms in A1, L1_2 and L1_0 (so that a cubic L1_0 has c = a), two in
A2, A3 and B2, eight in D0_19 and B1, six in C4.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import gcd, sqrt

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
ATOMS_PER_CELL = {
    "A1": 4,
    "A2": 2,
    "A3": 2,
    "L1_2": 4,
    "L1_0": 4,
    "B2": 2,
    "D0_19": 8,
    "B1": 8,
    "C4": 6,
}
IDEAL_RATIOS = {"A3": sqrt(8 / 3), "D0_19": sqrt(2 / 3), "L1_0": 1.0}
"""c/a of touching spheres in the prototypes of metals that have a free c."""

_TABLES = (("lattice.csv", "element"), ("alloys.csv", "formula"), ("compounds.csv", "formula"))
_TERM = re.compile(r"([A-Z][a-z]?)(\d*)")


@dataclass(frozen=True)
class LatticeConstants:
    """Lattice constants of one bulk and where they come from.

    Attributes
    ----------
    a_ang : float
        Lattice constant a of the conventional cell, in Å.
    c_ang : float or None
        Lattice constant c in Å where it is free (A3, L1_0, D0_19, C4); None for cubic prototypes.
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


def tabulated(
    counts: Mapping[str, int], prototype: str, order: tuple[str, ...]
) -> LatticeConstants | None:
    """Return the entry of a composition in the first functional that has one, None if none has."""
    entries = _entries()
    found = (entries.get((_key(counts), prototype, functional)) for functional in order)
    return next((entry for entry in found if entry is not None), None)


def tabulated_formulas(prototype: str) -> list[str]:
    """Return the elements or formulas that have an entry in a prototype, sorted.

    Examples
    --------
    >>> tabulated_formulas("C4")
    ['GeO2', 'IrO2', 'RuO2', 'SnO2', 'TiO2']
    """
    return sorted({written for written, kind in _written() if kind == prototype})


def cell_volume(constants: LatticeConstants, prototype: str) -> float:
    """Return the volume of the conventional cell in Å3."""
    c_ang = constants.a_ang if constants.c_ang is None else constants.c_ang
    return _area_factor(prototype) * constants.a_ang**2 * c_ang


def cell_of_volume(
    volume: float, prototype: str, ratio: float | None = None
) -> tuple[float, float | None]:
    """Return a and c in Å of the prototype with this volume per atom in Å3.

    `ratio` is c/a, by default the ideal one; c is None where the prototype is cubic.
    """
    ratio = IDEAL_RATIOS.get(prototype) if ratio is None else ratio
    cell = volume * ATOMS_PER_CELL[prototype]
    a_ang = (cell / (_area_factor(prototype) * (ratio or 1.0))) ** (1 / 3)
    return a_ang, None if ratio is None else a_ang * ratio


def _area_factor(prototype: str) -> float:
    """Area of the cell's base in units of a²."""
    return sqrt(3) / 2 if prototype in ("A3", "D0_19") else 1.0


def _key(counts: Mapping[str, int]) -> str:
    return "".join(f"{symbol}{counts[symbol]}" for symbol in sorted(counts))


@cache
def _rows() -> list[tuple[str, dict[str, str]]]:
    """All rows of the tables with the composition as written there."""
    rows = []
    for table, composition in _TABLES:
        text = files("catml.elements").joinpath(table).read_text(encoding="utf-8")
        rows += [(row[composition], row) for row in csv.DictReader(text.splitlines())]
    return rows


@cache
def _written() -> set[tuple[str, str]]:
    return {(written, row["prototype"]) for written, row in _rows()}


@cache
def _entries() -> dict[tuple[str, str, str], LatticeConstants]:
    """(normalized formula, prototype, functional) → constants."""
    return {
        (_key(parse_formula(written)), row["prototype"], row["functional"]): LatticeConstants(
            a_ang=float(row["a_ang"]),
            c_ang=float(row["c_ang"]) if row["c_ang"] else None,
            functional=row["functional"],
            source=row["source"],
            estimated=False,
        )
        for written, row in _rows()
    }
