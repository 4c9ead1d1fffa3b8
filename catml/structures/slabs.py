"""Slabs: finite stacks of a surface's atomic planes, with counted layers, as ASE atoms."""

import warnings
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms
from ase.constraints import FixAtoms
from ase.data import atomic_numbers

from catml.elements.lattice import LatticeConstants
from catml.errors import SurfaceError
from catml.structures.building.cells import Size, plain_size
from catml.structures.building.options import (
    Strain,
    check_atoms,
    check_fixed,
    check_vacuum,
    checked_cell,
    checked_layers,
    checked_strain,
    least_layers,
)
from catml.structures.building.plans import coordinates, planned_slab
from catml.structures.bulk.crystals import Crystal
from catml.structures.bulk.lattice import lattice_of
from catml.structures.modify import modified

if TYPE_CHECKING:
    from catml.structures.surface import Surface


class ThinSlabWarning(UserWarning):
    """A slab too thin for a layer deeper below both its sides than any bond of the bulk reaches."""


def build_slab(
    surface: "Surface",
    *,
    layers: int | None = None,
    thickness_ang: float | None = None,
    size: Size | None = None,
    vacuum: float = 10.0,
    orthogonal: bool = False,
    fixed_layers: int = 0,
    lattice: tuple[float, float | None] | LatticeConstants | None = None,
    functional: str = "BEEF-vdW",
    strain: Strain = 0.0,
) -> Atoms:
    """Return a slab of a surface.

    Parameters
    ----------
    surface : Surface
        The surface, which becomes the top side.
    layers : int, optional
        Number of atomic planes. By default 4, or as many as it takes for a plane with bulk
        coordination below the replaced ones: 5 on fcc(110), 7 on fcc(211). In a compound with a
        non-metal as many as give it the formula of its bulk, without a dipole where a repeat of the
        bulk more suffices for that: 6 on RuO2(110).
    thickness_ang : float, optional
        Instead of `layers`, the height in Å from the lowest to the highest plane that the slab
        must have at least: it gets the fewest planes that reach it, and never so few that none
        has bulk coordination.
    size : (int, int) or 2 rows of 2 int, optional
        Repeats of the smallest surface cell, by default (1, 1); (3, 3) for a single atom, which
        needs (2, 2) at least; with mixtures what their composition takes
        (`catml.structures.modify.usual_size`). Or the new cell vectors in units of the surface
        cell's.
    vacuum : float
        Empty space in Å above and below the slab, each.
    orthogonal : bool
        Take the smallest rectangular cell; `size` is then two repeats of that.
    fixed_layers : int
        Number of planes, from the bottom, whose atoms are fixed (`ase.constraints.FixAtoms`).
    lattice : (float, float or None) or LatticeConstants, optional
        Lattice constants a and c in Å (c None for cubic prototypes) of the conventional cell. By
        default those of the bulk in `catml.elements.lattice`; an overlayer takes its
        substrate's.
    functional : str
        Functional whose lattice constants are wanted (`catml.elements.lattice.FUNCTIONALS`),
        where none are given; the slab's ``info`` says which were found.
    strain : float or (float, float)
        In-plane strain as a fraction, 0.02 for 2 %: the same along both axes, or along x (the
        first cell vector) and along y. Distances along z stay as they are.

    Returns
    -------
    ase.Atoms
        Periodic in the surface plane, first cell vector along x, normal along z, one atom of the
        top plane at x = y = 0. Atoms go by layer from the bottom, then by position; tags number
        the layers from the top (1 = top). ``info`` holds ``surface``, ``prototype``, ``miller``,
        ``termination``, ``layers``, ``size``, ``vacuum``, ``fixed_layers``, ``strain``,
        ``lattice`` (constants, functional, source), with mixtures ``composition`` (numbers of
        atoms), and for a bulk from a file ``crystal``, fit for JSON; `slab_from_info` builds the
        same slab from it.

    Raises
    ------
    SurfaceError
        If an argument is out of range, or no small rectangular cell exists.
    ElementError
        If no lattice constants are known for the bulk, or the functional is unknown.

    Warns
    -----
    ThinSlabWarning
        If the slab is too thin for a middle with bulk coordination; see
        `catml.structures.layers.coordination_of_middle`.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> build_slab(Surface("Pt3Ni(111)"), layers=4).get_chemical_formula()
    'Ni4Pt12'
    >>> build_slab(Surface("Pt(111)"), thickness_ang=10, orthogonal=True).info["layers"]
    6
    """
    check_vacuum(vacuum)
    strains = checked_strain(strain)
    constants = lattice_of(surface, lattice, functional=functional)
    vectors = np.array(surface.stacking.vectors) @ surface.structure.cell(
        constants.a_ang, constants.c_ang
    )
    matrix = checked_cell(surface, size, vectors[:2], orthogonal=orthogonal)
    count = checked_layers(surface, layers, thickness_ang, vectors)
    check_fixed(surface, fixed_layers, count)
    check_atoms(surface, count, matrix)
    _warn_if_thin(surface, count)
    plan = planned_slab(surface.structure, *surface.cut, count, matrix)
    numbers = np.array([atomic_numbers[symbol] for symbol in surface.species])[plan.roles]
    positions, cell = coordinates(plan, vectors, vacuum, strains)
    slab = Atoms(
        numbers=numbers, positions=positions, cell=cell, pbc=(True, True, False), tags=plan.tags
    )
    slab.info = {
        "surface": surface.name,
        "prototype": surface.prototype,
        "miller": list(surface.miller),
        "termination": surface.termination_labels[surface.termination_index],
        "layers": count,
        "size": plain_size(matrix),
        "vacuum": float(vacuum),
        "fixed_layers": int(fixed_layers),
        "strain": list(strains),
        "lattice": dict(vars(constants)),
    }
    if surface.crystal is not None:
        slab.info["crystal"] = asdict(surface.crystal)
    slab = modified(slab, surface)
    if fixed_layers:
        slab.set_constraint(FixAtoms(indices=np.flatnonzero(plan.tags > count - fixed_layers)))
    return slab


def slab_from_info(info: Mapping[str, Any]) -> Atoms:
    """Return the slab that `build_slab` made, from what its ``info`` says.

    It is the ideal slab, whatever has become of the atoms since. What reading and writing does to
    ``info`` (tuples and lists that become arrays, further entries) does not matter.

    Parameters
    ----------
    info : mapping
        ``atoms.info`` of a slab built by catml.

    Raises
    ------
    SurfaceError
        If it does not say how the slab was built.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> slab = Surface("Pt(111)").slab(size=((1, 1), (-1, 2)), strain=0.02)
    >>> bool((slab_from_info(slab.info).positions == slab.positions).all())
    True
    """
    surface = surface_of_info(info)
    try:
        options: dict[str, Any] = {
            "layers": int(info["layers"]),
            "size": np.asarray(info["size"]).tolist(),
            "vacuum": float(info["vacuum"]),
            "fixed_layers": int(info["fixed_layers"]),
            "strain": tuple(float(x) for x in info["strain"]),
            "lattice": LatticeConstants(**info["lattice"]),
        }
    except (KeyError, TypeError, ValueError) as reason:
        raise SurfaceError(_unsaid(reason)) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ThinSlabWarning)
        return build_slab(surface, **options)


def surface_of_info(info: Mapping[str, Any]) -> "Surface":
    """Return the surface that the ``info`` of a slab built by catml names, with its crystal.

    Raises
    ------
    SurfaceError
        If it names none.

    Examples
    --------
    >>> surface_of_info({"surface": "Pt3Ni(111)"})
    Surface('Pt3Ni(111)')
    """
    from catml.structures.surface import Surface

    try:
        crystal = Crystal.from_dict(info["crystal"]) if "crystal" in info else None
        return Surface(str(info["surface"]), crystal=crystal)
    except (KeyError, TypeError, ValueError) as reason:
        raise SurfaceError(_unsaid(reason)) from None


def _unsaid(reason: Exception) -> str:
    return (
        "This info does not say how the slab was built (surface, layers, size, vacuum, "
        f"fixed_layers, strain and lattice): {type(reason).__name__} {reason}. "
        "Take the atoms.info of a slab built by catml."
    )


def _warn_if_thin(surface: "Surface", layers: int) -> None:
    least = least_layers(surface.structure, surface.cut)
    if layers < least:
        warnings.warn(
            f"{surface.name} with {layers} layers is too thin for a middle with bulk "
            f"coordination: its layers are single atomic planes. Use layers={least} or more.",
            ThinSlabWarning,
            stacklevel=4,
        )
