"""Densities of states calculated with GPAW, an optional component.

GPAW 25.7 (J. J. Mortensen et al., J. Chem. Phys. 160, 092503 (2024), doi:10.1063/5.0182685) goes in
with ``pip install 'catml[gpaw]'``, which compiles it: it needs a C compiler and the headers of
libxc, BLAS and MPI, on Debian and Ubuntu ``apt install libxc-dev libopenblas-dev libopenmpi-dev``.
Its PAW setups come with it. It runs on one core; MPI is not needed.
"""

import os
from math import isfinite, pi
from typing import TYPE_CHECKING, Any

from catml.descriptors.calculating.progress import EngineRun
from catml.descriptors.calculating.settings import DosSettings
from catml.descriptors.calculating.slab_boxes import kpoint_mesh
from catml.descriptors.dos import ProjectedDos
from catml.descriptors.dos_selection import D_METALS
from catml.descriptors.reading.gpaw_dos import dos_of_gpaw
from catml.errors import CatmlError, DescriptorError, in_one_line
from catml.structures.layers import slab_ends

if TYPE_CHECKING:
    from ase import Atoms

HOW_TO_INSTALL = (
    "install the headers it is compiled with (Debian, Ubuntu: apt install libxc-dev "
    "libopenblas-dev libopenmpi-dev), then pip install 'catml[gpaw]'"
)

# The density of both spins is mixed together, and long waves damped twice as much as by default:
# Fe(110), Co(111) and Ni(111) converge in 20 to 30 iterations; with the default Co(111) does not in
# 150, and Ni(111) takes 64. The moments of soft magnets also need a density three times as exact;
# with ten times Fe(110) at the standard preset does not get there.
_MIXER_WITH_SPIN = {
    "backend": "pulay",
    "method": "sum",
    "beta": 0.05,
    "nmaxold": 8,
    "weight": 100.0,
}
_CONVERGENCE_WITH_SPIN = {"density": 3e-5}
_RESTART = "restart.gpw"
_LOG = "gpaw.txt"
_ITERATIONS_BETWEEN_RESTART_FILES = 3
# With the wave functions a calculation near its end goes on in fewer iterations than with the
# density alone. Earlier the density they add up to is worse than the mixed one: Cu(111) stopped
# every few iterations moved away from its result.
_MOST_WAVE_FUNCTIONS_BYTES = 2e8
_MOST_DENSITY_CHANGE = 1e-3

# Of `estimated_seconds`: fitted to slabs of ten metals with 4 and 5 layers, which took 0.6 to 2
# times as long on a core of their own.
_SECONDS = 1.5e-8
_ITERATIONS, _ITERATIONS_WITH_SPIN = 20, 50
_VALENCE_OF_METALS, _VALENCE_OF_OTHERS = 14, 5
_PER_ANG2_EV = 0.26246843  # 2m/ħ²


def gpaw_version() -> str:
    """Return what GPAW's results depend on: its version and that of its setups.

    Raises
    ------
    DescriptorError
        If GPAW is not installed.
    """
    from importlib.metadata import PackageNotFoundError, version

    gpaw = _import_gpaw()
    try:
        setups = version("gpaw-data")
    except PackageNotFoundError:
        setups = "unknown"
    return f"{gpaw.__version__} with setups {setups}"


def calculate_with_gpaw(atoms: "Atoms", settings: DosSettings, run: EngineRun) -> ProjectedDos:
    """Calculate the d states of a slab in plane waves; see `catml.descriptors.dos_engines`.

    1. Start from the restart file in the run's folder, where there is one that can be read.
    2. Iterate to self-consistency, writing that file every few iterations.
    3. Project on the d partial waves (`catml.descriptors.reading.gpaw_dos`).

    A slab with two different sides gets a dipole layer in the vacuum, so that each side has its own
    vacuum level; the work function is then that of the top side.

    Raises
    ------
    DescriptorError
        If GPAW is not installed or refuses the input, or self-consistency is not reached.
    """
    gpaw = _import_gpaw()
    try:
        slab = _slab_with_calculator(gpaw, atoms, settings, run)
        slab.calc.attach(_Watch(slab.calc, run), 1)
        slab.get_potential_energy()
        return dos_of_gpaw(slab.calc, source=run.name)
    except CatmlError:
        raise
    except gpaw.KohnShamConvergenceError:
        raise DescriptorError(
            f"{run.name}: the density did not become self-consistent in {settings.max_iterations} "
            f"iterations. Ask again to go on from where it stopped, or try a broader smearing "
            "(smearing_ev 0.2), more k-points (kpoint_density_ang) or a thinner slab; GPAW's log "
            f"is {str(run.folder / _LOG)!r}"
        ) from None
    except FileNotFoundError as reason:
        elements = ", ".join(dict.fromkeys(atoms.get_chemical_symbols()))
        raise DescriptorError(
            f"{run.name}: GPAW has no {settings.functional} setup of one of its elements, "
            f"{elements} ({in_one_line(reason, most=60)}…); choose other elements, or name "
            "the folder of your own setups in GPAW_SETUP_PATH"
        ) from None
    except MemoryError:
        raise DescriptorError(
            f"{run.name}: there is not enough memory; choose a smaller slab or a coarser preset"
        ) from None
    except Exception as reason:  # GPAW raises whatever it stumbles on
        raise DescriptorError(
            f"{run.name}: GPAW cannot calculate it: {type(reason).__name__} "
            f"({in_one_line(reason, most=160)}); its log is {str(run.folder / _LOG)!r}"
        ) from None


def estimated_seconds(atoms: "Atoms", settings: DosSettings) -> float:
    """Return about how long the calculation of a slab takes on one core, in seconds.

    The time goes with k-points distinct by symmetry, spins, the square of the bands, plane waves
    and iterations.
    """
    import spglib

    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    found = spglib.get_ir_reciprocal_mesh(kpoint_mesh(atoms, settings), cell, symprec=1e-4)
    n_kpoints = len(set(found[0].tolist()))
    in_metals = sum(number in D_METALS for number in atoms.numbers.tolist())
    electrons = _VALENCE_OF_METALS * in_metals + _VALENCE_OF_OTHERS * (len(atoms) - in_metals)
    bands = settings.bands_percent / 100 * electrons / 2
    waves = atoms.get_volume() * (_PER_ANG2_EV * settings.cutoff_ev) ** 1.5 / (6 * pi**2)
    spins, iterations = 1, _ITERATIONS
    if atoms.get_initial_magnetic_moments().any():
        spins, iterations = 2, _ITERATIONS_WITH_SPIN
    return float(_SECONDS * n_kpoints * spins * bands**2 * waves * iterations)


def _import_gpaw() -> Any:
    try:
        import gpaw
    except ModuleNotFoundError:
        raise DescriptorError(f"GPAW is not installed; {HOW_TO_INSTALL}") from None
    except ImportError as reason:
        raise DescriptorError(
            f"GPAW cannot be loaded ({in_one_line(reason)}); {HOW_TO_INSTALL}"
        ) from None
    return gpaw


def _slab_with_calculator(
    gpaw: Any, atoms: "Atoms", settings: DosSettings, run: EngineRun
) -> "Atoms":
    """Return the slab and its calculator, from the restart file where there is one."""
    restart = run.folder / _RESTART
    if restart.is_file():
        try:
            calculator = gpaw.GPAW(str(restart), txt=str(run.folder / _LOG))
            run.progress.note(f"{run.name}: goes on where it was stopped")
            return calculator.get_atoms()
        except Exception:  # GPAW raises whatever it stumbles on
            run.progress.note(f"{run.name}: its restart file cannot be read, so it starts again")
            restart.unlink()
    slab = atoms.copy()
    is_symmetric = slab_ends(atoms).symmetric
    # Plane waves are periodic anyway; GPAW's dipole layer wants to hear that the slab is not.
    slab.pbc = (True, True, is_symmetric)
    spins = bool(atoms.get_initial_magnetic_moments().any())
    slab.calc = gpaw.GPAW(
        mode=gpaw.PW(settings.cutoff_ev),
        xc=settings.functional,
        kpts={"size": kpoint_mesh(atoms, settings), "gamma": True},
        occupations=gpaw.FermiDirac(settings.smearing_ev),
        spinpol=spins,
        nbands=f"{settings.bands_percent}%",
        maxiter=settings.max_iterations,
        mixer=_MIXER_WITH_SPIN if spins else None,
        convergence=_CONVERGENCE_WITH_SPIN if spins else {},
        poissonsolver={} if is_symmetric else {"dipolelayer": "xy"},
        txt=str(run.folder / _LOG),
    )
    return slab


class _Watch:
    """Called after every iteration: tells of it, and writes the restart file now and then."""

    def __init__(self, calculator: Any, run: EngineRun) -> None:
        self.calculator = calculator
        self.run = run
        self._energy_ev: float | None = None

    def __call__(self) -> None:
        from ase.units import Hartree

        calculator = self.calculator
        iteration = int(calculator.scf.niter)
        energy_ev = float(calculator.hamiltonian.e_total_extrapolated) * Hartree
        change = None if self._energy_ev is None else energy_ev - self._energy_ev
        self._energy_ev = energy_ev
        error = float(calculator.density.error) / calculator.wfs.nvalence
        self.run.step(
            iteration,
            energy_change_ev=change,
            density_change=error if isfinite(error) else None,
        )
        if iteration % _ITERATIONS_BETWEEN_RESTART_FILES == 0:
            final = self.run.folder / _RESTART
            unfinished = final.with_suffix(".partial")
            waves = calculator.wfs
            size = 16 * len(waves.kpt_u) * waves.bd.nbands * waves.pd.ngmax
            useful = size < _MOST_WAVE_FUNCTIONS_BYTES and error < _MOST_DENSITY_CHANGE
            calculator.write(str(unfinished), mode="all" if useful else "")
            os.replace(unfinished, final)
