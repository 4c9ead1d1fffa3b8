"""The d band from geometry and elements alone: second moment, width and centre, without DFT.

The second moment of the local d density of states of atom i is a sum over its neighbours,

    μ2 = c Σ_j (ħ²/m)² [ η_sd² r_i³ / d^7 + (η_ddσ² + 2 η_ddπ² + 2 η_ddδ²) r_i³ r_j³ / d^10 ],

with the d-state radii r of the elements and universal coefficients η (W. A. Harrison, S. Froyen,
Phys. Rev. B 21, 3214 (1980), doi:10.1103/PhysRevB.21.3214; as used in the TinNet code of
S.-H. Wang et al., Nat. Commun. 12, 5288 (2021), doi:10.1038/s41467-021-25639-8). A neighbour
without d band couples through its s state only. Two parameter sets exist and must not be mixed:
their radii belong to different normalizations c.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.sites.coordination import own_bond_lengths, site_mean
from catml.descriptors.sites.elemental import has_d_band
from catml.elements.properties import element_array
from catml.structures.batches import SiteBatch
from catml.units import HBAR2_PER_ELECTRON_MASS_EV_ANG2

Array = NDArray[np.float64]
CenterModel = Literal["scaled", "rectangular"]


@dataclass(frozen=True)
class HoppingParameters:
    """Coefficients of the matrix elements, and the d-state radii that go with them.

    Attributes
    ----------
    name : str
        Name of the set.
    radius_property : str
        Elemental property with the d-state radii, in Å.
    eta_sd_sigma, eta_dd_sigma, eta_dd_pi, eta_dd_delta : float
        Universal coefficients, without unit.
    normalization : float
        Factor c: 1 for the sum over the 5 × 5 d block, 1/5 per orbital.
    """

    name: str
    radius_property: str
    eta_sd_sigma: float
    eta_dd_sigma: float
    eta_dd_pi: float
    eta_dd_delta: float
    normalization: float

    @property
    def eta_dd_squared(self) -> float:
        """Sum of the squared coefficients over the 5 × 5 block between two atoms."""
        return self.eta_dd_sigma**2 + 2 * self.eta_dd_pi**2 + 2 * self.eta_dd_delta**2


FITTED = HoppingParameters("fitted", "r_d_fitted_ang", -3.16, -16.2, 8.75, 0.0, 1.0)
"""Radii fitted to bulk band widths of density functional theory: the default. On fcc lattices with
twelve neighbours it gives those widths back within 0.3 eV."""

SOLID_STATE = HoppingParameters(
    "solid-state table", "r_d_solid_state_ang", -3.16, -16.2, 8.75, 0.0, 0.2
)
"""Harrison's radii with the moment per orbital; widths are 0.8 eV off on average, the light
transition metals too narrow."""


def second_moments(batch: SiteBatch, *, parameters: HoppingParameters = FITTED) -> Array:
    """Return the second moment of every atom's d band in eV², shape (S, N).

    Parameters
    ----------
    batch : SiteBatch
        S surfaces of N atoms.
    parameters : HoppingParameters
        `FITTED` or `SOLID_STATE`.

    Returns
    -------
    ndarray, shape (S, N)
        NaN for elements without d band, and where the set lacks the radius of the atom or of a
        neighbour that has a d band. Complete only for atoms whose neighbours are all listed, as
        those of the sites are.
    """
    radius = element_array(parameters.radius_property)
    coupling = np.where(has_d_band(), radius, 0.0)[batch.numbers]
    own = radius[batch.numbers]
    present = np.isfinite(batch.distances)
    # Powers written out: numpy takes ten times as long over a power of its own.
    inverse = np.where(present, 1 / batch.distances, 0.0)
    inverse_cubed = inverse * inverse * inverse
    seventh = inverse_cubed * inverse_cubed * inverse
    sd = parameters.eta_sd_sigma**2 * seventh
    dd = parameters.eta_dd_squared * (coupling**3)[:, batch.neighbors] * seventh * inverse_cubed
    bonds = np.where(present, sd + dd, 0.0).sum(axis=2)
    scale = parameters.normalization * HBAR2_PER_ELECTRON_MASS_EV_ANG2**2
    return scale * own**3 * bonds


def bond_strengths(batch: SiteBatch, *, parameters: HoppingParameters = FITTED) -> Array:
    """Return the share of every bond between d states in the second moment, in eV², (S, N, M).

    0 where there is no neighbour or it has no d band; NaN for elements without radius. What the
    sum over a row lacks of `second_moments` is the coupling to s states.
    """
    radius = element_array(parameters.radius_property)
    cubes = np.where(has_d_band(), radius, 0.0)[batch.numbers] ** 3
    present = np.isfinite(batch.distances)
    inverse = np.where(present, 1 / batch.distances, 0.0)
    squared = inverse * inverse
    fourth = squared * squared
    scale = parameters.normalization * HBAR2_PER_ELECTRON_MASS_EV_ANG2**2
    pairs = cubes[:, :, None] * cubes[:, batch.neighbors]
    strengths = np.where(present, pairs * (fourth * fourth * squared), 0.0)
    return np.asarray(scale * parameters.eta_dd_squared * strengths)


def rms_widths(batch: SiteBatch, *, parameters: HoppingParameters = FITTED) -> Array:
    """Return √μ2 of every atom in eV, shape (S, N)."""
    return np.sqrt(second_moments(batch, parameters=parameters))


def rectangular_widths(batch: SiteBatch, *, parameters: HoppingParameters = FITTED) -> Array:
    """Return √(12 μ2), the full width of a rectangular band, in eV, shape (S, N)."""
    return np.sqrt(12 * second_moments(batch, parameters=parameters))


def semielliptic_widths(batch: SiteBatch, *, parameters: HoppingParameters = FITTED) -> Array:
    """Return 4 √μ2, the full width of a semi-elliptic band, in eV, shape (S, N)."""
    return 4 * rms_widths(batch, parameters=parameters)


def band_centers(
    batch: SiteBatch,
    *,
    model: CenterModel = "scaled",
    parameters: HoppingParameters = FITTED,
) -> Array:
    """Return the d-band centre of every atom against the Fermi level in eV, shape (S, N).

    Parameters
    ----------
    batch : SiteBatch
        S surfaces of N atoms.
    model : {"scaled", "rectangular"}
        ``"scaled"``: the element's bulk centre times the ratio of this width to the one the same
        expression gives for the element's own bulk.
        ``"rectangular"``: W (1/2 - f) of a rectangular band with the element's filling f.
    parameters : HoppingParameters
        Set the width comes from.

    Returns
    -------
    ndarray, shape (S, N)
        NaN for elements without d band or tabulated value.

    Notes
    -----
    Both keep the element's filling (doi:10.1016/S0360-0564(02)45013-4) and know of the
    surroundings only through the width. Against calculated centres of 1,669 atoms of
    close-packed and square alloy surfaces (doi:10.1063/5.0232141) ``"scaled"`` is off by 0.21 eV
    on average; differences within one element across alloys are crude (r about 0.35).
    `catml.descriptors.d_band_model`, which also knows the levels of the neighbours, does better.
    """
    width = rectangular_widths(batch, parameters=parameters)
    if model == "rectangular":
        return width * (0.5 - element_array("d_filling")[batch.numbers])
    return _scaled_centers(width, batch, parameters)


@cache
def bulk_rectangular_widths(parameters: HoppingParameters = FITTED) -> Array:
    """Return each element's rectangular width with twelve neighbours at its own bond length.

    In eV, indexed by atomic number, shape (119,), read-only; NaN without d-state radius.
    """
    radius = element_array(parameters.radius_property)
    length = own_bond_lengths()
    sd = parameters.eta_sd_sigma**2 * radius**3 / length**7
    dd = parameters.eta_dd_squared * radius**6 / length**10
    scale = parameters.normalization * HBAR2_PER_ELECTRON_MASS_EV_ANG2**2
    widths = np.sqrt(12 * 12 * scale * (sd + dd))
    widths.flags.writeable = False
    return widths


def site_widths_and_centers(batch: SiteBatch) -> tuple[Array, Array]:
    """Return rectangular width and scaled centre of the d band averaged over each site's atoms.

    In eV, shapes (S, K); `rectangular_widths` and `band_centers` give them per atom.
    """
    widths = rectangular_widths(batch)
    return site_mean(widths, batch), site_mean(_scaled_centers(widths, batch, FITTED), batch)


def _scaled_centers(widths: Array, batch: SiteBatch, parameters: HoppingParameters) -> Array:
    scale = element_array("d_band_center_bulk_ev") / bulk_rectangular_widths(parameters)
    return widths * scale[batch.numbers]
