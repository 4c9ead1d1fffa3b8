"""Re-anchoring a fitted model to a few energies of one's own: few-shot adaptation.

What the model is wrong by at the rows given, d, is taken as jointly normal with what it is wrong
by elsewhere: errors e(x) with covariance C(x, x'), one offset shared by all rows, b ~ N(0, τ²),
for another functional or code, and independent noise. The correction anywhere is then

    (C(x, X) + τ²)·(C(X, X) + τ² + N)⁻¹·d,

and the variance falls by (C(x, X) + τ²)·(…)⁻¹·(C(X, x) + τ²) from the one with the unknown offset
(Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, eqs. 2.23 and 2.24). For a
Gaussian process C is its posterior covariance, so this is the same process with the rows added at
unchanged hyperparameters. Other regressors state no covariance; for them any two errors are taken
to be correlated by one half, which is a common shift, shrunk where the rows are few.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from catml.errors import ModelError
from catml.models.regressors.base import Array
from catml.models.regressors.registry import Regressor

# How strongly CO binds differs by 0.21 to 0.35 eV between PBE and revPBE, at seven sites of (111)
# metals (Andersson 2013, doi:10.1155/2013/327839, table 2); RPBE is made to bind as revPBE does
# (Hammer, Hansen & Nørskov 1999, doi:10.1103/PhysRevB.59.7413). Codes and settings with one
# functional are taken to differ by a third of that.
OTHER_FUNCTIONAL_STD_EV = 0.3
SAME_FUNCTIONAL_STD_EV = 0.1
_UNSTATED_CORRELATION = 0.5
_LEAST_NOISE_EV2 = 1e-6


def offset_std_of(asked_ev: float | None, *, same_functional: bool) -> float:
    """Standard deviation of the common offset: the one asked for, or the usual one, in eV.

    Raises
    ------
    ModelError
        If it is no standard deviation.

    Examples
    --------
    >>> offset_std_of(None, same_functional=False)
    0.3
    """
    if asked_ev is None:
        return SAME_FUNCTIONAL_STD_EV if same_functional else OTHER_FUNCTIONAL_STD_EV
    if not (np.isfinite(asked_ev) and asked_ev >= 0):
        raise ModelError(
            f"offset_std_ev is {asked_ev!r}; give a standard deviation in eV, 0 or more."
        )
    return float(asked_ev)


@dataclass(frozen=True, eq=False)
class Adaptation:
    """Rows that a model was re-anchored to.

    Attributes
    ----------
    features
        (k, D) descriptors of the rows.
    difference_ev
        (k,) energy given minus the energy of the model as it was fitted.
    offset_std_ev
        Standard deviation τ of the offset before any row is seen.
    functional
        Of the energies given, which the adapted model predicts.
    """

    features: Array
    difference_ev: Array
    offset_std_ev: float
    functional: str

    def __len__(self) -> int:
        return len(self.difference_ev)

    def joined(self, later: "Adaptation") -> "Adaptation":
        """These rows and later ones, which share their offset."""
        return Adaptation(
            np.vstack([self.features, later.features]),
            np.concatenate([self.difference_ev, later.difference_ev]),
            self.offset_std_ev,
            self.functional,
        )

    def corrected(
        self, regressor: Regressor, X: Array, energy_ev: Array, std_ev: Array
    ) -> tuple[Array, Array]:
        """Energies and uncalibrated standard deviations once the rows are known.

        Parameters
        ----------
        regressor
            The fitted regressor.
        X, energy_ev, std_ev
            (n, D) descriptors, and (n,) what the model and the regressor say of them.
        """
        _, own_std = regressor.predict(self.features, return_std=True)
        offset = self.offset_std_ev**2
        among = _covariance(regressor, self.features, self.features, own_std, own_std)
        noise = np.maximum(own_std**2 - np.diag(among), _LEAST_NOISE_EV2)
        known = among + offset + np.diag(noise)
        across = _covariance(regressor, X, self.features, std_ev, own_std) + offset
        gain = np.linalg.solve(known, across.T).T
        explained = np.einsum("ij,ij->i", gain, across)
        variance = np.maximum(std_ev**2 + offset - explained, _LEAST_NOISE_EV2)
        return energy_ev + gain @ self.difference_ev, np.sqrt(variance)


def _covariance(regressor: Any, A: Array, B: Array, std_a: Array, std_b: Array) -> Array:
    """(n, k) covariance of the errors at two sets of rows, without their noise, in eV²."""
    if hasattr(regressor, "posterior_covariance"):
        covariance: Array = regressor.posterior_covariance(A, B)
        return covariance
    return _UNSTATED_CORRELATION * np.outer(std_a, std_b)
