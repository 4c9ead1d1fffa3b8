"""What a site's surroundings are made of: shares of elements, and how mixed the zones are together.

All of it follows from the three zones of a site (`catml.structures.environment`), so bare motifs
have it as well as built surfaces.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.descriptors.sites.elemental import (
    PROPERTIES,
    ZONES,
    property_array,
    zone_counts,
)
from catml.elements.properties import element_symbols, element_value

Array = NDArray[np.float64]

UNIONS = {"site_layer": ("site_atoms", "same_layer"), "all_zones": ZONES}
"""Zones taken together: the binding atoms and the layer around them, and everything."""

RATIOS = {
    "same_layer_per_site_atom": ("same_layer", "site_atoms"),
    "sublayer_per_site_atom": ("sublayer", "site_atoms"),
    "sublayer_per_same_layer_atom": ("sublayer", "same_layer"),
}
"""Numbers of atoms of one zone over those of another."""

# So many rows are counted at once: memory stays bounded for a million of sites.
_ROWS_AT_ONCE = 50_000


def composition_columns() -> tuple[str, ...]:
    """Return the names of the columns of `composition_features`, in their order."""
    return (
        *(f"{zone}_fraction_{symbol}" for zone in ZONES for symbol in element_symbols()),
        *(f"{zone}_distinct_elements" for zone in (*ZONES, *UNIONS)),
        "all_zones_count",
        *RATIOS,
        *(
            f"{union}_{what}_{name}"
            for union in UNIONS
            for name in PROPERTIES
            for what in ("mean", "spread")
        ),
    )


def composition_features(zones: pd.DataFrame) -> pd.DataFrame:
    """Describe what the zones of every row are made of.

    Parameters
    ----------
    zones : DataFrame
        Has the text columns of `catml.descriptors.sites.elemental.ZONES`; an empty or missing
        zone has no atoms.

    Returns
    -------
    DataFrame
        Indexed like `zones`, columns `composition_columns`: the share of every element in every
        zone; the number of distinct elements per zone and in zones taken together (`UNIONS`);
        numbers of atoms and their ratios, with 1 in place of 0 below the line; mean and standard
        deviation of elemental properties over the atoms of zones taken together, NaN where no
        atom has the property.

    Raises
    ------
    SurfaceError
        If a zone cannot be read.

    Examples
    --------
    >>> zones = {"site_atoms": ["Cu:1"], "same_layer": ["Ag:2 Cu:4"], "sublayer": ["Cu:3"]}
    >>> features = composition_features(pd.DataFrame(zones))
    >>> float(features["same_layer_fraction_Cu"].iloc[0].round(3))
    0.667
    >>> features["all_zones_distinct_elements"].tolist()
    [2.0]
    """
    values = np.vstack([np.zeros((0, len(composition_columns()))), *_parts(zones)])
    return pd.DataFrame(values, index=zones.index, columns=list(composition_columns()), copy=False)


def _parts(zones: pd.DataFrame) -> Iterator[Array]:
    for first in range(0, len(zones), _ROWS_AT_ONCE):
        part = zones.iloc[first : first + _ROWS_AT_ONCE]
        yield _numbers({zone: _counts(part[zone]) for zone in ZONES})


def _numbers(counts: dict[str, Array]) -> Array:
    """The features of n rows from the (n, 119) numbers of atoms of each element in each zone."""
    together = {
        name: np.sum([counts[zone] for zone in zones], axis=0) for name, zones in UNIONS.items()
    }
    total = {name: zone.sum(axis=1) for name, zone in (counts | together).items()}
    listed = [int(element_value(symbol, "atomic_number")) for symbol in element_symbols()]
    columns = [
        *(counts[zone][:, listed] / np.maximum(total[zone], 1)[:, None] for zone in ZONES),
        *((zone > 0).sum(axis=1) for zone in (counts | together).values()),
        total["all_zones"],
        *(total[above] / np.maximum(total[below], 1) for above, below in RATIOS.values()),
        *(moment for zone in together.values() for moment in _moments(zone)),
    ]
    return np.column_stack(columns)


def _counts(texts: pd.Series) -> Array:
    """The number of atoms of each element, by atomic number, shape (n, 119)."""
    codes, distinct = pd.factorize(texts.fillna("").to_numpy(dtype=object))
    zones = zone_counts(distinct.tolist())
    counts = np.zeros((len(distinct), len(property_array(PROPERTIES[0]))))
    for elements, numbers in zip(zones.elements, zones.counts, strict=True):
        counts[np.arange(len(distinct)), elements] += numbers
    counts[:, 0] = 0.0
    return counts[codes]


def _moments(counts: Array) -> Iterator[Array]:
    """Mean and standard deviation of each property over the atoms counted."""
    present = np.flatnonzero(counts.any(axis=0) | (np.arange(counts.shape[1]) == 0))
    counts = counts[:, present]
    for name in PROPERTIES:
        value = property_array(name)[present]
        known = np.isfinite(value)
        share = counts * known
        total = share.sum(axis=1)
        some = np.maximum(total, 1)
        value = np.where(known, value, 0.0)
        mean = share @ value / some
        # Around a number near the mean, so that equal values have no spread from rounding.
        center = value[counts.argmax(axis=1)]
        shifted = value[None, :] - center[:, None]
        square = (share * shifted**2).sum(axis=1) / some - (mean - center) ** 2
        yield np.where(total > 0, mean, np.nan)
        yield np.where(total > 0, np.sqrt(np.maximum(square, 0.0)), np.nan)
