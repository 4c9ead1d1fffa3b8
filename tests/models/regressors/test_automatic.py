import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from catml.errors import ModelError
from catml.models.files.states import regressor_of, state_of
from catml.models.regressors.automatic import AutomaticChoice, _scored
from catml.models.regressors.base import row_sets
from catml.models.regressors.registry import make_regressor
from catml.models.regressors.ridge import RidgeWithUncertainty
from tests.models.problems import smooth_problem

PAIR = ("ridge", "extra_trees")


@pytest.mark.filterwarnings("ignore")
def test_is_a_scikit_learn_estimator() -> None:
    check_estimator(AutomaticChoice(("ridge", "gaussian_process"), n_folds=2))


def test_the_simplest_within_one_standard_error_is_taken() -> None:
    # By hand: four groups of one row, absolute errors 1 and 1.1, differences of mean 0.1.
    labels = np.arange(4)
    sure = _scored(("simple", "best"), np.array([[1.1] * 4, [1.0] * 4]), labels)
    assert sure["difference"].tolist() == pytest.approx([0.1, 0.0])
    assert sure["chosen"].tolist() == [False, True]
    # Differences 1, -0.8, 1, -0.8: mean 0.1, sum of squares 4 · 0.81, standard error 1.8 / 4.
    wide = _scored(("simple", "best"), np.array([[2.0, -0.2, -2.0, 0.2], [1.0] * 4]), labels)
    assert wide["standard_error"].tolist() == pytest.approx([0.45, 0.0])
    assert wide["chosen"].tolist() == [True, False]
    assert wide["root_mean_square_error"].tolist() == pytest.approx([2.02**0.5, 1.0])


def test_rows_of_one_group_count_as_one_observation() -> None:
    errors = np.array([[2.0, 2.0, 0.2, 0.2], [1.0] * 4])
    apart = _scored(("a", "b"), errors, np.arange(4))["standard_error"][0]
    together = _scored(("a", "b"), errors, np.array([0, 0, 1, 1]))["standard_error"][0]
    assert together == pytest.approx(2**0.5 * apart)


def test_a_line_is_found_and_a_step_is_found() -> None:
    X, _, groups = smooth_problem(120)
    line = AutomaticChoice(PAIR).fit(X, X[:, 0], groups)
    assert line.choice_ == "ridge"
    step = AutomaticChoice(PAIR).fit(X, np.sign(X[:, 0]), groups)
    assert step.choice_ == "extra_trees"
    scores = step.candidates_.set_index("name")["mean_absolute_error"]
    assert scores["extra_trees"] < 0.7 * scores["ridge"]


def test_scores_are_of_rows_whose_group_was_not_seen() -> None:
    groups = np.repeat(np.arange(30), 4)
    rng = np.random.default_rng(0)
    X = np.repeat(rng.permutation(30).astype(float), 4)[:, None]
    y = np.repeat(rng.normal(size=30), 4)
    scores = AutomaticChoice(("extra_trees",)).fit(X, y, groups).candidates_
    assert scores["mean_absolute_error"][0] > 0.7 * np.abs(y - y.mean()).mean()


def test_it_then_is_the_choice_on_all_rows() -> None:
    X, y, groups = smooth_problem(90)
    model = AutomaticChoice(("ridge",), max_rows=40).fit(X, y, groups)
    alone = RidgeWithUncertainty().fit(X, y)
    assert model.candidates_["n_rows"].tolist() == [40]
    np.testing.assert_array_equal(model.predict(X, True), alone.predict(X, True))
    sets = row_sets(groups)
    np.testing.assert_array_equal(model.predict_left_out(sets), alone.predict_left_out(sets))
    assert model.std_grows
    assert model.rehearses == alone.rehearses


def test_choice_and_scores_survive_being_saved() -> None:
    X, y, groups = smooth_problem(60)
    model = AutomaticChoice(PAIR, random_state=2).fit(X, y, groups)
    again = regressor_of(state_of(model))
    np.testing.assert_allclose(again.predict(X, True), model.predict(X, True))
    assert again.candidates_.equals(model.candidates_)
    assert again.choice_ == model.choice_
    assert repr(again) == repr(model)


def test_seed_alone_decides() -> None:
    X, y, groups = smooth_problem(60)
    one, two = (
        AutomaticChoice(("extra_trees",), n_jobs=jobs, random_state=1).fit(X, y, groups)
        for jobs in (1, 2)
    )
    assert one.candidates_.equals(two.candidates_)
    np.testing.assert_array_equal(one.predict(X, True), two.predict(X, True))


def test_by_name_it_chooses_among_several() -> None:
    X, y, groups = smooth_problem(80)
    model = make_regressor("automatic", n_jobs=1).fit(X, y, groups)
    assert len(model.candidates_) >= 4
    assert model.candidates_["chosen"].sum() == 1
    assert model.choice_ == "gaussian_process"


def test_no_candidate_is_refused() -> None:
    X, y, _ = smooth_problem(30)
    with pytest.raises(ModelError, match="needs candidates"):
        AutomaticChoice(()).fit(X, y)
    with pytest.raises(ModelError, match="no regressor 'trees'"):
        AutomaticChoice(("trees",)).fit(X, y)
