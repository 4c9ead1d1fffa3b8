import numpy as np
import pandas as pd
import pytest

from catml.errors import DatasetError
from catml.report.figures_dos import dos_figure

ENERGY = np.linspace(-8, 4, 601)


def band(spin, center, window=(-8.0, 4.0)):
    return {
        "spin": spin,
        "d_band_center_ev": center,
        "rms_width_ev": 1.0,
        "rectangular_width_ev": 3.46,
        "filling": 0.934,
        "upper_edge_ev": center + 2.0,
        "window_low_ev": window[0],
        "window_high_ev": window[1],
    }


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def curve(center):
    return np.exp(-((ENERGY - center) ** 2))


def test_one_spin_marks_centre_width_and_edge():
    figure, data = dos_figure(
        ENERGY, {"both": curve(-2)}, pd.DataFrame([band("both", -2.0)]), title="d states of Cu0"
    )
    axes = figure.axes[0]
    upright = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert upright == [-2.0, 0.0, 0]  # centre, upper edge, Fermi level
    low, high = axes.get_xlim()
    # Two per cent of the tallest are left at ±1.98 eV from a Gaussian's centre.
    assert low == pytest.approx(-3.98 - 0.8, abs=0.03)
    assert high == pytest.approx(0.8, abs=0.03)
    assert axes.get_ylim()[0] == 0
    assert axes.get_title(loc="left") == "d states of Cu0"
    assert legend(figure) == [
        "centre −2.00 eV",
        "± rms width 1.00 eV",
        "rectangular width 3.46 eV",
        "upper edge 0.00 eV",
        "filled 93 %",
        "Fermi level",
    ]
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
    assert legend(figure)[0] == "centre −2.00 ↑, −1.00 ↓ eV"
    assert lowest == [pytest.approx(0, abs=1e-6), pytest.approx(-1, abs=1e-3)]
    assert len(legend(figure)) == 6
    assert len(data) == 2 * 601


def test_what_a_window_leaves_out_is_hatched():
    figure, _ = dos_figure(
        ENERGY, {"both": curve(-2)}, pd.DataFrame([band("both", -2.0, (-3.0, 0.5))]), title=""
    )
    axes = figure.axes[0]
    assert legend(figure)[-1] == "outside −3.00 to 0.50 eV"
    hatched = [patch.get_extents() for patch in axes.patches if patch.get_hatch()]
    data = axes.transData.inverted()
    edges = [data.transform(box.get_points())[:, 0].tolist() for box in hatched]
    low, high = axes.get_xlim()
    assert np.ravel(edges) == pytest.approx([low, -3.0, 0.5, high], abs=1e-6)


def test_tables_that_do_not_fit():
    with pytest.raises(DatasetError, match="no row of spin 'up'"):
        dos_figure(ENERGY, {"up": curve(0)}, pd.DataFrame([band("both", 0.0)]), title="")
    with pytest.raises(DatasetError, match="lacks the column"):
        dos_figure(ENERGY, {"up": curve(0)}, pd.DataFrame([{"spin": "up"}]), title="")
