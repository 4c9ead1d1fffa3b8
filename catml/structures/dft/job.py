"""A slab relaxation to be computed by any density-functional code: what all input files share.

The numbers are the usual ones of adsorption studies on metals, meant as a sound start: a plane-wave
cutoff of 450 eV, forces below 0.02 eV/Å, and k-points at least as dense as the converged
4 × 4 × 1 of a 3 × 3 cell of fcc(111). Converge them for the system at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from catml.errors import SurfaceError

if TYPE_CHECKING:
    from ase import Atoms

DftFunctional = Literal["BEEF-vdW", "PBE", "RPBE"]
FUNCTIONALS: tuple[DftFunctional, ...] = get_args(DftFunctional)

KPOINT_LENGTH_ANG = 30.0
CUTOFF_EV = 450.0
FORCE_EV_PER_ANG = 0.02
SMEARING_EV = 0.1

_LEAST_VACUUM_ANG = 6.0
# Where the moments start: above those of the bulk metals, so that they do not fall to zero.
_MOMENT_SCALE = 1.5


@dataclass(frozen=True, eq=False)
class DftJob:
    """One relaxation of a slab, with or without an adsorbate.

    Attributes
    ----------
    atoms : ase.Atoms
        Sorted by element; first cell vector along x, third along z, vacuum along the third;
        periodic in the plane only. Constraints as they were, starting moments where an element
        is ferromagnetic.
    functional : str
        One of `FUNCTIONALS`.
    title : str
        One line that says what it is.
    kpoints : (int, int, int)
        Γ-centred grid, 1 along the normal.
    metallic : bool
        Whether the slab, adsorbates left out, is of metals only: then Methfessel-Paxton smearing
        of the electrons fits, else Gaussian, for the slab may have a gap.
    """

    atoms: Atoms
    functional: DftFunctional
    title: str
    kpoints: tuple[int, int, int]
    metallic: bool

    @property
    def symbols(self) -> tuple[str, ...]:
        """The elements, in their order."""
        return tuple(dict.fromkeys(self.atoms.get_chemical_symbols()))

    @property
    def magnetic(self) -> bool:
        """Whether any atom starts with a magnetic moment."""
        return bool(self.atoms.get_initial_magnetic_moments().any())

    @property
    def slab_middle(self) -> float:
        """Middle between the lowest and the highest atom, as a fraction of the third vector."""
        heights = self.atoms.positions[:, 2]
        return float((heights.min() + heights.max()) / 2 / self.atoms.cell[2, 2])

    @property
    def vacuum_middle(self) -> float:
        """Middle of the vacuum, as a fraction of the third vector."""
        return (self.slab_middle + 0.5) % 1.0


def dft_job(
    atoms: Atoms,
    *,
    functional: str,
    title: str = "",
    kpoint_length_ang: float = KPOINT_LENGTH_ANG,
) -> DftJob:
    """Make a job of a slab.

    Parameters
    ----------
    atoms
        The slab, with whatever is adsorbed.
    functional
        One of `FUNCTIONALS`.
    title
        One line; by default the formula.
    kpoint_length_ang
        Density of the k-points, see `kpoint_grid`.

    Raises
    ------
    SurfaceError
        If `atoms` is not a slab or has less than 6 Å of vacuum, or the functional is none of
        those known.
    """
    from ase.build import sort

    from catml.structures.bulk.prototypes import metals
    from catml.structures.placing.placed import without_adsorbates

    if functional not in FUNCTIONALS:
        raise SurfaceError(
            f"no input files can be written for the functional {functional!r}; known are "
            f"{', '.join(FUNCTIONALS)}"
        )
    prepared = sort(_upright(atoms))
    if not prepared.get_initial_magnetic_moments().any():
        prepared.set_initial_magnetic_moments(_starting_moments(prepared))
    return DftJob(
        atoms=prepared,
        functional=functional,
        title=" ".join(title.split()) or prepared.get_chemical_formula(),
        kpoints=kpoint_grid(prepared, length_ang=kpoint_length_ang),
        metallic=metals().issuperset(without_adsorbates(atoms).get_chemical_symbols()),
    )


def kpoint_grid(atoms: Atoms, *, length_ang: float = KPOINT_LENGTH_ANG) -> tuple[int, int, int]:
    """Return how many k-points a slab needs along its cell vectors.

    Parameters
    ----------
    atoms
        The slab, vacuum along the third cell vector.
    length_ang
        The number along a reciprocal vector **b** (without 2π) is the nearest whole number to
        length × |b|, as VASP's automatic grids count.

    Raises
    ------
    SurfaceError
        If the length is not positive.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> kpoint_grid(Surface("Pt(111)").slab(size=(3, 3)))
    (4, 4, 1)
    >>> kpoint_grid(Surface("Pt(111)").slab())
    (12, 12, 1)
    """
    if not np.isfinite(length_ang) or length_ang <= 0:
        raise SurfaceError(
            f"a k-point length of {length_ang!r} Å cannot be used; give a positive number, "
            f"{KPOINT_LENGTH_ANG:g} by default"
        )
    lengths = np.linalg.norm(atoms.cell.reciprocal().array[:2], axis=1)
    first, second = (max(1, int(length_ang * length + 0.5)) for length in lengths)
    return first, second, 1


def _upright(atoms: Atoms) -> Atoms:
    """A copy turned so that the normal is z, the third cell vector along it, in one piece."""
    from catml.structures.finding.flat_slabs import flat_slab

    flat = flat_slab(atoms)
    height = abs(float(atoms.cell.array[2] @ flat.frame[2]))
    positions = flat.positions.copy()
    thickness = float(np.ptp(positions[:, 2]))
    if height - thickness < _LEAST_VACUUM_ANG:
        raise SurfaceError(
            f"{atoms.get_chemical_formula()} has {height - thickness:.1f} Å of vacuum, but needs "
            f"at least {_LEAST_VACUUM_ANG:g} Å for a calculation; build it with more vacuum"
        )
    upright = atoms.copy()
    upright.calc = None
    cell = np.zeros((3, 3))
    cell[:2, :2] = flat.cell
    cell[2, 2] = height
    upright.set_cell(cell)
    upright.pbc = (True, True, False)
    if positions[:, 2].min() < 0 or positions[:, 2].max() > height:
        positions[:, 2] += (height - thickness) / 2 - positions[:, 2].min()
    upright.set_positions(positions, apply_constraint=False)
    return upright


def _starting_moments(atoms: Atoms) -> np.ndarray:
    """Starting moments in Bohr magnetons, shape (n,), from those of the bulk that ASE holds."""
    from ase.data import reference_states

    states = [reference_states[number] or {} for number in atoms.numbers]
    bulk = [state.get("magmom_per_atom", 0.0) for state in states]
    return np.round(_MOMENT_SCALE * np.array(bulk), 1)
