"""Writing files and folders all at once, and the checksums of files."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catml.errors import CatmlError


def write_atomically(path: str | Path, content: bytes, *, error: type[CatmlError]) -> None:
    """Write a file so that a reader sees the old or the new content, never a part.

    Parameters
    ----------
    path
        The file; missing folders above it are made.
    content
        What it is to hold.
    error
        The `CatmlError` subclass to raise.

    Raises
    ------
    CatmlError
        As `error`, when the file cannot be written; the message says why.
    """
    file = Path(path)
    temporary: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(file)
        temporary = None
    except OSError as reason:
        raise error(
            f"cannot write {str(file)!r}: {reason.strerror}; choose another place or make room"
        ) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def new_folder(path: str | Path, *, error: type[CatmlError]) -> Iterator[Path]:
    """Yield a folder to be filled, which becomes `path` when the block ends without an error.

    Parameters
    ----------
    path
        The folder; it must not exist or be empty. Missing folders above it are made.
    error
        The `CatmlError` subclass to raise.

    Raises
    ------
    CatmlError
        As `error`, when the folder holds files, is none, or cannot be written.
    """
    final = Path(path).absolute()
    unfinished: Path | None = None
    try:
        if final.exists() and (not final.is_dir() or any(final.iterdir())):
            what = "holds files already" if final.is_dir() else "is a file"
            raise error(f"the folder {str(path)!r} {what}; choose another")
        final.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=final.parent, prefix=f".{final.name}."))
        yield unfinished
        unfinished.chmod(0o755)
        unfinished.replace(final)
        unfinished = None
    except OSError as reason:
        raise error(
            f"cannot write the folder {str(path)!r}: {reason.strerror}; choose another place or "
            "make room"
        ) from None
    finally:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)


def sha256_of(path: str | Path) -> str:
    """Return the sha256 of a file's bytes as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
