"""Input files of VASP for a slab relaxation: POSCAR, INCAR, KPOINTS, and which POTCARs to join."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import groupby

from catml.errors import SurfaceError
from catml.structures.dft.job import CUTOFF_EV, FORCE_EV_PER_ANG, SMEARING_EV, DftJob

# https://www.vasp.at/wiki/index.php/GGA and its page on BEEF-vdW.
_TAGS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "PBE": [("GGA", "PE", "PBE")],
    "RPBE": [("GGA", "RP", "RPBE, with PBE POTCARs")],
    "BEEF-vdW": [
        ("GGA", "BF", "BEEF-vdW, with PBE POTCARs; VASP must be built with libbeef"),
        ("LUSE_VDW", ".TRUE.", "non-local correlation; older VASP needs vdw_kernel.bindat"),
        ("ZAB_VDW", "-1.8867", "that of vdW-DF2"),
    ],
}
_Tags = Sequence[tuple[str, str, str]]


def vasp_files(job: DftJob) -> dict[str, str]:
    """Return the input files of VASP by name.

    ``POSCAR`` holds the atoms sorted by element; where any is held, each has its flags of
    selective dynamics. ``POTCAR.spec`` names the potentials to join in that order, one per line.

    Raises
    ------
    SurfaceError
        If there is no PBE potential for an element.
    """
    potentials = potcar_names(job.symbols)
    return {
        "POSCAR": _poscar(job),
        "INCAR": _incar(job, potentials),
        "KPOINTS": _kpoints(job),
        "POTCAR.spec": "\n".join(potentials) + "\n",
    }


def potcar_names(symbols: Sequence[str]) -> list[str]:
    """Return the PBE potential (PBE_54 set) that pymatgen's relaxations use for each element.

    Raises
    ------
    SurfaceError
        If there is none for an element.

    Examples
    --------
    >>> potcar_names(["C", "Cu", "Zr"])
    ['C', 'Cu_pv', 'Zr_sv']
    """
    from pymatgen.io.vasp.sets import MPScanRelaxSet

    chosen = MPScanRelaxSet.CONFIG["POTCAR"]
    missing = [symbol for symbol in symbols if symbol not in chosen]
    if missing:
        raise SurfaceError(f"VASP has no PBE potential for {', '.join(missing)}; use another code")
    return [chosen[symbol] for symbol in symbols]


def _poscar(job: DftJob) -> str:
    from ase.io.vasp import write_vasp

    buffer = io.StringIO()
    write_vasp(buffer, job.atoms, direct=True)
    _, rest = buffer.getvalue().split("\n", 1)
    return f"{job.title}\n{rest}"


def _kpoints(job: DftJob) -> str:
    first, second, third = job.kpoints
    return f"Gamma-centred, one point along the normal\n0\nGamma\n{first} {second} {third}\n0 0 0\n"


def _incar(job: DftJob, potentials: Sequence[str]) -> str:
    folders = " ".join(f"{name}/POTCAR" for name in potentials)
    sections: list[tuple[str, _Tags]] = [
        ("functional of the predicted energies", _TAGS[job.functional]),
        ("electrons", _electrons(job)),
        ("relaxation of the atoms that POSCAR leaves free", _RELAXATION),
        ("slab: cancel the field of its periodic images along the normal", _dipole(job)),
        ("output", _OUTPUT),
    ]
    lines = [
        f"# {job.title}",
        "# A sound start for a slab relaxation; converge ENCUT and KPOINTS for your system.",
        f"# POTCAR: cat {folders} > POTCAR   (PBE_54, this order)",
        f"SYSTEM = {job.title}",
    ]
    for heading, tags in sections:
        lines += ["", f"# {heading}"]
        lines += [
            (f"{name:<8} = {value:<10}" + (f"  # {comment}" if comment else "")).rstrip()
            for name, value, comment in tags
        ]
    return "\n".join(lines) + "\n"


def _electrons(job: DftJob) -> _Tags:
    tags = [
        ("ENCUT", f"{CUTOFF_EV:g}", "eV; not below the largest ENMAX of the POTCARs"),
        ("PREC", "Accurate", ""),
        ("EDIFF", "1E-6", "eV"),
        ("ALGO", "Fast", ""),
        ("NELM", "120", ""),
        ("ISMEAR", "1", "Methfessel-Paxton, for metals")
        if job.metallic
        else ("ISMEAR", "0", "Gaussian: the slab may have a gap"),
        ("SIGMA", f"{SMEARING_EV:g}", "eV"),
        ("LASPH", ".TRUE.", ""),
        ("LREAL", "Auto" if len(job.atoms) > 30 else ".FALSE.", ""),
    ]
    if job.magnetic:
        tags += [("ISPIN", "2", ""), ("MAGMOM", _moments(job), "start, in the order of POSCAR")]
    return tags


_RELAXATION: _Tags = (
    ("IBRION", "2", "conjugate gradients"),
    ("NSW", "200", ""),
    ("EDIFFG", f"-{FORCE_EV_PER_ANG:g}", "eV/Angstrom, largest force"),
    ("ISIF", "2", "the cell stays as it is"),
)
_OUTPUT: _Tags = (
    ("LORBIT", "11", "densities of states by atom and orbital, for `catml dband`"),
    ("LWAVE", ".FALSE.", ""),
    ("LCHARG", ".FALSE.", ""),
)


def _dipole(job: DftJob) -> _Tags:
    return (
        ("LDIPOL", ".TRUE.", ""),
        ("IDIPOL", "3", "along the third cell vector"),
        ("DIPOL", f"0.5 0.5 {job.slab_middle:.4f}", "middle of the slab"),
    )


def _moments(job: DftJob) -> str:
    moments = job.atoms.get_initial_magnetic_moments()
    return " ".join(f"{len(list(run))}*{value:g}" for value, run in groupby(moments))
