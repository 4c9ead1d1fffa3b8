from pathlib import Path

import pandas as pd
import pytest

from catml.validation.benchmark import CellResult, read_predictions, run_cells
from catml.validation.benchmark_data import benchmark_table
from catml.validation.benchmark_plan import Cell
from catml.validation.benchmark_results import benchmark_document
from catml.validation.benchmark_uncertainty import (
    FEWEST_ROWS,
    coverage_results,
    uncertainty_results,
)
from catml.validation.uncertainty_scores import MEASURES, sharpness

RIDGE = Cell("ma2015", "composition", "ridge", 10)
CELLS = [RIDGE, Cell("ma2015", "composition", "mean", 10)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[CellResult], Path]:
    folder = tmp_path_factory.mktemp("cells")
    part = Cell("ma2015", "composition", "ridge", 10, 0.25)
    return run_cells([*CELLS, part], folder), folder


def test_every_measure_is_of_the_kept_predictions_of_models_with_intervals(run) -> None:
    results, folder = run
    table = uncertainty_results(results, folder)
    assert set(table["model"]) == {"ridge"}
    assert table["metric"].tolist() == list(MEASURES)
    assert (table["low"] <= table["high"]).all()
    found = table.set_index("metric")["value"]
    assert found["sharpness"] == pytest.approx(
        sharpness(read_predictions(RIDGE, folder)["std_ev"]), abs=1e-9
    )
    # The same area that the cell was scored with, but for the rounding of what is kept.
    score = results[0].score("miscalibration_area")
    assert score is not None
    assert found["miscalibration_area"] == pytest.approx(score["value"], abs=2e-3)


def test_coverage_by_label_is_counted_by_hand(run) -> None:
    results, folder = run
    table = coverage_results(results, folder)
    predictions = read_predictions(RIDGE, folder).set_index("row")
    rows = benchmark_table("ma2015").set_index("row")
    inside = (predictions["lower_ev"] <= predictions["truth_ev"]) & (
        predictions["truth_ev"] <= predictions["upper_ev"]
    )
    for family in ("skin", "overlayer"):
        members = rows.index[rows["family"] == family]
        found = table[(table["kind"] == "family") & (table["label"] == family)].iloc[0]
        assert found["n"] == len(members)
        assert found["value"] == pytest.approx(inside[members].mean())
        assert found["low"] < found["value"] < found["high"]
    assert table["n"].min() >= FEWEST_ROWS
    # Pure surfaces are six rows: too few.
    assert "pure" not in set(table["label"])
    hosts = {host: inside[rows.index[rows["host"] == host]].mean() for host in set(rows["host"])}
    (least,) = table[table["kind"] == "host"].to_dict(orient="records")
    assert least["value"] == pytest.approx(min(hosts.values()))


def test_without_intervals_the_tables_are_empty(run) -> None:
    results, folder = run
    for table in (
        uncertainty_results(results[1:2], folder),
        coverage_results(results[1:2], folder),
    ):
        assert table.empty
        assert {"data", "split", "model", "value", "low", "high"} <= set(table.columns)


def test_a_std_rounded_to_nothing_can_still_be_judged(run, tmp_path: Path) -> None:
    results, folder = run
    predictions = read_predictions(RIDGE, folder)
    predictions.loc[0, "std_ev"] = 0.0
    file = tmp_path / "predictions" / f"{RIDGE.key}.csv"
    file.parent.mkdir()
    predictions.to_csv(file, index=False)
    assert uncertainty_results(results[:1], tmp_path)["value"].notna().all()


def test_the_document_has_them_at_their_cell(run) -> None:
    results, folder = run
    document = benchmark_document(
        results,
        [],
        command="catml benchmark",
        uncertainty=uncertainty_results(results, folder),
        coverage=coverage_results(results, folder),
    )
    whole, mean, part = document["cells"]
    assert [entry["metric"] for entry in whole["uncertainty"]] == list(MEASURES)
    assert {"kind", "label", "value", "low", "high", "n", "n_groups"} == set(whole["coverage"][0])
    assert mean["uncertainty"] is mean["coverage"] is None
    assert part["uncertainty"] is part["coverage"] is None
    assert isinstance(pd.DataFrame(whole["coverage"])["value"].max(), float)
