"""The command line as a user meets it: output, messages and exit codes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from ase.build import bulk
from ase.io import read, write

from catml.cli import main
from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.structures.surface import Surface


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "co.skops"
    model = AdsorptionModel("CO", regressor="ridge", descriptors="environment")
    model.fit(load_dataset("ma2015")).save(path)
    return path


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("catml: ")
    assert "Traceback" not in captured.err
    return captured.err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--help"])
    assert leaving.value.code == 0
    text = capsys.readouterr().out
    listed = [line.split()[0] for line in text.splitlines() if re.match(r" {4}\S", line)]
    expected = ["run", "build", "sites", "export", "dband", "predict", "lookup", "fit", "model"]
    assert listed == [*expected, "datasets", "import", "benchmark"]


def test_a_command_that_does_not_exist_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["frobnicate"])
    assert leaving.value.code == 2


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "catml", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("catml 0.")


def test_predict_says_what_a_regressor_chose(
    capsys: pytest.CaptureFixture[str], model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "Weights of the stack: ridge 1.00."
    monkeypatch.setattr("catml.models.explanation.explanation", lambda regressor: sentence)
    wanted = ["predict", "CO", "Cu(111)", "--model", str(model_file)]
    assert main(wanted) == 0
    assert capsys.readouterr().err == sentence + "\n"
    assert main([*wanted, "--json"]) == 0
    assert capsys.readouterr().err == ""


def test_sites(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(output(capsys, "sites", "Pt3Ni(111)", "--json"))
    assert len(rows) == 9
    assert rows[0]["surface"] == "Pt3Ni(111)"
    assert [row["multiplicity"] for row in rows] == [3, 1, 3, 3, 6, 1, 3, 1, 3]
    assert "hollow-hcp-2" in output(capsys, "sites", "Pt3Ni(111)")


def test_sites_are_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name, start in (("sites.png", b"\x89PNG"), ("sites.svg", b"<?xml")):
        path = tmp_path / name
        options = ["--plot", str(path), "--size", "2x2", "--json"]
        rows = json.loads(output(capsys, "sites", "Pt3Ni(100):NiPt", *options))
        assert path.read_bytes().startswith(start)
    drawn = path.read_text(encoding="utf-8")
    assert "Pt₃Ni(100):NiPt" in drawn
    assert all(f">{row['site']}<" in drawn for row in rows)


def test_sites_of_a_slab_in_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, picture = tmp_path / "slab.extxyz", tmp_path / "sites.svg"
    output(capsys, "build", "Pt3Ni(111)", "--size", "2x1", "-o", str(path))
    rows = json.loads(
        output(capsys, "sites", "--file", str(path), "--plot", str(picture), "--json")
    )
    assert len(rows) == 9
    assert {row["surface"] for row in rows} == {"Pt3Ni(111)"}
    assert "9 distinct sites" in picture.read_text(encoding="utf-8")


def test_a_file_that_holds_no_slab_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty.cif").touch()
    (tmp_path / "broken.cif").write_text("loop_")
    write(tmp_path / "bulk.cif", bulk("Cu", cubic=True))
    for name, said in (("empty", "is empty"), ("broken", "broken.cif"), ("bulk", "not a slab")):
        assert said in refusal(capsys, "sites", "--file", str(tmp_path / f"{name}.cif"))


def test_build_writes_a_slab(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "slab.extxyz"
    said = output(capsys, "build", "Pt3Ni(111)", "--layers", "4", "--size", "2x2", "-o", str(path))
    assert "64 atoms" in said
    assert read(path).get_chemical_formula() == "Ni16Pt48"


def test_build_takes_every_option_of_a_slab(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "POSCAR"
    arguments = ["--termination", "NiPt", "--thickness", "9", "--size", "1 1; -1 1"]
    arguments += ["--fixed", "2", "--vacuum", "7", "--functional", "experiment"]
    arguments += ["--strain", "0.01,-0.02", "-o", str(path), "--json"]
    said = json.loads(output(capsys, "build", "Pt3Ni(100)", *arguments))
    expected = Surface("Pt3Ni(100):NiPt").slab(
        thickness_ang=9,
        size=((1, 1), (-1, 1)),
        fixed_layers=2,
        vacuum=7,
        functional="experiment",
        strain=(0.01, -0.02),
    )
    slab = read(path)
    assert slab.cell.array == pytest.approx(expected.cell.array)
    assert len(slab.constraints[0].index) == len(expected.constraints[0].index) == 8
    assert said["surface"] == "Pt3Ni(100):NiPt"
    assert said["layer_compositions"][:2] == [{"Ni": 2, "Pt": 2}, {"Pt": 4}]
    assert (said["excess"], said["symmetric"], said["bulk_like_middle"]) == ({}, False, True)
    assert all(said[key] == value for key, value in expected.info.items())


def test_build_takes_a_format_by_name_and_a_rectangular_cell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "slab.one"
    options = ["--orthogonal", "--size", "2x1", "--format", "vasp", "-o", str(path)]
    said = output(capsys, "build", "Pt(111)", *options)
    assert "Pt(111), 16 atoms in 4 layers; lattice constants of BEEF-vdW" in said
    assert read(path, format="vasp").cell.angles() == pytest.approx([90, 90, 90])
    assert "64 atoms" not in output(capsys, "build", "Pt1/Cu(111)", "-o", str(path) + ".cif")


def test_build_takes_negative_strains_and_vectors(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for strain, expected in (("-0.02,0", [-0.02, 0]), ("-1e-2", [-0.01, -0.01])):
        options = ["--strain", strain, "--size", "-1,1;1,1", "-o", str(tmp_path / "a.cif")]
        said = json.loads(output(capsys, "build", "Pt(111)", *options, "--json"))
        assert (said["strain"], said["size"]) == (expected, [[1, 1], [-1, 1]])


def test_build_takes_another_builder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "slab.extxyz"
    output(capsys, "build", "Pt3Ni(100):NiPt", "--backend", "pymatgen", "-o", str(path))
    assert read(path).info["backend"] == "pymatgen"


def test_build_takes_a_crystal_from_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write(tmp_path / "zincite.cif", bulk("ZnO", "wurtzite", a=3.25, c=5.2))
    options = ["--bulk", str(tmp_path / "zincite.cif"), "-o", str(tmp_path / "slab.cif"), "--json"]
    said = json.loads(output(capsys, "build", "ZnO(10-10)", *options))
    assert (said["surface"], said["crystal"]["space_group"]) == ("ZnO[sg186](10-10)", 186)
    assert set(said["layer_compositions"][0]) == {"Zn", "O"}
    assert "is no surface of the crystal" in refusal(capsys, "build", "MgO(100)", *options)
    rows = json.loads(output(capsys, "sites", "ZnO(10-10)", *options[:2], "--json"))
    assert {row["surface"] for row in rows} == {"ZnO[sg186](10-10)"}
    folder = tmp_path / "oxide"
    place = ["--functional", "PBE", "--code", "espresso", "--out", str(folder)]
    output(capsys, "export", "ZnO(10-10)", *options[:2], *place)
    assert "Zn.UPF" in (folder / "slab" / "espresso" / "relax.in").read_text()


def test_build_warns_of_thin_slabs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(tmp_path / "thin.cif")
    assert main(["build", "Pt(211)", "--layers", "4", "-o", path]) == 0
    warning = capsys.readouterr().err
    assert warning.startswith("catml: warning: Pt(211) with 4 layers is too thin")
    assert "Use layers=7" in warning


def test_datasets(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(output(capsys, "datasets", "--json"))
    adsorption = ["gaspy2018", "ma2015", "mamun2019", "xu2022"]
    assert [row["dataset"] for row in listed] == [*adsorption, "gpaw_alloys", "gpaw_surfaces"]
    assert "Convergence of the top layer" in output(capsys, "datasets", "gpaw_surfaces")
    assert "passed" in output(capsys, "datasets", "ma2015")
    document = json.loads(output(capsys, "datasets", "xu2022", "--json"))
    assert document["problems"] == []
    assert document["card"]["references"]["CO"] == "CO(g)"


def test_predict_with_a_saved_model(
    capsys: pytest.CaptureFixture[str], model_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text("surface,note\nCu3Zr@Cu(100),x\n")
    options = ["--model", str(model_file), "--json"]
    rows = json.loads(
        output(capsys, "predict", "CO", "Pt(100)", "--file", str(tmp_path / "list.csv"), *options)
    )
    assert {row["surface"] for row in rows} == {"Pt(100)", "Cu3Zr@Cu(100)"}
    for row in rows:
        assert row["lower_ev"] < row["energy_ev"] < row["upper_ev"]
        assert (row["adsorbate"], row["reference"], row["functional"]) == ("CO", "CO(g)", "RPBE")


def test_predict_adapted_to_energies_of_ones_own(
    capsys: pytest.CaptureFixture[str], model_file: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("surface,site,energy_ev,functional\nPt(100),ontop-1,-2.4,PBE\n")
    asked = ["predict", "CO", "Pt(100)", "--model", str(model_file)]
    before = json.loads(output(capsys, *asked, "--json"))
    after = json.loads(output(capsys, *asked, "--adapt", str(own), "--json"))
    assert after[0]["site"] == before[0]["site"] == "ontop-1"
    assert abs(after[0]["energy_ev"] + 2.4) < abs(before[0]["energy_ev"] + 2.4)
    assert (before[0]["functional"], after[0]["functional"]) == ("RPBE", "PBE")
    assert "'none.csv' cannot be read" in refusal(capsys, *asked, "--adapt", "none.csv")
    own.write_text("name,energy\nPt(100),-2.4\n")
    assert "has: name, energy" in refusal(capsys, *asked, "--adapt", str(own))


def test_predict_the_most_stable_sites(
    capsys: pytest.CaptureFixture[str], model_file: Path
) -> None:
    asked = ["predict", "CO", "Pt(100)", "Cu3Zr@Cu(100)", "Pt(100)", "--model", str(model_file)]
    surfaces = json.loads(output(capsys, *asked, "--most-stable", "--json"))
    assert [row["surface"] for row in surfaces] == ["Cu3Zr@Cu(100)", "Pt(100)"]
    for row in surfaces:
        assert row["lower_ev"] < row["energy_ev"] < row["upper_ev"]
        assert 0 < row["probability_most_stable"] <= 1
    assert "most_stable" in output(capsys, *asked, "--most-stable")


def test_lookup_gives_the_known_value_and_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(output(capsys, "lookup", "CO", "Pt3Ni@Pt(100)", "--json"))
    assert [(row["energy_ev"], row["source"], row["origin"]) for row in rows] == [
        (-1.51, "ma2015", "dataset")
    ]
    assert rows[0]["std_ev"] is None


def test_import_makes_a_dataset_and_names_what_it_left_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_text(
        "surface,E_ads,site_label\nCu(111),-0.45,top\nPt(111),n/a,top\nPt(111),-1.4,fcc\n"
    )
    columns = ["--column", "E_ads=energy_ev", "--default", "adsorbate=CO"]
    defaults = ["--default", "reference=CO(g)", "--default", "functional=PBE"]
    place = ["--name", "ours", "--out", str(tmp_path / "sets")]
    code = main(["import", str(tmp_path / "own.csv"), *place, *columns, *defaults])
    captured = capsys.readouterr()
    assert code == 0
    assert "2 rows imported, 1 not" in captured.out
    assert "row 3" in captured.err
    assert "'n/a'" in captured.err
    table = load_dataset("ours", folder=tmp_path / "sets")
    assert table["energy_ev"].tolist() == [-0.45, -1.4]
    assert "passed" in output(capsys, "datasets", "ours", "--folder", str(tmp_path / "sets"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sites", "Ru(111)"], "0001"),
        (["sites", ""], "surface"),
        (["sites"], "give a surface's name, or the file of a slab"),
        (["sites", "Cu(111)", "--file", "slab.cif"], "not both"),
        (["export", "Cu(111)", "--site", "ontop-1", "--out", "x"], "no adsorbate to place"),
        (["export", "--out", "x"], "give a surface's name"),
        (["export", "--file", "none.cif", "--out", "x"], "'none.cif' does not exist"),
        (["export", "Cu(111)", "--code", "castep", "--out", "x"], "code 'castep'"),
        (["export", "Cu(111)", "--functional", "LDA", "--out", "x"], "LDA"),
        (["export", "Cu(111)", "--size", "2by2", "--out", "x"], "size '2by2'"),
        (["export", "Cu(111)", "--layers", "0", "--out", "x"], "layers"),
        (["export", "Cu(111)", "--fixed", "9", "--out", "x"], "fixed"),
        (["export", "Cu(111)", "--vacuum", "1", "--out", "x"], "vacuum"),
        (["sites", "--file", "none.extxyz"], "'none.extxyz' does not exist"),
        (["sites", "--file", "."], "is a folder"),
        (["sites", "--file", "a.cif", "--size", "2x2"], "--size is that of the picture"),
        (["sites", "--file", "a.cif", "--bulk", "b.cif"], "--bulk goes with a surface's name"),
        (["sites", "Cu(111)", "--size", "2x2"], "give --plot with it"),
        (["sites", "Cu(111)", "--plot", "sites.jpeg"], "must end in .png or .svg"),
        (["sites", "Cu(111)", "--plot", "a.png", "--size", "2"], "size '2'"),
        (["build", "Cu(111)", "--size", "2by2", "-o", "x.cif"], "size '2by2'"),
        (["build", "Cu(111)", "--size", "1 2; 3", "-o", "x.cif"], "size '1 2; 3'"),
        (["build", "Cu(111)", "--size", "1 2; 2 4", "-o", "x.cif"], "span no cell"),
        (["build", "Cu(111)", "--size", "0x2", "-o", "x.cif"], "at least (1, 1)"),
        (["build", "Cu(111)", "--layers", "0", "-o", "x.cif"], "layers"),
        (["build", "Cu(111)", "--layers", "4", "--thickness", "9", "-o", "x.cif"], "one of the"),
        (["build", "Cu(111)", "--fixed", "9", "-o", "x.cif"], "fixed_layers=9"),
        (["build", "Cu(111)", "--backend", "vasp", "-o", "x.cif"], "Unknown backend 'vasp'"),
        (["build", "Cu(111)", "--strain", "2", "-o", "x.cif"], "0.02 is 2 %"),
        (["build", "Cu(111)", "--strain", "much", "-o", "x.cif"], "strain 'much'"),
        (["build", "Cu(111)", "--functional", "LDA", "-o", "x.cif"], "'LDA'"),
        (["build", "Cu(111)", "--termination", "Cu", "-o", "x.cif"], "has only one"),
        (["build", "Pt3Ni(100)", "--termination", "Ni", "-o", "x.cif"], "Allowed are"),
        (["build", "Pt3Ni(100):Pt", "--termination", "Pt", "-o", "x.cif"], "already"),
        (["build", "Cu(111)", "--bulk", "none.cif", "-o", "x.cif"], "none.cif"),
        (["build", "Cu(111)", "--format", "vaps", "-o", "x.cif"], "written as 'vaps'"),
        (["build", "Cu(111)", "-o", "x.nonsense"], "cannot be written as 'x.nonsense'"),
        (["predict", "CO"], "no surface is given"),
        (["predict", "CO", "--file", "none.csv"], "'none.csv' cannot be read"),
        (["predict", "CO", "Cu(111)", "--model", "none.skops"], "none.skops"),
        (["predict", "2N", "Cu(111)"], "no row of '2N' may be learned from"),
        (["predict", "CO", "Cu(111)", "--regressor", "svm"], "no regressor 'svm'"),
        (
            ["predict", "CO", "Cu(111)", "--model", "a", "--regressor", "ridge"],
            "leave --regressor out",
        ),
        (["lookup", "Xx", "Cu(111)"], "neither a dataset nor an adsorbate"),
        (["datasets", "ma2016"], "did you mean 'ma2015'"),
        (["datasets", "--folder", "none"], "'none' is no folder"),
        (["run", "none.yaml"], "does not exist"),
        (["import", "none.csv", "--name", "a", "--out", "b"], "none.csv"),
        (["import", "a.csv", "--name", "a", "--out", "b", "--column", "x"], "name=value"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refusal(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_table_without_the_column_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    pd.DataFrame({"name": ["Cu(111)"]}).to_csv(path, index=False)
    assert "no column 'surface'; it has: name" in refusal(
        capsys, "predict", "CO", "--file", str(path)
    )


def test_a_model_of_another_adsorbate_is_refused(
    capsys: pytest.CaptureFixture[str], model_file: Path
) -> None:
    said = refusal(capsys, "predict", "N", "Cu(111)", "--model", str(model_file))
    assert "predicts CO, not N" in said
