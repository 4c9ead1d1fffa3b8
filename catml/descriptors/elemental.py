"""Statistics of elemental properties over the zones of a site's environment.

A zone is text such as ``"Cu:2 Pd:1"`` (`catml.structures.environment`). Every distinct text is
read once and the statistics are matrix products over element counts, so tables of many thousand
rows cost little. A property an element does not have takes no part in the statistics; a zone none
of whose atoms has it gives NaN.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.elements.properties import element_array
from catml.structures.environment import parse_zone

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


def count_matrix(zones: Sequence[str]) -> NDArray[np.float64]:
    """Return the number of atoms of each element in each zone, shape (n_zones, 119).

    Raises
    ------
    SurfaceError
        If a zone cannot be read.
    """
    from ase.data import atomic_numbers

    counts = np.zeros((len(zones), 119))
    known: dict[str, tuple[int, int]] = {}
    for row, text in enumerate(zones):
        for term in text.split():
            if term not in known:
                parse_zone(text)
                symbol, _, number = term.partition(":")
                known[term] = atomic_numbers[symbol], int(number)
            column, count = known[term]
            if counts[row, column]:
                parse_zone(text)  # refuses the element that stands there twice
            counts[row, column] = count
    return counts


def zone_statistics(
    counts: NDArray[np.float64], properties: Sequence[str] = PROPERTIES
) -> pd.DataFrame:
    """Return mean, minimum and maximum of properties over zones.

    Parameters
    ----------
    counts : ndarray, shape (n, 119)
        Number of atoms of each element (`count_matrix`).
    properties : sequence of str
        Names for `property_array`.

    Returns
    -------
    DataFrame, shape (n, 3 * n_properties)
        Columns ``mean_<property>``, ``min_<property>``, ``max_<property>``, in the unit of the
        property; NaN where no atom of the zone has the property. The mean weighs elements by
        their counts; the spread is in the extremes.
    """
    elements, weights = _listed(counts)
    columns: dict[str, NDArray[np.float64]] = {}
    for name in properties:
        value = property_array(name)[elements]
        known = np.isfinite(value) & (weights > 0)
        share = np.where(known, weights, 0.0)
        total = share.sum(axis=0)
        with np.errstate(invalid="ignore"):
            mean = (share * np.where(known, value, 0.0)).sum(axis=0) / total
        lowest = np.where(known, value, np.inf).min(axis=0, initial=np.inf)
        highest = np.where(known, value, -np.inf).max(axis=0, initial=-np.inf)
        columns[f"mean_{name}"] = mean
        columns[f"min_{name}"] = np.where(total > 0, lowest, np.nan)
        columns[f"max_{name}"] = np.where(total > 0, highest, np.nan)
    return pd.DataFrame(columns)


def _listed(counts: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The elements of each zone and their counts, shapes (m, n), filled up with counts of 0.

    Zones go along the last axis: sums over the few elements of each are then quick.
    """
    rows, found = np.nonzero(counts)
    number = np.bincount(rows, minlength=len(counts))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(number) - number, number)
    elements = np.zeros((int(number.max(initial=0)), len(counts)), dtype=np.int64)
    weights = np.zeros(elements.shape)
    elements[place, rows] = found
    weights[place, rows] = counts[rows, found]
    return elements, weights


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
    blocks = []
    for zone in ZONES:
        codes, texts = pd.factorize(zones[zone].fillna("").to_numpy(dtype=object))
        block = _describe(count_matrix(texts.tolist())).add_prefix(f"{zone}_")
        blocks.append(block.iloc[codes].reset_index(drop=True))
    features = pd.concat(blocks, axis=1)
    mean = "mean_pauling_electronegativity"
    for other in ZONES[1:]:
        features[f"site_atoms_minus_{other}_pauling_electronegativity"] = (
            features[f"site_atoms_{mean}"] - features[f"{other}_{mean}"]
        )
    return features.set_axis(zones.index, axis=0)


def _describe(counts: NDArray[np.float64]) -> pd.DataFrame:
    total = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        d_metals = counts[:, has_d_band()].sum(axis=1) / total
    sizes = pd.DataFrame({"count": total, "d_metal_fraction": d_metals})
    return pd.concat([sizes, zone_statistics(counts)], axis=1)
