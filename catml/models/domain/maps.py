"""Where training rows and candidates lie in descriptor space: principal components and clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import ModelError
from catml.models.domain.applicability import ApplicabilityDomain
from catml.models.regressors.base import Array
from catml.models.regressors.scaling import FeatureScaling

ClusterMethod = Literal["k-means", "hierarchical"]

# Pairwise distances of all rows of a large table would fill the memory; clusters need its shape.
_MOST_ROWS = 2000
_KMEANS_STARTS = 4


@dataclass(frozen=True, eq=False)
class DescriptorMap:
    """Rows on two axes and in clusters; training and candidates together.

    Attributes
    ----------
    training_xy, candidate_xy
        (n, 2) and (m, 2) coordinates on the first two principal components.
    explained
        Shares of the variance along the two.
    training_cluster, candidate_cluster
        (n,) and (m,) numbers of the clusters, from 0, largest cluster first.
    silhouettes
        Number of clusters tried → mean silhouette; the largest is chosen.
    """

    training_xy: Array
    candidate_xy: Array
    explained: tuple[float, float]
    training_cluster: NDArray[np.intp]
    candidate_cluster: NDArray[np.intp]
    silhouettes: dict[int, float]

    @property
    def n_clusters(self) -> int:
        """Number of clusters."""
        return max(self.silhouettes, key=self.silhouettes.__getitem__)

    @property
    def uncharted(self) -> NDArray[np.bool_]:
        """(m,) whether the candidate is in a cluster without any training row."""
        return ~np.isin(self.candidate_cluster, self.training_cluster)

    @property
    def uncharted_share(self) -> float:
        """Share of the candidates in clusters without training rows; NaN without candidates."""
        return float(self.uncharted.mean()) if len(self.candidate_cluster) else float("nan")

    def table(self) -> pd.DataFrame:
        """One row per row mapped: `role` ("training", "candidate"), `x`, `y`, `cluster`."""
        xy = np.vstack([self.training_xy, self.candidate_xy])
        return pd.DataFrame(
            {
                "role": ["training"] * len(self.training_xy)
                + ["candidate"] * len(self.candidate_xy),
                "x": xy[:, 0],
                "y": xy[:, 1],
                "cluster": np.concatenate([self.training_cluster, self.candidate_cluster]),
            }
        )


def map_descriptors(
    training: Array,
    candidates: Array,
    *,
    method: ClusterMethod = "k-means",
    clusters: tuple[int, int] = (2, 10),
    seed: int = 0,
) -> DescriptorMap:
    """Lay training rows and candidates out on one map.

    Descriptors are completed and standardized as the training rows say. Principal components and
    clusters are those of both tables together, so that a region only candidates reach is seen.
    Clusters are found on at most 2,000 rows drawn by lot; the others join the nearest center.

    Parameters
    ----------
    training, candidates
        (n, D) and (m, D) descriptors, NaN where missing.
    method
        ``"k-means"`` or ``"hierarchical"`` (Ward's criterion, doi:10.1080/01621459.1963.10500845).
    clusters
        Fewest and most clusters to try; the number with the largest mean silhouette
        (Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7) is taken, the smaller of equals.
    seed
        Of the draw and of k-means.

    Raises
    ------
    ModelError
        If the tables have other columns, no training rows or too few different rows, or the
        method or range is not allowed.

    Examples
    --------
    >>> rows = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    >>> map_descriptors(rows[:3], rows[3:], clusters=(2, 4)).uncharted_share
    1.0
    """
    _check(training, candidates, method, clusters)
    scaling = FeatureScaling.learn(training)
    Z = scaling.apply(np.vstack([training, candidates]))
    different = len(np.unique(Z, axis=0))
    most = min(clusters[1], different - 1)
    if most < clusters[0]:
        raise ModelError(
            f"The {len(Z)} rows have {different} different descriptors, too few to look for "
            f"{clusters[0]} clusters or more; {clusters[0] + 1} are needed."
        )
    xy, explained = _principal_axes(Z)
    label, silhouettes = _cluster(Z, method, range(clusters[0], most + 1), seed)
    n = len(training)
    return DescriptorMap(xy[:n], xy[n:], explained, label[:n], label[n:], silhouettes)


def map_candidates(
    domain: ApplicabilityDomain,
    candidates: Array,
    *,
    method: ClusterMethod = "k-means",
    clusters: tuple[int, int] = (2, 10),
    seed: int = 0,
) -> DescriptorMap:
    """Map candidates among the training rows that a fitted model keeps.

    No training table is needed, so that a model read from a file can say where candidates lie.

    Parameters
    ----------
    domain
        ``model.domain_``: of large tables it keeps 2,000 training rows.
    candidates
        (m, D) descriptors as the model's featurizer gives them, NaN where missing.
    method, clusters, seed
        As of `map_descriptors`.

    Raises
    ------
    ModelError
        As `map_descriptors`; or the candidates have other columns than the training rows had.
    """
    if candidates.shape[1] != len(domain.scaling.fill):
        raise ModelError(
            f"The candidates have {candidates.shape[1]} descriptors, the training rows had "
            f"{len(domain.scaling.fill)}; compute them with the model's own featurizer."
        )
    return map_descriptors(
        domain.reference,
        domain.scaling.apply(candidates),
        method=method,
        clusters=clusters,
        seed=seed,
    )


def _check(training: Array, candidates: Array, method: str, clusters: tuple[int, int]) -> None:
    if not len(training) or training.shape[1] != candidates.shape[1]:
        raise ModelError(
            f"The training descriptors have the shape {training.shape}, those of the candidates "
            f"{candidates.shape}; give at least one training row, and the same columns in both."
        )
    if method not in get_args(ClusterMethod):
        allowed = ", ".join(get_args(ClusterMethod))
        raise ModelError(f"There is no clustering {method!r}; choose one of {allowed}.")
    if not 2 <= clusters[0] <= clusters[1]:
        raise ModelError(
            f"The range of cluster numbers {clusters} is not allowed; give the fewest, at least "
            "2, and the most, not less than the fewest."
        )


def _principal_axes(Z: Array) -> tuple[Array, tuple[float, float]]:
    """Return (n, 2) coordinates and the share of variance of each; 0 for a missing second axis."""
    from sklearn.decomposition import PCA

    fitted = PCA(n_components=min(2, *Z.shape), svd_solver="full")
    xy = np.zeros((len(Z), 2))
    found = fitted.fit_transform(Z)
    xy[:, : found.shape[1]] = found
    shares = [*map(float, fitted.explained_variance_ratio_), 0.0]
    return xy, (shares[0], shares[1])


def _cluster(
    Z: Array, method: ClusterMethod, numbers: range, seed: int
) -> tuple[NDArray[np.intp], dict[int, float]]:
    """Return the cluster of every row and the silhouettes of the numbers tried."""
    from sklearn.metrics import pairwise_distances, silhouette_score

    rows = Z
    if len(Z) > _MOST_ROWS:
        rows = Z[np.random.default_rng(seed).choice(len(Z), _MOST_ROWS, replace=False)]
    distances = pairwise_distances(rows)
    best: tuple[float, Array] | None = None
    silhouettes = {}
    for number, label in _labelings(rows, method, numbers, seed).items():
        if not 2 <= len(np.unique(label)) < len(rows):
            continue
        value = float(silhouette_score(distances, label, metric="precomputed"))
        silhouettes[number] = value
        if best is None or value > best[0]:
            centers = np.stack([rows[label == k].mean(axis=0) for k in np.unique(label)])
            best = value, centers
    if best is None:
        raise ModelError("The rows do not fall into clusters; give more different rows.")
    nearest = pairwise_distances(Z, best[1]).argmin(axis=1)
    sizes = np.bincount(nearest, minlength=len(best[1]))
    rank = np.empty(len(sizes), dtype=np.intp)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[nearest], silhouettes


def _labelings(
    rows: Array, method: ClusterMethod, numbers: range, seed: int
) -> dict[int, NDArray[np.intp]]:
    """Return the cluster of every row for each number of clusters."""
    if method == "hierarchical":
        from scipy.cluster.hierarchy import fcluster, linkage

        tree = linkage(rows, method="ward")
        return {k: fcluster(tree, k, criterion="maxclust") for k in numbers}
    from sklearn.cluster import KMeans

    return {
        k: KMeans(n_clusters=k, n_init=_KMEANS_STARTS, random_state=seed).fit_predict(rows)
        for k in numbers
    }
