"""Which atoms of a structure are adsorbates placed on it, and the structure without them.

`catml.place` writes down the atoms it adds in ``info["adsorbates"]`` and tags them 0, as
`ase.build.add_adsorbate` does. Tags stay with their atoms where indices do not, so where there are
tags they decide.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from catml.errors import SurfaceError
from catml.structures.bulk.prototypes import metals

if TYPE_CHECKING:
    from ase import Atoms

_SAYS_SO = ("adsorbates", "adsorbate", "site", "coverage_ml")


def placed_adsorbates(atoms: "Atoms") -> list[dict[str, Any]]:
    """Return what `place` says in ``info["adsorbates"]``; empty where something else stands there.

    Each is a dict of ``adsorbate``, ``site`` and ``atoms``, the indices of its atoms.
    """
    placed = atoms.info.get("adsorbates")
    proper = isinstance(placed, list) and all(
        isinstance(one, dict) and isinstance(one.get("atoms"), list) for one in placed
    )
    return list(placed) if proper else []


def without_adsorbates(atoms: "Atoms") -> "Atoms":
    """Return a copy of a slab without the adsorbates that have been placed on it.

    Those are the atoms that `catml.place` has added; and, as `ase.build.add_adsorbate` leaves
    them, non-metals tagged 0 behind the other atoms, all of which have tags.

    Examples
    --------
    >>> from ase.build import add_adsorbate, fcc111
    >>> from catml.structures.adsorbates import place
    >>> from catml.structures.sites import find_sites
    >>> slab = fcc111("Pt", (2, 2, 4), vacuum=10)
    >>> len(without_adsorbates(place(slab, find_sites(slab)[0], "CO")))
    16
    >>> add_adsorbate(slab, "O", 1.2, "fcc")
    >>> len(without_adsorbates(slab))
    16
    """
    bare = atoms.copy()
    for name in _SAYS_SO if placed_adsorbates(atoms) else ():
        bare.info.pop(name, None)
    del bare[_guests(atoms)]
    return bare


def bare_slab(atoms: "Atoms") -> "Atoms":
    """Return a slab without its adsorbates, where these stand behind it, so that indices stay.

    Raises
    ------
    SurfaceError
        If an adsorbate's atoms stand before those of the slab.
    """
    guests = _guests(atoms)
    if guests and guests[0] != len(atoms) - len(guests):
        raise SurfaceError(
            f"In {atoms.get_chemical_formula()} the atoms of an adsorbate stand before atoms of "
            "the slab: it was sorted or repeated after the adsorbate was placed. Repeat the bare "
            "slab (without_adsorbates in catml.structures.placing.placed) and place it there."
        )
    return without_adsorbates(atoms) if guests or placed_adsorbates(atoms) else atoms


def _guests(atoms: "Atoms") -> list[int]:
    """The indices of the atoms of adsorbates, ascending."""
    placed = placed_adsorbates(atoms)
    listed = {index for one in placed for index in one["atoms"] if index < len(atoms)}
    tags = atoms.get_tags()
    if not tags.any():
        return sorted(listed)
    untagged = np.flatnonzero(tags == 0).tolist()
    symbols = atoms.get_chemical_symbols()
    foreign = [i for i in untagged if symbols[i] not in metals()]
    if placed:
        return sorted(listed.intersection(untagged).union(foreign))
    are_last = untagged == list(range(len(atoms) - len(untagged), len(atoms)))
    return foreign if are_last and foreign == untagged else []
