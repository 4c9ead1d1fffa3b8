"""`catml fit` and `catml model` as a user meets them."""

import json
from pathlib import Path

import pytest

from catml.cli import main
from catml.models.files.persistence import load_model

FIT = ("--data", "ma2015", "--regressor", "ridge", "--descriptors", "environment")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_a_model_is_fitted_described_and_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = str(tmp_path / "co.skops")
    text = said(capsys, "fit", "CO", *FIT, "-o", path)
    assert text == said(capsys, "model", path)
    assert text.startswith(f"{path}: adsorption energies of CO, reference CO(g), functional RPBE")
    assert "ridge regression; descriptors: environment" in text
    assert "285 rows: 285 of ma2015" in text
    assert "hosts: Ag, Au, Cu, Ni, Pd, Pt" in text
    assert "site kinds: ontop" in text
    assert max(map(len, text.splitlines()[1:])) <= 100
    stated = json.loads(said(capsys, "model", path, "--json"))
    assert stated["training"]["checksum"] == load_model(path).training_.checksum
    (composition, *_) = stated["scores"]
    assert composition["split"] == "composition"
    assert composition["n_rows"] == 285
    assert f"set of elements     {composition['mae_ev']:.3f}" in text
    rows = json.loads(said(capsys, "predict", "CO", "Hf@Cu(100)", "--model", path, "--json"))
    assert {row["surface"] for row in rows} == {"Hf@Cu(100)"}
    picture = tmp_path / "map.svg"
    said(capsys, "predict", "CO", "Hf@Cu(100)", "--model", path, "--map", str(picture))
    drawn = picture.read_text(encoding="utf-8")
    inside = sum(row["in_domain"] for row in rows)
    assert "training rows, n = 285" in drawn
    assert f"candidates, outside, n = {len(rows) - inside}" in drawn


def test_joined_data_say_by_how_much_they_were_moved(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = str(tmp_path / "co.skops")
    stated = json.loads(
        said(capsys, "fit", "CO", *FIT, "--data", "xu2022", "--seed", "3", "-o", path, "--json")
    )
    assert stated["training"]["sources"] == {"ma2015": 285, "xu2022": 235}
    assert stated["model"]["seed"] == 3
    assert "xu2022 moved from BEEF-vdW to RPBE by +0.037 ± 0.012 eV" in said(capsys, "model", path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "CO", "--data", "mamun2019"], "'mamun2019' holds no CO; those that do: gaspy"),
        (["fit", "ma2015"], "'ma2015' is a dataset; name the adsorbate, and the dataset with --d"),
        (["fit", "Xx"], "'Xx' is neither a dataset nor an adsorbate"),
        (["fit", "CO", "--regressor", "svm"], "no regressor 'svm'"),
        (["fit", "CO", "--data", "ma2015", "--descriptors", "shape"], "descriptors 'shape'"),
        (["fit", "CO", "--data", "ma2015", "--functional", "LDA"], "LDA"),
        (["fit", "CO", "--folder", "nowhere"], "'nowhere' is no folder"),
        (["fit", "CO", "--data", "ma2015", "--prior", "magic"], "'magic'"),
        (["fit", "CO", "--data", "ma2015", "--seed", "-1"], "The seed is -1"),
        (["fit", "CO", "--data", "ma2015", "--intervals", "wide"], "'wide'"),
    ],
)
def test_what_cannot_be_fitted_is_one_message(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    assert main([*arguments, "-o", str(tmp_path / "co.skops")]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not (tmp_path / "co.skops").exists()


def test_files_that_are_no_models_are_one_message(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "note.skops").write_text("not a model")
    for path, message in (("note.skops", "not a usable model file"), ("none.skops", "cannot be")):
        assert main(["model", str(tmp_path / path)]) == 2
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1


def test_a_saved_model_is_asked_where_no_value_is_known(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = str(tmp_path / "co.skops")
    said(capsys, "fit", "CO", *FIT, "-o", path)
    (row, *_) = json.loads(said(capsys, "lookup", "CO", "Cu(100)", "--model", path, "--json"))
    assert (row["origin"], row["source"]) == ("dataset", "ma2015")
    (row, *_) = json.loads(said(capsys, "lookup", "CO", "Hf@Cu(100)", "--model", path, "--json"))
    assert (row["origin"], row["source"]) == ("prediction", "model")
    assert main(["lookup", "N", "Cu(100)", "--model", path]) == 2
    assert "The model is of CO, not of N" in capsys.readouterr().err
