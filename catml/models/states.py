"""Regressors as plain numbers and back: what a model file holds of them.

A state is JSON values, arrays and boosters in XGBoost's own format; nothing in it can run.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catml.models.base import Array
from catml.models.boosted_trees import BoostedTrees
from catml.models.gaussian_process import ARDGaussianProcess
from catml.models.kernels import KernelParameters
from catml.models.regressors import Regressor
from catml.models.ridge import RidgeWithUncertainty
from catml.models.scaling import FeatureScaling


@dataclass(frozen=True)
class State:
    """A fitted regressor as data.

    Attributes
    ----------
    kind
        Name of the regressor, as in `catml.models.regressors.REGRESSORS`.
    values
        JSON values.
    arrays
        Numbers.
    boosters
        Boosters as UBJSON bytes.
    """

    kind: str
    values: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    boosters: Mapping[str, bytes] = field(default_factory=dict)


def scaling_arrays(scaling: FeatureScaling) -> dict[str, NDArray[Any]]:
    """The arrays of a scaling, under names that start with ``scaling_``."""
    return {f"scaling_{name}": value for name, value in vars(scaling).items()}


def scaling_of(arrays: Mapping[str, NDArray[Any]]) -> FeatureScaling:
    """The scaling whose `scaling_arrays` are among `arrays`."""
    names = ("fill", "indicators", "mean", "std", "kept")
    return FeatureScaling(**{name: arrays[f"scaling_{name}"] for name in names})


def state_of(regressor: Regressor) -> State:
    """Return the state of a fitted regressor."""
    if isinstance(regressor, ARDGaussianProcess):
        return _of_process(regressor)
    if isinstance(regressor, RidgeWithUncertainty):
        return _of_ridge(regressor)
    if isinstance(regressor, BoostedTrees):
        return _of_trees(regressor)
    raise TypeError(f"no state for {type(regressor).__name__}")


def regressor_of(state: State) -> Regressor:
    """Return the fitted regressor of a state.

    Raises
    ------
    KeyError, TypeError, ValueError
        The state is not one that `state_of` made.
    """
    return _READERS[state.kind](state)


def _of_process(model: ARDGaussianProcess) -> State:
    parameters = asdict(model.parameters_)
    lengthscales = parameters.pop("lengthscales")
    values = {
        "settings": model.get_params(),
        "parameters": parameters,
        "target_mean": model.target_mean_,
        "target_std": model.target_std_,
        "n_features_in": int(model.n_features_in_),
    }
    rows, target = model.training_rows()
    arrays = {
        "lengthscales": lengthscales,
        "rows": rows,
        "target": target,
        "noise_scale": model.noise_scale_,
        **scaling_arrays(model.scaling_),
    }
    return State("gaussian_process", values, arrays)


def _to_process(state: State) -> ARDGaussianProcess:
    values, arrays = state.values, state.arrays
    model = ARDGaussianProcess(**values["settings"])
    model.parameters_ = KernelParameters(
        **values["parameters"], lengthscales=_floats(arrays["lengthscales"])
    )
    model.target_mean_ = float(values["target_mean"])
    model.target_std_ = float(values["target_std"])
    model.n_features_in_ = int(values["n_features_in"])
    model.scaling_ = scaling_of(arrays)
    return model.condition(
        _floats(arrays["rows"]), _floats(arrays["target"]), _floats(arrays["noise_scale"])
    )


_RIDGE_VALUES = ("intercept_", "penalty_", "residual_std_", "n_rows_", "n_features_in_")
_RIDGE_ARRAYS = ("coef_", "directions_", "precision_")


def _of_ridge(model: RidgeWithUncertainty) -> State:
    values: dict[str, Any] = {name: getattr(model, name) for name in _RIDGE_VALUES}
    arrays = {name: getattr(model, name) for name in _RIDGE_ARRAYS}
    settings = {"penalties": list(model.penalties)}
    return State("ridge", {"settings": settings} | values, arrays | scaling_arrays(model.scaling_))


def _to_ridge(state: State) -> RidgeWithUncertainty:
    model = RidgeWithUncertainty(penalties=tuple(state.values["settings"]["penalties"]))
    for name in _RIDGE_VALUES:
        setattr(model, name, state.values[name])
    for name in _RIDGE_ARRAYS:
        setattr(model, name, _floats(state.arrays[name]))
    model.scaling_ = scaling_of(state.arrays)
    return model


def _of_trees(model: BoostedTrees) -> State:
    values = {"settings": model.get_params(), "n_features_in": int(model.n_features_in_)}
    boosters = {name: bytes(b.save_raw("ubj")) for name, b in model.boosters_.items()}
    return State("xgboost", values, {}, boosters)


def _to_trees(state: State) -> BoostedTrees:
    import xgboost

    model = BoostedTrees(**state.values["settings"])
    model.n_features_in_ = int(state.values["n_features_in"])
    model.boosters_ = {}
    for name, raw in state.boosters.items():
        booster = xgboost.Booster({"nthread": 1})
        booster.load_model(bytearray(raw))
        model.boosters_[name] = booster
    return model


_READERS: dict[str, Callable[[State], Regressor]] = {
    "gaussian_process": _to_process,
    "ridge": _to_ridge,
    "xgboost": _to_trees,
}


def _floats(array: NDArray[Any]) -> Array:
    return np.asarray(array, dtype=np.float64)
