"""Densities of states from files of VASP (vasprun.xml, DOSCAR), GPAW (.gpw) and projwfc.x.

A file is known by its content, not its name, but for those of projwfc.x, whose names say what is
in them.
"""

from __future__ import annotations

import io
import math
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from catml.descriptors.dos import ProjectedDos, dos_from_arrays
from catml.descriptors.reading.doscar import Doscar, parse_doscar
from catml.descriptors.reading.file_content import DosFileWarning as DosFileWarning
from catml.descriptors.reading.file_content import read_content
from catml.descriptors.reading.projwfc import is_projwfc, read_projwfc
from catml.descriptors.reading.vasp_beside import beside, check_fermi_level, with_work_function
from catml.descriptors.reading.vasprun import UnconvergedDosWarning as UnconvergedDosWarning
from catml.descriptors.reading.vasprun import Vasprun, parse_vasprun
from catml.errors import DescriptorError, in_one_line

if TYPE_CHECKING:
    from ase import Atoms

    StructureLike: TypeAlias = str | Path | Atoms

_GPAW = b"- of UlmGPAW"
_OTHER_ULM = b"- of Ulm"
_VASP_FILES = ("vasprun.xml", "DOSCAR")
_STRUCTURES = ("CONTCAR", "POSCAR")
# With smearing VASP counts the states from one energy to the next and gives the upper one their
# mean (https://www.vasp.at/wiki/index.php/DOSCAR): half a step is no small error any more.
_COARSE_EV = 0.051
_ALLOWED = "give a vasprun.xml, a DOSCAR, a .gpw file or the folder of projwfc.x"


def read_dos(
    path: str | Path,
    *,
    structure: StructureLike | None = None,
    fermi_level_ev: float | None = None,
) -> ProjectedDos:
    """Read the d states of every atom from a file.

    Parameters
    ----------
    path
        VASP's ``vasprun.xml`` or ``DOSCAR`` (LORBIT = 10, 11 or 12), either gzipped or not, or
        GPAW's ``.gpw``, for which GPAW must be installed, or the folder with the files of Quantum
        ESPRESSO's projwfc.x (``*.pdos_atm#1(Cu)_wfc#5(d)``), or one of them. The work function of
        VASP's comes from the LOCPOT beside it, or else from the OUTCAR.
    structure
        The structure of a DOSCAR, a file or an `ase.Atoms`; by default the CONTCAR or POSCAR
        beside it. With files of projwfc.x the output of pw.x, by default the only one beside them.
    fermi_level_ev
        The Fermi level on the file's own energy scale, to be taken instead of the file's.

    Raises
    ------
    DescriptorError
        If the file cannot be read, is cut short, is none of these, or has no d states; if its
        structure has another number of atoms; if the Fermi level lies outside its energies.

    Warns
    -----
    UnconvergedDosWarning
        If a vasprun.xml says that its calculation did not converge.
    DosFileWarning
        If a DOSCAR has another Fermi level than the OUTCAR or vasprun.xml beside it, the LOCPOT
        gives no work function, or VASP's energies are more than 0.05 eV apart.
    """
    file = _path(path)
    if fermi_level_ev is not None and not math.isfinite(fermi_level_ev):
        raise DescriptorError(f"the Fermi level {fermi_level_ev} is no energy; give it in eV")
    if is_projwfc(file):
        return read_projwfc(file, structure=structure, fermi_level_ev=fermi_level_ev)
    content = _content(file)
    if content.startswith(_GPAW):
        from catml.descriptors.reading.gpaw_dos import read_gpaw_dos

        _refuse_structure(file, structure)
        return read_gpaw_dos(file, fermi_level_ev=fermi_level_ev)
    _refuse_other_kinds(file, content)
    if content.lstrip().startswith(b"<"):
        _refuse_structure(file, structure)
        run = parse_vasprun(content, source=str(file))
        found = _of_file(file, run, fermi_level_ev, run.atoms)
    else:
        doscar = _doscar(file, content)
        atoms = _structure_of(file, structure)
        if atoms is not None and len(atoms) != len(doscar.d_states):
            raise DescriptorError(
                f"{file} has {len(doscar.d_states)} atoms, but {atoms.info['file']} has "
                f"{len(atoms)}; they are of different calculations, give the right one"
            )
        if fermi_level_ev is None:
            check_fermi_level(doscar.fermi_level_ev, file)
        found = _of_file(file, doscar, fermi_level_ev, atoms)
    return with_work_function(found, file)


def _path(given: str | Path) -> Path:
    if isinstance(given, str | os.PathLike) and str(given):
        return Path(given)
    raise DescriptorError(
        f"{given!r} of type {type(given).__name__} is no path of a file; {_ALLOWED}"
    )


def _doscar(file: Path, content: bytes) -> Doscar:
    try:
        return parse_doscar(content.decode("utf-8", errors="replace"), source=str(file))
    except DescriptorError:
        if ".gpw" not in file.suffixes:
            raise
    raise DescriptorError(
        f"{file} does not begin as files of GPAW do: it is damaged or something else; write or "
        "copy it again"
    )


def _content(file: Path) -> bytes:
    if file.is_dir():
        raise DescriptorError(_no_file(file))
    try:
        content = read_content(file)
    except DescriptorError as problem:
        raise DescriptorError(f"{problem}; {_ALLOWED}") from None
    if not content.strip():
        raise DescriptorError(f"{file} is empty; {_ALLOWED}")
    return content


def _no_file(folder: Path) -> str:
    """Say which file of a folder may have been meant."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as reason:
        return f"the folder {folder} cannot be read: {reason.strerror}"
    meant = [n for n in names if n.startswith(_VASP_FILES) or Path(n).suffix == ".gpw"]
    if meant:
        return f"{folder} is a folder; name the file in it: {' or '.join(meant)}"
    return f"{folder} is a folder without files of projwfc.x; {_ALLOWED} in it"


def _refuse_other_kinds(file: Path, content: bytes) -> None:
    if content.startswith(_OTHER_ULM):
        raise DescriptorError(
            f"{file} is a trajectory or another of ASE's files, without a density of states; "
            f"{_ALLOWED}"
        )
    if b"\0" in content:
        raise DescriptorError(f"{file} is a binary file of another kind; {_ALLOWED}")
    if content.lstrip().startswith((b"{", b"[")):
        raise DescriptorError(
            f"{file} is JSON; {_ALLOWED}, or give its arrays to "
            "catml.descriptors.dos.dos_from_arrays"
        )


def _refuse_structure(file: Path, structure: StructureLike | None) -> None:
    if structure is not None:
        raise DescriptorError(
            f"{file} holds its own structure; leave {_named(structure)} out, it goes with a DOSCAR"
        )


def _named(structure: StructureLike) -> str:
    return repr(str(structure)) if isinstance(structure, str | Path) else "the structure given"


def _structure_of(file: Path, structure: StructureLike | None) -> Atoms | None:
    """Return the structure given, or the one beside a DOSCAR; an empty CONTCAR is none."""
    if isinstance(structure, str | Path):
        return _read_structure(Path(structure))
    if structure is not None:
        atoms = structure.copy()
        atoms.info["file"] = "the structure given"
        return atoms
    for kind in _STRUCTURES:
        found = beside(file, kind)
        if found is not None:
            return _read_structure(found)
    return None


def _read_structure(file: Path) -> Atoms:
    from ase.io import read

    try:
        text = _content(file).decode()
        atoms = read(io.StringIO(text), format="vasp")
    except DescriptorError:
        raise
    except Exception as reason:  # ASE raises whatever its parser stumbles on
        raise DescriptorError(_no_poscar(file, reason)) from None
    atoms.info["file"] = str(file)
    return atoms


def _no_poscar(file: Path, reason: Exception) -> str:
    lines = read_content(file).decode(errors="replace").splitlines()
    if len(lines) > 6 and lines[5].split() and all(word.isdigit() for word in lines[5].split()):
        return (
            f"{file} names no elements, as POSCARs of VASP 4 do not; write them in a line of their "
            "own before that of the numbers of atoms"
        )
    return (
        f"{file} is no POSCAR that can be read: {type(reason).__name__} "
        f"({in_one_line(reason)}); repair it, or move it away"
    )


def _of_file(
    file: Path, found: Doscar | Vasprun, fermi_level_ev: float | None, atoms: Atoms | None
) -> ProjectedDos:
    """Return the densities of a parsed file, relative to its Fermi level or that given."""
    dos = dos_from_arrays(
        found.energy_ev,
        found.d_states,
        fermi_level_ev=found.fermi_level_ev if fermi_level_ev is None else fermi_level_ev,
        atoms=atoms,
        source=str(file),
    )
    step_ev = float(np.max(np.diff(dos.energy_ev)))
    if step_ev > _COARSE_EV:
        warnings.warn(
            f"{file} has a density of states every {step_ev:.3f} eV, of which VASP gives the mean "
            f"over the step below: the d bands come out up to {step_ev / 2:.3f} eV too high; "
            "calculate with more energies (NEDOS = 3001)",
            DosFileWarning,
            stacklevel=3,
        )
    return dos
