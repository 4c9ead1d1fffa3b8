"""Which surfaces of which batch the rows of a site table are on, and numbers for every row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.descriptors.sites.matching import column_texts, site_weights
from catml.errors import SurfaceError
from catml.structures.batches import SiteBatch, batch_of_slab
from catml.structures.bulk.lattice import lattice_of
from catml.structures.families import site_batch
from catml.structures.site_table import CLUSTER, surface_named
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

Array = NDArray[np.float64]

# Surfaces that have so many bonds together are described at once. The arrays of a thousand flat
# surfaces just fit into the cache of a processor, and memory is bounded for a million of sites.
_BONDS_AT_ONCE = 250_000


@dataclass(frozen=True, eq=False)
class SlabRows:
    """Rows of a table that are sites of one slab or particle, whatever they are called.

    Attributes
    ----------
    first, stop : int
        The rows are those from `first` up to, not including, `stop`.
    atoms : ase.Atoms
        The slab or particle.
    """

    first: int
    stop: int
    atoms: "Atoms"


@dataclass(frozen=True, eq=False)
class RowGroup:
    """Rows of a table whose sites belong to one batch.

    Attributes
    ----------
    batch : SiteBatch
        S surfaces with K sites each.
    rows : int array (R,)
        Positions of the rows in the table.
    surfaces : int array (R,)
        Position of each row's surface in the batch.
    weights : float array (R, K)
        Share each site has in the row, adding up to 1; all 0 for a row that fits no site.
    slab : ase.Atoms or None
        The slab or particle the batch was made of; None for surfaces by name.
    """

    batch: SiteBatch
    rows: NDArray[np.int64]
    surfaces: NDArray[np.int64]
    weights: Array
    slab: "Atoms | None" = None


def row_groups(
    table: pd.DataFrame, *, slab: "Atoms | None" = None, slabs: Sequence[SlabRows] = ()
) -> Iterator[RowGroup]:
    """Find the batch and site of every row that has a geometry.

    Parameters
    ----------
    table : DataFrame
        Site table; columns it lacks count as empty. A row has a geometry if its `surface` is a
        surface name; a label in a row without family is the name of somebody's slab and passed
        over.
    slab : ase.Atoms, optional
        The slab all rows are sites of, whatever they are called.
    slabs : sequence of SlabRows, optional
        The slabs that some of the rows are sites of.

    Yields
    ------
    RowGroup
        Together they hold every row with a geometry once.

    Raises
    ------
    DescriptorError
        If a row has the id of a site its surface does not have.
    SurfaceError
        If a surface name or its lattice constants cannot be used.
    """
    ids = column_texts(table, "site")
    if slab is not None:
        slabs = [SlabRows(0, len(table), slab)]
    named = np.ones(len(table), dtype=bool)
    for part in slabs:
        own = np.arange(part.first, part.stop)
        named[own] = False
        batch = batch_of_slab(part.atoms)
        first = np.zeros(len(own), dtype=np.int64)
        yield RowGroup(batch, own, first, site_weights(table, ids, own, batch, first), part.atoms)
    rows, codes, surfaces, lattices = _distinct(table, np.flatnonzero(named))
    for batch in site_batch(surfaces, lattices):
        place = np.full(len(surfaces), -1)
        place[batch.rows] = np.arange(len(batch.rows))
        which = place[codes]
        inside = which >= 0
        chosen, which = rows[inside], which[inside]
        yield RowGroup(batch, chosen, which, site_weights(table, ids, chosen, batch, which))


def site_values(
    table: pd.DataFrame,
    numbers: Callable[[SiteBatch], Array],
    width: int,
    *,
    slab: "Atoms | None" = None,
    slabs: Sequence[SlabRows] = (),
) -> Array:
    """Return what a function says of the sites of batches, row by row of a site table.

    Parameters
    ----------
    table, slab, slabs
        As in `row_groups`.
    numbers : callable
        Takes a SiteBatch to an array (S, K, n).
    width : int
        The number n.

    Returns
    -------
    ndarray, shape (len(table), n)
        A row that is several sites has their average; NaN in rows without geometry, and in rows
        that fit no site of their surface.
    """
    values = np.full((len(table), width), np.nan)
    for group in row_groups(table, slab=slab, slabs=slabs):
        found = _in_parts(group.batch, numbers, width)
        single = group.weights.max(axis=1) == 1
        site = group.weights[single].argmax(axis=1)
        values[group.rows[single]] = found[group.surfaces[single], site]
        several = ~single
        if several.any():
            values[group.rows[several]] = _mean_over_sites(
                found[group.surfaces[several]], group.weights[several]
            )
    return values


def _in_parts(batch: SiteBatch, numbers: Callable[[SiteBatch], Array], width: int) -> Array:
    """The numbers of a batch, shape (S, K, width), computed for some of its surfaces at a time."""
    n_surfaces = len(batch.numbers)
    step = max(1, _BONDS_AT_ONCE // max(1, batch.neighbors.size))
    values = np.empty((n_surfaces, len(batch.sites), width))
    for first in range(0, n_surfaces, step):
        values[first : first + step] = numbers(batch.part(first, first + step))
    return values


def _mean_over_sites(numbers: Array, weights: Array) -> Array:
    """Average numbers, shape (R, K, n), by the sites' weights, shape (R, K), where they exist."""
    known = np.isfinite(numbers)
    shares = weights[:, :, None] * known
    total = shares.sum(axis=1)
    mean = (shares * np.where(known, numbers, 0.0)).sum(axis=1) / np.where(total, total, 1)
    return np.where(total > 0, mean, np.nan)


def _lengths_ang(table: pd.DataFrame, name: str) -> Array:
    """A column of lattice constants, NaN where there is none."""
    return table[name].to_numpy(dtype=float) if name in table else np.full(len(table), np.nan)


def _distinct(
    table: pd.DataFrame, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Surface], list[tuple[float, float | None]]]:
    """Those of the rows that have a surface, and which of the distinct surfaces each has.

    Surfaces, with their lattice constants, are distinct if either differs.
    """
    codes, names = pd.factorize(column_texts(table, "surface")[rows])
    by_code = _known_surfaces(table, rows, codes, names.tolist())
    known = np.isin(codes, list(by_code))
    rows, codes = rows[known], codes[known]
    a_ang = _lengths_ang(table, "lattice_a_ang")[rows]
    c_ang = _lengths_ang(table, "lattice_c_ang")[rows]
    keys = codes
    for lengths in (a_ang, c_ang):
        of_length, values = pd.factorize(lengths, use_na_sentinel=False)
        keys = keys * len(values) + of_length
    which, _ = pd.factorize(keys)
    first = np.unique(which, return_index=True)[1]
    surfaces = [by_code[code] for code in codes[first].tolist()]
    lattices: list[tuple[float, float | None]] = []
    for surface, a, c in zip(surfaces, a_ang[first].tolist(), c_ang[first].tolist(), strict=True):
        if np.isnan(a):
            found = lattice_of(surface)
            lattices.append((found.a_ang, found.c_ang))
        else:
            lattices.append((a, None if np.isnan(c) else c))
    return rows, which, surfaces, lattices


def _known_surfaces(
    table: pd.DataFrame, rows: NDArray[np.int64], codes: NDArray[np.int64], names: list[str]
) -> dict[int, Surface]:
    """The surface of every code of a name, labels of slabs and particles left out."""
    surfaces = {}
    for code, name in enumerate(names):
        if not name:
            continue
        try:
            surfaces[code] = surface_named(name)
        except SurfaceError:
            families = column_texts(table, "family")[rows[codes == code]]
            if not {"", CLUSTER}.issuperset(families):
                raise
    return surfaces
