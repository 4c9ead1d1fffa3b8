"""Changing which elements a slab's layers hold: coats, buried layers, single atoms.

The functions take a slab whose tags number its layers from the top (1 = top), as every catml slab
has, and return a changed copy.
"""

from typing import TYPE_CHECKING

from catml.errors import SurfaceError

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.surface import Surface

_COATS = {"overlayer": 1, "skin": 1, "near-surface": 2}


def modified(slab: "Atoms", surface: "Surface") -> "Atoms":
    """Return the slab of a surface's bulk with the elements that the surface's name asks for.

    Parameters
    ----------
    slab : ase.Atoms
        A slab of the bulk, tagged by layer; it is returned itself where nothing changes.
    surface : Surface
        What it is to become: a coat, a buried layer or a single atom.
    """
    if surface.family == "single-atom" and surface.guest is not None:
        return embed_atom(slab, surface.guest)
    if surface.top is None:
        return slab
    depth = _closed_layers(surface)
    if surface.second is not None:
        slab = replace_layers(slab, surface.second, depth + 1, 2 * depth)
    return replace_layers(slab, surface.top, 1, depth)


def replaced_layers(surface: "Surface") -> int:
    """Return how many planes from the top `modified` fills with other elements."""
    return _COATS.get(surface.modification, 0) * _closed_layers(surface)


def least_repeats(surface: "Surface") -> int:
    """Return how often a cell must repeat either way for the modification to have its room."""
    return 2 if surface.modification == "single-atom" else 1


def usual_size(surface: "Surface") -> tuple[int, int]:
    """Return the repeats of the surface cell that a slab of the surface has by default."""
    return (3, 3) if surface.modification == "single-atom" else (1, 1)


def _closed_layers(surface: "Surface") -> int:
    """Planes that make up one closed layer: one on a flat facet, more on a stepped one."""
    return surface.stacking.exposed_layers(surface.cut.top)


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


def embed_atom(slab: "Atoms", element: str) -> "Atoms":
    """Return a copy of the slab with the first atom of its top layer replaced.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> slab = Surface("Cu(111)").slab(layers=4, size=(2, 2))
    >>> embed_atom(slab, "Pt").get_chemical_formula()
    'Cu15Pt'
    """
    changed = slab.copy()
    top = (changed.get_tags() == 1).nonzero()[0]
    changed.symbols[int(top[0])] = element
    return changed
