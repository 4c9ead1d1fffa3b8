"""The rate of reactions limited by splitting a diatomic molecule, as a volcano over its atom.

Splitting A2 is slow, everything after it is in equilibrium (Logadottir et al., J. Catal. 197, 229
(2001), doi:10.1006/jcat.2000.3087; Jacobsen et al., J. Am. Chem. Soc. 123, 8404 (2001),
doi:10.1021/ja010963d)::

    A2(g) + 2* -> 2A*      rate = k p(A2) θ*² (1 − γ)

k follows from transition-state theory with a barrier linear in the adsorption energy of A
(Brønsted–Evans–Polanyi). γ is the approach of the whole reaction to equilibrium. Because A* is in
equilibrium with the products, it sees the pressure γ·p(A2) of the molecule instead of p(A2), so
θ_A/θ* = sqrt(γ p(A2)) exp(−ΔG_A/kT), and θ* + θ_A = 1: only A* blocks sites.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from catml.screening.volcano import Array, Volcano
from catml.units import BOLTZMANN_EV_PER_K, PLANCK_EV_S


@dataclass(frozen=True, kw_only=True)
class DissociationVolcano(Volcano):
    """Turnover frequency per site of a reaction limited by splitting a diatomic molecule.

    Attributes
    ----------
    barrier_slope, barrier_intercept_ev
        Barrier of splitting against the adsorption energy of one atom, both electronic.
    activation_correction_ev
        Thermal part of the activation free energy at 1 bar of the molecule.
    temperature_k
        Temperature in K.
    molecule_pressure_bar
        Partial pressure of the molecule.
    approach_to_equilibrium
        γ of the whole reaction, 0 to 1.
    """

    barrier_slope: float
    barrier_intercept_ev: float
    activation_correction_ev: float
    temperature_k: float
    molecule_pressure_bar: float
    approach_to_equilibrium: float

    def barrier_ev(self, energies_ev: ArrayLike) -> Array:
        """Return the barrier of splitting, never below zero or below the reaction energy, in eV."""
        energies = np.asarray(energies_ev, dtype=float)
        line = self.barrier_slope * energies + self.barrier_intercept_ev
        return np.maximum(line, np.maximum(2 * energies, 0.0))

    def coverage(self, energies_ev: ArrayLike) -> Array:
        """Return the fraction of sites that the atom blocks."""
        return np.asarray(np.exp(-np.logaddexp(0.0, -self._log_coverage_ratio(energies_ev))))

    def _log_coverage_ratio(self, energies_ev: ArrayLike) -> Array:
        """Return ln(θ_A/θ*)."""
        thermal = BOLTZMANN_EV_PER_K * self.temperature_k
        correction = self.only_descriptor().free_energy_correction_ev
        free = np.asarray(energies_ev, dtype=float) + correction
        seen_pressure = self.approach_to_equilibrium * self.molecule_pressure_bar
        return np.asarray(0.5 * np.log(seen_pressure) - free / thermal)

    def _log10_activity(self, energies_ev: tuple[Array, ...]) -> Array:
        thermal = BOLTZMANN_EV_PER_K * self.temperature_k
        activation = self.barrier_ev(energies_ev[0]) + self.activation_correction_ev
        driving = self.molecule_pressure_bar * (1 - self.approach_to_equilibrium)
        log_free_sites = -np.logaddexp(0.0, self._log_coverage_ratio(energies_ev[0]))
        log_rate = (
            np.log(thermal / PLANCK_EV_S * driving) - activation / thermal + 2 * log_free_sites
        )
        return np.asarray(log_rate / np.log(10.0))
