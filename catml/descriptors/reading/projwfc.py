"""Densities of states of Quantum ESPRESSO's projwfc.x: a folder of files, one per atom and shell.

Files: ``PREFIX.pdos_atm#N(LABEL)_wfc#M(d)`` with the energy, the density of the shell (two where
spins are told apart) and of its orbitals (https://www.quantum-espresso.org/Doc/INPUT_PROJWFC.html).
They hold neither the Fermi level nor the structure: both stand in the output of pw.x.
"""

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.dos import UNKNOWN_ELEMENT, ProjectedDos, dos_from_arrays
from catml.descriptors.reading.file_content import opened, read_content
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

_NAME = re.compile(
    r"(?P<prefix>.*)\.pdos_atm#(?P<atom>\d+)\((?P<label>[^)]*)\)"
    r"_wfc#\d+\((?P<shell>[spdf])(?:_j[\d.]+)?\)(?:\.gz)?"
)
_FERMI = re.compile(rb"the Fermi energy is\s+(-?\d+\.\d+)\s+ev", re.IGNORECASE)
_PWSCF = b"Program PWSCF"
# An output's first lines say which program wrote it.
_HEAD = 4000


class _File(NamedTuple):
    path: Path
    prefix: str
    atom: int
    label: str
    shell: str


def is_projwfc(path: Path) -> bool:
    """Whether a path is a file of projwfc.x for one shell, or a folder with such files.

    Raises
    ------
    DescriptorError
        If the path may not be looked at.
    """
    if _NAME.fullmatch(path.name):
        return True
    try:
        return path.is_dir() and bool(_files(path))
    except OSError as reason:
        raise DescriptorError(f"{path} cannot be read: {reason.strerror}") from None


def read_projwfc(
    path: Path,
    *,
    structure: "str | Path | Atoms | None" = None,
    fermi_level_ev: float | None = None,
) -> ProjectedDos:
    """Read the d states of every atom from the files of projwfc.x.

    Parameters
    ----------
    path
        Their folder, or one of the files, for all with its prefix.
    structure
        The output of pw.x, for structure and Fermi level, or an `ase.Atoms`; by default the only
        output of pw.x in the folder (``*.out``).
    fermi_level_ev
        The Fermi level on the scale of pw.x, to be taken instead of its output's.

    Raises
    ------
    DescriptorError
        If the files are of several calculations, incomplete or damaged, no Fermi level is known,
        or the structure has another number of atoms.
    """
    files = _of_one_run(path)
    n_atoms = max(file.atom for file in files)
    labels = {file.atom: file.label for file in files}
    missing = [atom for atom in range(1, n_atoms + 1) if atom not in labels]
    if missing:
        raise DescriptorError(
            f"{path}: the files of atom {missing[0]} are missing (pdos_atm#{missing[0]}); copy "
            "them all"
        )
    shells = [(file.atom - 1, _shell(file.path)) for file in files if file.shell == "d"]
    if not shells:
        raise DescriptorError(f"{path} has no files of d states, as *_wfc#5(d)")
    energy_ev, first = shells[0][1]
    d_states = np.zeros((n_atoms, len(first), energy_ev.size))
    for atom, (own_ev, states) in shells:
        if own_ev.shape != energy_ev.shape or len(states) != len(first):
            raise DescriptorError(
                f"{path}: files of different energies or spins; they are of different calculations"
            )
        d_states[atom] += states
    output = _output_of_pw(path if path.is_dir() else path.parent, structure)
    atoms = _atoms(path, n_atoms, structure, output)
    if fermi_level_ev is None:
        fermi_level_ev = _fermi_level_ev(path, output)
    return dos_from_arrays(
        energy_ev,
        d_states,
        symbols=[_element(labels[atom]) for atom in range(1, n_atoms + 1)],
        fermi_level_ev=fermi_level_ev,
        atoms=atoms,
        source=str(path),
    )


def _files(folder: Path) -> list[_File]:
    found = []
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            found.append(
                _File(path, match["prefix"], int(match["atom"]), match["label"], match["shell"])
            )
    return found


def _of_one_run(path: Path) -> list[_File]:
    if path.is_dir():
        files = _files(path)
        prefixes = sorted({file.prefix for file in files})
        if len(prefixes) > 1:
            raise DescriptorError(
                f"{path} has files of several calculations: {', '.join(prefixes[:5])}; name one "
                "file, for all with its prefix"
            )
        return files
    match = _NAME.fullmatch(path.name)
    prefix = "" if match is None else match["prefix"]
    if not path.is_file():
        raise DescriptorError(f"{path} cannot be read: there is no such file")
    return [file for file in _files(path.parent) if file.prefix == prefix]


def _shell(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return energies, shape (n,), and densities of a shell, shape (spins, n)."""
    heading, _, body = read_content(path).decode("utf-8", errors="replace").partition("\n")
    columns = heading.lstrip("# ").lower().split()
    if columns[:1] != ["e"] or not any(column.startswith("ldos") for column in columns):
        raise DescriptorError(
            f"{path} does not begin with '# E (eV) ldos(E)'; k-resolved files cannot be read, run "
            "projwfc.x without kresolveddos"
        )
    spins = 2 if "ldosup(e)" in columns else 1
    rows = [line.split() for line in body.splitlines() if line.strip()]
    widths = {len(row) for row in rows}
    try:
        if len(widths) != 1 or len(rows) < 3 or min(widths) < 1 + 2 * spins:
            raise ValueError
        numbers = np.array(rows, dtype=float)
    except ValueError:
        raise DescriptorError(
            f"{path} is no table of numbers, or is cut short; copy it again"
        ) from None
    return numbers[:, 0], numbers[:, 1 : 1 + spins].T


def _output_of_pw(folder: Path, structure: "str | Path | Atoms | None") -> Path | None:
    """Return the output of pw.x given, or the only one in the folder."""
    if isinstance(structure, str | Path):
        given = Path(structure)
        if _PWSCF not in read_content(given)[:_HEAD]:
            raise DescriptorError(
                f"{given} is no output of pw.x, which goes with the files of projwfc.x"
            )
        return given
    outputs = []
    for candidate in sorted(path for path in folder.glob("*.out") if path.is_file()):
        with opened(candidate) as content:
            if _PWSCF in content.read(_HEAD):
                outputs.append(candidate)
    if len(outputs) > 1 and structure is None:
        raise DescriptorError(
            f"{folder} has several outputs of pw.x: {', '.join(p.name for p in outputs[:5])}; name "
            "the one that goes with the densities (--structure)"
        )
    return outputs[0] if len(outputs) == 1 else None


def _fermi_level_ev(path: Path, output: Path | None) -> float:
    if output is None:
        raise DescriptorError(
            f"{path}: projwfc.x does not write the Fermi level; put the output of pw.x beside its "
            "files as pw.out, name it (--structure) or give the Fermi level (--fermi-level)"
        )
    found = _FERMI.findall(read_content(output))
    if not found:
        raise DescriptorError(
            f"{output} has no line 'the Fermi energy is'; give the Fermi level (--fermi-level)"
        )
    return float(found[-1])


def _atoms(
    path: Path, n_atoms: int, structure: "str | Path | Atoms | None", output: Path | None
) -> "Atoms | None":
    from ase.io import read

    if structure is not None and not isinstance(structure, str | Path):
        atoms, source = structure, "the structure given"
    elif output is not None:
        source = str(output)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                atoms = read(output, format="espresso-out")
        except Exception as reason:  # ASE raises whatever its parser stumbles on
            raise DescriptorError(
                f"{output} is no output of pw.x that can be read ({type(reason).__name__}); let "
                "the calculation end, or give the Fermi level and no output"
            ) from None
        atoms.calc = None
    else:
        return None
    if len(atoms) != n_atoms:
        raise DescriptorError(
            f"{path} has {n_atoms} atoms, but {source} has {len(atoms)}; they are of different "
            "calculations, give the right one"
        )
    return atoms


def _element(label: str) -> str:
    """Return the element of a label of pw.x, as Fe of ``Fe1`` or ``Fe_up``."""
    from ase.data import atomic_numbers

    for length in (2, 1):
        element = label[:length].capitalize()
        if element in atomic_numbers and len(element) == length and element.isalpha():
            return element
    return UNKNOWN_ELEMENT
