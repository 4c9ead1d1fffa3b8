import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from catml.errors import DatasetError
from catml.validation.domain_measures import error_by_score, flag_measures, separation


def held_out(errors: list[float], inside: list[bool], scores: list[float]) -> pd.DataFrame:
    signs = np.where(np.arange(len(errors)) % 2, 1.0, -1.0)
    return pd.DataFrame(
        {
            "truth_ev": -1.0,
            "energy_ev": -1.0 + signs * np.array(errors),
            "in_domain": inside,
            "domain_score": scores,
            "group": np.arange(len(errors)),
        }
    )


def test_measures_of_the_flag_by_hand() -> None:
    # Inside 0.1, 0.2, 0.6 (median 0.2); outside 0.15, 0.5, 0.7, 0.65 (median 0.575).
    table = held_out(
        [0.1, 0.2, 0.6, 0.15, 0.5, 0.7, 0.65],
        [True] * 3 + [False] * 4,
        [0.1, 0.2, 0.9, 1.1, 1.2, 1.4, 1.3],
    )
    found = flag_measures(table).set_index("metric")
    assert found["value"].to_dict() == pytest.approx(
        {
            "mae_inside": 0.3,
            "mae_outside": 0.5,
            "error_ratio": 5 / 3,
            "false_alarms": 1 / 4,
            "missed": 1 / 3,
            # Ranks of the errors 1, 3, 5, 2, 4, 7, 6 against 1 to 7 with the last two exchanged.
            "score_correlation": 1 - 6 * (1 + 4 + 4 + 1) / (7 * 48),
            # Nothing errs by more than twice the median of 0.5.
            "score_auc": np.nan,
        },
        nan_ok=True,
    )
    assert found["n"].tolist() == [3, 4, 7, 4, 3, 7, 7]
    found = found.drop("score_auc")
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()


def test_a_flag_by_lot_raises_a_false_alarm_every_second_time() -> None:
    rng = np.random.default_rng(0)
    inside = rng.random(4000) < 0.5
    table = held_out(list(rng.random(4000)), list(inside), list(rng.random(4000)))
    found = flag_measures(table).set_index("metric")["value"]
    assert found["false_alarms"] == pytest.approx(0.5, abs=0.03)
    assert found["error_ratio"] == pytest.approx(1.0, abs=0.05)
    assert found["score_correlation"] == pytest.approx(0.0, abs=0.05)


def test_without_flagged_rows_there_is_nothing_to_compare() -> None:
    found = flag_measures(held_out([0.1, 0.2], [True, True], [0.1, 0.2])).set_index("metric")
    assert found.loc["mae_inside", "value"] == pytest.approx(0.15)
    compared = found.loc[["mae_outside", "error_ratio", "false_alarms", "missed"]]
    assert compared[["value", "low", "high"]].isna().all(axis=None)


def test_parts_follow_the_score() -> None:
    table = held_out([0.4, 0.3, 0.2, 0.1], [True] * 4, [4.0, 3.0, 2.0, 1.0])
    found = error_by_score(table, bins=2)
    assert found["score_from"].tolist() == [1.0, 3.0]
    assert found["score_to"].tolist() == [2.0, 4.0]
    assert found["value"].tolist() == pytest.approx([0.15, 0.35])
    assert found["n"].tolist() == [2, 2]


def test_tables_that_cannot_be_measured_are_refused() -> None:
    table = held_out([0.1], [True], [0.1])
    with pytest.raises(DatasetError, match="no column domain_score"):
        flag_measures(table.drop(columns="domain_score"))
    with pytest.raises(DatasetError, match="no rows"):
        flag_measures(table.iloc[:0])
    with pytest.raises(DatasetError, match="2 parts"):
        error_by_score(table, bins=2)


def test_separation_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    error = rng.exponential(size=200)
    score = np.round(error + rng.normal(size=200), 1)
    large = error > 2 * np.median(error)
    assert separation(error, score) == pytest.approx(roc_auc_score(large, score))
