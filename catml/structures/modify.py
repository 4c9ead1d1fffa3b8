"""Changing which elements a slab's layers hold: coats, buried layers, single atoms.

The functions take a slab whose tags number its layers from the top (1 = top), as every catml slab
has, and return a changed copy.
"""

from typing import TYPE_CHECKING

from catml.errors import SurfaceError

if TYPE_CHECKING:
    from ase import Atoms


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
