"""Writing slabs, and reading slabs and crystals, in any format ASE knows."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from catml.errors import SurfaceError, in_one_line

if TYPE_CHECKING:
    from ase import Atoms

_FRAME = re.compile(r"(?P<file>.+)@(?P<frame>-?\d+)")
_FORMATS = ".extxyz, .cif, .traj or POSCAR"


def write_slab(atoms: Atoms, path: str | Path, *, file_format: str | None = None) -> Path:
    """Write `atoms` to `path`, all at once.

    Parameters
    ----------
    atoms
        The slab.
    path
        File name; ``.extxyz``, ``.cif``, ``.traj``, ``POSCAR`` and whatever else ASE writes.
        Fixed atoms stay fixed in ``.extxyz``, ``.traj``, ``.json`` and ``POSCAR``; ``.cif`` and
        ``.xyz`` have no place for that. In VASP's files the atoms are sorted by element, so that
        each element stands once, as in POTCAR; else they keep their order.
    file_format
        ASE's name of the format, such as ``"vasp"``; by default the one the file's name asks for.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    SurfaceError
        When ASE knows no format for the name or cannot write the slab in it, or the file cannot
        be written.
    """
    from ase.build import sort
    from ase.io import write
    from ase.io.formats import filetype

    target = Path(path)
    if target.is_dir():
        raise SurfaceError(
            f"the slab cannot be written to {str(path)!r}: it is a folder; give the name of a file"
        )
    try:
        if (file_format or filetype(str(target), read=False)) == "vasp":
            atoms = sort(atoms)
        # ASE guesses the format from the name, so the unfinished file bears the same one.
        with TemporaryDirectory(dir=target.parent, prefix=".unfinished-") as folder:
            unfinished = Path(folder) / target.name
            write(unfinished, atoms, format=file_format)
            os.replace(unfinished, target)
    except OSError as reason:
        raise SurfaceError(
            f"the slab cannot be written to {str(target)!r}: {reason.strerror or reason}"
        ) from None
    # ASE's writers refuse what their format cannot hold in as many ways as there are formats.
    except Exception as reason:
        raise SurfaceError(
            f"the slab cannot be written as {file_format or target.name!r}: "
            f"{_refusal(reason)}; use a format ASE writes, such as {_FORMATS}, or "
            "`catml export` for the input of a calculation"
        ) from None
    return target


def _refusal(reason: Exception) -> str:
    """Why ASE does not write a slab, in words."""
    from ase.io.formats import UnknownFileTypeError

    if isinstance(reason, UnknownFileTypeError):
        return "ASE knows no such format"
    if isinstance(reason, KeyError):
        return "the format takes more than a structure"
    return str(reason) or "no such format"


def read_slab(path: str | Path) -> Atoms:
    """Read the slab of a file, in any format ASE reads; see `read_structure`.

    Whether it is a slab is for `catml.find_sites` to say.
    """
    return read_structure(path, what="slab")


def read_structure(path: str | Path, *, what: str) -> Atoms:
    """Read the one structure of a file, in any format ASE reads.

    Parameters
    ----------
    path
        File name. Of a file with several structures, such as the steps of a relaxation, name the
        one meant: ``relaxed.traj@-1`` is the last, ``relaxed.traj@0`` the first.
    what
        What messages call it: ``"slab"``, ``"crystal"``.

    Returns
    -------
    ase.Atoms
        The structure, with its constraints where the format keeps them.

    Raises
    ------
    SurfaceError
        When the file is missing, empty, broken or of no known format, or holds no structure or
        several.
    """
    file, frame = _file_and_frame(path)
    # An empty text would be the path of the working folder.
    name = f"the {what} file {str(file) if str(path) else ''!r}"
    try:
        if file.is_file() and file.stat().st_size == 0:
            raise SurfaceError(f"{name} is empty; write it again")
        if not file.is_file():
            is_folder = file.is_dir() and str(path)
            lacking = "is a folder, not a file" if is_folder else "does not exist"
            raise SurfaceError(f"{name} {lacking}; give the file of a {what}")
    except OSError as reason:
        raise SurfaceError(f"{name} cannot be read: {reason.strerror or reason}") from None
    frames = _frames(file, name)
    if not frames:
        raise SurfaceError(
            f"{name} holds no complete structure; its end may be missing, get it again"
        )
    if not any(len(atoms) for atoms in frames):
        raise SurfaceError(f"{name} holds no atoms; write it again")
    if frame is None and len(frames) > 1:
        raise SurfaceError(
            f"{name} holds {len(frames)} structures; name one of them, as in "
            f"'{file}@-1' for the last"
        )
    try:
        return frames[frame or 0]
    except IndexError:
        raise SurfaceError(
            f"{name} has no structure {frame}; it holds {len(frames)}, "
            f"numbered from 0 to {len(frames) - 1}"
        ) from None


def _file_and_frame(path: str | Path) -> tuple[Path, int | None]:
    """Split ``relaxed.traj@-1``; a file that has such a name is taken as it is."""
    file = Path(path)
    named = _FRAME.fullmatch(str(path))
    if named is None or file.exists():
        return file, None
    return Path(named["file"]), int(named["frame"])


def _frames(file: Path, name: str) -> list[Atoms]:
    from ase.io import read
    from ase.io.formats import UnknownFileTypeError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(read(file, index=":", do_not_split_by_at_sign=True))
    except UnknownFileTypeError:
        raise SurfaceError(f"{name} is of no format ASE knows; use {_FORMATS}") from None
    # ASE's parsers meet a broken file with whatever they trip over.
    except Exception as reason:
        raise SurfaceError(f"{name} cannot be read: {_in_words(reason)}") from None


def _in_words(reason: Exception) -> str:
    """What a reader of ASE stumbled on."""
    if isinstance(reason, KeyError) and re.fullmatch("[A-Z][a-z]{0,2}", str(reason)[1:-1]):
        return f"there is no element {reason}"
    detail = in_one_line(reason)
    broken = "it is broken, or of another format than it is named"
    return f"{broken} ({detail})" if detail else broken
