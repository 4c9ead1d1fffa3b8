import subprocess
import sys

import numpy as np
import pytest

from catml.descriptors.d_band import d_band_table
from catml.descriptors.dos_files import read_dos
from catml.errors import DescriptorError


def test_without_gpaw_one_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gpaw", None)
    file = tmp_path / "Cu.gpw"
    file.write_bytes(b"- of UlmGPAW" + bytes(100))
    with pytest.raises(DescriptorError, match="GPAW, which is not installed; install it") as caught:
        read_dos(file)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_copper_of_gpaw(tmp_path):
    script = """
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
print(slab.calc.hamiltonian.get_workfunctions(slab.calc.wfs)[1] * Hartree)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    dos = read_dos(tmp_path / "Cu.gpw")
    assert dos.symbols == ("Cu",)
    assert dos.d_states.shape[:3] == (1, 1, 5)
    row = d_band_table(dos).iloc[0]
    assert row["d_band_center_ev"] == pytest.approx(-2.47, abs=0.02)
    assert row["filling"] > 0.95
    assert row["work_function_ev"] is None
    occupied = d_band_table(dos, window_ev=(-10, 0)).iloc[0]
    # Ten d electrons, of which the sphere holds nearly all.
    n_states = np.trapezoid(dos.states([0]), dos.energy_ev) * occupied["states_in_window"]
    assert 9 < n_states < 10.5
    slab = read_dos(tmp_path / "Al.gpw")
    assert slab.work_function_ev == pytest.approx(float(done.stdout.split()[-1]), abs=0.02)

    whole = (tmp_path / "Cu.gpw").read_bytes()
    (tmp_path / "cut.gpw").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DescriptorError, match="cannot be read by GPAW"):
        read_dos(tmp_path / "cut.gpw")
