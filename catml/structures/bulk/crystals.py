"""Crystals of any kind: a bulk found in a file, made symmetric and put on a grid of whole numbers.

A `Crystal` has what planes and slabs need of a prototype (`catml.structures.bulk.prototypes`), so
that surfaces of both are counted and built by the same code. Miller indices refer to the standard
conventional cell of the space group, as spglib gives it (doi:10.1080/27660400.2024.2384822),
whatever cell the crystal was given in: a primitive cell and a supercell of one crystal have the
same surfaces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catml.elements.lattice import LatticeConstants
from catml.elements.properties import element_value
from catml.errors import ElementError, SurfaceError
from catml.structures.bulk.prototypes import metals

if TYPE_CHECKING:
    from ase import Atoms

_IntArray = NDArray[np.int64]
_Array = NDArray[np.float64]

SYMMETRY_TOLERANCE_ANG = 0.01
"""How far atoms may lie from where symmetry puts them, in Å."""

# Vectors of a centred cell are halves or thirds of the conventional ones.
_MILLER_UNIT = 6
# Fine enough for 0.0001 Å. Averages over the operations that keep an atom (48 at most) and the
# translations of the space groups (multiples of 1/24) stay on it.
_STEPS = 24 * 5000
_GRID = 48 * _STEPS


@dataclass(frozen=True)
class Crystal:
    """A bulk structure of any kind; see `catml.structures.bulk.crystal_files.read_crystal`.

    Attributes
    ----------
    formula : str
        Atoms of one formula unit, metals first, ``"SrTiO3"``.
    label : str
        What surface names write in brackets after the formula.
    species : tuple of str
        Elements in the order of `roles`: metals first, then the more frequent, then the less
        electronegative one.
    miller_cell : tuple of 3 tuples of 3 int
        Primitive lattice vectors in sixths of those of the conventional cell.
    vectors_ang : tuple of 3 tuples of 3 float
        Primitive lattice vectors as rows, in Å.
    roles : tuple of int
        Species of each atom of the primitive cell.
    positions : tuple of 3-tuples of int
        Atoms of the primitive cell, in whole units of ``1 / unit`` of its vectors.
    unit : int
        Parts that a cell vector is divided into.
    space_group : int
        Number of the space group, 1 to 230.
    source : str
        Where the crystal was read from. Not compared.
    """

    formula: str
    label: str
    species: tuple[str, ...]
    miller_cell: tuple[tuple[int, int, int], ...]
    vectors_ang: tuple[tuple[float, float, float], ...]
    roles: tuple[int, ...]
    positions: tuple[tuple[int, int, int], ...]
    unit: int
    space_group: int
    source: str = field(default="given by the caller", compare=False)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Crystal":
        """Return the crystal that `dataclasses.asdict` made this mapping of.

        Lists and arrays in place of tuples, as files leave them, do not matter.
        """
        return cls(
            formula=str(values["formula"]),
            label=str(values["label"]),
            species=tuple(str(symbol) for symbol in values["species"]),
            miller_cell=_int_rows(np.array(values["miller_cell"])),
            vectors_ang=_float_rows(np.array(values["vectors_ang"])),
            roles=tuple(int(role) for role in values["roles"]),
            positions=_int_rows(np.array(values["positions"])),
            unit=int(values["unit"]),
            space_group=int(values["space_group"]),
            source=str(values["source"]),
        )

    @property
    def name(self) -> str:
        """The label, which stands where a prototype's name would."""
        return self.label

    @property
    def nickname(self) -> str:
        """The space group in words."""
        return f"space group {self.space_group}"

    @property
    def n_indices(self) -> int:
        """Miller indices of a facet: four where the conventional cell is hexagonal."""
        return 4 if 143 <= self.space_group <= 194 else 3

    @property
    def ideal_ratio(self) -> None:
        """None: the shape of the cell is given, only its size can be changed."""
        return None

    @property
    def ratio(self) -> tuple[int, ...]:
        """Atoms of each species in the formula."""
        counts = [self.roles.count(role) for role in range(len(self.species))]
        return tuple(count // gcd(*counts) for count in counts)

    @cached_property
    def lengths_ang(self) -> tuple[float, float, float]:
        """Lengths a, b and c of the conventional cell in Å."""
        conventional = np.linalg.inv(np.array(self.miller_cell) / _MILLER_UNIT) @ self.vectors_ang
        a_ang, b_ang, c_ang = (float(x) for x in np.linalg.norm(conventional, axis=1))
        return a_ang, b_ang, c_ang

    def lattice_constants(self, *, a_ang: float | None = None) -> LatticeConstants:
        """Return a and c of the conventional cell, c None where the crystal is cubic.

        `a_ang` scales all lengths alike; by default they are the crystal's own.
        """
        a_own, _, c_own = self.lengths_ang
        scale = 1.0 if a_ang is None else a_ang / a_own
        c_ang = None if self.space_group >= 195 else c_own * scale
        source = self.source if a_ang is None else "given by the caller"
        return LatticeConstants(a_own * scale, c_ang, "unknown", source, False)

    def check_lattice(self, a_ang: float, c_ang: float | None = None) -> None:
        """Raise SurfaceError if c/a is not that of the crystal."""
        a_own, _, c_own = self.lengths_ang
        if c_ang is not None and abs(c_ang / a_ang * a_own / c_own - 1) > 1e-6:
            raise SurfaceError(
                f"{self.formula}[{self.label}] has c/a = {c_own / a_own:.4f}; the lattice "
                f"constants ({a_ang:g}, {c_ang:g}) have another. Give (a, None) to scale all "
                "lengths alike, or change the crystal before making the surface."
            )

    def cell(self, a_ang: float, c_ang: float | None = None) -> _Array:
        """Return the primitive lattice vectors as rows, shape (3, 3), in Å.

        All lengths are scaled alike, to give the conventional cell the length `a_ang`; `c_ang`
        says nothing new (see `check_lattice`).
        """
        scaled: _Array = np.array(self.vectors_ang) * (a_ang / self.lengths_ang[0])
        return scaled

    def ideal_cell(self) -> _Array:
        """Return the primitive cell with a = 1, shape (3, 3)."""
        return self.cell(1.0)

    def conventional_vectors(self) -> _IntArray:
        """Return the vectors of the conventional cell in primitive ones, shape (3, 3)."""
        return _whole(np.linalg.inv(np.array(self.miller_cell) / _MILLER_UNIT))


def crystal_of_atoms(atoms: "Atoms", *, label: str | None = None, source: str) -> Crystal:
    """Return the crystal of a bulk given in any cell.

    Atoms are moved by up to `SYMMETRY_TOLERANCE_ANG` to where symmetry puts them.

    Raises
    ------
    SurfaceError
        If no space group can be found.
    """
    from ase.data import chemical_symbols

    standard = _standard_cells(atoms)
    if standard is None:
        raise SurfaceError(
            f"No space group was found for the crystal {atoms.get_chemical_formula()} ({source}): "
            "its atoms may be too close to each other, or its cell badly skewed. Check the file."
        )
    whole, primitive, found = standard
    cell, fractions, numbers = primitive
    symbols = [chemical_symbols[number] for number in numbers]
    species = _ordered(symbols)
    places, unit = _on_grid(fractions, cell, found.rotations, found.translations)
    atoms_in_order = sorted(
        (species.index(symbol), *place)
        for symbol, place in zip(symbols, places.tolist(), strict=True)
    )
    return Crystal(
        formula=_formula(species, symbols),
        label=label or f"sg{found.number}",
        species=species,
        miller_cell=_int_rows(_whole(cell @ np.linalg.inv(whole) * _MILLER_UNIT)),
        vectors_ang=_float_rows(cell),
        roles=tuple(role for role, *_ in atoms_in_order),
        positions=tuple((x, y, z) for _, x, y, z in atoms_in_order),
        unit=unit,
        space_group=int(found.number),
        source=source,
    )


def _standard_cells(atoms: "Atoms") -> tuple[_Array, Any, Any] | None:
    """The conventional vectors, the primitive cell and its space group; None if none is found."""
    import warnings

    import spglib

    given = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    tolerance = SYMMETRY_TOLERANCE_ANG
    with warnings.catch_warnings():
        # Newer versions of spglib want to raise where they return None today.
        warnings.simplefilter("ignore", DeprecationWarning)
        whole = spglib.standardize_cell(given, to_primitive=False, symprec=tolerance)
        primitive = spglib.standardize_cell(given, to_primitive=True, symprec=tolerance)
        if whole is None or primitive is None:
            return None
        found = spglib.get_symmetry_dataset(primitive, symprec=tolerance)
    return None if found is None else (whole[0], primitive, found)


def _on_grid(
    fractions: _Array, cell: _Array, rotations: _IntArray, translations: _Array
) -> tuple[_IntArray, int]:
    """Whole coordinates that obey the symmetry exactly, and the unit they are counted in.

    Of each set of equivalent atoms one is put in place: rounded, and averaged over the operations
    that keep it. The others follow from it by the operations.
    """
    shifts = _whole(translations * 24) * (_GRID // 24)
    places = np.zeros(fractions.shape, dtype=np.int64)
    left = np.ones(len(fractions), dtype=bool)
    while left.any():
        first = int(left.argmax())
        moved = fractions[first] @ rotations.transpose(0, 2, 1) + translations
        target, turns = _nearest(moved, fractions, cell)
        kept = target == first
        start = _whole(fractions[first] * _STEPS) * (_GRID // _STEPS)
        images = start @ rotations.transpose(0, 2, 1) + shifts
        place = (images - turns * _GRID)[kept].sum(axis=0) // int(kept.sum())
        images = place @ rotations.transpose(0, 2, 1) + shifts
        places[target] = images % _GRID
        left[target] = False
    shared = gcd(_GRID, *places.ravel().tolist())
    return places // shared, _GRID // shared


def _nearest(points: _Array, atoms: _Array, cell: _Array) -> tuple[_IntArray, _IntArray]:
    """The atom each point (fractions of the cell) lies on, and the cell vectors between them."""
    offset = points[:, None] - atoms
    turns = np.rint(offset)
    target = np.linalg.norm((offset - turns) @ cell, axis=2).argmin(axis=1)
    return target, _whole(turns[np.arange(len(points)), target])


def _ordered(symbols: Sequence[str]) -> tuple[str, ...]:
    def rank(symbol: str) -> tuple[bool, int, float, str]:
        return (
            symbol not in metals(),
            -symbols.count(symbol),
            _electronegativity(symbol),
            symbol,
        )

    return tuple(sorted(set(symbols), key=rank))


def _electronegativity(symbol: str) -> float:
    try:
        return element_value(symbol, "pauling_electronegativity")
    except ElementError:
        return 0.0


def _formula(species: Sequence[str], symbols: Sequence[str]) -> str:
    counts = [symbols.count(symbol) for symbol in species]
    shared = gcd(*counts)
    return "".join(
        symbol + (str(count // shared) if count > shared else "")
        for symbol, count in zip(species, counts, strict=True)
    )


def _whole(numbers: NDArray[np.floating[Any]]) -> _IntArray:
    return np.rint(numbers).astype(np.int64)


def _int_rows(rows: _IntArray) -> tuple[tuple[int, int, int], ...]:
    return tuple((int(x), int(y), int(z)) for x, y, z in rows)


def _float_rows(rows: _Array) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(x), float(y), float(z)) for x, y, z in rows)
