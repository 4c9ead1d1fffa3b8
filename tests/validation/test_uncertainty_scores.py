import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, spearmanr

from catml.errors import DatasetError
from catml.validation import uncertainty_scores as scores
from catml.validation.metrics import miscalibration_area

N = 20_000


@pytest.fixture(scope="module")
def quantiles() -> np.ndarray:
    """Errors that are a standard normal distribution without any luck: its N mid-quantiles."""
    return norm.ppf((np.arange(N) + 0.5) / N)


def curve_distance(claimed: float) -> np.ndarray:
    """|share below the p quantile of a normal `claimed` times too wide − p| for many p."""
    p = (np.arange(100_000) + 0.5) / 100_000
    return np.abs(norm.cdf(claimed * norm.ppf(p)) - p)


@pytest.mark.parametrize("claimed", [0.5, 1.0, 2.0])
def test_calibration_is_what_the_normal_curve_says(quantiles, claimed: float) -> None:
    arguments = quantiles, np.zeros(N), np.full(N, claimed)
    distance = curve_distance(claimed)
    assert miscalibration_area(*arguments) == pytest.approx(distance.mean(), abs=1e-3)
    assert scores.calibration_error(*arguments) == pytest.approx((distance**2).mean(), rel=0.02)


@pytest.mark.parametrize(("claimed", "area"), [(0.5, 0.1024), (2.0, 0.1024)])
def test_half_and_twice_the_width_are_equally_wrong(quantiles, claimed, area) -> None:
    # ∫|Φ(k·Φ⁻¹(p)) − p| dp = |arctan k − π/4|/π: two normal variables, one k times the other.
    assert abs(np.arctan(claimed) - np.pi / 4) / np.pi == pytest.approx(area, abs=5e-5)
    found = miscalibration_area(quantiles, np.zeros(N), np.full(N, claimed))
    assert found == pytest.approx(area, abs=1e-3)


def test_likelihood_of_a_right_normal_is_its_entropy(quantiles) -> None:
    errors = 0.2 * quantiles
    found = scores.negative_log_likelihood(errors, np.zeros(N), np.full(N, 0.2))
    assert found == pytest.approx(norm(scale=0.2).entropy(), abs=1e-3)
    by_scipy = -norm.logpdf([1.0, 2.0], [0.5, 2.5], [0.3, 4.0]).mean()
    hand = scores.negative_log_likelihood([1.0, 2.0], [0.5, 2.5], [0.3, 4.0])
    assert hand == pytest.approx(by_scipy)


def test_sharpness_and_dispersion_by_hand() -> None:
    assert scores.sharpness([3.0, 4.0]) == pytest.approx(np.sqrt(12.5))
    assert scores.dispersion([1.0, 3.0]) == pytest.approx(np.sqrt(2) / 2)
    assert scores.dispersion([2.0, 2.0, 2.0]) == scores.dispersion([2.0]) == 0.0


def test_ence_by_hand() -> None:
    # By standard deviation: (0.1, 0.1) errs by 0.2, (0.4, 0.4) by 0.4 and 0: RMSE 0.2828.
    truth, std = [0.4, 0.2, 0.0, -0.2], [0.4, 0.1, 0.4, 0.1]
    found = scores.expected_normalized_calibration_error(truth, [0.0] * 4, std, bins=2)
    assert found == pytest.approx((1.0 + (1 - np.sqrt(0.5))) / 2)


@pytest.mark.parametrize(("claimed", "ence"), [(0.5, 1.0), (1.0, 0.0), (2.0, 0.5)])
def test_ence_is_the_relative_error_of_all_widths(claimed: float, ence: float) -> None:
    rng = np.random.default_rng(0)
    true_std = rng.uniform(0.1, 1.0, N)
    arguments = true_std * rng.normal(size=N), np.zeros(N), claimed * true_std
    found = scores.expected_normalized_calibration_error(*arguments)
    assert found == pytest.approx(ence, abs=0.03)


def test_scatter_of_the_ence_of_perfect_uncertainties() -> None:
    rng = np.random.default_rng(1)
    values = [
        scores.expected_normalized_calibration_error(
            rng.normal(size=400), np.zeros(400), rng.permutation(np.linspace(0.999, 1.001, 400))
        )
        for _ in range(200)
    ]
    assert np.mean(values) == pytest.approx(0.564 * np.sqrt(10 / 400), rel=0.05)


def test_error_correlation_is_that_of_scipy() -> None:
    rng = np.random.default_rng(2)
    std = rng.uniform(0.1, 1.0, 300)
    error = std * rng.normal(size=300)
    expected = spearmanr(np.abs(error), std).statistic
    assert scores.error_correlation(error, np.zeros(300), std) == pytest.approx(expected)
    assert np.isnan(scores.error_correlation(error, np.zeros(300), np.ones(300)))


def held_out(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    std = rng.uniform(0.1, 0.3, n)
    truth = rng.normal(size=n)
    return pd.DataFrame(
        {
            "truth_ev": truth,
            "energy_ev": truth + std * rng.normal(size=n),
            "std_ev": std,
            "group": np.arange(n) // 5,
        }
    )


def test_the_table_holds_every_measure_with_n_unit_and_interval() -> None:
    rows = held_out()
    table = scores.uncertainty_table(rows, split="host")
    assert table["metric"].tolist() == list(scores.MEASURES)
    assert set(table["n"]) == {300}
    assert set(table["n_groups"]) == {60}
    values = table.set_index("metric")["value"]
    assert values["sharpness"] == pytest.approx(scores.sharpness(rows["std_ev"]))
    assert (table["low"] < table["high"]).all()
    again = scores.uncertainty_table(rows, split="host")
    pd.testing.assert_frame_equal(table, again)


def test_a_correlation_without_variation_has_no_interval() -> None:
    table = scores.uncertainty_table(held_out().assign(std_ev=0.2), split="random")
    row = table.set_index("metric").loc["error_correlation"]
    assert np.isnan([row["value"], row["low"], row["high"]]).all()


@pytest.mark.parametrize(
    ("truth", "std", "words"),
    [
        ([1.0, 2.0], [1.0], "2 truths"),
        ([], [], "at least one"),
        ([np.nan], [1.0], "not a number"),
        ([1.0], [0.0], "not above 0"),
    ],
)
def test_what_cannot_be_judged_is_refused(truth, std, words) -> None:
    with pytest.raises(DatasetError, match=words):
        scores.negative_log_likelihood(truth, truth, std)


def test_bins_are_at_least_one() -> None:
    with pytest.raises(DatasetError, match="0 bins"):
        scores.expected_normalized_calibration_error([1.0], [1.0], [1.0], bins=0)
