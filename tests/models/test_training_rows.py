from typing import Any

import numpy as np
import pandas as pd
import pytest

from catml.data.tables import load_dataset
from catml.errors import ModelError
from catml.models.training_rows import usable_rows


def rows_of(table: Any) -> pd.DataFrame:
    return usable_rows(table, adsorbate="CO", groups="elements")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("energy_ev", np.nan, r"No finite energy_ev stands in 1 of 20 rows .* index 3; give it"),
        ("energy_ev", np.inf, "No finite energy_ev stands in 1 of 20 rows"),
        ("energy_ev", "-0.5 eV", "No finite energy_ev stands in 1 of 20 rows"),
        ("functional", np.nan, "No functional stands in 1 of 20 rows"),
        ("reference", None, "No reference stands in 1 of 20 rows"),
        ("adsorbate", np.nan, r"No adsorbate stands in 1 of 20 rows .* index 3; state it"),
    ],
)
def test_a_row_that_does_not_say_what_it_is_is_named(
    column: str, value: object, message: str
) -> None:
    table = load_dataset("ma2015").query("status == 'ok'").head(20).reset_index(drop=True)
    assert len(rows_of(table)) == 20
    table[column] = table[column].astype(object)
    table.loc[3, column] = value
    with pytest.raises(ModelError, match=message):
        rows_of(table)


@pytest.mark.parametrize("table", [None, "ma2015", {}, [1]])
def test_what_is_no_table_is_one_message(table: object) -> None:
    with pytest.raises(ModelError, match=r"fitted to a table, not to .*; give a DataFrame"):
        rows_of(table)
