import numpy as np
import pandas as pd
import pytest

from catml.validation.calibration import calibration_table, group_errors


def held_out(rows: int, *, claimed: float = 1.0, groups: int = 50) -> pd.DataFrame:
    """Predictions whose errors have standard deviation 1 and claim to have `claimed`."""
    generator = np.random.default_rng(0)
    truth = generator.normal(scale=3.0, size=rows)
    return pd.DataFrame(
        {
            "truth_ev": truth,
            "energy_ev": truth + generator.normal(size=rows),
            "std_ev": claimed,
            "group": (np.arange(rows) % groups).astype(str),
        }
    )


def test_right_uncertainties_lie_on_the_diagonal() -> None:
    curve = calibration_table(held_out(20_000))
    assert curve["observed"].to_numpy() == pytest.approx(curve["nominal"].to_numpy(), abs=0.012)
    assert (curve["low"] <= curve["nominal"]).mean() >= 0.8
    assert (curve["n"] == 20_000).all()


# Of a normal error, P(|z| < 0.6745 k) for k = 0.5 and 2: the 50 % interval claimed k times wide.
@pytest.mark.parametrize(("claimed", "share"), [(0.5, 0.2641), (2.0, 0.8227)])
def test_the_curve_tells_too_narrow_from_too_wide(claimed: float, share: float) -> None:
    curve = calibration_table(held_out(20_000, claimed=claimed)).set_index("nominal")
    assert curve.loc[0.5, "observed"] == pytest.approx(share, abs=0.012)


def test_rows_that_err_together_widen_the_interval_of_the_coverage() -> None:
    table = held_out(2000, groups=2000)
    table["energy_ev"] += np.random.default_rng(3).normal(scale=3.0, size=20).repeat(100)
    alone = calibration_table(table).eval("high - low")
    together = calibration_table(table.assign(group=(np.arange(2000) // 100).astype(str))).eval(
        "high - low"
    )
    assert together[4] > 2 * alone[4]


def test_the_worst_group_stands_first() -> None:
    table = held_out(300, groups=3)
    table.loc[table["group"] == "1", "energy_ev"] += 10
    errors = group_errors(table)
    assert errors.loc[0, "group"] == "1"
    assert errors.loc[0, "value"] == pytest.approx(10, abs=0.3)
    assert errors["n"].tolist() == [100, 100, 100]
    assert (errors["low"] <= errors["value"]).all()
    assert (errors["value"] <= errors["high"]).all()
