"""Importing adsorption tables: what every importer shares, and the plain CSV.

No row is dropped in silence. Rows that break the schema are kept apart with every problem they
have; rows whose site is not known come in with status ``no-site``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from catml.data.card_files import Licence
from catml.data.cards import DatasetCard, Paper, write_card
from catml.data.checks import find_problems
from catml.data.completion import complete_cells
from catml.data.schema import COLUMN_NAMES, REQUIRED, Problem
from catml.data.table_files import read_text_table, typed_table, write_table
from catml.data.tables import table_facts
from catml.errors import DatasetError

_SHOWN_PROBLEMS = 20
_UNSTATED = "to be filled in"


@dataclass(frozen=True, eq=False)
class ImportResult:
    """What came in, and what did not.

    Attributes
    ----------
    table
        Accepted rows, all columns of the schema.
    problems
        Every problem of the rows kept apart, ordered by row.
    rejected
        The rows kept apart as text cells, indexed by the source's row number.
    """

    table: pd.DataFrame
    problems: tuple[Problem, ...]
    rejected: pd.DataFrame


def import_csv(
    path: str | Path,
    *,
    source: str = "imported",
    columns: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    strict: bool = False,
) -> ImportResult:
    """Import a CSV whose columns are the schema's, or are mapped to them.

    Parameters
    ----------
    path
        The file, plain or ``.csv.gz``.
    source
        Key of the new dataset.
    columns
        The file's column names and the schema's names they stand for,
        ``{"E_ads": "energy_ev"}``; ``site_label`` takes a label in words (``fcc``, ``top``), and
        an empty name leaves the column out.
    defaults
        Values of columns the file lacks, or of its empty cells, ``{"reference": "CO(g)"}``.
    strict
        Raise instead of keeping bad rows apart.

    Raises
    ------
    DatasetError
        If the file cannot be read, the mapping does not fit it, a required column is neither
        there nor given, or, with `strict`, any row has a problem.
    """
    raw = read_text_table(path)
    mapping = _checked_mapping(raw.columns.tolist(), columns or {}, str(path))
    wanted = [name for name in raw.columns if mapping.get(name)]
    cells = raw[wanted].rename(columns=mapping)
    return finish_import(
        cells,
        raw=raw,
        row_numbers=raw.index.tolist(),
        source=source,
        defaults=defaults,
        names={new: old for old, new in mapping.items() if new},
        strict=strict,
    )


def finish_import(
    cells: pd.DataFrame,
    *,
    raw: pd.DataFrame,
    row_numbers: Sequence[int],
    source: str,
    defaults: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    earlier: Sequence[Problem] = (),
    strict: bool = False,
) -> ImportResult:
    """Complete, check and split text cells; the last step of every importer.

    Parameters
    ----------
    cells
        Text cells in the schema's names (and ``site_label``), one row per row of `raw`.
    raw
        The source's own cells, for the rows kept apart.
    row_numbers
        What the source calls each row.
    source
        Key of the new dataset.
    defaults
        Values for empty cells and lacking columns.
    names
        The source's names of schema columns, used in problems.
    earlier
        Problems the importer found itself; their rows are kept apart too.
    strict
        Raise instead of keeping bad rows apart.
    """
    filled = cells.copy()
    for name, value in (defaults or {}).items():
        if name not in (*COLUMN_NAMES, "site_label"):
            raise DatasetError(
                f"default for {name!r}: not a column of the schema; allowed: "
                f"{', '.join(COLUMN_NAMES)}"
            )
        present = filled[name] if name in filled else pd.Series("", filled.index)
        filled[name] = present.where(present != "", value)
    derived = ("row", "source", "status", "elements")
    missing = [name for name in REQUIRED if name not in filled and name not in derived]
    if missing:
        raise DatasetError(
            f"the source has no column {', '.join(missing)}; map one of its columns "
            f"({', '.join(map(str, raw.columns))}) or give a default"
        )
    complete = complete_cells(filled, source=source)
    renamed = dict(names or {})
    known = {problem.row for problem in earlier}
    problems = list(earlier)
    for problem in find_problems(complete, row_numbers=row_numbers):
        if problem.row not in known:
            shown = renamed.get(problem.column, problem.column)
            problems.append(Problem(problem.row, shown, problem.value, problem.allowed))
    problems.sort(key=lambda problem: problem.row)
    if strict and problems:
        raise DatasetError(_listed(problems, len(raw)))
    bad = pd.Series(row_numbers, index=complete.index).isin({p.row for p in problems})
    rejected = raw[bad.to_numpy()].copy()
    rejected.index = pd.Index([n for n, b in zip(row_numbers, bad, strict=True) if b], name="row")
    accepted = typed_table(complete[~bad]).reset_index(drop=True)
    return ImportResult(accepted, tuple(problems), rejected)


def write_dataset(
    table: pd.DataFrame,
    folder: str | Path,
    *,
    key: str,
    title: str = _UNSTATED,
    papers: Sequence[Paper] = (),
    licence: Licence | None = None,
    code: str = _UNSTATED,
    citation: str = _UNSTATED,
    caveats: Sequence[str] = (),
) -> Path:
    """Write an imported table and its card, so that `load_dataset` finds it by key or adsorbate.

    The table is written first, the card last, each atomically: a dataset is there whole or not
    at all. What is not given stands in the card as "to be filled in".

    Returns
    -------
    Path
        The card.

    Raises
    ------
    DatasetError
        If the table is empty, mixes functionals, or the folder cannot be written.
    AlignmentError
        If one adsorbate has several reference species.
    """
    if table.empty:
        raise DatasetError("there is no row to write; see the problems of the import")
    facts = table_facts(table)
    if len(facts.functionals) != 1:
        raise DatasetError(
            f"a dataset has one functional; the table has {', '.join(facts.functionals)}: write "
            "one dataset for each"
        )
    home = Path(folder)
    name = f"{key}.csv.gz" if len(table) > 2000 else f"{key}.csv"
    checksum = write_table(table.assign(source=key), home / name)
    coverages = sorted(set(table["coverage_ml"].dropna()))
    card = DatasetCard(
        key=key,
        title=title,
        table=name,
        sha256=checksum,
        papers=tuple(papers),
        licence=licence or Licence(name="none stated", statement=_UNSTATED),
        citation=citation,
        functional=facts.functionals[0],
        code=code,
        coverage=", ".join(f"{value:g} ML" for value in coverages) or "not stated",
        facets=facets_of(table),
        references=facts.references,
        rows=len(table),
        statuses=_counts(table["status"]),
        adsorbates=_counts(table["adsorbate"]),
        caveats=tuple(caveats),
    )
    return write_card(card, home)


def facets_of(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the facets named in a table's surfaces, as text, sorted."""
    found = table["surface"].str.extract(r"\(([^)]*)\)")[0].dropna()
    return tuple(sorted(set(found)))


def _counts(values: pd.Series) -> dict[str, int]:
    return {str(value): int(n) for value, n in sorted(values.value_counts().items())}


def _checked_mapping(
    present: Sequence[str], columns: Mapping[str, str], path: str
) -> dict[str, str]:
    absent = [name for name in columns if name not in present]
    if absent:
        raise DatasetError(
            f"{path!r} has no column {', '.join(map(repr, absent))}; it has {', '.join(present)}"
        )
    allowed = (*COLUMN_NAMES, "site_label", "")
    wrong = [name for name in columns.values() if name not in allowed]
    if wrong:
        raise DatasetError(
            f"columns cannot be mapped to {', '.join(map(repr, wrong))}; the schema has "
            f"{', '.join(COLUMN_NAMES)}, and site_label for a label in words"
        )
    mapping = {name: columns.get(name, name) for name in present}
    unknown = [name for name, new in mapping.items() if new not in allowed]
    if unknown:
        raise DatasetError(
            f"{path!r} has columns the schema does not know: {', '.join(unknown)}; map them with "
            "columns=, to '' to leave them out"
        )
    targets = [new for new in mapping.values() if new]
    twice = sorted({name for name in targets if targets.count(name) > 1})
    if twice:
        raise DatasetError(f"several columns are mapped to {', '.join(twice)}; keep one of them")
    return mapping


def _listed(problems: Sequence[Problem], n_rows: int) -> str:
    rows = len({problem.row for problem in problems})
    lines = [str(problem) for problem in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        lines.append(f"and {len(problems) - _SHOWN_PROBLEMS} more")
    return f"{rows} of {n_rows} rows cannot be used:\n  " + "\n  ".join(lines)
