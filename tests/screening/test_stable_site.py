import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from catml.errors import DatasetError, ReactionError
from catml.screening.ranking import rank_candidates
from catml.screening.reactions import load_reaction
from catml.screening.stable_site import most_stable_sites, without_absent_sites


def sites(*rows):
    return pd.DataFrame(rows, columns=["surface", "site", "energy_ev", "std_ev"])


def test_a_single_site_is_the_lowest_with_its_own_uncertainty():
    best = most_stable_sites(sites(("A(111)", "top", -0.6, 0.15)), samples=40_000)
    row = best.surfaces.iloc[0]
    assert (row["site"], row["n_sites"], row["probability_most_stable"]) == ("top", 1, 1.0)
    expected = (-0.6, 0.15, *norm(-0.6, 0.15).ppf([0.05, 0.95]))
    found = row[["energy_ev", "std_ev", "lower_ev", "upper_ev"]].to_list()
    assert found == pytest.approx(expected, abs=0.005)


def test_two_sites_of_independent_errors():
    table = sites(("A", "top", -1.0, 0.1), ("A", "fcc", -0.9, 0.2))
    best = most_stable_sites(table, samples=100_000, site_error_correlation=0.0)
    chance = norm.cdf(0.1 / np.hypot(0.1, 0.2))
    assert best.sites["probability_most_stable"].to_list() == pytest.approx(
        [chance, 1 - chance], abs=0.005
    )
    # The lower of the two lies above x where both do.
    median = best.surfaces["energy_ev"].iloc[0]
    assert norm.sf(median, -1.0, 0.1) * norm.sf(median, -0.9, 0.2) == pytest.approx(0.5, abs=0.01)


def test_intervals_of_the_minimum_cover_where_the_errors_are_as_stated():
    rng = np.random.default_rng(1)
    surfaces, correlation = 800, 0.3
    means = rng.normal(0, 0.2, (surfaces, 3))
    shared = rng.standard_normal((surfaces, 1))
    own = rng.standard_normal(means.shape)
    error = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    truth = (means + 0.15 * error).min(axis=1)
    names = [f"S{number:03d}" for number in range(surfaces)]
    table = pd.DataFrame(
        {
            "surface": np.repeat(names, 3),
            "site": np.tile(list("abc"), surfaces),
            "energy_ev": means.ravel(),
            "std_ev": 0.15,
        }
    )
    found = most_stable_sites(table, samples=500, site_error_correlation=correlation).surfaces
    inside = (found["lower_ev"] <= truth) & (truth <= found["upper_ev"])
    assert inside.mean() == pytest.approx(0.9, abs=0.03)


def test_a_site_counts_as_often_as_it_is_a_minimum():
    table = sites(("A", "bridge", -2.0, 0.0), ("A", "fcc", -1.0, 0.0))
    # A site of which nothing is known is in every sample.
    table["probability_minimum"] = [0.3, np.nan]
    best = most_stable_sites(table, samples=50_000)
    assert best.sites["probability_most_stable"].to_list() == pytest.approx([0.3, 0.7], abs=0.01)
    assert best.surfaces["site"].to_list() == ["fcc"]
    assert best.surfaces["energy_ev"].to_list() == [-1.0]


def test_a_sample_without_any_site_keeps_all():
    drawn = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    kept = without_absent_sites(drawn, np.zeros(2), generator=np.random.default_rng(0))
    assert kept.tolist() == drawn.tolist()


def test_the_ranking_has_the_same_sites_and_energies():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {
            "surface": np.repeat([f"S{number}" for number in range(300)], 4),
            "site": np.tile(list("abcd"), 300),
            "energy_ev": rng.normal(-0.6, 0.3, 1200),
            "std_ev": rng.uniform(0.05, 0.3, 1200),
            "in_domain": rng.random(1200) < 0.9,
        }
    )
    best = most_stable_sites(table, samples=400, seed=3)
    ranking = rank_candidates(table, load_reaction("co2_reduction"), samples=400, seed=3)
    ranked = ranking.candidates.sort_values("surface", ignore_index=True)
    assert best.surfaces["site"].to_list() == ranked["best_site"].to_list()
    shared = ["surface", "n_sites", "energy_ev", "std_ev", "lower_ev", "upper_ev", "in_domain"]
    pd.testing.assert_frame_equal(best.surfaces[shared], ranked[shared], atol=1e-6)
    chance = "probability_most_stable"
    pd.testing.assert_series_equal(best.sites[chance], ranking.sites[chance])


def test_what_is_said_of_the_site_comes_along_and_the_order_does_not_matter():
    table = sites(("B", "top", -0.1, 0.1), ("A", "fcc", -1.0, 0.1), ("B", "fcc", -0.4, 0.1))
    table["site_kind"] = ["ontop", "hollow", "hollow"]
    best = most_stable_sites(table)
    assert best.surfaces["surface"].to_list() == ["A", "B"]
    assert best.surfaces["site_kind"].to_list() == ["hollow", "hollow"]
    assert best.sites["surface"].to_list() == ["B", "A", "B"]
    backwards = most_stable_sites(table.iloc[::-1])
    pd.testing.assert_frame_equal(backwards.surfaces, best.surfaces)
    pd.testing.assert_frame_equal(backwards.sites.sort_index(), best.sites)


def test_tables_and_parameters_that_cannot_be_used_are_refused():
    table = sites(("A", "top", -0.1, 0.1))
    with pytest.raises(DatasetError, match=r"lack the column.*std_ev"):
        most_stable_sites(table.drop(columns="std_ev"))
    with pytest.raises(DatasetError, match=r"A at top .*probability_minimum is no number from 0"):
        most_stable_sites(table.assign(probability_minimum=1.2))
    with pytest.raises(DatasetError, match=r"leave it empty where it is not known"):
        most_stable_sites(table.assign(probability_minimum="likely"))
    with pytest.raises(DatasetError, match="a second time"):
        most_stable_sites(pd.concat([table, table], ignore_index=True))
    with pytest.raises(ReactionError, match=r"interval=1\.5"):
        most_stable_sites(table, interval=1.5)
