"""Reading and writing tables as CSV, byte for byte the same every time.

Text cells are never guessed: ``0001`` stays text, and an empty cell is missing. Numbers are
written with the decimals the schema declares, gzip headers carry no time, so a checksum in a card
stays true.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from catml.atomic_files import write_atomically
from catml.data.schema import COLUMNS, Column
from catml.errors import DatasetError

_GZIP_MAGIC = b"\x1f\x8b"


def read_text_table(path: str | Path) -> pd.DataFrame:
    """Return a CSV (or .csv.gz) as text cells, nothing interpreted; missing cells are empty.

    The index is the row number as a spreadsheet counts: the header is row 1. Empty rows are left
    out.

    Raises
    ------
    DatasetError
        If the file is missing, not text, or a row has more or fewer cells than the header.
    """
    file = Path(path)
    try:
        content = file.read_bytes()
        if content[:2] == _GZIP_MAGIC:
            content = gzip.decompress(content)
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except FileNotFoundError:
        raise DatasetError(
            f"table {str(file)!r} does not exist; give the path of a CSV file"
        ) from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as why:
        raise DatasetError(f"table {str(file)!r} cannot be read as CSV: {why}") from None
    if not lines or not lines[0]:
        raise DatasetError(f"table {str(file)!r} is empty; its first row must name the columns")
    header = [name.strip() for name in lines[0]]
    _check_header(header, file)
    rows = {number: cells for number, cells in enumerate(lines[1:], start=2) if cells}
    for number, cells in rows.items():
        if len(cells) != len(header):
            raise DatasetError(
                f"table {str(file)!r}, row {number}, has {len(cells)} cells; the header has "
                f"{len(header)} columns: put cells that hold a comma in double quotes"
            )
    return pd.DataFrame(list(rows.values()), columns=header, index=list(rows), dtype=str)


def _check_header(header: list[str], file: Path) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise DatasetError(f"table {str(file)!r} has one column; separate cells by commas")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DatasetError(
            f"table {str(file)!r} names the columns {', '.join(map(repr, twice))} more than once"
        )


def typed_table(text: pd.DataFrame, schema: Sequence[Column] = COLUMNS) -> pd.DataFrame:
    """Return a text table with the schema's columns, in its order and with its types.

    Columns of the schema that the table lacks are added empty; a cell that is not a number in a
    number column becomes NaN (`catml.data.checks` reports it beforehand).
    """
    columns: dict[str, pd.Series] = {}
    for column in schema:
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


def table_bytes(
    table: pd.DataFrame, *, compress: bool = False, schema: Sequence[Column] = COLUMNS
) -> bytes:
    """Return the file content of a table: sorted by row key, fixed decimals, no time stamp.

    Optional columns without any value are left out.
    """
    ordered = table.sort_values("row", kind="stable")
    kept = {}
    for column in schema:
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


def write_table(table: pd.DataFrame, path: str | Path, schema: Sequence[Column] = COLUMNS) -> str:
    """Write a table as CSV, compressed when the name ends in ``.gz``; return its sha256."""
    content = table_bytes(table, compress=str(path).endswith(".gz"), schema=schema)
    write_atomically(path, content, error=DatasetError)
    return hashlib.sha256(content).hexdigest()
