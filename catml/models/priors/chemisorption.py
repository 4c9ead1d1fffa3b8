"""Chemisorption from the d band of the binding atom: the two-level Newns-Anderson mean energy.

An empty adsorbate level above the d band (CO 2π*) and a filled one below it (CO 5σ) each mix with
a d level at the band's centre ε_d. Mixing two levels a distance Δ apart by the coupling V moves
each by g(Δ, V²) = √(Δ²/4 + V²) − Δ/2, which is V²/Δ where the coupling is weak and grows like V
only where it is strong; the perturbative V²/Δ grows without bound on metals with large orbitals.
With d filling f, degeneracies 4 and 2 (2π*, 5σ, spin), and a Pauli repulsion ∝ V²,

    E = E₀ − a·4f·g(ε_π − ε_d, V_π²) − b·2(1 − f)·g(ε_d − ε_σ, V_σ²)
           + c·[4f·V_π² + 2(1 + f)·V_σ²],   V_π² = β·V_ad²,  V_σ² = 1.3²·V_π²

after the model of Hammer, Morikawa & Nørskov 1996 (doi:10.1103/PhysRevLett.76.2141), where the
gains are perturbative and a = b = 1. V_ad², the coupling relative to Cu, is the element's (Ruban et
al. 1997, doi:10.1016/S1381-1169(96)00348-2). E₀, β and the non-negative a, b, c are fitted. The
levels ε_π = 2.5 eV and ε_σ = −7 eV and the ratio V_σ/V_π = 1.3 are fixed, of the size usual for
this model and not checked against a table of it. They hardly matter: with any ε_π from 1.5 to
3.5 eV, ε_σ from −9 to −5 eV and ratio from 1.0 to 1.6 the error below is 0.20 to 0.21 eV.

By itself the form describes CO on the alloys of Ma 2015 to 0.21 eV (RMSE, random folds, n = 285).
It gains nothing for a regressor that sees the same moments: 0.094 eV with and 0.092 eV without it,
and for host metals left out, where five fix its four terms, 0.33 and 0.25 eV.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls

from catml.errors import ModelError
from catml.models.regressors.base import Array

EMPTY_LEVEL_EV = 2.5
FILLED_LEVEL_EV = -7.0
_COUPLING_RATIO = 1.3**2
# β in eV² for V_ad² relative to Cu: wide around 1, where a level's gain is an eV or so.
_BETAS = tuple(float(beta) for beta in np.geomspace(0.2, 8.0, 9))
# Shrinks a, b and c as if one row more had been seen: couples them where the metals are few.
_PENALTY = 1.0
_SMALLEST_SPREAD = 1e-9

# Columns (d-band centre, filling, coupling) of the kinds of descriptors that have a d band,
# calculated before estimated. The coupling of "geometry" is a logarithm.
_COLUMNS = (
    ("dft_d_band_center_ev", "dft_d_band_filling", "host_vad2_rel_cu"),
    ("estimated_d_band_center_ev", "estimated_d_band_filling", "vad2_rel_cu"),
    (
        "tight_binding_d_band_center_ev",
        "site_atoms_mean_d_filling",
        "site_atoms_mean_log_vad2_rel_cu",
    ),
)


def two_level_gain(gap_ev: Array, coupling2_ev2: Array) -> Array:
    """How far two levels `gap_ev` apart (upper minus lower, eV) are pushed by V² (eV²), in eV.

    Examples
    --------
    >>> two_level_gain(np.array([3.0]), np.array([4.0]))
    array([1.])
    """
    return np.sqrt((gap_ev / 2.0) ** 2 + coupling2_ev2) - gap_ev / 2.0


@dataclass(frozen=True)
class DBandSites:
    """The d bands of n sites.

    Attributes
    ----------
    center_ev
        (n,) centre against the Fermi level; NaN where the site has no d band.
    filling
        (n,) between 0 and 1.
    coupling
        (n,) V_ad² relative to Cu.
    """

    center_ev: Array
    filling: Array
    coupling: Array

    @classmethod
    def read(cls, features: pd.DataFrame) -> "DBandSites":
        """Read from descriptors, calculated moments before estimated ones.

        Raises
        ------
        ModelError
            If the descriptors have no d band.
        """
        for names in _COLUMNS:
            if set(names) <= set(features.columns):
                center, filling, coupling = (features[name].to_numpy(np.float64) for name in names)
                if "log" in names[-1]:
                    coupling = np.exp(coupling)
                return cls(center, np.clip(filling, 0.0, 1.0), coupling)
        raise ModelError(
            "The prior 'chemisorption' needs descriptors with a d band, which these do not have; "
            "choose the descriptors 'd_band', 'electronic' or 'geometry', or another prior."
        )

    def __len__(self) -> int:
        return len(self.center_ev)

    def take(self, rows: NDArray[np.intp]) -> "DBandSites":
        """The sites at some positions."""
        return DBandSites(self.center_ev[rows], self.filling[rows], self.coupling[rows])

    @property
    def known(self) -> NDArray[np.bool_]:
        """(n,) whether the site has a d band."""
        return np.isfinite(self.center_ev + self.filling + self.coupling)


@dataclass(frozen=True)
class ChemisorptionMean:
    """The fitted mean energy.

    Attributes
    ----------
    beta_ev2
        β.
    offset_ev
        E₀.
    attraction_empty, attraction_filled, repulsion
        a, b (pure numbers) and c (1/eV).
    without_d_band_ev
        The energy of a site that has no d band: the mean of such training rows, or of all.
    """

    beta_ev2: float
    offset_ev: float
    attraction_empty: float
    attraction_filled: float
    repulsion: float
    without_d_band_ev: float

    @classmethod
    def fit(cls, sites: DBandSites, energy_ev: Array) -> "ChemisorptionMean":
        """Fit to (n,) energies in eV by least squares; β is the best of a grid.

        Where no site has a d band the mean is a constant.
        """
        known = sites.known
        bare = energy_ev[~known] if (~known).any() else energy_ev
        without = float(bare.mean()) if len(bare) else 0.0
        if not known.any():
            return cls(1.0, without, 0.0, 0.0, 0.0, without)
        banded = sites.take(np.flatnonzero(known))
        _, beta, offset, weights = min(
            (_fit_weights(banded, energy_ev[known], beta) for beta in _BETAS),
            key=lambda fitted: fitted[0],
        )
        empty, filled, repulsion = map(float, weights)
        return cls(beta, offset, empty, filled, repulsion, without)

    def at(self, sites: DBandSites) -> Array:
        """(n,) energies in eV."""
        weights = np.array([self.attraction_empty, self.attraction_filled, self.repulsion])
        energy_ev = self.offset_ev + _terms(sites, self.beta_ev2) @ weights
        return np.where(sites.known, energy_ev, self.without_d_band_ev)


def _terms(sites: DBandSites, beta_ev2: float) -> Array:
    """(n, 3) energies that a, b and c multiply."""
    f = sites.filling
    empty = beta_ev2 * sites.coupling
    filled = _COUPLING_RATIO * empty
    return np.column_stack(
        [
            -4.0 * f * two_level_gain(EMPTY_LEVEL_EV - sites.center_ev, empty),
            -2.0 * (1.0 - f) * two_level_gain(sites.center_ev - FILLED_LEVEL_EV, filled),
            4.0 * f * empty + 2.0 * (1.0 + f) * filled,
        ]
    )


def _fit_weights(
    sites: DBandSites, energy_ev: Array, beta: float
) -> tuple[float, float, float, Array]:
    """Squared error, β, E₀ and the (3,) non-negative weights at one β."""
    terms = _terms(sites, beta)
    mean = terms.mean(axis=0)
    spread = np.maximum(terms.std(axis=0), _SMALLEST_SPREAD)
    level = float(energy_ev.mean())
    Z = (terms - mean) / spread
    # Normal equations with their Cholesky factor: nnls then sees three rows instead of n.
    factor = np.linalg.cholesky(Z.T @ Z + _PENALTY * np.eye(3))
    right = np.linalg.solve(factor, Z.T @ (energy_ev - level))
    scaled, _ = nnls(factor.T, right)
    weights = scaled / spread
    residual = energy_ev - level - Z @ scaled
    error = float(residual @ residual + _PENALTY * scaled @ scaled)
    return error, beta, level - float(mean @ weights), weights
