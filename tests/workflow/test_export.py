import json
from pathlib import Path

import pytest
from ase.io import read
from ase.spacegroup import crystal

from catml.cli import main
from catml.data.tables import load_dataset
from catml.errors import CatmlError, ModelError, SurfaceError
from catml.models.adsorption import AdsorptionModel
from catml.structures.surface import Surface
from catml.workflow.export import export_structures, most_stable_site


@pytest.fixture(scope="module")
def model() -> AdsorptionModel:
    table = load_dataset("CO")
    small = table[table["source"] != "gaspy2018"]
    model = AdsorptionModel("CO", regressor="ridge", descriptors="environment")
    return model.fit(small)


def test_the_most_stable_site_is_taken_where_none_is_named(
    tmp_path: Path, model: AdsorptionModel
) -> None:
    exported = export_structures("Cu(211)", tmp_path / "cu", adsorbate="CO", model=model)
    predicted = model.predict("Cu(211)").set_index("site")["energy_ev"]
    assert exported.site == predicted.idxmin()
    assert exported.prediction is not None
    assert exported.prediction["energy_ev"] == predicted.min()
    clean, covered = exported.folders
    assert covered.name == f"CO-{exported.site}"
    text = exported.summary()
    assert f"{exported.site} is the most stable site, {predicted.min():+.2f} eV" in text
    assert str(covered) in text
    # The functional is that of the prediction.
    assert "GGA      = RP" in (covered / "vasp" / "INCAR").read_text()
    assert (clean / "vasp" / "POSCAR").is_file()


def test_a_named_site_needs_no_model(tmp_path: Path) -> None:
    exported = export_structures(
        Surface("Pt3Ni(111)"),
        tmp_path / "n",
        adsorbate="N",
        site="hollow-fcc-1",
        codes=("gpaw",),
        size=(2, 1),
        layers=5,
        fixed_layers=3,
    )
    assert exported.prediction is None
    atoms = read(exported.folders[1] / "structure.extxyz")
    assert atoms.get_chemical_formula() == "NNi10Pt30"
    assert len(atoms.constraints[0].index) == 24
    # The functional of the data of N.
    assert 'xc="BEEF-vdW"' in (exported.folders[1] / "gpaw" / "relax.py").read_text()


def test_a_finished_slab_is_taken_as_it_is(tmp_path: Path, model: AdsorptionModel) -> None:
    slab = Surface("Cu(111)").slab(size=(3, 2), fixed_layers=1)
    exported = export_structures(slab, tmp_path / "slab", adsorbate="CO", model=model)
    atoms = read(exported.folders[0] / "structure.extxyz")
    assert len(atoms) == 24
    assert len(atoms.constraints[0].index) == 6
    with pytest.raises(SurfaceError, match="taken as it is; leave out size, layers"):
        export_structures(slab, tmp_path / "b", size=(2, 2), layers=4)


def test_without_an_adsorbate_the_clean_slab_is_written(tmp_path: Path) -> None:
    exported = export_structures("Cu(100)", tmp_path / "cu", codes=())
    assert [folder.name for folder in exported.folders] == ["slab"]
    assert [path.name for path in exported.folders[0].iterdir()] == ["structure.extxyz"]
    assert exported.summary() == str(tmp_path / "cu" / "slab")


def test_known_energies_choose_before_predictions(monkeypatch: pytest.MonkeyPatch, model) -> None:
    monkeypatch.setattr("catml.models.default.default_model", lambda adsorbate: model)
    row = most_stable_site(Surface("Pt3Ni@Pt(100)"), "CO")
    known = load_dataset("CO").query("surface == 'Pt3Ni@Pt(100)' and site != ''")
    assert row["origin"] == "known"
    assert row["energy_ev"] == pytest.approx(known.groupby("site")["energy_ev"].mean().min())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"site": "ontop-1"}, "no adsorbate to place"),
        ({"adsorbate": "CO", "site": "ontop-9"}, "no site 'ontop-9'"),
        ({"adsorbate": "CO", "codes": ["castep"]}, "code 'castep'"),
        ({"adsorbate": "Xy", "site": "ontop-1"}, "Xy"),
        ({"functional": "LDA"}, "LDA"),
    ],
)
def test_what_cannot_be_is_one_message_and_leaves_nothing(
    tmp_path: Path, options: dict[str, object], said: str
) -> None:
    with pytest.raises(CatmlError, match=said):
        export_structures("Ni(111)", tmp_path / "out", **options)
    assert list(tmp_path.iterdir()) == []


def test_an_adsorbate_without_energies_asks_for_the_site(tmp_path: Path) -> None:
    with pytest.raises(SurfaceError, match=r"no energies of OOH are known.*name the site"):
        export_structures("Pt(111)", tmp_path / "x", adsorbate="OOH")
    with pytest.raises(SurfaceError, match="'Zz' is not known"):
        export_structures("Pt(111)", tmp_path / "x", adsorbate="Zz")
    assert not (tmp_path / "x").exists()


def test_a_model_of_another_adsorbate_is_refused(tmp_path: Path, model: AdsorptionModel) -> None:
    with pytest.raises(ModelError, match="model is of CO, not of N"):
        export_structures("Ni(111)", tmp_path / "out", adsorbate="N", model=model)


def test_the_command_line_does_the_same(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, model: AdsorptionModel
) -> None:
    saved = tmp_path / "co.skops"
    model.save(saved)
    arguments = ["export", "Cu3Zr@Cu(100)", "--adsorbate", "CO", "--model", str(saved)]
    options = ["--code", "vasp", "--code", "espresso", "--size", "2x2", "--fixed", "1"]
    assert main([*arguments, *options, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    (covered,) = (tmp_path / "out").glob("CO-*")
    assert f"{covered.name.removeprefix('CO-')} is the most stable site" in said.out
    assert {path.name for path in covered.iterdir()} == {"structure.extxyz", "vasp", "espresso"}
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    assert "holds files already" in capsys.readouterr().err


def test_the_adsorbate_stays_where_the_prediction_put_it(
    tmp_path: Path, model: AdsorptionModel
) -> None:
    exported = export_structures("Pt(111)", tmp_path / "pt", adsorbate="CO", model=model, codes=())
    info = read(exported.folders[1] / "structure.extxyz").info
    assert (info["surface"], info["site"], info["adsorbate"]) == ("Pt(111)", exported.site, "CO")
    assert json.dumps(info["lattice"])


def test_a_surface_of_any_crystal_is_exported(tmp_path: Path) -> None:
    rutile = crystal(
        ["Ru", "O"], [(0, 0, 0), (0.306, 0.306, 0)], spacegroup=136,
        cellpar=[4.49, 4.49, 3.11, 90, 90, 90],
    )  # fmt: skip
    surface = Surface.from_bulk(rutile, (1, 1, 0))
    exported = export_structures(surface, tmp_path / "oxide", functional="PBE")
    assert read(exported.folders[0] / "structure.extxyz").get_chemical_formula() != ""
    assert (exported.folders[0] / "vasp" / "POTCAR.spec").read_text().split() == ["O", "Ru_pv"]
