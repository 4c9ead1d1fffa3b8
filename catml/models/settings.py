"""The settings of a model, checked before any work."""

from numbers import Integral
from typing import Any

from catml.descriptors.featurizers import make_featurizer
from catml.errors import ModelError
from catml.models.intervals.conformal import check_interval_name
from catml.models.priors.base import check_prior
from catml.models.regressors.registry import make_regressor

# What numpy's and scikit-learn's generators take.
LARGEST_SEED = 2**32 - 1


def check_settings(settings: dict[str, Any]) -> None:
    """Refuse settings of a `catml.models.adsorption.AdsorptionModel` that mean nothing.

    Parameters
    ----------
    settings
        As its ``get_params`` returns them.

    Raises
    ------
    ModelError
        If there is no regressor, prior or kind of intervals of that name, or a value is none.
    DescriptorError
        If there are no descriptors of that name.

    Examples
    --------
    >>> from catml.models.adsorption import AdsorptionModel
    >>> check_settings(AdsorptionModel("CO").get_params())
    """
    seed, n_jobs, groups = settings["seed"], settings["n_jobs"], settings["groups"]
    if not isinstance(seed, Integral) or not 0 <= int(seed) <= LARGEST_SEED:
        raise ModelError(f"The seed is {seed!r}; give a whole number from 0 to {LARGEST_SEED}.")
    if not isinstance(n_jobs, Integral):
        raise ModelError(f"n_jobs is {n_jobs!r}; give a whole number, such as 1.")
    if not isinstance(groups, str):
        raise ModelError(
            f"The groups are {groups!r}; give the name of one column, such as 'elements'."
        )
    if settings["regressor"] is not None:
        make_regressor(settings["regressor"])
    if settings["descriptors"] is not None:
        make_featurizer(settings["descriptors"])
    check_prior(settings["prior"], settings["pure_energies_ev"])
    check_interval_name(settings["intervals"])
