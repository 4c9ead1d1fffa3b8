"""Densities of states from GPAW's .gpw files; GPAW itself reads them and must be installed.

The d states are the weights of the bound d partial waves inside the PAW spheres, broadened by
Gaussians (https://gpaw.readthedocs.io, `gpaw.dos`).
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.dos import ProjectedDos, dos_from_arrays
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

_BROADENING_EV = 0.1
_SPACING_EV = 0.02
_MARGIN_EV = 1.0
# The potential of a vacuum is level: a plane this far from all atoms, and little change around it.
_FAR_ANG = 3.0
_LEVEL_EV = 0.05


def read_gpaw_dos(path: str | Path) -> ProjectedDos:
    """Read the d states of every atom from a .gpw file.

    Parameters
    ----------
    path
        As `GPAW.write` leaves it.

    Returns
    -------
    ProjectedDos
        On a grid of 0.02 eV over all its bands, with the work function where the cell has a vacuum
        along its third axis (of the top side where that is not periodic).

    Raises
    ------
    DescriptorError
        If GPAW is not installed, or cannot read the file.
    """
    try:
        from gpaw import GPAW
        from gpaw.dos import DOSCalculator
    except ImportError:
        raise DescriptorError(
            f"{path} is a file of GPAW, which is not installed; install it (pip install gpaw), or "
            "give a vasprun.xml or DOSCAR"
        ) from None
    try:
        run = GPAW(str(path), txt=None)
        dos = DOSCalculator.from_calculator(run)
        atoms = run.get_atoms()
        atoms.calc = None
        energy = np.arange(
            dos.eig_skn.min() - _MARGIN_EV, dos.eig_skn.max() + _MARGIN_EV, _SPACING_EV
        )
        states = [_d_states(dos, energy, atom) for atom in range(len(atoms))]
        fermi_level_ev = float(run.get_fermi_level())
        vacuum_ev = _vacuum_level_ev(atoms, run)
    except Exception as reason:  # GPAW raises whatever it stumbles on
        raise DescriptorError(
            f"{path} cannot be read by GPAW: {type(reason).__name__} "
            f"({' '.join(str(reason).split())[:120]}); write or copy it again"
        ) from None
    found = dos_from_arrays(
        energy,
        states,
        atoms=atoms,
        work_function_ev=None if vacuum_ev is None else vacuum_ev - fermi_level_ev,
    )
    return replace(found, source=str(path), fermi_level_ev=fermi_level_ev)


def _d_states(dos: Any, energy: NDArray[np.float64], atom: int) -> NDArray[np.float64]:
    """Return the d states of an atom, shape (spins, 5, n)."""
    spins = [None] if len(dos.eig_skn) == 1 else [0, 1]
    return np.array(
        [
            [
                dos.raw_pdos(energy, atom, 2, m=m, spin=spin, width=_BROADENING_EV) + 0 * energy
                for m in range(5)
            ]
            for spin in spins
        ]
    )


def _vacuum_level_ev(atoms: "Atoms", run: Any) -> float | None:
    """Return the potential of the vacuum along the third axis, or None where there is none."""
    potential = np.asarray(run.get_electrostatic_potential()).mean(axis=(0, 1))
    length = float(atoms.cell.lengths()[2])
    n = len(potential)
    # Without periodicity GPAW's grid leaves out the planes at the boundary, of potential 0.
    heights = np.arange(n) / n if atoms.pbc[2] else np.arange(1, n + 1) / (n + 1)
    away = heights[:, None] - atoms.get_scaled_positions(wrap=False)[None, :, 2]
    if atoms.pbc[2]:
        distance = np.abs(away - np.round(away)).min(axis=1) * length
    else:
        distance = away.min(axis=1) * length
    plane = int(np.argmax(distance))
    if distance[plane] < _FAR_ANG:
        return None
    near = potential[np.abs(heights - heights[plane]) * length < 0.5]
    return float(potential[plane]) if np.ptp(near) < _LEVEL_EV else None
