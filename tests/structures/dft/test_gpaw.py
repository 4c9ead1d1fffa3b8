import ast
import io

import numpy as np
from ase.io import read

from catml.structures.dft.gpaw import gpaw_files
from catml.structures.dft.job import dft_job
from catml.structures.surface import Surface
from tests.structures.dft.dft_slabs import covered_slab


def keywords(script):
    """The options that the script hands to GPAW, those that are plain values."""
    calls = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]
    call = next(c for c in calls if getattr(c.func, "id", "") == "GPAW")
    return {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg != "mode"}


def test_the_structure_keeps_its_held_atoms_and_moments():
    job = dft_job(covered_slab(), functional="RPBE")
    back = read(io.StringIO(gpaw_files(job)["start.extxyz"]), format="extxyz")
    assert back.pbc.tolist() == [True, True, False]  # the dipole layer asks for it
    np.testing.assert_allclose(back.positions, job.atoms.positions, atol=1e-7)
    assert back.get_chemical_symbols() == job.atoms.get_chemical_symbols()
    (held,) = back.constraints
    assert sorted(held.index) == sorted(job.atoms.constraints[0].index)
    assert back.get_initial_magnetic_moments().sum() == 4 * 0.9


def test_the_script_says_what_is_computed():
    job = dft_job(covered_slab(), functional="BEEF-vdW", title='CO on "Pt3Ni(111)"\nontop-1')
    script = gpaw_files(job)["relax.py"]
    options = keywords(script)
    assert options["xc"] == "BEEF-vdW"
    assert options["kpts"] == {"size": (6, 6, 1), "gamma": True}
    assert options["poissonsolver"] == {"dipolelayer": "xy"}
    assert options["spinpol"] is True
    assert script.startswith('"""Relax CO on \'Pt3Ni(111)\' ontop-1.')
    assert 'read("start.extxyz")' in script


def test_nothing_is_magnetic_without_need():
    files = gpaw_files(dft_job(Surface("Cu(100)").slab(), functional="PBE"))
    assert keywords(files["relax.py"])["spinpol"] is False
    assert "magmoms" not in files["start.extxyz"]
