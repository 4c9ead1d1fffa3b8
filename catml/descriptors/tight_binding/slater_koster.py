"""Two-centre hopping between the d states of two atoms: the 5 × 5 block of a bond.

J. C. Slater, G. F. Koster, Phys. Rev. 94, 1498 (1954), doi:10.1103/PhysRev.94.1498. Instead of
their table of direction cosines: a d state is a traceless symmetric matrix B, its lobes along x
are xᵀBx, and a bond along the unit vector n splits the five states by their angular momentum
about n. σ is the state with all of nᵀBn, π the two with the rest of Bn, δ the two that remain.
The block is then a sum of three projectors, in any direction at once.
"""

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.tight_binding.second_moments import HoppingParameters

Array = NDArray[np.float64]


def _d_states() -> Array:
    """The five d states xy, yz, zx, x²-y², 3z²-r² as normalized matrices, shape (5, 3, 3)."""
    states = np.zeros((5, 3, 3))
    for k, (a, b) in enumerate([(0, 1), (1, 2), (2, 0)]):
        states[k, a, b] = states[k, b, a] = np.sqrt(0.5)
    states[3] = np.diag([1.0, -1.0, 0.0]) * np.sqrt(0.5)
    states[4] = np.diag([-1.0, -1.0, 2.0]) / np.sqrt(6)
    return states


D_STATES = _d_states()


def d_blocks(directions: Array, parameters: HoppingParameters) -> Array:
    """Return the hopping blocks of bonds in units of (ħ²/m) (r_i r_j)^(3/2) / d^5.

    Parameters
    ----------
    directions : float array (..., 3)
        Unit vectors along the bonds.
    parameters : HoppingParameters
        Gives the coefficients of σ, π and δ.

    Returns
    -------
    float array (..., 5, 5)
        Symmetric matrices over the states xy, yz, zx, x²-y², 3z²-r².

    Examples
    --------
    >>> from catml.descriptors.tight_binding.second_moments import FITTED
    >>> along_z = d_blocks(np.array([0.0, 0.0, 1.0]), FITTED)
    >>> np.diag(along_z).round(2).tolist()
    [0.0, 8.75, 8.75, 0.0, -16.2]
    """
    pointed = np.einsum("aij,...j->...ai", D_STATES, directions)
    along = np.einsum("...ai,...i->...a", pointed, directions)
    both = along[..., :, None] * along[..., None, :]
    sigma = 1.5 * both
    pi = 2 * (pointed @ np.swapaxes(pointed, -1, -2) - both)
    delta = np.eye(5) - sigma - pi
    return np.asarray(
        parameters.eta_dd_sigma * sigma
        + parameters.eta_dd_pi * pi
        + parameters.eta_dd_delta * delta
    )
