"""What is in a file, gzipped or not, or one message why it cannot be known.

Whether a file is gzipped is seen from its content: names may lie.
"""

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from catml.errors import DescriptorError

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20
# What unpacking raises where a file is cut short or damaged.
_DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)


class DosFileWarning(UserWarning):
    """Something of a calculation's files that a user should know, though its states were read."""


def read_content(file: Path) -> bytes:
    """Return the content of a file, unpacked.

    Raises
    ------
    DescriptorError
        If it cannot be read or unpacked.
    """
    with opened(file) as content:
        return content.read()


@contextmanager
def opened(file: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes, unpacking them on the way.

    Raises
    ------
    DescriptorError
        If it cannot be read or unpacked.
    """
    try:
        with file.open("rb") as packed:
            is_packed = packed.read(len(_GZIP)) == _GZIP
            packed.seek(0)
            if is_packed:
                with gzip.open(packed) as content:
                    yield content  # type: ignore[misc]
            else:
                yield packed
    except _DAMAGED:
        raise DescriptorError(
            f"{file} is cut short or damaged: it does not unpack; copy it again"
        ) from None
    except OSError as reason:
        raise DescriptorError(f"{file} cannot be read: {reason.strerror}") from None


@contextmanager
def unpacked_copy(file: Path) -> Iterator[Path]:
    """Give a path to the file's content for a parser that unpacks by name.

    Raises
    ------
    DescriptorError
        If it cannot be read or unpacked.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "content"
        with opened(file) as content, copy.open("wb") as target:
            while chunk := content.read(_CHUNK):
                target.write(chunk)
        yield copy
