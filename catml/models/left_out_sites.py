"""Energies of the sites of training surfaces, as the model would see them on new surfaces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from catml.models.intervals.schemes import Training
from catml.models.priors.base import Prior
from catml.models.regressors.base import Array, fit_for_means
from catml.models.regressors.chosen import ChosenRegressor
from catml.models.regressors.folds import group_folds, group_labels
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.registry import Regressor

_FOLDS = 3


def left_out_site_energies(
    sites: pd.DataFrame,
    labels: NDArray[Any],
    *,
    featurizer: Any,
    regressor: Regressor,
    prior: Prior | None,
    training: Training,
) -> Array:
    """Return energies of sites, each predicted without the training rows of its composition.

    A Gaussian process leaves each composition out exactly, at the hyperparameters of all rows; of
    other regressors, copies are fitted to two thirds of the compositions. The few parameters of a
    prior stay those of all rows.

    Parameters
    ----------
    sites, labels
        Site table of n sites and the (n,) training composition of each.
    featurizer, regressor, prior
        Fitted to the training rows.
    training
        The rows.

    Raises
    ------
    DescriptorError
        If bare sites lack what the descriptors need.
    """
    features = featurizer.transform(sites)
    asked = features.to_numpy(dtype=np.float64)
    prior_ev = 0.0 if prior is None else prior.energy_ev(sites, features)
    if isinstance(regressor, ARDGaussianProcess):
        return regressor.predict_without(asked, labels, training.labels) + prior_ev
    template: Any = regressor.regressor_ if isinstance(regressor, ChosenRegressor) else regressor
    X, target_ev, of_rows = training.X, training.target_ev, training.labels
    energy_ev = np.empty(len(asked))
    codes = group_labels(of_rows, len(of_rows))
    for inside, outside in group_folds(codes, _FOLDS, seed=training.seed):
        own = np.isin(labels, of_rows[outside])
        if not own.any():
            continue
        fresh = clone(template)
        fit_for_means(fresh, X[inside], target_ev[inside], of_rows[inside])
        energy_ev[own] = fresh.predict(asked[own])
    return energy_ev + prior_ev
