"""VASP's vasprun.xml: the d states of every atom, read by pymatgen."""

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.reading.file_content import DosFileWarning
from catml.errors import DescriptorError, in_one_line

if TYPE_CHECKING:
    from ase import Atoms

_WITH_LORBIT = "it is written with LORBIT = 10, 11 or 12, calculate again so"


class UnconvergedDosWarning(DosFileWarning):
    """A density of states of a calculation that did not converge."""


class Vasprun(NamedTuple):
    """What a vasprun.xml holds: energies in eV on its own scale, shape (n,), and d states.

    The d states have the shape (atoms, spins, orbitals, n); of a non-collinear calculation they are
    the density, one spin.
    """

    energy_ev: NDArray[np.float64]
    d_states: NDArray[np.float64]
    fermi_level_ev: float
    atoms: "Atoms"


def parse_vasprun(content: bytes, *, source: str) -> Vasprun:
    """Read the content of a vasprun.xml.

    Parameters
    ----------
    content
        Of the file, unpacked.
    source
        Its name, for messages.

    Raises
    ------
    DescriptorError
        If the content is no vasprun.xml, is cut short or damaged, or has no d states of atoms.

    Warns
    -----
    UnconvergedDosWarning
        If it says that its calculation did not converge.
    """
    if b"<modeling" not in content[:2000]:
        raise DescriptorError(
            f"{source} is XML, but not VASP's vasprun.xml; give a vasprun.xml or DOSCAR"
        )
    if not content.rstrip().endswith(b"</modeling>"):
        raise DescriptorError(
            f"{source} is cut short: it does not end with </modeling>; let the calculation end, or "
            "copy it again"
        )
    run = _parsed(content, source)
    if not hasattr(run, "dos_has_errors"):
        raise DescriptorError(
            f"{source} has no density of states; calculate it with LORBIT = 11 and without NEDOS = "
            "0 (one of phonons is none)"
        )
    if run.dos_has_errors:
        raise DescriptorError(
            f"{source} has a density of states that is damaged; calculate or copy it again"
        )
    if not run.pdos:
        raise DescriptorError(
            f"{source} has a total density of states but none of its atoms; {_WITH_LORBIT}"
        )
    structure = run.final_structure
    if len(run.pdos) != len(structure):
        raise DescriptorError(
            f"{source} has densities of states of {len(run.pdos)} atoms, but {len(structure)} "
            "atoms; it is damaged"
        )
    try:
        return Vasprun(
            np.asarray(run.tdos.energies, dtype=float),
            _d_states(run, source),
            float(run.efermi),
            as_atoms(structure),
        )
    except (AttributeError, TypeError, ValueError) as reason:
        raise _damaged(source, reason) from None


def as_atoms(structure: Any) -> "Atoms":
    """Return a pymatgen structure as ASE's atoms, in the same order."""
    from ase import Atoms

    return Atoms(
        [site.specie.symbol for site in structure],
        cell=structure.lattice.matrix,
        scaled_positions=structure.frac_coords,
        pbc=True,
    )


def _parsed(content: bytes, source: str) -> Any:
    from pymatgen.io.vasp.outputs import Vasprun as PymatgenVasprun

    # pymatgen unpacks by the file's name, and names may lie.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "vasprun.xml"
        copy.write_bytes(content)
        try:
            with warnings.catch_warnings(record=True) as doubts:
                warnings.simplefilter("always")
                run = PymatgenVasprun(str(copy), parse_eigen=False, parse_potcar_file=False)
        except Exception as reason:  # pymatgen raises whatever its parser stumbles on
            raise _damaged(source, reason) from None
    if any(doubt.category.__name__ == "UnconvergedVASPWarning" for doubt in doubts):
        warnings.warn(
            f"{source} is of a calculation that did not converge",
            UnconvergedDosWarning,
            stacklevel=5,
        )
    return run


def _damaged(source: str, reason: Exception) -> DescriptorError:
    return DescriptorError(
        f"{source} is a damaged vasprun.xml: {type(reason).__name__} "
        f"({in_one_line(reason)}); calculate or copy it again"
    )


def _d_states(run: Any, source: str) -> NDArray[np.float64]:
    from pymatgen.electronic_structure.core import OrbitalType, Spin

    # A non-collinear file lists the density first and then its magnetisation.
    noncollinear = bool(run.parameters.get("LNONCOLLINEAR"))
    polarized = len(run.tdos.densities) == 2 and not noncollinear
    spins = (Spin.up, Spin.down) if polarized else (Spin.up,)
    atoms = []
    for orbitals in run.pdos:
        d = [
            states
            for orbital, states in orbitals.items()
            if getattr(orbital, "orbital_type", orbital) == OrbitalType.d
        ]
        if not d or any(spin not in states for states in d for spin in spins):
            raise DescriptorError(
                f"{source} has atoms without d orbitals of every spin; calculate with LORBIT = 11"
            )
        atoms.append([[states[spin] for states in d] for spin in spins])
    if len({np.shape(states) for states in atoms}) != 1:
        raise DescriptorError(
            f"{source} has atoms with different numbers of densities; it is damaged"
        )
    return np.array(atoms, dtype=float)
