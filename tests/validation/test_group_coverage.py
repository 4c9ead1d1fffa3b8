import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from catml.errors import DatasetError
from catml.validation.group_coverage import (
    clustered_share_interval,
    coverage_by,
    site_labels,
    wilson_interval,
)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy(counts: tuple[int, int]) -> None:
    hits, n = counts
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    found = wilson_interval(hits / n, n)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_rows_hit_together_count_as_one() -> None:
    hits = np.array([True] * 9 + [False])
    alone = clustered_share_interval(hits, np.arange(10))
    repeated = clustered_share_interval(hits.repeat(20), np.arange(10).repeat(20))
    assert repeated == pytest.approx(alone)


def test_the_interval_holds_the_true_share_of_clustered_rows() -> None:
    rng = np.random.default_rng(0)
    groups = np.arange(60).repeat(5)
    inside = 0
    for _ in range(300):
        # Half of the groups' rows are hit or missed together; nine in ten are hit.
        together = rng.random(60).repeat(5)
        single = rng.random(300)
        chosen = (rng.random(60) < 0.5).repeat(5)
        low, high = clustered_share_interval(np.where(chosen, together, single) < 0.9, groups)
        inside += low <= 0.9 <= high
    assert inside / 300 == pytest.approx(0.95, abs=0.04)


def test_full_coverage_is_as_certain_as_there_are_groups() -> None:
    assert clustered_share_interval([True] * 40, [0] * 40) == pytest.approx(wilson_interval(1, 1))
    many = clustered_share_interval([True] * 40, range(40))
    assert many == pytest.approx(wilson_interval(1, 40))


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "host": ["Cu", "Cu", "Pt", ""],
            "elements": ["Cu", "Cu-Zr", "Pt-Zr", "Pt"],
            "family": ["pure", "skin", "skin", None],
            "site_kind": ["ontop", "bridge", "ontop", "ontop"],
        }
    )


def test_coverage_is_counted_for_every_label() -> None:
    rows = table()
    found = coverage_by([True, False, True, True], rows["elements"], site_labels(rows))
    assert found["kind"].unique().tolist() == ["host", "element", "family", "site kind"]
    by_label = found.set_index(["kind", "label"])
    expected = {
        ("host", "Cu"): (0.5, 2),
        ("host", "Pt"): (1.0, 1),
        ("element", "Zr"): (0.5, 2),
        ("element", "Cu"): (0.5, 2),
        ("element", "Pt"): (1.0, 2),
        ("family", "skin"): (0.5, 2),
        ("site kind", "ontop"): (1.0, 3),
        ("site kind", "bridge"): (0.0, 1),
    }
    for label, (share, n) in expected.items():
        assert tuple(by_label.loc[label, ["value", "n"]]) == (share, n)
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()
    assert found[found["kind"] == "site kind"]["label"].tolist() == ["bridge", "ontop"]


def test_only_what_the_table_has_is_labelled() -> None:
    assert list(site_labels(table()[["family"]])) == ["family"]


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(DatasetError, match="2 rows, 2 groups and 1 labels of host"):
        coverage_by([True, False], ["a", "b"], {"host": [("Cu",)]})


def test_a_row_belongs_to_the_block_of_each_binding_atom() -> None:
    table = pd.DataFrame({"site_kind": ["ontop", "bridge"], "site_atoms": ["Pt:1", "Al:1 Mn:1"]})
    assert site_labels(table) == {
        "site kind": [("ontop",), ("bridge",)],
        "block": [("late d",), ("early d", "p")],
    }
