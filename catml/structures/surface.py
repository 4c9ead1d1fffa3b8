"""Surfaces by name: one grammar for Python, YAML, the command line and tables.

============================  ==============================================================
``Pt(111)``                   pure metal in its ground-state prototype
``Ru[A1](111)``               the same in a prototype of choice: A1, A2 or A3
``Pt3Ni(111)``                ordered alloy: X3Y is L1_2, XY is L1_0 (or B2, ``NiAl[B2](110)``)
``Ti3Al(0001)``               the same with four indices: X3Y is D0_19
``MgO(100)``                  compound of a metal and a non-metal: XY is B1 (rocksalt)
``RuO2(110)``                 the same as MX2: C4 (rutile)
``Pt3Ni(100):NiPt``           a termination, by the elements of its top plane
``Ni@Cu(100)``                overlayer: one monolayer of Cu on Ni, at the lattice constant of Ni
``Ni-Cu@Cu(100)``             the same with two monolayers
``Cu-Ni@Cu(100)``             near-surface alloy: a layer of Ni below one layer of Cu on Cu
``Cu3Zr@Cu(100)``             skin: the top layer of Cu3Zr made pure Cu
``Pt3Ni-Ni@Pt(111)``          segregated: layers of Ni and, on top, Pt in place of those of Pt3Ni
``Pt1/Cu(111)``               single-atom alloy: one Pt in the Cu top layer of the supercell
``Cu0.75Pd0.25(111)``         solid solution: Cu and Pd share the lattice of Cu at random
``Cu0.5Pd0.5{ordered}(111)``  the same with as few like atoms beside each other as possible
============================  ==============================================================

Layers go from the bulk outwards, any number of them, the top one behind the ``@``. Each is closed
(on a stepped facet it spans several planes) and is an element or a mixture,
``Pt3Ni-Pt0.5Ni0.5@Pt(111)``. A solid solution has the lattice of its main element, or the one in
brackets, ``Fe0.5Ni0.5[A1](111)``. Braces behind a mixture choose its arrangement, ``{seed=3}``
instead of seed 0; see `catml.structures.grammar.mixtures`. A single atom in an alloy X3Y takes the
place of an X.

Miller indices refer to the cubic cell, in A3 and D0_19 (four indices) to the hexagonal cell, in
C4 to the tetragonal cell, and in L1_0 to the two-atom tetragonal cell, in which (101) is the
close-packed facet. A name stays as written, but spaces, zeros at the end of fractions and a
bracketed prototype that is inferred anyway go, subscripts and barred indices become plain text,
and the elements of a termination are sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from catml.errors import SurfaceError
from catml.structures.bulk.crystal_names import facet_text, parse_crystal_name
from catml.structures.bulk.crystals import Crystal
from catml.structures.bulk.prototypes import PROTOTYPES, BulkStructure, metals
from catml.structures.bulk.stacking import Stacking, stacking
from catml.structures.bulk.terminations import Cut, surface_cuts, top_labels
from catml.structures.grammar.bodies import Modification
from catml.structures.grammar.mixtures import Mixture
from catml.structures.grammar.names import parse_name

if TYPE_CHECKING:
    from pathlib import Path

    from ase import Atoms
    from pymatgen.core import Structure

    from catml.elements.lattice import LatticeConstants
    from catml.structures.backends import Backend
    from catml.structures.building.cells import Size
    from catml.structures.building.options import Strain

Family = Literal[
    "pure",
    "ordered-alloy",
    "compound",
    "overlayer",
    "near-surface",
    "skin",
    "single-atom",
    "segregated",
    "solid-solution",
]

_FROM_PARTS = (
    "name",
    "bulk",
    "species",
    "miller",
    "facet",
    "modification",
    "coats",
    "solution",
    "host",
    "guest",
    "termination",
)


@dataclass(frozen=True, order=True)
class Surface:
    """A surface: bulk, facet, termination and modification. Equal, ordered and hashed by name.

    Parameters
    ----------
    name : str
        A surface name; afterwards the attribute holds its canonical spelling.
    crystal : Crystal, optional
        The bulk that the name is about, where it is none of the prototypes; see `from_bulk`.

    Attributes
    ----------
    bulk : str
        Formula of the bulk, or of the substrate of an overlayer.
    species : tuple of str
        Its elements, the majority (else the first written) first, the metal of a compound first.
    prototype : str
        Strukturbericht name of the bulk, ``"L1_2"``; of a crystal from a file its label.
    miller : tuple of int
        Miller indices, four for A3 and D0_19.
    facet : str
        The same as text, ``"111"``, ``"10-10"``.
    modification : str
        ``"none"``; with closed layers ``"overlayer"`` (of one metal on another), ``"skin"`` (of
        one metal on an ordered alloy), ``"near-surface"`` (a layer of another metal below the top
        one) or else ``"segregated"``; ``"single-atom"`` or ``"solid-solution"``.
    coats : tuple of Mixture
        The closed layers that are not the bulk's, from the top.
    solution : Mixture or None
        The composition of a bulk that is a solid solution.
    host : str
        The metal that the surface mainly shows: the one with the largest share (of several the
        alphabetically first) in the top layer of a layered surface, else in the alloy; the metal
        of a compound, the host of a single atom.
    guest : str or None
        The other element: of a top layer or alloy, below the top layer, or the single atom. None
        for a pure metal.
    termination : str or None
        The label written in the name, None if there is none; see `terminations`.

    Raises
    ------
    SurfaceError
        If the name cannot be read or names a surface that cannot exist.

    Examples
    --------
    >>> Surface("Cu3Zr@Cu(100)").family
    'skin'
    >>> Surface("Pt3Ni[L12](111)")
    Surface('Pt3Ni(111)')
    """

    name: str
    bulk: str = field(init=False, compare=False)
    species: tuple[str, ...] = field(init=False, compare=False)
    prototype: str = field(init=False, compare=False)
    miller: tuple[int, ...] = field(init=False, compare=False)
    facet: str = field(init=False, compare=False)
    modification: Modification = field(init=False, compare=False)
    coats: tuple[Mixture, ...] = field(init=False, compare=False)
    solution: Mixture | None = field(init=False, compare=False)
    host: str = field(init=False, compare=False)
    guest: str | None = field(init=False, compare=False)
    termination: str | None = field(init=False, compare=False)
    crystal: Crystal | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise SurfaceError(
                f'A surface is made from its name, such as "Pt(111)"; '
                f"got {self.name!r} of type {type(self.name).__name__}."
            )
        parts = (
            parse_name(self.name)
            if self.crystal is None
            else parse_crystal_name(self.name, self.crystal)
        )
        values = {name: getattr(parts, name) for name in _FROM_PARTS}
        values["prototype"] = parts.prototype.name
        for attribute, value in values.items():
            object.__setattr__(self, attribute, value)
        if self.termination is not None:
            self._check_termination()

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        crystal = "" if self.crystal is None else f", crystal=<{self.crystal.source}>"
        return f"Surface({self.name!r}{crystal})"

    def __eq__(self, other: object) -> bool:
        """Whether two surfaces have one name and, if read from a file, one crystal."""
        if not isinstance(other, Surface):
            return NotImplemented
        return self.name == other.name and self.crystal == other.crystal

    @classmethod
    def from_bulk(
        cls,
        source: "str | Path | Atoms | Structure | Crystal",
        miller: Sequence[int] | str,
        *,
        termination: str | None = None,
        label: str | None = None,
    ) -> "Surface":
        """Return a surface of any bulk crystal.

        Parameters
        ----------
        source : path, ase.Atoms, pymatgen Structure or Crystal
            The bulk; see `catml.structures.bulk.crystal_files.read_crystal`.
        miller : sequence of int or str
            Miller indices with respect to the standard conventional cell, four (or three) where
            that is hexagonal: ``(1, 1, 0)``, ``"10-10"``.
        termination : str, optional
            One of the labels of `terminations`.
        label : str, optional
            What stands in brackets in the name, by default the space group.

        Raises
        ------
        SurfaceError
            If the bulk cannot be read, or has no such facet or termination.

        Examples
        --------
        >>> from ase.build import bulk
        >>> surface = Surface.from_bulk(bulk("ZnS", "zincblende", a=5.41), (1, 1, 1))
        >>> surface.name, [one.termination for one in surface.terminations()]
        ('ZnS[sg216](111)', ['Zn-1', 'S-1', 'Zn-2', 'S-2'])
        """
        from catml.structures.bulk.crystal_files import read_crystal

        crystal = read_crystal(source, label=label)
        suffix = f":{termination}" if termination else ""
        return cls(f"({facet_text(miller)}){suffix}", crystal=crystal)

    @property
    def family(self) -> Family:
        """The kind of surface: the modification, else pure, compound or ordered-alloy."""
        if self.modification != "none":
            return self.modification
        if not metals().issuperset(self.species):
            return "compound"
        return "pure" if len(self.species) == 1 else "ordered-alloy"

    @property
    def elements(self) -> tuple[str, ...]:
        """Every element of the surface, sorted by symbol."""
        guest = {self.guest} if self.guest else set()
        coats = {element for coat in self.coats for element in coat.elements}
        return tuple(sorted({*self.species, *coats, *guest}))

    @property
    def top(self) -> str | None:
        """Element of the top layer where that is not the bulk's and has only one, else None."""
        return self.coats[0].main if self.coats and self.coats[0].is_pure else None

    @property
    def second(self) -> str | None:
        """Element of the second layer of a near-surface alloy, else None."""
        return self.coats[1].main if self.modification == "near-surface" else None

    @property
    def has_mixture(self) -> bool:
        """Whether several elements share the places of the bulk or of a layer."""
        return self.solution is not None or not all(coat.is_pure for coat in self.coats)

    @property
    def planes_per_layer(self) -> int:
        """Atomic planes that make up a closed layer: one on a flat facet, more on a stepped one."""
        return self.stacking.exposed_layers(self.cut.top)

    @property
    def structure(self) -> BulkStructure:
        """The bulk's structure: its cell and the atoms in it."""
        return PROTOTYPES[self.prototype] if self.crystal is None else self.crystal

    @property
    def cut(self) -> Cut:
        """The plane that ends the crystal, and the side it faces."""
        return surface_cuts(self.structure, self.miller)[self.termination_index]

    @property
    def stacking(self) -> Stacking:
        """The bulk as a stack of planes along the surface's normal."""
        return stacking(self.structure, self.cut.miller)

    @property
    def termination_index(self) -> int:
        """Place of this surface's termination among `terminations`, 0 for the default."""
        return 0 if self.termination is None else self.termination_labels.index(self.termination)

    @property
    def termination_labels(self) -> tuple[str, ...]:
        """Labels of all `terminations` in order, also where there is only one."""
        mixed = self.coats[0] if self.coats else self.solution
        if mixed is None:
            return top_labels(self.structure, self.miller, self.species)
        return top_labels(self.structure, self.miller, self.species, mixed.elements)

    def terminations(self) -> list["Surface"]:
        """Return the distinct terminations of this facet, the default (no label) first.

        Those that break the fewest bonds come first, then those whose top plane is richest in the
        majority (or first) element, then those with the narrower gap below it. Terminations whose
        top planes hold the same elements are numbered in that order, ``:Ru-1`` and ``:Ru-2``.
        Where the bottom of a slab differs from all of them, as in a crystal without inversion
        centre, its terminations are among them: slabs of those are built the other way up.

        Examples
        --------
        >>> [surface.name for surface in Surface("Pt3Ni(100)").terminations()]
        ['Pt3Ni(100):Pt', 'Pt3Ni(100):NiPt']
        >>> Surface("Pt3Ni(111)").terminations()
        [Surface('Pt3Ni(111)')]
        """
        labels = self.termination_labels
        bare = self.name.partition(":")[0]
        if len(labels) == 1:
            return [Surface(bare, crystal=self.crystal)]
        return [Surface(f"{bare}:{label}", crystal=self.crystal) for label in labels]

    def slab(
        self,
        *,
        layers: int | None = None,
        thickness_ang: float | None = None,
        size: "Size | None" = None,
        vacuum: float = 10.0,
        orthogonal: bool = False,
        fixed_layers: int = 0,
        lattice: "tuple[float, float | None] | LatticeConstants | None" = None,
        functional: str = "BEEF-vdW",
        strain: "Strain" = 0.0,
        backend: "Backend" = "catml",
    ) -> "Atoms":
        """Return a slab of this surface.

        See `catml.structures.slabs.build_slab` for the options, and `catml.structures.backends`
        for the builders other than catml's own that may place its atoms.
        """
        from catml.structures.slabs import build_slab

        slab = build_slab(
            self,
            layers=layers,
            thickness_ang=thickness_ang,
            size=size,
            vacuum=vacuum,
            orthogonal=orthogonal,
            fixed_layers=fixed_layers,
            lattice=lattice,
            functional=functional,
            strain=strain,
        )
        if backend == "catml":
            return slab
        from catml.structures.backends import rebuilt_with

        return rebuilt_with(backend, self, slab)

    def lattice_constants(self, *, functional: str = "BEEF-vdW") -> "LatticeConstants":
        """Return the lattice constants of the bulk, their functional and source.

        `functional` is the one wanted; where the tables have none in it, the result says in
        which functional they are, or how they were estimated
        (`catml.elements.lattice.lattice_constants`).

        Raises
        ------
        ElementError
            If none are known, or the functional is unknown.

        Examples
        --------
        >>> Surface("RuO2(110)").lattice_constants().source
        'bolzan1997'
        """
        from catml.structures.bulk.lattice import lattice_of

        return lattice_of(self, functional=functional)

    def _check_termination(self) -> None:
        labels = self.termination_labels
        bare = self.name.partition(":")[0]
        if len(labels) == 1:
            raise SurfaceError(
                f"{self.name!r} names a termination, but {bare} has only one. Write {bare}."
            )
        if self.termination not in labels:
            raise SurfaceError(
                f"{bare} has no termination {self.termination!r}. "
                f"Allowed are {' and '.join(f'{bare}:{label}' for label in labels)}."
            )
