"""Slabs made ready for the calculation of their density of states.

Whoever built a slab, the calculation sees it in one way: flat in the xy plane, top side up, in one
piece, and with the vacuum of the settings on both sides. Order and number of its atoms stay.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catml.descriptors.calculating.settings import (
    INITIAL_MOMENTS_MUB,
    OTHER_MOMENT_MUB,
    DosSettings,
)
from catml.descriptors.dos_selection import D_METALS
from catml.errors import CatmlError, DescriptorError
from catml.structures.finding.flat_slabs import flat_slab
from catml.structures.slabs import slab_from_info
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

_IN_PLACE_ANG = 1e-3


@dataclass(frozen=True, eq=False)
class SlabBox:
    """A slab and what a calculation sees of it.

    Attributes
    ----------
    name : str
        The surface, or the formula of a slab that is none as catml builds it.
    surface : str or None
        The surface, of a slab as catml builds it: not relaxed, strained or covered.
    slab : ase.Atoms
        The slab as it was given or built.
    box : ase.Atoms
        The same atoms for the calculation; periodic in the plane only, with initial magnetic
        moments where spins are to be told apart.
    """

    name: str
    surface: str | None
    slab: "Atoms"
    box: "Atoms"


def slab_box(
    slab: "Surface | str | Atoms", settings: DosSettings, *, layers: int | None = None
) -> SlabBox:
    """Make a slab ready for a calculation.

    Parameters
    ----------
    slab
        A surface or its name, whose slab is built with the lattice constants of the settings'
        functional; or the slab of any builder.
    settings
        Of the calculation.
    layers
        Exactly so many atomic planes for a surface by name; by default those of the settings, or
        more where the facet needs them.

    Raises
    ------
    SurfaceError
        If the name cannot be read, or the structure is no slab.
    DescriptorError
        If no atom has a d band, or `layers` is given for a finished slab.
    """
    if isinstance(slab, str):
        slab = Surface(slab)
    if isinstance(slab, Surface):
        atoms = _built(slab, settings, layers)
    elif layers is not None:
        raise DescriptorError("a finished slab has its layers; leave their number out")
    else:
        atoms = slab.copy()
    surface = _surface_of(atoms)
    name = surface or atoms.get_chemical_formula()
    if not D_METALS.intersection(atoms.numbers.tolist()):
        elements = ", ".join(dict.fromkeys(atoms.get_chemical_symbols()))
        raise DescriptorError(
            f"{name} has no d band: {elements} {'is' if ',' not in elements else 'are'} outside "
            "groups 3 to 12; choose a surface with a transition metal"
        )
    return SlabBox(name, surface, atoms, _box(atoms, settings))


def kpoint_mesh(box: "Atoms", settings: DosSettings) -> tuple[int, int, int]:
    """Return the number of k-points along the three axes, even in the plane and 1 across it.

    Examples
    --------
    >>> from catml.descriptors.calculating.settings import PRESETS
    >>> kpoint_mesh(slab_box("Cu(111)", PRESETS["draft"]).box, PRESETS["draft"])
    (8, 8, 1)
    """
    from ase.calculators.calculator import kptdensity2monkhorstpack

    first, second, _ = kptdensity2monkhorstpack(box, settings.kpoint_density_ang, even=True)
    return int(first), int(second), 1


def _built(surface: Surface, settings: DosSettings, layers: int | None) -> "Atoms":
    if layers is None:
        usual = surface.slab(functional=settings.functional)
        layers = max(settings.layers, int(usual.info["layers"]))
    return surface.slab(layers=layers, vacuum=settings.vacuum_ang, functional=settings.functional)


def _surface_of(atoms: "Atoms") -> str | None:
    """Return the surface that a slab is, its atoms all where catml put them."""
    try:
        ideal = slab_from_info(atoms.info)
    except CatmlError:
        return None
    if (
        np.any(ideal.info["strain"])
        or not np.array_equal(ideal.numbers, atoms.numbers)
        or not np.allclose(ideal.cell.array, atoms.cell.array, atol=_IN_PLACE_ANG)
        or not np.allclose(ideal.positions, atoms.positions, atol=_IN_PLACE_ANG)
    ):
        return None
    return str(ideal.info["surface"])


def _box(atoms: "Atoms", settings: DosSettings) -> "Atoms":
    from ase import Atoms

    flat = flat_slab(atoms)
    heights = flat.positions[:, 2]
    cell = np.zeros((3, 3))
    cell[:2, :2] = flat.cell
    cell[2, 2] = np.ptp(heights) + 2 * settings.vacuum_ang
    positions = flat.positions.copy()
    positions[:, 2] += settings.vacuum_ang - heights.min()
    box = Atoms(numbers=flat.numbers, positions=positions, cell=cell, pbc=(True, True, False))
    moments = atoms.get_initial_magnetic_moments()
    symbols = atoms.get_chemical_symbols()
    if moments.ndim == 1 and moments.any():
        box.set_initial_magnetic_moments(moments)
    elif INITIAL_MOMENTS_MUB.keys() & set(symbols):
        box.set_initial_magnetic_moments(
            [INITIAL_MOMENTS_MUB.get(symbol, OTHER_MOMENT_MUB) for symbol in symbols]
        )
    return box
