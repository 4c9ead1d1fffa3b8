"""Slabs from other builders: ASE, pymatgen and CatKit behind one interface.

Every builder gets the same bulk and makes of it what it calls a slab: layers counted in units of
its own, some surface cell, some origin, the surface along some axis. What comes back here is
always the same: those atomic planes of the builder's slab that the surface's name asks for, laid
over catml's own slab atom by atom. So every termination and modification can be had from every
builder, sites, adsorbates and models work with the slab of any, and a builder that makes another
structure is found out.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import product
from math import ceil
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.building.catkit_backend import MissingBackendError, catkit_slab
from catml.structures.bulk.of_slabs import bulk_crystal
from catml.structures.finding.surface_cell import surface_cell_as_it_is
from catml.structures.modify import modified
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

Backend = Literal["catml", "ase", "pymatgen", "catkit"]

_Array = NDArray[np.float64]

# How far an atom of a builder may lie from where catml puts it; both are exact but for rounding.
_TOLERANCE_ANG = 0.01
_VACUUM_ANG = 10.0


def build_with(backend: Backend, surface: Surface | str, **options: Any) -> Atoms:
    """Return a slab of a surface whose atoms the builder of choice has placed.

    Parameters
    ----------
    backend : {"catml", "ase", "pymatgen", "catkit"}
        The builder: catml's own, `ase.build.surface`, pymatgen's or CatKit's ``SlabGenerator``.
        CatKit must be installed beside catml, see `catml.structures.building.catkit_backend`.
    surface : Surface or str
        A surface or its name, in the grammar of `catml.structures.surface`.
    **options
        Those of `Surface.slab`: ``layers`` (always atomic planes), ``size``, ``vacuum``,
        ``lattice`` and so on; but a ``strain`` only with catml's own builder.

    Returns
    -------
    ase.Atoms
        The slab of `Surface.slab` in cell, order of atoms, tags, constraints and ``info``.
        Positions and elements are the builder's, which stands in ``info["backend"]`` unless it
        is catml.

    Raises
    ------
    SurfaceError
        If the backend is unknown or not installed, cannot build the surface or builds another
        one, or an option cannot be used.
    ElementError
        If no lattice constants are known for the bulk.

    Examples
    --------
    >>> slab = build_with("ase", "Pt3Ni(111)", layers=4, size=(2, 2))
    >>> slab.get_chemical_formula(), slab.info["backend"]
    ('Ni16Pt48', 'ase')
    """
    known = surface if isinstance(surface, Surface) else Surface(surface)
    return known.slab(**options, backend=backend)


def rebuilt_with(backend: Backend, surface: Surface, slab: Atoms) -> Atoms:
    """Return a slab with its atoms placed anew by another builder.

    1. Give the builder the bulk, and have it cut a slab a little thicker than this one.
    2. Take the planes of the builder's slab that lie over those of this one, upright or upside
       down, whatever cell and origin they come in.
    3. Change the elements of coats, mixtures and single atoms, which no builder knows of.

    Parameters
    ----------
    backend : {"ase", "pymatgen", "catkit"}
        The builder.
    surface : Surface
        The surface.
    slab : ase.Atoms
        A slab of it as `build_slab` makes it, which says what name and options mean.

    Raises
    ------
    SurfaceError
        As `build_with` does.
    """
    if backend not in _BUILDERS:
        raise SurfaceError(
            f"Unknown backend {backend!r}: choose one of {', '.join(get_args(Backend))}."
        )
    if any(slab.info["strain"]):
        raise SurfaceError(
            f"The backend {backend!r} cannot build {surface.name} with strain="
            f"{tuple(slab.info['strain'])}: leave the strain out, or use the backend 'catml'."
        )
    for fit in _fits(_planes_of(backend, surface, slab), slab):
        rebuilt = modified(fit, surface)
        if np.array_equal(rebuilt.numbers, slab.numbers):
            rebuilt.info["backend"] = backend
            return rebuilt
    raise SurfaceError(
        f"The backend {backend!r} makes something else of {surface.name}: its slab has nowhere "
        "the planes of that surface. Use the backend 'catml'."
    )


class _Planes(NamedTuple):
    """A builder's slab in its primitive surface cell, the surface normal along z."""

    cell: _Array
    positions: _Array
    numbers: NDArray[np.int64]

    def upside_down(self) -> _Planes:
        """Return the same planes turned by half a turn about x."""
        turn = np.array([1.0, -1.0, -1.0])
        return _Planes(self.cell * turn[:2], self.positions * turn, self.numbers)


def _planes_of(backend: Backend, surface: Surface, wanted: Atoms) -> _Planes:
    """The planes a builder makes of a surface's bulk, one repeat more than wanted or so."""
    bulk, vectors = _bulk(surface, wanted)
    repeat_ang = float(abs(np.linalg.det(vectors)) / np.linalg.norm(np.cross(*vectors[:2])))
    thickness_ang = float(np.ptp(wanted.positions[:, 2])) + 2 * repeat_ang
    n_planes = int(wanted.get_tags().max()) + len(surface.stacking.planes)
    miller = (surface.miller[0], surface.miller[1], surface.miller[-1])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = _BUILDERS[backend](bulk, miller, n_planes, thickness_ang)
            reduced = surface_cell_as_it_is(made)
    except MissingBackendError:
        raise
    except Exception as problem:  # whatever goes wrong in code that is not ours
        raise SurfaceError(
            f"The backend {backend!r} cannot build {surface.name}; it stops with "
            f"{type(problem).__name__}: {problem}. Use the backend 'catml'."
        ) from problem
    return _Planes(reduced.cell, reduced.positions, reduced.numbers)


def _bulk(surface: Surface, wanted: Atoms) -> tuple[Atoms, _Array]:
    """The bulk in the cell that Miller indices refer to; the vectors of catml's surface cell."""
    from ase.build import make_supercell

    primitive = bulk_crystal(surface, wanted.info["lattice"])
    bulk = make_supercell(primitive, surface.structure.conventional_vectors())
    return bulk, np.array(surface.stacking.vectors) @ primitive.cell.array


def _ase_slab(
    bulk: Atoms, miller: tuple[int, int, int], n_planes: int, thickness_ang: float
) -> Atoms:
    """ASE counts layers in steps of one lattice plane of the bulk's cell."""
    from ase.build import surface

    step_ang = 1 / float(np.linalg.norm(miller @ bulk.cell.reciprocal()))
    return surface(bulk, miller, ceil(thickness_ang / step_ang), vacuum=_VACUUM_ANG)


def _pymatgen_slab(
    bulk: Atoms, miller: tuple[int, int, int], n_planes: int, thickness_ang: float
) -> Atoms:
    """Return a slab of pymatgen, which takes a least thickness in Å."""
    from pymatgen.core.surface import SlabGenerator
    from pymatgen.io.ase import AseAtomsAdaptor

    structure = AseAtomsAdaptor.get_structure(bulk)
    generator = SlabGenerator(structure, miller, thickness_ang, 2 * _VACUUM_ANG, center_slab=True)
    # Of the terminations any will do; without them pymatgen may cut through a plane.
    return AseAtomsAdaptor.get_atoms(generator.get_slabs(filter_out_sym_slabs=False)[0])


_BUILDERS: dict[str, Callable[[Atoms, tuple[int, int, int], int, float], Atoms]] = {
    "ase": _ase_slab,
    "pymatgen": _pymatgen_slab,
    "catkit": lambda bulk, miller, n_planes, _: catkit_slab(bulk, miller, n_planes),
}


def _fits(planes: _Planes, wanted: Atoms) -> Iterator[Atoms]:
    """Every way to lay a builder's planes over the atoms of a slab, elements left aside.

    Yields copies of the slab with the builder's positions and elements.
    """
    top = int(np.flatnonzero(wanted.get_tags() == 1)[0])
    levels = _levels(wanted.positions[:, 2])
    for side in (planes, planes.upside_down()):
        heights = _levels(side.positions[:, 2])
        for highest in range(len(levels) - 1, len(heights)):
            rise = heights[highest] - levels[-1]
            window = heights[highest + 1 - len(levels) : highest + 1] - rise
            if np.abs(window - levels).max() > _TOLERANCE_ANG:
                continue
            close = np.abs(side.positions[:, 2] - heights[highest]) < _TOLERANCE_ANG
            for turned in _turned(side, wanted.cell.array[:2, :2]):
                for anchor in turned.positions[close]:
                    shift = wanted.positions[top] - anchor
                    slab = _laid_over(turned, shift, wanted)
                    if slab is not None:
                        yield slab


def _levels(heights_ang: _Array) -> _Array:
    """The distinct heights of atoms, from the lowest up."""
    ordered = np.sort(heights_ang)
    return ordered[np.append(True, np.diff(ordered) > _TOLERANCE_ANG)]


def _turned(planes: _Planes, cell: _Array) -> Iterator[_Planes]:
    """Turn the planes about z in every way that makes `cell`, shape (2, 2), one of their cells."""
    reach = ceil(np.linalg.norm(cell[0]) * np.linalg.norm(np.linalg.inv(planes.cell)) + 1)
    counts = np.array(list(product(range(-reach, reach + 1), repeat=2)))
    for vector in counts @ planes.cell:
        if abs(np.linalg.norm(vector) - np.linalg.norm(cell[0])) > _TOLERANCE_ANG:
            continue
        (x, y), (u, v) = vector, cell[0]
        turn = np.array([[x * u + y * v, x * v - y * u], [y * u - x * v, x * u + y * v]])
        turn /= np.linalg.norm(vector) * np.linalg.norm(cell[0])
        turned = planes.cell @ turn
        misfit = cell @ np.linalg.inv(turned)
        if np.abs((misfit - np.rint(misfit)) @ turned).max() < _TOLERANCE_ANG:
            positions = planes.positions.copy()
            positions[:, :2] = positions[:, :2] @ turn
            yield _Planes(turned, positions, planes.numbers)


def _laid_over(planes: _Planes, shift: _Array, wanted: Atoms) -> Atoms | None:
    """The slab with each atom replaced by the one of the shifted planes that lies there."""
    moved = planes.positions + shift
    offset = wanted.positions[:, None] - moved
    turns = np.rint(offset[..., :2] @ np.linalg.inv(planes.cell))
    offset[..., :2] -= turns @ planes.cell
    distances = np.linalg.norm(offset, axis=2)
    found = distances.argmin(axis=1)
    rows = np.arange(len(wanted))
    if distances[rows, found].max() > _TOLERANCE_ANG:
        return None
    slab = wanted.copy()
    slab.positions = wanted.positions - offset[rows, found]
    slab.numbers = planes.numbers[found]
    return slab
