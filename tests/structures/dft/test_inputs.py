import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ase import Atoms
from ase.io import read

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.dft.inputs import CODES, dft_files, write_dft_inputs
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

FILES = {
    "vasp": ["INCAR", "KPOINTS", "POSCAR", "POTCAR.spec"],
    "espresso": ["relax.in"],
    "gpaw": ["relax.py", "start.extxyz"],
}


@pytest.mark.parametrize("code", CODES)
def test_a_folder_holds_what_the_code_needs(tmp_path: Path, code: str) -> None:
    slab = Surface("Cu(100)").slab()
    folder = write_dft_inputs(slab, tmp_path / "new" / code, code=code, functional="RPBE")
    assert sorted(path.name for path in folder.iterdir()) == FILES[code]
    for name, content in dft_files(slab, code=code, functional="RPBE").items():
        assert (folder / name).read_text(encoding="utf-8") == content
    assert [path.name for path in folder.parent.iterdir()] == [code]


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "OUTCAR").write_text("months of work")
    slab = Surface("Cu(100)").slab()
    with pytest.raises(SurfaceError, match="holds files already; choose another"):
        write_dft_inputs(slab, tmp_path, code="vasp", functional="RPBE")
    assert [path.name for path in tmp_path.iterdir()] == ["OUTCAR"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"code": "abinit", "functional": "PBE"}, "code 'abinit'; known are vasp, espresso, gpaw"),
        ({"code": "vasp", "functional": "B3LYP"}, "functional 'B3LYP'"),
    ],
)
def test_what_is_not_known_is_refused_and_leaves_nothing(
    tmp_path: Path, options: dict[str, str], said: str
) -> None:
    with pytest.raises(SurfaceError, match=said):
        write_dft_inputs(Surface("Cu(100)").slab(), tmp_path / "new", **options)
    assert list(tmp_path.iterdir()) == []


# Generates a norm-conserving pseudopotential of aluminium with Quantum ESPRESSO's own program.
ALUMINIUM = """\
&input
 title='Al', zed=13., rel=0, config='[Ne] 3s2 3p1', iswitch=3, dft='PBE'
/
&inputp
 lloc=1, pseudotype=1, file_pseudopw='pseudo/Al.UPF', tm=.true.
/
2
3S 1 0 2.00 0.00 2.5 2.5
3P 2 1 1.00 0.00 2.5 2.5
"""
ALONE = os.environ | {
    "OMP_NUM_THREADS": "1",
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
}


def aluminium() -> Atoms:
    return Surface("Al(111)").slab(layers=3, fixed_layers=1, vacuum=5.0)


@pytest.mark.slow
@pytest.mark.parametrize("functional", ["PBE", "RPBE"])
def test_pw_x_relaxes_the_slab_a_step(tmp_path: Path, functional: str) -> None:
    assert shutil.which("pw.x"), "this test needs pw.x: apt-get install quantum-espresso"
    folder = write_dft_inputs(
        aluminium(), tmp_path / "qe", code="espresso", functional=functional, kpoint_length_ang=4
    )
    (folder / "pseudo").mkdir()
    subprocess.run(["ld1.x"], input=ALUMINIUM, text=True, cwd=folder, env=ALONE, check=True)
    quick = (folder / "relax.in").read_text()
    for line in ("ecutwfc = 14", "ecutrho = 56", "nstep = 2", "etot_conv_thr = 1e-9"):
        quick, found = re.subn(rf"^ *{line.split()[0]} .*$", line, quick, flags=re.MULTILINE)
        assert found == 1
    (folder / "quick.in").write_text(quick)
    done = subprocess.run(
        ["pw.x", "-in", "quick.in"], cwd=folder, env=ALONE, capture_output=True, text=True
    )
    assert f"Exchange-correlation= {functional}\n" in done.stdout
    assert "convergence has been achieved" in done.stdout
    assert "Dipole field" in done.stdout
    before, after = (_heights(text) for text in (quick, done.stdout))
    assert after[0] == pytest.approx(before[0], abs=1e-6)  # held
    assert abs(after[2] - before[2]) > 1e-4


def _heights(text: str) -> list[float]:
    lines = text.rpartition("ATOMIC_POSITIONS")[2].splitlines()
    return [float(line.split()[3]) for line in lines if line.startswith("Al ")]


@pytest.mark.slow
def test_gpaw_relaxes_the_slab_a_step(tmp_path: Path) -> None:
    slab = aluminium()
    covered = place(slab, find_sites(slab)[0], "H")
    folder = write_dft_inputs(
        covered, tmp_path / "gpaw", code="gpaw", functional="RPBE", kpoint_length_ang=4
    )
    script = (folder / "relax.py").read_text()
    quick = script.replace("PW(450)", "PW(200)").replace("steps=200", "steps=1")
    (folder / "relax.py").write_text(quick)
    subprocess.run(
        [sys.executable, "relax.py"], cwd=folder, env=ALONE, check=True, capture_output=True
    )
    first, second = read(folder / "relax.traj", index=":")
    assert second.get_potential_energy() < first.get_potential_energy()
    moved = abs(second.positions - first.positions).max(axis=1)
    (held,) = first.constraints
    assert len(held.index) == 1
    assert moved[held.index].max() == 0
    assert moved.max() > 0.001
    assert (folder / "relax.gpw").is_file()
