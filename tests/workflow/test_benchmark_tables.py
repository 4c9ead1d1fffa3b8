import numpy as np
import pandas as pd
import pytest

from catml.validation.benchmark_plan import LeftOut
from catml.validation.metrics import UNITS
from catml.workflow.benchmark_page import results_page
from catml.workflow.benchmark_tables import (
    Findings,
    coverage_rows,
    least_covered,
    left_out_lines,
    published_on,
    split_summaries,
    uncertainty_rows,
    verdicts,
)
from catml.workflow.benchmark_text import results_text

MODELS = {
    "catml": ("ours", 0.10),
    "catml_dft": ("ours", 0.15),
    "oconnor2018": ("published", 0.30),
    "tran2018": ("published", 0.20),
    "host_mean": ("baseline", 0.25),
}


def row(split: str, model: str, mae: float, *, kind: str) -> dict[str, object]:
    scores = {"mae": mae, "rmse": 2 * mae, "median_absolute_error": mae / 2, "bias": 0.0}
    if kind == "ours":
        scores |= {"coverage_90": 0.9, "interval_width": 4 * mae, "miscalibration_area": 0.02}
    values: dict[str, object] = {
        "data": "ma2015",
        "split": split,
        "model": model,
        "kind": kind,
        "title": model,
        "train_share": 1.0,
        "n": 285,
        "n_groups": 145,
        "n_folds": 10,
        "n_train": 256.5,
        "fit_seconds": 0.2,
        "predict_seconds": 0.01,
    }
    for metric in UNITS:
        value = scores.get(metric, np.nan)
        values |= {metric: value, f"{metric}_low": 0.9 * value, f"{metric}_high": 1.1 * value}
    return values


@pytest.fixture
def findings() -> Findings:
    rows = [
        # Unseen hosts are where the recipes are better.
        row(split, model, mae + (0.2 if (split, kind) == ("host", "ours") else 0.0), kind=kind)
        for split in ("random", "composition", "host")
        for model, (kind, mae) in MODELS.items()
    ]
    measures = {
        "miscalibration_area": 0.02,
        "ence": 0.2,
        "sharpness": 0.1,
        "dispersion": 0.3,
        "negative_log_likelihood": -1.0,
        "error_correlation": np.nan,
    }
    keys = [("ma2015", split, "catml") for split in ("random", "composition", "host")]
    uncertainty = [
        (*key, name, value, value - 0.01, value + 0.01, 285, 145, "1")
        for key in keys
        for name, value in measures.items()
    ]
    shares = [
        ("host", "Cu", 0.8, 57),
        ("site kind", "ontop", 0.9, 285),
        ("family", "skin", 0.85, 144),
        ("family", "overlayer", 0.95, 31),
    ]
    coverage = [
        (*key, kind, label, share, share - 0.04, share + 0.04, n, 30)
        for key in keys
        for kind, label, share, n in shares
    ]
    names = ["data", "split", "model"]
    ends = ["value", "low", "high", "n", "n_groups"]
    return Findings(
        pd.DataFrame(rows),
        pd.DataFrame(uncertainty, columns=[*names, "metric", *ends, "unit"]),
        pd.DataFrame(coverage, columns=[*names, "kind", "label", *ends]),
        (LeftOut("ma2015", "host", "tpot", "takes long"),),
    )


def test_the_short_of_a_split_names_the_best_of_each_kind_and_random_is_last(findings) -> None:
    summaries = split_summaries(findings.table)
    assert [item.split for item in summaries] == ["composition", "host", "random"]
    names = {key: best["model"] for key, best in summaries[0].best.items()}
    assert names == {
        "catml": "catml",
        "catml_dft": "catml_dft",
        "published": "tran2018",
        "baseline": "host_mean",
    }


def test_where_others_are_better_is_said(findings) -> None:
    recipes, baselines = verdicts(findings.table)
    assert "best published recipe on 2 of 3 pairs" in recipes
    assert recipes.endswith("not on `ma2015`, unseen host metals (tran2018).")
    assert baselines.endswith("not on `ma2015`, unseen host metals (host_mean).")


def test_figures_on_the_same_calculations_stand_together() -> None:
    assert "Tran & Ulissi 2018 MAE 0.18, RMSE 0.33 (random 90/10)" in published_on("co")
    assert published_on("co-surfaces").startswith("Nothing was published")


def test_uncertainty_and_coverage_in_tables(findings) -> None:
    table = uncertainty_rows(findings, "ma2015", "catml")
    assert len(table) == 3
    assert table["ENCE"].tolist() == ["0.200 [0.190, 0.210]"] * 3
    assert set(table["Spearman of error and std"]) == {"–"}
    assert uncertainty_rows(findings, "ma2015", "ridge").empty
    coverage = coverage_rows(findings, "ma2015", "catml", ("site kind", "family"))
    # All sites are on top: that says no more than the coverage of all rows.
    assert coverage["rows of"].tolist() == ["family overlayer", "family skin"]
    assert coverage["random rows"].tolist() == ["95 % [91, 99] of 31", "85 % [81, 89] of 144"]
    assert least_covered(findings, "ma2015", "host", "catml") == {
        "host": "Cu 80 % [76, 84] of 57",
        "family": "skin 85 % [81, 89] of 144",
    }


def test_what_is_left_out_on_every_split_is_said_in_short() -> None:
    splits = ("composition", "random", "host", "facet")
    every = [LeftOut("co-surfaces", split, "tpot", "is slow.") for split in splits]
    assert left_out_lines(every) == ["- `co-surfaces`: tpot (every split): is slow."]
    assert left_out_lines(every[:2]) == ["- `co-surfaces`: tpot (composition, random): is slow."]


def test_the_text_fits_a_terminal(findings) -> None:
    text = results_text(findings)
    assert max(map(len, text.splitlines())) <= 100
    assert text.index("new compositions") < text.index("random rows")
    for part in ("0.100 [0.090, 0.110]", "tpot (host): takes long", "Noise floor", "host Cu 80 %"):
        assert part in text


def test_the_page_has_the_short_before_the_details(findings) -> None:
    page = results_page(findings, command="catml benchmark")
    places = [
        page.index(heading)
        for heading in (
            "## In short",
            "## How far the uncertainties hold",
            "## All models",
            "## Published figures",
            "## Not measured, and why",
            "## Models",
        )
    ]
    assert places == sorted(places)
    assert "`tran2018`<br>0.200 [0.180, 0.220]<br>0.400 [0.360, 0.440]" in page
    assert "| **catml** | 0.100 [0.090, 0.110] | 0.200 [0.180, 0.220] |" in page
    assert "nan" not in page
