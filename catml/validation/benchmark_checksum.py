"""Which code the numbers of the benchmark rest on: one checksum, so that kept results stay valid.

A change of what is computed makes it another; a change of a comment, a docstring, the layout of
the code, or of a module that only plans or tells does not.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("elements", "structures", "descriptors", "data", "models", "validation")
"""Rooms whose modules and tables the numbers rest on."""
_TELLS = frozenset(
    {
        "benchmark_checksum.py",
        "benchmark_curves.py",
        "benchmark_plan.py",
        "benchmark_results.py",
        "benchmark_uncertainty.py",
        "published_results.csv",
    }
)
"""Files of the validation room that choose what is measured, or say what came out."""


def numbers_checksum(package: Path | None = None) -> str:
    """Return one SHA-256, in hexadecimal, over the code and tables that the numbers rest on.

    Modules are taken as their syntax trees without docstrings, so that only what Python runs
    counts; another version of Python may write the trees differently and give another checksum.

    Parameters
    ----------
    package
        Folder of the package; by default catml's own.

    Examples
    --------
    >>> len(numbers_checksum())
    64
    """
    home = package or Path(__file__).parent.parent
    total = hashlib.sha256()
    for file in _files(home):
        content = _meaning(file) if file.suffix == ".py" else file.read_bytes()
        total.update(str(file.relative_to(home)).encode() + b"\0" + content + b"\0")
    return total.hexdigest()


def module_checksum(file: str | Path) -> str:
    """Return the SHA-256 of one module, docstrings and comments left out."""
    return hashlib.sha256(_meaning(Path(file))).hexdigest()


def _files(home: Path) -> Iterator[Path]:
    for room in ROOMS:
        for file in sorted((home / room).rglob("*")):
            if file.suffix in (".py", ".csv") and not (
                room == "validation" and file.name in _TELLS
            ):
                yield file


def _meaning(module: Path) -> bytes:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
    return ast.dump(tree).encode()
