from pathlib import Path

import numpy as np
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


def test_its_mean_is_that_of_the_two_processes() -> None:
    X, y, _ = smooth_problem(80)
    model = TwoViews(columns=NAMES).fit(X[:60], y[:60])
    elements = ARDGaussianProcess(random_state=0).fit(X[:60][:, [0, 5]], y[:60])
    band = CompositeGaussianProcess(linear=[0, 1, 2], groups=[[0, 1, 2], [3]])
    band.fit(X[:60][:, [1, 2, 3, 4]], y[:60])
    first = elements.predict(X[60:][:, [0, 5]], return_std=True)
    second = band.predict(X[60:][:, [1, 2, 3, 4]], return_std=True)
    mean, std = model.predict(X[60:], return_std=True)
    np.testing.assert_allclose(mean, (first[0] + second[0]) / 2)
    np.testing.assert_allclose(std**2, (first[1] ** 2 + second[1] ** 2) / 2)


def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(TwoViews())


def test_the_names_of_columns_reach_it_inside_another_regressor() -> None:
    inside = with_columns(RowSubset(TwoViews(), max_rows=30), NAMES)
    assert list(inside.regressor.columns) == NAMES
    assert with_columns(RidgeWithUncertainty(), NAMES).get_params().keys() == {"penalties"}


def test_without_a_calculated_d_band_it_is_one_process() -> None:
    X, y, _ = smooth_problem(80)
    one = ARDGaussianProcess(random_state=0).fit(X, y).predict(X)
    for names in (None, ["group"] * 6):
        np.testing.assert_allclose(TwoViews(columns=names).fit(X, y).predict(X), one)


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
