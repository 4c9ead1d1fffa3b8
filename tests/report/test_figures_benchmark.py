import numpy as np
import pandas as pd
import pytest

from catml.errors import DatasetError
from catml.report.figures_benchmark import curve_figure, model_errors_figure


@pytest.fixture
def errors() -> pd.DataFrame:
    rows = [
        ("host", "mean", "baseline", 0.5, 0.4, 0.6),
        ("host", "noh2018", "published", 0.3, 0.2, 0.5),
        ("host", "ridge", "ours", 0.2, 0.15, 0.3),
        ("host", "catml", "ours", 0.1, 0.08, 0.12),
        ("random", "mean", "baseline", 0.4, 0.35, 0.45),
        ("random", "catml", "ours", 0.05, 0.04, 0.06),
    ]
    return pd.DataFrame(rows, columns=["split", "model", "kind", "value", "low", "high"])


def test_models_stand_by_kind_and_error_in_one_panel_per_split(errors) -> None:
    figure, data = model_errors_figure(
        errors,
        titles={"host": "unseen hosts"},
        published={"random": {"A paper": 0.1}},
        noise_floor=0.067,
    )
    first, second = figure.axes
    assert [label.get_text() for label in first.get_yticklabels()] == [
        "catml",
        "ridge",
        "noh2018",
        "mean",
    ]
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["unseen hosts", "random"]
    assert [text.get_text() for text in second.texts] == ["A paper"]
    assert not first.texts
    drawn = {
        (round(float(x), 6), int(y))
        for container in first.containers
        for x, y in zip(*container.lines[0].get_data(), strict=True)
    }
    assert drawn == {(0.1, 0), (0.2, 1), (0.3, 2), (0.5, 3)}
    pd.testing.assert_frame_equal(data, errors)


def test_intervals_are_those_of_the_table(errors) -> None:
    figure, _ = model_errors_figure(errors, titles={})
    ours = figure.axes[0].containers
    ends = sorted(
        tuple(np.round(segment[:, 0], 6))
        for container in ours
        for segment in container.lines[2][0].get_segments()
    )
    assert ends == [(0.08, 0.12), (0.15, 0.3), (0.2, 0.5), (0.4, 0.6)]


def test_tables_that_cannot_be_drawn_are_refused(errors) -> None:
    with pytest.raises(DatasetError, match=r"model error table lacks the column\(s\) kind"):
        model_errors_figure(errors.drop(columns="kind"), titles={})
    with pytest.raises(DatasetError, match="no rows"):
        model_errors_figure(errors.head(0), titles={})
    with pytest.raises(DatasetError, match="not above 0"):
        model_errors_figure(errors.assign(low=0.0), titles={})


def test_a_curve_goes_through_its_points() -> None:
    rows = [("a", 200, 0.1, 0.08, 0.12), ("a", 100, 0.2, 0.15, 0.25), ("b", 50, 0.3, 0.2, 0.4)]
    curves = pd.DataFrame(rows, columns=["series", "x", "value", "low", "high"])
    figure, data = curve_figure(curves, x_label="rows", y_label="MAE / eV", log_x=True)
    (axes,) = figure.axes
    line = axes.containers[0].lines[0]
    assert line.get_xdata().tolist() == [100, 200]
    assert line.get_ydata().tolist() == [0.2, 0.1]
    assert axes.get_xscale() == "log"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    pd.testing.assert_frame_equal(data, curves)
    with pytest.raises(DatasetError, match=r"curve table lacks the column\(s\) x"):
        curve_figure(curves.drop(columns="x"), x_label="", y_label="")
