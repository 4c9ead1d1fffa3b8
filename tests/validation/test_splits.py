import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.errors import DatasetError
from catml.validation.splits import make_folds, split_groups
from tests.models.problems import dataset


@pytest.mark.parametrize("by", ["random", "composition", "host", "family"])
def test_folds_cover_every_row_once_and_share_no_group(by: str) -> None:
    table = dataset(90)
    folds = make_folds(table, by, folds=2, seed=1)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(90))
    labels = split_groups(table, by)
    for fold in folds:
        assert sorted([*fold.train, *fold.test]) == list(range(90))
        assert not set(labels[fold.train]) & set(labels[fold.test])
        if by != "random":
            assert set(fold.held_out) == set(labels[fold.test])


def test_one_group_at_a_time_in_the_order_of_names() -> None:
    table = dataset(90)
    folds = make_folds(table, "host", folds=None)
    assert [fold.held_out for fold in folds] == [(h,) for h in sorted(set(table["host"]))]


def test_same_seed_same_folds_other_seed_other_folds() -> None:
    table = dataset(90)
    one, two, other = (make_folds(table, "composition", seed=seed) for seed in (3, 3, 4))
    assert all(np.array_equal(a.test, b.test) for a, b in zip(one, two, strict=True))
    assert not all(np.array_equal(a.test, b.test) for a, b in zip(one, other, strict=True))


@given(st.lists(st.sampled_from("abcdefghij"), min_size=30, max_size=120), st.integers(0, 99))
def test_fold_sizes_differ_by_no_more_than_the_largest_group(names: list[str], seed: int) -> None:
    table = pd.DataFrame({"host": names})
    if len(set(names)) < 3:
        return
    sizes = [len(fold.test) for fold in make_folds(table, "host", folds=3, seed=seed)]
    assert max(sizes) - min(sizes) <= table["host"].value_counts().max()


def test_facets_come_from_surface_names() -> None:
    table = pd.DataFrame({"surface": ["Pt(111)", "Pt3Ni(100):Pt", "Ru(0001)"]})
    assert split_groups(table, "facet").tolist() == ["111", "100", "0001"]


def test_rows_that_do_not_say_are_refused() -> None:
    table = dataset(20)
    table.loc[:2, "family"] = ""
    with pytest.raises(DatasetError, match="3 of 20 rows do not state their family"):
        split_groups(table, "family")
    with pytest.raises(DatasetError, match="20 of 20 rows do not state their facet"):
        split_groups(table, "facet")


def test_impossible_splits_are_refused() -> None:
    with pytest.raises(DatasetError, match=r"no split 'colour'.*'random'"):
        split_groups(dataset(20), "colour")
    with pytest.raises(DatasetError, match="2 groups by family, which cannot make 5 folds"):
        make_folds(dataset(20), "family", folds=5)
    with pytest.raises(DatasetError, match="cannot make 1 folds"):
        make_folds(dataset(20), "random", folds=1)


def test_an_element_left_out_is_in_all_test_rows_and_in_no_training_row() -> None:
    table = dataset(120)
    folds = make_folds(table, "element", folds=None)
    assert len(folds) == 10
    members = table["elements"].str.split("-")
    for fold in folds:
        (element,) = fold.held_out
        assert all(element in symbols for symbols in members.iloc[fold.test])
        assert not any(element in symbols for symbols in members.iloc[fold.train])
        assert sorted([*fold.train, *fold.test]) == list(range(120))


def test_a_few_elements_are_taken_at_even_steps_of_the_atomic_numbers() -> None:
    # Co 27, Ni 28, Cu 29, Ru 44, Rh 45, Pd 46, Ag 47, Ir 77, Pt 78, Au 79
    folds = make_folds(dataset(120), "element", folds=4)
    assert [fold.held_out[0] for fold in folds] == ["Co", "Ru", "Ag", "Au"]


def test_an_element_in_nearly_all_rows_is_not_left_out() -> None:
    table = pd.DataFrame({"elements": ["Cu-Zn"] * 6 + ["Cu-Pd"] * 6 + ["Pt"]})
    assert [fold.held_out[0] for fold in make_folds(table, "element", folds=None)] == ["Zn", "Pd"]
    with pytest.raises(DatasetError, match=r"2 elements that can be left out.*make 3 folds"):
        make_folds(table, "element", folds=3)
    with pytest.raises(DatasetError, match="no column elements"):
        make_folds(table.drop(columns="elements"), "element")


@pytest.mark.parametrize(
    ("split", "learned", "judged"),
    [("skin-to-overlayer", "skin", "overlayer"), ("overlayer-to-skin", "overlayer", "skin")],
)
def test_a_direction_learns_from_one_family_and_judges_the_other(
    split: str, learned: str, judged: str
) -> None:
    table = dataset(40)
    table.loc[:4, "family"] = "pure"
    (fold,) = make_folds(table, split, folds=None)
    assert set(table["family"].iloc[fold.train]) == {learned}
    assert set(table["family"].iloc[fold.test]) == {judged}
    assert len(fold.train) + len(fold.test) == 35
    table["family"] = learned
    with pytest.raises(DatasetError, match=f"0 of {judged} to be judged on; it has {learned}"):
        make_folds(table, split)


def test_splits_without_groups_of_rows_say_so() -> None:
    with pytest.raises(DatasetError, match="'element' does not put every row into one group"):
        split_groups(dataset(20), "element")
