"""Where a slab's atoms are: planned once in whole numbers, placed for any lattice constants."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from catml.structures.building.cells import Matrix, copies
from catml.structures.bulk.prototypes import BulkStructure
from catml.structures.bulk.stacking import stacking


@dataclass(frozen=True)
class Plan:
    """Atoms of a slab in whole numbers, for any lattice constants.

    Attributes
    ----------
    roles : int array (n_atoms,)
        Species of each atom (`catml.structures.bulk.prototypes.Prototype.roles`).
    places : int array (n_atoms, 3)
        Parts of the surface cell's two vectors and of the repeat upwards, each divided into
        `unit`.
    cells : int array (n_atoms, 2)
        Which copy of the surface cell the atom is in.
    tags : int array (n_atoms,)
        Its layer, 1 at the top.
    matrix : int array (2, 2)
        Cell vectors of the slab in surface cells.
    inverse : float array (2, 2)
        The inverse of that.
    origin : int
        The atom that marks x = y = 0.
    unit : int
        Parts that vectors are divided into.
    """

    roles: NDArray[np.int64]
    places: NDArray[np.int64]
    cells: NDArray[np.int64]
    tags: NDArray[np.int64]
    matrix: NDArray[np.int64]
    inverse: NDArray[np.float64]
    origin: int
    unit: int


@lru_cache(maxsize=1024)
def planned_slab(
    bulk: BulkStructure, miller: tuple[int, ...], top: int, layers: int, size: Matrix
) -> Plan:
    """Return the plan of a slab, `layers` planes of a stacking down from the plane `top`."""
    stack = stacking(bulk, miller)
    heights = stack.heights_below(top, layers)
    rows = [
        (role, x, y, heights[layer] + z, layer + 1)
        for layer in reversed(range(layers))
        for plane in [stack.plane_below(top, layer)]
        for role, (x, y, z) in zip(plane.roles, plane.positions, strict=True)
    ]
    table, repeats, matrix = np.array(rows), copies(size), np.array(size)
    atoms = np.repeat(np.arange(len(table)), len(repeats))
    cells = np.tile(repeats, (len(table), 1))
    origin = int((np.argmax(table[:, 4] == 1) == atoms).argmax())
    origin += int((~repeats.any(axis=1)).argmax())
    vectors = np.array(stack.vectors) @ bulk.ideal_cell()

    def planned(order: NDArray[np.int64]) -> Plan:
        rows = table[atoms[order]]
        return Plan(
            roles=rows[:, 0],
            places=rows[:, 1:4],
            cells=cells[order],
            tags=rows[:, 4],
            matrix=matrix,
            inverse=np.linalg.inv(matrix),
            origin=int((order == origin).argmax()),
            unit=stack.unit,
        )

    draft = planned(np.arange(len(atoms)))
    inside = _inside(draft, _upright(vectors, matrix)) * np.abs(matrix).max(axis=1)
    x, y = np.round(inside, 6).T
    return planned(np.lexsort((x, y, -draft.tags)))


def _upright(vectors: NDArray[np.float64], matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Vectors of the supercell, turned: the first along x, the second in the xy plane.

    Right-handed vectors turned so form the lower triangle with their scalar products.
    """
    cell = np.vstack([matrix @ vectors[:2], vectors[2]])
    upright: NDArray[np.float64] = np.linalg.cholesky(cell @ cell.T)
    return upright


def _inside(plan: Plan, upright: NDArray[np.float64]) -> NDArray[np.float64]:
    """In-plane coordinates in units of the supercell, from 0 to 1, shape (atoms, 2)."""
    (xx, _, _), (yx, yy, _), (zx, zy, _) = upright.tolist()
    drift = [(zx - zy / yy * yx) / xx, zy / yy] @ plan.matrix
    relative = (plan.places - plan.places[plan.origin]) / plan.unit
    sideways = relative[:, :2] + relative[:, 2:] * drift
    sideways -= np.floor(sideways + 1e-9)
    inside: NDArray[np.float64] = (sideways + plan.cells) @ plan.inverse
    inside -= np.floor(inside + 1e-9)
    return inside


def coordinates(
    plan: Plan, vectors: NDArray[np.float64], vacuum: float, strains: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the positions and cell of a planned slab, shapes (atoms, 3) and (3, 3), in Å.

    `vectors` are those of the stacking in Å, shape (3, 3); `vacuum` is on each side, in Å;
    `strains` are fractions along x and y.
    """
    upright = _upright(vectors, plan.matrix)
    heights = plan.places[:, 2] / plan.unit * upright[2, 2]
    heights -= heights.min()
    cell = np.zeros((3, 3))
    cell[:2, :2] = upright[:2, :2] * (1.0 + np.array(strains))
    cell[2, 2] = heights.max() + 2 * vacuum
    positions = np.zeros((len(heights), 3))
    positions[:, :2] = _inside(plan, upright) @ cell[:2, :2]
    positions[:, 2] = heights + vacuum
    return positions, cell
