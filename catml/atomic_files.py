"""Writing files all at once, and their checksums."""

from __future__ import annotations

import hashlib
import os
import tempfile
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


def sha256_of(path: str | Path) -> str:
    """Return the sha256 of a file's bytes as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
