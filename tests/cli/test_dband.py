"""`catml dband` as a user meets it."""

import json

import numpy as np
import pytest

from catml.cli import main
from tests.descriptors.vasp_files import doscar, fields, orbital_densities, poscar, vasprun

ENERGY = np.round(np.linspace(-10, 8, 361), 4)
FERMI = 1.25
SYMBOLS = ["Fe", "Fe", "O"]
NUMBERS = (
    "d_band_center_ev",
    "rms_width_ev",
    "rectangular_width_ev",
    "semielliptic_width_ev",
    "skewness",
    "kurtosis",
    "filling",
    "upper_edge_ev",
    "semielliptic_upper_edge_ev",
)


@pytest.fixture
def folder(tmp_path):
    names = fields(lorbit=11, with_f=False)
    densities = orbital_densities(ENERGY - FERMI, n_atoms=3, n_spins=2, n_orbitals=9)
    (tmp_path / "vasprun.xml").write_text(vasprun(ENERGY, densities, FERMI, SYMBOLS, names))
    (tmp_path / "DOSCAR").write_text(doscar(ENERGY, densities, FERMI))
    (tmp_path / "POSCAR").write_text(poscar(SYMBOLS))
    return tmp_path


def records(capsys, *arguments):
    assert main(["dband", *map(str, arguments), "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


def test_json_has_every_number_per_atom_and_spin(folder, capsys):
    rows = records(capsys, folder / "vasprun.xml")
    assert [(row["atom"], row["spin"]) for row in rows] == [
        (atom, spin) for atom in (0, 1) for spin in ("both", "up", "down")
    ]
    for row in rows:
        assert row["element"] == "Fe"
        assert all(isinstance(row[name], float) for name in NUMBERS)
        assert row["fermi_level_ev"] == FERMI
        assert row["work_function_ev"] is None
        assert (row["effective_center_ev"] is not None) == (row["spin"] == "both")
    assert rows[0]["window_low_ev"] == pytest.approx(-11.25)
    # The same densities in the other file.
    for ours, theirs in zip(rows, records(capsys, folder / "DOSCAR"), strict=True):
        for name in NUMBERS:
            assert ours[name] == pytest.approx(theirs[name], abs=1e-6)


def test_selections_and_window(folder, capsys):
    rows = records(capsys, folder / "DOSCAR", "--element", "Fe", "--window", "-8", "3")
    assert [row["atom"] for row in rows[::3]] == [0, 1, None]
    assert {(row["window_low_ev"], row["window_high_ev"]) for row in rows} == {(-8, 3)}
    assert all(0.9 < row["states_in_window"] <= 1 for row in rows)
    assert any(row["center_shift_ev"] != 0 for row in rows)
    one = records(capsys, folder / "DOSCAR", "--atom", "2")
    assert {(row["atom"], row["element"]) for row in one} == {(2, "O")}
    for numbers in (("0", "--atom", "2"), ("0,2",), ("0-2",)):
        several = records(capsys, folder / "DOSCAR", "--atom", *numbers)
        assert several[-1]["element"] == "Fe+O"
        assert len(several) == 9 if numbers != ("0-2",) else 12


def test_the_work_function_and_the_fermi_level_given(folder, capsys):
    (folder / "OUTCAR").write_text(
        " E-fermi :   1.4500     XC(G=0):  -9.1\n"
        " vacuum level on the upper side and lower side of the slab         5.850         5.350\n"
    )
    assert main(["dband", str(folder / "DOSCAR"), "--fermi-level", "1.45"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.splitlines()[0] == (
        "eV relative to the Fermi level (1.450 eV, as given), from -11.450 to 6.550 eV; work "
        "function 4.400 eV above and 3.900 eV below the slab (OUTCAR)"
    )
    assert main(["dband", str(folder / "DOSCAR"), "--json"]) == 0
    captured = capsys.readouterr()
    row = json.loads(captured.out)[0]
    assert row["work_function_ev"] == pytest.approx(4.6)
    assert row["lower_work_function_ev"] == pytest.approx(4.1)
    assert row["work_function_source"] == str(folder / "OUTCAR")
    assert captured.err.count("\n") == 1
    assert "1.4500 eV" in captured.err
    assert main(["dband", str(folder / "DOSCAR"), "--fermi-level", "40"]) == 2
    assert "Fermi level, 40 eV, lies outside the energies" in capsys.readouterr().err


def test_the_table_of_a_terminal(folder, capsys):
    assert main(["dband", str(folder / "DOSCAR"), "--atom", "1"]) == 0
    first, heads, *rows = capsys.readouterr().out.splitlines()
    assert first == (
        "eV relative to the Fermi level (1.250 eV in the file), from -11.250 to 6.750 eV"
    )
    assert heads.split()[:4] == ["atom", "element", "spin", "centre"]
    assert len(rows) == 3
    assert main(["dband", str(folder / "DOSCAR"), "--element", "Fe"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[:3] == ["together", "Fe", "down"]


def test_the_table_says_what_a_window_does(folder, capsys):
    assert main(["dband", str(folder / "DOSCAR"), "--window", "-8", "0"]) == 0
    text = capsys.readouterr().out
    assert "from -8.000 to 0.000 eV" in text
    assert "states in window" in text
    assert "centre moved by window" in text


def test_a_band_cut_by_the_energies_is_told_once(tmp_path, capsys):
    energy = np.linspace(-6, 1, 201)
    densities = np.full((1, 1, 9, 201), 0.2)
    (tmp_path / "DOSCAR").write_text(doscar(energy, densities, 0.0))
    (tmp_path / "POSCAR").write_text(poscar(["Cu"]))
    picture = str(tmp_path / "dos.png")
    assert main(["dband", str(tmp_path / "DOSCAR"), "--plot", picture]) == 0
    told = capsys.readouterr().err.splitlines()
    assert [line.partition("inside the d band")[1] for line in told] == ["inside the d band"] * 2
    assert "begin inside" in told[0]
    assert "end inside the d band, at 1.00 eV" in told[1]


def test_a_run_that_did_not_converge_is_said_so(folder, capsys):
    file = folder / "vasprun.xml"
    file.write_text(file.read_text().replace("name='NELM'>60", "name='NELM'>1"))
    assert main(["dband", str(file), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)
    assert captured.err == (f"catml: warning: {file} is of a calculation that did not converge\n")


def test_the_picture(folder, capsys):
    picture = folder / "dos.svg"
    records(capsys, folder / "DOSCAR", "--plot", picture)
    text = picture.read_text()
    assert "atoms 0, 1" in text
    assert "upper edge" in text
    for atom in ("0", "2"):
        records(capsys, folder / "DOSCAR", "--atom", atom, "--plot", folder / "one.png")
    assert (folder / "one.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.xml"], "cannot be read"),
        ([""], "the name of the file is empty"),
        (["."], "is a folder; name the file in it: DOSCAR or vasprun.xml"),
        (["POSCAR"], "is no DOSCAR"),
        (["DOSCAR", "--atom", "7"], "numbered from 0 to 2"),
        (["DOSCAR", "--atom", "-1"], "has no atom -1; its atoms are numbered from 0 to 2"),
        (["DOSCAR", "--atom", "-1,0"], "has no atom -1"),
        (["DOSCAR", "--atom", "Fe"], "'Fe' is no number of an atom: write one as 7"),
        (["DOSCAR", "--atom", "3-1"], "range of atoms '3-1' is empty"),
        (["DOSCAR", "--element", "Pt"], "it has Fe, O"),
        (["DOSCAR", "--window", "1", "3"], "Fermi level (0 eV) lies outside the window"),
        (["DOSCAR", "--plot", "dos.pdf"], "must end in .png or .svg"),
        (["vasprun.xml", "--structure", "POSCAR"], "holds its own structure"),
    ],
)
def test_wrong_input_is_one_message(folder, capsys, monkeypatch, arguments, says):
    monkeypatch.chdir(folder)
    assert main(["dband", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert captured.err.count("\n") == 1
