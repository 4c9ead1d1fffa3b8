"""Numbers of a site that need its geometry, row by row of a site table.

Rows are grouped by geometry template and computed as arrays (`catml.structures.families`); the
table of a single arbitrary slab takes the same path with a batch made from the slab.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.descriptors.sites import coordination
from catml.descriptors.sites.elemental import property_array
from catml.descriptors.sites.rows import SlabRows, site_values
from catml.descriptors.tight_binding import second_moments
from catml.structures.batches import SiteBatch

if TYPE_CHECKING:
    from ase import Atoms

Array = NDArray[np.float64]

KINDS = ("ontop", "bridge", "hollow")
SUBTYPES = ("fcc", "hcp", "3fold", "4fold", "short", "long")

BELOW_PROPERTIES = (
    "pauling_electronegativity",
    "covalent_radius_ang",
    "group",
    "period",
    "d_filling",
    "log_vad2_rel_cu",
)
GEOMETRY_FEATURES = (
    "coordination_number",
    "generalized_coordination_number",
    "bond_length_ang",
    "shortest_bond_ang",
    "longest_bond_ang",
    "site_opening_ang",
    "strain",
    "tight_binding_d_band_rectangular_width_ev",
    "tight_binding_d_band_center_ev",
    "below_count",
    *(f"below_{name}" for name in BELOW_PROPERTIES),
)


def site_numbers(batch: SiteBatch) -> Array:
    """Return every geometric descriptor of every site of a batch.

    Returns
    -------
    ndarray, shape (S, K, n)
        The last axis in the order of `GEOMETRY_FEATURES`. Per-atom numbers are averaged over the
        binding atoms; NaN where a number has no meaning, such as the opening of an on-top site.
    """
    atoms = coordination.binding_atoms(batch)

    def average(per_atom: Array) -> Array:
        return coordination.site_mean(per_atom, batch, atoms=atoms)

    numbers = [
        coordination.site_mean(coordination.coordination_numbers(batch), batch),
        coordination.generalized_coordination(batch),
        average(coordination.bond_lengths(batch, atoms=atoms)),
        average(coordination.shortest_bonds(batch, atoms=atoms)),
        average(coordination.longest_bonds(batch, atoms=atoms)),
        coordination.site_opening(batch),
        average(coordination.strain(batch, atoms=atoms)),
        *second_moments.site_widths_and_centers(batch),
    ]
    shape = (batch.numbers.shape[0], len(batch.sites))
    count = np.array([len(site.below) for site in batch.sites], dtype=float)
    numbers.append(np.broadcast_to(count, shape))
    for name in BELOW_PROPERTIES:
        value = property_array(name)[batch.numbers]
        columns = [
            value[:, list(site.below)].mean(axis=1) if site.below else np.full(shape[0], np.nan)
            for site in batch.sites
        ]
        numbers.append(np.stack(columns, axis=1))
    return np.stack(numbers, axis=2)


def site_type_features(table: pd.DataFrame) -> pd.DataFrame:
    """Return one column per site kind and subtype: 1 where the row is of it, 0 elsewhere.

    A row without a kind has NaN in all of them. So has a row without a surface in the columns of
    subtypes: where only the elements around a site are known, "not fcc" cannot be said.
    """
    kinds, kind = _distinct_texts(table["site_kind"])
    subtypes, subtype = _distinct_texts(table["site_subtype"])
    # A subtype may be of several words, such as "fcc-111" on a particle.
    words = [text.split("-") for text in subtypes]
    is_kind = np.array([[text == name for name in KINDS] for text in kinds], dtype=float)
    is_subtype = np.array([[name in some for name in SUBTYPES] for some in words], dtype=float)
    values = np.empty((len(table), len(KINDS) + len(SUBTYPES)))
    values[:, : len(KINDS)] = is_kind.reshape(-1, len(KINDS))[kind]
    values[:, len(KINDS) :] = is_subtype.reshape(-1, len(SUBTYPES))[subtype]
    values[np.array([text == "" for text in kinds], dtype=bool)[kind]] = np.nan
    if "surface" in table:
        bare = np.array([text == "" for text in subtypes], dtype=bool)[subtype]
        motif = bare & (table["surface"].fillna("") == "").to_numpy()
        values[motif, len(KINDS) :] = np.nan
    columns = [f"is_{name}" for name in (*KINDS, *SUBTYPES)]
    return pd.DataFrame(values, index=table.index, columns=columns, copy=False)


def _distinct_texts(column: pd.Series) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct texts of a column, missing ones as empty, and which of them each row has."""
    codes, texts = pd.factorize(column.fillna("").to_numpy(dtype=object))
    return [str(text) for text in texts], codes


def geometry_features(
    table: pd.DataFrame, *, slab: "Atoms | None" = None, slabs: Sequence[SlabRows] = ()
) -> pd.DataFrame:
    """Return the geometric descriptors of every row.

    Parameters
    ----------
    table : DataFrame
        Site table. Its `surface` column names the geometry; the lattice columns, where filled,
        give the lattice constants; `catml.descriptors.sites.rows` finds the site.
    slab : ase.Atoms, optional
        The slab all rows are sites of, whatever they are called.
    slabs : sequence of SlabRows, optional
        The slabs that some of the rows are sites of.

    Returns
    -------
    DataFrame
        Indexed like `table`, columns `GEOMETRY_FEATURES`; NaN in rows without geometry, and in
        rows that fit no site of their surface.

    Raises
    ------
    DescriptorError
        If a row names a site that its surface does not have.
    SurfaceError
        If a surface name or its lattice constants cannot be used.
    """
    values = site_values(table, site_numbers, len(GEOMETRY_FEATURES), slab=slab, slabs=slabs)
    return pd.DataFrame(values, table.index, list(GEOMETRY_FEATURES), copy=False)
