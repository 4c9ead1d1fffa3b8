"""The workflow file: what it may say, checked before anything is computed.

Unknown keys, wrong types and impossible elements or facets are refused together, one line each,
naming the key, the value and what is allowed.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from catml.errors import WorkflowError
from catml.screening.candidates import check_space
from catml.yaml_files import read_yaml_mapping

SPLITS = ("random", "composition", "host", "family")

Split = Literal["random", "composition", "host", "family"]


def _without_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"names {', '.join(repeated)} more than once")
    return values


Names = Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_without_repeats)]
Splits = Annotated[
    tuple[Split, ...], Field(strict=False, min_length=1), AfterValidator(_without_repeats)
]


class _Section(BaseModel):
    """A mapping in the file: no unknown keys, no silent conversion, no later change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class DataSection(_Section):
    """Which shipped tables to learn from: all that hold the reaction's adsorbate, or those named.

    Energies are always brought to the functional the reaction is drawn for.
    """

    datasets: Annotated[Names, Field(min_length=1)] | None = None


class ModelSection(_Section):
    """The regressor, the descriptors it sees, and the seed of everything random."""

    regressor: Literal["gaussian_process", "ridge", "xgboost"] = "gaussian_process"
    descriptors: Literal["environment", "geometry"] = "geometry"
    seed: Annotated[int, Field(ge=0)] = 0


class ValidationSection(_Section):
    """How the model is tested; `random` is only allowed beside a grouped split."""

    splits: Splits = ("random", "composition")
    folds: Annotated[int, Field(ge=2, le=20)] = 5

    @model_validator(mode="after")
    def _random_needs_company(self) -> ValidationSection:
        if set(self.splits) == {"random"}:
            raise ValueError(
                "a random split alone flatters the model, because the same alloy stands on both "
                f"sides; add at least one of {', '.join(SPLITS[1:])}"
            )
        return self


class CandidateSection(_Section):
    """The candidate space: structure families × hosts × guests × facets, and surfaces by name."""

    families: Names = ()
    hosts: Names = ()
    guests: Names = ()
    facets: Names = ()
    exclude_elements: Names = ()
    surfaces: Names = ()

    @model_validator(mode="after")
    def _spans_something(self) -> CandidateSection:
        try:
            check_space(self.model_dump())
        except WorkflowError as problem:
            raise ValueError(str(problem).removeprefix("candidates: ")) from None
        return self


class RankingSection(_Section):
    """Sampling of the uncertainty: how many draws, how strongly one surface's sites err alike."""

    samples: Annotated[int, Field(ge=100, le=100_000)] = 4000
    site_error_correlation: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5


class ReportSection(_Section):
    """What the report shows."""

    shortlist: Annotated[int, Field(ge=1, le=50)] = 10


class WorkflowConfig(_Section):
    """A whole workflow file."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    reaction: Annotated[str, Field(min_length=1)]
    question: str = ""
    candidates: CandidateSection
    data: DataSection = DataSection()
    model: ModelSection = ModelSection()
    validation: ValidationSection = ValidationSection()
    ranking: RankingSection = RankingSection()
    report: ReportSection = ReportSection()


def load_config(path: str | Path) -> WorkflowConfig:
    """Read and check a workflow file.

    Raises
    ------
    WorkflowError
        When the file cannot be read, or breaks the schema; every problem is named.
    """
    content = read_yaml_mapping(path, error=WorkflowError, what="workflow file")
    return check_config(content, name=str(path))


def check_config(content: dict[str, Any], *, name: str = "workflow") -> WorkflowConfig:
    """Check a workflow given as a mapping; see `load_config`."""
    try:
        return WorkflowConfig.model_validate(content)
    except ValidationError as problems:
        lines = [_one_line(problem) for problem in problems.errors()]
        raise WorkflowError(
            f"{name!r} is not a usable workflow:\n  " + "\n  ".join(lines)
        ) from None


def _one_line(problem: Any) -> str:
    """Turn a schema problem into: key, what was found, what is allowed."""
    key = ".".join(str(part) for part in problem["loc"]) or "the file"
    kind, found, context = problem["type"], problem["input"], problem.get("ctx", {})
    if kind == "missing":
        return f"{key}: is missing; it must be given"
    if kind == "extra_forbidden":
        allowed = _keys_beside(problem["loc"])
        close = difflib.get_close_matches(str(problem["loc"][-1]), allowed, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return f"{key}: is not a key catml knows{hint} Allowed here: {', '.join(allowed)}"
    if kind == "string_type" and isinstance(found, int):
        return f"{key}: {found!r} is read as a number; put it in quotes, as in '{found}'"
    if kind == "value_error":
        return f"{key}: {_shown(found)}{context['error']}"
    allowed_text = problem["msg"][0].lower() + problem["msg"][1:]
    return f"{key}: {_shown(found) or 'what is given '}is not allowed; {allowed_text}"


def _shown(found: Any) -> str:
    """Quote the offending value, unless it is a whole section."""
    return "" if isinstance(found, (dict, BaseModel)) else f"{found!r} "


def _keys_beside(location: tuple[str | int, ...]) -> list[str]:
    """Return the keys allowed where an unknown key was found."""
    section: type[BaseModel] = WorkflowConfig
    for part in location[:-1]:
        field = section.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type):
            break
        section = field.annotation
    return list(section.model_fields)
