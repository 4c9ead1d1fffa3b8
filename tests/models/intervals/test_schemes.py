from pathlib import Path

import numpy as np
import pytest

from catml.errors import ModelError
from catml.models.adsorption import AdsorptionModel
from catml.models.files.persistence import load_model
from catml.models.intervals.conformal import INTERVALS
from catml.models.intervals.factors import Asked, IntervalFactors, site_classes
from catml.models.intervals.schemes import PlusIntervals, Training, fit_with_intervals
from catml.models.regressors.ridge import RidgeWithUncertainty
from tests.models.problems import ELEMENTS, dataset


def made(n: int, *, seed: int) -> tuple[Training, np.ndarray]:
    """Rows of 40 compositions, noise of known size; and the noise-free energies."""
    table = dataset(n, seed=seed)
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    truth = X @ [1.0, -0.5, 0.2]
    return Training(table, X, truth + 0.3 * rng.normal(size=n), "elements"), truth


@pytest.mark.parametrize("name", INTERVALS)
def test_every_kind_of_intervals_covers_exchangeable_rows(name: str) -> None:
    training, _ = made(300, seed=1)
    new, _ = made(2000, seed=2)
    regressor = RidgeWithUncertainty()
    intervals = fit_with_intervals(regressor, training, name=name).intervals
    mean, std = regressor.predict(new.X, return_std=True)
    spread = intervals.spread(Asked(new.X, mean, std, site_classes(new.table), {}))
    error = new.target_ev - mean
    inside = (-spread.below_ev <= error) & (error <= spread.above_ev)
    assert 0.86 < inside.mean() < 0.95
    assert spread.std_ev.mean() == pytest.approx(0.3, rel=0.15)


def test_only_the_default_widens_for_what_is_new() -> None:
    training, _ = made(300, seed=1)
    regressor = RidgeWithUncertainty()
    classes = site_classes(training.table)
    new = {"host": np.full(300, True)}
    for name in INTERVALS:
        intervals = fit_with_intervals(RidgeWithUncertainty(), training, name=name).intervals
        regressor.fit(training.X, training.target_ev)
        mean, std = regressor.predict(training.X, return_std=True)
        if isinstance(intervals, PlusIntervals):
            continue
        plain = intervals.spread(Asked(training.X, mean, std, classes, {}))
        novel = intervals.spread(Asked(training.X, mean, std, classes, new, widening=4.0))
        wider = novel.below_ev.mean() / plain.below_ev.mean()
        assert wider == pytest.approx(1.0) if name != "novelty" else wider > 3.9


def test_factors_of_the_plain_kinds() -> None:
    training, _ = made(300, seed=3)
    native = fit_with_intervals(RidgeWithUncertainty(), training, name="native").intervals
    assert isinstance(native, IntervalFactors)
    assert native.factors["composition"][""] == pytest.approx(1.6449, abs=1e-4)
    split = fit_with_intervals(RidgeWithUncertainty(), training, name="split").intervals
    assert isinstance(split, IntervalFactors)
    assert not split.scaled
    assert split.factors["composition"][""] == pytest.approx(0.3 * 1.645, rel=0.25)
    mondrian = fit_with_intervals(RidgeWithUncertainty(), training, name="mondrian").intervals
    assert isinstance(mondrian, IntervalFactors)
    assert "hollow: late d" in mondrian.factors["composition"]


def test_split_does_not_learn_from_its_calibration_rows() -> None:
    training, _ = made(200, seed=4)
    regressor = RidgeWithUncertainty()
    fit_with_intervals(regressor, training, name="split")
    assert 100 < regressor.n_rows_ < 180


def test_a_rehearsed_element_at_the_site_has_its_own_factor() -> None:
    learned = fit_with_intervals(RidgeWithUncertainty(), made(300, seed=5)[0]).intervals
    assert isinstance(learned, IntervalFactors)
    assert {"composition", "host", "element", "site element"} <= set(learned.factors)


def test_jackknife_plus_refuses_more_models_than_it_can_keep() -> None:
    training, _ = made(300, seed=1)
    table = training.table.assign(elements=[f"{e}-{k}" for k, e in enumerate(ELEMENTS * 30)])
    many = Training(table, training.X, training.target_ev, "elements")
    with pytest.raises(ModelError, match=r"here 300; at most 200 are allowed. Take .*'cv\+'"):
        fit_with_intervals(RidgeWithUncertainty(), many, name="jackknife+")


@pytest.mark.parametrize("name", ["native", "split", "cv+"])
def test_a_model_with_other_intervals_is_saved_and_loaded(name: str, tmp_path: Path) -> None:
    settings = {"regressor": "ridge", "descriptors": "environment", "intervals": name}
    model = AdsorptionModel("CO", **settings).fit(dataset(80))
    model.save(tmp_path / "model.skops")
    asked = dataset(10, seed=3)
    expected = model.predict(asked)
    given = load_model(tmp_path / "model.skops").predict(asked)
    for column in ("energy_ev", "std_ev", "lower_ev", "upper_ev"):
        np.testing.assert_allclose(given[column], expected[column], rtol=1e-9)
    assert (expected["lower_ev"] <= expected["energy_ev"]).all()


def test_an_unknown_name_is_refused_before_any_work() -> None:
    with pytest.raises(ModelError, match="no intervals 'exact'"):
        AdsorptionModel("CO", regressor="ridge", intervals="exact").fit(dataset(60))


def test_cv_plus_stands_on_the_prior_where_there_is_one() -> None:
    settings = {"regressor": "ridge", "descriptors": "environment", "intervals": "cv+"}
    model = AdsorptionModel("CO", prior="pure_metals", **settings)
    table, new = dataset(240), dataset(200, seed=7)
    pure = {metal: float(k) for k, metal in enumerate(ELEMENTS)}
    result = model.set_params(pure_energies_ev=pure).fit(table).predict(new)
    inside = new["energy_ev"].between(result["lower_ev"], result["upper_ev"])
    assert inside.mean() > 0.8
