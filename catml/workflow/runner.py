"""Running a workflow: from the YAML file to the folder with tables, figures and the report."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import catml
from catml.atomic_files import sha256_of
from catml.data.cards import dataset_folder, read_card
from catml.errors import WorkflowError
from catml.resources import code_checksum
from catml.screening.candidates import candidate_space
from catml.screening.ranking import rank_candidates
from catml.screening.reactions import Reaction, load_reaction
from catml.workflow import steps
from catml.workflow.config import WorkflowConfig, load_config
from catml.workflow.progress import Progress
from catml.workflow.run_folder import run_folder
from catml.workflow.screening import Screening
from catml.workflow.shortlist_structures import check_functional, write_shortlist_structures

_STEPS = 8
_REPORTED_PACKAGES = (
    "ase", "matplotlib", "numpy", "pandas", "scikit-learn", "scipy", "spglib", "vesin", "xgboost",
)  # fmt: skip
_TABLE_FORMAT = "%.6g"


@dataclass(frozen=True)
class RunResult:
    """A finished run.

    Attributes
    ----------
    folder, report
        The output folder and the report in it.
    shortlist
        The proposed surfaces, best first.
    """

    folder: Path
    report: Path
    shortlist: pd.DataFrame

    def summary(self) -> str:
        """Return what the command line prints: the first surfaces, and where the report is."""
        if self.shortlist.empty:
            found = "No candidate lies inside the model's domain; the report says why."
            return f"{found}\nReport: {self.report}"
        rows = [
            f"  {row['rank']}. {row['surface']}  {row['energy_ev']:+.2f} eV "
            f"[{row['lower_ev']:+.2f}, {row['upper_ev']:+.2f}], "
            f"{100 * row['probability_in_window']:.0f} % in the window, {row['origin']}"
            for row in self.shortlist.head(5).to_dict("records")
        ]
        return "\n".join(["Best candidates:", *rows, f"Report: {self.report}"])


def run(
    workflow: str | Path,
    *,
    out: str | Path | None = None,
    overwrite: bool = False,
    workers: int = 2,
    quiet: bool = False,
) -> RunResult:
    """Screen a reaction's candidates as a workflow file says, and write the report.

    1. Read and check the workflow file and its reaction.
    2. Load the training data, on the reaction's functional.
    3. Cross-validate the model on every split asked for.
    4. Fit the model on all rows.
    5. Enumerate the candidates and their sites; predict, and take known values where they exist.
    6. Rank the candidates, their uncertainty carried through the volcano.
    7. Write the tables, and the shortlist's structures with input files for calculations.
    8. Write figures and the report.

    Parameters
    ----------
    workflow
        The YAML file.
    out
        Output folder; by default ``runs/<name of the workflow file>``.
    overwrite
        Replace a finished run of that name.
    workers
        Processes used by the validation.
    quiet
        No progress on standard error.

    Returns
    -------
    RunResult
        Where everything is.

    Raises
    ------
    CatmlError
        When the workflow, its reaction, its data or its output folder cannot be used. Nothing is
        left that looks like a finished run.
    """
    path = Path(workflow)
    config = load_config(path)
    reaction = _reaction_of(config, path)
    check_functional(config, reaction)
    if workers < 1:
        raise WorkflowError(f"workers={workers} cannot be used; it must be at least 1")
    with run_folder(_out(path, out), overwrite=overwrite) as folder:
        progress = Progress(_STEPS, quiet=quiet)
        screening = _screen(config, reaction, workers=workers, progress=progress)
        with progress.step("Writing tables"):
            _write_tables(screening, folder)
        with progress.step("Writing the shortlist's structures"):
            write_shortlist_structures(screening, folder)
        with progress.step("Drawing figures and writing the report"):
            from catml.workflow.reporting import write_report

            versions, checksums = _versions(), _checksums(path, screening)
            write_report(
                screening,
                folder,
                versions=versions,
                checksums=checksums,
                configuration=resolved_yaml(config),
                workflow=path.name,
            )
        _write_record(screening, folder, versions=versions, checksums=checksums)
    final = _out(path, out)
    return RunResult(final, final / "report.html", screening.shortlist)


def describe_run(workflow: str | Path, *, out: str | Path | None = None) -> str:
    """Check a workflow file and say what a run of it would do, computing nothing."""
    path = Path(workflow)
    config = load_config(path)
    reaction = _reaction_of(config, path)
    check_functional(config, reaction)
    table = steps.training_table(config, reaction)
    space = candidate_space(config.candidates.model_dump())
    lines = [
        f"{config.title}",
        f"  reaction    {reaction.title}: {reaction.overall.text}",
        f"  data        {len(table)} rows of {reaction.descriptor.adsorbate} "
        f"({', '.join(sorted(set(table['source'])))}), {reaction.descriptor.functional}",
        f"  model       {config.model.regressor} on {config.model.descriptors} descriptors"
        + (f", prior {config.model.prior}" if config.model.prior else ""),
        f"  validation  {config.validation.folds} folds: {', '.join(config.validation.splits)}",
        f"  candidates  {len(space.surfaces)} surfaces; "
        f"{int(space.skipped['count'].sum())} combinations do not exist",
        f"  output      {_out(path, out)}",
    ]
    return "\n".join(lines)


def _screen(
    config: WorkflowConfig, reaction: Reaction, *, workers: int, progress: Progress
) -> Screening:
    adsorbate = reaction.descriptor.adsorbate
    with progress.step(f"Loading {adsorbate} data"):
        table = steps.training_table(config, reaction)
    with progress.step(f"Validating on {len(table)} rows ({', '.join(config.validation.splits)})"):
        validations = steps.validate(config, reaction, table, workers=workers)
    with progress.step("Fitting the model"):
        model = steps.new_model(config, reaction).fit(table)
    with progress.step("Predicting the candidates' sites"):
        space = candidate_space(config.candidates.model_dump())
        predictions = steps.predicted_sites(
            model, space, site_survival=config.ranking.site_survival
        )
        sites = steps.with_known_energies(predictions, table)
    with progress.step(f"Ranking {len(space.surfaces)} candidates"):
        ranking = rank_candidates(
            sites,
            reaction,
            samples=config.ranking.samples,
            site_error_correlation=config.ranking.site_error_correlation,
            seed=config.model.seed,
        )
        candidates = steps.with_site_facts(ranking.candidates, ranking.sites)
    return Screening(
        config=config,
        reaction=reaction,
        table=table,
        model=model,
        validations=validations,
        space=space,
        sites=ranking.sites,
        candidates=candidates,
    )


def _reaction_of(config: WorkflowConfig, workflow: Path) -> Reaction:
    """Return the reaction; a user's own file is looked for beside the workflow."""
    if Path(config.reaction).suffix in {".yaml", ".yml"}:
        return load_reaction(workflow.parent / config.reaction)
    return load_reaction(config.reaction)


def _out(workflow: Path, out: str | Path | None) -> Path:
    return Path(out) if out is not None else Path("runs") / workflow.stem


def _write_tables(screening: Screening, folder: Path) -> None:
    tables = folder / "tables"
    tables.mkdir()
    for name, table in screening.tables().items():
        table.to_csv(tables / f"{name}.csv", index=False, float_format=_TABLE_FORMAT)
    screening.model.save(folder / "model.skops")
    (folder / "workflow.yaml").write_text(resolved_yaml(screening.config), encoding="utf-8")


def resolved_yaml(config: WorkflowConfig) -> str:
    """Return the workflow with every default written out."""
    content = json.loads(config.model_dump_json())
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=None)


def _versions() -> dict[str, str]:
    """Return the versions of everything whose version may change a number."""
    versions = {"catml": catml.__version__, "python": platform.python_version()}
    return versions | {package: version(package) for package in _REPORTED_PACKAGES}


def _checksums(workflow: Path, screening: Screening) -> dict[str, str]:
    """Return the checksums of everything read, and one over all of catml's own code."""
    sums = {workflow.name: sha256_of(workflow)}
    for key in sorted(set(screening.table["source"])):
        folder = screening.config.data.folder
        card = read_card(key, folder)
        sums[card.table] = sha256_of(dataset_folder(folder) / card.table)
    return sums | {"catml (all modules)": code_checksum()}


def _write_record(
    screening: Screening, folder: Path, *, versions: dict[str, str], checksums: dict[str, str]
) -> None:
    """Write ``run.json``, the file that marks a run as finished, last."""
    record: dict[str, Any] = {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "workflow": json.loads(screening.config.model_dump_json()),
        "versions": versions,
        "checksums": checksums,
        "training_rows": len(screening.table),
        "alignment": screening.table.attrs["alignment"],
        "candidates": len(screening.candidates),
        "sites": len(screening.sites),
    }
    (folder / "run.json").write_text(json.dumps(record, indent=2), encoding="utf-8")
