"""The ideal slab behind one whose atoms have moved.

Relaxation, heat or noise leaves a slab without any symmetry: every site would be distinct. But
which sites there are is a question about the ideal slab, and the answer carries over as long as
each atom can still be told by its place. The ideal slab is, in this order,

1. the parent the caller gives,
2. what the slab says it is in ``atoms.info``, as every slab made here does,
3. the slab made symmetric (`catml.structures.finding.symmetrize`), where noise has destroyed all
   symmetry,
4. else the slab as it is.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.errors import CatmlError, SurfaceError
from catml.structures.finding.flat_slabs import FlatSlab, flat_atoms, flat_slab
from catml.structures.finding.symmetrize import symmetrized
from catml.structures.neighbors import Neighbors, nearest_neighbors

if TYPE_CHECKING:
    from ase import Atoms

_Array = NDArray[np.float64]

# An atom has left its place when its bonds have changed by more than this, in nearest-neighbour
# distances: the nearest other hollow of a close-packed surface is 0.58 away.
_LEFT = 0.5
# Cells may differ by this much, as those of one metal do between functionals and experiment.
_STRETCH = 0.1
_AT_REST_ANG = 1e-6
# A slab whose atoms have moved has hardly moved as a whole: its sites are to be those on the very
# atoms that they are on in the parent.
_UNSHIFTED = 0.1


def ideal_positions(atoms: "Atoms", slab: FlatSlab, parent: "Atoms | None") -> _Array | None:
    """Return where the atoms of a slab belong, or None where they already are.

    Parameters
    ----------
    atoms : ase.Atoms
        The slab as given.
    slab : FlatSlab
        The same turned flat.
    parent : ase.Atoms, optional
        The ideal slab with the same atoms in the same order.

    Returns
    -------
    float array (N, 3) or None
        Ideal positions in the frame of `slab` in Å.

    Raises
    ------
    SurfaceError
        If `atoms` is no displaced copy of `parent`.
    """
    if parent is not None:
        _check_atoms(atoms, parent)
        placed = _placed(slab, flat_slab(parent))
        if placed is None:
            raise SurfaceError(
                f"{atoms.get_chemical_formula()} does not fit its parent: their in-plane cell "
                f"vectors differ by more than {_STRETCH:.0%}. Give a parent with the same "
                "supercell."
            )
        _check_places(atoms, slab, placed)
        return placed
    named = _named_parent(atoms)
    if named is not None:
        placed = _placed(slab, named)
        if placed is not None and not _moved_away(slab, placed).any():
            at_rest = np.abs(slab.positions - placed).max() < _AT_REST_ANG
            return None if at_rest else placed
    return symmetrized(slab)


def _check_atoms(atoms: "Atoms", parent: "Atoms") -> None:
    """Refuse a parent with other atoms."""
    if len(atoms) != len(parent):
        raise SurfaceError(
            f"The slab has {len(atoms)} atoms and its parent {len(parent)}: the parent must be the "
            "ideal slab with the same atoms in the same order. Leave adsorbates out of both."
        )
    other = np.flatnonzero(atoms.numbers != parent.numbers)
    if len(other):
        i = int(other[0])
        raise SurfaceError(
            f"Atom {i} is {atoms.symbols[i]} in the slab and {parent.symbols[i]} in its parent: "
            "the parent must be the ideal slab with the same atoms in the same order."
        )


def _check_places(atoms: "Atoms", slab: FlatSlab, placed: _Array) -> None:
    """Refuse a slab with atoms that have left their places in the parent."""
    changes = _moved_away(slab, placed)
    if changes.any():
        i = int(changes.argmax())
        far = float(np.linalg.norm(slab.positions[i] - placed[i]))
        raise SurfaceError(
            f"Atom {i} ({atoms.symbols[i]}) has left its place in the parent: it lies {far:.2f} Å "
            f"from it and has other neighbours. Atoms may move by about half a bond, "
            f"{_LEFT * slab.spacing_ang:.2f} Å, against their neighbours; give the ideal slab of "
            "the present structure as its parent, or none."
        )


def _placed(slab: FlatSlab, parent: FlatSlab) -> _Array | None:
    """The parent's positions laid over the slab, each next to its atom.

    None where the cells are too different. The parent takes the slab's in-plane cell and keeps
    its own heights.
    """
    if not _alike(slab.cell, parent.cell):
        return None
    inverse = np.linalg.inv(slab.cell)
    fractions = slab.positions[:, :2] @ inverse
    own = parent.positions[:, :2] @ np.linalg.inv(parent.cell)
    # The shift between them, a mean on a circle: atoms may lie on either side of the cell's edge.
    phases = np.exp(2j * np.pi * (fractions - own)).sum(axis=0)
    shift = np.angle(phases) / (2 * np.pi)
    if np.linalg.norm(shift @ slab.cell) < _UNSHIFTED * slab.spacing_ang:
        shift = np.zeros(2)
    away = fractions - own - shift
    heights = parent.positions[:, 2]
    placed = np.empty_like(slab.positions)
    placed[:, :2] = (fractions - away + np.rint(away)) @ slab.cell
    placed[:, 2] = heights + np.median(slab.positions[:, 2] - heights)
    return placed


def _alike(cell: _Array, other: _Array) -> bool:
    """Whether two cells have about the same lengths and angle, and the same handedness."""
    pairs = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])
    lengths, wanted = (np.linalg.norm(pairs @ c, axis=1) for c in (cell, other))
    same_hand = np.linalg.det(cell) * np.linalg.det(other) > 0
    return bool(same_hand and (np.abs(lengths / wanted - 1) < _STRETCH).all())


def _moved_away(slab: FlatSlab, placed: _Array) -> _Array:
    """How surely each atom has left its place: 0, or the number of its changed bonds and more."""
    ideal = flat_atoms(slab.numbers, placed, slab.cell)
    pairs: Neighbors = nearest_neighbors(ideal)
    moved = slab.positions - placed
    change = np.linalg.norm(moved[pairs.j] - moved[pairs.i], axis=1)
    limit = _LEFT * float(np.median(pairs.distance))
    broken = np.bincount(pairs.i, weights=change > limit, minlength=len(placed))
    # Of neighbours with as many changed bonds the one that is farther off is to blame.
    far = np.linalg.norm(moved - np.median(moved, axis=0), axis=1)
    return np.where(broken > 0, broken + far / (1 + far.max()), 0.0)


def _named_parent(atoms: "Atoms") -> FlatSlab | None:
    """The slab that ``atoms.info`` names, if it has the same atoms in the same order."""
    from catml.structures.slabs import slab_from_info

    if "surface" not in atoms.info:
        return None
    try:
        named = slab_from_info(atoms.info)
    except CatmlError:
        return None
    if len(named) != len(atoms) or (named.numbers != atoms.numbers).any():
        return None
    return flat_slab(named)
