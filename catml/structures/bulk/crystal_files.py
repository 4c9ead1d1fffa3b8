"""Reading a bulk crystal from a file, from ASE or from pymatgen, and checking that it is one."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from catml.errors import SurfaceError
from catml.structures.bulk.crystals import Crystal, crystal_of_atoms
from catml.structures.bulk.prototypes import prototype_of_label
from catml.structures.files import read_structure
from catml.structures.neighbors import shortest_distances

if TYPE_CHECKING:
    from ase import Atoms
    from pymatgen.core import Structure

_LABEL = re.compile(r"[A-Za-z0-9_.]+")
_TOO_CLOSE_ANG = 0.5
# Wider than the gaps between the layers of any layered crystal, narrower than usual vacuums.
_VACUUM_ANG = 8.0


def read_crystal(
    source: "str | Path | Atoms | Structure | Crystal", *, label: str | None = None
) -> Crystal:
    """Return the crystal of a bulk structure.

    Parameters
    ----------
    source : path, ase.Atoms, pymatgen Structure or Crystal
        A file that ASE reads (CIF, POSCAR, extended XYZ ...), of several structures in it the one
        named (``relaxed.traj@-1``); or the structure itself. Any cell will do: primitive,
        conventional or a supercell.
    label : str, optional
        What surface names write in brackets after the formula: letters, digits, ``_`` and ``.``.
        By default ``sg`` and the number of the space group.

    Raises
    ------
    SurfaceError
        If the file cannot be read or holds several structures, or the structure is not periodic
        in three directions, has sites shared by several elements or partly empty, atoms on top of
        each other, or vacuum.

    Examples
    --------
    >>> from ase.build import bulk
    >>> crystal = read_crystal(bulk("NaCl", "rocksalt", a=5.64))
    >>> crystal.formula, crystal.label, crystal.species
    ('NaCl', 'sg225', ('Na', 'Cl'))
    """
    _check_label(label)
    if isinstance(source, Crystal):
        from dataclasses import replace

        return source if label is None else replace(source, label=label)
    atoms, origin = _atoms_of(source)
    _check_periodic(atoms, origin)
    _check_elements(atoms, origin)
    _check_spacing(atoms, origin)
    return crystal_of_atoms(atoms, label=label, source=origin)


def _check_label(label: str | None) -> None:
    if label is None:
        return
    if not isinstance(label, str) or not _LABEL.fullmatch(label):
        raise SurfaceError(
            f"The label {label!r} of a crystal cannot stand in surface names: use letters, digits, "
            "_ and . only, such as 'anatase'."
        )
    if prototype_of_label(label) is not None:
        raise SurfaceError(
            f"The label {label!r} of a crystal is the name of a prototype. Choose another."
        )


def _atoms_of(source: object) -> "tuple[Atoms, str]":
    """The structure, and what messages call it."""
    from ase import Atoms

    if isinstance(source, Atoms):
        return source, f"ase.Atoms {source.get_chemical_formula()}"
    if isinstance(source, str | Path):
        return read_structure(source, what="crystal"), str(source)
    if hasattr(source, "lattice") and hasattr(source, "is_ordered"):
        return _from_pymatgen(source), "the pymatgen Structure"
    raise SurfaceError(
        f"A crystal is read from a file, ase.Atoms or a pymatgen Structure; got {source!r} of type "
        f"{type(source).__name__}."
    )


def _from_pymatgen(structure: Any) -> "Atoms":
    from pymatgen.io.ase import AseAtomsAdaptor

    if not structure.is_ordered:
        raise SurfaceError(_partly_occupied("The pymatgen Structure"))
    atoms: Atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    return atoms


def _partly_occupied(origin: str) -> str:
    return (
        f"{origin} has sites that several elements share or that are partly empty. A surface needs "
        "one element on each site: order the structure first, or write a solid solution by name."
    )


def _check_periodic(atoms: "Atoms", origin: str) -> None:
    if not (np.isfinite(atoms.positions).all() and np.isfinite(atoms.cell.array).all()):
        raise SurfaceError(
            f"{origin} has positions or cell vectors that are no finite numbers. Correct them."
        )
    volume = abs(float(np.linalg.det(atoms.cell.array)))
    if len(atoms) == 0 or not atoms.pbc.all() or volume < 1e-3:
        raise SurfaceError(
            f"{origin} is no crystal: it has {len(atoms)} atoms, pbc {atoms.pbc.tolist()} and a "
            f"cell of {volume:.3g} Å3. A bulk repeats in three directions."
        )


def _check_elements(atoms: "Atoms", origin: str) -> None:
    occupancy = atoms.info.get("occupancy") or {}
    if any(len(site) != 1 or min(site.values()) < 0.999 for site in occupancy.values()):
        raise SurfaceError(_partly_occupied(origin))
    if (atoms.numbers < 1).any():
        raise SurfaceError(f"{origin} holds atoms without an element (X). Name their elements.")


def _check_spacing(atoms: "Atoms", origin: str) -> None:
    closest = float(shortest_distances(atoms).min())
    if closest < _TOO_CLOSE_ANG:
        raise SurfaceError(
            f"{origin} has atoms {closest:.2f} Å from each other. Remove atoms that are there "
            "twice, or check the units of the cell."
        )
    heights = np.abs(np.linalg.det(atoms.cell.array)) / np.linalg.norm(
        np.cross(atoms.cell.array[[1, 2, 0]], atoms.cell.array[[2, 0, 1]]), axis=1
    )
    for axis, height in enumerate(heights):
        places = np.sort(atoms.get_scaled_positions()[:, axis])
        gap = float(np.diff(places, append=places[0] + 1).max() * height)
        if gap > _VACUUM_ANG:
            raise SurfaceError(
                f"{origin} has {gap:.1f} Å of empty space along its cell vector {axis + 1}: a slab "
                "or molecule, not a bulk. Give the bulk crystal; sites of a slab are found by "
                "catml.find_sites."
            )
