"""The primitive surface cell of a slab, in a frame of its own.

It is found from the atoms alone, all layers included, so that the cell a slab happens to be given
in does not matter; the vacuum and the third cell vector play no part. Atoms that relaxation, noise
or heat has moved are first put back where they belong (`catml.structures.finding.parents`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from ase.data import chemical_symbols
from numpy.typing import NDArray

from catml.structures.finding.flat_slabs import FlatSlab, flat_atoms, flat_slab
from catml.structures.finding.matching import USUAL, AtomFinder
from catml.structures.finding.matching import Image as Image
from catml.structures.finding.parents import ideal_positions
from catml.structures.finding.translations import translations_of
from catml.structures.neighbors import Neighbors, shortest_distances

if TYPE_CHECKING:
    from ase import Atoms


@dataclass(frozen=True, eq=False)
class SurfaceCell:
    """The primitive cell of a slab, turned so that the surface normal is +z.

    Attributes
    ----------
    cell : float array (2, 2)
        Primitive in-plane lattice vectors (rows) in Å, the shortest pair.
    positions : float array (n, 3)
        Positions of its atoms in Å.
    numbers : int array (n,)
        Atomic numbers.
    spacing_ang : float
        Typical nearest-neighbour distance, the unit of tolerances.
    slab_cell : float array (2, 2)
        In-plane vectors of the slab as given, in the same frame.
    slab_positions : float array (N, 3)
        Ideal positions of the slab's atoms, in the same frame.
    parents : int array (N,)
        The atom of the primitive cell each of the slab's atoms repeats.
    frame : float array (3, 3)
        Rows are the axes of this frame in the slab's Cartesian coordinates.
    displacements : float array (N, 3) or None
        How far each of the slab's atoms is from its ideal position in Å, in the same frame; None
        where all are in place.
    """

    cell: NDArray[np.float64]
    positions: NDArray[np.float64]
    numbers: NDArray[np.int64]
    spacing_ang: float
    slab_cell: NDArray[np.float64]
    slab_positions: NDArray[np.float64]
    parents: NDArray[np.int64]
    frame: NDArray[np.float64]
    displacements: NDArray[np.float64] | None = None

    @cached_property
    def symbols(self) -> list[str]:
        """Element symbols of the primitive cell's atoms."""
        return [chemical_symbols[number] for number in self.numbers]

    def places(self, images: Sequence[Image]) -> NDArray[np.float64]:
        """Return the positions of images in Å, shape (n_images, 3)."""
        table = np.array(images)
        places = self.positions[table[:, 0]]
        places[:, :2] += table[:, 1:] @ self.cell
        return places

    def atoms(self) -> "Atoms":
        """Return the primitive cell as an ase.Atoms without vacuum, periodic in the plane."""
        return flat_atoms(self.numbers, self.positions, self.cell)

    def slab_atoms(self) -> "Atoms":
        """Return the ideal slab, turned into this frame, periodic in the plane only."""
        return flat_atoms(self.numbers[self.parents], self.slab_positions, self.slab_cell)

    @property
    def actual_positions(self) -> NDArray[np.float64]:
        """Where the slab's atoms really are in Å, in this frame, shape (N, 3)."""
        if self.displacements is None:
            return self.slab_positions
        return self.slab_positions + self.displacements

    def actual_distances(self, pairs: Neighbors) -> NDArray[np.float64]:
        """Return the true distances of pairs of the ideal slab's atoms in Å, shape (n_pairs,)."""
        if self.displacements is None:
            return pairs.distance
        return np.asarray(np.linalg.norm(self.actual_bonds(pairs), axis=1))

    def actual_bonds(self, pairs: Neighbors) -> NDArray[np.float64]:
        """Return the true vectors of pairs of the ideal slab's atoms in Å, shape (n_pairs, 3)."""
        actual = self.actual_positions
        vectors = actual[pairs.j] - actual[pairs.i]
        vectors[:, :2] += pairs.shift[:, :2] @ self.slab_cell
        return vectors

    def displacement(self, atoms: Sequence[int]) -> NDArray[np.float64]:
        """Return the mean displacement of some of the slab's atoms in Å, shape (3,)."""
        if self.displacements is None:
            return np.zeros(3)
        return np.asarray(self.displacements[list(atoms)].mean(axis=0))

    def slab_images(self, images: Sequence[Image], shift: NDArray[np.float64]) -> tuple[Image, ...]:
        """Return the images of the slab's own atoms at those of the primitive cell's atoms.

        `shift` is a lattice translation in Å, shape (3,), that displaces them first.
        """
        du, dv = np.rint(shift[:2] @ np.linalg.inv(self.cell)).astype(int).tolist()
        found = []
        for atom, u, v in images:
            rest, turns = self._within_slab(u + du, v + dv)
            own, own_turns = self._slab_atoms_by_place[atom, *rest]
            found.append((own, turns[0] - own_turns[0], turns[1] - own_turns[1]))
        return tuple(found)

    @cached_property
    def _slab_vectors(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The slab's cell in whole primitive vectors."""
        (a, b), (c, d) = np.rint(self.slab_cell @ np.linalg.inv(self.cell)).astype(int).tolist()
        return (a, b), (c, d)

    @cached_property
    def _slab_atoms_by_place(self) -> dict[tuple[int, int, int], tuple[int, tuple[int, int]]]:
        """The slab's atoms, by the primitive atom and the cell of the slab they are in."""
        offset = (self.slab_positions - self.positions[self.parents])[:, :2]
        cells = np.rint(offset @ np.linalg.inv(self.cell)).astype(int).tolist()
        table = {}
        for own, (atom, (u, v)) in enumerate(zip(self.parents.tolist(), cells, strict=True)):
            rest, turns = self._within_slab(u, v)
            table[atom, *rest] = (own, turns)
        return table

    def _within_slab(self, u: int, v: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """A primitive lattice point brought into the slab's cell, and the turns it took."""
        (a, b), (c, d) = self._slab_vectors
        area = a * d - b * c
        m, n = (u * d - v * c) // area, (v * a - u * b) // area
        return (u - m * a - n * c, v - m * b - n * d), (m, n)


def surface_cell(atoms: "Atoms", *, parent: "Atoms | None" = None) -> SurfaceCell:
    """Reduce a slab to its primitive surface cell.

    Parameters
    ----------
    atoms : ase.Atoms
        A slab.
    parent : ase.Atoms, optional
        The ideal slab it was before its atoms moved: the same atoms in the same order. By default
        it is looked for (`catml.structures.finding.parents.ideal_positions`).

    Raises
    ------
    SurfaceError
        If the structure is not a slab: periodic along its first two cell vectors, with vacuum
        along the third; or if it is no displaced copy of `parent`.
    """
    slab = flat_slab(atoms)
    return _reduced_slab(slab, ideal_positions(atoms, slab, parent))


def surface_cell_as_it_is(atoms: "Atoms") -> SurfaceCell:
    """Reduce a slab to its primitive surface cell, atoms that have moved left where they are.

    Raises
    ------
    SurfaceError
        If the structure is not a slab.
    """
    return _reduced_slab(flat_slab(atoms), None)


def _reduced_slab(slab: FlatSlab, ideal: NDArray[np.float64] | None) -> SurfaceCell:
    spacing = slab.spacing_ang
    if ideal is None:
        positions, displacements = slab.positions, None
    else:
        positions, displacements = ideal, slab.positions - ideal
        spacing = float(np.median(shortest_distances(flat_atoms(slab.numbers, ideal, slab.cell))))
    finder = AtomFinder(positions, slab.cell, slab.numbers, spacing)
    basis, orbits = translations_of(finder, USUAL)
    chosen = np.unique(orbits)
    return SurfaceCell(
        cell=basis,
        positions=positions[chosen],
        numbers=slab.numbers[chosen],
        spacing_ang=spacing,
        slab_cell=slab.cell,
        slab_positions=positions,
        parents=np.searchsorted(chosen, orbits),
        frame=slab.frame,
        displacements=displacements,
    )


def lattice_points(surface: SurfaceCell) -> NDArray[np.float64]:
    """Return the primitive lattice translations within one cell of the slab, shape (n, 2), Å."""
    first = np.flatnonzero(surface.parents == 0)
    return (surface.slab_positions[first] - surface.slab_positions[first[0]])[:, :2]
