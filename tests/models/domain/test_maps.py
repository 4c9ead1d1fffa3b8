import numpy as np
import pandas as pd
import pytest

from catml.errors import ModelError
from catml.models.domain.applicability import ApplicabilityDomain
from catml.models.domain.maps import map_candidates, map_descriptors

METHODS = ("k-means", "hierarchical")


def blobs(centers: list[tuple[float, ...]], *, each: int = 30, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate([c + 0.3 * rng.normal(size=(each, len(c))) for c in np.array(centers)])


@pytest.mark.parametrize("method", METHODS)
def test_separate_blobs_are_found_and_the_new_one_is_uncharted(method: str) -> None:
    training = blobs([(0, 0), (8, 8)])
    candidates = blobs([(0, 0), (0, 8)], seed=1)
    found = map_descriptors(training, candidates, method=method)
    assert found.n_clusters == 3
    assert found.uncharted_share == 0.5
    assert not found.uncharted[:30].any()
    assert found.uncharted[30:].all()
    for part in (slice(0, 30), slice(30, 60)):
        assert len(set(found.training_cluster[part])) == 1
    assert found.training_cluster[0] == found.candidate_cluster[0] == 0  # the largest, 60 rows


def test_the_table_has_training_rows_first() -> None:
    found = map_descriptors(blobs([(0, 0), (8, 8)]), blobs([(0, 8)]))
    table = found.table()
    assert table["role"].tolist() == ["training"] * 60 + ["candidate"] * 30
    np.testing.assert_array_equal(table[["x", "y"]].to_numpy()[60:], found.candidate_xy)
    assert table["cluster"].tolist()[60:] == found.candidate_cluster.tolist()


@pytest.mark.parametrize("method", METHODS)
def test_the_same_input_gives_the_same_map(method: str) -> None:
    rows = np.random.default_rng(0).normal(size=(80, 4))
    one, two = (map_descriptors(rows[:50], rows[50:], method=method) for _ in range(2))
    np.testing.assert_array_equal(one.candidate_cluster, two.candidate_cluster)
    np.testing.assert_array_equal(one.training_xy, two.training_xy)


def test_principal_axes_are_those_of_the_covariance() -> None:
    rng = np.random.default_rng(0)
    training = rng.normal(size=(200, 3)) @ rng.normal(size=(3, 3))
    found = map_descriptors(training, training[:20], clusters=(2, 2))
    Z = (training - training.mean(axis=0)) / training.std(axis=0)
    Z = np.vstack([Z, Z[:20]])
    values = np.linalg.eigvalsh(np.cov(Z.T))[::-1]
    assert found.explained == pytest.approx(tuple(values[:2] / values.sum()))
    assert found.training_xy.var(axis=0)[0] > found.training_xy.var(axis=0)[1]
    np.testing.assert_allclose(found.candidate_xy, found.training_xy[:20], atol=1e-9)


def test_missing_descriptors_and_a_single_column_are_no_obstacle() -> None:
    rows = blobs([(0.0,), (9.0,)])
    rows[3] = np.nan
    found = map_descriptors(rows, rows[:5], clusters=(2, 4))
    assert np.isfinite(found.training_xy).all()
    assert found.uncharted_share == 0.0
    line = map_descriptors(blobs([(0.0,), (9.0,)]), rows[:2])
    assert line.explained == pytest.approx((1.0, 0.0))


@pytest.mark.parametrize("method", METHODS)
def test_of_a_large_table_every_row_gets_its_cluster(method: str) -> None:
    training = blobs([(0, 0), (9, 0), (0, 9)], each=900)
    found = map_descriptors(training, training[:0], method=method, clusters=(2, 4))
    assert found.n_clusters == 3
    assert np.bincount(found.training_cluster).tolist() == [900, 900, 900]
    assert np.isnan(found.uncharted_share)


@pytest.mark.parametrize(
    ("shapes", "options", "words"),
    [
        (((0, 2), (3, 2)), {}, "at least one training row"),
        (((5, 2), (3, 1)), {}, "same columns"),
        (((5, 2), (3, 2)), {"method": "spectral"}, "no clustering 'spectral'"),
        (((5, 2), (3, 2)), {"clusters": (1, 3)}, "not allowed"),
        (((5, 2), (3, 2)), {"clusters": (4, 3)}, "not allowed"),
        (((5, 2), (3, 2)), {}, "1 different descriptors"),
    ],
)
def test_what_cannot_be_mapped_is_refused(shapes, options, words) -> None:
    with pytest.raises(ModelError, match=words):
        map_descriptors(np.zeros(shapes[0]), np.zeros(shapes[1]), **options)


def test_a_fitted_domain_suffices_to_map_candidates() -> None:
    training, candidates = blobs([(0, 0), (8, 8)]), blobs([(0, 0), (0, 8)], seed=1)
    rows = pd.DataFrame({"elements": ["Cu"] * 60, "site_atoms": ["Cu:1"] * 60})
    domain = ApplicabilityDomain.learn(rows, training, np.arange(60))
    found = map_candidates(domain, candidates)
    direct = map_descriptors(training, candidates)
    np.testing.assert_array_equal(found.candidate_cluster, direct.candidate_cluster)
    np.testing.assert_allclose(np.abs(found.training_xy), np.abs(direct.training_xy), atol=1e-9)
    with pytest.raises(ModelError, match="3 descriptors, the training rows had 2"):
        map_candidates(domain, np.zeros((4, 3)))
