"""The lattice constants a surface's bulk has: tabulated, or given and checked."""

from math import isfinite
from typing import TYPE_CHECKING

from catml.elements.lattice import LatticeConstants, functional_order, lattice_constants
from catml.errors import SurfaceError

if TYPE_CHECKING:
    from catml.structures.surface import Surface


def lattice_of(
    surface: "Surface",
    lattice: tuple[float, float | None] | LatticeConstants | None = None,
    *,
    functional: str = "BEEF-vdW",
) -> LatticeConstants:
    """Return the lattice constants a slab of the surface has, checking those given.

    Where none are given they are the tabulated ones, of `functional` if there are such; those of a
    crystal from a file are its own, and may be scaled by giving a alone.

    Raises
    ------
    SurfaceError
        If the constants given are no lengths, or do not fit the prototype.
    ElementError
        If none are given and none are known for the bulk.
    """
    crystal = surface.crystal
    if lattice is None and crystal is not None:
        functional_order(functional)
        return crystal.lattice_constants()
    if lattice is None:
        composition = surface.bulk if surface.solution is None else surface.solution.shares
        return lattice_constants(composition, surface.prototype, functional=functional)
    if isinstance(lattice, LatticeConstants):
        return lattice
    try:
        a_ang, c_ang = lattice
        lengths = [float(x) for x in (a_ang, c_ang) if x is not None]
    except (TypeError, ValueError):
        lengths = []
    prototype = surface.structure
    if not lengths or a_ang is None or not all(isfinite(x) and x > 0 for x in lengths):
        raise SurfaceError(
            f"Cannot use the lattice constants {lattice!r}: give a pair (a, c) of lengths in Å, "
            "with c None for a cubic bulk, such as (3.92, None)."
        )
    if crystal is not None:
        crystal.check_lattice(*lengths)
        return crystal.lattice_constants(a_ang=lengths[0])
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
