import json
import subprocess
import sys

import pytest

from catml.descriptors.dos_files import read_dos
from catml.errors import DescriptorError


def test_without_gpaw_one_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gpaw", None)
    file = tmp_path / "Cu.gpw"
    file.write_bytes(b"- of UlmGPAW" + bytes(100))
    with pytest.raises(DescriptorError, match="GPAW, which is not installed; install it") as caught:
        read_dos(file)
    assert "\n" not in str(caught.value)


CALCULATE = """
from ase.build import bulk, fcc111
from ase.units import Hartree
from gpaw import GPAW
cu = bulk("Cu", a=3.61)
cu.calc = GPAW(mode="lcao", basis="dzp", xc="PBE", h=0.25, kpts=(6, 6, 6), txt=None)
cu.get_potential_energy()
cu.calc.write("Cu.gpw")
slab = fcc111("Al", (1, 1, 2), vacuum=6.0)
slab.pbc = True, True, False
slab.calc = GPAW(mode="lcao", basis="sz(dzp)", xc="PBE", h=0.25, kpts=(4, 4, 1), txt=None,
                 poissonsolver={"dipolelayer": "xy"})
slab.get_potential_energy()
slab.calc.write("Al.gpw")
print(*(w * Hartree for w in slab.calc.hamiltonian.get_workfunctions(slab.calc.wfs)))
"""
READ = """
import json
import numpy as np
from catml.descriptors.dos_files import read_dos
dos, slab = read_dos("Cu.gpw"), read_dos("Al.gpw")
moved = read_dos("Cu.gpw", fermi_level_ev=dos.fermi_level_ev + 0.5)
print(json.dumps({
    "symbols": dos.symbols,
    "shape": dos.d_states.shape[:3],
    "states": np.trapezoid(dos.states([0]), dos.energy_ev),
    "work_functions": [slab.lower_work_function_ev, slab.work_function_ev],
    "source": slab.work_function_source,
    "moved": (moved.energy_ev - dos.energy_ev)[[0, -1]].tolist(),
}))
"""


@pytest.mark.slow
def test_copper_of_gpaw(tmp_path):
    """GPAW stays in processes of its own: beside pytest it changes numpy for everyone."""

    def python(*arguments, check=True):
        return subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=check
        )

    def dband(*arguments):
        (row,) = json.loads(python("-m", "catml", "dband", *arguments, "--json").stdout)
        return row

    work_functions = [float(word) for word in python("-c", CALCULATE).stdout.split()[-2:]]
    row = dband("Cu.gpw")
    assert row["d_band_center_ev"] == pytest.approx(-2.47, abs=0.02)
    assert row["filling"] > 0.95
    assert row["work_function_ev"] is None
    seen = json.loads(python("-c", READ).stdout)
    assert (seen["symbols"], seen["shape"]) == (["Cu"], [1, 1, 5])
    assert seen["work_functions"] == pytest.approx(work_functions, abs=0.02)
    assert seen["source"] == "Al.gpw"
    assert seen["moved"] == pytest.approx([-0.5, -0.5])
    # Ten d electrons, of which the sphere holds nearly all.
    occupied = dband("Cu.gpw", "--window", "-10", "0")
    assert 9 < seen["states"] * occupied["states_in_window"] < 10.5

    whole = (tmp_path / "Cu.gpw").read_bytes()
    (tmp_path / "cut.gpw").write_bytes(whole[: len(whole) // 2])
    done = python("-m", "catml", "dband", "cut.gpw", check=False)
    assert done.returncode == 2
    assert "cannot be read by GPAW" in done.stderr
    assert "Traceback" not in done.stderr
