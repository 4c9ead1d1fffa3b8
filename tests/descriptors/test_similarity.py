import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct
from sklearn.kernel_ridge import KernelRidge
from sklearn.svm import SVR

from catml.descriptors.similarity import site_similarity, structure_similarity
from catml.descriptors.soap_featurizer import SoapFeaturizer
from catml.errors import DescriptorError
from catml.structures.site_table import site_table

SURFACES = ("Cu(111)", "Cu(211)", "Cu(100)", "Ni(111)", "Pt(111)", "Pt3Ni(111)", "Ru(0001)")


@pytest.fixture(scope="module")
def sites():
    return site_table(SURFACES)


@pytest.fixture(scope="module")
def vectors(sites):
    return SoapFeaturizer().fit_transform(sites).to_numpy()


@pytest.fixture(scope="module")
def alike(sites, vectors):
    """The similarity of two sites by surface and id."""
    place = {pair: k for k, pair in enumerate(zip(sites["surface"], sites["site"], strict=True))}
    kernel = site_similarity(vectors, exponent=1)
    return lambda one, other: kernel[place[tuple(one.split())], place[tuple(other.split())]]


@pytest.mark.parametrize("exponent", [1, 2, 4, 16])
def test_it_is_a_kernel(vectors, exponent):
    kernel = site_similarity(vectors, exponent=exponent)
    assert np.array_equal(kernel, kernel.T)
    assert (np.diag(kernel) == 1).all()
    assert kernel.min() >= 0
    assert kernel.max() == 1
    assert np.linalg.eigvalsh(kernel).min() > -1e-10
    assert np.allclose(site_similarity(vectors[:5], vectors, exponent=exponent), kernel[:5])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 7), st.integers(0, 1000))
def test_it_is_positive_semidefinite_for_any_vectors(n, width, exponent, seed):
    X = np.random.default_rng(seed).normal(size=(n, width))
    kernel = site_similarity(X, exponent=exponent)
    cosine = [[x @ y / np.linalg.norm(x) / np.linalg.norm(y) for y in X] for x in X]
    assert np.allclose(kernel, np.array(cosine) ** exponent)
    assert np.linalg.eigvalsh(kernel).min() > -1e-10
    assert np.allclose(site_similarity(3 * X, exponent=exponent), kernel)


def test_hollows_of_a_terrace_are_more_alike_than_its_top_site_and_a_step_edge(alike):
    # The edge of (211) has 7 neighbours, an atom of (111) has 9; fcc and hcp differ by what lies
    # in the second layer.
    hollows = alike("Cu(111) hollow-fcc-1", "Cu(111) hollow-hcp-1")
    edge = alike("Cu(111) ontop-1", "Cu(211) ontop-1")
    assert 0.9 < edge < hollows < 1
    assert alike("Cu(111) hollow-fcc-1", "Cu(111) ontop-1") < 0.5


def test_a_hollow_is_more_like_a_bridge_than_like_a_top_site(alike):
    for surface in ("Cu(111)", "Pt(111)"):
        hollow, bridge, top = (
            f"{surface} {site}" for site in ("hollow-fcc-1", "bridge-1", "ontop-1")
        )
        assert alike(hollow, bridge) > alike(bridge, top) > alike(hollow, top)


def test_the_further_apart_the_elements_the_less_alike_their_sites(alike):
    for site in ("ontop-1", "hollow-fcc-1"):
        nickel, platinum = (
            alike(f"Cu(111) {site}", f"{metal}(111) {site}") for metal in ("Ni", "Pt")
        )
        assert 0.5 < platinum < nickel < 1


def test_each_atom_that_is_exchanged_makes_a_site_less_alike():
    chain = ["Pt(111)", "Pt3Ni(111)", "PtNi3(111)", "Ni(111)"]
    table = site_table(chain)
    tops = table[(table["site_kind"] == "ontop") & table["site_atoms"].eq("Pt:1")]
    tops = tops[tops["same_layer"].isin(["Pt:6", "Ni:2 Pt:4", "Ni:6"])]
    # a platinum atom among 0, 2 and 6 nickel atoms
    X = SoapFeaturizer().fit_transform(tops.sort_values("same_layer", key=lambda s: s.str[:4]))
    order = tops.loc[X.index, "same_layer"].tolist()
    kernel = site_similarity(X, exponent=1)
    start = order.index("Pt:6")
    assert 1 > kernel[start, order.index("Ni:2 Pt:4")] > kernel[start, order.index("Ni:6")] > 0.7


def test_structures_are_compared_by_all_pairs_of_their_environments(vectors):
    parts = [vectors[:4], vectors[4:5], vectors[5:12]]
    sums = structure_similarity(parts, exponent=2)
    by_hand = [
        [sum(site_similarity([x], [y], exponent=2)[0, 0] for x in a for y in b) for b in parts]
        for a in parts
    ]
    assert np.allclose(sums, by_hand)
    assert np.linalg.eigvalsh(sums).min() > -1e-10
    assert np.allclose(structure_similarity(parts[:2], parts, exponent=2), sums[:2])
    shares = structure_similarity(parts, exponent=2, normalize=True)
    assert np.allclose(np.diag(shares), 1)
    assert np.allclose(shares, sums / np.sqrt(np.outer(np.diag(sums), np.diag(sums))))
    twice = [np.vstack([part, part]) for part in parts]
    assert np.allclose(structure_similarity(twice, exponent=2, normalize=True), shares)
    assert np.allclose(structure_similarity(parts, twice, exponent=2, normalize=True), shares)


def test_energies_that_environments_add_up_to_are_learned_from_small_structures():
    # Kernel ridge on sums: trained on one and two environments it knows the energy of thirty.
    random = np.random.default_rng(0)
    kinds = random.normal(size=(4, 6))
    energies = np.array([-1.0, 0.5, 2.0, -0.3])
    small = [[0], [1], [2], [3], [0, 1], [2, 3]]
    large = [random.integers(4, size=30).tolist() for _ in range(5)]
    train, test = ([kinds[chosen] for chosen in group] for group in (small, large))
    model = KernelRidge(kernel="precomputed", alpha=1e-9)
    model.fit(structure_similarity(train), [energies[chosen].sum() for chosen in small])
    expected = [energies[chosen].sum() for chosen in large]
    assert np.allclose(model.predict(structure_similarity(test, train)), expected, atol=1e-5)


def test_scikit_learn_takes_it(vectors):
    y = np.arange(len(vectors), dtype=float)
    kernel = site_similarity(vectors, exponent=4)
    support = SVR(kernel=site_similarity).fit(vectors, y)
    precomputed = SVR(kernel="precomputed").fit(kernel, y)
    assert np.allclose(support.predict(vectors), precomputed.predict(kernel))
    ridge = KernelRidge(kernel="precomputed", alpha=0.1).fit(kernel, y)
    process = GaussianProcessRegressor(
        DotProduct(sigma_0=0, sigma_0_bounds="fixed") ** 4, alpha=0.1, optimizer=None
    ).fit(vectors, y)
    assert np.allclose(process.predict(vectors), ridge.predict(kernel))


@pytest.mark.parametrize(
    ("X", "Y", "exponent", "message"),
    [
        ([[1.0, 0.0]], None, 0, "cannot be 0"),
        ([[1.0, 0.0]], None, 1.5, "cannot be 1.5"),
        ([[1.0, 0.0]], None, True, "cannot be True"),
        ([[1.0, 0.0]], None, None, "cannot be None"),
        ([[1.0, 0.0]], None, np.inf, "cannot be inf"),
        ([[1.0, 0.0], [0.0, 0.0]], None, 1, "Row 1 of X is zero"),
        ([[1.0, np.nan]], None, 1, "Row 0 of X"),
        ([[1.0, 0.0]], [[1.0]], 1, "2 numbers and Y of 1"),
        ([1.0, 0.0], None, 1, "X has 1 axes"),
        ("abc", None, 1, "X is no array of numbers"),
        ([[1.0], [1.0, 2.0]], None, 1, "vectors of one length, one a row"),
    ],
)
def test_what_cannot_be_compared_is_refused(X, Y, exponent, message):
    with pytest.raises(DescriptorError, match=message):
        site_similarity(X, Y, exponent=exponent)


def test_structures_need_environments():
    with pytest.raises(DescriptorError, match="Structure 1 of X has no environments"):
        structure_similarity([[[1.0]], np.zeros((0, 1))])
    with pytest.raises(DescriptorError, match="X is empty"):
        structure_similarity([])
    with pytest.raises(DescriptorError, match=r"different lengths, \[1, 2\]"):
        structure_similarity([[[1.0]], [[1.0, 2.0]]])
