from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from catml.data.tables import load_dataset
from catml.errors import ModelError
from catml.models.adsorption import AdsorptionModel
from catml.models.files.persistence import load_model
from catml.models.priors.base import Prior, left_out_energies
from catml.models.priors.names import PRIOR_IN_WORDS, PRIOR_NAMES


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rows = load_dataset("ma2015").query("status == 'ok'").reset_index(drop=True)
    return rows[(rows["family"] == "pure") | (rows.index % 2 == 0)].reset_index(drop=True)


def modelled(prior, regressor="ridge", **settings) -> AdsorptionModel:
    return AdsorptionModel(
        "CO", regressor=regressor, descriptors="d_band", prior=prior, n_jobs=1, **settings
    )


def test_every_prior_is_put_in_words() -> None:
    assert tuple(PRIOR_IN_WORDS) == PRIOR_NAMES


@pytest.mark.parametrize("prior", PRIOR_NAMES)
@pytest.mark.parametrize("regressor", ["gaussian_process", "ridge", "xgboost"])
def test_every_regressor_learns_what_a_prior_leaves(prior, regressor, table) -> None:
    learned = (table["family"] == "pure") | (table.index % 2 == 0)
    train, test = table[learned], table[~learned]
    result = modelled(prior, regressor).fit(train).predict(test)
    error = result["energy_ev"] - test["energy_ev"]
    assert np.sqrt(np.mean(error**2)) < 0.25  # the energies spread by 0.6 eV
    inside = test["energy_ev"].between(result["lower_ev"], result["upper_ev"])
    assert inside.mean() > 0.8


@pytest.mark.parametrize("prior", PRIOR_NAMES)
def test_a_prior_survives_a_round_trip(prior, table, tmp_path: Path) -> None:
    model = modelled(prior).fit(table)
    model.save(tmp_path / "co.skops")
    again = load_model(tmp_path / "co.skops")
    assert again.prior_ == model.prior_
    before, after = model.predict(table), again.predict(table)
    for column in ("energy_ev", "lower_ev", "upper_ev"):
        np.testing.assert_allclose(after[column], before[column], rtol=1e-9)


def test_a_constant_added_to_all_energies_moves_all_predictions(table) -> None:
    model = modelled("chemisorption").fit(table)
    moved = modelled("chemisorption").fit(table.assign(energy_ev=table["energy_ev"] + 3.0))
    before, after = model.predict(table), moved.predict(table)
    np.testing.assert_allclose(after["energy_ev"], before["energy_ev"] + 3.0, atol=1e-6)


def test_left_out_energies_are_those_of_a_prior_fitted_without_the_rows(table) -> None:
    model = modelled("chemisorption")
    features = AdsorptionModel("CO", regressor="ridge", descriptors="d_band").fit(table)
    features = features.featurizer_.transform(table)
    energy = table["energy_ev"].to_numpy(float)
    sets = (np.flatnonzero(table["host"] == "Cu"), np.array([60, 61]))
    for name in PRIOR_NAMES:
        got = left_out_energies(name, table, features, energy, sets)
        expected = []
        for members in sets:
            kept = np.setdiff1d(np.arange(len(table)), members)
            prior = Prior.fit(name, table.iloc[kept], features.iloc[kept], energy[kept])
            expected.append(prior.energy_ev(table.iloc[members], features.iloc[members]))
        np.testing.assert_allclose(got, np.concatenate(expected), atol=1e-9)
    assert clone(model).prior == "chemisorption"


def test_energies_of_pure_metals_can_be_given(table) -> None:
    alloys = table[table["elements"].str.contains("-")]
    with pytest.raises(ModelError, match="at least two pure metals"):
        modelled("pure_metals").fit(alloys)
    given = {"Cu": -0.6, "Pt": -1.7, "Ni": -1.5}
    model = modelled("pure_metals", pure_energies_ev=given).fit(alloys)
    assert model.prior_.mean.energies_ev == given


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prior": "magic"}, "no prior 'magic'"),
        ({"prior": None, "pure_energies_ev": {"Cu": -0.6}}, "is for the prior 'pure_metals'"),
        ({"prior": "pure_metals", "pure_energies_ev": {"Cu": "low"}}, "a finite number"),
        ({"prior": "chemisorption", "descriptors": "environment"}, "descriptors with a d band"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings, words, table) -> None:
    settings = {"descriptors": "d_band", **settings}
    with pytest.raises(ModelError, match=words):
        AdsorptionModel("CO", regressor="ridge", **settings).fit(table)
