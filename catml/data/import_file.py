"""Importing a file of any kind catml can read, by what it looks like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from catml.data.ase_database import import_ase_database
from catml.data.catalysis_hub import import_catalysis_hub
from catml.data.importers import ImportResult, import_csv
from catml.data.table_files import read_text_table
from catml.errors import DatasetError

FileKind = Literal["csv", "ase", "catalysis-hub"]

_HUB_COLUMNS = {"reactionEnergy", "reaction_energy"}


def import_file(
    path: str | Path,
    *,
    source: str,
    columns: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> ImportResult:
    """Import adsorption energies from a CSV, an ASE database or a Catalysis-Hub export.

    Parameters
    ----------
    path
        The file.
    source
        Key of the new dataset.
    columns
        The file's names (columns, or key-value pairs of a database) and the schema's columns
        they stand for.
    defaults
        Values of columns the file lacks. A Catalysis-Hub export needs none of the two.

    Raises
    ------
    DatasetError
        When the kind of file cannot be told, or the file cannot be read as that kind.
    """
    kind = kind_of(path)
    if kind == "catalysis-hub":
        if columns or defaults:
            raise DatasetError(
                f"{str(path)!r} is a Catalysis-Hub export, which says everything itself; leave "
                "out the columns and defaults"
            )
        return import_catalysis_hub(path, source=source)
    if kind == "ase":
        return import_ase_database(path, source=source, keys=columns, defaults=defaults)
    return import_csv(path, source=source, columns=columns, defaults=defaults)


def kind_of(path: str | Path) -> FileKind:
    """Return what kind of file it is, from its ending and what it holds.

    Raises
    ------
    DatasetError
        When it is none that catml reads.
    """
    file = Path(path)
    if file.suffix == ".db":
        return "ase"
    if file.suffix == ".json":
        return "catalysis-hub" if _holds_reactions(file) else "ase"
    if file.name.endswith((".csv", ".csv.gz")):
        return "catalysis-hub" if _HUB_COLUMNS & set(read_text_table(file).columns) else "csv"
    raise DatasetError(
        f"{str(file)!r} is no kind of file catml imports; it reads .csv and .csv.gz, ASE databases "
        "(.db, .json) and Catalysis-Hub exports (.json, .csv)"
    )


def _holds_reactions(file: Path) -> bool:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise DatasetError(f"{str(file)!r} cannot be read as JSON: {reason}") from None
    return isinstance(content, list) or bool({"data", "reactions", "edges"} & set(content))
