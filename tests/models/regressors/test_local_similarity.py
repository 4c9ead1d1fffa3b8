import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.utils.estimator_checks import check_estimator

from catml.data.tables import load_dataset
from catml.descriptors.similarity import site_similarity
from catml.models.adsorption import AdsorptionModel
from catml.models.files.persistence import load_model
from catml.models.regressors.local_similarity import LocalSimilarityRegression
from tests.models.problems import dataset


def unit_vectors(n: int, *, seed: int = 0):
    X = np.random.default_rng(seed).normal(size=(n, 4))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(LocalSimilarityRegression())


def test_unit_vectors_are_compared_by_the_published_kernel() -> None:
    X, new = unit_vectors(40), unit_vectors(9, seed=1)
    y = X[:, 0] + X[:, 1] ** 2
    known = KernelRidge(kernel="precomputed", alpha=0.1).fit(
        site_similarity(X, exponent=3), y - y.mean()
    )
    expected = y.mean() + known.predict(site_similarity(new, X, exponent=3))
    model = LocalSimilarityRegression(exponent=3, alpha=0.1).fit(X, y)
    np.testing.assert_allclose(model.predict(new), expected, rtol=1e-5)


def test_unit_vectors_stay_such_without_what_all_of_them_share() -> None:
    X = 0.6 * unit_vectors(60)
    y = X[:, 0] + X[:, 1] ** 2
    alone = LocalSimilarityRegression().fit(X, y)
    assert (alone.spread_ == 1).all()
    assert (alone.mean_ == 0).all()


def test_other_features_are_standardized_first() -> None:
    X = 5.0 + unit_vectors(50) * [1.0, 100.0, 0.01, 3.0]
    y = X[:, 0]
    one = LocalSimilarityRegression().fit(X, y).predict(X)
    other = LocalSimilarityRegression().fit(1000.0 * X - 3.0, y).predict(1000.0 * X - 3.0)
    np.testing.assert_allclose(one, other, rtol=1e-5)


def test_some_centers_are_enough_for_a_large_table() -> None:
    X, new = unit_vectors(600), unit_vectors(100, seed=1)
    # Products of degree 2 in four numbers: 10 directions, which 60 centres hold.
    y, truth = X[:, 0] * X[:, 1], new[:, 0] * new[:, 1]
    model = LocalSimilarityRegression(exponent=2, alpha=1e-3, max_rows=100, n_centers=60)
    model.fit(X, y)
    assert model.centers_.shape == (60, 4)
    exact = LocalSimilarityRegression(exponent=2, alpha=1e-3).fit(X, y)
    np.testing.assert_allclose(model.predict(new), exact.predict(new), atol=1e-3)
    np.testing.assert_allclose(model.predict(new), truth, atol=1e-2)


def test_energies_of_unseen_compositions_follow_from_alike_ones(tmp_path) -> None:
    table, new = dataset(240), dataset(60, seed=9)
    model = AdsorptionModel(
        "CO", regressor="local_similarity", descriptors="similarity", n_jobs=1
    ).fit(table)
    predicted = model.predict(new)
    error = predicted["energy_ev"] - new["energy_ev"]
    assert error.std() < 0.25 * new["energy_ev"].std()
    inside = new["energy_ev"].between(predicted["lower_ev"], predicted["upper_ev"])
    assert inside.mean() > 0.75
    model.save(tmp_path / "co.skops")
    again = load_model(tmp_path / "co.skops").predict(new)
    np.testing.assert_allclose(again["energy_ev"], predicted["energy_ev"], rtol=1e-9)


def test_soap_is_compared_as_it_is_and_saved(tmp_path) -> None:
    table = load_dataset("ma2015").iloc[::4]
    model = AdsorptionModel("CO", regressor="local_similarity", descriptors="soap", n_jobs=1)
    model.fit(table).save(tmp_path / "co.skops")
    assert (model.regressor_.members_[0].estimator.spread_ == 1).all()
    again = load_model(tmp_path / "co.skops").predict(table)
    np.testing.assert_allclose(again["energy_ev"], model.predict(table)["energy_ev"], rtol=1e-9)
