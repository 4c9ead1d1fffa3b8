"""The container of a model file: a header and members in one zip, checked before use.

The header (``header.json``) names format and schema and holds the SHA-256 of every member and of
itself. Nothing here knows what the members mean, and nothing in them is run: the checksums find
what was damaged or changed; whoever forges them too gains no more than a model that predicts
something else.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catml.errors import ModelError

FORMAT = "catml-model"
SCHEMA = 3

HEADER = "header.json"
_MOST_MEMBERS = 5000
# Far above any model here, far below what would fill a memory.
_LARGEST_BYTES = 1024**3


class RefusedError(Exception):
    """Why a model file is refused, in words."""


def read_model_bytes(path: str | Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    ModelError
        If it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as reason:
        raise ModelError(
            f"The model file {str(path)!r} cannot be read: {reason.strerror or reason}."
        ) from None


def packed(header: Mapping[str, Any], members: Mapping[str, bytes]) -> bytes:
    """Return a model file of a header, JSON values, and named members."""
    complete = {
        "format": FORMAT,
        "schema": SCHEMA,
        "catml": version("catml"),
        **header,
        "members": {name: _digest(raw) for name, raw in members.items()},
    }
    complete["digest"] = _header_digest(complete)
    buffer = io.BytesIO()
    # Tables of descriptors repeat themselves over long distances, which LZMA sees.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(_entry(HEADER), json.dumps(complete, indent=1))
        for name, raw in members.items():
            archive.writestr(_entry(name), raw)
    return buffer.getvalue()


def unpacked(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return header and members of `packed`, after every check that needs no understanding of them.

    Raises
    ------
    RefusedError
        If the file is damaged, altered, too large, or of another format or schema.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if HEADER not in archive.namelist():
                raise RefusedError("it was not written by catml")
            _refuse_size(archive.infolist())
            members = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        raise RefusedError("it is not a zip archive, or is truncated or damaged") from None
    header = json.loads(members.pop(HEADER))
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise RefusedError("it was not written by catml")
    if header.get("schema") != SCHEMA:
        raise RefusedError(
            f"it was saved by catml {header.get('catml', 'of unknown version')} in schema "
            f"{header.get('schema')!r}; this catml {version('catml')} reads schema {SCHEMA}"
        )
    stated = header.pop("digest", None)
    digests = {name: _digest(raw) for name, raw in members.items()}
    if stated != _header_digest(header) or digests != header["members"]:
        raise RefusedError("its content was altered after it was saved")
    return header, members


def array_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return named arrays as the bytes of an ``.npz``."""
    buffer = io.BytesIO()
    np.savez(buffer, **dict(arrays))  # type: ignore[arg-type]
    return buffer.getvalue()


def arrays_from(raw: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of `array_bytes`; pickled ones are an error.

    Raises
    ------
    RefusedError
        If they unpack to more than a model needs.
    ValueError
        If an array is no plain array.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        _refuse_size(archive.infolist())
    with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without the time of writing, so that equal models make equal files."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_LZMA
    return entry


def _refuse_size(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_MEMBERS or sum(entry.file_size for entry in entries) > _LARGEST_BYTES:
        raise RefusedError(
            f"it unpacks to more than {_LARGEST_BYTES // 1024**3} GiB or {_MOST_MEMBERS} members"
        )


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _header_digest(header: Mapping[str, Any]) -> str:
    return _digest(json.dumps(header, sort_keys=True).encode())
