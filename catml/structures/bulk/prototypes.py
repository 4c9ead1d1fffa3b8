"""Bulk structure types: their lattices, atoms, and which one a composition is taken to have.

A prototype is an integer object. Its atoms sit at fractions of a primitive cell counted in whole
units (twelfths, but for rutile), so that planes, layers and terminations follow from whole
numbers; lengths come in only with `Prototype.cell`.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from math import gcd, sqrt
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

PrototypeName = Literal["A1", "A2", "A3", "L1_2", "L1_0", "B2", "D0_19", "B1", "C4"]


class BulkStructure(Protocol):
    """What planes and slabs are made of: a `Prototype`, or a crystal read from a file.

    The attributes are those of `Prototype`; objects must be hashable.
    """

    @property
    def name(self) -> str:
        """See `Prototype`, as for everything below."""
        ...

    @property
    def miller_cell(self) -> tuple[tuple[int, int, int], ...]:
        """Primitive vectors in halves of those that Miller indices refer to."""
        ...

    @property
    def roles(self) -> tuple[int, ...]:
        """Species of each atom."""
        ...

    @property
    def positions(self) -> tuple[tuple[int, int, int], ...]:
        """Atoms in whole units."""
        ...

    @property
    def ideal_ratio(self) -> float | None:
        """Typical c/a, None where c is not free."""
        ...

    @property
    def unit(self) -> int:
        """Parts that a cell vector is divided into."""
        ...

    @property
    def n_indices(self) -> int:
        """Miller indices of a facet."""
        ...

    def __hash__(self) -> int: ...

    def cell(self, a_ang: float, c_ang: float | None = None) -> NDArray[np.float64]:
        """Return the primitive lattice vectors in Å."""
        ...

    def ideal_cell(self) -> NDArray[np.float64]:
        """Return the primitive cell with a = 1."""
        ...

    def conventional_vectors(self) -> NDArray[np.int64]:
        """Return the vectors that Miller indices refer to, in primitive ones."""
        ...


@dataclass(frozen=True)
class Prototype:
    """A bulk structure type.

    Attributes
    ----------
    name : str
        Strukturbericht name, ``"L1_2"``.
    label : str
        The name as surface names write it in brackets, ``"L12"``.
    nickname : str
        What it is usually called, ``"fcc"``.
    miller_cell : tuple of 3 tuples of 3 int
        Primitive lattice vectors in halves of the vectors of the cell that Miller indices refer
        to: the cubic cell, the hexagonal cell, and for L1_0 the two-atom tetragonal cell.
    roles : tuple of int
        Species of each atom of the primitive cell: 0 is the majority (or first) element, 1 the
        other; in B1 and C4 0 is the metal and 1 the non-metal.
    positions : tuple of 3-tuples of int
        Atoms of the primitive cell, in whole units of ``1 / unit`` of its vectors.
    ideal_ratio : float or None
        c/a of touching spheres for a prototype with a free c (of a typical oxide for C4), None
        for a cubic one. In L1_0 c and a belong to the four-atom cell (c/a = 1 is cubic), as
        everywhere in catml.
    unit : int
        Parts that a cell vector is divided into.
    """

    name: PrototypeName
    label: str
    nickname: str
    miller_cell: tuple[tuple[int, int, int], ...]
    roles: tuple[int, ...]
    positions: tuple[tuple[int, int, int], ...]
    ideal_ratio: float | None = None
    unit: int = 12

    @property
    def n_indices(self) -> int:
        """Miller indices a facet of this prototype is written with."""
        return 4 if self.name in _HEXAGONAL else 3

    @cached_property
    def ratio(self) -> tuple[int, ...]:
        """Atoms of each role in the formula, ``(3, 1)`` for L1_2."""
        counts = [self.roles.count(role) for role in range(max(self.roles) + 1)]
        return tuple(count // gcd(*counts) for count in counts)

    def cell(self, a_ang: float, c_ang: float | None = None) -> NDArray[np.float64]:
        """Return the primitive lattice vectors as rows, shape (3, 3), in Å."""
        c = a_ang if c_ang is None else c_ang
        if self.name in _HEXAGONAL:
            box = np.array([[a_ang, 0, 0], [-a_ang / 2, a_ang * sqrt(3) / 2, 0], [0, 0, c]])
        elif self.name == "L1_0":
            box = np.diag([a_ang / sqrt(2), a_ang / sqrt(2), c])
        else:
            box = np.diag([a_ang, a_ang, c])
        return np.array(self.miller_cell) / 2 @ box

    def ideal_cell(self) -> NDArray[np.float64]:
        """Return the primitive cell with a = 1 and the ideal c/a, shape (3, 3)."""
        return self.cell(1.0, self.ideal_ratio)

    def conventional_vectors(self) -> NDArray[np.int64]:
        """Return the vectors that Miller indices refer to, in primitive ones, shape (3, 3)."""
        return np.rint(np.linalg.inv(np.array(self.miller_cell) / 2)).astype(np.int64)


_HEXAGONAL = ("A3", "D0_19")
_SIMPLE = ((2, 0, 0), (0, 2, 0), (0, 0, 2))
_FACE_CENTERED = ((0, 1, 1), (1, 0, 1), (1, 1, 0))
# Oxygen of rutile sits at (u, u, 0); measured u are 0.3048 in TiO2 (doi:10.1063/1.1676569), 0.3053,
# 0.3056, 0.3060 and 0.3077 in RuO2, SnO2, GeO2 and IrO2 (doi:10.1107/S0108768197001468).
_RUTILE = ((0, 0, 0), (100, 100, 100), (61, 61, 0), (139, 139, 0), (161, 39, 100), (39, 161, 100))
# Ni3Sn type with each close-packed plane a regular 2 x 2 pattern: x = 5/6 of the Wyckoff site 6h.
_D0_19 = (
    *((10, 8, 3), (4, 2, 3), (10, 2, 3), (2, 4, 9), (8, 10, 9), (2, 10, 9)),
    *((4, 8, 3), (8, 4, 9)),
)

PROTOTYPES: dict[str, Prototype] = {
    prototype.name: prototype
    for prototype in (
        Prototype("A1", "A1", "fcc", _FACE_CENTERED, (0,), ((0, 0, 0),)),
        Prototype("A2", "A2", "bcc", ((-1, 1, 1), (1, -1, 1), (1, 1, -1)), (0,), ((0, 0, 0),)),
        Prototype("A3", "A3", "hcp", _SIMPLE, (0, 0), ((4, 8, 3), (8, 4, 9)), sqrt(8 / 3)),
        Prototype(
            "L1_2",
            "L12",
            "Cu3Au type",
            _SIMPLE,
            (0, 0, 0, 1),
            ((0, 6, 6), (6, 0, 6), (6, 6, 0), (0, 0, 0)),
        ),
        Prototype("L1_0", "L10", "CuAu type", _SIMPLE, (0, 1), ((0, 0, 0), (6, 6, 6)), 1.0),
        Prototype("B2", "B2", "CsCl type", _SIMPLE, (0, 1), ((0, 0, 0), (6, 6, 6))),
        Prototype("D0_19", "D019", "Ni3Sn type", _SIMPLE, (0,) * 6 + (1,) * 2, _D0_19, sqrt(2 / 3)),
        Prototype("B1", "B1", "rocksalt", _FACE_CENTERED, (0, 1), ((0, 0, 0), (6, 6, 6))),
        Prototype("C4", "C4", "rutile", _SIMPLE, (0, 0, 1, 1, 1, 1), _RUTILE, 0.67, unit=200),
    )
}

_OF_LABEL = {name: p for p in PROTOTYPES.values() for name in (p.name, p.label)}

_NOT_METALS = frozenset(
    ("H", "He", "C", "N", "O", "F", "Ne", "P", "S", "Cl", "Ar", "Br", "Kr", "I", "Xe", "At", "Rn")
)
# Their ground state is double hcp, which reference tables list as hcp.
_DOUBLE_HCP = frozenset(("La", "Pr", "Nd"))
_OF_SYMMETRY: dict[str, PrototypeName] = {"fcc": "A1", "bcc": "A2", "hcp": "A3"}


def prototype_of_label(label: str) -> Prototype | None:
    """Return the prototype written ``[label]`` in names (``L12`` or ``L1_2``), None if unknown."""
    return _OF_LABEL.get(label)


@cache
def metals() -> frozenset[str]:
    """Return the symbols of the elements a surface may be made of: all but the non-metals."""
    from ase.data import chemical_symbols

    return frozenset(chemical_symbols[1:104]) - _NOT_METALS


@cache
def ground_state(element: str) -> PrototypeName:
    """Return the prototype a pure element is taken to have.

    The structure found in experiment where it is fcc, hcp or bcc (``ase.data.reference_states``);
    the other metals (Ga, In, Sn, Hg, Bi, Mn, La ...) are taken as A1, the way the bimetallic
    adsorption datasets model them.

    Examples
    --------
    >>> ground_state("Ru"), ground_state("Mn")
    ('A3', 'A1')
    """
    from ase.data import atomic_numbers, reference_states

    state = reference_states[atomic_numbers[element]] or {}
    if element in _DOUBLE_HCP:
        return "A1"
    return _OF_SYMMETRY.get(state.get("symmetry", ""), "A1")


def overlayer_prototype(top: str, substrate: str, n_indices: int) -> PrototypeName:
    """Return the prototype of a monolayer on a substrate of another structure.

    Four indices say A3. With three, A1 wins where either metal has it (an fcc metal and its
    substrate are modelled alike, whatever the substrate is by itself), then A2.

    Examples
    --------
    >>> overlayer_prototype("Cu", "Ru", 3), overlayer_prototype("Pt", "Ru", 4)
    ('A1', 'A3')
    """
    states = (ground_state(top), ground_state(substrate))
    order: tuple[PrototypeName, ...] = ("A3",) if n_indices == 4 else ("A1", "A2")
    return next((name for name in order if name in states), states[0])
