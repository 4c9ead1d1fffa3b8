import json
from pathlib import Path

import pytest

from catml.validation.benchmark import CellResult, run_cells
from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_plan import Cell, LeftOut, make_plan
from catml.validation.benchmark_results import (
    benchmark_document,
    published_results,
    published_text,
    results_table,
)
from catml.validation.recipes import RECIPES


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[CellResult]:
    plan = make_plan(
        data=["ma2015"], splits=["random", "composition"], models=["mean", "oconnor2018", "ridge"]
    )
    return run_cells(plan.cells, tmp_path_factory.mktemp("cells"))


def test_every_cell_is_a_row_with_scores_intervals_and_times(results) -> None:
    table = results_table(results).set_index(["split", "model"])
    assert len(table) == 6
    ridge = table.loc["composition", "ridge"]
    assert ridge["mae_low"] < ridge["mae"] < ridge["mae_high"] < ridge["rmse_high"]
    assert (ridge["n"], ridge["n_groups"], ridge["n_folds"]) == (285, 145, 10)
    assert 0.8 < ridge["coverage_90"] <= 1.0
    assert ridge["fit_seconds"] > 0
    assert table["coverage_90"].isna().tolist() == (table["kind"] != "ours").tolist()


def test_a_cell_with_a_problem_is_no_row_but_has_its_reason_in_the_document(results) -> None:
    broken = CellResult(Cell("ma2015", "host", "mean", None), problem="broke: for a reason")
    assert len(results_table([*results, broken])) == 6
    left_out = [LeftOut("n", "host", "catml", "takes long")]
    document = benchmark_document([*results, broken], left_out, command="catml benchmark")
    assert [item["reason"] for item in document["left_out"]] == [
        "takes long",
        "broke: for a reason",
    ]


def test_the_document_is_json_without_nan(results) -> None:
    document = benchmark_document(results, [], command="catml benchmark")
    again = json.loads(json.dumps(document, allow_nan=False))
    assert len(again["cells"]) == 6
    published = {cell["model"]: cell["published"] for cell in again["cells"]}
    assert published["mean"] is None
    assert {entry["key"] for entry in again["published"]} >= {"ma2015", "dosnet2021"}
    assert [data["n"] for data in again["data"]] == [285]


def test_published_figures_are_of_known_recipes_and_data() -> None:
    table = published_results()
    assert set(table["recipe"]) - {""} <= set(RECIPES)
    assert set(table["data"]) - {""} <= set(DATA)
    assert set(table["metric"]) <= {"mae", "rmse", "error", ""}
    assert (table["value_ev"].isna() == (table["metric"] == "")).all()
    assert table["doi"].str.match(r"10\.\d{4}|arXiv:\d{4}").all()
    figures = table.set_index("key")["value_ev"]
    # The sources' own figures, eV.
    assert figures["tran2018-rmse"] == 0.33
    assert figures["motifs2021"] == 0.12
    assert figures["noh2018-active"] == 0.05
    assert figures["dosnet2021"] == 0.163


def test_whose_data_a_published_figure_is_of_is_said() -> None:
    assert published_text("ma2015", "ma2015") == "error 0.10 (random, same data)"
    assert published_text("motifs2021", "n") == "MAE 0.12 (random, other data)"
    assert "after active learning" in published_text("noh2018", "ma2015")


def test_the_results_folder_holds_nothing_half_written(results, tmp_path: Path) -> None:
    run_cells([results[0].cell], tmp_path)
    names = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    key = results[0].cell.key
    assert names == sorted([f"{key}.json", f"{key}.csv"])
