"""Tables of d bands: loading the shipped ones, and a user's own file that grows row by row.

The schema is `catml.data.d_band_schema`. The shipped tables lie in the folder ``d_bands`` of the
datasets, each with its card (`catml.data.d_band_cards`).
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pandas as pd

from catml.data.d_band_cards import d_band_folder, list_d_band_tables, read_d_band_card
from catml.data.d_band_schema import D_BAND_COLUMNS, find_d_band_problems
from catml.data.table_files import read_text_table, table_bytes, typed_table, write_table
from catml.elements.d_band_windows import DEFAULT_WINDOW_EV
from catml.errors import DatasetError
from catml.file_locks import file_locked

_SHOWN_PROBLEMS = 5
_CLOSE_EV = 1e-6


def load_d_bands(
    name: str | Path | None = None,
    *,
    window_ev: tuple[float, float] | Literal["all"] = DEFAULT_WINDOW_EV,
    spin: Literal["both", "up", "down", "all"] = "both",
    folder: str | Path | None = None,
) -> pd.DataFrame:
    """Return moments of d bands from density functional theory, one row per distinct atom.

    Parameters
    ----------
    name
        A shipped table by its key, or a table file of one's own (``.csv`` or ``.csv.gz``); by
        default all shipped tables together.
    window_ev
        The energy window whose moments are wanted, or ``"all"`` for those of every window.
    spin
        ``"both"`` together, ``"up"``, ``"down"`` or ``"all"`` three.
    folder
        Folder of datasets; the shipped one by default.

    Returns
    -------
    DataFrame
        All columns of `catml.data.d_band_schema.D_BAND_COLUMNS`; energies in eV from the Fermi
        level.

    Raises
    ------
    DatasetError
        If there is no such table, window or spin, or the file breaks the schema.

    Examples
    --------
    >>> table = load_d_bands("gpaw_surfaces")
    >>> copper = table[table["surface"] == "Cu(111)"].set_index("layer")
    >>> copper["d_band_center_ev"].sort_index().round(2).tolist()
    [-2.46, -2.77, -2.72]
    """
    if name is None:
        tables = [_read(_shipped_path(key, folder)) for key in list_d_band_tables(folder)]
        table = pd.concat(tables, ignore_index=True) if tables else _read_nothing()
    elif str(name).endswith((".csv", ".csv.gz")):
        table = _read(Path(name))
    else:
        table = _read(_shipped_path(str(name), folder))
    if not isinstance(window_ev, str):
        table = _of_window(table, window_ev)
    elif window_ev != "all":
        raise _no_window(window_ev)
    if spin not in ("both", "up", "down", "all"):
        raise DatasetError(f"spin {spin!r} does not exist; allowed: both, up, down, all")
    if spin != "all":
        table = table[table["spin"] == spin]
    return table.reset_index(drop=True)


def append_d_bands(rows: pd.DataFrame, path: str | Path) -> int:
    """Add rows to a file, which is made if need be; rows of the same key are replaced.

    Several processes may append to one file.

    Parameters
    ----------
    rows
        In the schema, as `catml.workflow.d_band_rows.d_band_rows` makes them.
    path
        A ``.csv`` or ``.csv.gz``.

    Returns
    -------
    int
        Number of rows in the file.

    Raises
    ------
    DatasetError
        If rows or file break the schema, or the file cannot be written; it is then as before.
    """
    file = Path(path)
    if not str(path).endswith((".csv", ".csv.gz")):
        raise DatasetError(
            f"{str(path)!r} is no table of d bands; give a file that ends in .csv or .csv.gz"
        )
    _check(read_back(rows), "the new rows")
    with _locked_folder(file):
        if file.exists():
            known = _read(file)
            kept = known[~known["row"].isin(set(rows["row"]))]
            rows = pd.concat([kept, rows], ignore_index=True)
        write_table(rows, file, D_BAND_COLUMNS)
    return len(rows)


def read_back(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as the text cells a file would hold."""
    content = table_bytes(rows, schema=D_BAND_COLUMNS).decode("utf-8")
    return pd.read_csv(io.StringIO(content), dtype=str, keep_default_na=False)


@contextmanager
def _locked_folder(file: Path) -> Iterator[None]:
    """Keep other processes from writing d bands into the file's folder."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file.parent, os.O_RDONLY)
    except OSError as reason:
        raise DatasetError(
            f"cannot write {str(file)!r}: {reason.strerror}; choose another place or make room"
        ) from None
    try:
        with file_locked(handle):
            yield
    finally:
        os.close(handle)


def _shipped_path(key: str, folder: str | Path | None) -> Path:
    return d_band_folder(folder) / read_d_band_card(key, folder).table


def _read_nothing() -> pd.DataFrame:
    return typed_table(pd.DataFrame(), D_BAND_COLUMNS)


def _read(path: Path) -> pd.DataFrame:
    cells = read_text_table(path)
    _check(cells, f"table {str(path)!r}")
    return typed_table(cells, D_BAND_COLUMNS)


def _check(cells: pd.DataFrame, what: str) -> None:
    problems = find_d_band_problems(cells)
    if not problems:
        return
    missing = [problem.column for problem in problems if problem.value == "missing"]
    found = [str(problem) for problem in problems if problem.value != "missing"]
    if missing:
        found.insert(0, f"it lacks the columns {', '.join(missing)}")
    more = len(found) - _SHOWN_PROBLEMS
    raise DatasetError(
        f"{what} cannot be used as d bands: {'; '.join(found[:_SHOWN_PROBLEMS])}"
        + (f"; and {more} more" if more > 0 else "")
    )


def _no_window(window_ev: object) -> DatasetError:
    return DatasetError(
        f"window_ev={window_ev!r} is no energy window; give its lowest and highest energy in eV "
        "from the Fermi level, as (-10, 5), or 'all'"
    )


def _of_window(table: pd.DataFrame, window_ev: tuple[float, float]) -> pd.DataFrame:
    try:
        low, high = map(float, window_ev)
    except (TypeError, ValueError):
        raise _no_window(window_ev) from None
    kept = ((table["window_low_ev"] - low).abs() < _CLOSE_EV) & (
        (table["window_high_ev"] - high).abs() < _CLOSE_EV
    )
    if len(table) and not kept.any():
        known = sorted(set(zip(table["window_low_ev"], table["window_high_ev"], strict=True)))
        text = ", ".join(f"({a:g}, {b:g})" for a, b in known)
        raise DatasetError(
            f"no row has the window from {low:g} to {high:g} eV; the table has {text}"
        )
    return table[kept]
