"""Slabs: finite stacks of a surface's atomic planes, with counted layers, as ASE atoms."""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray

from catml.elements.lattice import LatticeConstants
from catml.errors import SurfaceError
from catml.structures.bulk_lattice import lattice_of
from catml.structures.modify import least_repeats, modified, replaced_layers, usual_size
from catml.structures.prototypes import BulkStructure
from catml.structures.stacking import stacking

if TYPE_CHECKING:
    from catml.structures.surface import Surface

_USUAL_LAYERS = 4


class ThinSlabWarning(UserWarning):
    """A slab so thin that none of its atoms has the coordination of the bulk."""


def build_slab(
    surface: "Surface",
    *,
    layers: int | None = None,
    size: tuple[int, int] | None = None,
    vacuum: float = 10.0,
    lattice: tuple[float, float | None] | LatticeConstants | None = None,
) -> Atoms:
    """Return a slab of a surface.

    Parameters
    ----------
    surface : Surface
        The surface, which becomes the top side.
    layers : int, optional
        Number of atomic planes. By default 4, or as many as it takes for a plane with bulk
        coordination below the replaced ones: 5 on fcc(110), 7 on fcc(211).
    size : (int, int), optional
        Repeats of the smallest surface cell, by default (1, 1); (3, 3) for a single atom, which
        needs (2, 2) at least.
    vacuum : float
        Empty space in Å above and below the slab, each.
    lattice : (float, float or None) or LatticeConstants, optional
        Lattice constants a and c in Å (c None for cubic prototypes) of the conventional cell. By
        default those of the bulk in `catml.elements.lattice`; an overlayer takes its
        substrate's.

    Returns
    -------
    ase.Atoms
        Periodic in the surface plane, normal along z, one atom of the top plane at x = y = 0.
        Atoms go by layer from the bottom, then by position; tags number the layers from the top
        (1 = top). ``info`` holds ``surface``, ``prototype``, ``miller``, ``termination``,
        ``layers``, ``size`` and ``lattice`` (constants, functional, source), fit for JSON.

    Raises
    ------
    SurfaceError
        If an argument is out of range.
    ElementError
        If no lattice constants are known for the bulk.

    Warns
    -----
    ThinSlabWarning
        If no layer of the slab has bulk coordination.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> build_slab(Surface("Pt3Ni(111)"), layers=4).get_chemical_formula()
    'Ni4Pt12'
    """
    shape = _checked_size(surface, size)
    count = _checked_layers(surface, layers)
    _check_vacuum(vacuum)
    constants = lattice_of(surface, lattice)
    cut = surface.cut
    plan = _plan(surface.structure, cut.miller, cut.top, count, shape)
    vectors = np.array(surface.stacking.vectors) @ surface.structure.cell(
        constants.a_ang, constants.c_ang
    )
    numbers = np.array([atomic_numbers[symbol] for symbol in surface.species])[plan.roles]
    positions, cell = _coordinates(plan, vectors, vacuum)
    slab = Atoms(
        numbers=numbers, positions=positions, cell=cell, pbc=(True, True, False), tags=plan.tags
    )
    slab.info = _info(surface, count, shape, constants)
    return modified(slab, surface)


@dataclass(frozen=True)
class _Plan:
    """Atoms of a slab in whole numbers, for any lattice constants.

    `places` counts parts of the two in-plane vectors and of the repeat upwards, shape (atoms, 3),
    each divided into `unit`; `cells` says which copy of the surface cell an atom is in, shape
    (atoms, 2); `origin` is the atom that marks x = y = 0.
    """

    roles: NDArray[np.int64]
    places: NDArray[np.int64]
    cells: NDArray[np.int64]
    tags: NDArray[np.int64]
    size: tuple[int, int]
    origin: int
    unit: int


@lru_cache(maxsize=4096)
def _plan(
    bulk: BulkStructure,
    miller: tuple[int, ...],
    top: int,
    layers: int,
    size: tuple[int, int],
) -> _Plan:
    stack = stacking(bulk, miller)
    heights = stack.heights_below(top, layers)
    rows = [
        (role, x, y, heights[layer] + z, layer + 1)
        for layer in reversed(range(layers))
        for plane in [stack.plane_below(top, layer)]
        for role, (x, y, z) in zip(plane.roles, plane.positions, strict=True)
    ]
    table = np.array(rows)
    origin = int(np.argmax(table[:, 4] == 1))
    places = table[:, 1:4]
    copies = np.array([(i, j) for j in range(size[1]) for i in range(size[0])])
    atoms = np.repeat(np.arange(len(table)), len(copies))
    cells = np.tile(copies, (len(table), 1))
    vectors = np.array(stack.vectors) @ bulk.ideal_cell()
    sideways = _sideways(places / stack.unit, origin, _upright(vectors))[atoms] + cells
    x, y = np.round(sideways, 6).T
    order = np.lexsort((x, y, -table[atoms, 4]))
    atoms, cells = atoms[order], cells[order]
    marks = (atoms == origin) & ~cells.any(axis=1)
    return _Plan(
        roles=table[atoms, 0],
        places=places[atoms],
        cells=cells,
        tags=table[atoms, 4],
        size=size,
        origin=int(marks.argmax()),
        unit=stack.unit,
    )


def _upright(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn right-handed lattice vectors: the first along x, the second in the xy plane."""
    first, second, third = vectors
    along = first / np.linalg.norm(first)
    normal = np.cross(first, second)
    normal /= np.linalg.norm(normal)
    axes = np.array([along, np.cross(normal, along), normal])
    return np.array([first, second, third]) @ axes.T


def _sideways(
    places: NDArray[np.float64], origin: int, upright: NDArray[np.float64]
) -> NDArray[np.float64]:
    """In-plane coordinates in units of the surface cell, from 0 to 1, shape (atoms, 2)."""
    drift = np.linalg.solve(upright[:2, :2].T, upright[2, :2])
    relative = places - places[origin]
    sideways = relative[:, :2] + relative[:, 2:] * drift
    return sideways - np.floor(sideways + 1e-9)


def _coordinates(
    plan: _Plan, vectors: NDArray[np.float64], vacuum: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions and cell of a planned slab, shapes (atoms, 3) and (3, 3), in Å."""
    upright = _upright(vectors)
    places = plan.places / plan.unit
    heights = (places[:, 2] - places[:, 2].min()) * upright[2, 2]
    positions = np.zeros((len(heights), 3))
    sideways = _sideways(places, plan.origin, upright) + plan.cells
    positions[:, :2] = sideways @ upright[:2, :2]
    positions[:, 2] = heights + vacuum
    cell = np.zeros((3, 3))
    cell[:2] = upright[:2] * np.array(plan.size)[:, None]
    cell[:2, 2] = 0.0
    cell[2, 2] = heights.max() + 2 * vacuum
    return positions, cell


def _info(
    surface: "Surface", layers: int, size: tuple[int, int], constants: LatticeConstants
) -> dict[str, object]:
    """What a slab says about itself; lists and plain values only, so that any file keeps it."""
    return {
        "surface": surface.name,
        "prototype": surface.prototype,
        "miller": list(surface.miller),
        "termination": surface.termination_labels[surface.termination_index],
        "layers": layers,
        "size": list(size),
        "lattice": asdict(constants),
    }


def _checked_layers(surface: "Surface", layers: int | None) -> int:
    stack, cut = surface.stacking, surface.cut.top
    least = stack.least_layers(cut)
    replaced = replaced_layers(surface)
    usual = max(_USUAL_LAYERS, least + max(replaced - 1, 0))
    if layers is None:
        return usual
    if not _is_count(layers, least=replaced + 1):
        raise SurfaceError(
            f"Cannot build {surface.name} with layers={layers!r}: give a whole number of atomic "
            f"planes, at least {replaced + 1}; the default is {usual}."
        )
    if layers < least:
        warnings.warn(
            f"{surface.name} with {layers} layers has no atom with bulk coordination: "
            f"its layers are single atomic planes. Use layers={least} or more.",
            ThinSlabWarning,
            stacklevel=4,
        )
    return int(layers)


def _checked_size(surface: "Surface", size: tuple[int, int] | None) -> tuple[int, int]:
    if size is None:
        return usual_size(surface)
    least = least_repeats(surface)
    pair = list(size) if isinstance(size, Sequence) else []
    if len(pair) != 2 or not all(_is_count(n, least=least) for n in pair):
        reason = ", for single atoms must not be neighbours of each other" if least > 1 else ""
        raise SurfaceError(
            f"Cannot build {surface.name} with size={size!r}: give two whole numbers of repeats, "
            f"at least ({least}, {least}){reason}."
        )
    return int(pair[0]), int(pair[1])


def _is_count(value: object, *, least: int) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return bool(value >= least)


def _check_vacuum(vacuum: object) -> None:
    if not isinstance(vacuum, Real) or not isfinite(vacuum) or vacuum <= 0:
        raise SurfaceError(
            f"Cannot build a slab with vacuum={vacuum!r}: give the empty space on each side as a "
            "positive length in Å, such as 10.0."
        )
