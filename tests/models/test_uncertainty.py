import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.models.uncertainty import HeldOut, IntervalFactors, conformal_quantile


def held_out(n: int, *, scale: float = 1.0, seed: int = 0) -> HeldOut:
    rng = np.random.default_rng(seed)
    kinds = np.array(["ontop", "hollow"] * (n // 2), dtype=object)
    std = rng.uniform(0.1, 0.5, n)
    error = np.abs(rng.normal(size=n)) * std * np.where(kinds == "ontop", 2.0, 1.0) * scale
    return HeldOut(error, std, kinds)


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


def test_factors_are_per_site_kind() -> None:
    factors = IntervalFactors.learn({"composition": held_out(4000)}).factors["composition"]
    assert factors["ontop"] == pytest.approx(2 * 1.645, rel=0.1)
    assert factors["hollow"] == pytest.approx(1.645, rel=0.1)
    assert factors["hollow"] < factors[""] < factors["ontop"]


def test_a_rare_kind_takes_the_pooled_factor() -> None:
    rows = held_out(200)
    rows.kinds[:5] = "bridge"
    learned = IntervalFactors.learn({"composition": rows})
    half = learned.half_width(np.ones(2), ["bridge", "unheard-of"], {})
    np.testing.assert_array_equal(half, learned.factors["composition"][""])


def test_a_novelty_widens_and_the_widest_counts() -> None:
    learned = IntervalFactors.learn(
        {
            "composition": held_out(1000),
            "host": held_out(1000, scale=3.0),
            "element": held_out(1000, scale=0.1),
        }
    )
    yes, no = np.array([True]), np.array([False])
    std, kind = np.array([0.2]), ["ontop"]
    plain = learned.half_width(std, kind, {"host": no, "element": no})
    assert learned.half_width(std, kind, {"host": yes}) == pytest.approx(3 * plain)
    assert learned.half_width(std, kind, {"element": yes}) == plain
    assert learned.half_width(std, kind, {"host": yes, "element": yes}) == pytest.approx(3 * plain)


@pytest.mark.parametrize("novelty", ["family", "facet", "site kind", "never heard of"])
def test_what_is_structurally_new_or_not_rehearsed_at_least_doubles(novelty: str) -> None:
    learned = IntervalFactors.learn({"composition": held_out(1000), "family": held_out(1000)})
    plain = learned.half_width(np.ones(1), ["ontop"], {})
    assert learned.half_width(np.ones(1), ["ontop"], {novelty: np.array([True])}) >= 2 * plain


@given(st.floats(0.0, 10.0), st.booleans(), st.sampled_from(["ontop", "hollow", "bridge"]))
def test_intervals_never_shrink_on_the_way_out(widening: float, host: bool, kind: str) -> None:
    learned = IntervalFactors.learn({"composition": held_out(200), "host": held_out(200, seed=1)})
    plain = learned.half_width(np.ones(1), [kind], {})
    out = learned.half_width(
        np.ones(1), [kind], {"host": np.array([host])}, widening=np.array([widening])
    )
    assert out >= plain
