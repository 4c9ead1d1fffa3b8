"""Changing which elements a slab's layers hold: coats, buried layers, mixtures, single atoms.

The functions take a slab whose tags number its layers from the top (1 = top), as every catml slab
has, and return a changed copy.
"""

from typing import TYPE_CHECKING

import numpy as np

from catml.errors import SurfaceError
from catml.structures.finding.surface_cell import surface_cell_as_it_is
from catml.structures.finding.symmetry import surface_operations
from catml.structures.grammar.mixtures import Mixture, nearest_counts
from catml.structures.substitution import substitute

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.surface import Surface

# Default supercells of mixtures repeat the surface cell this often, whichever is the first with
# enough atoms in each plane and whole numbers of atoms that meet every share.
_REPEATS = (1, 2, 3, 4, 5, 6)
_EVEN_REPEATS = (2, 4, 6)
_ATOMS_PER_PLANE = 9
_SHARE_TOLERANCE = 0.02
_BULK_PLANES = 4


def modified(slab: "Atoms", surface: "Surface") -> "Atoms":
    """Return the slab of a surface's bulk with the elements that the surface's name asks for.

    Parameters
    ----------
    slab : ase.Atoms
        A slab of the bulk, tagged by layer; it is returned itself where nothing changes. A solid
        solution starts as its main element.
    surface : Surface
        What it is to become: a mixture, layers or a single atom. What a mixture was realised as
        goes to ``info["composition"]``: numbers of atoms, of the bulk and of each closed layer
        from the top.
    """
    if surface.modification == "single-atom" and surface.guest is not None:
        _check_one_place(slab, surface)
        return embed_atom(slab, surface.guest, host=surface.host)
    if not surface.coats and surface.solution is None:
        return slab
    planes = surface.planes_per_layer
    depth = planes * len(surface.coats)
    if surface.solution is not None:
        below = range(depth + 1, int(slab.get_tags().max(initial=0)) + 1)
        slab = _mixed(slab, surface.solution, below, (surface.solution.seed,))
    for k in reversed(range(len(surface.coats))):
        coat, first, last = surface.coats[k], k * planes + 1, (k + 1) * planes
        if coat.is_pure:
            slab = replace_layers(slab, coat.main, first, last)
        else:
            slab = _mixed(slab, coat, range(first, last + 1), (coat.seed, k))
    if surface.has_mixture:
        slab.info["composition"] = _realised(slab, len(surface.coats), planes)
    return slab


def _check_one_place(slab: "Atoms", surface: "Surface") -> None:
    """Check that the atoms of the host in the top layer are there, and all alike."""
    if len(surface.species) == 1:
        return
    cell = surface_cell_as_it_is(slab)
    host = (slab.get_tags() == 1) & (np.array(slab.get_chemical_symbols()) == surface.host)
    places = set(cell.parents[host].tolist())
    first = min(places, default=0)
    alike = {operation.images[first][0] for operation in surface_operations(cell)}
    if not places or not places <= alike:
        found = "unlike" if places else "no"
        raise SurfaceError(
            f"{surface.name} does not say which atom is replaced: the top layer has {found} "
            f"{surface.host} atoms. Take a facet whose top layer has one kind of them, such as "
            "(111) in L1_2 or (0001) in D0_19, or change the atom you mean in a slab of the alloy."
        )


def _mixed(slab: "Atoms", mixture: Mixture, layers: range, seed: tuple[int, ...]) -> "Atoms":
    return substitute(slab, mixture.shares, layers=layers, seed=seed, ordered=mixture.ordered)


def _realised(slab: "Atoms", n_coats: int, planes: int) -> dict[str, object]:
    """Numbers of atoms of each element, in the bulk and in the closed layers."""
    groups = (slab.get_tags() - 1) // planes
    counts = [slab[groups == k].symbols.formula.count() for k in range(n_coats)]
    return {"bulk": slab[groups >= n_coats].symbols.formula.count(), "layers": counts}


def replaced_layers(surface: "Surface") -> int:
    """Return how many planes from the top `modified` fills with other elements."""
    return len(surface.coats) * surface.planes_per_layer if surface.coats else 0


def least_repeats(surface: "Surface") -> int:
    """Return how often a cell must repeat either way for the modification to have its room."""
    return 2 if surface.modification == "single-atom" else 1


def usual_size(surface: "Surface") -> tuple[int, int]:
    """Return the repeats of the surface cell that a slab of the surface has by default.

    (3, 3) with a single atom. With mixtures the smallest (n, n) that has at least 9 atoms in each
    plane and whole numbers of atoms that meet every share to 2 %, up to (6, 6), or the best of
    these; for ordered mixtures n is even, as most ordered arrangements repeat after two atoms,
    and may be 2. Else (1, 1).

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> usual_size(Surface("Cu0.75Pd0.25(111)")), usual_size(Surface("Pt3Ni-Pt0.5Ni0.5@Pt(111)"))
    ((3, 3), (2, 2))
    """
    if surface.modification == "single-atom":
        return 3, 3
    per_plane = len(surface.stacking.planes[0].roles)
    per_layer = per_plane * surface.planes_per_layer
    mixtures = [(coat, per_layer) for coat in surface.coats if not coat.is_pure]
    if surface.solution is not None:
        mixtures.append((surface.solution, _BULK_PLANES * per_plane))
    if not mixtures:
        return 1, 1
    repeats = [n for n in _REPEATS if n**2 * per_plane >= _ATOMS_PER_PLANE]
    if any(mixture.ordered for mixture, _ in mixtures):
        repeats = list(_EVEN_REPEATS)
    errors = [max(_share_error(m, atoms * n**2) for m, atoms in mixtures) for n in repeats]
    fitting = [n for n, error in zip(repeats, errors, strict=True) if error <= _SHARE_TOLERANCE]
    best = fitting[0] if fitting else repeats[errors.index(min(errors))]
    return best, best


def _share_error(mixture: Mixture, n_atoms: int) -> float:
    """How far whole numbers of atoms are from the shares; 1 where an element has none."""
    counts = nearest_counts(mixture.fractions, n_atoms)
    if min(counts) == 0:
        return 1.0
    shares = zip(counts, mixture.fractions, strict=True)
    return max(abs(count / n_atoms - share) for count, share in shares)


def replace_layers(slab: "Atoms", element: str, first: int, last: int) -> "Atoms":
    """Return a copy of the slab with layers `first` to `last` from the top made of one element.

    Parameters
    ----------
    slab : ase.Atoms
        A slab tagged by layer.
    element : str
        Symbol of the new element.
    first, last : int
        Layers from the top, counted from 1, both included.

    Raises
    ------
    SurfaceError
        If the slab has no layer below the last one replaced.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> replace_layers(Surface("Pt(111)").slab(layers=4), "Au", 1, 2).get_chemical_formula()
    'Au2Pt2'
    """
    deepest = int(slab.get_tags().max(initial=0))
    if not 1 <= first <= last < deepest:
        raise SurfaceError(
            f"Cannot replace layers {first} to {last} of a slab with {deepest} layers: "
            "at least one layer must stay below them. Ask for more layers."
        )
    changed = slab.copy()
    tags = changed.get_tags()
    changed.symbols[(tags >= first) & (tags <= last)] = element
    return changed


def embed_atom(slab: "Atoms", element: str, *, host: str | None = None) -> "Atoms":
    """Return a copy of the slab with the first atom of its top layer replaced.

    Parameters
    ----------
    slab : ase.Atoms
        A slab tagged by layer.
    element : str
        Symbol of the new element.
    host : str, optional
        Element of the atom to be replaced; the first atom of any element by default.

    Raises
    ------
    SurfaceError
        If the top layer has no such atom.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> slab = Surface("Cu(111)").slab(layers=4, size=(2, 2))
    >>> embed_atom(slab, "Pt").get_chemical_formula()
    'Cu15Pt'
    """
    changed = slab.copy()
    symbols = changed.get_chemical_symbols()
    top = [int(i) for i in (changed.get_tags() == 1).nonzero()[0] if host in (None, symbols[i])]
    if not top:
        raise SurfaceError(
            f"The top layer of {slab.get_chemical_formula()} has no atom"
            f"{f' of {host}' if host else ''} to replace: it is the one with the tag 1."
        )
    changed.symbols[top[0]] = element
    return changed
