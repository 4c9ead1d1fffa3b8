import math

import pytest

from catml.errors import DatasetError
from catml.report.rows import candidate_rows, extrapolation_rows, score_table

from . import synthetic


def test_a_candidate_is_shown_in_words_and_numbers():
    table = synthetic.candidates().assign(site_atoms="Cu:1")
    row = next(r for r in candidate_rows(table, what="candidate") if r.surface == "Cu3Al@Cu(100)")
    assert (row.rank, row.name) == (2, "Cu₃Al@Cu(100)")
    assert row.words == "one layer of Cu on Cu₃Al, (100) face"
    assert row.energy == "−0.68 ± 0.15"
    assert row.bounds == ("−0.83", "−0.53")
    assert row.site == "on top of Cu"
    assert row.probability_text == "74 %"
    assert row.origin == "predicted"


def test_a_known_energy_without_interval_has_no_bounds():
    row = candidate_rows(synthetic.candidates().query("surface == 'Cu(100)'"), what="candidate")[0]
    assert row.energy == "−0.60"
    assert row.bounds == ("–", "–")
    assert not math.isnan(row.probability)


def test_a_site_without_words_shows_its_id():
    table = synthetic.candidates().drop(columns=["site_kind", "site_subtype"]).head(1)
    assert candidate_rows(table, what="candidate")[0].site == "ontop-1"


def test_scores_have_one_row_per_split_and_one_column_per_metric():
    table = score_table(synthetic.scores())
    assert table.metrics == ("RMSE / eV", "MAE / eV", "inside 90 % interval")
    assert [row[0] for row in table.rows] == [
        "random rows",
        "by composition (all rows of one set of elements)",
        "by host metal",
    ]
    _, count, cells = table.rows[2]
    assert count == "281 in 6 groups"
    assert cells[0] == ("0.231", "[0.208, 0.249]")
    assert cells[2] == ("89.0 %", "[80.1 %, 96.1 %]")


def test_a_random_split_alone_is_refused():
    with pytest.raises(DatasetError, match="add a grouped split"):
        score_table(synthetic.scores().query("split == 'random'"))


def test_extrapolations_are_counted_by_reason():
    table = synthetic.candidates()
    rows = extrapolation_rows(table, table[table["shortlisted"]])
    assert [(row.reason, row.count, row.listed) for row in rows] == [
        ("no Hf in the training data", 12, 1),
        ("no Re in the training data", 12, 0),
    ]
    assert "Hf@Au(100)" in rows[0].examples


def test_an_extrapolation_without_a_reason_still_counts():
    table = synthetic.candidates().drop(columns="domain_reason")
    rows = extrapolation_rows(table, table.head(0))
    assert [(row.reason, row.count) for row in rows] == [
        ("outside the range of the training data", 24)
    ]


def test_reasons_that_differ_by_a_measure_only_are_one():
    table = synthetic.candidates()
    outside = table["origin"] == "extrapolated"
    reasons = [
        f"site unlike the training data ({n / 10:.1f} times the usual distance); the model is "
        f"unusually unsure ({n / 20:.1f} times the usual limit)"
        for n in range(int(outside.sum()))
    ]
    table.loc[outside, "domain_reason"] = reasons
    (row,) = extrapolation_rows(table, table.head(0))
    assert row.reason == "site unlike the training data; the model is unusually unsure"
    assert row.count == outside.sum()
