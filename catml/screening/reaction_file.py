"""What a reaction file may say, checked before anything is computed from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from catml.errors import ReactionError
from catml.yaml_files import Section, check_schema

Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0)]


class StepEntry(Section):
    """One elementary step and how often it runs per turn of the overall reaction."""

    step: Text
    times: Annotated[int, Field(ge=1)] = 1
    note: str = ""


class DescriptorEntry(Section):
    """An adsorption energy the volcano is drawn over."""

    adsorbate: Text
    reference: Text
    functional: Text
    energy_range_ev: Annotated[tuple[float, float], Field(strict=False)]
    free_energy_correction_ev: float | None = None

    @model_validator(mode="after")
    def _range_rises(self) -> DescriptorEntry:
        low, high = self.energy_range_ev
        if not low < high:
            raise ValueError(f"energy_range_ev [{low:g}, {high:g}] must rise from low to high")
        return self


class ConditionsEntry(Section):
    """Temperature, total pressure and composition."""

    temperature_k: Positive
    pressure_bar: Positive = 1.0
    feed: dict[str, Positive] = Field(default_factory=dict)
    conversion: Annotated[float, Field(gt=0, lt=1)] | None = None
    note: str = ""


class LegEntry(Section):
    """A straight leg: ln(activity) = slope · ΔG + intercept."""

    name: Text
    slope_per_ev: float
    intercept: float


class LinesEntry(Section):
    """A volcano of published straight legs over one free energy."""

    kind: Literal["lines"]
    quantity: Text
    symbol: Text
    unit: Text
    source: Text
    legs: Annotated[tuple[LegEntry, ...], Field(strict=False, min_length=2)]


class DissociationEntry(Section):
    """A volcano computed from the rate of splitting a diatomic molecule."""

    kind: Literal["dissociation"]
    quantity: Text
    symbol: Text
    unit: Text
    source: Text
    molecule: Text
    transition_state: Text
    barrier_slope: Positive
    barrier_intercept_ev: float


class WindowEntry(Section):
    """How far from the apex a surface still counts as optimal."""

    half_width_ev: Positive | None = None
    loss_decades: Positive | None = None
    note: str = ""


class PointEntry(Section):
    """A published point: an energy, and an activity where one was published with it."""

    label: Text
    energy_ev: float
    activity: Positive | None = None


class PointsEntry(Section):
    """Published points to draw beside the volcano."""

    energy: Literal["adsorption", "free"]
    source: Text
    note: str = ""
    values: Annotated[tuple[PointEntry, ...], Field(strict=False, min_length=1)]


class SourceEntry(Section):
    """Where something in the file comes from."""

    key: Text
    citation: Text
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")]
    used_for: Text


class ReactionFile(Section):
    """A whole reaction file."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: Text
    overall: Text
    steps: Annotated[tuple[StepEntry, ...], Field(strict=False, min_length=1)]
    descriptors: Annotated[tuple[DescriptorEntry, ...], Field(strict=False, min_length=1)]
    conditions: ConditionsEntry
    volcano: Annotated[LinesEntry | DissociationEntry, Field(discriminator="kind")]
    optimum_window: WindowEntry
    points: PointsEntry | None = None
    caveats: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    sources: Annotated[tuple[SourceEntry, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _sources_exist(self) -> ReactionFile:
        known = [source.key for source in self.sources]
        cited = [self.volcano.source, *([self.points.source] if self.points else [])]
        missing = sorted(set(cited) - set(known))
        if missing:
            raise ValueError(
                f"cites the source {missing[0]!r}, which is not under sources: {', '.join(known)}"
            )
        return self


def check_reaction_file(content: dict[str, Any], *, name: str) -> ReactionFile:
    """Check the content of a reaction file.

    Parameters
    ----------
    content
        The mapping read from YAML.
    name
        What to call the file in messages.

    Raises
    ------
    ReactionError
        One line for each problem: the key, what was found, what is allowed.
    """
    return check_schema(ReactionFile, content, name=name, error=ReactionError, what="reaction file")
