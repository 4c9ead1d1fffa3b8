"""The scikit-learn estimators behind the cross-fitted regressors, with their settings.

Settings that matter little are fixed; those of `search` are chosen on the training rows.
"""

from catml.models.regressors.cross_fitted import CrossFitted

# A kernel holds a number for every pair of rows.
LARGEST_KERNEL = 6000

# Of features with unit spread; their number lies between a dozen and some hundred.
_WIDTHS = (0.0005, 0.0015, 0.005, 0.015, 0.05, 0.15)


def kernel_ridge(seed: int, n_jobs: int) -> CrossFitted:
    """Kernel ridge regression with a Gaussian kernel; penalty and width are chosen."""
    from sklearn.kernel_ridge import KernelRidge

    return CrossFitted(
        KernelRidge(kernel="rbf"),
        search={"alpha": (0.001, 0.01, 0.1, 1.0), "gamma": _WIDTHS},
        max_rows=LARGEST_KERNEL,
        n_jobs=n_jobs,
        random_state=seed,
    )


def support_vectors(seed: int, n_jobs: int) -> CrossFitted:
    """Support vector regression with a Gaussian kernel; penalty and width are chosen."""
    from sklearn.svm import SVR

    return CrossFitted(
        SVR(kernel="rbf", epsilon=0.05),
        search={"C": (1.0, 10.0, 100.0), "gamma": _WIDTHS},
        max_rows=LARGEST_KERNEL,
        n_jobs=n_jobs,
        random_state=seed,
    )


def neural_network(seed: int, n_jobs: int) -> CrossFitted:
    """Three networks of one hidden layer, unlike in their first weights only; decay is chosen."""
    from sklearn.ensemble import BaggingRegressor
    from sklearn.neural_network import MLPRegressor

    network = MLPRegressor(hidden_layer_sizes=(24,), solver="lbfgs", max_iter=100)
    return CrossFitted(
        BaggingRegressor(network, n_estimators=3, bootstrap=False, random_state=seed),
        search={"estimator__alpha": (0.3, 3.0)},
        n_jobs=n_jobs,
        random_state=seed,
    )


def random_forest(seed: int, n_jobs: int) -> CrossFitted:
    """Bootstrapped trees that see a third of the features at every split."""
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        80, max_features=1 / 3, max_leaf_nodes=512, random_state=seed, n_jobs=1
    )
    return CrossFitted(forest, n_jobs=n_jobs, random_state=seed)


def extra_trees(seed: int, n_jobs: int) -> CrossFitted:
    """Trees with thresholds drawn at random, on all rows."""
    from sklearn.ensemble import ExtraTreesRegressor

    forest = ExtraTreesRegressor(
        80, max_features=0.6, max_leaf_nodes=512, random_state=seed, n_jobs=1
    )
    return CrossFitted(forest, n_jobs=n_jobs, random_state=seed)


def gradient_boosting(seed: int, n_jobs: int) -> CrossFitted:
    """Gradient boosting of shallow trees on histograms of the features."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    boosting = HistGradientBoostingRegressor(
        max_iter=200,
        learning_rate=0.08,
        max_leaf_nodes=12,
        min_samples_leaf=6,
        max_features=0.4,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    return CrossFitted(boosting, n_jobs=n_jobs, random_state=seed)


def lasso(seed: int, n_jobs: int) -> CrossFitted:
    """LASSO on products, ratios and powers of the descriptors in their own units."""
    from catml.models.regressors.expanded_lasso import ExpandedLasso

    return CrossFitted(
        ExpandedLasso(random_state=seed), standardize=False, n_jobs=n_jobs, random_state=seed
    )


def local_similarity(seed: int, n_jobs: int) -> CrossFitted:
    """Ridge regression with the local-similarity kernel; exponent and ridge are chosen."""
    from catml.models.regressors.local_similarity import LocalSimilarityRegression

    return CrossFitted(
        LocalSimilarityRegression(random_state=seed),
        search={"exponent": (2, 4, 8), "alpha": (0.001, 0.01, 0.1)},
        standardize=False,
        n_jobs=n_jobs,
        random_state=seed,
    )
