"""Conditions of a reaction: temperature, pressure, composition, approach to equilibrium."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, prod

from catml.errors import ReactionError
from catml.screening.reaction_file import ConditionsEntry
from catml.screening.species import Step
from catml.screening.thermochemistry import reaction_gibbs_ev
from catml.units import BOLTZMANN_EV_PER_K


@dataclass(frozen=True)
class Conditions:
    """Where the activity is evaluated.

    Attributes
    ----------
    temperature_k, pressure_bar
        Temperature and total pressure.
    partial_pressures_bar
        Pairs of gas and partial pressure, where the reaction states a feed and a conversion.
    approach_to_equilibrium
        γ of the overall reaction at these pressures; None where they are not stated.
    note
        In words.
    """

    temperature_k: float
    pressure_bar: float
    partial_pressures_bar: tuple[tuple[str, float], ...]
    approach_to_equilibrium: float | None
    note: str


def gas_conditions(entry: ConditionsEntry, overall: Step) -> Conditions:
    """Work out the composition of the gas and its approach to equilibrium.

    Parameters
    ----------
    entry
        The `conditions` of a reaction file. Without feed and conversion only temperature and
        pressure are known.
    overall
        The overall reaction of the gases.

    Raises
    ------
    ReactionError
        When feed and conversion do not describe the gas, a gas has no data, or the gas would be
        past equilibrium.
    """
    pressures: dict[str, float] = {}
    approach = None
    if entry.feed or entry.conversion is not None:
        pressures = _partial_pressures(entry, overall)
        approach = _approach_to_equilibrium(pressures, overall, entry.temperature_k)
    return Conditions(
        temperature_k=entry.temperature_k,
        pressure_bar=entry.pressure_bar,
        partial_pressures_bar=tuple(pressures.items()),
        approach_to_equilibrium=approach,
        note=entry.note,
    )


def _partial_pressures(entry: ConditionsEntry, overall: Step) -> dict[str, float]:
    """Return the pressures after `conversion` of the scarcest reactant of the feed."""
    numbers = {name: float(number) for name, number in overall.coefficients().items()}
    reactants = [name for name, number in numbers.items() if number < 0]
    if entry.conversion is None or set(entry.feed) != set(reactants):
        raise ReactionError(
            f"conditions: feed {dict(entry.feed)} and conversion {entry.conversion} do not "
            f"describe the gas; give the amounts of {', '.join(reactants)} and the conversion of "
            "the scarcest, between 0 and 1"
        )
    extent = entry.conversion * min(entry.feed[name] / -numbers[name] for name in reactants)
    amounts = {name: entry.feed.get(name, 0.0) + extent * n for name, n in numbers.items()}
    total = sum(amounts.values())
    return {name: entry.pressure_bar * amount / total for name, amount in amounts.items()}


def _approach_to_equilibrium(
    pressures_bar: dict[str, float], overall: Step, temperature_k: float
) -> float:
    numbers = {name: float(number) for name, number in overall.coefficients().items()}
    gases = {name.removesuffix("(g)"): number for name, number in numbers.items()}
    gibbs = reaction_gibbs_ev(gases, temperature_k)
    quotient = prod(pressures_bar[name] ** number for name, number in numbers.items())
    approach = quotient * exp(gibbs / (BOLTZMANN_EV_PER_K * temperature_k))
    if approach >= 1:
        raise ReactionError(
            f"conditions: at this conversion the gas is past equilibrium (γ = {approach:.3g}); "
            "lower the conversion or the temperature, or raise the pressure"
        )
    return approach
