"""Statistics of elemental properties over the zones of a site's environment.

A zone is text such as ``"Cu:2 Pd:1"`` (`catml.structures.environment`). Every distinct text is
read once and the statistics are array arithmetic over element counts, so tables of many thousand
rows cost little. A property an element does not have takes no part in the statistics; a zone none
of whose atoms has it gives NaN.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from ase.data import atomic_numbers
from numpy.typing import NDArray

from catml.elements.properties import element_array
from catml.errors import SurfaceError
from catml.structures.environment import parse_zone

Array = NDArray[np.float64]

ZONES = ("site_atoms", "same_layer", "sublayer")

PROPERTIES = (
    "pauling_electronegativity",
    "ionization_energy_ev",
    "electron_affinity_ev",
    "covalent_radius_ang",
    "metallic_radius_ang",
    "group",
    "period",
    "valence_electrons",
    "melting_point_k",
    "cohesive_energy_ev",
    "d_filling",
    "log_vad2_rel_cu",
    "d_band_center_bulk_ev",
    "r_d_fitted_ang",
)


def property_array(name: str) -> NDArray[np.float64]:
    """Return a property indexed by atomic number: a tabulated one, or the logarithm of one.

    ``log_vad2_rel_cu`` is the natural logarithm of the coupling, which spans two decades.

    Raises
    ------
    ElementError
        If the property does not exist.

    Examples
    --------
    >>> float(property_array("log_vad2_rel_cu")[29])
    0.0
    """
    if name == "log_vad2_rel_cu":
        return np.log(element_array("vad2_rel_cu"))
    return element_array(name)


def has_d_band() -> NDArray[np.bool_]:
    """Say for every atomic number whether the element is a transition metal, shape (119,).

    Groups 3 to 12; beyond them the d shell is core or empty.
    """
    group = element_array("group")
    return (group >= 3) & (group <= 12)


class ZoneCounts(NamedTuple):
    """The elements of n zones of up to m elements each.

    Zones go along the last axis: sums over the few elements of each are then quick.

    Attributes
    ----------
    elements : int array (m, n)
        Atomic numbers, 0 where a zone has fewer than m elements.
    counts : float array (m, n)
        Number of atoms of each, 0 where there is none.
    """

    elements: NDArray[np.int64]
    counts: NDArray[np.float64]


def zone_counts(zones: Sequence[str]) -> ZoneCounts:
    """Return the elements of zones written as text, with their numbers of atoms.

    Raises
    ------
    SurfaceError
        If a zone cannot be read.

    Examples
    --------
    >>> zone_counts(["Cu:2 Pd:1", "Pd:4"]).elements.tolist()
    [[29, 46], [46, 0]]
    """
    terms = np.array(" ".join(zones).split(), dtype=object)
    codes, distinct = pd.factorize(terms)
    table = np.array([_term(term, zones) for term in distinct], dtype=np.int64).reshape(-1, 2)
    # Every term has been read now, so there is one colon in each.
    lengths = np.array([text.count(":") for text in zones], dtype=np.int64)
    symbols, amounts = table[codes].T
    rows = np.repeat(np.arange(len(zones)), lengths)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    elements = np.zeros((int(lengths.max(initial=0)), len(zones)), dtype=np.int64)
    elements[place, rows] = symbols
    if any(((a == b) & (a > 0)).any() for a, b in combinations(elements, 2)):
        for text in zones:
            parse_zone(text)  # refuses the one that names an element twice
    counts = np.zeros(elements.shape)
    counts[place, rows] = amounts
    return ZoneCounts(elements, counts)


def _term(term: str, zones: Sequence[str]) -> tuple[int, int]:
    """Atomic number and count of a term; refused with the zone it stands in."""
    try:
        return _read_term(term)
    except SurfaceError:
        parse_zone(next(text for text in zones if term in text.split()))
        raise


@lru_cache(maxsize=4096)
def _read_term(term: str) -> tuple[int, int]:
    ((symbol, count),) = parse_zone(term).items()
    return atomic_numbers[symbol], count


def zone_statistics(zones: ZoneCounts, properties: Sequence[str] = PROPERTIES) -> pd.DataFrame:
    """Return mean, minimum and maximum of properties over zones.

    Parameters
    ----------
    zones : ZoneCounts
        The n zones.
    properties : sequence of str
        Names for `property_array`.

    Returns
    -------
    DataFrame, shape (n, 3 * n_properties)
        Columns ``mean_<property>``, ``min_<property>``, ``max_<property>``, in the unit of the
        property; NaN where no atom of the zone has the property. The mean weighs elements by
        their counts; the spread is in the extremes.
    """
    return pd.DataFrame(_statistics(zones, properties), columns=_statistics_names(properties))


def _statistics_names(properties: Sequence[str]) -> list[str]:
    return [f"{what}_{name}" for name in properties for what in ("mean", "min", "max")]


def _statistics(zones: ZoneCounts, properties: Sequence[str]) -> Array:
    """The numbers of `zone_statistics`, shape (n, 3 * n_properties)."""
    numbers = np.empty((3 * len(properties), zones.counts.shape[1]))
    for place, name in enumerate(properties):
        # Looked up by element, 0 of none: what an element lacks changes no sum and no extreme.
        value = property_array(name)
        known = np.isfinite(value)
        known[0] = False
        share = zones.counts * known[zones.elements]
        total = share.sum(axis=0)
        terms = share * np.where(known, value, 0.0)[zones.elements]
        lowest = np.where(known, value, np.inf)[zones.elements].min(axis=0, initial=np.inf)
        highest = np.where(known, value, -np.inf)[zones.elements].max(axis=0, initial=-np.inf)
        with np.errstate(invalid="ignore"):
            numbers[3 * place] = terms.sum(axis=0) / total
        numbers[3 * place + 1] = np.where(total > 0, lowest, np.nan)
        numbers[3 * place + 2] = np.where(total > 0, highest, np.nan)
    return numbers.T


def environment_features(zones: pd.DataFrame) -> pd.DataFrame:
    """Describe the three zones of every row.

    Parameters
    ----------
    zones : DataFrame
        Has the text columns of `ZONES`; an empty or missing zone has no atoms.

    Returns
    -------
    DataFrame
        Indexed like `zones`. Per zone: number of atoms, fraction of them with a d band and the
        `zone_statistics`; and the electronegativity of the binding atoms minus that of each other
        zone.

    Raises
    ------
    SurfaceError
        If a zone cannot be read.
    """
    names = ["count", "d_metal_fraction", *_statistics_names(PROPERTIES)]
    columns = [f"{zone}_{name}" for zone in ZONES for name in names]
    mean = "mean_pauling_electronegativity"
    values = np.empty((len(zones), len(columns) + len(ZONES) - 1))
    texts = np.concatenate([zones[zone].fillna("").to_numpy(dtype=object) for zone in ZONES])
    codes, distinct = pd.factorize(texts)
    # Every distinct zone is described once, and stands in all the rows that have it.
    described = _describe(zone_counts(distinct.tolist()))
    for k, rows in enumerate(np.split(codes, len(ZONES))):
        values[:, k * len(names) : (k + 1) * len(names)] = described[rows]
    bound = values[:, names.index(mean)]
    for k, other in enumerate(ZONES[1:], start=1):
        values[:, len(columns)] = bound - values[:, k * len(names) + names.index(mean)]
        columns.append(f"site_atoms_minus_{other}_pauling_electronegativity")
    return pd.DataFrame(values, index=zones.index, columns=columns, copy=False)


def _describe(zones: ZoneCounts) -> Array:
    """Number of atoms, share of d metals and statistics of zones, one row for each."""
    total = zones.counts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        d_metals = (zones.counts * has_d_band()[zones.elements]).sum(axis=0) / total
    return np.column_stack([total, d_metals, _statistics(zones, PROPERTIES)])
