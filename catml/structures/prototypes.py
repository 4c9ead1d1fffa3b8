"""Bulk structure types: their lattices, atoms, and which one a composition is taken to have.

A prototype is an integer object. Its atoms sit at fractions of a primitive cell counted in
twelfths, so that planes, layers and terminations follow from whole numbers; lengths come in only
with `Prototype.cell`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

PrototypeName = Literal["A1", "A2", "A3", "L1_2", "L1_0", "B2"]

TWELFTHS = 12
"""Atomic coordinates are counted in twelfths of a cell vector."""


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
        other.
    positions : tuple of 3-tuples of int
        Atoms of the primitive cell, in twelfths of its vectors.
    ideal_ratio : float or None
        c/a of touching spheres for a prototype with a free c, None for a cubic one. In L1_0 c and
        a belong to the four-atom cell (c/a = 1 is cubic), as everywhere in catml.
    """

    name: PrototypeName
    label: str
    nickname: str
    miller_cell: tuple[tuple[int, int, int], ...]
    roles: tuple[int, ...]
    positions: tuple[tuple[int, int, int], ...]
    ideal_ratio: float | None = None

    @property
    def n_indices(self) -> int:
        """Miller indices a facet of this prototype is written with."""
        return 4 if self.name == "A3" else 3

    @property
    def ratio(self) -> tuple[int, ...]:
        """Atoms of each role in the formula, ``(3, 1)`` for L1_2."""
        return (1,) if max(self.roles) == 0 else (self.roles.count(0), self.roles.count(1))

    def cell(self, a_ang: float, c_ang: float | None = None) -> NDArray[np.float64]:
        """Return the primitive lattice vectors as rows, shape (3, 3), in Å."""
        c = a_ang if c_ang is None else c_ang
        if self.name == "A3":
            box = np.array([[a_ang, 0, 0], [-a_ang / 2, a_ang * sqrt(3) / 2, 0], [0, 0, c]])
        elif self.name == "L1_0":
            box = np.diag([a_ang / sqrt(2), a_ang / sqrt(2), c])
        else:
            box = np.diag([a_ang, a_ang, a_ang])
        return np.array(self.miller_cell) / 2 @ box

    def ideal_cell(self) -> NDArray[np.float64]:
        """Return the primitive cell with a = 1 and the ideal c/a, shape (3, 3)."""
        return self.cell(1.0, self.ideal_ratio)


_SIMPLE = ((2, 0, 0), (0, 2, 0), (0, 0, 2))

PROTOTYPES: dict[str, Prototype] = {
    prototype.name: prototype
    for prototype in (
        Prototype("A1", "A1", "fcc", ((0, 1, 1), (1, 0, 1), (1, 1, 0)), (0,), ((0, 0, 0),)),
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


def prototypes_for(ratio: Sequence[int]) -> tuple[Prototype, ...]:
    """Return the prototypes whose formula has these atom counts, the usual one first.

    Examples
    --------
    >>> [prototype.name for prototype in prototypes_for((3, 1))]
    ['L1_2']
    """
    wanted = tuple(sorted(ratio, reverse=True))
    return tuple(p for p in PROTOTYPES.values() if p.ratio == wanted)


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
