"""The names of the regressors and what they are in words; light, so that any module may ask."""

from typing import Literal, get_args

RegressorName = Literal[
    "gaussian_process",
    "two_views",
    "ridge",
    "lasso",
    "kernel_ridge",
    "support_vectors",
    "neural_network",
    "random_forest",
    "extra_trees",
    "gradient_boosting",
    "xgboost",
    "robust_network",
    "local_similarity",
    "stacking",
    "blend",
    "automatic",
    "tpot",
]
REGRESSOR_NAMES: tuple[RegressorName, ...] = get_args(RegressorName)

IN_WORDS: dict[RegressorName, str] = {
    "gaussian_process": "a Gaussian process (Matérn kernel, one length scale per descriptor)",
    "two_views": "two Gaussian processes, of the surroundings and of the calculated d band",
    "ridge": "ridge regression",
    "lasso": "LASSO on products, ratios and powers of the descriptors",
    "kernel_ridge": "kernel ridge regression (Gaussian kernel)",
    "support_vectors": "support vector regression (Gaussian kernel)",
    "neural_network": "an ensemble of small neural networks",
    "random_forest": "a random forest",
    "extra_trees": "extremely randomized trees",
    "gradient_boosting": "gradient-boosted trees (scikit-learn)",
    "xgboost": "an ensemble of gradient-boosted trees (XGBoost)",
    "robust_network": "neural networks on the absolute error, for large tables",
    "local_similarity": "kernel regression on how alike the surroundings of sites are",
    "stacking": "a weighted mean of four of the others, with weights from held-out predictions",
    "blend": (
        "boosted trees and neural networks in one mean, with a Gaussian process of what they leave "
        "where geometry is known"
    ),
    "automatic": "the regressor that nested cross-validation chose",
    "tpot": "the estimator that a genetic search (TPOT) found",
}
