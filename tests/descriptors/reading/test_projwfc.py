import json
import os
import shutil
import subprocess

import ase
import numpy as np
import pytest

from catml.cli import main
from catml.descriptors.dos_files import read_dos
from catml.errors import DescriptorError

ENERGY = np.round(np.linspace(-5, 12, 171), 3)
FERMI = 4.5


def shell_file(densities):
    """One shell: its sum, then its orbitals, alternating where spins are told apart."""
    densities = np.asarray(densities)  # (spins, orbitals, n)
    spins = len(densities)
    names = ("up", "dw") if spins == 2 else ("",)
    orbitals = densities.shape[1]
    heads = [f"ldos{n}(E)" for n in names] + [f"pdos{n}(E)" for n in names] * orbitals
    columns = [ENERGY, *densities.sum(axis=1), *densities.transpose(1, 0, 2).reshape(-1, 171)]
    rows = np.column_stack(columns)
    lines = [f"{row[0]:8.3f}" + "".join(f"{v:11.3E}" for v in row[1:]) for row in rows]
    return "# E (eV)  " + " ".join(heads) + "\n" + "\n".join(lines) + "\n"


def gauss(center, height=1.0):
    return height * np.exp(-((ENERGY - center) ** 2))


OUTPUT = f"""
     Program PWSCF v.6.7MaX starts on 22Nov2026 at  3:49:58
     the Fermi energy is     9.9999 ev
     the Fermi energy is     {FERMI:.4f} ev
"""


@pytest.fixture
def folder(tmp_path):
    """Two atoms of iron, which have s and d states, and an oxygen atom, which has none of d."""
    for atom, label in ((1, "Fe1"), (2, "Fe2"), (3, "O")):
        s = shell_file([[gauss(-2)]] * 2)
        (tmp_path / f"fe.pdos_atm#{atom}({label})_wfc#1(s)").write_text(s)
        if label != "O":
            spins = [[gauss(3 + spin + 0.1 * atom, 0.2)] * 5 for spin in (0, 1)]
            (tmp_path / f"fe.pdos_atm#{atom}({label})_wfc#2(d)").write_text(shell_file(spins))
    (tmp_path / "fe.pdos_tot").write_text("# E (eV)\n")
    return tmp_path


def test_a_folder_of_shells(folder):
    one = folder / "fe.pdos_atm#2(Fe2)_wfc#2(d)"
    for path in (folder, one):
        dos = read_dos(path, fermi_level_ev=FERMI)
        assert dos.symbols == ("Fe", "Fe", "O")
        assert dos.spins == ("both", "up", "down")
        assert dos.atoms is None
        np.testing.assert_allclose(dos.energy_ev, ENERGY - FERMI, atol=1e-9)
        np.testing.assert_allclose(dos.states([1], "down"), gauss(4.2), rtol=2e-3, atol=1e-12)
        assert not dos.states([2]).any()


def test_shells_of_one_atom_add_up_and_one_spin_is_one(tmp_path):
    for shell, name in ((2, "d"), (3, "d"), (4, "d_j1.5"), (5, "p")):
        text = shell_file([[gauss(3)] * 5])
        (tmp_path / f"x.pdos_atm#1(Pt)_wfc#{shell}({name})").write_text(text)
    dos = read_dos(tmp_path, fermi_level_ev=FERMI)
    assert dos.spins == ("both",)
    np.testing.assert_allclose(dos.states([0]), 15 * gauss(3), rtol=2e-3, atol=1e-12)


def test_the_command_and_its_structure(folder, capsys):
    assert main(["dband", str(folder), "--fermi-level", "4.5", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["atom"], row["spin"]) for row in rows][:3] == [
        (0, "both"),
        (0, "up"),
        (0, "down"),
    ]
    assert rows[1]["d_band_center_ev"] == pytest.approx(3.1 - FERMI, abs=1e-2)
    atoms = ase.Atoms("Fe2O", positions=np.eye(3))
    assert read_dos(folder, structure=atoms, fermi_level_ev=FERMI).atoms == atoms
    with pytest.raises(DescriptorError, match="has 3 atoms, but the structure given has 2"):
        read_dos(folder, structure=atoms[:2], fermi_level_ev=FERMI)


def _break(folder, name, text):
    (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: None, "does not write the Fermi level; put the output of pw.x"),
        (lambda f: _break(f, "pw.out", OUTPUT), "is no output of pw.x that can be read"),
        (
            lambda f: [_break(f, name, OUTPUT) for name in ("a.out", "b.out")],
            "several outputs of pw.x: a.out, b.out",
        ),
        (lambda f: (f / "fe.pdos_atm#2(Fe2)_wfc#1(s)").unlink(), None),
        (
            lambda f: [path.unlink() for path in f.glob("fe.pdos_atm#2*")],
            "the files of atom 2 are missing",
        ),
        (lambda f: [path.unlink() for path in f.glob("*(d)")], "no files of d states"),
        (
            lambda f: _break(f, "ni.pdos_atm#1(Ni)_wfc#2(d)", "x"),
            "files of several calculations: fe, ni; name one",
        ),
        (lambda f: _break(f, "fe.pdos_atm#1(Fe1)_wfc#2(d)", ""), "does not begin with"),
        (
            lambda f: _break(f, "fe.pdos_atm#1(Fe1)_wfc#2(d)", "# ik   E (eV)  ldos(E)\n1 2 3\n"),
            "k-resolved files cannot be read",
        ),
        (
            lambda f: _break(
                f, "fe.pdos_atm#1(Fe1)_wfc#2(d)", shell_file([[gauss(3)] * 5] * 2)[:-20]
            ),
            "is no table of numbers, or is cut short",
        ),
        (
            lambda f: _break(f, "fe.pdos_atm#1(Fe1)_wfc#2(d)", shell_file([[gauss(3)] * 5])),
            "files of different energies or spins",
        ),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(folder, capsys, change, says):
    change(folder)
    given = [] if says and "pw.x" in says else ["--fermi-level", str(FERMI)]
    assert main(["dband", str(folder), *given]) == (2 if says else 0)
    error = capsys.readouterr().err
    assert (says or "") in error
    assert error.count("\n") == bool(says)


def test_a_file_that_is_not_there_and_a_folder_without_any(tmp_path):
    with pytest.raises(DescriptorError, match="there is no such file"):
        read_dos(tmp_path / "x.pdos_atm#1(Pt)_wfc#2(d)")
    with pytest.raises(DescriptorError, match=r"is a folder without files of projwfc\.x"):
        read_dos(tmp_path)
    (tmp_path / "x.pdos_atm#1(Pt)_wfc#2(d)").write_text(shell_file([[gauss(3)] * 5]))
    (tmp_path / "structure.cif").write_text("data_x\n")
    with pytest.raises(DescriptorError, match=r"is no output of pw\.x"):
        read_dos(tmp_path, structure=tmp_path / "structure.cif")


# A norm-conserving pseudopotential of copper, made by Quantum ESPRESSO's own program; the bulk on
# few plane waves and k-points.
COPPER = """\
&input
 title='Cu', zed=29., rel=0, config='[Ar] 3d10 4s1 4p0', iswitch=3, dft='PBE'
/
&inputp
 lloc=0, pseudotype=1, file_pseudopw='Cu.UPF', tm=.true.
/
3
4P 2 1 0.00 0.00 2.6 2.6
3D 3 2 10.00 0.00 2.0 2.0
4S 1 0 1.00 0.00 2.2 2.2
"""
PW = """\
&control
 calculation='scf', prefix='cu', pseudo_dir='.', outdir='out'
/
&system
 ibrav=2, celldm(1)=6.87, nat=1, ntyp=1, ecutwfc=25, nbnd=12,
 occupations='smearing', smearing='gauss', degauss=0.02, {spin}
/
&electrons
 conv_thr=1e-5
/
ATOMIC_SPECIES
Cu 63.5 Cu.UPF
ATOMIC_POSITIONS crystal
Cu 0 0 0
K_POINTS automatic
4 4 4 0 0 0
"""
PROJWFC = "&projwfc\n prefix='cu', outdir='out', DeltaE=0.05, degauss=0.01, filpdos='dos/cu'\n/\n"


@pytest.mark.slow
@pytest.mark.parametrize("spin", ["", "nspin=2, starting_magnetization(1)=0.5"])
def test_copper_of_projwfc_x(tmp_path, spin):
    assert shutil.which("projwfc.x"), "this test needs projwfc.x: apt-get install quantum-espresso"
    alone = os.environ | {
        "OMP_NUM_THREADS": "1",
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    }

    def run(program, text):
        done = subprocess.run(
            [program], input=text, text=True, cwd=tmp_path, env=alone, capture_output=True
        )
        assert done.returncode == 0, done.stdout[-2000:]
        return done.stdout

    (tmp_path / "dos").mkdir()
    run("ld1.x", COPPER)
    (tmp_path / "dos" / "pw.out").write_text(run("pw.x", PW.format(spin=spin)))
    run("projwfc.x", PROJWFC)
    dos = read_dos(tmp_path / "dos")
    assert dos.symbols == ("Cu",)
    assert dos.atoms.cell.volume == pytest.approx((6.87 * 0.529177) ** 3 / 4, rel=1e-4)
    assert dos.is_spin_polarized == bool(spin)
    assert dos.fermi_level_ev > 0
    # Ten d states of the atom, of which the bands calculated hold nearly all.
    assert np.trapezoid(dos.states([0]), dos.energy_ev) == pytest.approx(10, abs=0.3)
