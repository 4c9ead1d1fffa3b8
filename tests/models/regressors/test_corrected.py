import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.utils.estimator_checks import check_estimator

from catml.errors import ModelError
from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.base import Array, row_sets
from catml.models.regressors.boosted_trees import BoostedTrees
from catml.models.regressors.corrected import Corrected

TREES = BoostedTrees(n_rounds=60, max_depth=4, n_jobs=1)


def problem(*, detailed: int = 90, n: int = 900, seed: int = 0):
    """The last feature counts in the few rows that have it, three rows per group."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    X[detailed:, 3] = np.nan
    y = X[:, 0] + 0.5 * X[:, 1] + 0.05 * rng.normal(size=n)
    y[:detailed] += 0.8 * X[:detailed, 3]
    return X, y, np.arange(n) // 3


def _within_ranges(X_new: Array, X: Array) -> NDArray[np.bool_]:
    """Which of the first 90 rows, those with the special feature, the process may speak for."""
    inside = (X_new[:90] >= X[:90].min(axis=0)) & (X_new[:90] <= X[:90].max(axis=0))
    return inside.all(axis=1)


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(Corrected(BoostedTrees(n_rounds=20, n_jobs=1)))


def test_rows_with_the_special_feature_are_corrected() -> None:
    X, y, groups = problem()
    X_new, y_new, _ = problem(seed=1)
    alone = TREES.fit(X, y, groups).predict(X_new)
    model = Corrected(TREES).fit(X, y, groups)
    assert model.special_.tolist() == [3]
    mean = model.predict(X_new)
    np.testing.assert_array_equal(mean[90:], alone[90:])
    within = _within_ranges(X_new, X)
    assert within.sum() > 50
    error = np.abs(mean - y_new)[:90][within].mean()
    assert error < 0.5 * np.abs(alone - y_new)[:90][within].mean()


def test_beyond_the_ranges_of_detailed_rows_the_regressor_stands_alone() -> None:
    X, y, groups = problem()
    model = Corrected(TREES).fit(X, y, groups)
    span = np.ptp(X[:90], axis=0)
    for column in range(4):
        row = np.median(X[:90], axis=0)[None, :]
        kept = model.predict(row)
        assert kept != model.regressor_.predict(row)
        row[0, column] = X[:90, column].max() + 0.04 * span[column]
        assert model.predict(row) != model.regressor_.predict(row)
        row[0, column] = X[:90, column].max() + 0.06 * span[column]
        assert model.predict(row) == model.regressor_.predict(row)
    # A group that reaches furthest is held out with ranges that do not know of it.
    furthest = int(np.argmax(X[:90, 0]))
    X[furthest, 0] += 2.0
    model = Corrected(TREES).fit(X, y, groups)
    held_out = model.predict_left_out()[0]
    plain = model.regressor_.predict_left_out()[0]
    assert held_out[furthest] == plain[furthest]
    assert (held_out[:90] != plain[:90]).sum() > 45


def test_its_deviation_covers_in_detailed_rows() -> None:
    X, y, groups = problem(detailed=200, n=1200)
    X_new, y_new, _ = problem(detailed=200, n=1200, seed=3)
    mean, std = Corrected(TREES).fit(X, y, groups).predict(X_new, return_std=True)
    inside = np.abs(y_new - mean)[:200] < 1.645 * std[:200]
    assert 0.78 < inside.mean() < 0.99


def test_no_correction_of_few_rows_or_of_too_many() -> None:
    X, y, groups = problem(detailed=40)
    assert Corrected(TREES).fit(X, y, groups).process_ is None
    X, y, groups = problem()
    model = Corrected(TREES, max_rows=80).fit(X, y, groups)
    assert model.process_ is None
    np.testing.assert_array_equal(model.predict(X), model.regressor_.predict(X))


def test_sets_that_are_no_groups_are_left_out_of_both() -> None:
    X, y, groups = problem()
    # In these rows alone there is a jump, which nothing else can know of.
    y[:30] += 3.0
    model = Corrected(TREES).fit(X, y, groups)
    sets = (np.arange(30), np.arange(60, 200), np.arange(400, 500))
    mean, std = model.predict_left_out(sets)
    assert mean.shape == std.shape == (270,)
    assert (y[:30] - mean[:30]).mean() > 1.5
    plain = model.regressor_.predict_left_out(sets)[0]
    np.testing.assert_array_equal(mean[-100:], plain[-100:])
    assert np.abs(mean[30:60] - plain[30:60]).max() > 0.1
    kept, _ = model.predict_left_out(row_sets(groups))
    np.testing.assert_array_equal(kept, model.predict_left_out()[0])


def test_predictions_survive_being_saved() -> None:
    for X, y, groups in (problem(), problem(detailed=10)):
        model = Corrected(TREES).fit(X, y, groups)
        again = regressor_of(state_of(model))
        for before, after in zip(model.predict(X, True), again.predict(X, True), strict=True):
            np.testing.assert_allclose(after, before, rtol=1e-9)
        assert repr(again) == repr(model)
        with pytest.raises(ModelError, match="fit the model first"):
            again.predict_left_out()


def test_a_feature_that_nearly_all_detailed_rows_share_is_not_seen() -> None:
    X, y, groups = problem()
    X = np.column_stack([X, np.arange(len(y)) == 5, np.zeros(len(y)), np.arange(len(y)) % 4 == 0])
    X[1, 5] = np.nan
    assert Corrected(TREES).fit(X, y, groups).seen_.tolist() == [0, 1, 2, 3, 6]


def test_the_process_can_overrule_the_regressor() -> None:
    X, y, groups = problem(n=1800)
    y[:90] -= 2 * X[:90, 0]
    model = Corrected(TREES).fit(X, y, groups)
    X_new, y_new, _ = problem(n=1800, seed=4)
    y_new[:90] -= 2 * X_new[:90, 0]
    within = _within_ranges(X_new, X)
    truth = y_new[:90][within]
    assert np.corrcoef(model.predict(X_new)[:90][within], truth)[0, 1] > 0.9
    assert np.corrcoef(model.regressor_.predict(X_new)[:90][within], truth)[0, 1] < 0.6
