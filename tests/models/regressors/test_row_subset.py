import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from catml.errors import ModelError
from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.base import row_sets
from catml.models.regressors.folds import rows_of_some_groups
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.ridge import RidgeWithUncertainty
from catml.models.regressors.row_subset import RowSubset
from tests.models.problems import smooth_problem


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(RowSubset(RidgeWithUncertainty(), max_rows=60))


def test_small_tables_are_learned_from_in_full() -> None:
    X, y, groups = smooth_problem(60)
    whole = RidgeWithUncertainty().fit(X, y, groups)
    model = RowSubset(RidgeWithUncertainty(), max_rows=60).fit(X, y, groups)
    np.testing.assert_array_equal(model.predict(X, True), whole.predict(X, True))
    sets = row_sets(groups)
    np.testing.assert_array_equal(model.predict_left_out(sets), whole.predict_left_out(sets))


def test_groups_are_drawn_whole_and_the_others_are_predicted_as_unseen() -> None:
    X, y, groups = smooth_problem(200)
    model = RowSubset(RidgeWithUncertainty(), max_rows=85, random_state=2).fit(X, y, groups)
    drawn = set(groups[model.rows_])
    assert len(model.rows_) == 80
    assert len(drawn) == 8
    rows = np.flatnonzero(np.isin(groups, list(drawn)))
    part = RidgeWithUncertainty().fit(X[rows], y[rows])
    np.testing.assert_allclose(model.predict(X), part.predict(X))
    mean, std = model.predict_left_out()
    others = np.setdiff1d(np.arange(200), rows)
    np.testing.assert_allclose(mean[others], part.predict(X[others]))
    own = part.predict_left_out(row_sets(groups[rows]))
    np.testing.assert_allclose([mean[rows], std[rows]], own)


def test_sets_that_are_no_groups_are_predicted_by_fits_without_them() -> None:
    halves = np.repeat([0.0, 1.0], 50)
    rows = np.arange(100)
    # The target is the half itself: only rows of it can tell.
    model = RowSubset(RidgeWithUncertainty(), max_rows=40).fit(halves[:, None], halves, rows)
    mean, std = model.predict_left_out((rows[halves == 0], rows[halves == 1]))
    assert np.abs(mean - halves).min() > 0.9
    assert std.shape == (100,)


def test_predictions_survive_being_saved() -> None:
    X, y, groups = smooth_problem(60)
    model = RowSubset(ARDGaussianProcess(n_steps=10), max_rows=30).fit(X, y, groups)
    again = regressor_of(state_of(model))
    np.testing.assert_allclose(again.predict(X, True), model.predict(X, True), rtol=1e-9)
    assert repr(again) == repr(model)
    assert again.std_grows
    with pytest.raises(ModelError, match="fit the model first"):
        again.predict_left_out()


def test_one_group_larger_than_allowed_is_taken() -> None:
    assert len(rows_of_some_groups(np.zeros(50, int), 10, seed=0)) == 50
