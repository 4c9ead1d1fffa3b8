"""What an atom's neighbours do to its d band beyond tight binding of d states: linear terms.

Hops between d states at fixed levels leave out how charge is shared with neighbours of another
kind, the s states, and how the potential of an atom follows its size. The largest part of what
they leave out goes linearly with a few differences between an atom and its neighbours, as the
heats of alloying do (A. R. Miedema, P. F. de Châtel, F. R. de Boer, Physica B 100, 1 (1980),
doi:10.1016/0378-4363(80)90054-6). With Σ over the neighbours that have d bands, the terms are

=================  ==========================================  ====
electronegativity  Σ (χ_j - χ_i) / 12, Pauling's scale
level              Σ (ε_j - ε_i) / 12 of the bulk d-band centres    eV
filling            Σ (f_j - f_i) / 12 of the idealized fillings
filling_squared    Σ (f_j - f_i)² / 12
radius             Σ ln(r_j / r_i) / 12 of the d-state radii
misfit             share of foreign neighbours × ln(d / d_own), d their mean distance
=================  ==========================================  ====

and all of them vanish in an element's own metal, strained or not, and on its surfaces. How a d
band answers depends on where it is filled to: every term counts with a polynomial of f_i - 1/2.
"""

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.sites.coordination import own_bond_lengths
from catml.elements.properties import element_array
from catml.structures.batches import SiteBatch

Array = NDArray[np.float64]

TERMS = ("electronegativity", "level", "filling", "filling_squared", "radius", "misfit")
POWERS = 4
_BULK_NEIGHBORS = 12
# Bonds that are squeezed or stretched further are outside of what was fitted.
_LARGEST_STRAIN = 0.2


def neighbor_terms(batch: SiteBatch, which: NDArray[np.int64], bonds: Array) -> Array:
    """Return the terms of some atoms times the powers of f - 1/2.

    Parameters
    ----------
    batch : SiteBatch
        S surfaces of N atoms.
    which : int array (n,)
        The atoms.
    bonds : float array (S, n, M)
        Their `bond_strengths`; what is 0 is no bond between d states.

    Returns
    -------
    float array (S, n, len(TERMS) * POWERS)
        In the order of `TERMS`, the powers 0 to 3 of one term together; NaN for elements without
        d band or tabulated values. A neighbour without tabulated values does not count.
    """
    per_element, known = _element_values()
    numbers = batch.numbers[:, which]
    shape = (*numbers.shape, per_element.shape[1])
    sums, squares, count = np.zeros(shape), np.zeros(numbers.shape), np.zeros(numbers.shape)
    for column, neighbors in enumerate(batch.neighbors[which].T):
        near = batch.numbers[:, neighbors]
        counts = (bonds[:, :, column] > 0) & known[near]
        values = np.where(counts[:, :, None], per_element[near], 0.0)
        sums += values
        squares += values[:, :, 2] ** 2
        count += counts
    own = np.where(known[:, None], per_element, np.nan)[numbers]
    differences = sums - count[:, :, None] * own
    filling = own[:, :, 2]
    squared = squares - filling * (2 * sums[:, :, 2] - count * filling)
    per_neighbor = np.stack(
        [*(differences[:, :, k] for k in range(3)), squared, differences[:, :, 3]]
    )
    terms = np.stack([*per_neighbor / _BULK_NEIGHBORS, _misfit(batch, which)], axis=-1)
    powers = (filling - 0.5)[:, :, None] ** np.arange(POWERS)
    return np.asarray((terms[..., None] * powers[:, :, None]).reshape(*numbers.shape, -1))


def _element_values() -> tuple[Array, NDArray[np.bool_]]:
    """χ, ε, f and ln r of the elements, shape (119, 4), and where all of them are known."""
    names = ("pauling_electronegativity", "d_band_center_bulk_ev", "d_filling")
    values = np.column_stack(
        [*(element_array(name) for name in names), np.log(element_array("r_d_fitted_ang"))]
    )
    known = np.isfinite(values).all(axis=1)
    return np.where(known[:, None], values, 0.0), known


def _misfit(batch: SiteBatch, which: NDArray[np.int64]) -> Array:
    distances = batch.distances[:, which]
    present = np.isfinite(distances)
    count = present.sum(axis=2)
    mean = np.where(present, distances, 0.0).sum(axis=2) / np.maximum(count, 1)
    own = batch.numbers[:, which]
    foreign = ((batch.numbers[:, batch.neighbors[which]] != own[:, :, None]) & present).sum(axis=2)
    strain = np.log(np.where(count > 0, mean, 1.0) / own_bond_lengths()[own])
    strain = np.clip(strain, -_LARGEST_STRAIN, _LARGEST_STRAIN)
    return np.asarray(np.where(foreign > 0, foreign / _BULK_NEIGHBORS * strain, 0.0))
