import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr

from catml.errors import DatasetError
from catml.validation.agreement import agreement_table


def pairs(n: int = 24, *, source: str = "a", shift: float = 0.3) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    published = rng.uniform(-4, 2, n)
    return pd.DataFrame(
        {
            "source": source,
            "quantity": "center",
            "ours_ev": published + shift + rng.normal(0, 0.1, n),
            "published_ev": published,
        }
    )


def test_values_are_those_of_hand_and_scipy() -> None:
    table = pairs()
    scores = agreement_table(table).set_index("metric")
    difference = table["ours_ev"] - table["published_ev"]
    assert scores.loc["mean_difference", "value"] == pytest.approx(difference.mean())
    assert scores.loc["mean_absolute_difference", "value"] == pytest.approx(difference.abs().mean())
    expected = pearsonr(table["ours_ev"], table["published_ev"]).statistic
    assert scores.loc["pearson_r", "value"] == pytest.approx(expected)
    assert scores["unit"].tolist() == ["eV", "eV", "1"]
    assert set(scores["n"]) == {24}


def test_the_interval_of_the_mean_is_that_of_its_standard_error() -> None:
    table = pairs(400)
    row = agreement_table(table).set_index("metric").loc["mean_difference"]
    error = (table["ours_ev"] - table["published_ev"]).std() / np.sqrt(400)
    assert row["low"] == pytest.approx(row["value"] - 1.96 * error, abs=0.2 * error)
    assert row["high"] == pytest.approx(row["value"] + 1.96 * error, abs=0.2 * error)


def test_sources_are_apart_and_the_same_every_time() -> None:
    both = pd.concat([pairs(), pairs(source="b", shift=-1.0)])
    scores = agreement_table(both)
    assert scores["source"].tolist() == ["a"] * 3 + ["b"] * 3
    pd.testing.assert_frame_equal(scores, agreement_table(both))


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(DatasetError, match="lacks the column"):
        agreement_table(pairs().drop(columns="quantity"))
    with pytest.raises(DatasetError, match="a has 2 values of center to compare"):
        agreement_table(pairs(2))
    with pytest.raises(DatasetError, match="without a number"):
        agreement_table(pairs().replace({"a": "b"}).assign(ours_ev=np.nan))
