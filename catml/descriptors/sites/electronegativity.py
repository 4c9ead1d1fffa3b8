"""Electronegativity of atoms and of what surrounds them, on two scales.

Pauling's numbers are tabulated; Mulliken's, in eV, are half the sum of ionization energy and
electron affinity of the free atom (R. S. Mulliken, J. Chem. Phys. 2, 782 (1934),
doi:10.1063/1.1749394). The surroundings of an atom are the geometric mean over its nearest
neighbours, as in S.-H. Wang et al., Nat. Commun. 12, 5288 (2021),
doi:10.1038/s41467-021-25639-8.
"""

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.sites.coordination import finite_mean
from catml.elements.properties import element_array
from catml.structures.batches import SiteBatch

Array = NDArray[np.float64]
Scale = Literal["pauling", "mulliken"]


@cache
def electronegativities(scale: Scale) -> Array:
    """Return an electronegativity indexed by atomic number, shape (119,), read-only.

    Without unit on Pauling's scale, in eV on Mulliken's; NaN where the element has no value.

    Examples
    --------
    >>> float(electronegativities("mulliken")[29].round(3))  # copper: (7.726 + 1.235) / 2
    4.481
    """
    if scale == "pauling":
        return element_array("pauling_electronegativity")
    energies = element_array("ionization_energy_ev") + element_array("electron_affinity_ev")
    values: Array = energies / 2
    values.flags.writeable = False
    return values


def shell_electronegativity(
    batch: SiteBatch, *, scale: Scale, atoms: NDArray[np.int64] | None = None
) -> Array:
    """Return the geometric mean of electronegativity over the neighbours of atoms, shape (S, U).

    Parameters
    ----------
    batch : SiteBatch
        S surfaces of N atoms.
    scale : {"pauling", "mulliken"}
        Without unit, or in eV.
    atoms : int array (U,), optional
        The atoms whose neighbours are meant, by default all N.

    Returns
    -------
    ndarray, shape (S, U)
        Neighbours without a value take no part; NaN where none has one.
    """
    chosen = np.arange(batch.numbers.shape[1]) if atoms is None else atoms
    logarithms = _logarithms(scale)[batch.numbers][:, batch.neighbors[chosen]]
    present = np.isfinite(batch.distances[:, chosen])
    return np.asarray(np.exp(finite_mean(np.where(present, logarithms, np.nan))))


@cache
def _logarithms(scale: Scale) -> Array:
    values = electronegativities(scale)
    known = values > 0
    return np.where(known, np.log(np.where(known, values, 1.0)), np.nan)
