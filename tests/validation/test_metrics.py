import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error, median_absolute_error, root_mean_squared_error

from catml.validation import metrics


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=80)
    return truth, truth + 0.3 * rng.normal(size=80)


def test_errors_are_those_of_scikit_learn(pair) -> None:
    assert metrics.mae(*pair) == pytest.approx(mean_absolute_error(*pair))
    assert metrics.rmse(*pair) == pytest.approx(root_mean_squared_error(*pair))
    assert metrics.median_absolute_error(*pair) == pytest.approx(median_absolute_error(*pair))


def test_rank_correlation_is_that_of_scipy_also_with_ties(pair) -> None:
    truth, prediction = (np.round(values, 1) for values in pair)
    assert metrics.spearman(truth, prediction) == pytest.approx(
        spearmanr(truth, prediction).statistic
    )
    assert np.isnan(metrics.spearman([1.0, 2.0], [3.0, 3.0]))


def test_bias_has_the_sign_of_the_prediction() -> None:
    assert metrics.bias([1.0, 2.0], [1.5, 2.5]) == 0.5


def test_coverage_counts_the_ends() -> None:
    assert metrics.interval_coverage([0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]) == 2 / 3
    assert metrics.mean_interval_width([0.0, 0.0], [1.0, 3.0]) == 2.0


def test_miscalibration_is_small_for_true_widths_and_large_for_wrong_ones() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=20000)
    areas = {s: metrics.miscalibration_area(truth, 0 * truth, s + 0 * truth) for s in (0.1, 1, 10)}
    assert areas[1] < 0.01
    assert areas[0.1] > 0.15
    assert areas[10] > 0.15


def scored(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    truth = rng.normal(size=n)
    energy = truth + 0.1 * np.repeat(rng.normal(size=n // 10), 10)
    return pd.DataFrame(
        {
            "truth_ev": truth,
            "energy_ev": energy,
            "std_ev": 0.1,
            "lower_ev": energy - 0.1645,
            "upper_ev": energy + 0.1645,
        }
    )


def test_every_score_has_its_n_unit_and_interval() -> None:
    table = metrics.score_table(scored(), split="host", groups=np.arange(200) // 10)
    names = ["split", "metric", "value", "low", "high", "n", "n_groups", "unit"]
    assert list(table.columns) == names
    assert set(table["metric"]) == set(metrics.UNITS)
    assert set(table["unit"]) == {"eV", "1"}
    assert (table["n"] == 200).all()
    assert (table["n_groups"] == 20).all()
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()


@pytest.mark.parametrize("n", [200, 110])
def test_the_table_holds_the_plain_scores(n: int) -> None:
    rows = scored(n).round(1)
    table = metrics.score_table(rows, split="random", resamples=2).set_index("metric")["value"]
    truth, energy = rows["truth_ev"], rows["energy_ev"]
    low, high = rows["lower_ev"], rows["upper_ev"]
    expected = {
        "mae": metrics.mae(truth, energy),
        "rmse": metrics.rmse(truth, energy),
        "median_absolute_error": metrics.median_absolute_error(truth, energy),
        "bias": metrics.bias(truth, energy),
        "spearman": metrics.spearman(truth, energy),
        "coverage_90": metrics.interval_coverage(truth, low, high),
        "interval_width": metrics.mean_interval_width(low, high),
        "miscalibration_area": metrics.miscalibration_area(truth, energy, rows["std_ev"]),
    }
    assert table.to_dict() == pytest.approx(expected)


def test_drawing_a_group_is_repeating_its_rows() -> None:
    rows = scored(60).round(1)
    times = np.random.default_rng(1).integers(0, 4, size=60)
    weighted = metrics._Scored.of(rows).scores(times)
    repeated = rows.loc[rows.index.repeat(times)]
    assert weighted == pytest.approx(metrics._Scored.of(repeated).scores(np.ones(times.sum())))


def test_drawing_whole_groups_gives_wider_intervals_where_groups_err_together() -> None:
    rows = metrics.score_table(scored(), split="random").set_index("metric")
    groups = metrics.score_table(scored(), split="host", groups=np.arange(200) // 10)
    groups = groups.set_index("metric")

    def width(table: pd.DataFrame) -> float:
        return table.loc["bias", "high"] - table.loc["bias", "low"]

    assert width(groups) > 2 * width(rows)


def test_same_seed_same_intervals() -> None:
    one, two = (metrics.score_table(scored(), split="random", seed=1) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
