import numpy as np
import pytest
from scipy.stats import t as student

from catml.errors import ModelError
from catml.models.intervals.conformal import (
    IN_WORDS,
    INTERVALS,
    check_interval_name,
    class_quantiles,
    conformal_quantile,
    group_quantile,
    lookup,
    plus_bounds,
)


@pytest.mark.parametrize(("n", "rank"), [(9, 9), (19, 18), (99, 90), (100, 91), (1000, 901)])
def test_quantile_is_the_conformal_order_statistic(n: int, rank: int) -> None:
    scores = np.random.default_rng(n).permutation(np.arange(1, n + 1))
    assert conformal_quantile(scores, coverage=0.9) == rank


def test_quantile_of_too_few_scores_is_the_largest() -> None:
    assert conformal_quantile([3.0, 1.0, 2.0], coverage=0.9) == 3.0


def test_coverage_holds_for_exchangeable_rows() -> None:
    rng = np.random.default_rng(4)
    inside = []
    for _ in range(400):
        scores = rng.standard_t(2, size=41) ** 2
        inside.append(scores[-1] <= conformal_quantile(scores[:-1], coverage=0.9))
    assert 0.87 < np.mean(inside) < 0.95


def test_a_new_group_weighs_like_the_others_and_counts_as_infinite() -> None:
    # Nineteen groups of one row and one of a thousand: 20 groups, so 0.9 * 21 = 18.9 of them.
    scores = np.concatenate([np.arange(1.0, 20.0), np.full(1000, 0.5)])
    groups = np.concatenate([np.arange(19), np.full(1000, 19)])
    assert group_quantile(scores, groups, coverage=0.9) == 18.0
    # Rows of equal groups of one: the plain conformal quantile.
    alone = np.random.default_rng(0).exponential(size=57)
    assert group_quantile(alone, np.arange(57), coverage=0.9) == conformal_quantile(
        alone, coverage=0.9
    )


def test_few_groups_are_stretched_by_student() -> None:
    # Mean squares 1, 1 and 4 of three groups of equal size: their mean is 2, its variance
    # 3/2 · (1 + 1 + 4)/9 = 1, so 2 · 2²/1 = 8 degrees of freedom.
    scores, groups = np.repeat([1.0, 1.0, 2.0], 20), np.repeat([0, 1, 2], 20)
    stretch = student.ppf(0.95, 8) / 1.6448536269514722
    assert group_quantile(scores, groups, coverage=0.9) == pytest.approx(2.0 * stretch)
    # Groups alike say as much as their rows do; a single group says next to nothing.
    alike = group_quantile(np.ones(60), groups, coverage=0.9)
    assert alike == pytest.approx(student.ppf(0.95, 60) / 1.6448536269514722)
    assert group_quantile(np.ones(60), np.zeros(60), coverage=0.9) > 3.8


@pytest.mark.parametrize("n_groups", [4, 15, 40])
def test_rows_of_a_new_group_are_covered(n_groups: int) -> None:
    """Errors of a group share a level, so that rows of seen groups say too little."""
    rng = np.random.default_rng(n_groups)
    grouped, pooled = [], []
    for _ in range(400):
        level = rng.normal(size=n_groups + 1)
        scores = np.abs(level[:, None] + 0.3 * rng.normal(size=(n_groups + 1, 20)))
        seen, new = scores[:-1].ravel(), scores[-1]
        of = np.repeat(np.arange(n_groups), 20)
        grouped.append(np.mean(new <= group_quantile(seen, of, coverage=0.9)))
        pooled.append(np.mean(new <= conformal_quantile(seen, coverage=0.9)))
    assert np.mean(grouped) > 0.86
    assert np.mean(grouped) > np.mean(pooled)


def test_classes_are_covered_one_by_one_where_the_pool_is_not() -> None:
    rng = np.random.default_rng(1)
    inside, pooled = [], []
    for _ in range(300):
        kinds = np.array(["a", "b"] * 40, dtype=object)
        scores = np.abs(rng.normal(size=80)) * np.where(kinds == "b", 5.0, 1.0)
        limit = lookup(class_quantiles(scores, kinds, coverage=0.9), kinds[:2])
        new = np.abs(rng.normal(size=2)) * [1.0, 5.0]
        inside.append(new <= limit)
        pooled.append(new <= conformal_quantile(scores, coverage=0.9))
    shares = np.mean(inside, axis=0)
    assert (shares > 0.86).all()
    assert (shares < 0.95).all()
    assert np.mean(pooled, axis=0)[1] < 0.85


def means_without_each_part(y: np.ndarray, part_of: np.ndarray) -> np.ndarray:
    return np.array([y[part_of != part].mean() for part in range(part_of.max() + 1)])


def test_plus_bounds_are_the_order_statistics_of_the_definition() -> None:
    # Four rows in two parts. Without part 0 the mean is 3.5, without part 1 it is 1.5, so the
    # residuals are 2.5, 1.5, 1.5, 2.5; sums 6, 5, 3, 4 and differences 1, 2, 0, -1.
    y, part_of = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 1, 1])
    means = means_without_each_part(y, part_of)
    errors = np.abs(y - means[part_of])
    assert errors.tolist() == [2.5, 1.5, 1.5, 2.5]
    low, high = plus_bounds(means[:, None], errors, part_of, coverage=0.6)
    # ⌈5 · 0.6⌉ = 3rd smallest sum, ⌊5 · 0.4⌋ = 2nd smallest difference.
    assert (low[0], high[0]) == (0.0, 5.0)
    low, high = plus_bounds(means[:, None], errors, part_of, coverage=0.99)
    assert (low[0], high[0]) == (-1.0, 6.0)


@pytest.mark.parametrize("n_parts", [5, 30])
def test_cv_plus_and_jackknife_plus_cover_exchangeable_rows(n_parts: int) -> None:
    rng = np.random.default_rng(n_parts)
    inside = []
    for _ in range(400):
        y = rng.standard_t(3, size=31)
        part_of = np.arange(30) % n_parts
        means = means_without_each_part(y[:30], part_of)
        errors = np.abs(y[:30] - means[part_of])
        low, high = plus_bounds(means[:, None], errors, part_of, coverage=0.9)
        inside.append(low[0] <= y[30] <= high[0])
    assert 0.86 < np.mean(inside) < 0.95


def test_a_class_falls_back_to_its_kind_and_then_to_all() -> None:
    quantiles = {"": 1.0, "hollow": 2.0, "hollow: p": 3.0}
    asked = np.array(["hollow: p", "hollow: s", "hollow", "ontop: s"], dtype=object)
    assert lookup(quantiles, asked).tolist() == [3.0, 2.0, 2.0, 1.0]


def test_names_are_a_closed_set() -> None:
    assert set(IN_WORDS) == set(INTERVALS)
    for name in INTERVALS:
        check_interval_name(name)
    with pytest.raises(ModelError, match=r"no intervals 'bayes'; choose one of 'novelty'"):
        check_interval_name("bayes")
