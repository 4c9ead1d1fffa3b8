from pathlib import Path

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from catml.data.tables import load_dataset
from catml.descriptors.featurizer import DFT_COLUMNS
from catml.models.adsorption import AdsorptionModel
from catml.models.files.persistence import load_model
from catml.models.regressors.composite_process import CompositeGaussianProcess
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.ridge import RidgeWithUncertainty
from catml.models.regressors.row_subset import RowSubset
from catml.models.regressors.two_views import TwoViews, with_columns
from tests.models.problems import smooth_problem

NAMES = ["group", *DFT_COLUMNS[:3], "pauling_electronegativity_difference", "period"]


def problem(n: int = 80):
    X, y, groups = smooth_problem(n)
    return X, y, groups


def test_its_mean_is_that_of_the_two_processes() -> None:
    X, y, _ = problem()
    model = TwoViews(columns=NAMES).fit(X[:60], y[:60])
    elements = ARDGaussianProcess(random_state=0).fit(X[:60][:, [0, 5]], y[:60])
    band = CompositeGaussianProcess(linear=[0, 1, 2], groups=[[0, 1, 2], [3]])
    band.fit(X[:60][:, [1, 2, 3, 4]], y[:60])
    first = elements.predict(X[60:][:, [0, 5]], return_std=True)
    second = band.predict(X[60:][:, [1, 2, 3, 4]], return_std=True)
    mean, std = model.predict(X[60:], return_std=True)
    np.testing.assert_allclose(mean, (first[0] + second[0]) / 2)
    np.testing.assert_allclose(std**2, (first[1] ** 2 + second[1] ** 2) / 2)


@pytest.mark.parametrize("estimator", [TwoViews(), CompositeGaussianProcess()])
def test_is_a_scikit_learn_estimator(estimator) -> None:
    check_estimator(estimator)


def test_the_names_of_columns_reach_it_inside_another_regressor() -> None:
    inside = with_columns(RowSubset(TwoViews(), max_rows=30), NAMES)
    assert list(inside.regressor.columns) == NAMES
    assert with_columns(RidgeWithUncertainty(), NAMES).get_params().keys() == {"penalties"}


def test_without_a_calculated_d_band_it_is_one_process() -> None:
    X, y, _ = problem()
    one = ARDGaussianProcess(random_state=0).fit(X, y).predict(X)
    for names in (None, ["group"] * 6):
        np.testing.assert_allclose(TwoViews(columns=names).fit(X, y).predict(X), one)


def test_the_linear_part_goes_on_where_there_are_no_rows() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    y = 2 * X[:, 0] + np.sin(2 * X[:, 1])
    model = CompositeGaussianProcess(linear=[0], groups=[[1]]).fit(X, y)
    far = np.array([[8.0, 0.0, 0.0]])
    assert model.predict(far)[0] == pytest.approx(16.0, abs=0.5)


def test_held_out_rows_are_those_of_a_process_without_them() -> None:
    X, y, _ = problem(40)
    model = CompositeGaussianProcess(linear=[1], groups=[[0], [2, 3]], n_reweights=0).fit(X, y)
    Z, target = model.training_rows()
    left, _ = model.predict_left_out((np.array([3, 7]),))
    kept = np.setdiff1d(np.arange(40), [3, 7])
    expected = model.condition(Z[kept], target[kept], np.ones(38)).predict(X[[3, 7]])
    np.testing.assert_allclose(left, expected, atol=1e-6)


def test_missing_features_and_constant_ones_belong_to_their_group() -> None:
    X, y, _ = problem()
    X[::7, 1] = np.nan
    X[:, 2] = 3.0
    model = CompositeGaussianProcess(linear=[1, 2], groups=[[0], [2]]).fit(X, y)
    assert len(model.parameters_.groups) == 1
    assert len(model.parameters_.linear_columns) == 2  # the feature and the mark of its absence
    assert np.isfinite(model.predict(X)).all()


def test_it_learns_co_on_alloys_and_survives_a_round_trip(tmp_path: Path) -> None:
    table = load_dataset("ma2015").query("status == 'ok'").reset_index(drop=True)
    train, test = table.iloc[::2], table.iloc[1::2]
    model = AdsorptionModel("CO", descriptors="d_band_and_geometry", n_jobs=1).fit(train)
    assert model.training_.regressor == "two_views"
    assert [type(view).__name__ for _, view in model.regressor_.views_] == [
        "ARDGaussianProcess",
        "CompositeGaussianProcess",
    ]
    before = model.predict(test)
    assert np.sqrt(np.mean((before["energy_ev"] - test["energy_ev"]) ** 2)) < 0.12
    adapted = model.adapt(test.iloc[:3])
    adapted.save(tmp_path / "co.skops")
    after = load_model(tmp_path / "co.skops").predict(test)
    np.testing.assert_allclose(after["energy_ev"], adapted.predict(test)["energy_ev"], rtol=1e-6)
