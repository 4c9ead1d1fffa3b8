import numpy as np
import pandas as pd
import pytest

from catml.errors import DatasetError
from catml.report.figures_dos import dos_figure

ENERGY = np.linspace(-8, 4, 601)


def band(spin, center):
    return {
        "spin": spin,
        "d_band_center_ev": center,
        "rms_width_ev": 1.0,
        "upper_edge_ev": center + 2.0,
        "window_low_ev": -6.0,
        "window_high_ev": 3.0,
    }


def curve(center):
    return np.exp(-((ENERGY - center) ** 2))


def test_one_spin_marks_centre_width_and_edge():
    figure, data = dos_figure(
        ENERGY, {"both": curve(-2)}, pd.DataFrame([band("both", -2.0)]), title="d states of Cu0"
    )
    axes = figure.axes[0]
    marks = {line.get_label(): line.get_xdata()[0] for line in axes.lines}
    assert marks["centre"] == -2.0
    assert marks["upper edge"] == 0.0
    assert marks["Fermi level"] == 0
    assert axes.get_xlim() == (-6.0, 3.0)
    assert axes.get_ylim()[0] == 0
    assert axes.get_title(loc="left") == "d states of Cu0"
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(labels) == ["Fermi level", "centre", "upper edge", "± rms width"]
    assert list(data.columns) == ["spin", "energy_ev", "states_per_ev"]
    np.testing.assert_allclose(data["states_per_ev"], curve(-2))


def test_spin_down_points_down_and_is_named_once():
    figure, data = dos_figure(
        ENERGY,
        {"up": curve(-2), "down": curve(-1)},
        pd.DataFrame([band("both", -1.5), band("up", -2.0), band("down", -1.0)]),
        title="Fe",
    )
    axes = figure.axes[0]
    assert axes.get_ylim()[0] == -axes.get_ylim()[1]
    lowest = [line.get_ydata().min() for line in axes.lines if len(line.get_xdata()) == 601]
    assert lowest == [pytest.approx(0, abs=1e-6), pytest.approx(-1, abs=1e-3)]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len(labels) == len(set(labels)) == 4
    assert len(data) == 2 * 601


def test_tables_that_do_not_fit():
    with pytest.raises(DatasetError, match="no row of spin 'up'"):
        dos_figure(ENERGY, {"up": curve(0)}, pd.DataFrame([band("both", 0.0)]), title="")
    with pytest.raises(DatasetError, match="lacks the column"):
        dos_figure(ENERGY, {"up": curve(0)}, pd.DataFrame([{"spin": "up"}]), title="")
