import numpy as np
import pandas as pd
import pytest

from catml.errors import DatasetError
from catml.validation.metrics import (
    bias,
    calibration_table,
    group_errors,
    mae,
    median_error,
    miscalibration_area,
    rmse,
    score_table,
)

ERRORS = np.array([-0.3, 0.1, 0.0, 0.4])


def held_out(rows: int, *, claimed: float = 1.0, groups: int = 50, seed: int = 0) -> pd.DataFrame:
    """Predictions whose errors have standard deviation 1 and claim to have `claimed`."""
    generator = np.random.default_rng(seed)
    energy = generator.normal(scale=3.0, size=rows)
    predicted = energy + generator.normal(size=rows)
    return pd.DataFrame(
        {
            "energy_ev": energy,
            "predicted_ev": predicted,
            "std_ev": claimed,
            "lower_ev": predicted - 1.645 * claimed,
            "upper_ev": predicted + 1.645 * claimed,
            "group": (np.arange(rows) % groups).astype(str),
        }
    )


def test_errors_by_hand() -> None:
    assert rmse(ERRORS) == pytest.approx(np.sqrt(0.26 / 4))
    assert mae(ERRORS) == pytest.approx(0.2)
    assert median_error(ERRORS) == pytest.approx(0.2)
    assert bias(ERRORS) == pytest.approx(0.05)


def test_right_uncertainties_have_no_miscalibration_and_wrong_ones_the_known_area() -> None:
    errors = np.random.default_rng(1).normal(size=20_000)
    assert miscalibration_area(errors, np.ones(20_000)) < 0.006
    # All errors far outside: observed is 0 up to p = 1; the area is that under the diagonal.
    assert miscalibration_area(np.full(50, 1e9), np.ones(50)) == pytest.approx(0.5, abs=0.01)
    # Twice too wide: the integral of P(|z| < 2 q(p)) − p over p is (2/π) (arctan 2 − arctan 1).
    twice = 2 / np.pi * (np.arctan(2) - np.arctan(1))
    assert miscalibration_area(errors, np.full(20_000, 2.0)) == pytest.approx(twice, abs=0.005)


def test_every_score_carries_its_split_number_unit_and_interval() -> None:
    scores = score_table(held_out(1000), split="composition").set_index("metric")
    assert set(scores["split"]) == {"composition"}
    assert (scores["n"] == 1000).all()
    assert (scores["n_groups"] == 50).all()
    assert scores.loc["rmse", "unit"] == "eV"
    assert (scores["low"] <= scores["value"]).all()
    assert (scores["value"] <= scores["high"]).all()
    assert scores.loc["rmse", "value"] == pytest.approx(1.0, abs=0.06)
    assert scores.loc["coverage_90", "value"] == pytest.approx(0.90, abs=0.03)


def test_rows_that_err_together_widen_the_interval() -> None:
    alone = held_out(2000, groups=2000)
    together = alone.assign(group=(np.arange(2000) // 100).astype(str))
    offsets = np.random.default_rng(3).normal(scale=1.0, size=20).repeat(100)
    together["predicted_ev"] += offsets
    alone["predicted_ev"] += offsets
    widths = [
        scores.eval("high - low")["bias"]
        for table in (alone, together)
        for scores in [score_table(table, split="host").set_index("metric")]
    ]
    assert widths[1] > 3 * widths[0]


def test_the_calibration_curve_tells_too_narrow_from_too_wide() -> None:
    for claimed, sign in ((0.5, -1), (1.0, 0), (2.0, 1)):
        curve = calibration_table(held_out(4000, claimed=claimed)).set_index("nominal")
        difference = curve.loc[0.5, "observed"] - 0.5
        assert np.sign(round(difference, 1)) == sign
        assert curve.loc[0.5, "low"] <= curve.loc[0.5, "observed"] <= curve.loc[0.5, "high"]


def test_the_worst_group_stands_first() -> None:
    table = held_out(300, groups=3)
    table.loc[table["group"] == "1", "predicted_ev"] += 10
    errors = group_errors(table)
    assert errors.loc[0, "group"] == "1"
    assert errors["n"].tolist() == [100, 100, 100]
    assert (errors["low"] <= errors["value"]).all()


def test_an_incomplete_table_is_refused() -> None:
    with pytest.raises(DatasetError, match=r"lack the column.*std_ev"):
        score_table(held_out(10).drop(columns="std_ev"), split="random")
    with pytest.raises(DatasetError, match="no predictions"):
        score_table(held_out(10).head(0), split="random")
