import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.models.domain.applicability import ApplicabilityDomain, Assessment, facets_of
from catml.structures.nanoparticles import nanoparticle
from catml.structures.site_table import site_table_of_slab
from tests.models.problems import dataset


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return dataset(120).assign(surface=lambda t: [f"{h}(111)" for h in t["host"]])


@pytest.fixture(scope="module")
def features(table: pd.DataFrame) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(size=(len(table), 4))


@pytest.fixture(scope="module")
def domain(table: pd.DataFrame, features: np.ndarray) -> ApplicabilityDomain:
    return ApplicabilityDomain.learn(table, features, table["elements"].to_numpy())


def one(table: pd.DataFrame, **changes: str) -> pd.DataFrame:
    return table.iloc[[0]].assign(**changes)


def test_training_rows_are_inside(domain, table, features) -> None:
    assessment = domain.assess(table, features)
    assert assessment.in_domain.mean() > 0.95
    assert (assessment.reason[assessment.in_domain] == "").all()


@pytest.mark.parametrize(
    ("changes", "reason", "novelty"),
    [
        ({"elements": "Cu-Zr"}, "element Zr not in the training data", "element"),
        ({"host": "Pb"}, "", None),
        ({"family": "single-atom"}, "family single-atom not in the training data", "family"),
        ({"surface": "Cu3Pt(100):Cu"}, "facet 100 not in the training data", "facet"),
        ({"site_kind": "sixfold"}, "site kind sixfold not in the training data", "site kind"),
    ],
)
def test_what_is_unseen_is_named(domain, table, features, changes, reason, novelty) -> None:
    assessment = domain.assess(one(table, **changes), features[:1])
    assert reason in assessment.reason[0]
    if novelty:
        assert not assessment.in_domain[0]
        assert [name for name, flag in assessment.novelties.items() if flag[0]] == [novelty]


@pytest.mark.parametrize("stated", [True, False])
def test_a_small_cluster_is_outside_of_what_surfaces_teach(table, features, stated) -> None:
    trained = table if stated else table.assign(family="")
    domain = ApplicabilityDomain.learn(trained, features, table["elements"].to_numpy())
    particle = site_table_of_slab(nanoparticle("Cu", "icosahedron", shells=2))
    assessment = domain.assess(one(table, family=particle["family"].iloc[0]), features[:1])
    assert "family cluster not in the training data" in assessment.reason[0]
    assert assessment.novelties["family"][0]


def test_a_metal_seen_only_as_a_guest_is_new_as_a_host(table, features) -> None:
    hosts = table[table["host"] != "Pt"].reset_index(drop=True)
    domain = ApplicabilityDomain.learn(hosts, features[: len(hosts)], hosts["elements"].to_numpy())
    assert "Pt" in domain.elements
    row = table[table["host"] == "Pt"].iloc[[0]]
    assessment = domain.assess(row, features[:1])
    assert "host metal Pt not in the training data" in assessment.reason[0]
    assert assessment.novelties["host"][0]
    assert not assessment.novelties["element"][0]


def test_far_descriptors_are_outside_and_the_distance_is_said(domain, table, features) -> None:
    assessment = domain.assess(table.iloc[[0]], features[:1] + 20.0)
    assert not assessment.in_domain[0]
    assert assessment.remoteness[0] > 3
    assert "times the usual distance" in assessment.reason[0]


def test_the_score_is_the_distance_and_one_more_for_what_is_unseen() -> None:
    # Six rows on a line, one unit apart, each a composition of its own.
    X = np.arange(6.0)[:, None]
    rows = pd.DataFrame({"elements": ["Cu"] * 6, "site_atoms": ["Cu:1"] * 6})
    domain = ApplicabilityDomain.learn(rows, X, np.arange(6))
    # The end rows are 1, 2 and 3 units from their nearest, a row at 15 is 10, 11 and 12.
    asked = rows.head(2).assign(elements=["Cu", "Cu-Zr"])
    far = domain.assess(asked, np.array([[15.0], [15.0]]))
    np.testing.assert_allclose(far.score, [11 / 2, 11 / 2 + 1], rtol=1e-9)
    near = domain.assess(asked, np.array([[1.5], [1.5]]))
    assert (near.in_domain == (near.score <= 1)).all()


def test_nothing_is_unseen_where_training_does_not_say(table, features) -> None:
    unsaid = table.copy()
    unsaid.loc[0, "family"] = ""
    domain = ApplicabilityDomain.learn(unsaid, features, unsaid["elements"].to_numpy())
    assert domain.families is None
    assert domain.assess(one(table, family="single-atom"), features[:1]).in_domain[0]


@pytest.mark.parametrize(
    ("name", "facet"),
    [("Pt(111)", "111"), ("Ru(0001)", "0001"), ("Pt3Ni(100):Pt", "100"), ("Cu16", ""), ("", "")],
)
def test_facets_are_read_from_names(name: str, facet: str) -> None:
    assert facets_of(pd.DataFrame({"surface": [name]})) == [facet]


def test_a_feature_most_rows_lack_does_not_make_a_row_remote() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    X[4:, 2] = np.nan
    rows = pd.DataFrame({"elements": ["Cu"] * 200, "site_atoms": ["Cu:1"] * 200})
    domain = ApplicabilityDomain.learn(rows, X, np.arange(200))
    inside = np.array([[0.1, 0.1, 50.0], [0.1, 0.1, np.nan]])
    assert domain.assess(rows.head(2), inside).in_domain.tolist() == [True, True]
    outside = np.array([[9.0, 0.1, 0.0], [0.1, -9.0, np.nan]])
    assert domain.assess(rows.head(2), outside).in_domain.tolist() == [False, False]


def test_doubt_beyond_what_is_usual_is_outside_and_said(table, features) -> None:
    stds = np.linspace(0.01, 1.0, 100)
    domain = ApplicabilityDomain.learn(
        table, features, table["elements"].to_numpy(), held_out_std_ev=stds
    )
    assert domain.std_limit_ev == pytest.approx(np.quantile(stds, 0.97))
    asked = table.iloc[:2]
    found = domain.assess(asked, features[:2], np.array([0.5, 2.0]))
    assert found.in_domain.tolist() == [True, False]
    assert found.reason[1] == "the model is unusually unsure (2.1 times the usual limit)"
    assert found.score[1] == pytest.approx(2.0 / domain.std_limit_ev)
    assert domain.assess(asked, features[:2]).in_domain.all()


def test_an_unseen_element_that_binds_is_told_apart(domain, table, features) -> None:
    near = one(table, elements="Cu-Zr")
    at_site = one(table, elements="Cu-Zr", site_atoms="Zr:1")
    found = domain.assess(pd.concat([near, at_site]), features[[0, 0]])
    assert found.novelties["element"].tolist() == [True, True]
    assert found.novelties["site element"].tolist() == [False, True]
    assert "Zr never at the site" not in found.reason[1]


@given(
    st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.booleans()), min_size=1, max_size=20)
)
def test_flag_and_score_never_disagree(rows: list[tuple[float, float, bool]]) -> None:
    remoteness, doubt, unseen = map(np.array, zip(*rows, strict=True))
    inside = (remoteness <= 1) & (doubt <= 1) & ~unseen
    found = Assessment(inside, np.where(inside, "", "why"), {"host": unseen}, remoteness, doubt)
    assert ((found.score <= 1) == inside).all()
