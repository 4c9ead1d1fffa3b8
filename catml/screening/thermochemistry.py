"""Free energies from electronic energies: gases by measured data, adsorbates by harmonic modes.

Gases follow the Shomate fits of the NIST Chemistry WebBook (doi:10.18434/T4D303); adsorbed species
are harmonic oscillators; for adsorbates whose literature fixes one constant shift at room
temperature, that constant is tabulated. Every number stands in a CSV beside this module, with its
source. Pressures are ideal: no fugacities.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from importlib.resources import files

import numpy as np

from catml.errors import ReactionError
from catml.screening.species import parse_gases
from catml.units import BOLTZMANN_EV_PER_K

# CODATA 2018, doi:10.1103/RevModPhys.93.025010
KJ_PER_MOL_PER_EV = 96.48533212
EV_PER_WAVENUMBER = 1.239841984e-4

_ROOM_TEMPERATURE_K = 298.15
_SAME_TEMPERATURE_K = 0.5


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = files("catml.screening").joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _shomate(species: str, temperature_k: float) -> tuple[float, float]:
    """Return standard enthalpy (kJ/mol, elements at 298.15 K are zero) and entropy (J/mol/K)."""
    ranges = [row for row in _rows("gas_shomate.csv") if row["species"] == species]
    if not ranges:
        known = sorted({row["species"] for row in _rows("gas_shomate.csv")})
        raise ReactionError(
            f"no gas data for {species!r}; there are {', '.join(known)}. Choose a reaction whose "
            "gases are among them"
        )
    for row in ranges:
        if float(row["t_min_k"]) <= temperature_k <= float(row["t_max_k"]):
            a, b, c, d, e, f, g = (float(row[name]) for name in "abcdefg")
            t = temperature_k / 1000.0
            enthalpy = a * t + b * t**2 / 2 + c * t**3 / 3 + d * t**4 / 4 - e / t + f
            entropy = a * np.log(t) + b * t + c * t**2 / 2 + d * t**3 / 3 - e / (2 * t**2) + g
            return enthalpy, float(entropy)
    low = min(float(row["t_min_k"]) for row in ranges)
    high = max(float(row["t_max_k"]) for row in ranges)
    raise ReactionError(
        f"the data of {species} hold from {low:g} to {high:g} K, not at {temperature_k:g} K; "
        "choose a temperature inside"
    )


def gas_entropy_ev_per_k(species: str, temperature_k: float) -> float:
    """Return the standard entropy of a gas at 1 bar, in eV/K.

    Raises
    ------
    ReactionError
        When the gas or the temperature is outside the table.

    Examples
    --------
    >>> round(gas_entropy_ev_per_k("N2", 298.15), 6)
    0.001986
    """
    return _shomate(species, temperature_k)[1] / 1000.0 / KJ_PER_MOL_PER_EV


def reaction_gibbs_ev(coefficients: Mapping[str, float | Fraction], temperature_k: float) -> float:
    """Return the standard Gibbs energy of a gas reaction from measured data, in eV.

    Parameters
    ----------
    coefficients
        Gas formula to stoichiometric number, products positive: ``{"N2": -1, "NH3": 2, ...}``.
    temperature_k
        Temperature in K.

    Raises
    ------
    ReactionError
        When a gas or the temperature is outside the table.

    Examples
    --------
    >>> round(reaction_gibbs_ev({"N2": -1, "H2": -3, "NH3": 2}, 298.15), 2)
    -0.34
    """
    total = 0.0
    for species, number in coefficients.items():
        enthalpy, entropy = _shomate(species, temperature_k)
        total += float(number) * (enthalpy - temperature_k * entropy / 1000.0)
    return total / KJ_PER_MOL_PER_EV


def gas_correction_ev(species: str, temperature_k: float, pressure_bar: float = 1.0) -> float:
    """Return the Gibbs energy of a gas less its electronic energy, in eV per molecule.

    Zero-point energy (with the first anharmonic term), heat from 0 K, entropy and pressure.

    Raises
    ------
    ReactionError
        When the gas or the temperature is outside the tables, or the pressure is not positive.

    Examples
    --------
    >>> round(gas_correction_ev("N2", 298.15), 2)
    -0.36
    """
    if not pressure_bar > 0:
        raise ReactionError(f"pressure {pressure_bar:g} bar is not above zero; give it in bar")
    rows = {row["species"]: row for row in _rows("gas_zero_kelvin.csv")}
    if species not in rows:
        raise ReactionError(
            f"no zero-point data for {species!r}; there are {', '.join(rows)}. Choose one of them "
            "as the reference of the adsorption energy"
        )
    row = rows[species]
    zero_point = float(row["omega_e_per_cm"]) / 2 - float(row["omega_e_x_e_per_cm"]) / 4
    formation = _shomate(species, _ROOM_TEMPERATURE_K)[0]
    enthalpy, entropy = _shomate(species, temperature_k)
    heat = enthalpy - formation + float(row["h298_minus_h0_kj_per_mol"])
    thermal = (heat - temperature_k * entropy / 1000.0) / KJ_PER_MOL_PER_EV
    mixing = BOLTZMANN_EV_PER_K * temperature_k * np.log(pressure_bar)
    return float(zero_point * EV_PER_WAVENUMBER + thermal + mixing)


def harmonic_correction_ev(wavenumbers_per_cm: Sequence[float], temperature_k: float) -> float:
    """Return the Helmholtz energy of harmonic modes, zero point included, in eV.

    Parameters
    ----------
    wavenumbers_per_cm
        Real modes in 1/cm.
    temperature_k
        Temperature in K; 0 gives the zero-point energy.

    Raises
    ------
    ReactionError
        When a mode is not positive or the temperature is negative.

    Examples
    --------
    >>> round(harmonic_correction_ev([434, 465, 508], 0.0), 4)
    0.0872
    """
    energies = np.asarray(wavenumbers_per_cm, dtype=float) * EV_PER_WAVENUMBER
    if not (energies > 0).all():
        raise ReactionError(
            f"wavenumbers {list(wavenumbers_per_cm)} include one that is not above zero; leave "
            "out imaginary modes and free motions"
        )
    if not temperature_k >= 0:
        raise ReactionError(f"temperature {temperature_k:g} K is below zero; give it in K")
    zero_point = float(energies.sum()) / 2
    if temperature_k == 0:
        return zero_point
    thermal = BOLTZMANN_EV_PER_K * temperature_k
    return zero_point + thermal * float(np.log1p(-np.exp(-energies / thermal)).sum())


def surface_correction_ev(species: str, temperature_k: float) -> float:
    """Return the harmonic correction of a tabulated surface species, in eV.

    Parameters
    ----------
    species
        ``N*``, or a transition state such as ``N-N*``.
    temperature_k
        Temperature in K.

    Raises
    ------
    ReactionError
        When the species is not tabulated.
    """
    modes = {row["species"]: row["wavenumbers_per_cm"] for row in _rows("surface_vibrations.csv")}
    if species not in modes:
        raise ReactionError(
            f"no vibrations tabulated for {species!r}; there are {', '.join(modes)}. Give "
            "free_energy_correction_ev in the reaction file instead"
        )
    return harmonic_correction_ev([float(mode) for mode in modes[species].split()], temperature_k)


def adsorption_correction_ev(adsorbate: str, reference: str, temperature_k: float) -> float:
    """Return ΔG − ΔE of adsorption at 1 bar of the reference gases, in eV.

    A constant tabulated for the adsorbate at this temperature comes first; otherwise the harmonic
    modes of the adsorbate less the gas corrections.

    Parameters
    ----------
    adsorbate
        Formula: ``CO``, ``H``, ``N``.
    reference
        Gases of the adsorption energy: ``1/2 N2(g)``.
    temperature_k
        Temperature in K.

    Raises
    ------
    ReactionError
        When neither a constant nor modes are tabulated, or the reference is another one.

    Examples
    --------
    >>> adsorption_correction_ev("CO", "CO(g)", 298.15)
    0.5
    >>> round(adsorption_correction_ev("N", "1/2 N2(g)", 298.15), 2)
    0.26
    """
    gases = parse_gases(reference)
    constants = [
        row for row in _rows("free_energy_corrections.csv") if row["adsorbate"] == adsorbate
    ]
    for row in constants:
        if abs(float(row["temperature_k"]) - temperature_k) < _SAME_TEMPERATURE_K:
            if parse_gases(row["reference"]) != gases:
                raise ReactionError(
                    f"the free-energy correction of {adsorbate}* belongs to energies against "
                    f"{row['reference']}, not {reference}; give free_energy_correction_ev in the "
                    "reaction file"
                )
            return float(row["correction_ev"])
    if constants:
        known = ", ".join(f"{float(row['temperature_k']):g}" for row in constants)
        raise ReactionError(
            f"the free-energy correction of {adsorbate}* is tabulated at {known} K only, not at "
            f"{temperature_k:g} K; give free_energy_correction_ev in the reaction file"
        )
    in_gas = sum(
        float(number) * gas_correction_ev(species, temperature_k)
        for species, number in gases.items()
    )
    return surface_correction_ev(f"{adsorbate}*", temperature_k) - in_gas
