import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesRegressor

from catml.errors import ModelError
from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.cross_fitted import CrossFitted
from catml.models.regressors.registry import make_regressor
from catml.models.regressors.tpot_search import TPOTSearch, _plain
from tests.models.problems import smooth_problem


def test_without_tpot_one_message_says_what_to_do(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tpot", None)
    X, y, _ = smooth_problem(30)
    with pytest.raises(ModelError, match=r"needs TPOT.*pip install 'catml\[tpot\]'.*'automatic'"):
        make_regressor("tpot").fit(X, y)


def test_what_was_found_survives_being_saved_and_needs_no_tpot(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tpot", None)
    X, y, groups = smooth_problem(60)
    model = TPOTSearch(generations=2)
    forest = ExtraTreesRegressor(5, random_state=0)
    model.regressor_ = CrossFitted(forest).fit(X, y, groups)
    model.choice_, model.n_features_in_ = repr(forest), X.shape[1]
    model.candidates_ = pd.DataFrame({"name": [repr(forest)], "chosen": [True]})
    again = regressor_of(state_of(model))
    np.testing.assert_allclose(again.predict(X, True), model.predict(X, True))
    assert repr(again) == repr(model)
    assert again.candidates_.equals(model.candidates_)
    assert again.rehearses == model.regressor_.rehearses


def test_settings_become_plain_numbers() -> None:
    found = ExtraTreesRegressor(min_samples_leaf=np.int64(3), bootstrap=np.bool_(False))
    settings = _plain(found).get_params()
    assert type(settings["min_samples_leaf"]) is int
    assert type(settings["bootstrap"]) is bool


@pytest.mark.slow
def test_a_search_finds_a_smooth_estimator_for_a_smooth_problem() -> None:
    X, y, groups = smooth_problem(120)
    X[5, 2] = np.nan
    model = TPOTSearch(generations=2, population_size=8, random_state=1)
    one, two = clone(model).fit(X, y, groups), clone(model).fit(X, y, groups)
    assert one.choice_ == two.choice_
    np.testing.assert_array_equal(one.predict(X, True), two.predict(X, True))
    scores = one.candidates_
    assert scores["root_mean_square_error"].is_monotonic_increasing
    assert scores.loc[scores["chosen"], "name"].tolist() == [one.choice_]
    assert len(scores) >= 6
    assert scores["root_mean_square_error"][0] < 0.75 * y.std()
    again = regressor_of(state_of(one))
    np.testing.assert_allclose(again.predict(X, True), one.predict(X, True), rtol=1e-9)


@pytest.mark.slow
def test_scores_of_a_search_are_of_rows_whose_group_was_not_seen() -> None:
    groups = np.repeat(np.arange(30), 4)
    rng = np.random.default_rng(0)
    X = np.repeat(rng.permutation(30).astype(float), 4)[:, None]
    y = np.repeat(rng.normal(size=30), 4)
    scores = TPOTSearch(generations=1, population_size=5).fit(X, y, groups).candidates_
    assert scores["root_mean_square_error"][0] > 0.8 * y.std()
