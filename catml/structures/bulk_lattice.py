"""The lattice constants a surface's bulk has: tabulated, or given and checked."""

from math import isfinite
from typing import TYPE_CHECKING

from catml.elements.lattice import LatticeConstants, lattice_constants
from catml.errors import SurfaceError
from catml.structures.mixtures import Mixture
from catml.structures.prototypes import PROTOTYPES

if TYPE_CHECKING:
    from catml.structures.surface import Surface


def lattice_of(
    surface: "Surface",
    lattice: tuple[float, float | None] | LatticeConstants | None = None,
    *,
    functional: str = "BEEF-vdW",
) -> LatticeConstants:
    """Return the lattice constants a slab of the surface has, checking those given.

    Where none are given they are the tabulated ones, of `functional` if there are such.

    Raises
    ------
    SurfaceError
        If the constants given are no lengths, or do not fit the prototype.
    ElementError
        If none are given and none are known for the bulk.
    """
    if lattice is None:
        return _tabulated(surface, functional)
    if isinstance(lattice, LatticeConstants):
        return lattice
    try:
        a_ang, c_ang = lattice
        lengths = [float(x) for x in (a_ang, c_ang) if x is not None]
    except (TypeError, ValueError):
        lengths = []
    prototype = PROTOTYPES[surface.prototype]
    if not lengths or a_ang is None or not all(isfinite(x) and x > 0 for x in lengths):
        raise SurfaceError(
            f"Cannot use the lattice constants {lattice!r}: give a pair (a, c) of lengths in Å, "
            "with c None for a cubic bulk, such as (3.92, None)."
        )
    if prototype.ideal_ratio is None:
        if lengths[0] != lengths[-1]:
            raise SurfaceError(
                f"{surface.name} is cubic ({prototype.name}), but the lattice constants "
                f"{lattice!r} have c different from a. Give (a, None)."
            )
        lengths = lengths[:1]
    elif len(lengths) < 2:
        raise SurfaceError(
            f"{surface.name} is {prototype.name} and needs the lattice constant c as well; "
            f"got {lattice!r}. Give (a, c) in Å."
        )
    c_given = lengths[1] if len(lengths) == 2 else None
    return LatticeConstants(lengths[0], c_given, "unknown", "given by the caller", False)


def _tabulated(surface: "Surface", functional: str) -> LatticeConstants:
    if surface.solution is not None:
        return _vegard(surface.solution, surface.prototype, functional)
    if surface.prototype != "B2":
        return lattice_constants(surface.bulk, surface.prototype, functional=functional)
    tetragonal = lattice_constants(surface.bulk, "L1_0", functional=functional)
    volume = tetragonal.a_ang**2 * (tetragonal.c_ang or tetragonal.a_ang) / 2
    source = f"volume of L1_0 ({tetragonal.source})"
    return LatticeConstants(volume ** (1 / 3), None, tetragonal.functional, source, True)


def _vegard(mixture: Mixture, prototype: str, functional: str) -> LatticeConstants:
    """The mean cell volume of the elements in the prototype, and their mean c/a."""
    found = [lattice_constants(e, prototype, functional=functional) for e in mixture.elements]
    parts = list(zip(mixture.fractions, found, strict=True))
    volume = sum(x * cell.a_ang**2 * (cell.c_ang or cell.a_ang) for x, cell in parts)
    ratio = sum(x * (cell.c_ang or cell.a_ang) / cell.a_ang for x, cell in parts)
    a_ang = (volume / ratio) ** (1 / 3)
    functionals = "+".join(dict.fromkeys(cell.functional for cell in found))
    sources = zip(mixture.elements, found, strict=True)
    source = ", ".join(f"{element} {cell.source}" for element, cell in sources)
    c_ang = None if found[0].c_ang is None else a_ang * ratio
    return LatticeConstants(a_ang, c_ang, functionals, f"Vegard by volume ({source})", True)
