import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from catml.data.tables import load_dataset
from catml.errors import DatasetError
from catml.validation.baselines import GroupMean
from catml.validation.crossval import cross_validate
from catml.validation.fingerprint import ElementalFingerprint
from catml.validation.table_models import (
    D_BAND_CENTER,
    ChosenColumns,
    DescribedRegressor,
    SubsampledTraining,
    has_calculated_centers,
)
from tests.models.problems import dataset


def test_energies_of_test_rows_change_no_prediction() -> None:
    # Medians of the fingerprint come from energies: a leak would show as a huge change.
    model = DescribedRegressor(ElementalFingerprint(), LinearRegression())
    table = dataset(80)
    clean = cross_validate(model, table, split="composition", folds=2)
    poisoned = table.copy()
    poisoned.loc[clean.folds[0].test, "energy_ev"] += 1e6
    again = cross_validate(model, poisoned, split="composition", folds=2)
    first = clean.predictions["fold"] == 0
    np.testing.assert_array_equal(
        again.predictions.loc[first, "energy_ev"], clean.predictions.loc[first, "energy_ev"]
    )
    others = again.predictions.loc[~first, "energy_ev"] - clean.predictions["energy_ev"][~first]
    assert (others.abs() > 1e3).all()


def test_the_calculated_center_is_taken_where_all_training_rows_have_it() -> None:
    table = load_dataset("ma2015").head(20)
    chosen = ChosenColumns({"geometry": [D_BAND_CENTER]}).fit(table)
    assert chosen.feature_names_ == ("dft_d_band_center_ev",)
    np.testing.assert_array_equal(
        chosen.transform(table)["dft_d_band_center_ev"], table["dft_d_band_center_ev"]
    )
    lacking = table.copy()
    lacking.loc[3, "dft_d_band_center_ev"] = np.nan
    assert has_calculated_centers(table)
    assert not has_calculated_centers(lacking)
    estimated = ChosenColumns({"geometry": [D_BAND_CENTER]}).fit(lacking)
    assert estimated.feature_names_ == ("estimated_d_band_center_ev",)
    assert np.isfinite(estimated.transform(lacking).to_numpy()).all()


class Counting(GroupMean):
    """A mean that remembers what it was shown."""

    def fit(self, table: pd.DataFrame) -> "Counting":
        self.shown_ = table
        super().fit(table)
        return self


def test_a_share_of_the_compositions_is_learned_from() -> None:
    table = dataset(200)
    model = SubsampledTraining(Counting(), share=0.25).fit(table)
    shown = model.model_.shown_
    names = table["elements"].nunique()
    assert shown["elements"].nunique() == round(0.25 * names)
    assert len(shown) == table["elements"].isin(shown["elements"]).sum()
    again = SubsampledTraining(Counting(), share=0.25).fit(table)
    pd.testing.assert_frame_equal(again.model_.shown_, shown)
    whole = SubsampledTraining(Counting(), share=1.0).fit(table)
    assert len(whole.model_.shown_) == 200
    half = SubsampledTraining(Counting(), share=0.5).fit(table)
    assert set(shown["elements"]) < set(half.model_.shown_["elements"])


def test_an_impossible_share_is_refused() -> None:
    with pytest.raises(DatasetError, match=r"share of the training data is 1\.5"):
        SubsampledTraining(GroupMean(), share=1.5).fit(dataset(20))
