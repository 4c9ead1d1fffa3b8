"""Densities of states from files: VASP's vasprun.xml and DOSCAR, GPAW's .gpw, gzipped or not.

A file is known by its content, not its name.
"""

from __future__ import annotations

import gzip
import tempfile
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from catml.descriptors.dos import ProjectedDos, dos_from_arrays
from catml.descriptors.doscar import parse_doscar
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

_GZIP = b"\x1f\x8b"
_GPAW = b"- of UlmGPAW"
_STRUCTURES = ("CONTCAR", "POSCAR")
_ALLOWED = "give a vasprun.xml, a DOSCAR or a .gpw file"


class UnconvergedDosWarning(UserWarning):
    """A density of states of a calculation that did not converge."""


def read_dos(path: str | Path, *, structure: str | Path | None = None) -> ProjectedDos:
    """Read the d states of every atom from a file.

    Parameters
    ----------
    path
        VASP's ``vasprun.xml`` or ``DOSCAR`` (LORBIT = 10, 11 or 12), either gzipped or not, or
        GPAW's ``.gpw``, for which GPAW must be installed.
    structure
        The structure of a DOSCAR; by default the CONTCAR or POSCAR beside it.

    Raises
    ------
    DescriptorError
        If the file cannot be read, is cut short, is none of these, or has no d states.

    Warns
    -----
    UnconvergedDosWarning
        If a vasprun.xml says that its calculation did not converge.
    """
    file = Path(path)
    content = _content(file)
    if content.startswith(_GPAW):
        from catml.descriptors.gpaw_dos import read_gpaw_dos

        _refuse_structure(file, structure)
        return read_gpaw_dos(file)
    if b"\0" in content:
        raise DescriptorError(f"{file} is a binary file of another kind; {_ALLOWED}")
    if content.lstrip().startswith(b"<"):
        _refuse_structure(file, structure)
        return _read_vasprun(file, content)
    return _read_doscar(file, content, structure)


def _refuse_structure(file: Path, structure: str | Path | None) -> None:
    if structure is not None:
        raise DescriptorError(
            f"{file} holds its own structure; leave {str(structure)!r} out, it goes with a DOSCAR"
        )


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as reason:
        raise DescriptorError(f"{file} cannot be read: {reason.strerror}; {_ALLOWED}") from None
    if content.startswith(_GZIP):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            raise DescriptorError(
                f"{file} is cut short or damaged: it does not unpack; copy it again"
            ) from None
    if not content.strip():
        raise DescriptorError(f"{file} is empty; {_ALLOWED}")
    return content


def _read_vasprun(file: Path, content: bytes) -> ProjectedDos:
    if b"<modeling" not in content[:2000]:
        raise DescriptorError(f"{file} is XML, but not VASP's vasprun.xml; {_ALLOWED}")
    if not content.rstrip().endswith(b"</modeling>"):
        raise DescriptorError(
            f"{file} is cut short: it does not end with </modeling>; let the calculation end, or "
            "copy it again"
        )
    run = _parsed(file, content)
    if not hasattr(run, "dos_has_errors"):
        raise DescriptorError(
            f"{file} has no density of states; calculate it with LORBIT = 11 and without NEDOS = 0"
        )
    if run.dos_has_errors:
        raise DescriptorError(
            f"{file} has a density of states that is damaged; calculate or copy it again"
        )
    if not run.pdos:
        raise DescriptorError(
            f"{file} has a total density of states but none of its atoms; it is written with "
            "LORBIT = 10, 11 or 12, calculate again so"
        )
    structure = run.final_structure
    if len(run.pdos) != len(structure):
        raise DescriptorError(
            f"{file} has densities of states of {len(run.pdos)} atoms, but {len(structure)} atoms; "
            "it is damaged"
        )
    return _of_file(
        file,
        run.tdos.energies,
        _vasprun_d_states(file, run),
        float(run.efermi),
        _as_atoms(structure),
    )


def _parsed(file: Path, content: bytes) -> Any:
    from pymatgen.io.vasp.outputs import Vasprun

    # pymatgen unpacks by the file's name, and names may lie.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "vasprun.xml"
        copy.write_bytes(content)
        try:
            with warnings.catch_warnings(record=True) as doubts:
                warnings.simplefilter("always")
                run = Vasprun(str(copy), parse_eigen=False, parse_potcar_file=False)
        except Exception as reason:  # pymatgen raises whatever its parser stumbles on
            raise DescriptorError(
                f"{file} is a damaged vasprun.xml: {type(reason).__name__} "
                f"({' '.join(str(reason).split())[:120]}); calculate or copy it again"
            ) from None
    if any(doubt.category.__name__ == "UnconvergedVASPWarning" for doubt in doubts):
        warnings.warn(
            f"{file} is of a calculation that did not converge", UnconvergedDosWarning, stacklevel=4
        )
    return run


def _vasprun_d_states(file: Path, run: Any) -> np.ndarray:
    from pymatgen.electronic_structure.core import OrbitalType, Spin

    # A non-collinear file lists the density first and then its magnetisation.
    noncollinear = bool(run.parameters.get("LNONCOLLINEAR"))
    polarized = len(run.tdos.densities) == 2 and not noncollinear
    spins = (Spin.up, Spin.down) if polarized else (Spin.up,)
    atoms = []
    for orbitals in run.pdos:
        d = [
            orbitals[orbital]
            for orbital in orbitals
            if getattr(orbital, "orbital_type", orbital) == OrbitalType.d
        ]
        if not d:
            raise DescriptorError(
                f"{file} has atoms without d orbitals; calculate with LORBIT = 11"
            )
        atoms.append([[states[spin] for states in d] for spin in spins])
    if len({np.shape(states) for states in atoms}) != 1:
        raise DescriptorError(
            f"{file} has atoms with different numbers of densities; it is damaged"
        )
    return np.array(atoms, dtype=float)


def _read_doscar(file: Path, content: bytes, structure: str | Path | None) -> ProjectedDos:
    found = parse_doscar(content.decode("utf-8", errors="replace"), source=str(file))
    atoms = _structure_of(file, structure)
    if atoms is not None and len(atoms) != len(found.d_states):
        raise DescriptorError(
            f"{file} has {len(found.d_states)} atoms, but {atoms.info['file']} has {len(atoms)}; "
            "they are of different calculations, put the right one beside it"
        )
    return _of_file(file, found.energy_ev, found.d_states, found.fermi_level_ev, atoms)


def _structure_of(file: Path, structure: str | Path | None) -> Atoms | None:
    """Return the structure given, or the one beside a DOSCAR; an empty CONTCAR is none."""
    if structure is not None:
        return _read_structure(Path(structure))
    name = file.name.removesuffix(".gz")
    for kind in _STRUCTURES:
        own = name.replace("DOSCAR", kind) if "DOSCAR" in name else kind
        for candidate in (own, f"{own}.gz", kind, f"{kind}.gz"):
            beside = file.with_name(candidate)
            if beside.is_file() and beside.stat().st_size:
                return _read_structure(beside)
    return None


def _read_structure(file: Path) -> Atoms:
    import io

    from ase.io import read

    try:
        text = _content(file).decode()
        atoms = read(io.StringIO(text), format="vasp")
    except DescriptorError:
        raise
    except Exception as reason:  # ASE raises whatever its parser stumbles on
        raise DescriptorError(
            f"{file} is no POSCAR that can be read: {type(reason).__name__} "
            f"({' '.join(str(reason).split())[:120]}); repair it, or move it away"
        ) from None
    atoms.info["file"] = str(file)
    return atoms


def _as_atoms(structure: Any) -> Atoms:
    from ase import Atoms

    return Atoms(
        [site.specie.symbol for site in structure],
        cell=structure.lattice.matrix,
        scaled_positions=structure.frac_coords,
        pbc=True,
    )


def _of_file(
    file: Path, energy_ev: Any, d_states: Any, fermi_level_ev: float, atoms: Atoms | None
) -> ProjectedDos:
    from dataclasses import replace

    try:
        dos = dos_from_arrays(energy_ev, d_states, fermi_level_ev=fermi_level_ev, atoms=atoms)
    except DescriptorError as problem:
        raise DescriptorError(str(problem).replace("arrays", str(file), 1)) from None
    return replace(dos, source=str(file))
