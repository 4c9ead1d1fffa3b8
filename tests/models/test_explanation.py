import numpy as np

from catml.models.explanation import explanation
from catml.models.regressors.automatic import AutomaticChoice
from catml.models.regressors.ridge import RidgeWithUncertainty
from catml.models.regressors.row_subset import RowSubset
from catml.models.regressors.stacking import Stacking
from tests.models.problems import smooth_problem


def test_a_choice_names_itself_and_its_rivals_best_first() -> None:
    X, _, groups = smooth_problem(80)
    model = AutomaticChoice(("extra_trees", "ridge")).fit(X, X[:, 0], groups)
    text = explanation(model)
    assert text.startswith("Chosen on held-out folds of the training rows: ridge. 2 candidates")
    assert text.index("ridge 0.000") < text.index("extra_trees 0.")


def test_what_is_inside_is_told_too() -> None:
    X, y, groups = smooth_problem(80)
    part = RowSubset(Stacking(("ridge", ("line", RidgeWithUncertainty()))), max_rows=40)
    text = explanation(part.fit(X, y, groups))
    assert text.startswith("It compares every row with every other")
    assert "at most 40 rows" in text
    assert "Weights of the stack: ridge " in text


def test_where_nothing_was_chosen_nothing_is_said() -> None:
    X = np.arange(20.0)[:, None]
    assert explanation(RidgeWithUncertainty().fit(X, X[:, 0])) == ""
