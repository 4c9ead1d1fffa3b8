import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.data.tables import load_dataset
from catml.errors import DatasetError, ModelError
from catml.validation.splits import fold_numbers, iterate_folds, split_groups

GROUPS = st.lists(st.sampled_from(["Ag", "Cu", "Cu-Pt", "Ni", "Pt", "Ru"]), min_size=2, max_size=60)


@given(groups=GROUPS, folds=st.integers(2, 8), seed=st.integers(0, 99))
def test_a_group_is_never_on_both_sides_and_every_row_is_held_out_once(
    groups: list[str], folds: int, seed: int
) -> None:
    names = np.array(groups)
    if len(set(groups)) < 2:
        with pytest.raises(ModelError, match="cannot be split"):
            fold_numbers(names, folds=folds, seed=seed)
        return
    numbers = fold_numbers(names, folds=folds, seed=seed)
    assert set(numbers) == set(range(min(folds, len(set(groups)))))
    held_out = []
    for train, test in iterate_folds(numbers):
        assert not set(names[train]) & set(names[test])
        held_out += test.tolist()
    assert sorted(held_out) == list(range(len(names)))


def test_folds_are_of_like_size_and_depend_on_the_seed() -> None:
    groups = np.repeat(np.arange(100).astype(str), 7)
    numbers = fold_numbers(groups, folds=5, seed=1)
    assert np.bincount(numbers).tolist() == [140] * 5
    assert (numbers == fold_numbers(groups, folds=5, seed=1)).all()
    assert (numbers != fold_numbers(groups, folds=5, seed=2)).any()


def test_composition_keeps_every_surface_of_an_alloy_together() -> None:
    table = load_dataset("ma2015")
    groups = split_groups(table, "composition")
    for train, test in iterate_folds(fold_numbers(groups, folds=10)):
        assert not set(table["elements"].iloc[train]) & set(table["elements"].iloc[test])


def test_leaving_out_a_host_gives_one_fold_per_host() -> None:
    table = load_dataset("ma2015")
    numbers = fold_numbers(split_groups(table, "host"), folds=10)
    assert {table["host"].iloc[test].nunique() for _, test in iterate_folds(numbers)} == {1}
    assert numbers.max() + 1 == 6


def test_a_facet_is_text_and_must_be_known() -> None:
    table = load_dataset("xu2022", adsorbate="CO")
    named = table[table["surface"] != ""]
    facets = split_groups(named, "facet")
    assert {"110", "211", "111"} <= set(facets)
    assert split_groups(pd.DataFrame({"surface": ["Ru(0001)"]}), "facet").tolist() == ["0001"]
    with pytest.raises(DatasetError, match="facet is not known"):
        split_groups(load_dataset("gaspy2018"), "facet")


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(ModelError, match="allowed: random, composition"):
        split_groups(pd.DataFrame({"elements": ["Cu"]}), "element")  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match="needs the column 'host'"):
        split_groups(pd.DataFrame({"elements": ["Cu"]}), "host")
