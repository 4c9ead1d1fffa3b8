import gzip

import numpy as np
import pytest

from catml.descriptors.dos_files import DosFileWarning, read_dos
from tests.descriptors.potentials import locpot, potential, slab
from tests.descriptors.vasp_files import doscar, fields, orbital_densities, vasprun

ENERGY = np.round(np.linspace(-10, 8, 401), 4)
FERMI = 1.25
OUTCAR = """ vasp.6.4.2 20Jul23
 E-fermi :   9.9999     XC(G=0):  -9.1     alpha+bet : -8.2
 vacuum level on the upper side and lower side of the slab         9.000         9.500
 E-fermi :   1.2504     XC(G=0):  -9.1     alpha+bet : -8.2
 vacuum level on the upper side and lower side of the slab         5.850         5.350
"""


@pytest.fixture
def folder(tmp_path):
    names = fields(lorbit=11, with_f=False)
    densities = orbital_densities(ENERGY - FERMI, n_atoms=4, n_spins=1, n_orbitals=9)
    (tmp_path / "DOSCAR").write_text(doscar(ENERGY, densities, FERMI))
    (tmp_path / "vasprun.xml").write_text(vasprun(ENERGY, densities, FERMI, ["Cu"] * 4, names))
    return tmp_path


@pytest.mark.parametrize("name", ["DOSCAR", "vasprun.xml"])
def test_work_function_of_locpot_before_outcar(folder, name):
    dos = read_dos(folder / name)
    assert (dos.work_function_ev, dos.lower_work_function_ev) == (None, None)
    assert dos.work_function_source is None
    (folder / "OUTCAR").write_text(OUTCAR)
    dos = read_dos(folder / name)
    assert dos.work_function_ev == pytest.approx(4.6)
    assert dos.lower_work_function_ev == pytest.approx(4.1)
    assert dos.work_function_source == str(folder / "OUTCAR")
    values = potential(slab(), upper_ev=5.9, lower_ev=5.4)
    (folder / "LOCPOT.gz").write_bytes(gzip.compress(locpot(slab(), values).encode()))
    dos = read_dos(folder / name)
    assert dos.work_function_ev == pytest.approx(5.9 - FERMI, abs=0.02)
    assert dos.lower_work_function_ev == pytest.approx(5.4 - FERMI, abs=0.02)
    assert dos.work_function_source == str(folder / "LOCPOT.gz")
    # Relative to the Fermi level given.
    dos = read_dos(folder / name, fermi_level_ev=1.0)
    assert dos.work_function_ev == pytest.approx(4.9, abs=0.02)
    assert dos.fermi_level_ev == 1.0
    np.testing.assert_allclose(dos.energy_ev, ENERGY - 1.0, atol=1e-9)


def test_a_potential_that_is_not_level_is_no_work_function(folder):
    (folder / "OUTCAR").write_text(OUTCAR)
    sloping = potential(slab(), upper_ev=5, lower_ev=6, slope=True)
    (folder / "LOCPOT").write_text(locpot(slab(), sloping))
    with pytest.warns(DosFileWarning, match="not level on both sides"):
        assert read_dos(folder / "vasprun.xml").work_function_ev is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no potential\n", "damaged LOCPOT"),
        (locpot(slab(), potential(slab(), upper_ev=5))[:3000], "damaged LOCPOT"),
        (locpot(slab()[:3], potential(slab(), upper_ev=5)), "has 3 atoms, but .* has 4"),
    ],
)
def test_a_locpot_that_cannot_be_used_is_a_warning(folder, text, says):
    (folder / "LOCPOT").write_text(text)
    with pytest.warns(DosFileWarning, match=says) as caught:
        assert read_dos(folder / "DOSCAR").work_function_ev is None
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)


def test_another_fermi_level_beside_a_doscar_is_said(folder):
    assert read_dos(folder / "DOSCAR").fermi_level_ev == FERMI  # vasprun.xml agrees
    (folder / "OUTCAR.gz").write_bytes(gzip.compress(OUTCAR.replace("1.2504", "1.4504").encode()))
    with pytest.warns(DosFileWarning, match=r"at 1\.2500 eV, .*OUTCAR\.gz at 1\.4504 eV"):
        assert read_dos(folder / "DOSCAR").fermi_level_ev == FERMI
    assert read_dos(folder / "DOSCAR", fermi_level_ev=1.4504).fermi_level_ev == 1.4504
    (folder / "OUTCAR.gz").unlink()
    text = (folder / "vasprun.xml").read_text()
    (folder / "vasprun.xml").write_text(text.replace(f"{FERMI:.8f}", "0.75000000"))
    with pytest.warns(DosFileWarning, match=r"vasprun\.xml at 0\.7500 eV"):
        read_dos(folder / "DOSCAR")


def test_the_fermi_level_as_newer_versions_write_it(folder):
    (folder / "OUTCAR").write_text(" Fermi energy:         1.9507336626\n")
    with pytest.warns(DosFileWarning, match=r"OUTCAR at 1\.9507 eV"):
        read_dos(folder / "DOSCAR")


def test_an_outcar_that_does_not_unpack_is_left_out(folder):
    (folder / "OUTCAR.gz").write_bytes(gzip.compress(OUTCAR.encode())[:-9])
    with pytest.warns(DosFileWarning, match=r"left out: .*OUTCAR\.gz is cut short"):
        assert read_dos(folder / "vasprun.xml").work_function_ev is None


def test_files_of_one_calculation_among_others(folder):
    (folder / "DOSCAR").rename(folder / "DOSCAR.relaxed")
    (folder / "vasprun.xml").unlink()
    (folder / "OUTCAR").write_text(OUTCAR.replace("5.850", "9.850"))
    (folder / "OUTCAR.relaxed").write_text(OUTCAR)
    dos = read_dos(folder / "DOSCAR.relaxed")
    assert dos.work_function_source == str(folder / "OUTCAR.relaxed")
    assert dos.work_function_ev == pytest.approx(4.6)
