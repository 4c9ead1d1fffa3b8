"""The input file of Quantum ESPRESSO's pw.x for a slab relaxation."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from catml.structures.dft.job import CUTOFF_EV, FORCE_EV_PER_ANG, SMEARING_EV, DftJob

# Names that pw.x knows (Modules/funct.f90).
_NAMES: Mapping[str, str] = {"PBE": "PBE", "RPBE": "RPBE", "BEEF-vdW": "BEEF-VDW"}
# Cutoff of the density over that of the wavefunctions; ultrasoft potentials need 8 to 12.
_DENSITY_CUTOFF = 10.0
# The sawtooth of the dipole correction falls within this fraction of the cell.
_FALL = 0.05
# Starting moments in Bohr magnetons, over the share of the valence electrons that pw.x asks for.
_MOMENT_TO_FRACTION = 10.0
# Releases of pw.x stumble over namelists of later ones.
_EMPTY_NAMELIST = re.compile(r"^&\w+\n/\n", flags=re.MULTILINE)


def espresso_files(job: DftJob) -> dict[str, str]:
    """Return the input file of pw.x by name: ``relax.in``.

    Pseudopotentials bear placeholder names, ``Cu.UPF`` for copper, to be found in ``./pseudo``.
    Atoms that are held have ``0 0 0`` behind their position.
    """
    return {"relax.in": _header(job) + _namelists_and_cards(job)}


def _header(job: DftJob) -> str:
    names = ", ".join(f"{symbol}.UPF" for symbol in job.symbols)
    return (
        f"! {job.title}\n"
        "! A sound start for a slab relaxation; converge ecutwfc, ecutrho and K_POINTS.\n"
        f"! Pseudopotentials are placeholders: put PBE ones into ./pseudo as {names}.\n"
        "! Run: pw.x -in relax.in > relax.out\n"
    )


def _namelists_and_cards(job: DftJob) -> str:
    from ase.io.espresso import write_espresso_in

    buffer = io.StringIO()
    atoms = job.atoms.copy()
    atoms.info = {}
    write_espresso_in(
        buffer,
        atoms,
        input_data=_namelists(job),
        pseudopotentials={symbol: f"{symbol}.UPF" for symbol in job.symbols},
        kpts=job.kpoints,
        koffset=(0, 0, 0),
        rescale_magmom_fac=_MOMENT_TO_FRACTION,
    )
    return _EMPTY_NAMELIST.sub("", buffer.getvalue())


def _namelists(job: DftJob) -> dict[str, dict[str, object]]:
    from ase.units import Bohr, Rydberg

    cutoff_ry = round(CUTOFF_EV / Rydberg)
    system: dict[str, object] = {
        "ecutwfc": cutoff_ry,
        "ecutrho": _DENSITY_CUTOFF * cutoff_ry,
        "input_dft": _NAMES[job.functional],
        "occupations": "smearing",
        "smearing": "methfessel-paxton" if job.metallic else "gaussian",
        "degauss": round(SMEARING_EV / Rydberg, 5),
        # The fields of the periodic images along the third cell vector cancel.
        "edir": 3,
        "emaxpos": round((job.vacuum_middle - _FALL / 2) % 1.0, 5),
        "eopreg": _FALL,
        "eamp": 0.0,
    }
    if job.magnetic:
        system["nspin"] = 2
    return {
        "control": {
            "calculation": "relax",
            "prefix": "slab",
            "pseudo_dir": "./pseudo",
            "outdir": "./out",
            "tprnfor": True,
            "tefield": True,
            "dipfield": True,
            "etot_conv_thr": 1e-5,
            "forc_conv_thr": round(FORCE_EV_PER_ANG / Rydberg * Bohr, 6),
            "nstep": 200,
        },
        "system": system,
        "electrons": {"conv_thr": 1e-8, "mixing_beta": 0.3, "electron_maxstep": 200},
        "ions": {"ion_dynamics": "bfgs"},
    }
