"""Orbital-wise coordination: neighbours counted by how strongly their orbitals couple.

The second moment of the density of states projected on an orbital of an atom is the sum of the
squared hopping integrals to its neighbours. In units of one nearest neighbour in the element's own
bulk it is a coordination number that knows of bond lengths and ligands (X. Ma, H. Xin, Phys. Rev.
Lett. 118, 036101 (2017), doi:10.1103/PhysRevLett.118.036101):

    CN_i = Σ_j t_ij² / t_bulk²

With the universal hopping integrals (W. A. Harrison, S. Froyen, Phys. Rev. B 21, 3214 (1980),
doi:10.1103/PhysRevB.21.3214) all that does not depend on the bond drops out. With the bond length
d, the bulk's own d₀ and the d-state radii r of the elements a neighbour counts as

====================  ======================  ================
``s``                 s to s                  (d₀ / d)⁴
``sd``                d to the neighbour's s  (d₀ / d)⁷
``d``                 d to d                  (r_j / r_i)³ (d₀ / d)¹⁰
====================  ======================  ================

so that every one of them is 12 in the bulk of a close-packed metal, and smaller by the number of
missing bonds at its surface. Only nearest neighbours are summed, those that the coordination
number counts. The authors sum within a cutoff radius; up to twice the bond length the sum in fcc is
2 % larger for d, 9 % for sd and 41 % for s.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.sites.coordination import own_bond_lengths
from catml.descriptors.sites.elemental import has_d_band
from catml.descriptors.tight_binding.second_moments import FITTED, HoppingParameters
from catml.elements.properties import element_array
from catml.structures.batches import SiteBatch

Array = NDArray[np.float64]


class OrbitalCoordination(NamedTuple):
    """Orbital-wise coordination numbers of U atoms of each of S surfaces.

    Attributes
    ----------
    s : float array (S, U)
        By the coupling of s orbitals; NaN where the element's own bond length is unknown.
    d : float array (S, U)
        By the coupling of d orbitals; NaN also for elements without d band, and where the d-state
        radius of the atom or of a neighbour with a d band is missing.
    sd : float array (S, U)
        By the coupling of the atom's d with its neighbours' s orbitals; NaN without d band.
    """

    s: Array
    d: Array
    sd: Array


def orbital_coordination(
    batch: SiteBatch,
    *,
    atoms: NDArray[np.int64] | None = None,
    parameters: HoppingParameters = FITTED,
) -> OrbitalCoordination:
    """Return the orbital-wise coordination numbers of atoms.

    Parameters
    ----------
    batch : SiteBatch
        S surfaces of N atoms.
    atoms : int array (U,), optional
        The atoms wanted, by default all N.
    parameters : HoppingParameters
        The set whose d-state radii are taken.

    Notes
    -----
    The bulk bond length d₀ is that of the element as a close-packed metal
    (`catml.descriptors.sites.coordination.own_bond_lengths`). A body-centred metal, whose 14
    neighbours lie at two distances, comes near but not to 12 in its own bulk.
    """
    chosen = np.arange(batch.numbers.shape[1]) if atoms is None else atoms
    neighbors = batch.neighbors[chosen]
    numbers = batch.numbers[:, chosen]
    distances = batch.distances[:, chosen]
    with np.errstate(divide="ignore"):
        inverse = np.where(np.isfinite(distances), 1 / distances, 0.0)
    ratio = own_bond_lengths()[numbers][:, :, None] * inverse
    squared = ratio * ratio
    fourth = squared * squared
    seventh = fourth * squared * ratio
    radius = element_array(parameters.radius_property)
    own = np.where(has_d_band(), radius, np.nan)[numbers]
    coupling = np.where(has_d_band(), radius, 0.0)[batch.numbers]
    cubed = np.where(inverse > 0, (coupling**3)[:, neighbors], 0.0)
    d = (cubed * seventh * squared * ratio).sum(axis=2) / own**3
    sd = np.where(np.isfinite(own), seventh.sum(axis=2), np.nan)
    return OrbitalCoordination(fourth.sum(axis=2), d, sd)
