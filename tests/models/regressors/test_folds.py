import numpy as np
import pytest

from catml.models.regressors.folds import are_groups, group_folds


@pytest.mark.parametrize("labels", [np.arange(23), np.arange(23) // 4, np.zeros(23, int)])
def test_every_row_is_held_out_once(labels) -> None:
    folds = group_folds(labels, 4, seed=3)
    assert len(folds) == 4
    assert sorted(np.concatenate([outside for _, outside in folds])) == list(range(23))
    for inside, outside in folds:
        assert sorted([*inside, *outside]) == list(range(23))


def test_groups_stay_together() -> None:
    labels = np.arange(40) // 4
    for inside, outside in group_folds(labels, 3, seed=0):
        assert not set(labels[inside]) & set(labels[outside])


def test_one_row_and_few_groups() -> None:
    ((inside, outside),) = group_folds(np.array([7]), 4, seed=0)
    assert inside.tolist() == outside.tolist() == [0]
    assert len(group_folds(np.array([0, 0, 1, 1]), 4, seed=0)) == 2


def test_sets_that_are_the_groups_and_that_are_not() -> None:
    labels = np.array([0, 1, 0, 1])
    assert are_groups((np.array([1, 3]), np.array([0, 2])), labels)
    assert not are_groups((np.array([0, 1]), np.array([2, 3])), labels)
    assert not are_groups((np.array([0]), np.array([2]), np.array([1, 3])), labels)
    assert not are_groups((np.array([0, 2]),), labels)
