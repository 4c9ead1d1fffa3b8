from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from catml.errors import ModelError
from catml.models.adaptation import Adaptation, offset_std_of
from catml.models.adsorption import AdsorptionModel
from catml.models.files.persistence import load_model
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.ridge import RidgeWithUncertainty
from tests.models.problems import dataset, smooth_problem


def fitted(regressor: str = "gaussian_process", **settings) -> AdsorptionModel:
    model = AdsorptionModel(
        "CO", regressor=regressor, descriptors="environment", n_jobs=1, **settings
    )
    return model.fit(dataset())


@pytest.fixture(scope="module")
def model() -> AdsorptionModel:
    return fitted()


def shifted(n: int, by: float, *, functional: str | None = None) -> pd.DataFrame:
    rows = dataset(n, seed=4)
    rows["energy_ev"] += by
    return rows.assign(functional=functional or "RPBE")


def test_without_offset_it_is_the_process_with_the_rows_added() -> None:
    X, y, _ = smooth_problem(90)
    process = ARDGaussianProcess(n_reweights=0, random_state=0).fit(X[:60], y[:60])
    added, new = X[60:66], X[70:]
    adaptation = Adaptation(added, y[60:66] - process.predict(added), 0.0, "RPBE")
    mean, std = adaptation.corrected(process, new, *process.predict(new, return_std=True))
    Z, target = process.training_rows()
    more = (y[60:66] - process.target_mean_) / process.target_std_
    again = process.condition(
        np.vstack([Z, process.scaling_.apply(added)]), np.append(target, more), np.ones(66)
    )
    expected, expected_std = again.predict(new, return_std=True)
    np.testing.assert_allclose(mean, expected, atol=1e-4)
    np.testing.assert_allclose(std, expected_std, rtol=1e-3)


def test_other_regressors_are_shifted_and_less_so_by_fewer_rows() -> None:
    X, y, _ = smooth_problem(90)
    ridge = RidgeWithUncertainty().fit(X[:60], y[:60])
    energy, std = ridge.predict(X[70:], return_std=True)
    moved = []
    for k in (1, 3, 10):
        rows = X[60 : 60 + k]
        adaptation = Adaptation(rows, np.full(k, 0.4), 0.3, "PBE")
        mean, less = adaptation.corrected(ridge, X[70:], energy, std)
        moved.append((mean - energy).mean())
        assert (less < np.sqrt(std**2 + 0.3**2)).all()
    assert 0.05 < moved[0] < moved[1] < moved[2] < 0.41
    assert moved[2] > 0.3


@pytest.mark.parametrize("regressor", ["gaussian_process", "ridge", "xgboost"])
def test_another_functional_is_an_offset_that_a_few_rows_tell(regressor: str) -> None:
    model = fitted(regressor)
    new = dataset(60, seed=9)
    adapted = model.adapt(shifted(10, 0.5, functional="PBE"))
    before, after = model.predict(new), adapted.predict(new)
    assert (after["energy_ev"] - before["energy_ev"]).mean() == pytest.approx(0.5, abs=0.12)
    truth = new["energy_ev"] + 0.5
    inside = truth.between(after["lower_ev"], after["upper_ev"])
    assert inside.mean() > 0.8
    assert set(after["functional"]) == {"PBE"}
    assert set(model.predict(new)["functional"]) == {"RPBE"}


def test_the_model_itself_stays_as_it_was(model: AdsorptionModel) -> None:
    new = dataset(10, seed=5)
    before = model.predict(new)
    model.adapt(shifted(5, 1.0))
    pd.testing.assert_frame_equal(model.predict(new), before)


def test_twice_is_once_with_all_rows(model: AdsorptionModel) -> None:
    rows, new = shifted(6, 0.3), dataset(10, seed=5)
    twice = model.adapt(rows.iloc[:2]).adapt(rows.iloc[2:]).predict(new)
    pd.testing.assert_frame_equal(twice, model.adapt(rows).predict(new))


def test_intervals_narrow_by_what_rows_say_and_widen_by_the_offset(model) -> None:
    new = dataset(30, seed=5)
    narrow = model.adapt(shifted(10, 0.0)).predict(new)["std_ev"]
    wide = model.adapt(shifted(1, 0.0), offset_std_ev=1.0).predict(new)["std_ev"]
    assert narrow.mean() < 1.05 * model.predict(new)["std_ev"].mean()
    assert wide.mean() > narrow.mean()


@pytest.mark.parametrize("regressor", ["gaussian_process", "xgboost"])
def test_an_adapted_model_survives_a_round_trip(regressor: str, tmp_path: Path) -> None:
    adapted = fitted(regressor).adapt(shifted(4, 0.3, functional="PBE"))
    adapted.save(tmp_path / "co.skops")
    again = load_model(tmp_path / "co.skops")
    new = dataset(20, seed=5)
    before, after = adapted.predict(new), again.predict(new)
    for column in ("energy_ev", "std_ev", "lower_ev", "upper_ev"):
        np.testing.assert_allclose(after[column], before[column], rtol=1e-6)
    assert after["functional"].tolist() == before["functional"].tolist()


def test_rows_may_name_their_sites(model: AdsorptionModel) -> None:
    own = pd.DataFrame({"surface": ["Rh(100)"], "site": ["ontop-1"], "energy_ev": ["-1.9"]})
    site = model.predict("Rh(100)").set_index("site")["energy_ev"]
    closer = model.adapt(own).predict("Rh(100)").set_index("site")["energy_ev"]
    assert abs(closer["ontop-1"] + 1.9) < abs(site["ontop-1"] + 1.9)


NAMED = {"surface": ["Rh(100)"], "site": ["ontop-1"], "energy_ev": [-1.9]}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"surface": ["Rh(100)"]}, "need the columns energy_ev and surface"),
        ({"energy_ev": [-1.0]}, "need the columns energy_ev and surface"),
        (NAMED | {"adsorbate": ["N"]}, "have the adsorbate N, the model has CO"),
        (NAMED | {"reference": ["C + O"]}, "have the reference C \\+ O"),
        (NAMED | {"energy_ev": ["low"]}, "Row 1 of the rows to adapt to has the energy 'low'"),
        (NAMED | {"energy_ev": [np.inf]}, "must be a finite number"),
        (NAMED | {"surface": [np.nan]}, "Row 1 of the rows to adapt to names no surface"),
        (NAMED | {"site": ["ontop-7"]}, "has no site 'ontop-7'; name one of ontop-1"),
        (NAMED | {"site": [""]}, "has several sites, and none is named"),
        ({name: [] for name in NAMED}, "is empty"),
    ],
)
def test_rows_that_cannot_be_used_are_refused(model, rows, words) -> None:
    with pytest.raises(ModelError, match=words):
        model.adapt(pd.DataFrame(rows))


def test_what_cannot_be_adapted_says_so(model: AdsorptionModel) -> None:
    with pytest.raises(ModelError, match="several functionals: PBE, RPBE"):
        model.adapt(pd.concat([shifted(2, 0.0), shifted(2, 0.0, functional="PBE")]))
    with pytest.raises(ModelError, match="adapted to PBE already"):
        model.adapt(shifted(2, 0.0, functional="PBE")).adapt(shifted(2, 0.0))
    with pytest.raises(ModelError, match="is not fitted"):
        AdsorptionModel("CO").adapt(shifted(2, 0.0))
    with pytest.raises(ModelError, match="not to list"):
        model.adapt([1.0])
    with pytest.raises(ModelError, match="intervals 'cv\\+' cannot be adapted"):
        fitted("ridge", intervals="cv+").adapt(shifted(2, 0.0))
    with pytest.raises(ModelError, match="0 or more"):
        offset_std_of(-1.0, same_functional=True)
