"""A slab turned to lie in the xy plane, in one piece, its top side up."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.neighbors import shortest_distances

if TYPE_CHECKING:
    from ase import Atoms


@dataclass(frozen=True, eq=False)
class FlatSlab:
    """Atoms of a slab in a frame whose third axis is the surface normal.

    Attributes
    ----------
    cell : float array (2, 2)
        In-plane cell vectors (rows) in Å, the first along x.
    positions : float array (N, 3)
        Positions in Å.
    numbers : int array (N,)
        Atomic numbers.
    frame : float array (3, 3)
        Rows are the axes of this frame in the Cartesian coordinates of the slab as given.
    spacing_ang : float
        Typical nearest-neighbour distance, the unit of tolerances.
    """

    cell: NDArray[np.float64]
    positions: NDArray[np.float64]
    numbers: NDArray[np.int64]
    frame: NDArray[np.float64]
    spacing_ang: float


def flat_slab(atoms: "Atoms") -> FlatSlab:
    """Return the slab turned flat.

    Raises
    ------
    SurfaceError
        If the structure is not a slab: periodic along its first two cell vectors, with vacuum
        along the third.
    """
    first, second, third = atoms.cell.array
    normal = np.cross(first, second)
    area = float(np.linalg.norm(normal))
    if len(atoms) == 0 or not (atoms.pbc[0] and atoms.pbc[1]) or area < 1e-6:
        raise SurfaceError(
            f"{atoms.get_chemical_formula() or 'An empty structure'} is not a slab: it must be "
            f"periodic along its first two cell vectors, but pbc is {atoms.pbc.tolist()} and "
            f"they span {area:.3g} Å². Set the cell and pbc=(True, True, False)."
        )
    shortest = float(np.median(shortest_distances(atoms)))
    normal = normal / area * (-1 if normal @ third < -1e-9 else 1)
    x_axis = first / np.linalg.norm(first)
    frame = np.array([x_axis, np.cross(normal, x_axis), normal])
    return FlatSlab(
        cell=(atoms.cell.array[:2] @ frame.T)[:, :2],
        positions=_in_one_piece(atoms, normal, shortest) @ frame.T,
        numbers=np.asarray(atoms.numbers, dtype=np.int64),
        frame=frame,
        spacing_ang=shortest,
    )


def flat_atoms(
    numbers: NDArray[np.int64], positions: NDArray[np.float64], cell: NDArray[np.float64]
) -> "Atoms":
    """Return atoms periodic in the xy plane only; shapes (n,), (n, 3) and (2, 2), lengths in Å."""
    from ase import Atoms

    box = np.zeros((3, 3))
    box[:2, :2] = cell
    return Atoms(numbers=numbers, positions=positions, cell=box, pbc=(True, True, False))


def _in_one_piece(
    atoms: "Atoms", normal: NDArray[np.float64], spacing_ang: float
) -> NDArray[np.float64]:
    """Positions with the slab joined again, where periodicity may have cut it along c."""
    positions: NDArray[np.float64] = atoms.positions.copy()
    third = atoms.cell.array[2]
    period = float(third @ normal)
    if not atoms.pbc[2] or period < 1e-6:
        return positions
    heights = np.mod(positions @ normal, period)
    order = np.sort(heights)
    gaps = np.diff(np.append(order, order[0] + period))
    if gaps.max() < 1.1 * spacing_ang:
        raise SurfaceError(
            f"{atoms.get_chemical_formula()} is not a slab: its widest gap along the surface "
            f"normal is {gaps.max():.2f} Å, a bulk spacing. Add vacuum along the third cell vector."
        )
    bottom = order[(int(gaps.argmax()) + 1) % len(order)]
    turns = np.floor((positions @ normal - bottom + 1e-6) / period)
    return positions - turns[:, None] * third
