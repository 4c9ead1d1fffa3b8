"""Reading and writing adsorption tables as CSV, byte for byte the same every time.

Text cells are never guessed: ``0001`` stays text, and an empty cell is missing. Numbers are
written with the decimals the schema declares, gzip headers carry no time, so a checksum in a card
stays true.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from catml.data.schema import COLUMNS, Column
from catml.errors import DatasetError


def read_text_table(path: str | Path) -> pd.DataFrame:
    """Return a CSV (or .csv.gz) as text cells, nothing interpreted; missing cells are empty.

    Raises
    ------
    DatasetError
        If the file is missing or not a CSV.
    """
    file = Path(path)
    try:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DatasetError(
            f"table {str(file)!r} does not exist; give the path of a CSV file"
        ) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as why:
        reason = str(why).strip().splitlines()[-1] if str(why).strip() else type(why).__name__
        raise DatasetError(f"table {str(file)!r} cannot be read as CSV: {reason}") from None


def typed_table(text: pd.DataFrame) -> pd.DataFrame:
    """Return a text table with the schema's columns, in its order and with its types.

    Columns of the schema that the table lacks are added empty; a cell that is not a number in a
    number column becomes NaN (`catml.data.checks` reports it beforehand).
    """
    columns: dict[str, pd.Series] = {}
    for column in COLUMNS:
        if column.is_number:
            cells = text[column.name] if column.name in text else pd.Series("", index=text.index)
            columns[column.name] = pd.to_numeric(cells, errors="coerce").astype(float)
        else:
            cells = text[column.name] if column.name in text else pd.Series("", index=text.index)
            columns[column.name] = cells.astype(str)
    return pd.DataFrame(columns, index=text.index)


def _cells(values: pd.Series, column: Column) -> list[str]:
    if not column.is_number:
        return ["" if pd.isna(value) else str(value) for value in values]
    numbers = np.asarray(values, dtype=float)
    cells = []
    for number in numbers:
        if np.isnan(number):
            cells.append("")
            continue
        text = f"{number:.{column.decimals}f}".rstrip("0").rstrip(".")
        cells.append("0" if text == "-0" else text)
    return cells


def table_bytes(table: pd.DataFrame, *, compress: bool = False) -> bytes:
    """Return the file content of a table: sorted by row key, fixed decimals, no time stamp.

    Optional columns without any value are left out.
    """
    ordered = table.sort_values("row", kind="stable")
    kept = {}
    for column in COLUMNS:
        if column.name not in ordered:
            continue
        cells = _cells(ordered[column.name], column)
        if column.required or any(cells):
            kept[column.name] = cells
    buffer = io.StringIO()
    pd.DataFrame(kept).to_csv(buffer, index=False, lineterminator="\n")
    content = buffer.getvalue().encode("utf-8")
    if not compress:
        return content
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0) as stream:
        stream.write(content)
    return packed.getvalue()


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new content, never a part.

    Raises
    ------
    DatasetError
        If the folder does not exist or cannot be written.
    """
    file = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as reason:
        raise DatasetError(
            f"cannot write {str(file)!r}: {reason.strerror}; give a file in an existing, "
            "writable folder"
        ) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_table(table: pd.DataFrame, path: str | Path) -> str:
    """Write a table as CSV, compressed when the name ends in ``.gz``; return its sha256."""
    content = table_bytes(table, compress=str(path).endswith(".gz"))
    write_atomically(path, content)
    return hashlib.sha256(content).hexdigest()


def sha256_of(path: str | Path) -> str:
    """Return the sha256 of a file's bytes as 64 hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
