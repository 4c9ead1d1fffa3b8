"""The fast path: surfaces that share one geometry, described together as arrays.

Surfaces that differ only in which elements stand where have the same neighbours, sites and zones.
A template holds them, found once; a batch lays the elements of many surfaces over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from catml.structures.sites import Kind
    from catml.structures.surface import Surface


@dataclass(frozen=True)
class TemplateSite:
    """One distinct adsorption site, its atoms given as indices into the batch's atom axis.

    Periodic images of one atom carry the same index, so an index may occur more than once in a
    zone of a small cell: each occurrence counts.

    Attributes
    ----------
    kind, subtype, id : str
        As in `catml.structures.sites.Site`.
    multiplicity : int
        Number of equivalent sites per primitive surface cell.
    atoms, same_layer, sublayer : tuple of int
        Atoms of the three zones (`catml.structures.environment`).
    below : tuple of int
        Atom straight below the site among the `sublayer`, if there is one: present under an hcp
        or 4-fold hollow, absent under an fcc hollow.
    """

    kind: Kind
    subtype: str
    id: str
    multiplicity: int
    atoms: tuple[int, ...]
    same_layer: tuple[int, ...]
    sublayer: tuple[int, ...]
    below: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class SiteBatch:
    """Sites of S surfaces that share one template of N atoms with up to M neighbours each.

    Attributes
    ----------
    template : str
        Name of the shared pattern, such as ``"A3B@A(100)"``.
    surfaces : tuple of Surface
        The surfaces, length S; empty for a batch made from a bare slab (then S = 1).
    numbers : int array (S, N)
        Atomic numbers.
    neighbors : int array (N, M)
        Index of each neighbour on the atom axis, -1 where there are fewer than M.
    distances : float array (S, N, M)
        Distance to each neighbour in Å, inf where there is none in that surface.
    sites : tuple of TemplateSite
        The distinct sites, length K, the same for every surface of the batch.
    """

    template: str
    surfaces: tuple[Surface, ...]
    numbers: NDArray[np.int64]
    neighbors: NDArray[np.int64]
    distances: NDArray[np.float64]
    sites: tuple[TemplateSite, ...]
