"""Folders with the input of a density-functional code for a slab, ready to be computed.

=============  =====================================================================
``vasp``       POSCAR with selective dynamics, INCAR, KPOINTS, POTCAR.spec (no POTCAR)
``espresso``   relax.in for pw.x, pseudopotentials under placeholder names
``gpaw``       start.extxyz and relax.py
=============  =====================================================================

All relax the atoms that no constraint holds, with the functional asked for, a correction for the
slab's dipole along the normal, and the cutoff, k-points and thresholds of `dft_job`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from catml.atomic_files import new_folder
from catml.errors import SurfaceError
from catml.structures.dft.espresso import espresso_files
from catml.structures.dft.gpaw import gpaw_files
from catml.structures.dft.job import KPOINT_LENGTH_ANG, DftJob, dft_job
from catml.structures.dft.vasp import vasp_files

if TYPE_CHECKING:
    from ase import Atoms

Code = Literal["vasp", "espresso", "gpaw"]
CODES: tuple[Code, ...] = get_args(Code)

_FILES: Mapping[str, Callable[[DftJob], dict[str, str]]] = {
    "vasp": vasp_files,
    "espresso": espresso_files,
    "gpaw": gpaw_files,
}


def dft_files(
    atoms: Atoms,
    *,
    code: str,
    functional: str,
    title: str = "",
    kpoint_length_ang: float = KPOINT_LENGTH_ANG,
) -> dict[str, str]:
    """Return the content of the input files by their names.

    Parameters
    ----------
    atoms
        The slab, with whatever is adsorbed; the constraints say which atoms are held.
    code
        One of `CODES`.
    functional
        One of `catml.structures.dft.job.FUNCTIONALS`.
    title
        One line that says what is computed; by default the formula.
    kpoint_length_ang
        Density of the k-points, see `catml.structures.dft.job.kpoint_grid`.

    Raises
    ------
    SurfaceError
        If the code or the functional is unknown, or `atoms` is not a slab with vacuum.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> sorted(dft_files(Surface("Pt(111)").slab(), code="vasp", functional="RPBE"))
    ['INCAR', 'KPOINTS', 'POSCAR', 'POTCAR.spec']
    """
    check_codes([code])
    job = dft_job(atoms, functional=functional, title=title, kpoint_length_ang=kpoint_length_ang)
    return _FILES[code](job)


def check_codes(codes: Iterable[str]) -> None:
    """Refuse codes for which no input files can be written.

    Raises
    ------
    SurfaceError
        If one is not of `CODES`.
    """
    for code in codes:
        if code not in _FILES:
            raise SurfaceError(
                f"no input files can be written for the code {code!r}; known are {', '.join(CODES)}"
            )


def write_dft_inputs(
    atoms: Atoms,
    folder: str | Path,
    *,
    code: str,
    functional: str,
    title: str = "",
    kpoint_length_ang: float = KPOINT_LENGTH_ANG,
) -> Path:
    """Write the input files into a new folder, all of them or none; see `dft_files`.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    SurfaceError
        As `dft_files`, or when the folder holds files already or cannot be written.
    """
    files = dft_files(
        atoms,
        code=code,
        functional=functional,
        title=title,
        kpoint_length_ang=kpoint_length_ang,
    )
    with new_folder(folder, error=SurfaceError) as unfinished:
        for name, content in files.items():
            (unfinished / name).write_text(content, encoding="utf-8")
    return Path(folder)
