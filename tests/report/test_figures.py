"""Every figure: what it draws is what its table says, and bad tables are refused by name."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection, PolyCollection

from catml.errors import DatasetError
from catml.report.figures_map import heat_map_figure
from catml.report.figures_ranking import ranking_figure, site_energy_figure
from catml.report.figures_validation import (
    calibration_figure,
    group_error_figure,
    parity_figure,
)
from catml.report.figures_volcano import volcano_figure

from . import synthetic

ENERGIES = {"adsorbate": "CO", "window_ev": synthetic.WINDOW_EV}


def _volcano(candidates=None, **changes):
    values = {"activity_label": synthetic.ACTIVITY, **ENERGIES, **changes}
    table = synthetic.candidates() if candidates is None else candidates
    return volcano_figure(synthetic.volcano_curve(), table, **values)


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def _line_points(axes):
    """All points of lines and error bars in the axes."""
    return np.vstack([np.column_stack(line.get_data()) for line in axes.lines])


def _contains(points, wanted):
    return all(np.isclose(points, point).all(axis=1).any() for point in np.asarray(wanted))


def test_volcano_draws_every_candidate_and_names_the_shortlist():
    figure, data = _volcano(published=synthetic.published_points())
    whole, close = figure.axes
    candidates = data[data["series"] == "candidate"]
    assert len(candidates) == 174
    crowd = np.vstack(
        [part.get_offsets() for part in close.collections if isinstance(part, PathCollection)]
    )
    drawn = np.vstack([crowd, _line_points(close)])
    assert _contains(drawn, candidates[["energy_ev", "log10_activity"]])
    assert _contains(
        _line_points(whole), data.loc[data["series"] == "curve", ["energy_ev", "log10_activity"]]
    )
    shortlisted = candidates[candidates["shortlisted"]]
    assert len(shortlisted) == 10
    assert {name.translate(str.maketrans("₃", "3")) for name in _texts(close)} == set(
        shortlisted["label"]
    )
    assert set(_texts(whole)) == {f"{host}(100)" for host in synthetic.HOSTS}


def test_volcano_error_bars_are_the_intervals():
    table = synthetic.candidates().query("shortlisted").head(1)
    figure, _ = _volcano(table)
    row = table.iloc[0]
    bars = [
        segment
        for part in figure.axes[1].collections
        if not isinstance(part, (PathCollection, PolyCollection))
        for segment in part.get_segments()
    ]
    across, along = sorted(bars, key=lambda segment: abs(segment[0][1] - segment[1][1]))
    np.testing.assert_allclose(across[:, 0], [row["lower_ev"], row["upper_ev"]])
    np.testing.assert_allclose(
        along[:, 1], [row["log10_activity_lower"], row["log10_activity_upper"]]
    )


def test_volcano_labels_are_typeset():
    figure, _ = _volcano()
    assert figure.axes[0].get_xlabel() == "ΔE(CO*) / eV"
    assert figure.axes[0].get_ylabel() == "log₁₀(j / (mA/cm²))"


def test_volcano_needs_no_shortlist_and_no_candidates():
    table = synthetic.candidates().drop(columns=["shortlisted", "family"])
    _, data = _volcano(table)
    assert not data["shortlisted"].fillna(False).any()
    _, data = _volcano(table.head(0))
    assert set(data["series"]) == {"curve"}


def test_parity_shows_every_split_on_the_same_axes_with_its_scores():
    figure, data = parity_figure(synthetic.predictions(), adsorbate="CO", scores=synthetic.scores())
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "a  random split",
        "b  composition split",
        "c  host split",
    ]
    assert len({axes.get_xlim() + axes.get_ylim() for axes in figure.axes}) == 1
    assert _texts(figure.axes[2]) == [
        "n = 281\nRMSE 0.231 [0.208, 0.249] eV\nMAE 0.171 [0.154, 0.185] eV"
    ]
    drawn = figure.axes[0].collections[0].get_offsets()
    expected = data.loc[data["split"] == "random", ["energy_ev", "predicted_ev"]]
    np.testing.assert_allclose(drawn, expected)


def test_parity_computes_scores_that_are_not_given():
    table = pd.DataFrame({"energy_ev": [0.0, 1.0], "predicted_ev": [0.3, 0.6]})
    figure, _ = parity_figure({"random": table}, adsorbate="N")
    assert _texts(figure.axes[0]) == ["n = 2\nRMSE 0.354 eV\nMAE 0.350 eV"]


def test_parity_counts_many_points_in_hexagons():
    tables = dict(list(synthetic.predictions(4000).items())[:2])
    figure, data = parity_figure(tables, adsorbate="CO")
    assert len(data) == 8000
    counts = [axes.collections[0].get_array().sum() for axes in figure.axes[:2]]
    assert counts == [4000, 4000]


def test_calibration_draws_observed_against_nominal_coverage():
    figure, data = calibration_figure(synthetic.coverage())
    drawn = _line_points(figure.axes[0])
    assert _contains(drawn, 100 * data[["nominal", "observed"]].to_numpy())
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[-1] == "host split, n = 281"


def test_group_errors_stand_in_the_order_given():
    figure, data = group_error_figure(
        synthetic.group_errors(), label="MAE / eV", grouping="host metal", overall=0.14
    )
    axes = figure.axes[0]
    assert axes.get_yticklabels()[0].get_text() == "Cu  (n = 46)"
    assert _contains(_line_points(axes), np.column_stack([data["value"], range(6)]))
    assert _texts(axes) == ["all rows 0.140"]


def test_ranking_bars_are_the_probabilities():
    table = synthetic.candidates().query("shortlisted")
    figure, data = ranking_figure(table, **ENERGIES)
    energies, chances = figure.axes
    widths = {round(bar.get_y() + bar.get_height() / 2): bar.get_width() for bar in chances.patches}
    np.testing.assert_allclose(
        [widths[row] for row in range(10)], 100 * data["probability_in_window"]
    )
    assert _contains(_line_points(energies), np.column_stack([data["energy_ev"], range(10)]))
    hatched = [bar for bar in chances.patches if bar.get_hatch()]
    assert len(hatched) == (data["origin"] == "extrapolated").sum() == 1


def test_map_shows_the_best_surface_of_every_pair():
    table = synthetic.candidates()
    figure, cells = heat_map_figure(table, adsorbate="CO", optimum_ev=-0.67)
    best = table.groupby(["host", "guest"])["energy_ev"].first()
    pd.testing.assert_series_equal(cells.set_index(["host", "guest"])["energy_ev"], best)
    axes = figure.axes[0]
    hosts = [tick.get_text() for tick in axes.get_yticklabels()]
    guests = [tick.get_text() for tick in axes.get_xticklabels()]
    assert hosts == ["Ni", "Cu", "Pd", "Ag", "Pt", "Au"]
    assert guests[:4] == ["–", "Al", "Sc", "Ti"]
    drawn = axes.collections[0].get_array().reshape(len(hosts), len(guests))
    assert drawn[1, 1] == best["Cu", "Al"]
    hatched = [patch for patch in axes.patches if patch.get_hatch()]
    assert len(hatched) == (cells["origin"] == "extrapolated").sum()


def test_map_leaves_pairs_that_were_not_screened_empty():
    table = synthetic.candidates().query("not (host == 'Cu' and guest == 'Al')")
    figure, cells = heat_map_figure(table, adsorbate="CO", optimum_ev=-0.67)
    assert len(cells) == 6 * 15 - 1
    assert np.isnan(np.ma.filled(figure.axes[0].collections[0].get_array(), np.nan)).sum() == 1


def test_sites_of_a_surface_are_drawn_and_the_most_stable_is_filled():
    sites = synthetic.site_energies()
    figure, data = site_energy_figure(sites, **ENERGIES)
    assert data["most_stable"].sum() == sites["surface"].nunique() == 10
    lowest = sites.groupby("surface")["energy_ev"].min()
    pd.testing.assert_series_equal(
        data[data["most_stable"]].set_index("surface")["energy_ev"].sort_index(), lowest
    )
    drawn = [line for line in figure.axes[0].lines if line.get_marker() in "os^"]
    filled = [line for line in drawn if line.get_markerfacecolor() != "white"]
    assert (len(drawn), len(filled)) == (30, 10)


@pytest.mark.parametrize("column", ["energy_ev", "origin", "log10_activity"])
def test_a_missing_column_is_named(column):
    with pytest.raises(DatasetError, match=f"lacks the column.*{column}"):
        _volcano(synthetic.candidates().drop(columns=column))


def test_an_unknown_origin_is_named_with_the_allowed_ones():
    table = synthetic.candidates().assign(origin="guessed")
    with pytest.raises(DatasetError, match=r"'guessed'.*known, predicted, extrapolated"):
        ranking_figure(table, **ENERGIES)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: parity_figure({}, adsorbate="CO"),
        lambda: calibration_figure(synthetic.coverage().head(0)),
        lambda: ranking_figure(synthetic.candidates().head(0), **ENERGIES),
        lambda: heat_map_figure(synthetic.candidates().head(0), adsorbate="CO", optimum_ev=0.0),
        lambda: site_energy_figure(synthetic.site_energies().head(0), **ENERGIES),
    ],
)
def test_nothing_to_draw_is_refused(draw):
    with pytest.raises(DatasetError, match="at least one"):
        draw()
