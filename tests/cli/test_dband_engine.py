"""`catml dband --engine` as a user meets it, with an engine that needs no component."""

import json

import pandas as pd
import pytest

from catml.cli import main
from catml.data.d_bands import load_d_bands
from catml.descriptors.calculated_d_bands import calculate_d_bands
from catml.descriptors.dos_engines import register_engine
from catml.structures.files import write_slab
from catml.structures.surface import Surface
from tests.descriptors import d_band_engine


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    register_engine("bands", d_band_engine.calculate, version="1", basis="d orbitals")
    monkeypatch.setenv("CATML_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    d_band_engine.calls.clear()
    return tmp_path


def dband(*arguments, engine="bands"):
    return main(["dband", *arguments, "--engine", engine])


def test_json_is_one_document_and_progress_is_on_standard_error(capsys):
    assert dband("Cu(111)", "Ni(111)", "--layer", "1", "--json") == 0
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert [(row["surface"], row["layer"], row["element"]) for row in rows] == [
        ("Cu(111)", 1, "Cu"),
        ("Ni(111)", 1, "Ni"),
    ]
    assert (rows[0]["window_low_ev"], rows[0]["window_high_ev"]) == (-10, 5)
    assert "Cu(111): iteration 64, " in err
    expected = calculate_d_bands(["Cu(111)", "Ni(111)"], engine="bands", layer=1, quiet=True)
    assert [row["d_band_center_ev"] for row in rows] == pytest.approx(
        expected["d_band_center_ev"].tolist(), abs=1e-9
    )
    assert dband("Cu(111)", "--quiet", "--json") == 0
    assert capsys.readouterr().err == ""


def test_the_table_of_a_terminal_goes_slab_by_slab(capsys):
    assert dband("Cu(111)", "Ni(111)", "--layer", "1", "--quiet", "--window", "-8", "5") == 0
    first, heads, row, empty, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("Cu(111), bands, draft: eV relative to the Fermi level (")
    assert first.endswith("from -8.000 to 5.000 eV")
    assert heads.split()[:5] == ["layer", "atom", "element", "spin", "centre"]
    assert row.split()[:4] == ["1", "3", "Cu", "both"]
    assert empty == ""
    assert second.startswith("Ni(111), bands, draft: ")


def test_settings_change_on_the_command_line(capsys):
    options = ("--preset", "standard", "--set", "kpoint_density_ang=1.4", "--layers", "3")
    assert dband("Cu(111)", *options, "--json") == 0
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert [row["layer"] for row in rows] == [3, 2, 1]
    assert {row["preset"] for row in rows} == {"standard+"}
    assert "k-points 4 × 4 × 1" in err


def test_slabs_from_files(folder, capsys):
    write_slab(Surface("Cu(111)").slab(layers=4, functional="PBE"), folder / "slab.extxyz")
    assert dband("slab.extxyz", "Cu(111)", "--json", "--layer", "1") == 0
    out, _ = capsys.readouterr()
    one, other = (row["d_band_center_ev"] for row in json.loads(out))
    assert one == pytest.approx(other, abs=1e-5)


def test_results_become_rows_of_a_table(folder, capsys):
    assert dband("Cu(111)", "--store", "mine.csv", "--quiet") == 0
    assert dband("Cu(111)", "Pt3Ni(111)", "--store", "mine.csv", "--quiet") == 0
    table = load_d_bands(folder / "mine.csv", window_ev="all")
    assert not table["row"].duplicated().any()
    assert set(table["system"]) == {"Cu(111)", "Pt3Ni(111)"}
    copper = table[(table["system"] == "Cu(111)") & (table["window_high_ev"] == 8)]
    copper = copper.sort_values("layer")
    assert copper["layer"].tolist() == [1, 2]
    assert set(copper["code"]) == {"bands"}
    assert set(copper["k_points"]) == {"8x8x1"}
    assert copper["cutoff_ev"].isna().all()
    expected = calculate_d_bands("Cu(111)", engine="bands", layer=1, quiet=True)
    assert copper["d_band_center_ev"].iloc[0] == pytest.approx(
        expected["d_band_center_ev"].item(), abs=1e-6
    )


def test_rows_do_not_claim_to_know_whether_a_slab_was_relaxed(folder):
    slab = Surface("Cu(111)").slab(layers=4, functional="PBE")
    slab.positions[-1, 2] += 0.05
    write_slab(slab, folder / "slab.extxyz")
    assert dband("slab.extxyz", "Cu(111)", "--store", "mine.csv", "--quiet") == 0
    table = load_d_bands(folder / "mine.csv")
    relaxed = table.groupby("system")["relaxed"].unique().map(list).to_dict()
    assert relaxed == {"Cu(111)": ["no"], "Cu4": ["not known"]}


def test_rows_of_other_settings_stand_beside_each_other(folder):
    for settings in ((), ("--set", "bands_percent=300"), ("--set", "bands_percent=400")):
        assert dband("Cu(111)", "--store", "mine.csv", "--quiet", *settings) == 0
    table = load_d_bands(folder / "mine.csv")
    assert table["calculation"].nunique() == 3
    assert sorted(table["layer"]) == [1, 1, 1, 2, 2, 2]


def test_tables_and_pictures_are_written(folder, capsys):
    options = ("--plot", "dos.svg", "--out", "bands.csv", "--quiet")
    assert dband("Cu(111)", "Pt3Ni(111)", "--layer", "1", *options) == 0
    assert "Cu(111): Cu atom 3" in (folder / "dos-Cu_111.svg").read_text()
    assert "Pt3Ni(111): Pt, Ni atoms" in (folder / "dos-Pt3Ni_111.svg").read_text()
    assert len(pd.read_csv(folder / "bands.csv")) == 6
    assert dband("Cu(111)", "--plot", "dos.png", "--out", "bands.json", "--json", "--quiet") == 0
    assert (folder / "bands.json").read_text() == capsys.readouterr().out.splitlines(True)[-1]
    assert (folder / "dos.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Cu(111)", "--engine", "vasp"], "no engine 'vasp'"),
        (["Cu(111)", "--engine", "bands", "--preset", "fast"], "no preset 'fast'"),
        (["Cu(111)", "--engine", "bands", "--set", "cutoff=3"], "no setting 'cutoff'; there are"),
        (["Cu(111)", "--engine", "bands", "--set", "layers=x"], "must be a whole number"),
        (["Cu(111)", "--engine", "bands", "--set", "layers"], "write it as name=value"),
        (["Cu(111)", "--engine", "bands", "--structure", "POSCAR"], "goes with a DOSCAR"),
        (["Cu(111)", "--engine", "bands", "--plot", "dos.pdf"], ".png or .svg"),
        (["Cu(111)", "--engine", "bands", "--out", "table.txt"], ".csv or .json"),
        (["Cu(111)", "--engine", "bands", "--store", "table.txt"], "must end in .csv"),
        (["none.extxyz", "--engine", "bands"], "none.extxyz"),
        (["Cu", "--engine", "bands"], "'Cu' is neither the name of a surface, as 'Cu(111)', nor"),
        (["Cu(111)", "--engine", "bands", "--window", "5", "-5"], "lower energy first"),
        (["Cu(111)", "--engine", "bands", "--layer", "7"], "no layer 7"),
        (["Zz(111)", "--engine", "bands"], "Zz"),
        (["Cu(111)"], "add --engine gpaw"),
        (["DOSCAR", "CHGCAR"], "read from one"),
        (["DOSCAR", "--layers", "4"], "--layers is for calculations"),
    ],
)
def test_wrong_input_is_one_message_before_anything_is_calculated(capsys, arguments, says):
    assert main(["dband", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert err.count("\n") == 1
    assert not d_band_engine.calls
