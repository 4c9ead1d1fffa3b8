"""`catml benchmark` as a user meets it."""

import json
from pathlib import Path

import pytest

from catml.cli import main

SMALL = ("--data", "ma2015", "--split", "composition", "--split", "random", "--model", "mean")


def run(*arguments: str, out: Path) -> int:
    return main(["benchmark", *SMALL, "--jobs", "1", "--out", str(out), *arguments])


def test_json_is_one_document_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--model", "oconnor2018", "--json", "--quiet", out=tmp_path) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    document = json.loads(captured.out)
    cells = {(cell["split"], cell["model"]) for cell in document["cells"]}
    assert cells == {(s, m) for s in ("composition", "random") for m in ("mean", "oconnor2018")}
    metrics = {score["metric"]: score for score in document["cells"][0]["scores"]}
    assert set(metrics) >= {"mae", "rmse", "median_absolute_error", "bias", "spearman"}
    assert {"value", "low", "high", "n", "n_groups", "unit"} <= set(metrics["mae"])
    assert document == json.loads((tmp_path / "results.json").read_text())


def test_tables_page_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page"
    assert run("--page", str(page), out=tmp_path / "run") == 0
    captured = capsys.readouterr()
    # The random split stands behind the grouped one.
    assert captured.out.index("new compositions") < captured.out.index("random rows")
    assert "0.450 [0.409, 0.492]" in captured.out
    assert "2 cells" in captured.err
    assert "MAE 0.450 eV" in captured.err
    text = (page / "results.md").read_text()
    assert "Made by `catml benchmark --data ma2015" in text
    assert "| mean | 0.450 [0.409, 0.492] |" in text
    assert "https://doi.org/10.1038/s41929-018-0142-1" in text
    same = (
        "Published on the same calculations, in eV: Ma, Li, Achenie & Xin 2015 error 0.1 (random). "
        "Noise floor of DFT: MAE 0.067, RMSE 0.075."
    )
    assert same in text
    for picture in page.glob("*.png"):
        assert f"({picture.name})" in text
        assert picture.read_bytes().startswith(b"\x89PNG")
    assert (page / "errors-ma2015.png").is_file()


def test_a_second_run_takes_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--quiet", out=tmp_path)
    first = capsys.readouterr().out
    run(out=tmp_path)
    captured = capsys.readouterr()
    assert captured.out == first
    assert captured.err.count(", kept") == 2


def test_the_choice_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--list"]) == 0
    text = capsys.readouterr().out
    for word in (
        "ma2015",
        "composition",
        "tran2018 (published)",
        "mean (baseline)",
        "catml (ours)",
    ):
        assert word in text


def test_the_choice_is_listed_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--list", "--json"]) == 0
    choices = json.loads(capsys.readouterr().out)
    assert {"name": "mean", "kind": "baseline"}.items() <= choices["models"][0].items()
    (ma,) = (data for data in choices["datasets"] if data["name"] == "ma2015")
    assert "composition" in ma["splits"]


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_measured(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    assert run(out=tmp_path / "file" / "run") == 2
    told = capsys.readouterr().err
    assert told.startswith("catml: The folder ")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "ma2051"], "no dataset 'ma2051'; did you mean 'ma2015'?"),
        (["--model", "magic"], "no model 'magic'"),
        (["--split", "colour"], "no split 'colour'"),
        (["--data", "n", "--split", "random"], "only the random split is selected"),
        (["--quick", "--jobs", "0"], "0 processes"),
    ],
)
def test_wrong_names_are_one_message_and_exit_code_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["benchmark", "--quiet", "--out", str(tmp_path), *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.startswith("catml: ")
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.slow
def test_the_quick_benchmark_ends_with_ours_ahead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["benchmark", "--quick", "--json", "--quiet", "--out", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["left_out"] == []
    errors: dict[str, dict[str, float]] = {}
    for cell in document["cells"]:
        scores = {score["metric"]: score["value"] for score in cell["scores"]}
        errors.setdefault(cell["split"], {})[cell["model"]] = scores["mae"]
    assert set(errors) == {"random", "composition", "host"}
    for of_models in errors.values():
        assert of_models["catml"] == min(of_models.values())
        assert of_models["ma2015"] < of_models["mean"]
    assert {path.name for path in tmp_path.glob("*.png")} >= {
        "errors-ma2015.png",
        "parity-ma2015.png",
    }
