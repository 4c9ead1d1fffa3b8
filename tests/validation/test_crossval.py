import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.validation.crossval import cross_validate
from tests.models.problems import dataset


class Memory(BaseEstimator):
    """Predicts what it was shown, and nothing else: only a leak would give it a low error."""

    def fit(self, table: pd.DataFrame) -> "Memory":
        self.known_ = dict(zip(table["row"], table["energy_ev"], strict=True))
        return self

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        energy = np.array([self.known_.get(row, 99.0) for row in table["row"]])
        columns = {"energy_ev": energy, "std_ev": 1.0, "lower_ev": energy, "upper_ev": energy}
        return pd.DataFrame(columns, index=table.index)


class EnergyOnly(Memory):
    """The same without uncertainties."""

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        return super().predict(table)[["energy_ev"]]


@pytest.mark.parametrize("split", ["random", "composition", "host", "family"])
def test_no_model_sees_the_rows_it_is_judged_on(split: str) -> None:
    result = cross_validate(Memory(), dataset(60), split=split, folds=2)
    assert (result.predictions["energy_ev"] == 99.0).all()
    assert result.predictions["row"].tolist() == dataset(60)["row"].tolist()


def test_result_carries_scores_truth_groups_and_folds() -> None:
    table = dataset(90)
    table.loc[:4, "status"] = "suspect"
    model = AdsorptionModel("CO", regressor="ridge", descriptors="environment")
    result = cross_validate(model, table, split="host", folds=None)
    assert result.n == 85
    assert result.predictions["group"].tolist() == table["host"].iloc[5:].tolist()
    np.testing.assert_array_equal(result.predictions["truth_ev"], table["energy_ev"].iloc[5:])
    assert not result.predictions["in_domain"].any()
    assert result.score("mae") == pytest.approx(
        (result.predictions["energy_ev"] - result.predictions["truth_ev"]).abs().mean()
    )
    assert result.scores["n_groups"].unique().tolist() == [len(result.folds)]


def test_rows_are_judged_once_for_each_of_their_elements() -> None:
    table = dataset(90)
    result = cross_validate(Memory(), table, split="element", folds=None)
    assert (result.predictions["energy_ev"] == 99.0).all()
    assert result.n == 2 * 90
    assert sorted(result.predictions["row"]) == sorted([*table["row"], *table["row"]])
    elements = dict(zip(table["row"], table["elements"].str.split("-"), strict=True))
    judged = zip(result.predictions["row"], result.predictions["group"], strict=True)
    assert all(group in elements[row] for row, group in judged)
    assert result.scores["n_groups"].unique().tolist() == [len(result.folds)]


def test_a_direction_judges_one_family_by_compositions() -> None:
    table = dataset(90)
    result = cross_validate(Memory(), table, split="skin-to-overlayer", folds=None)
    overlayers = table[table["family"] == "overlayer"]
    assert result.predictions["row"].tolist() == overlayers["row"].tolist()
    assert result.predictions["group"].tolist() == overlayers["elements"].tolist()
    np.testing.assert_array_equal(result.predictions["truth_ev"], overlayers["energy_ev"])


def test_a_model_without_uncertainty_has_scores_of_energies_only() -> None:
    result = cross_validate(EnergyOnly(), dataset(60), split="composition", folds=3)
    assert result.scores["metric"].tolist() == [
        "mae",
        "rmse",
        "median_absolute_error",
        "bias",
        "spearman",
    ]
    full = cross_validate(Memory(), dataset(60), split="composition", folds=3).scores
    pd.testing.assert_frame_equal(result.scores, full.iloc[:5])
    assert result.fit_seconds >= 0.0
    assert result.predict_seconds >= 0.0


def test_processes_do_not_change_the_result() -> None:
    model = AdsorptionModel("CO", regressor="xgboost", descriptors="environment")
    one, two = (cross_validate(model, dataset(40), folds=2, n_jobs=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one.predictions, two.predictions)


def test_intervals_cover_new_compositions() -> None:
    model = AdsorptionModel("CO", regressor="gaussian_process", descriptors="environment")
    result = cross_validate(model, dataset(300), split="composition", folds=3)
    assert 0.84 < result.score("coverage_90") < 0.97


@pytest.fixture(scope="module")
def ma2015() -> pd.DataFrame:
    return load_dataset("ma2015")


def test_ma_2015_with_calculated_d_bands(ma2015: pd.DataFrame) -> None:
    # The published accuracy is about 0.1 eV (doi:10.1021/acs.jpclett.5b01660).
    result = cross_validate(
        AdsorptionModel("CO", descriptors="d_band"), ma2015, split="random", folds=10
    )
    assert result.n == 285
    assert result.score("rmse") < 0.095
    assert 0.85 < result.score("coverage_90") < 0.95


def test_ma_2015_without_any_dft(ma2015: pd.DataFrame) -> None:
    model = AdsorptionModel("CO", descriptors="environment")
    result = cross_validate(model, ma2015, split="composition", folds=5)
    assert result.score("rmse") < 0.085
    assert 0.85 < result.score("coverage_90") < 0.95


def test_ma_2015_intervals_hold_for_an_unseen_host(ma2015: pd.DataFrame) -> None:
    model = AdsorptionModel("CO", descriptors="d_band")
    result = cross_validate(model, ma2015, split="host", folds=None)
    assert 0.85 < result.score("coverage_90") <= 0.95
    assert result.score("rmse") < 0.26
