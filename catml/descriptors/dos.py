"""A density of states projected on the d orbitals of each atom, relative to the Fermi level."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catml.descriptors.reading.vacuum_level import VacuumLevels
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

Spin = Literal["both", "up", "down"]

UNKNOWN_ELEMENT = "X"
"""The element of atoms that no structure names."""


@dataclass(frozen=True, eq=False)
class ProjectedDos:
    """The d states of every atom.

    Attributes
    ----------
    energy_ev : ndarray, shape (n,)
        Increasing energies relative to the Fermi level.
    d_states : ndarray, shape (atoms, spins, orbitals, n)
        Densities in states per eV; one spin or two (up, down), five d orbitals or their sum.
    symbols : tuple of str
        Element of each atom; ``"X"`` where no structure says.
    fermi_level_ev : float
        The Fermi level on the file's own energy scale.
    atoms : ase.Atoms or None
        The structure, where it is known.
    source : str
        The file, for messages and tables.
    work_function_ev, lower_work_function_ev : float or None
        Of the upper and the lower side of a slab, where a file has it.
    work_function_source : str or None
        That file.

    Raises
    ------
    DescriptorError
        If the arrays do not fit together, energies do not increase, or the Fermi level lies
        outside them.
    """

    energy_ev: NDArray[np.float64]
    d_states: NDArray[np.float64]
    symbols: tuple[str, ...]
    fermi_level_ev: float = 0.0
    atoms: "Atoms | None" = None
    source: str = "arrays"
    work_function_ev: float | None = None
    lower_work_function_ev: float | None = None
    work_function_source: str | None = None

    def __post_init__(self) -> None:
        energy, states = self.energy_ev, self.d_states
        if (
            energy.ndim != 1
            or states.ndim != 4
            or states.shape[0] != len(self.symbols)
            or states.shape[1] not in (1, 2)
            or states.shape[3] != energy.size
        ):
            raise DescriptorError(
                f"{self.source}: energies of shape {energy.shape}, d states of shape "
                f"{states.shape} and {len(self.symbols)} atoms do not fit; give n energies and "
                "atoms × spins (1 or 2) × orbitals × n densities"
            )
        if not (np.isfinite(energy).all() and np.isfinite(states).all()):
            raise DescriptorError(
                f"{self.source}: the density of states holds numbers that are not finite; "
                "calculate or write it again"
            )
        if energy.size < 3 or not (np.diff(energy) > 0).all():
            raise DescriptorError(
                f"{self.source}: the {energy.size} energies do not increase; at least 3 increasing "
                "ones are needed"
            )
        if not energy[0] < 0 <= energy[-1]:
            low, high = energy[[0, -1]] + self.fermi_level_ev
            raise DescriptorError(
                f"{self.source}: the Fermi level, {self.fermi_level_ev:g} eV, lies outside the "
                f"energies of the density of states, {low:g} to {high:g} eV; calculate it on a "
                "range that holds the Fermi level, or give the right one (--fermi-level)"
            )

    @property
    def is_spin_polarized(self) -> bool:
        """Whether spin up and spin down are told apart."""
        return self.d_states.shape[1] == 2

    @property
    def spins(self) -> tuple[Spin, ...]:
        """``("both",)``, with ``"up"`` and ``"down"`` where spins are told apart."""
        return ("both", "up", "down") if self.is_spin_polarized else ("both",)

    def states(self, atoms: Sequence[int], spin: Spin = "both") -> NDArray[np.float64]:
        """Return the d states of some atoms together, shape (n,), in states per eV."""
        orbitals = self.d_states[list(atoms)].sum(axis=(0, 2))
        return orbitals.sum(axis=0) if spin == "both" else orbitals[("up", "down").index(spin)]


def dos_from_arrays(
    energy_ev: ArrayLike,
    d_states: ArrayLike,
    *,
    symbols: Sequence[str] | None = None,
    fermi_level_ev: float = 0.0,
    atoms: "Atoms | None" = None,
    source: str = "arrays",
    work_function_ev: float | None = None,
) -> ProjectedDos:
    """Wrap plain arrays.

    Parameters
    ----------
    energy_ev : array_like, shape (n,)
        Energies in eV, on any scale.
    d_states : array_like, shape (n,), (atoms, n), (atoms, spins, n) or (atoms, spins, orbitals, n)
        Densities of the d states in states per eV.
    symbols
        Elements; by default those of `atoms`.
    fermi_level_ev
        The Fermi level on the scale of `energy_ev`.
    atoms
        The structure, needed for layers and sites.
    source
        What messages call them.
    work_function_ev
        Carried along.

    Raises
    ------
    DescriptorError
        As for `ProjectedDos`.

    Examples
    --------
    >>> import numpy as np
    >>> energy = np.linspace(-8, 6, 1401)
    >>> dos_from_arrays(energy, np.exp(-((energy + 2) ** 2)), symbols=["Cu"]).spins
    ('both',)
    """
    energy, states = np.asarray(energy_ev, dtype=float), np.asarray(d_states, dtype=float)
    if states.ndim == 1:
        states = states[None]
    if states.ndim == 2:
        states = states[:, None]
    if states.ndim == 3:
        states = states[:, :, None]
    if symbols is None:
        unnamed = [UNKNOWN_ELEMENT] * len(states)
        symbols = unnamed if atoms is None else atoms.get_chemical_symbols()
    return ProjectedDos(
        energy_ev=energy - fermi_level_ev,
        d_states=states,
        symbols=tuple(symbols),
        fermi_level_ev=fermi_level_ev,
        atoms=atoms,
        source=source,
        work_function_ev=work_function_ev,
    )


def with_vacuum(dos: ProjectedDos, levels: VacuumLevels, *, source: str) -> ProjectedDos:
    """Return a density of states with the work functions of both sides of its slab.

    Parameters
    ----------
    dos
        Whose Fermi level they refer to.
    levels
        Of the vacuum, on the scale of that Fermi level.
    source
        The file the levels come from.
    """
    return replace(
        dos,
        work_function_ev=levels.upper_ev - dos.fermi_level_ev,
        lower_work_function_ev=levels.lower_ev - dos.fermi_level_ev,
        work_function_source=source,
    )
