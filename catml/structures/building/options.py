"""What may be asked of a slab: its options checked, each with one clear message."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.building.cells import (
    Matrix,
    Size,
    cell_count,
    checked_size,
    rectangular,
    times,
)
from catml.structures.bulk.prototypes import BulkStructure, metals
from catml.structures.bulk.stacking import stacking
from catml.structures.bulk.terminations import Cut
from catml.structures.modify import least_repeats, replaced_layers, usual_size
from catml.structures.quantities import is_count, is_number, is_positive

if TYPE_CHECKING:
    from catml.structures.surface import Surface

Strain: TypeAlias = float | Sequence[float]

_USUAL_LAYERS = 4
_MOST_ATOMS = 1_000_000
_LARGEST_STRAIN = 0.3
_THICKEST_ANG = 10_000.0


@lru_cache(maxsize=4096)
def least_layers(bulk: BulkStructure, cut: Cut) -> int:
    """Return the fewest planes below a cut that leave one with bulk coordination."""
    return stacking(bulk, cut.miller).least_layers(cut.top)


def checked_layers(
    surface: "Surface",
    layers: int | None,
    thickness_ang: float | None,
    vectors: NDArray[np.float64],
) -> int:
    """Return the number of planes asked for, by number, by thickness in Å, or the usual one.

    `vectors` are those of the stacking in Å, shape (3, 3).
    """
    replaced = replaced_layers(surface)
    least = least_layers(surface.structure, surface.cut) + max(replaced - 1, 0)
    if thickness_ang is not None:
        if layers is not None:
            raise SurfaceError(
                f"Cannot build {surface.name} with layers={layers!r} and "
                f"thickness_ang={thickness_ang!r}: give one of the two."
            )
        return max(least, _layers_reaching(surface, thickness_ang, vectors))
    usual = _with_whole_formulas(surface, max(_USUAL_LAYERS, least))
    if layers is None:
        return usual
    if not is_count(layers) or layers < replaced + 1:
        raise SurfaceError(
            f"Cannot build {surface.name} with layers={layers!r}: give a whole number of atomic "
            f"planes, at least {replaced + 1}; the default is {usual}."
        )
    return int(layers)


def _with_whole_formulas(surface: "Surface", layers: int) -> int:
    """The next number of planes whose atoms are in a compound's ratio; of metals `layers` itself.

    An oxide with too much of the metal or of oxygen is electron-rich or -poor all through. Among
    the numbers up to a repeat of the bulk more, one that leaves no dipole across the slab (all
    elements have the same mean height) comes first.
    """
    if metals().issuperset(surface.species):
        return layers
    stack, top = surface.stacking, surface.cut.top
    bulk = Counter(role for plane in stack.planes for role in plane.roles)
    most = layers + len(stack.planes)
    levels = stack.heights_below(top, most)
    held: Counter[int] = Counter()
    height: Counter[int] = Counter()
    whole = []
    for layer in range(most):
        plane = stack.plane_below(top, layer)
        for role, position in zip(plane.roles, plane.positions, strict=True):
            held[role] += 1
            height[role] += levels[layer] + position[2]
        if layer + 1 < layers:
            continue
        if all(held[role] * bulk.total() == bulk[role] * held.total() for role in bulk):
            if all(height[role] * held.total() == height.total() * held[role] for role in bulk):
                return layer + 1
            whole.append(layer + 1)
    return whole[0]


def _layers_reaching(surface: "Surface", thickness_ang: float, vectors: NDArray[np.float64]) -> int:
    """The fewest planes whose outermost ones are a thickness apart."""
    if not is_positive(thickness_ang) or thickness_ang > _THICKEST_ANG:
        raise SurfaceError(
            f"Cannot build {surface.name} with thickness_ang={thickness_ang!r}: give the height "
            f"from the lowest to the highest plane in Å, more than 0 and up to {_THICKEST_ANG:g}."
        )
    stack = surface.stacking
    normal = np.cross(vectors[0], vectors[1])
    repeat_ang = float(vectors[2] @ normal / np.linalg.norm(normal))
    most = len(stack.planes) * (int(thickness_ang / repeat_ang) + 2)
    heights = np.array(stack.heights_below(surface.cut.top, most))
    spans = (heights[0] - heights) / stack.unit * repeat_ang
    return int((spans > thickness_ang - 1e-6).argmax()) + 1


def checked_cell(
    surface: "Surface", size: Size | None, vectors: NDArray[np.float64], *, orthogonal: bool
) -> Matrix:
    """Return the cell asked for in units of the surface cell, whose vectors are in Å."""
    given = usual_size(surface) if size is None else size
    if not isinstance(orthogonal, bool | np.bool_):
        raise SurfaceError(
            f"Cannot build {surface.name} with orthogonal={orthogonal!r}: give True or False."
        )
    least = least_repeats(surface)
    if not orthogonal:
        return checked_size(given, surface.name, vectors, least=least)
    repeats = checked_size(given, surface.name, vectors)
    if repeats[0][1] or repeats[1][0]:
        raise SurfaceError(
            f"Cannot build {surface.name} with size={size!r} and orthogonal=True: a matrix says "
            "which cell to take already. Give two repeats, or leave orthogonal out."
        )
    matrix = times(repeats, rectangular(vectors, surface.name))
    return checked_size(matrix, surface.name, vectors, least=least)


def check_atoms(surface: "Surface", layers: int, matrix: Matrix) -> None:
    """Refuse slabs too large to be meant."""
    planes = surface.stacking.planes
    per_plane = sum(len(plane.roles) for plane in planes) / len(planes)
    atoms = round(layers * per_plane * cell_count(matrix))
    if atoms > _MOST_ATOMS:
        raise SurfaceError(
            f"Cannot build {surface.name} with {layers} layers of {cell_count(matrix)} surface "
            f"cells: that is about {atoms:.3g} atoms, and {_MOST_ATOMS} are allowed."
        )


def check_fixed(surface: "Surface", fixed_layers: object, layers: int) -> None:
    """Refuse a number of fixed layers that the slab does not have."""
    if not is_count(fixed_layers) or not 0 <= fixed_layers <= layers:
        raise SurfaceError(
            f"Cannot build {surface.name} with fixed_layers={fixed_layers!r}: give how many of "
            f"the {layers} layers are fixed, counted from the bottom, 0 to {layers}."
        )


def checked_strain(strain: object) -> tuple[float, float]:
    """Return the strain along x and along y."""
    values = [strain, strain] if is_number(strain) else strain
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if not (
        isinstance(values, Sequence)
        and len(values) == 2
        and all(is_number(x) and abs(x) <= _LARGEST_STRAIN for x in values)
    ):
        raise SurfaceError(
            f"Cannot build a slab with strain={strain!r}: give a fraction (0.02 is 2 %), or one "
            f"along x and one along y, each from -{_LARGEST_STRAIN} to {_LARGEST_STRAIN}."
        )
    return float(values[0]), float(values[1])


def check_vacuum(vacuum: object) -> None:
    """Refuse a vacuum that is no length."""
    if not is_positive(vacuum) or vacuum > _THICKEST_ANG:
        raise SurfaceError(
            f"Cannot build a slab with vacuum={vacuum!r}: give the empty space on each side as a "
            f"positive length in Å, up to {_THICKEST_ANG:g}, such as 10.0."
        )
