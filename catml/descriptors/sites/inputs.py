"""What can be described: names, surfaces, slabs and particles, made into site tables.

Everything becomes a table of `catml.structures.site_table`, one row per distinct site; the rows of
a slab remember it, for its name does not say where its atoms are.
"""

import reprlib
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from catml.descriptors.sites.rows import SlabRows
from catml.errors import CatmlError, DescriptorError, SurfaceError
from catml.structures.site_table import site_table, site_table_of_slab, surface_named
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

KEYS = ("item", "surface_name", "site_id")
"""Index of the rows of things that are no table: which of them, its name, the id of its site."""


@dataclass(frozen=True, eq=False)
class SiteRows:
    """Sites of things that follow each other.

    Attributes
    ----------
    table : DataFrame
        Their site table.
    items : tuple of int
        For each row, which of the things given it belongs to.
    slab : ase.Atoms or None
        The slab all rows are on; None if they are of surfaces by name.
    """

    table: pd.DataFrame
    items: tuple[int, ...] = ()
    slab: "Atoms | None" = None


@dataclass(frozen=True, eq=False)
class DescribedSites:
    """A site table, and the slabs that some of its rows are on."""

    table: pd.DataFrame
    slabs: tuple[SlabRows, ...] = ()


def sites_of(given: Any) -> pd.DataFrame:
    """Return one table of the distinct sites of anything that can be described.

    Parameters
    ----------
    given
        A surface name or `Surface`; an ``ase.Atoms`` slab or particle, or a pymatgen structure; or
        an ordered collection of these, mixed as you like.

    Returns
    -------
    DataFrame
        The columns of `catml.structures.site_table`. Its index `KEYS` is that of the descriptors
        which a featurizer computes for the same things, so both can be joined.

    Raises
    ------
    DescriptorError
        If it is none of these.
    SurfaceError
        If a name or slab cannot be used.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> table = sites_of(["Cu(111)", fcc111("Pt", (2, 2, 4), vacuum=8)])
    >>> table.index[[0, -1]].tolist()
    [(0, 'Cu(111)', 'ontop-1'), (1, 'Pt16', 'hollow-hcp-1')]
    """
    return described_sites(given).table


def described_sites(given: Any) -> DescribedSites:
    """Return the table of `sites_of` with the slabs its rows are on; a table stays as it is."""
    if isinstance(given, pd.DataFrame):
        return DescribedSites(given)
    pieces = as_site_rows(given)
    slabs, first = [], 0
    for piece in pieces:
        stop = first + len(piece.table)
        if piece.slab is not None:
            slabs.append(SlabRows(first, stop, piece.slab))
        first = stop
    filled = [piece.table for piece in pieces if len(piece.table)] or [pieces[0].table]
    table = pd.concat(filled, ignore_index=True)
    items = np.array([item for piece in pieces for item in piece.items], dtype=np.int64)
    keys = [items, table["surface"].to_numpy(), table["site"].to_numpy()]
    return DescribedSites(table.set_index(pd.MultiIndex.from_arrays(keys, names=KEYS)), (*slabs,))


def as_site_rows(given: Any, *, error: type[CatmlError] = DescriptorError) -> list[SiteRows]:
    """Return the sites of anything that can be described, in the order given.

    Parameters
    ----------
    given
        As in `sites_of`.
    error : subclass of CatmlError
        Raised if it is none of these.

    Returns
    -------
    list of SiteRows
        Neighbouring names and surfaces together, every slab by itself; at least one.

    Raises
    ------
    SurfaceError
        If a name or slab cannot be used.
    """
    alone = isinstance(given, str | Surface) or _is_slab(given)
    if alone:
        given = [given]
    # A mapping or set has names in it too, but says nothing of an order.
    if not isinstance(given, Iterable) or isinstance(given, Mapping | Set | bytes):
        raise _not_understood(given, error)
    pieces: list[SiteRows] = []
    names: list[tuple[int, str | Surface]] = []
    for number, item in enumerate(given):
        if isinstance(item, Surface) and item.crystal is not None:
            # The rows of a table name their surface, and a name does not say the crystal.
            item = item.slab()
        if isinstance(item, str | Surface):
            names.append((number, item))
        elif _is_slab(item):
            if names:
                pieces.append(_named(names))
                names = []
            slab = _as_atoms(item)
            table = _table_of(slab, None if alone else number)
            pieces.append(SiteRows(table, (number,) * len(table), slab))
        else:
            raise _not_understood(item, error)
    if names or not pieces:
        pieces.append(_named(names))
    return pieces


def _named(names: list[tuple[int, str | Surface]]) -> SiteRows:
    """The sites of surfaces by name, each counted once for every time it is given."""
    surfaces = [one if isinstance(one, Surface) else surface_named(one) for _, one in names]
    table = site_table(surfaces)
    rows, times = Counter(table["surface"]), Counter(surface.name for surface in surfaces)
    items = [
        number
        for (number, _), surface in zip(names, surfaces, strict=True)
        for _ in range(rows[surface.name] // times[surface.name])
    ]
    return SiteRows(table, tuple(items))


def _table_of(slab: "Atoms", number: int | None) -> pd.DataFrame:
    """The sites of a slab; an error says which of several it is."""
    try:
        return site_table_of_slab(slab)
    except SurfaceError as problem:
        if number is None:
            raise
        raise SurfaceError(f"Item {number} of those given: {problem}") from None


def _is_slab(item: Any) -> bool:
    from ase import Atoms

    return isinstance(item, Atoms) or _is_pymatgen(item)


def _is_pymatgen(item: Any) -> bool:
    # Asking the class where it is from spares importing pymatgen for users who do not use it.
    return any(
        kind.__module__.startswith("pymatgen.core") and kind.__name__ == "SiteCollection"
        for kind in type(item).__mro__
    )


def _as_atoms(item: Any) -> "Atoms":
    if not _is_pymatgen(item):
        return item
    from pymatgen.io.ase import AseAtomsAdaptor

    return AseAtomsAdaptor.get_atoms(item)


def _not_understood(item: Any, error: type[CatmlError]) -> CatmlError:
    return error(
        f"Cannot find sites on {reprlib.repr(item)} of type {type(item).__name__}; give surface "
        "names like 'Pt3Ni(111)', Surface objects, ase.Atoms or pymatgen slabs, a list of these, "
        "or a table with the columns site_atoms, same_layer, sublayer."
    )
