from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from catml.models.intervals.schemes import Training
from catml.models.left_out_sites import left_out_site_energies
from catml.models.regressors.automatic import AutomaticChoice
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.registry import make_regressor

SLOPES = np.array([1.0, -2.0, 0.5])
PASSED_ON = SimpleNamespace(transform=lambda sites: sites)


def asked_energies(regressor, *, raised_ev: float) -> tuple[np.ndarray, ...]:
    """Energies of sites of one composition, whose rows lie off the line by `raised_ev`."""
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(60, 3)), np.repeat(np.arange(12), 5).astype(str)
    own = labels == "4"
    y = X @ SLOPES + raised_ev * own
    training = Training(pd.DataFrame({"elements": labels}), X, y, "elements")
    sites = pd.DataFrame(X[own] + 0.1)
    regressor.fit(X, y, groups=labels)
    parts = {"featurizer": PASSED_ON, "regressor": regressor, "training": training}
    left_out = left_out_site_energies(sites, labels[own], prior=None, **parts)
    prior = SimpleNamespace(energy_ev=lambda sites, features: np.full(len(sites), 7.0))
    shifted = left_out_site_energies(sites, labels[own], prior=prior, **parts)
    return left_out, shifted, sites.to_numpy() @ SLOPES, regressor.predict(sites.to_numpy())


@pytest.mark.parametrize(
    "regressor",
    [
        make_regressor("ridge"),
        make_regressor("kernel_ridge"),
        AutomaticChoice(candidates=("ridge",)),
    ],
    ids=lambda regressor: type(regressor).__name__,
)
def test_the_rows_of_the_own_composition_have_no_say(regressor) -> None:
    left_out, shifted, line, _ = asked_energies(regressor, raised_ev=3.0)
    np.testing.assert_allclose(shifted, left_out + 7.0)
    assert np.abs(left_out - line).mean() < 0.7
    other = asked_energies(regressor, raised_ev=50.0)[0]
    np.testing.assert_allclose(other, left_out)


def test_a_process_leaves_the_own_composition_out_of_itself() -> None:
    process = ARDGaussianProcess(n_steps=20, n_reweights=0)
    left_out, _, line, with_own = asked_energies(process, raised_ev=3.0)
    assert np.abs(left_out - line).mean() < 0.7
    assert (with_own - left_out).mean() > 0.3
