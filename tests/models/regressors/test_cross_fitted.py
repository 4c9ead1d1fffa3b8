import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.utils.estimator_checks import check_estimator

from catml.errors import ModelError
from catml.models.regressors.base import row_sets
from catml.models.regressors.cross_fitted import CrossFitted
from catml.models.regressors.folds import rows_of_some_groups
from tests.models.problems import smooth_problem


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(CrossFitted(Ridge()))


def test_the_mean_is_that_of_the_estimator_on_all_rows() -> None:
    X, y, groups = smooth_problem(80)
    model = CrossFitted(KernelRidge(kernel="rbf", gamma=0.2, alpha=0.1)).fit(X, y, groups)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    target = (y - y.mean()) / y.std()
    known = KernelRidge(kernel="rbf", gamma=0.2, alpha=0.1).fit(Z, target).predict(Z)
    np.testing.assert_allclose(model.predict(X), y.mean() + y.std() * known, atol=1e-9)


def test_no_row_is_held_out_by_a_fit_that_saw_its_group() -> None:
    groups = np.repeat(np.arange(20), 5)
    rng = np.random.default_rng(0)
    # The feature names the group and the target is random in it: only memory predicts it.
    X = np.repeat(rng.permutation(20).astype(float), 5)[:, None]
    y = np.repeat(rng.normal(size=20), 5)
    model = CrossFitted(KNeighborsRegressor(1)).fit(X, y, groups)
    np.testing.assert_allclose(model.predict(X), y)
    held_out, _ = model.predict_left_out()
    assert np.abs(held_out - y).min() > 1e-6


def test_left_out_sets_are_what_refitting_without_them_gives() -> None:
    X, y, groups = smooth_problem(60)
    model = CrossFitted(LinearRegression()).fit(X, y, groups)
    sets = (np.array([3, 1, 50]), np.array([1, 2]))
    mean, std = model.predict_left_out(sets)
    known = [
        LinearRegression().fit(np.delete(X, rows, 0), np.delete(y, rows)).predict(X[rows])
        for rows in sets
    ]
    np.testing.assert_allclose(mean, np.concatenate(known))
    np.testing.assert_array_equal(std, model.predict_left_out()[1][np.concatenate(sets)])


def test_many_sets_share_fits_that_saw_none_of_them() -> None:
    names = np.repeat(np.arange(40.0), 3)
    rows = np.arange(120)
    # The target is a random number of the set: only memory of it predicts it.
    y = np.repeat(np.random.default_rng(0).normal(size=40), 3)
    model = CrossFitted(KNeighborsRegressor(1)).fit(names[:, None], y)
    sets = tuple(rows[names == name] for name in range(40))
    assert len(model._dealt(sets)) == 10
    assert np.abs(model.predict_left_out(sets)[0] - y).min() > 1e-6
    # Sets too large to be left out together are left out one at a time.
    halves = (*(rows[names % 20 == k] for k in range(20)), rows[:60], rows[60:])
    sizes = sorted(map(len, model._dealt(halves)))
    assert len(sizes) > 10
    assert sum(sizes) == 22


def test_the_groups_of_fit_cost_nothing() -> None:
    X, y, groups = smooth_problem(60)
    model = CrossFitted(LinearRegression()).fit(X, y, groups)
    rows = np.concatenate(row_sets(groups))
    np.testing.assert_array_equal(
        model.predict_left_out(row_sets(groups))[0], model.predict_left_out()[0][rows]
    )


def test_intervals_cover_nine_in_ten_rows_of_unseen_groups() -> None:
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(120), 5)
    X = rng.normal(size=(120, 4))[groups] + 0.2 * rng.normal(size=(600, 4))
    y = X @ [1.0, -0.5, 0.3, 0.0] + rng.normal(size=120)[groups] * 0.4 + rng.normal(size=600) * 0.2
    known = groups < 60
    model = CrossFitted(Ridge()).fit(X[known], y[known], groups[known])
    mean, std = model.predict(X[~known], return_std=True)
    inside = np.abs(y[~known] - mean) < 1.645 * std
    assert 0.82 < inside.mean() < 0.96


def test_constant_noise_is_found() -> None:
    X, y, _ = smooth_problem(400, noise=0.3)
    y = X[:, 0] + 0.3 * np.random.default_rng(1).normal(size=400)
    std = CrossFitted(LinearRegression()).fit(X, y).predict(X, return_std=True)[1]
    np.testing.assert_allclose(std.mean(), 0.3, rtol=0.1)


def test_width_grows_where_the_fits_disagree() -> None:
    rng = np.random.default_rng(2)
    # Many more features than a line needs: its fits differ most far from the rows.
    X = rng.normal(size=(40, 12)) * rng.uniform(0.3, 3.0, size=(40, 1))
    y = X[:, 0] + 0.3 * rng.normal(size=40)
    model = CrossFitted(LinearRegression()).fit(X, y)
    near, far = model.predict([[0.0] * 12, [6.0] * 12], return_std=True)[1]
    assert far > 1.2 * near


def test_settings_are_chosen_by_held_out_groups() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 30))
    y = X[:, 0] + 0.01 * rng.normal(size=60)
    search = {"alpha": (1e-6, 1e6)}
    assert CrossFitted(Ridge(), search=search).fit(X, y).settings_ == {"alpha": 1e-6}
    noise = rng.normal(size=60)
    assert CrossFitted(Ridge(), search=search).fit(X, noise).settings_ == {"alpha": 1e6}


def test_large_tables_are_searched_in_part(monkeypatch) -> None:
    monkeypatch.setattr("catml.models.regressors.cross_fitted._SEARCH_ROWS", 25)
    X, y, groups = smooth_problem(100)
    drawn = rows_of_some_groups(groups, 25, seed=0)
    # With penalties this far apart, the rows decide: pure noise among those searched.
    y[drawn] = 10 * np.random.default_rng(0).normal(size=len(drawn))
    model = CrossFitted(Ridge(), search={"alpha": (1e-3, 1e5)}).fit(X, y, groups)
    assert model.settings_ == {"alpha": 1e5}


def test_same_seed_same_numbers() -> None:
    X, y, groups = smooth_problem(80)
    trees = ExtraTreesRegressor(5, random_state=1)
    one, two = (
        CrossFitted(trees, random_state=1, n_jobs=jobs).fit(X, y, groups).predict(X, True)
        for jobs in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def test_missing_features_are_filled_and_marked() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = np.where(rng.random(200) < 0.3, 2.0, X[:, 0])
    X[y == 2.0, 0] = np.nan
    model = CrossFitted(LinearRegression()).fit(X, y)
    np.testing.assert_allclose(model.predict(X), y, atol=1e-6)


def test_too_many_rows_are_refused_with_what_to_do() -> None:
    X, y, _ = smooth_problem(60)
    with pytest.raises(ModelError, match=r"60 rows, too many for Ridge.*at most 50.*'xgboost'"):
        CrossFitted(Ridge(), max_rows=50).fit(X, y)
