"""What a structure must be before its sites are looked for."""

from typing import TYPE_CHECKING

import numpy as np

from catml.errors import SurfaceError
from catml.structures.neighbors import nearest_neighbors, pairs_within
from catml.structures.placing.placed import bare_slab

if TYPE_CHECKING:
    from ase import Atoms

_SAME_PLACE_ANG = 0.3
# The search divides space into boxes of its radius; about as many of them as atoms is quickest.
_QUICK_ANG = 2.0
# No crystal has planes so far apart that its slabs would seem to end within the surface.
_EMPTY_ANG = 5.0


def checked_structure(atoms: object) -> "Atoms":
    """Return the structure without adsorbates; a particle in a periodic box without the box.

    Raises
    ------
    SurfaceError
        If it is no ase.Atoms, holds positions that are no numbers or two atoms in one place, or
        is a particle that its periodic box cuts; or if an adsorbate's atoms stand before those
        of the slab.
    """
    from ase import Atoms

    if not isinstance(atoms, Atoms):
        raise SurfaceError(
            f"{atoms!r} is no structure: give a slab or particle as ase.Atoms, such as "
            'Surface("Pt(111)").slab(), or one that ase.io.read has read.'
        )
    strange = ~np.isfinite(atoms.positions).all(axis=1)
    if strange.any() or not np.isfinite(atoms.cell.array).all():
        where = f"atom {int(strange.argmax())}" if strange.any() else "the cell"
        raise SurfaceError(
            f"{atoms.get_chemical_formula()} holds positions that are no numbers, first of {where}:"
            " read or build the structure again."
        )
    pairs = pairs_within(atoms, _QUICK_ANG)
    if (pairs.distance < _SAME_PLACE_ANG).any():
        first = int((pairs.distance < _SAME_PLACE_ANG).argmax())
        raise SurfaceError(
            f"{atoms.get_chemical_formula()} has two atoms in one place: {pairs.i[first]} and "
            f"{pairs.j[first]} are {pairs.distance[first]:.2f} Å apart. Take one of them away, or "
            "correct the cell."
        )
    return _without_box(bare_slab(atoms))


def _without_box(atoms: "Atoms") -> "Atoms":
    """The structure without periodicity, where that only repeats a particle."""
    if len(atoms) < 4 or not atoms.pbc.all() or atoms.cell.rank < 3:
        return atoms
    fractions = np.mod(atoms.get_scaled_positions(wrap=False), 1.0)
    order = np.sort(fractions, axis=0)
    gaps = np.diff(np.vstack([order, order[0] + 1.0]), axis=0)
    heights = atoms.cell.volume / np.linalg.norm(
        np.cross(np.roll(atoms.cell.array, -1, axis=0), np.roll(atoms.cell.array, -2, axis=0)),
        axis=1,
    )
    if (gaps.max(axis=0) * heights < _EMPTY_ANG).any():
        return atoms
    whole = atoms.copy()
    starts = order[(gaps.argmax(axis=0) + 1) % len(order), range(3)]
    whole.set_scaled_positions(np.mod(fractions - starts + 1e-9, 1.0))
    if nearest_neighbors(whole).shift.any():
        return atoms
    if np.ptp(whole.positions - atoms.positions, axis=0).max() > 1e-3:
        raise SurfaceError(
            f"{atoms.get_chemical_formula()} is a particle that its periodic cell cuts. Move it "
            "into one piece: atoms.translate(...) and atoms.wrap(), then pbc=False."
        )
    free = atoms.copy()
    free.pbc = False
    return free
