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

from catml.elements.properties import element_table
from catml.errors import WorkflowError
from catml.yaml_files import read_yaml_mapping

FACETS = ("111", "100", "110", "211", "210", "101", "001", "0001")
FAMILIES = ("pure", "skin", "overlayer", "near-surface", "single-atom", "ordered-alloy")
SPLITS = ("random", "composition", "host", "family")

Family = Literal["pure", "skin", "overlayer", "near-surface", "single-atom", "ordered-alloy"]
Split = Literal["random", "composition", "host", "family"]


def _known_element(symbol: str) -> str:
    known = list(element_table().index)
    if symbol not in known:
        close = difflib.get_close_matches(symbol, known, n=1, cutoff=0.5)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"is not an element catml has data for{hint} Known: {', '.join(known)}")
    return symbol


def _known_facet(facet: str) -> str:
    if facet not in FACETS:
        raise ValueError(f"is not a facet catml screens; allowed, in quotes: {', '.join(FACETS)}")
    return facet


def _without_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"names {', '.join(repeated)} more than once")
    return values


Element = Annotated[str, AfterValidator(_known_element)]
Facet = Annotated[str, AfterValidator(_known_facet)]
Elements = Annotated[tuple[Element, ...], Field(strict=False), AfterValidator(_without_repeats)]
Facets = Annotated[
    tuple[Facet, ...], Field(strict=False, min_length=1), AfterValidator(_without_repeats)
]
Families = Annotated[
    tuple[Family, ...], Field(strict=False, min_length=1), AfterValidator(_without_repeats)
]
Splits = Annotated[
    tuple[Split, ...], Field(strict=False, min_length=1), AfterValidator(_without_repeats)
]


class _Section(BaseModel):
    """A mapping in the file: no unknown keys, no silent conversion, no later change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class DataSection(_Section):
    """Which shipped tables to learn from, and the functional they are aligned to."""

    datasets: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    align: Literal["RPBE", "BEEF-vdW"] | None = None


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
    """The candidate space: structure families × hosts × guests × facets."""

    families: Families
    hosts: Annotated[Elements, Field(min_length=1)]
    guests: Elements = ()
    facets: Facets
    exclude_elements: Elements = ()

    @model_validator(mode="after")
    def _alloys_need_guests(self) -> CandidateSection:
        if set(self.families) != {"pure"} and not self.guests:
            raise ValueError("guests: families other than 'pure' need at least one guest element")
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
