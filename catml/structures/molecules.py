"""Adsorbates: which atoms they have, where these sit, and which of them bind to a surface.

Geometries are those of the G2 set (MP2(full)/6-31G(d), doi:10.1063/1.473182) that ASE ships, with
hydrogen atoms taken away where the adsorbate is what is left of a molecule: OOH of hydrogen
peroxide, COOH of formic acid, CHx of methane. Three that the set lacks are in `molecules.csv`,
optimised at the same level: trans-diazene, the formate anion, and the anion of carbon dioxide. CO2
by name is bent like that anion, for so it is when chemisorbed; the straight molecule only lies on a
surface, and is placed as ``ase.build.molecule("CO2")`` at a height of one's own.

Any other molecule is an adsorbate too: by its name in the G2 set, as SMILES
(`catml.structures.smiles`) or as an ase.Atoms.
"""

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from numpy.typing import NDArray

from catml.errors import SurfaceError

_G2 = "G2 set, doi:10.1063/1.473182"
_OWN = "MP2(full)/6-31G(d), the level of the G2 set"
# In sums of covalent radii (doi:10.1039/b801115j).
_BONDED = 1.25
# Unit vectors along bonds that add up to less than this cancel.
CANCELLED = 0.5
# Lone pairs bind before carbon does, those of nitrogen best.
_DONORS = ("N", "P", "S", "O", "C")
SMILES_PREFIX = "smiles:"

_Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Adsorbate:
    """A molecule or fragment in the frame in which it stands on a surface.

    Attributes
    ----------
    name : str
        Its name, such as ``"COOH"``.
    symbols : tuple of str
        Elements; the first atom is the one that binds.
    positions : tuple of tuples of 3 float
        Positions in Å, the binding atom at the origin, z away from the surface. Untilted, the
        bonds of the binding atom point away evenly; the rest of the molecule leans towards +x.
    second : int or None
        Index of the atom that binds as well when the adsorbate binds by two atoms.
    denticity : int
        By how many atoms it usually binds, 1 or 2.
    tilt_deg : float
        How far it usually leans from z towards +x, when it binds by one atom.
    source : str
        Where the geometry comes from.
    """

    name: str
    symbols: tuple[str, ...]
    positions: tuple[tuple[float, float, float], ...]
    second: int | None = None
    denticity: int = 1
    tilt_deg: float = 0.0
    source: str = "given"

    def atoms(self) -> Atoms:
        """Return the molecule as it is, binding atom first, without cell.

        Examples
        --------
        >>> as_adsorbate("CO").atoms().get_chemical_symbols()
        ['C', 'O']
        """
        return Atoms(list(self.symbols), positions=self.positions)


@dataclass(frozen=True)
class _Recipe:
    """How an adsorbate is made: a molecule, its binding atom or atoms, the atoms left out.

    `turn_deg` turns it about its own axis before it is tilted.
    """

    molecule: str
    binding: tuple[int, ...] = (0,)
    dropped: tuple[int, ...] = ()
    denticity: int = 1
    tilt_deg: float = 0.0
    turn_deg: float = 0.0


_RECIPES = {
    "H": _Recipe("H"),
    "C": _Recipe("C"),
    "N": _Recipe("N"),
    "O": _Recipe("O"),
    "F": _Recipe("F"),
    "S": _Recipe("S"),
    "Cl": _Recipe("Cl"),
    "CO": _Recipe("CO", (1, 0)),
    "NO": _Recipe("NO", (0, 1)),
    "CN": _Recipe("CN", (0, 1)),
    "N2": _Recipe("N2", (0, 1)),
    # Upright, O2 and OH would relax nowhere, by symmetry; a bond of H2 has no end to bind by.
    "O2": _Recipe("O2", (0, 1), tilt_deg=60.0),
    "H2": _Recipe("H2", (0, 1), denticity=2),
    "OH": _Recipe("OH", tilt_deg=60.0),
    "SH": _Recipe("SH", tilt_deg=60.0),
    # Water lies almost flat on metals (doi:10.1103/PhysRevLett.90.216102).
    "H2O": _Recipe("H2O", tilt_deg=80.0, turn_deg=90.0),
    # Turned so that the hydrogen atom of the leaning molecule points up.
    "OOH": _Recipe("H2O2", (1, 0), (3,), tilt_deg=50.0, turn_deg=180.0),
    "CH": _Recipe("CH4", dropped=(2, 3, 4)),
    "CH2": _Recipe("CH4", dropped=(3, 4)),
    "CH3": _Recipe("CH4", dropped=(4,)),
    "CHO": _Recipe("HCO", (0, 1)),
    "COH": _Recipe("H2COH", (0, 1), (3, 4)),
    "COOH": _Recipe("HCOOH", (1, 2), (4,)),
    "HCOO": _Recipe("HCOO", (1, 2), denticity=2),
    "CO2": _Recipe("CO2", (0, 1)),
    "CH2O": _Recipe("H2CO", (0, 1)),
    "CH2OH": _Recipe("H2COH", (0, 1)),
    "CH3O": _Recipe("CH3O", (1,)),
    "CH3OH": _Recipe("CH3OH", (1,)),
    "HCOOH": _Recipe("HCOOH", (2,)),
    "C2H2": _Recipe("C2H2", (0, 1), denticity=2),
    "C2H4": _Recipe("C2H4", (0, 1), denticity=2),
    "NH": _Recipe("NH"),
    "NH2": _Recipe("NH2"),
    "NH3": _Recipe("NH3"),
    "N2H": _Recipe("N2H2", (0, 1), (2,)),
    "N2H2": _Recipe("N2H2", (0, 1)),
}

ADSORBATES = tuple(_RECIPES)
"""Names with a binding atom and a posture of their own."""

ALIASES = {
    "NNH": "N2H",
    "HNN": "N2H",
    "NHNH": "N2H2",
    "HNNH": "N2H2",
    "HCO": "CHO",
    "HOC": "COH",
    "HOCO": "COOH",
    "HCO2": "HCOO",
    "OCHO": "HCOO",
    "HO": "OH",
    "HS": "SH",
    "HO2": "OOH",
    "HOO": "OOH",
    "O2H": "OOH",
    "OC": "CO",
    "H2CO": "CH2O",
    "HCHO": "CH2O",
    "OCH3": "CH3O",
}
"""Other names of adsorbates."""


def as_adsorbate(
    adsorbate: "str | Atoms | Adsorbate", *, binding: tuple[int, ...] | None = None
) -> Adsorbate:
    """Return the adsorbate that is meant by a name, SMILES or a molecule.

    Parameters
    ----------
    adsorbate : str, ase.Atoms or Adsorbate
        A name of `ADSORBATES` or `ALIASES`; ``"smiles:..."``; a name of the G2 set, which then
        binds by nitrogen, phosphorus, sulfur, oxygen or carbon, the first of these it has; or a
        molecule.
    binding : tuple of 1 or 2 int, optional
        For an ase.Atoms, the indices of the one or two atoms that bind, as many as are usual for
        it. It is turned so that they look down. Without, its lowest atom binds and its z axis
        stays.

    Raises
    ------
    SurfaceError
        If there is no such adsorbate, or `binding` does not fit.

    Examples
    --------
    >>> as_adsorbate("NNH").name
    'N2H'
    >>> from ase.build import molecule
    >>> as_adsorbate(molecule("C6H6"), binding=(0, 3)).denticity
    2
    """
    if isinstance(adsorbate, Atoms) and len(adsorbate):
        if binding is None:
            return _as_it_stands(adsorbate)
        return standing(adsorbate, _checked_binding(adsorbate, binding), denticity=len(binding))
    if binding is not None:
        raise SurfaceError(
            f"binding={binding!r} goes with a molecule given as ase.Atoms; {adsorbate!r} knows its "
            "own binding atoms."
        )
    if isinstance(adsorbate, Adsorbate):
        return adsorbate
    if not isinstance(adsorbate, str):
        raise SurfaceError(
            f"Cannot place {adsorbate!r}: an adsorbate is a name ({', '.join(ADSORBATES)}), "
            f'"{SMILES_PREFIX}..." or an ase.Atoms with at least one atom.'
        )
    if adsorbate.startswith(SMILES_PREFIX):
        from catml.structures.smiles import from_smiles

        return from_smiles(adsorbate.removeprefix(SMILES_PREFIX))
    return _by_name(adsorbate)


@cache
def _by_name(name: str) -> Adsorbate:
    from ase.build import molecule
    from ase.collections import g2

    name = ALIASES.get(name, name)
    if name in _RECIPES:
        recipe = _RECIPES[name]
        tables = _tabulated()
        own = recipe.molecule in tables
        return standing(
            tables[recipe.molecule] if own else molecule(recipe.molecule),
            recipe.binding,
            name=name,
            dropped=recipe.dropped,
            denticity=recipe.denticity,
            tilt_deg=recipe.tilt_deg,
            turn_deg=recipe.turn_deg,
            source=_OWN if own else _G2,
        )
    if name in g2.names:
        atoms = molecule(name)
        return standing(atoms, (donor(atoms),), name=name, source=_G2)
    raise SurfaceError(
        f"The adsorbate {name!r} is not known{_hint(name)}. Known are {', '.join(ADSORBATES)} and "
        f'the molecules of ase.build.molecule; any other can be given as "{SMILES_PREFIX}..." or '
        "as an ase.Atoms with its binding atom lowest."
    )


def _hint(name: str) -> str:
    known = (*ADSORBATES, *ALIASES)
    alike = [other for other in known if other.lower() == name.strip().lower()]
    alike += difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f" (did you mean {alike[0]}?)" if alike else ""


@cache
def _tabulated() -> dict[str, Atoms]:
    text = files("catml.structures").joinpath("molecules.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {
        name: Atoms(
            [row["symbol"] for row in rows if row["molecule"] == name],
            positions=[
                [float(row[f"{axis}_ang"]) for axis in "xyz"]
                for row in rows
                if row["molecule"] == name
            ],
        )
        for name in dict.fromkeys(row["molecule"] for row in rows)
    }


def standing(
    molecule: Atoms,
    binding: tuple[int, ...],
    *,
    name: str | None = None,
    dropped: tuple[int, ...] = (),
    denticity: int = 1,
    tilt_deg: float = 0.0,
    turn_deg: float = 0.0,
    source: str = "given",
) -> Adsorbate:
    """Return a molecule turned so that its binding atom looks down, without the dropped atoms.

    `binding` holds the binding atom and, where there is one, the second.
    """
    others = [i for i in range(len(molecule)) if i not in (binding[0], *dropped)]
    atoms = molecule[[binding[0], *others]]
    atoms.translate(-atoms.positions[0])
    if len(atoms) > 1:
        atoms.rotate(_up(atoms), "z")
    aside = atoms.positions[:, :2]
    far = int(np.linalg.norm(aside, axis=1).round(3).argmax())
    atoms.rotate(turn_deg - np.degrees(np.arctan2(aside[far, 1], aside[far, 0])), "z")
    return Adsorbate(
        name or atoms.get_chemical_formula(),
        tuple(atoms.get_chemical_symbols()),
        _tuples(atoms.positions),
        1 + others.index(binding[1]) if len(binding) > 1 else None,
        denticity,
        tilt_deg,
        source,
    )


def _up(atoms: Atoms) -> _Vector:
    """The direction away from the surface: along the bonds of the first atom.

    Where these cancel, in a flat or straight molecule, it lies on the surface.
    """
    up = bond_sum(atoms, 0)
    return up if np.linalg.norm(up) > CANCELLED else across(atoms)


def across(atoms: Atoms) -> _Vector:
    """Return a direction perpendicular to the plane or line of a molecule, shape (3,)."""
    offsets = atoms.positions - atoms.positions.mean(axis=0)
    _, spread, axes = np.linalg.svd(offsets)
    if len(atoms) > 2 and spread[1] > 1e-3:
        normal: _Vector = axes[2]
    else:
        normal = np.cross(axes[0], np.eye(3)[int(np.abs(axes[0]).round(3).argmin())])
    return normal * float(np.sign(normal[int(np.abs(normal).round(3).argmax())]))


def _as_it_stands(molecule: Atoms) -> Adsorbate:
    """The adsorbate of a molecule that binds by its lowest atom and is not turned."""
    lowest = int(np.argsort(molecule.positions[:, 2], kind="stable")[0])
    order = [lowest, *(i for i in range(len(molecule)) if i != lowest)]
    return Adsorbate(
        molecule.get_chemical_formula(),
        tuple(molecule.symbols[order]),
        _tuples(molecule.positions[order] - molecule.positions[lowest]),
    )


def _checked_binding(molecule: Atoms, binding: object) -> tuple[int, ...]:
    indices = tuple(binding) if isinstance(binding, tuple | list) else ()
    whole = all(isinstance(i, int | np.integer) and 0 <= i < len(molecule) for i in indices)
    if not whole or len(indices) not in (1, 2) or len(set(indices)) < len(indices):
        raise SurfaceError(
            f"binding={binding!r} does not name binding atoms of {molecule.symbols}: give one or "
            f"two different indices from 0 to {len(molecule) - 1}, such as (0,)."
        )
    return tuple(int(i) for i in indices)


def donor(atoms: Atoms) -> int:
    """Return the atom of a closed-shell molecule that binds to metals, by lone pairs.

    Among atoms of the best element, the one with fewest neighbours: of a carboxyl group its
    carbonyl oxygen.
    """
    symbols = atoms.get_chemical_symbols()
    element = next((symbol for symbol in _DONORS if symbol in symbols), symbols[0])
    candidates = [i for i, symbol in enumerate(symbols) if symbol == element]
    return min(candidates, key=lambda i: (len(bonded_to(atoms, i)), i))


def bonded_to(atoms: Atoms, index: int) -> list[int]:
    """Return the atoms of a molecule bonded to one of them, by their covalent radii."""
    distance = np.linalg.norm(atoms.positions - atoms.positions[index], axis=1)
    radii = covalent_radii[atoms.numbers] + covalent_radii[atoms.numbers[index]]
    return [int(i) for i in np.flatnonzero(distance < _BONDED * radii) if i != index]


def bond_sum(atoms: Atoms, index: int, *, without: int | None = None) -> _Vector:
    """Return the sum of the unit vectors along the bonds of an atom, shape (3,)."""
    total = np.zeros(3)
    for other in bonded_to(atoms, index):
        if other != without:
            bond = atoms.positions[other] - atoms.positions[index]
            total += bond / np.linalg.norm(bond)
    return total


def _tuples(positions: _Vector) -> tuple[tuple[float, float, float], ...]:
    rounded = np.round(positions, 9) + 0.0
    return tuple((float(x), float(y), float(z)) for x, y, z in rounded)
