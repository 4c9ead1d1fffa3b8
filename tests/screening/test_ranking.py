import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from catml.errors import AlignmentError, DatasetError, ReactionError
from catml.screening.ranking import rank_candidates
from catml.screening.reactions import load_reaction
from catml.screening.stable_site import lowest_site, sample_sites


@pytest.fixture(scope="module")
def co2():
    return load_reaction("co2_reduction")


def sites(*rows):
    return pd.DataFrame(rows, columns=["surface", "site", "energy_ev", "std_ev"])


def test_one_site_follows_the_normal_distribution(co2):
    ranking = rank_candidates(sites(("A(111)", "top", -0.60, 0.15)), co2, samples=40_000)
    row = ranking.candidates.iloc[0]
    window = norm(-0.60, 0.15).cdf([co2.window.low_ev, co2.window.high_ev])
    assert row["probability_in_window"] == pytest.approx(np.diff(window)[0], abs=0.01)
    assert (row["energy_ev"], row["std_ev"]) == pytest.approx((-0.60, 0.15), abs=0.005)
    assert (row["lower_ev"], row["upper_ev"]) == pytest.approx(
        norm(-0.60, 0.15).ppf([0.05, 0.95]), abs=0.01
    )
    assert row["probability_best"] == 1.0


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, 1.0])
def test_the_lowest_of_two_equal_sites_is_lower_by_what_the_correlation_leaves(correlation):
    drawn = sample_sites(
        np.zeros(2),
        np.full(2, 0.2),
        samples=200_000,
        correlation=correlation,
        generator=np.random.default_rng(3),
    )
    lowest, share = lowest_site(drawn)
    # Mean of the lower of two equally correlated normals (Clark 1961).
    assert lowest.mean() == pytest.approx(-0.2 * np.sqrt((1 - correlation) / np.pi), abs=0.002)
    assert np.corrcoef(drawn)[0, 1] == pytest.approx(correlation, abs=0.01)
    if correlation < 1:
        assert share == pytest.approx([0.5, 0.5], abs=0.01)


def test_the_share_of_a_site_is_the_chance_that_it_is_lowest():
    drawn = sample_sites(
        np.array([-1.0, -0.9]),
        np.array([0.1, 0.2]),
        samples=200_000,
        correlation=0.5,
        generator=np.random.default_rng(4),
    )
    spread = np.sqrt(0.1**2 + 0.2**2 - 2 * 0.5 * 0.1 * 0.2)
    assert lowest_site(drawn)[1][0] == pytest.approx(norm.cdf(0.1 / spread), abs=0.005)


def test_window_probabilities_are_calibrated(co2):
    """Surfaces said to be in the window with probability p are in it in a share p of cases."""
    rng = np.random.default_rng(5)
    surfaces, per_surface, correlation = 3000, 4, 0.6
    means = np.sort(rng.normal(-0.6, 0.25, (surfaces, 1)) + rng.exponential(0.15, (surfaces, 4)))
    stds = rng.uniform(0.03, 0.25, means.shape)
    covariance = stds[:, :, None] * stds[:, None, :]
    covariance *= np.where(np.eye(per_surface, dtype=bool), 1.0, correlation)
    normal = rng.standard_normal((surfaces, per_surface, 1))
    truth = (means + (np.linalg.cholesky(covariance) @ normal)[..., 0]).min(axis=1)
    table = pd.DataFrame(
        {
            "surface": np.repeat([f"S{number:04d}" for number in range(surfaces)], per_surface),
            "site": np.tile(list("abcd"), surfaces),
            "energy_ev": means.ravel(),
            "std_ev": stds.ravel(),
        }
    )
    ranking = rank_candidates(table, co2, samples=2000, site_error_correlation=correlation)
    found = ranking.candidates.sort_values("surface")
    inside = co2.window.contains(truth)
    bins = np.digitize(found["probability_in_window"], [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95])
    for number in np.unique(bins):
        here = bins == number
        said = found["probability_in_window"].to_numpy()[here].mean()
        error = np.sqrt(max(said * (1 - said), 0.01) / here.sum())
        assert inside[here].mean() == pytest.approx(said, abs=3.5 * error)
    covered = (truth >= found["lower_ev"]) & (truth <= found["upper_ev"])
    assert covered.mean() == pytest.approx(0.90, abs=0.02)


def test_the_activity_runs_through_the_volcano(co2):
    ranking = rank_candidates(
        sites(("A(111)", "top", -1.20, 0.0), ("B(111)", "top", -0.67, 0.2)), co2
    )
    table = ranking.candidates.set_index("surface")
    sure = table.loc["A(111)"]
    assert sure["log10_activity"] == pytest.approx((3.2998 * -0.70 + 3.1551) / np.log(10), abs=1e-4)
    assert sure["log10_activity_lower"] == pytest.approx(sure["log10_activity_upper"])
    assert set(table["activity_unit"]) == {"mA/cm2"}
    # At the summit every error costs activity: the interval lies below the apex.
    assert table.loc["B(111)", "log10_activity_upper"] <= co2.volcano.apex()[1] + 1e-6


def test_the_best_is_the_most_active_in_most_samples(co2):
    ranking = rank_candidates(
        sites(("A", "t", -0.67, 0.02), ("B", "t", -0.30, 0.02), ("C", "t", -1.9, 0.02)), co2
    )
    best = ranking.candidates.set_index("surface")["probability_best"]
    assert best.sum() == pytest.approx(1.0)
    assert best["A"] == 1.0


def test_surfaces_are_ranked_by_the_window_then_by_activity(co2):
    ranking = rank_candidates(
        sites(("far", "t", 0.3, 0.01), ("near", "t", -0.4, 0.01), ("in", "t", -0.7, 0.05)), co2
    )
    assert ranking.candidates["surface"].tolist() == ["in", "near", "far"]
    assert ranking.candidates["rank"].tolist() == [1, 2, 3]


def test_a_surface_does_not_depend_on_order_company_or_chunks(co2):
    rng = np.random.default_rng(6)
    rows = [
        (f"S{number}", site, rng.normal(-0.7, 0.3), 0.1)
        for number in range(400)
        for site in ("a", "b")
    ]
    table = sites(*rows)
    whole = rank_candidates(table, co2, samples=200).candidates.set_index("surface")
    mixed = rank_candidates(table.sample(frac=1, random_state=1), co2, samples=200).candidates
    pd.testing.assert_frame_equal(mixed.set_index("surface"), whole)
    alone = rank_candidates(table[table["surface"] == "S7"], co2, samples=200).candidates
    columns = ["energy_ev", "log10_activity", "probability_in_window"]
    assert alone.loc[0, columns].tolist() == whole.loc["S7", columns].tolist()


def test_the_seed_changes_the_samples(co2):
    table = sites(("A", "a", -0.6, 0.2), ("A", "b", -0.5, 0.2))
    first, second = (
        rank_candidates(table, co2, seed=seed).candidates["energy_ev"][0] for seed in (0, 1)
    )
    assert first != second
    assert first == pytest.approx(second, abs=0.02)


def test_sites_keep_their_rows_and_gain_a_probability(co2):
    table = sites(("B", "b", -0.6, 0.1), ("A", "a", -0.5, 0.1), ("B", "a", -0.2, 0.1))
    table.index = [10, 20, 30]
    found = rank_candidates(table, co2).sites
    assert found.index.tolist() == [10, 20, 30]
    assert found["surface"].tolist() == ["B", "A", "B"]
    sums = found.groupby("surface")["probability_most_stable"].sum()
    assert sums.to_numpy() == pytest.approx([1.0, 1.0])
    assert found.loc[20, "probability_most_stable"] == 1.0


def test_a_surface_is_trusted_when_every_site_that_matters_is(co2):
    table = sites(
        ("A", "a", -0.9, 0.1), ("A", "b", 0.9, 0.1), ("B", "a", -0.70, 0.1), ("B", "b", -0.65, 0.1)
    ).assign(in_domain=[True, False, True, False])
    found = rank_candidates(table, co2).candidates.set_index("surface")["in_domain"]
    assert found["A"]
    assert not found["B"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda t: t.drop(columns="std_ev"), r"lack the column\(s\) std_ev"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(energy_ev=[np.nan, 0.0]), r"of A at a \(1 such row\(s\)\): energy_ev"),
        (lambda t: t.assign(energy_ev="low"), "energy_ev is missing"),
        (lambda t: t.assign(std_ev=-0.1), "std_ev is negative"),
        (lambda t: t.assign(site="a"), "occurs a second time"),
        (lambda t: pd.concat([t, t]), "index"),
    ],
)
def test_unusable_predictions_are_refused(co2, change, problem):
    table = sites(("A", "a", -0.6, 0.1), ("A", "b", -0.5, 0.1))
    with pytest.raises(DatasetError, match=problem):
        rank_candidates(change(table), co2)


@pytest.mark.parametrize(
    ("column", "value"), [("functional", "PBE"), ("adsorbate", "N"), ("reference", "CO2(g)")]
)
def test_energies_of_something_else_are_refused(co2, column, value):
    table = sites(("A", "a", -0.6, 0.1)).assign(**{column: value})
    with pytest.raises(AlignmentError, match=f"{column} '{value}'|{column} "):
        rank_candidates(table, co2)


@pytest.mark.parametrize(
    "parameter",
    [{"samples": 10}, {"site_error_correlation": 1.5}, {"interval": 1.0}, {"seed": -1}],
)
def test_parameters_out_of_range_are_refused(co2, parameter):
    with pytest.raises(ReactionError, match=next(iter(parameter))):
        rank_candidates(sites(("A", "a", -0.6, 0.1)), co2, **parameter)
