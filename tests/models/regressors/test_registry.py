import numpy as np
import pytest
from sklearn.base import clone

from catml.errors import ModelError
from catml.models.regressors.base import row_sets
from catml.models.regressors.names import IN_WORDS, REGRESSOR_NAMES
from catml.models.regressors.registry import REGRESSORS, make_regressor
from tests.models.problems import smooth_problem

# It needs an extra; tests of its own run where that is installed.
OF_THE_PACKAGE = [name for name in REGRESSORS if name != "tpot"]


@pytest.mark.parametrize("name", OF_THE_PACKAGE)
def test_all_share_one_interface(name: str) -> None:
    X, y, groups = smooth_problem(60)
    X[3, 1] = np.nan
    model = clone(make_regressor(name, seed=1, n_jobs=1)).fit(X, y, groups=groups)
    mean, std = model.predict(X[:5], return_std=True)
    held_out = model.predict_left_out(row_sets(groups))
    assert mean.shape == std.shape == (5,)
    assert held_out[0].shape == held_out[1].shape == (60,)
    assert (std > 0).all()
    assert "composition" in model.rehearses


def test_every_name_has_a_regressor_and_words() -> None:
    assert tuple(REGRESSORS) == tuple(IN_WORDS) == REGRESSOR_NAMES


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"no regressor 'svm'.*'gaussian_process'"):
        make_regressor("svm")
