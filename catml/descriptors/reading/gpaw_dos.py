"""Densities of states from GPAW's .gpw files; GPAW itself reads them and must be installed.

The d states are the weights of the bound d partial waves inside the PAW spheres, broadened by
Gaussians (https://gpaw.readthedocs.io, `gpaw.dos`).
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.dos import ProjectedDos, dos_from_arrays, with_vacuum
from catml.descriptors.reading.vacuum_level import vacuum_levels
from catml.errors import DescriptorError, in_one_line

BROADENING_EV = 0.1
"""Width of the Gaussian that each state becomes."""
_SPACING_EV = 0.02
_MARGIN_EV = 1.0
# Below the lowest band there is nothing, and windows that reach there may say so.
_LOWEST_EV = -15.0


def read_gpaw_dos(path: str | Path, *, fermi_level_ev: float | None = None) -> ProjectedDos:
    """Read the d states of every atom from a .gpw file.

    Parameters
    ----------
    path
        As `GPAW.write` leaves it.
    fermi_level_ev
        To be taken instead of the file's, on the file's own scale.

    Returns
    -------
    ProjectedDos
        As `dos_of_gpaw` returns it.

    Raises
    ------
    DescriptorError
        If GPAW is not installed, or cannot read the file, or the Fermi level given lies outside
        its energies.
    """
    try:
        from gpaw import GPAW
    except ImportError:
        raise DescriptorError(
            f"{path} is a file of GPAW, which is not installed; install it (pip install "
            "'catml[gpaw]'), or give a vasprun.xml or DOSCAR"
        ) from None
    try:
        run = GPAW(str(path), txt=None)
        return dos_of_gpaw(run, source=str(path), fermi_level_ev=fermi_level_ev)
    except DescriptorError:
        raise
    except Exception as reason:  # GPAW raises whatever it stumbles on
        raise DescriptorError(
            f"{path} cannot be read by GPAW: {type(reason).__name__} "
            f"({in_one_line(reason)}); write or copy it again"
        ) from None


def dos_of_gpaw(run: Any, *, source: str, fermi_level_ev: float | None = None) -> ProjectedDos:
    """Return the d states of every atom of a finished calculation.

    Parameters
    ----------
    run
        A converged `gpaw.GPAW`.
    source
        What messages call it.
    fermi_level_ev
        To be taken instead of its own.

    Returns
    -------
    ProjectedDos
        On a grid of 0.02 eV from below -15 eV to above all its bands, with the work functions of
        both sides of a slab whose vacuum is level.

    Raises
    ------
    DescriptorError
        If the Fermi level given lies outside the energies.
    Exception
        Whatever GPAW stumbles on.
    """
    from gpaw.dos import DOSCalculator

    dos = DOSCalculator.from_calculator(run)
    atoms = run.get_atoms()
    atoms.calc = None
    lowest_ev = min(dos.eig_skn.min() - _MARGIN_EV, _LOWEST_EV)
    energy = np.arange(lowest_ev, dos.eig_skn.max() + _MARGIN_EV, _SPACING_EV)
    states = [_d_states(dos, energy, atom) for atom in range(len(atoms))]
    own_ev = float(run.get_fermi_level())
    vacuum = vacuum_levels(atoms, run.get_electrostatic_potential(), ends_left_out=True)
    taken_ev = own_ev if fermi_level_ev is None else fermi_level_ev
    # GPAW's energies are relative to its own Fermi level.
    found = dos_from_arrays(
        energy + own_ev, states, atoms=atoms, fermi_level_ev=taken_ev, source=source
    )
    return found if vacuum is None else with_vacuum(found, vacuum, source=source)


def _d_states(dos: Any, energy: NDArray[np.float64], atom: int) -> NDArray[np.float64]:
    """Return the d states of an atom, shape (spins, 5, n)."""
    spins = [None] if len(dos.eig_skn) == 1 else [0, 1]
    return np.array(
        [
            [
                dos.raw_pdos(energy, atom, 2, m=m, spin=spin, width=BROADENING_EV) + 0 * energy
                for m in range(5)
            ]
            for spin in spins
        ]
    )
