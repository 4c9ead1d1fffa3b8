import numpy as np
import pytest

from catml.models.intervals.rehearsal import left_out_at_site, rehearse, rehearsed_elements
from tests.models.problems import dataset


@pytest.mark.parametrize(
    ("novelty", "column"), [("composition", "elements"), ("host", "host"), ("family", "family")]
)
def test_a_set_is_every_row_of_a_group(novelty: str, column: str) -> None:
    table = dataset(60)
    table.loc[:9, "family"] = "pure"
    sets = rehearse(table, novelty, groups="elements")
    assert sorted(np.concatenate(sets)) == list(range(60))
    assert len(sets) == table[column].nunique()
    for rows in sets:
        assert table[column].iloc[rows].nunique() == 1


def test_an_element_takes_every_row_that_has_it_along() -> None:
    table = dataset(80)
    sets = rehearse(table, "element", groups="elements")
    silver = np.flatnonzero(table["elements"].str.contains("Ag"))
    assert sets[0].tolist() == silver.tolist()
    assert sum(map(len, sets)) == 2 * len(table)


def test_a_group_that_is_nearly_everything_is_not_left_out() -> None:
    table = dataset(100)
    table["host"] = ["Cu"] * 90 + ["Ag", "Au"] * 5
    assert rehearse(table, "host", groups="elements") is None
    table["host"] = ["Cu"] * 60 + ["Pt"] * 30 + ["Ag", "Au"] * 5
    assert [len(rows) for rows in rehearse(table, "host", groups="elements")] == [5, 5, 60, 30]


@pytest.mark.parametrize("novelty", ["host", "family", "facet"])
def test_what_the_table_does_not_state_cannot_be_rehearsed(novelty: str) -> None:
    table = dataset(60).assign(host="", family="")
    assert rehearse(table, novelty, groups="elements") is None
    bare = table.drop(columns=["host", "family", "surface"])
    assert rehearse(bare, novelty, groups="elements") is None


def test_elements_left_out_are_told_apart_by_whether_they_bind() -> None:
    table = dataset(80)
    sets = rehearse(table, "element", groups="elements")
    binds = left_out_at_site(table)
    assert len(binds) == sum(map(len, sets))
    # Every row of the table has a host, which binds, and a guest, which does not.
    assert binds.sum() == len(table)
    first = next(iter(rehearsed_elements(table)))
    hosts = table["host"].to_numpy()[sets[0]]
    assert (binds[: len(sets[0])] == (hosts == first)).all()
