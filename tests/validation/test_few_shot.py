import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.validation.few_shot import few_shot_curve, fit_and_adapt
from tests.models.problems import dataset


class HostMeans(BaseEstimator):
    """The mean of the row's host where one of its rows is known, else zero."""

    def fit(self, table: pd.DataFrame) -> "HostMeans":
        self.means_ = table.groupby("host")["energy_ev"].mean().to_dict()
        return self

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        energy = [self.means_.get(host, 0.0) for host in table["host"]]
        return pd.DataFrame({"energy_ev": energy}, index=table.index)


def hosts() -> pd.DataFrame:
    table = dataset(120)
    level = {host: float(n) for n, host in enumerate(sorted(set(table["host"])), start=1)}
    return table.assign(energy_ev=table["host"].map(level))


def test_one_labelled_row_says_all_where_a_host_has_one_energy() -> None:
    table = hosts()
    curve = few_shot_curve(HostMeans(), table, shots=(0, 1, 3), draws=2).set_index("n_labelled")
    assert curve.loc[0, "value"] == pytest.approx(np.sqrt((table["energy_ev"] ** 2).mean()))
    assert curve.loc[[1, 3], "value"].tolist() == [0.0, 0.0]
    n_hosts = table["host"].nunique()
    assert curve["n"].tolist() == [120, 2 * (120 - n_hosts), 2 * (120 - 3 * n_hosts)]


def test_the_model_is_taught_as_asked_and_never_sees_the_rows_it_is_judged_on() -> None:
    seen: list[tuple[int, int, int]] = []

    def teach(model: HostMeans, others: pd.DataFrame, labelled: pd.DataFrame) -> HostMeans:
        (host,) = set(labelled["host"])
        seen.append((len(others), len(labelled), int((others["host"] == host).sum())))
        return model.fit(others)

    table = hosts()
    curve = few_shot_curve(HostMeans(), table, shots=(2,), draws=1, teach=teach)
    sizes = table["host"].value_counts().sort_index()
    assert seen == [(120 - size, 2, 0) for size in sizes]
    assert curve["value"].item() > 0


def test_adapting_brings_a_model_of_co_closer_to_a_new_host() -> None:
    table = load_dataset("ma2015").query("status == 'ok'").reset_index(drop=True)
    model = AdsorptionModel("CO", regressor="ridge", descriptors="d_band", n_jobs=1)
    curve = few_shot_curve(model, table, shots=(0, 5), draws=2, teach=fit_and_adapt)
    none, five = curve["value"]
    assert five < 0.95 * none
