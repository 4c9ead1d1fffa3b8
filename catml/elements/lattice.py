"""Lattice constants of metals, alloys and compounds, and the best estimate where none is known.

The search runs in this order and the result says where it ended:

1. the table entry for the composition and prototype, in the functional asked for;
2. the same entry in another functional, in the order of `functional_order`;
3. for metals and alloys an estimate from volumes per atom, ``estimated=True``: of the same
   composition in another prototype, else for an alloy the average over its elements (Vegard's
   rule by volume). Compounds with a non-metal are not estimated: their volume is not that of
   their elements.

The tables and the cells they refer to are described in `catml.elements.lattice_tables`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import isclose, isfinite, sqrt

from catml.elements.lattice_tables import (
    ATOMS_PER_CELL,
    FUNCTIONALS,
    LatticeConstants,
    cell_of_volume,
    cell_volume,
    functional_order,
    parse_formula,
    tabulated,
    tabulated_formulas,
)
from catml.elements.properties import element_value, property_source
from catml.errors import ElementError

__all__ = [
    "FUNCTIONALS",
    "LatticeConstants",
    "functional_order",
    "lattice_constants",
    "parse_formula",
]

# Atom counts in the formula, sorted, and an example.
_FORMULAS = {
    "L1_2": ([1, 3], "Pt3Ni"),
    "D0_19": ([1, 3], "Ti3Al"),
    "L1_0": ([1, 1], "CuAu"),
    "B2": ([1, 1], "NiAl"),
    "B1": ([1, 1], "MgO"),
    "C4": ([1, 2], "RuO2"),
}
_NOT_ESTIMATED = ("B1", "C4")
_SOLUTIONS = ("A1", "A2", "A3")


def lattice_constants(
    composition: str | Mapping[str, float], prototype: str, *, functional: str = "BEEF-vdW"
) -> LatticeConstants:
    """Return the lattice constants of an element, alloy or compound in a prototype.

    Parameters
    ----------
    composition : str or mapping of str to float
        Element symbol or formula, ``"Ru"``, ``"Pt3Ni"``, ``"RuO2"``; or the fractions of the
        elements in a solid solution, ``{"Cu": 0.75, "Pd": 0.25}``.
    prototype : str
        Strukturbericht name: A1, A2, A3 for elements and solid solutions; L1_2, D0_19, L1_0, B2,
        B1 and C4 for ordered alloys and compounds.
    functional : str
        The functional wanted, one of `FUNCTIONALS`; the result says which one it got.

    Raises
    ------
    ElementError
        If the prototype, functional or composition is unknown, the composition does not fit the
        prototype, an element has no lattice constants in any prototype, or a compound of a
        non-metal is not in the table.

    Notes
    -----
    Estimates keep the volume per atom and take the ideal c/a (1.633 in A3, 0.816 in D0_19, 1 in
    L1_0). Solid solutions take the mean volume and c/a of their elements. Tabulated L1_0
    alloys have c/a between 0.58 and 1.29 (doi:10.1038/s41597-019-0080-z), so an estimated
    tetragonal cell is a rough one.

    Examples
    --------
    >>> lattice_constants("Cu", "A1").a_ang
    3.6662
    >>> lattice_constants("Ru", "A3").functional
    'PBE'
    >>> round(lattice_constants({"Cu": 0.75, "Pd": 0.25}, "A1").a_ang, 3)
    3.751
    """
    order = functional_order(functional)
    if prototype not in ATOMS_PER_CELL:
        raise ElementError(
            f"Unknown prototype {prototype!r}: choose one of {', '.join(ATOMS_PER_CELL)}."
        )
    if not isinstance(composition, str):
        return _of_solution(_checked_fractions(composition, prototype), prototype, order)
    return _of_formula(composition, prototype, order)


@cache
def _of_formula(formula: str, prototype: str, order: tuple[str, ...]) -> LatticeConstants:
    counts = parse_formula(formula)
    _check_formula(formula, counts, prototype)
    entry = tabulated(counts, prototype, order)
    if entry is not None:
        return entry
    if prototype in _NOT_ESTIMATED:
        raise ElementError(
            f"No lattice constants for {formula} in the prototype {prototype}, and none can be "
            f"estimated for a compound of a non-metal: the table holds "
            f"{', '.join(tabulated_formulas(prototype))}. Give the slab its lattice constants "
            "explicitly, lattice=(a, c) in Å with c None where the bulk is cubic; a bulk "
            "of another structure is given to Surface.from_bulk."
        )
    other = _in_another_prototype(counts, order) if len(counts) > 1 else None
    if other is not None:
        a_ang, c_ang = cell_of_volume(other.volume, prototype)
        source = f"volume per atom of {other.prototype} ({other.source})"
        return LatticeConstants(a_ang, c_ang, other.functional, source, True)
    total = sum(counts.values())
    return _by_volume({el: n / total for el, n in counts.items()}, prototype, order)


def _of_solution(
    fractions: dict[str, float], prototype: str, order: tuple[str, ...]
) -> LatticeConstants:
    """The mean volume and c/a of the elements, each in the prototype of the solution."""
    cells = {element: _of_formula(element, prototype, order) for element in fractions}
    if len(cells) == 1:
        return next(iter(cells.values()))
    volume = sum(x * cell_volume(cells[el], prototype) for el, x in fractions.items())
    ratio = sum(
        x * (c.c_ang or 0.0) / c.a_ang
        for c, x in zip(cells.values(), fractions.values(), strict=True)
    )
    a_ang, c_ang = cell_of_volume(volume / ATOMS_PER_CELL[prototype], prototype, ratio or None)
    used = "+".join(dict.fromkeys(cell.functional for cell in cells.values()))
    sources = ", ".join(f"{element} {cell.source}" for element, cell in cells.items())
    return LatticeConstants(a_ang, c_ang, used, f"Vegard by volume ({sources})", True)


def _by_volume(
    fractions: Mapping[str, float], prototype: str, order: tuple[str, ...]
) -> LatticeConstants:
    """The estimate from the volumes per atom of the elements."""
    volumes = {element: _atomic_volume(element, order) for element in fractions}
    volume = sum(volumes[element].volume * share for element, share in fractions.items())
    a_ang, c_ang = cell_of_volume(volume, prototype)
    used = tuple(dict.fromkeys(v.functional for v in volumes.values()))
    from_what = ", ".join(f"{el} {v.prototype} {v.source}" for el, v in volumes.items())
    rule = "Vegard by volume per atom" if len(fractions) > 1 else "volume per atom"
    return LatticeConstants(a_ang, c_ang, "+".join(used), f"{rule} ({from_what})", True)


def _check_formula(formula: str, counts: Mapping[str, int], prototype: str) -> None:
    wanted, example = _FORMULAS.get(prototype, ([1], "Pt"))
    if sorted(counts.values()) != wanted:
        raise ElementError(
            f"The formula {formula!r} does not fit the prototype {prototype}, "
            f"which needs one like {example!r}."
        )


def _checked_fractions(fractions: Mapping[str, float], prototype: str) -> dict[str, float]:
    if prototype not in _SOLUTIONS:
        raise ElementError(
            f"A solid solution {dict(fractions)!r} cannot have the ordered prototype {prototype}: "
            f"choose one of {', '.join(_SOLUTIONS)}, or give a formula such as 'Pt3Ni'."
        )
    shares = dict(fractions)
    for element in shares:
        if list(parse_formula(element)) != [element]:
            raise ElementError(
                f"{element!r} in the composition {shares!r} is no element symbol, such as Cu."
            )
    proper = all(isfinite(share) and share > 0 for share in shares.values())
    if not proper or not isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise ElementError(
            f"The fractions {shares!r} of a solid solution must be positive and sum to 1, "
            "as in {'Cu': 0.75, 'Pd': 0.25}."
        )
    return shares


@dataclass(frozen=True)
class _AtomicVolume:
    volume: float
    prototype: str
    functional: str
    source: str


def _first_volume(
    counts: Mapping[str, int], prototypes: tuple[str, ...], order: tuple[str, ...]
) -> _AtomicVolume | None:
    """Volume per atom in Å3 of the first entry, better functionals before better prototypes."""
    for functional in order:
        for prototype in prototypes:
            entry = tabulated(counts, prototype, (functional,))
            if entry is not None:
                volume = cell_volume(entry, prototype) / ATOMS_PER_CELL[prototype]
                return _AtomicVolume(volume, prototype, functional, entry.source)
    return None


def _in_another_prototype(
    counts: Mapping[str, int], order: tuple[str, ...]
) -> _AtomicVolume | None:
    """The volume of the same alloy in another ordered prototype."""
    wanted = sorted(counts.values())
    alike = (name for name, (ratio, _) in _FORMULAS.items() if ratio == wanted)
    return _first_volume(counts, tuple(name for name in alike if name not in _NOT_ESTIMATED), order)


@cache
def _atomic_volume(element: str, order: tuple[str, ...]) -> _AtomicVolume:
    """Volume per atom in Å3; close-packed entries first, as alloys and estimates are mostly so.

    Elements that crystallize in none of the prototypes (Ge, Si, Sb …) occur in alloys all the
    same: theirs is that of a close packing of spheres of the metallic radius.
    """
    found = _first_volume({element: 1}, ("A1", "A3", "A2"), order)
    if found is not None:
        return found
    try:
        radius = element_value(element, "metallic_radius_ang")
    except ElementError:
        known = sorted({el for kind in _SOLUTIONS for el in tabulated_formulas(kind)})
        raise ElementError(
            f"No lattice constants for {element!r}: the table holds {', '.join(known)}. "
            "Give the slab its lattice constants explicitly."
        ) from None
    source = "metallic radius, " + property_source("metallic_radius_ang", element)
    return _AtomicVolume(4 * sqrt(2) * radius**3, "A1", "experiment", source)
