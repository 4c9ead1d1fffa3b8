"""Reactions as data: elementary steps, descriptor, conditions, volcano, window, caveats, sources.

Each reaction is one YAML file, shipped in the folder ``reactions`` or written by the user. Loading
checks that every step balances, that the steps add up to the overall reaction, and that the
volcano has an apex.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd

from catml.errors import ReactionError
from catml.screening.conditions import Conditions, gas_conditions
from catml.screening.dissociation import DissociationVolcano
from catml.screening.reaction_file import (
    DescriptorEntry,
    DissociationEntry,
    LinesEntry,
    ReactionFile,
    check_reaction_file,
)
from catml.screening.species import Step, check_overall, parse_gases, parse_species, parse_step
from catml.screening.thermochemistry import (
    adsorption_correction_ev,
    gas_correction_ev,
    surface_correction_ev,
)
from catml.screening.volcano import Descriptor, Leg, LineVolcano, Volcano, Window
from catml.yaml_files import read_yaml_mapping

_SHIPPED = Path(__file__).parent / "reactions"


@dataclass(frozen=True)
class Point:
    """A published point: label, adsorption energy in eV, log10 of the activity or None."""

    label: str
    energy_ev: float
    log10_activity: float | None


@dataclass(frozen=True)
class Source:
    """Where something in the reaction comes from."""

    key: str
    citation: str
    doi: str
    used_for: str


@dataclass(frozen=True)
class Reaction:
    """A reaction to screen for.

    Attributes
    ----------
    name, title
        Key and heading.
    overall, steps
        Balanced; the steps add up to the overall reaction.
    conditions
        Where the activity is evaluated.
    volcano
        Activity over the descriptor energies.
    window
        Energies of the descriptor that count as optimal.
    points
        Published points to draw beside the volcano.
    points_note
        What the points are.
    caveats
        What a reader must know before trusting a ranking.
    sources
        Literature, with DOI.
    """

    name: str
    title: str
    overall: Step
    steps: tuple[Step, ...]
    conditions: Conditions
    volcano: Volcano
    window: Window
    points: tuple[Point, ...]
    points_note: str
    caveats: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def descriptor(self) -> Descriptor:
        """The descriptor of a volcano over one energy."""
        return self.volcano.only_descriptor()

    def points_table(self) -> pd.DataFrame:
        """Return the published points.

        Returns
        -------
        DataFrame
            `label`, `energy_ev`, `log10_activity`, `published` (False where only the energy was
            published and the activity is the volcano's own).
        """
        energies = np.array([point.energy_ev for point in self.points])
        known = [point.log10_activity for point in self.points]
        own = self.volcano.activity(energies)
        return pd.DataFrame(
            {
                "label": [point.label for point in self.points],
                "energy_ev": energies,
                "log10_activity": [
                    float(computed) if value is None else value
                    for value, computed in zip(known, own, strict=True)
                ],
                "published": [value is not None for value in known],
            }
        )


def reaction_names() -> tuple[str, ...]:
    """Return the names of the shipped reactions.

    Examples
    --------
    >>> reaction_names()
    ('ammonia_synthesis', 'co2_reduction', 'hydrogen_evolution')
    """
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def load_reaction(reaction: str | Path) -> Reaction:
    """Return a shipped reaction by name, or read one from a YAML file.

    Parameters
    ----------
    reaction
        A name of `reaction_names()`, or the path of a ``.yaml`` or ``.yml`` file.

    Raises
    ------
    ReactionError
        When there is no such reaction, the file breaks the schema, a step does not balance, the
        steps do not add up, or the volcano has no apex.

    Examples
    --------
    >>> co2 = load_reaction("co2_reduction")
    >>> energy_ev, log10_activity = co2.volcano.apex()
    >>> round(energy_ev, 2), co2.descriptor.adsorbate, co2.descriptor.functional
    (-0.67, 'CO', 'RPBE')
    """
    if str(reaction) in reaction_names():
        path = _SHIPPED / f"{reaction}.yaml"
    elif Path(reaction).suffix in {".yaml", ".yml"}:
        path = Path(reaction)
    else:
        raise ReactionError(
            f"reaction {str(reaction)!r} is not known; there are {', '.join(reaction_names())}. "
            "Give one of them, or the path of your own .yaml file"
        )
    content = read_yaml_mapping(path, error=ReactionError, what="reaction file")
    return _build(check_reaction_file(content, name=str(reaction)))


def _build(file: ReactionFile) -> Reaction:
    overall = parse_step(file.overall)
    steps = tuple(parse_step(entry.step, times=entry.times) for entry in file.steps)
    check_overall(steps, overall)
    descriptors = tuple(
        _descriptor(entry, steps, file.conditions.temperature_k) for entry in file.descriptors
    )
    conditions = gas_conditions(file.conditions, overall)
    volcano = _volcano(file, descriptors, conditions, overall)
    window = volcano.window(
        half_width_ev=file.optimum_window.half_width_ev,
        loss_decades=file.optimum_window.loss_decades,
    )
    return Reaction(
        name=file.name,
        title=file.title,
        overall=overall,
        steps=steps,
        conditions=conditions,
        volcano=volcano,
        window=window,
        points=_points(file, volcano),
        points_note=file.points.note if file.points else "",
        caveats=file.caveats,
        sources=tuple(Source(s.key, s.citation, s.doi, s.used_for) for s in file.sources),
    )


def _descriptor(
    entry: DescriptorEntry, steps: tuple[Step, ...], temperature_k: float
) -> Descriptor:
    adsorbed = parse_species(f"{entry.adsorbate}*")
    if not any(adsorbed.name in step.coefficients() for step in steps):
        raise ReactionError(
            f"descriptor {entry.adsorbate!r} occurs in no step as {adsorbed.name}; name an "
            "adsorbate of the mechanism"
        )
    _check_reference(entry)
    correction = entry.free_energy_correction_ev
    if correction is None:
        correction = adsorption_correction_ev(entry.adsorbate, entry.reference, temperature_k)
    return Descriptor(
        adsorbate=entry.adsorbate,
        reference=entry.reference,
        functional=entry.functional,
        low_ev=entry.energy_range_ev[0],
        high_ev=entry.energy_range_ev[1],
        free_energy_correction_ev=correction,
    )


def _check_reference(entry: DescriptorEntry) -> None:
    """Check that the reference gases hold exactly the atoms of the adsorbate."""
    held: dict[str, Fraction] = {}
    for gas, number in parse_gases(entry.reference).items():
        for symbol, count in parse_species(gas).atoms:
            held[symbol] = held.get(symbol, Fraction(0)) + number * count
    if {symbol: n for symbol, n in held.items() if n} != dict(parse_species(entry.adsorbate).atoms):
        raise ReactionError(
            f"reference {entry.reference!r} does not hold the atoms of the adsorbate "
            f"{entry.adsorbate!r}; write gases that add up to it, like 1/2 N2(g) for N"
        )


def _volcano(
    file: ReactionFile, descriptors: tuple[Descriptor, ...], conditions: Conditions, overall: Step
) -> Volcano:
    if len(descriptors) != 1:
        raise ReactionError(
            f"descriptors: {len(descriptors)} are given; the volcano kinds lines and "
            "dissociation take one"
        )
    entry = file.volcano
    if isinstance(entry, LinesEntry):
        legs = tuple(Leg(leg.name, leg.slope_per_ev, leg.intercept) for leg in entry.legs)
        return LineVolcano(
            descriptors=descriptors,
            quantity=entry.quantity,
            symbol=entry.symbol,
            unit=entry.unit,
            legs=legs,
        )
    return _dissociation(entry, descriptors, conditions, overall)


def _dissociation(
    entry: DissociationEntry,
    descriptors: tuple[Descriptor, ...],
    conditions: Conditions,
    overall: Step,
) -> DissociationVolcano:
    pressures = dict(conditions.partial_pressures_bar)
    molecule = f"{entry.molecule}(g)"
    if overall.coefficients().get(molecule) != -1:
        raise ReactionError(
            f"volcano: the overall reaction {overall.text!r} must consume exactly one {molecule}; "
            "write it for one molecule that splits"
        )
    if parse_gases(descriptors[0].reference) != {entry.molecule: Fraction(1, 2)}:
        raise ReactionError(
            f"volcano: the barrier is linear in the energy against 1/2 {molecule}, but the "
            f"descriptor's reference is {descriptors[0].reference}; use 1/2 {molecule}"
        )
    if molecule not in pressures or conditions.approach_to_equilibrium is None:
        raise ReactionError(
            "conditions: the kind dissociation needs the composition of the gas; give feed and "
            "conversion"
        )
    temperature = conditions.temperature_k
    activation = surface_correction_ev(entry.transition_state, temperature)
    return DissociationVolcano(
        descriptors=descriptors,
        quantity=entry.quantity,
        symbol=entry.symbol,
        unit=entry.unit,
        barrier_slope=entry.barrier_slope,
        barrier_intercept_ev=entry.barrier_intercept_ev,
        activation_correction_ev=activation - gas_correction_ev(entry.molecule, temperature),
        temperature_k=temperature,
        molecule_pressure_bar=pressures[molecule],
        approach_to_equilibrium=conditions.approach_to_equilibrium,
    )


def _points(file: ReactionFile, volcano: Volcano) -> tuple[Point, ...]:
    if file.points is None:
        return ()
    shift = 0.0
    if file.points.energy == "free":
        shift = volcano.only_descriptor().free_energy_correction_ev
    return tuple(
        Point(
            entry.label,
            entry.energy_ev - shift,
            None if entry.activity is None else float(np.log10(entry.activity)),
        )
        for entry in file.points.values
    )
