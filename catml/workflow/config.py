"""The workflow file: what it may say, checked before anything is computed.

Unknown keys, wrong types and impossible elements or facets are refused together, one line each,
naming the key, the value and what is allowed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from catml.errors import WorkflowError
from catml.models.priors.names import PriorName
from catml.models.regressors.names import RegressorName
from catml.screening.candidates import check_space
from catml.structures.dft.inputs import Code
from catml.yaml_files import Section, check_schema, read_yaml_mapping

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


class DataSection(Section):
    """Which tables to learn from: all that hold the reaction's adsorbate, or those named.

    Energies are always brought to the functional the reaction is drawn for. `folder` takes the
    place of the shipped tables: a folder written by ``catml import``, looked for beside the file.
    """

    datasets: Annotated[Names, Field(min_length=1)] | None = None
    folder: str | None = None


class ModelSection(Section):
    """The regressor, the descriptors it sees, the prior whose rest it learns, and the seed."""

    regressor: RegressorName = "gaussian_process"
    descriptors: Literal["environment", "geometry", "composition", "electronic", "similarity"] = (
        "geometry"
    )
    prior: PriorName | None = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0


class ValidationSection(Section):
    """How the model is tested; `random` is only allowed beside a grouped split."""

    splits: Splits = ("random", "composition")
    folds: Annotated[int, Field(ge=2, le=20)] = 5

    @model_validator(mode="after")
    def _random_needs_company(self) -> ValidationSection:
        if set(self.splits) == {"random"}:
            raise ValueError(
                "a random split alone flatters the model, because the same alloy stands on both "
                f"sides; add at least one of {', '.join(get_args(Split)[1:])}"
            )
        return self


class CandidateSection(Section):
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


class RankingSection(Section):
    """Sampling of the uncertainty: how many draws, how strongly one surface's sites err alike.

    With `site_survival`, a predicted site is only in as many draws as its chance to be a minimum
    says; the training data must then tell which sites are minima (`catml.models.site_survival`).
    Without it every site is in every draw.
    """

    samples: Annotated[int, Field(ge=100, le=100_000)] = 4000
    site_error_correlation: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    site_survival: bool = False


class StructuresSection(Section):
    """The structures of the shortlist, written to be calculated.

    `codes` get input files; without any, only the structures are written. `size` and `layers` are
    the least repeats of the surface cell and atomic planes: a surface whose adsorbates would come
    close to each other, or whose middle would not be like the bulk, gets more. `fixed_layers`
    planes are held, by default the lower half.
    """

    codes: Annotated[tuple[Code, ...], Field(strict=False), AfterValidator(_without_repeats)] = (
        "vasp",
    )
    size: Annotated[
        tuple[Annotated[int, Field(ge=1, le=10)], Annotated[int, Field(ge=1, le=10)]],
        Field(strict=False),
    ] = (1, 1)
    layers: Annotated[int, Field(ge=1, le=30)] = 4
    fixed_layers: Annotated[int, Field(ge=0, le=30)] | None = None


class ReportSection(Section):
    """What the report shows."""

    shortlist: Annotated[int, Field(ge=1, le=50)] = 10


class WorkflowConfig(Section):
    """A whole workflow file."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    reaction: Annotated[str, Field(min_length=1)]
    question: str = ""
    candidates: CandidateSection
    data: DataSection = DataSection()
    model: ModelSection = ModelSection()
    validation: ValidationSection = ValidationSection()
    ranking: RankingSection = RankingSection()
    structures: StructuresSection = StructuresSection()
    report: ReportSection = ReportSection()


def load_config(path: str | Path) -> WorkflowConfig:
    """Read and check a workflow file.

    Raises
    ------
    WorkflowError
        When the file cannot be read, or breaks the schema; every problem is named.
    """
    content = read_yaml_mapping(path, error=WorkflowError, what="workflow file")
    config = check_config(content, name=str(path))
    if config.data.folder is None:
        return config
    folder = (Path(path).parent / config.data.folder).resolve()
    return config.model_copy(
        update={"data": config.data.model_copy(update={"folder": str(folder)})}
    )


def check_config(content: dict[str, Any], *, name: str = "workflow") -> WorkflowConfig:
    """Check a workflow given as a mapping; see `load_config`."""
    return check_schema(WorkflowConfig, content, name=name, error=WorkflowError, what="workflow")
