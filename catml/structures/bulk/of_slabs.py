"""What bulk a slab was cut from: said by the caller, by the slab, or told by its only element."""

import re
from collections import Counter
from math import gcd
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from ase.data import chemical_symbols
from numpy.typing import NDArray

from catml.elements.lattice import LatticeConstants
from catml.errors import SurfaceError
from catml.structures.bulk.lattice import lattice_of
from catml.structures.bulk.prototypes import PROTOTYPES, ground_state, metals
from catml.structures.slabs import surface_of_info
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

Composition: TypeAlias = dict[str, int]
Bulk: TypeAlias = "Surface | str | Atoms | None"


def slab_atoms(atoms: "Atoms") -> NDArray[np.int64]:
    """Return the indices of the atoms that are no adsorbates.

    Those tagged 0 are adsorbates where others have tags.
    """
    tags = atoms.get_tags()
    return np.flatnonzero(tags != 0) if tags.any() else np.arange(len(atoms))


def counted(numbers: NDArray[np.int64]) -> Composition:
    """Return how many atoms of each element there are, sorted by symbol."""
    counts = Counter(chemical_symbols[number] for number in numbers.tolist())
    return dict(sorted(counts.items()))


def reduced(counts: Composition) -> Composition:
    """Return a composition in its smallest whole numbers."""
    divisor = gcd(*counts.values())
    return {element: count // divisor for element, count in counts.items()}


def known_bulk(atoms: "Atoms", bulk: Bulk) -> "Surface | Atoms":
    """Return the bulk given, else the one a slab names, else that of its only element.

    Raises
    ------
    SurfaceError
        If there is none of these, or the name of a surface cannot be read.
    """
    if bulk is None and "surface" in atoms.info:
        return surface_of_info(atoms.info)
    if isinstance(bulk, str):
        return Surface(bulk)
    if bulk is not None:
        return bulk
    elements = sorted(set(atoms.symbols[slab_atoms(atoms)]))
    if len(elements) != 1 or elements[0] not in metals():
        raise SurfaceError(
            f"The slab {atoms.get_chemical_formula()} does not say what its bulk is. Give bulk= "
            "a surface name such as 'Pt3Ni(111)', or the crystal as ase.Atoms."
        )
    facet = "0001" if PROTOTYPES[ground_state(elements[0])].n_indices == 4 else "111"
    return Surface(f"{elements[0]}({facet})")


def bulk_formula(bulk: "Surface | Atoms") -> dict[str, float]:
    """Return the atoms of each element in a bulk's formula; fractions in a solid solution."""
    if not isinstance(bulk, Surface):
        return {el: float(n) for el, n in reduced(counted(bulk.numbers)).items()}
    terms = re.findall(r"([A-Z][a-z]?)([0-9.]*)", bulk.bulk)
    return {element: float(number or 1) for element, number in terms}


def bulk_crystal(bulk: "Surface | Atoms", lattice: object) -> "Atoms":
    """Return the crystal of a bulk.

    `lattice` is what a slab's info says of its lattice constants, None for the usual ones.
    """
    from ase import Atoms

    if not isinstance(bulk, Surface):
        return bulk
    given = LatticeConstants(**lattice) if isinstance(lattice, dict) else None
    structure, constants = bulk.structure, lattice_of(bulk, given)
    return Atoms(
        symbols=[bulk.species[role] for role in structure.roles],
        scaled_positions=np.array(structure.positions) / structure.unit,
        cell=structure.cell(constants.a_ang, constants.c_ang),
        pbc=True,
    )
