"""A structure and a script that relaxes it with GPAW."""

from __future__ import annotations

import io

from catml.structures.dft.job import CUTOFF_EV, FORCE_EV_PER_ANG, SMEARING_EV, DftJob

STRUCTURE = "start.extxyz"

_SCRIPT = '''\
"""Relax {title}.

Run it with: gpaw -P 8 python relax.py
A sound start for a slab relaxation; converge the cutoff and the k-points for your system.
"""

from ase.io import read
from ase.optimize import BFGS
from gpaw import GPAW, PW

atoms = read("{structure}")  # held atoms are held; periodic in the surface plane only
atoms.calc = GPAW(
    mode=PW({cutoff:g}),  # eV
    xc="{functional}",  # the functional of the predicted energies
    kpts={{"size": {kpoints}, "gamma": True}},
    occupations={{"name": "methfessel-paxton", "width": {smearing:g}, "order": {order}}},  # eV
    poissonsolver={{"dipolelayer": "xy"}},  # cancels the slab's dipole along the normal
    spinpol={magnetic},  # starting moments stand in {structure}
    txt="relax.txt",
)
relaxation = BFGS(atoms, trajectory="relax.traj", logfile="relax.log")
relaxation.run(fmax={force:g}, steps=200)  # eV/Å
atoms.calc.write("relax.gpw")  # for `catml dband relax.gpw`
'''


def gpaw_files(job: DftJob) -> dict[str, str]:
    """Return a structure, ``start.extxyz``, and the script that relaxes it, ``relax.py``."""
    script = _SCRIPT.format(
        title=job.title.replace("\\", "/").replace('"', "'"),
        structure=STRUCTURE,
        cutoff=CUTOFF_EV,
        functional=job.functional,
        kpoints=job.kpoints,
        smearing=SMEARING_EV,
        order=1 if job.metallic else 0,  # order 0 is Gaussian
        magnetic=job.magnetic,
        force=FORCE_EV_PER_ANG,
    )
    return {STRUCTURE: _structure(job), "relax.py": script}


def _structure(job: DftJob) -> str:
    from ase.io.extxyz import write_extxyz

    atoms = job.atoms.copy()
    atoms.info = {"title": job.title}
    if not job.magnetic:
        # A column of zeros would say nothing.
        atoms.set_initial_magnetic_moments(None)
    buffer = io.StringIO()
    write_extxyz(buffer, [atoms])
    return buffer.getvalue()
