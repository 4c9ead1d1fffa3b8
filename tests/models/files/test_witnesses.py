import json

import numpy as np
import pandas as pd
import pytest

from catml.data.tables import load_dataset
from catml.models.files.witnesses import (
    as_json_values,
    from_json_values,
    largest_difference_ev,
    stated_energies,
    witness_rows,
)


def test_few_rows_that_lie_apart_without_their_energies() -> None:
    table = load_dataset("ma2015")
    rows = witness_rows(table)
    places = table["row"].tolist()
    assert [places.index(row) for row in rows["row"]] == [0, (len(table) - 1) // 2, len(table) - 1]
    assert "energy_ev" not in rows
    assert len(witness_rows(table.iloc[:2])) == 2


def test_they_survive_json() -> None:
    rows = pd.DataFrame(
        {
            "surface": ["Cu(100)", None],
            "depth": [0.1 + 0.2, np.nan],
            "number": np.array([3, 4]),
            "nothing": [None, np.nan],
            "flag": [True, False],
        }
    )
    again = from_json_values(json.loads(json.dumps(as_json_values(rows))))
    assert again["depth"].tolist()[0] == 0.1 + 0.2
    assert np.isnan(again["depth"].iloc[1])
    assert again["surface"].fillna("none").tolist() == ["Cu(100)", "none"]
    assert again["number"].tolist() == [3, 4]
    assert again["nothing"].isna().all()
    assert again["flag"].tolist() == [True, False]


def test_columns_that_json_does_not_have_stay_behind() -> None:
    rows = pd.DataFrame({"surface": ["Cu(100)"], "object": [object()]})
    assert list(witness_rows(rows)) == ["surface"]


def test_the_largest_difference_of_energies_and_ends() -> None:
    now = pd.DataFrame({"energy_ev": [1.0, 2.0], "lower_ev": [0.0, 1.0], "upper_ev": [2.0, 3.0]})
    stated = stated_energies(now)
    assert largest_difference_ev(now, stated) == 0
    assert largest_difference_ev(now.assign(upper_ev=[2.0, 3.25]), stated) == pytest.approx(0.25)
