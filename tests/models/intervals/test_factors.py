import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.models.intervals.factors import HeldOut, IntervalFactors, site_classes


def held_out(n: int, *, scale: float = 1.0, seed: int = 0) -> HeldOut:
    rng = np.random.default_rng(seed)
    kinds = np.array(["ontop", "hollow"] * (n // 2), dtype=object)
    std = rng.uniform(0.1, 0.5, n)
    error = np.abs(rng.normal(size=n)) * std * np.where(kinds == "ontop", 2.0, 1.0) * scale
    return HeldOut(error, std, kinds)


def test_factors_are_per_site_kind() -> None:
    factors = IntervalFactors.learn({"composition": held_out(4000)}).factors["composition"]
    assert factors["ontop"] == pytest.approx(2 * 1.645, rel=0.1)
    assert factors["hollow"] == pytest.approx(1.645, rel=0.1)
    assert factors["hollow"] < factors[""] < factors["ontop"]


def test_a_class_has_its_own_factor_where_rows_and_groups_suffice() -> None:
    rng = np.random.default_rng(2)
    kinds = np.array(["hollow: p", "hollow: late d"] * 500, dtype=object)
    error = np.abs(rng.normal(size=1000)) * np.where(kinds == "hollow: p", 3.0, 1.0)
    rows = HeldOut(error, np.ones(1000), kinds, np.arange(1000) // 10)
    factors = IntervalFactors.learn({"composition": rows}).factors["composition"]
    assert factors["hollow: p"] == pytest.approx(3 * 1.645, rel=0.15)
    assert factors["hollow: late d"] == pytest.approx(1.645, rel=0.15)
    # As many rows, but of a dozen groups: the class stays with its kind.
    few = HeldOut(error, np.ones(1000), kinds, np.arange(1000) // 84)
    assert set(IntervalFactors.learn({"composition": few}).factors["composition"]) == {
        "",
        "hollow",
    }
    half = IntervalFactors.learn({"composition": few}).half_width(
        np.ones(2), ["hollow: s", "hollow: p"], {}
    )
    assert half[0] == half[1]


def test_standard_deviations_fit_the_middle_of_heavy_tails() -> None:
    rng = np.random.default_rng(3)
    error = np.abs(rng.standard_t(3, size=20_000))
    rows = HeldOut(error, np.ones(20_000), np.full(20_000, "ontop", dtype=object))
    learned = IntervalFactors.learn({"composition": rows})
    std = learned.calibrated_std(np.ones(1), ["ontop"], {})[0]
    half = learned.half_width(np.ones(1), ["ontop"], {})[0]
    # Student's t of 3 degrees of freedom: 68.27 % within 1.197, 90 % within 2.353.
    assert std == pytest.approx(1.197, abs=0.03)
    assert half == pytest.approx(2.353, abs=0.06)


def test_classes_name_site_kind_and_blocks() -> None:
    rows = pd.DataFrame({"site_kind": ["ontop", "hollow"], "site_atoms": ["", "Mn:1 Al:1 Pt:1"]})
    assert site_classes(rows).tolist() == ["ontop: ", "hollow: early d, late d, p"]


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
    assert learned.half_width(std, kind, {"element": yes}) == pytest.approx(plain)
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
