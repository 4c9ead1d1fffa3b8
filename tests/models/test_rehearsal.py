import numpy as np
import pytest

from catml.models.rehearsal import rehearse
from tests.models.problems import dataset


def test_composition_leaves_out_every_row_with_its_group() -> None:
    table = dataset(60)
    rehearsal = rehearse(table, "composition", groups="elements")
    assert rehearsal.counted.all()
    assert len(np.unique(rehearsal.labels)) == table["elements"].nunique()


def test_rows_of_a_dominating_group_stand_alone_and_do_not_count() -> None:
    table = dataset(100)
    table.loc[:89, "host"] = "Cu"
    table.loc[90:, "host"] = ["Ag", "Au"] * 5
    assert rehearse(table, "host", groups="elements") is None
    table.loc[60:89, "host"] = "Pt"
    table.loc[:59, "host"] = "Cu"
    rehearsal = rehearse(table, "host", groups="elements")
    assert rehearsal.counted.all()


def test_an_element_takes_its_rows_along() -> None:
    table = dataset(80)
    table.loc[:4, "elements"] = "Cu-Zr"
    rehearsal = rehearse(table, "element", groups="elements")
    assert len(np.unique(rehearsal.labels[:5])) == 1


@pytest.mark.parametrize("novelty", ["host", "family"])
def test_what_the_table_does_not_state_cannot_be_rehearsed(novelty: str) -> None:
    assert rehearse(dataset(60).assign(**{novelty: ""}), novelty, groups="elements") is None
    assert rehearse(dataset(60).drop(columns=novelty), novelty, groups="elements") is None
