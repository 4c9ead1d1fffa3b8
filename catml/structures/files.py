"""Writing a slab in any format ASE knows."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from catml.errors import SurfaceError

if TYPE_CHECKING:
    from ase import Atoms


def write_slab(atoms: Atoms, path: str | Path) -> Path:
    """Write `atoms` to `path`, in the format its name asks for, all at once.

    Parameters
    ----------
    atoms
        The slab.
    path
        File name; ``.extxyz``, ``.cif``, ``.traj``, ``POSCAR`` and whatever else ASE writes.

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
    from ase.io import write
    from ase.io.formats import UnknownFileTypeError

    target = Path(path)
    try:
        # ASE guesses the format from the name, so the unfinished file bears the same one.
        with TemporaryDirectory(dir=target.parent, prefix=".unfinished-") as folder:
            unfinished = Path(folder) / target.name
            write(unfinished, atoms)
            os.replace(unfinished, target)
    except OSError as reason:
        raise SurfaceError(
            f"the slab cannot be written to {str(target)!r}: {reason.strerror or reason}"
        ) from None
    except (UnknownFileTypeError, ValueError, KeyError, TypeError) as reason:
        raise SurfaceError(
            f"the slab cannot be written as {target.name!r}: {reason or 'no such format'}; use a "
            "format ASE writes, such as .extxyz, .cif, .traj or POSCAR"
        ) from None
    return target
