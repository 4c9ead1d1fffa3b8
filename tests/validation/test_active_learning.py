import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression

from catml.errors import DatasetError
from catml.validation.active_learning import active_learning_curve


def line(n: int = 120) -> tuple[np.ndarray, pd.DataFrame]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 2))
    groups = [f"group-{number // 4}" for number in range(n)]
    return X, pd.DataFrame({"energy_ev": X @ [1.0, 2.0], "elements": groups})


def test_what_is_learned_exactly_is_exact_after_the_first_step() -> None:
    X, table = line()
    curve = active_learning_curve(X, table, LinearRegression(), start=10, step=20, most=50)
    assert curve["n_labelled"].unique().tolist() == [10, 30, 50]
    assert len(curve) == 3 * 2 * 2
    np.testing.assert_allclose(curve["value"], 0.0, atol=1e-9)
    # 120 rows in five folds: every row is set aside once; left over are 96 less the labelled, each.
    judged = curve.set_index(["strategy", "judged_on", "n_labelled"])["n"]
    assert judged["at random", "compositions set aside", 30] == 120
    assert judged["at random", "rows left over", 30] == 5 * (96 - 30)


class Steps(RegressorMixin, BaseEstimator):
    """The mean of each side of zero; its bootstrap members disagree where the rows differ."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "Steps":
        right = X[:, 0] > 0
        self.means_ = [float(y[side].mean()) if side.any() else 0.0 for side in (~right, right)]
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.where(X[:, 0] > 0, self.means_[1], self.means_[0])


def test_the_most_uncertain_rows_are_those_on_which_the_committee_disagrees() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 1))
    # Left of zero all energies are alike, right of it they scatter.
    energy = np.where(X[:, 0] > 0, 5 * rng.normal(size=200), 1.0)
    table = pd.DataFrame({"energy_ev": energy, "elements": [f"g{n}" for n in range(200)]})
    curve = active_learning_curve(X, table, Steps(), start=20, step=20, most=60)
    left = curve[(curve["judged_on"] == "rows left over") & (curve["n_labelled"] == 60)]
    left = left.set_index("strategy")["value"]
    # Chosen by disagreement the scattering rows are labelled, and easy ones are left over.
    assert left["most uncertain first"] < 0.8 * left["at random"]
    aside = curve[(curve["judged_on"] == "compositions set aside") & (curve["n_labelled"] == 60)]
    aside = aside.set_index("strategy")["value"]
    assert aside["most uncertain first"] == pytest.approx(aside["at random"], rel=0.1)


def test_too_few_rows_are_refused() -> None:
    X, table = line(40)
    with pytest.raises(DatasetError, match="32 rows to choose from are too few"):
        active_learning_curve(X, table, LinearRegression(), start=20, step=20)
