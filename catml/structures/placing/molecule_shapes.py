"""The shape of a molecule: its bonds, and how it stands on a surface."""

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from numpy.typing import NDArray

# In sums of covalent radii (doi:10.1039/b801115j).
_BONDED = 1.25
CANCELLED = 0.5
"""Unit vectors along bonds that add up to less than this cancel."""
# Lone pairs bind before carbon does, those of nitrogen best.
_DONORS = ("N", "P", "S", "O", "C")

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
        >>> from catml.structures.placing.molecules import as_adsorbate
        >>> as_adsorbate("CO").atoms().get_chemical_symbols()
        ['C', 'O']
        """
        return Atoms(list(self.symbols), positions=self.positions)


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


def as_it_stands(molecule: Atoms) -> Adsorbate:
    """Return the adsorbate of a molecule that binds by its lowest atom and is not turned."""
    lowest = int(np.argsort(molecule.positions[:, 2], kind="stable")[0])
    order = [lowest, *(i for i in range(len(molecule)) if i != lowest)]
    return Adsorbate(
        molecule.get_chemical_formula(),
        tuple(molecule.symbols[order]),
        _tuples(molecule.positions[order] - molecule.positions[lowest]),
    )


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
