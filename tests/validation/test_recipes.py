"""Each published system has the descriptors and the algorithm its paper names."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline

from catml.data.tables import load_dataset
from catml.errors import DatasetError
from catml.validation.recipes import RECIPES, make_recipe
from catml.validation.splits import make_folds
from catml.validation.table_models import ChosenRegressor


@pytest.fixture(scope="module")
def ma2015() -> pd.DataFrame:
    return load_dataset("ma2015")


COLUMNS = {
    "ma2015": {
        "dft_d_band_filling",
        "dft_d_band_center_ev",
        "dft_d_band_rms_width_ev",
        "dft_d_band_skewness",
        "dft_d_band_kurtosis",
        "dft_local_electronegativity",
    },
    "gasper2017": {
        "dft_d_band_center_ev",
        "coordination_number",
        "generalized_coordination_number",
        "bond_length_ang",
    },
    "noh2018": {
        "tight_binding_d_band_rectangular_width_ev",
        "pauling_electronegativity",
        "shell_pauling_electronegativity",
    },
}


@pytest.mark.parametrize("name", COLUMNS)
def test_descriptors_are_those_of_the_paper(name: str, ma2015: pd.DataFrame) -> None:
    describe = clone(make_recipe(name).describe).fit(ma2015)
    assert set(describe.transform(ma2015.head(2)).columns) == COLUMNS[name]


@pytest.mark.parametrize(
    ("name", "algorithms"),
    [
        ("ma2015", {"MLPRegressor"}),
        ("jinnouchi2017", {"LocalSimilarityRegression"}),
        ("jinnouchi2017_zones", {"LocalSimilarityRegression"}),
        ("tran2018", {"ExtraTreesRegressor", "RandomForestRegressor"}),
        ("gasper2017", {"GradientBoostingRegressor"}),
        ("oconnor2018", {"ExpandedLasso"}),
        ("noh2018", {"KernelRidge"}),
        ("motifs2021", {"HistGradientBoostingRegressor"}),
    ],
)
def test_algorithms_are_those_of_the_paper(name: str, algorithms: set[str]) -> None:
    regress = make_recipe(name).regress
    candidates = regress.candidates if isinstance(regress, ChosenRegressor) else [regress]
    assert {type(_innermost(candidate)).__name__ for candidate in candidates} == algorithms


def _innermost(estimator: Any) -> Any:
    """The regressor inside pipelines and scalings of the target."""
    if isinstance(estimator, TransformedTargetRegressor):
        return _innermost(estimator.regressor)
    return _innermost(estimator.steps[-1][1]) if isinstance(estimator, Pipeline) else estimator


@pytest.mark.parametrize("name", ["jinnouchi2017_zones", "gasper2017", "oconnor2018", "noh2018"])
def test_recipes_do_not_look_at_the_energies_of_test_rows(name: str, ma2015: pd.DataFrame) -> None:
    fold = make_folds(ma2015, "composition", folds=3)[0]
    model = make_recipe(name).fit(ma2015.iloc[fold.train])
    test = ma2015.iloc[fold.test]
    clean = model.predict(test)
    pd.testing.assert_frame_equal(model.predict(test.assign(energy_ev=1e6)), clean)
    assert clean.index.equals(test.index)
    # Better than the mean of the training rows, or something is broken.
    spread = (test["energy_ev"] - ma2015["energy_ev"].iloc[fold.train].mean()).abs().mean()
    assert (clean["energy_ev"] - test["energy_ev"]).abs().mean() < 0.7 * spread


def test_soap_describes_the_sites_of_the_kernel(ma2015: pd.DataFrame) -> None:
    vectors = clone(make_recipe("jinnouchi2017").describe).fit_transform(ma2015.head(3))
    assert all(name.startswith("soap_site") for name in vectors.columns)
    np.testing.assert_allclose(np.linalg.norm(vectors.to_numpy(), axis=1), 1.0)


def test_the_better_candidate_is_chosen_inside_the_training_rows() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    y = X @ [1.0, -2.0]
    hopeless, right = Ridge(alpha=1e6), LinearRegression()
    chosen = ChosenRegressor([hopeless, right], most_rows=40).fit(X, y)
    assert chosen.choice_ == 1
    np.testing.assert_allclose(chosen.predict(X), y, atol=1e-9)
    assert ChosenRegressor([right, hopeless]).fit(X, y).choice_ == 0


def test_every_recipe_is_from_a_paper() -> None:
    assert all(recipe.doi.startswith("10.") for recipe in RECIPES.values())
    with pytest.raises(DatasetError, match=r"no recipe 'ma2016'.*ma2015"):
        make_recipe("ma2016")
