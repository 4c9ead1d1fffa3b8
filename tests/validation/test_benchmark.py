import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from catml.errors import DatasetError
from catml.validation.benchmark import CellResult, read_predictions, run_cells
from catml.validation.benchmark_data import benchmark_table
from catml.validation.benchmark_models import MODELS
from catml.validation.benchmark_plan import Cell, make_plan
from catml.validation.crossval import cross_validate

MEANS = ["mean", "host_mean", "composition_mean", "site_element_mean"]
# Dies at once, as at a power cut, after the third result.
KILLED = """
import os, signal, sys
from catml.validation.benchmark import run_cells
from catml.validation.benchmark_plan import make_plan

done = []
def report(result, kept):
    done.append(result)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

cells = make_plan(data=["ma2015"], splits=["composition", "host"], models=sys.argv[2:]).cells
run_cells(cells, sys.argv[1], report=report)
"""


def cells() -> tuple[Cell, ...]:
    return make_plan(data=["ma2015"], splits=["composition", "host"], models=MEANS).cells


def comparable(results: list[CellResult]) -> list[tuple[object, ...]]:
    return [(r.cell, r.scores, r.held_out, r.n_train, r.n_folds, r.problem) for r in results]


def test_a_killed_run_goes_on_where_it_was_and_ends_with_the_same_result(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "killed"), *MEANS], check=False
    )
    assert killed.returncode == -9
    kept: list[bool] = []
    resumed = run_cells(cells(), tmp_path / "killed", report=lambda _, was: kept.append(was))
    assert kept.count(True) == 3
    assert kept.count(False) == len(cells()) - 3
    whole = run_cells(cells(), tmp_path / "whole")
    assert comparable(resumed) == comparable(whole)
    assert [result.cell for result in resumed] == list(cells())


def test_scores_are_those_of_the_cross_validation(tmp_path: Path) -> None:
    cell = Cell("ma2015", "composition", "host_mean", 10)
    (result,) = run_cells([cell], tmp_path)
    direct = cross_validate(
        MODELS["host_mean"].make("CO"), benchmark_table("ma2015"), split="composition", folds=10
    )
    score = result.score("mae")
    assert score is not None
    row = direct.scores.set_index("metric").loc["mae"]
    assert score["value"] == pytest.approx(row["value"], abs=1e-6)
    assert (score["low"], score["high"]) == pytest.approx((row["low"], row["high"]), abs=1e-6)
    assert (score["n"], score["n_groups"], score["unit"]) == (285, 145, "eV")
    assert result.score("coverage_90") is None
    assert result.n_train == pytest.approx(285 * 0.9)
    predictions = read_predictions(cell, tmp_path)
    pd.testing.assert_series_equal(
        predictions["energy_ev"], direct.predictions["energy_ev"].round(4), check_index=False
    )


def test_damaged_and_outdated_cells_are_measured_again(tmp_path: Path) -> None:
    cell = Cell("ma2015", "host", "mean", None)
    (first,) = run_cells([cell], tmp_path)
    file = tmp_path / "cells" / f"{cell.key}.json"
    content = file.read_text()
    outdated = json.dumps({**json.loads(content), "made_with": "0123456789abcdef"})
    for text in (content[:100], "[]", "", outdated):
        file.write_text(text)
        kept: list[bool] = []
        (again,) = run_cells([cell], tmp_path, report=lambda _, was, k=kept: k.append(was))
        assert kept == [False]
        assert comparable([again]) == comparable([first])
    kept = []
    run_cells([cell], tmp_path, report=lambda _, was: kept.append(was))
    assert kept == [True]


def test_processes_do_not_change_the_scores(tmp_path: Path) -> None:
    few = cells()[:3]
    one = run_cells(few, tmp_path / "one")
    two = run_cells(few, tmp_path / "two", jobs=2)
    assert comparable(one) == comparable(two)
    with pytest.raises(DatasetError, match="asked for 0 processes"):
        run_cells(few, tmp_path, jobs=0)


def test_what_cannot_be_measured_says_why_and_is_not_kept(tmp_path: Path) -> None:
    cell = Cell("ma2015", "facet", "mean", None)
    (result,) = run_cells([cell], tmp_path)
    assert "1 groups by facet, which cannot make" in result.problem
    assert result.scores == ()
    assert not list(tmp_path.glob("cells/*"))


def test_one_left_out_at_a_time_is_named(tmp_path: Path) -> None:
    hosts, compositions = run_cells(
        [Cell("ma2015", "host", "mean", None), Cell("ma2015", "composition", "mean", 10)], tmp_path
    )
    assert hosts.held_out == ("Ag", "Au", "Cu", "Ni", "Pd", "Pt")
    assert compositions.held_out == ()
