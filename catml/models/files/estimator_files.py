"""scikit-learn estimators as skops bytes and back, of the few types that catml fits.

Loading builds only types on skops' own list and those named here. Trees say where in memory to
look next, so those of a file are walked through once before they are used.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catml.errors import ModelError

# Of what skops does not vouch for by itself.
TRUSTED_TYPES = (
    "catml.models.regressors.expanded_lasso.ExpandedLasso",
    "catml.models.regressors.local_similarity.LocalSimilarityRegression",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
)
ESTIMATORS = (
    "BaggingRegressor",
    "ExpandedLasso",
    "ExtraTreesRegressor",
    "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor",
    "KernelRidge",
    "LocalSimilarityRegression",
    "RandomForestRegressor",
    "SVR",
)


def estimator_bytes(estimator: Any) -> bytes:
    """Return an estimator, fitted or not, as bytes.

    Raises
    ------
    ModelError
        It is not one of `ESTIMATORS`.
    """
    import skops.io

    if type(estimator).__name__ not in ESTIMATORS:
        raise ModelError(
            f"A {type(estimator).__name__} cannot be saved; {', '.join(ESTIMATORS)} can."
        )
    return bytes(skops.io.dumps(estimator))


def estimator_from(raw: bytes, *, n_features: int | None = None) -> Any:
    """Return the estimator of `estimator_bytes`.

    Parameters
    ----------
    raw
        The bytes.
    n_features
        Features that a fitted estimator sees; None for one that is not fitted.

    Raises
    ------
    ValueError
        The bytes hold something else, or an estimator whose parts do not fit each other.
    """
    import skops.io

    unknown = set(skops.io.get_untrusted_types(data=raw)) - set(TRUSTED_TYPES)
    if unknown:
        raise ValueError(f"types that are not trusted: {', '.join(sorted(unknown))}")
    estimator = skops.io.loads(raw, trusted=list(TRUSTED_TYPES))
    if type(estimator).__name__ not in ESTIMATORS:
        raise ValueError(f"{type(estimator).__name__} is no estimator of a model")
    if n_features is not None:
        _check_fitted(estimator, n_features)
    return estimator


def _check_fitted(estimator: Any, n_features: int) -> None:
    if estimator.n_features_in_ != n_features:
        raise ValueError("the estimator is of another number of features")
    kind = type(estimator).__name__
    if kind == "BaggingRegressor":
        if any(type(part).__name__ != "MLPRegressor" for part in estimator.estimators_):
            raise ValueError("the ensemble is of something else than networks")
    elif kind == "LocalSimilarityRegression":
        if estimator.centers_.shape != (len(estimator.coef_), n_features):
            raise ValueError("centres and coefficients do not match")
    elif kind == "SVR":
        n_vectors = len(estimator.support_vectors_)
        lengths = {len(estimator.support_), estimator.dual_coef_.shape[1]}
        if lengths != {n_vectors} or estimator._n_support[0] != n_vectors:
            raise ValueError("support vectors and coefficients do not match")
    for left, right, feature in _trees(estimator):
        _check_tree(left, right, feature, n_features)


def _trees(estimator: Any) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
    """Left child, right child and feature of the nodes of every tree; leaves have no child, −1."""
    kind = type(estimator).__name__
    if kind in ("ExtraTreesRegressor", "RandomForestRegressor"):
        for part in estimator.estimators_:
            yield part.tree_.children_left, part.tree_.children_right, part.tree_.feature
    elif kind in ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"):
        # One tree a round: a classifier here tells two classes apart.
        for (predictor,) in estimator._predictors:
            nodes = predictor.nodes
            if nodes["is_categorical"].any():
                raise ValueError("the trees are of categories, which no model here has")
            inner = nodes["is_leaf"] == 0
            left, right, feature = (
                np.where(inner, nodes[name].astype(np.int64), -1)
                for name in ("left", "right", "feature_idx")
            )
            yield left, right, feature


def _check_tree(
    left: NDArray[Any], right: NDArray[Any], feature: NDArray[Any], n_features: int
) -> None:
    """Every node must lead on, to nodes that exist, by features that exist."""
    numbers = np.arange(len(left))
    inner = left != -1
    for children in (left[inner], right[inner]):
        if (children <= numbers[inner]).any() or (children >= len(left)).any():
            raise ValueError("a tree leads out of itself")
    if (feature[inner] < 0).any() or (feature[inner] >= n_features).any():
        raise ValueError("a tree asks for a feature that is not there")
