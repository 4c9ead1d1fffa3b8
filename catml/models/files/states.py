"""Regressors as plain numbers and back: what a model file holds of them.

A state is JSON values, arrays, boosters in XGBoost's own format and scikit-learn estimators as
skops bytes; nothing in it can run.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catml.models.files.booster_files import booster_from
from catml.models.files.composite_states import (
    of_choice,
    of_corrected,
    of_stacking,
    of_subset,
    of_views,
    to_choice,
    to_corrected,
    to_stacking,
    to_subset,
    to_views,
)
from catml.models.files.estimator_files import estimator_bytes, estimator_from
from catml.models.files.state import State, put_under, taken_from
from catml.models.regressors.automatic import AutomaticChoice
from catml.models.regressors.base import Array
from catml.models.regressors.boosted_trees import BoostedTrees
from catml.models.regressors.composite_kernel import CompositeParameters
from catml.models.regressors.composite_process import CompositeGaussianProcess
from catml.models.regressors.corrected import Corrected
from catml.models.regressors.cross_fitted import CrossFitted, Member
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.kernels import KernelParameters
from catml.models.regressors.networks import Network
from catml.models.regressors.registry import Regressor
from catml.models.regressors.ridge import RidgeWithUncertainty
from catml.models.regressors.robust_network import NetworkMember, RobustNetwork
from catml.models.regressors.row_subset import RowSubset
from catml.models.regressors.scaling import FeatureScaling
from catml.models.regressors.stacking import Stacking
from catml.models.regressors.tpot_search import TPOTSearch
from catml.models.regressors.two_views import TwoViews


def scaling_arrays(scaling: FeatureScaling) -> dict[str, NDArray[Any]]:
    """The arrays of a scaling, under names that start with ``scaling_``."""
    return {f"scaling_{name}": value for name, value in vars(scaling).items()}


def scaling_of(arrays: Mapping[str, NDArray[Any]]) -> FeatureScaling:
    """The scaling whose `scaling_arrays` are among `arrays`."""
    names = ("fill", "indicators", "mean", "std", "kept")
    return FeatureScaling(**{name: arrays[f"scaling_{name}"] for name in names})


def state_of(regressor: Regressor) -> State:
    """Return the state of a fitted regressor."""
    if isinstance(regressor, TwoViews):
        return of_views(regressor, state_of)
    if isinstance(regressor, ARDGaussianProcess):
        return _of_process(regressor)
    if isinstance(regressor, RidgeWithUncertainty):
        return _of_ridge(regressor)
    if isinstance(regressor, BoostedTrees):
        return _of_trees(regressor)
    if isinstance(regressor, CrossFitted):
        return _of_cross_fitted(regressor)
    if isinstance(regressor, Stacking):
        return of_stacking(regressor, state_of)
    if isinstance(regressor, AutomaticChoice | TPOTSearch):
        return of_choice(regressor, state_of)
    if isinstance(regressor, RowSubset):
        return of_subset(regressor, state_of)
    if isinstance(regressor, Corrected):
        return of_corrected(regressor, state_of)
    if isinstance(regressor, RobustNetwork):
        return _of_network(regressor)
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
    kind, parameters, numbers = _kernel_state(model)
    values = {
        "settings": model.get_params(),
        "parameters": parameters,
        "target_mean": model.target_mean_,
        "target_std": model.target_std_,
        "n_features_in": int(model.n_features_in_),
    }
    rows, target = model.training_rows()
    arrays = {
        **numbers,
        "rows": rows,
        "target": target,
        "noise_scale": model.noise_scale_,
        **scaling_arrays(model.scaling_),
    }
    return State(kind, values, arrays)


def _kernel_state(
    model: ARDGaussianProcess,
) -> tuple[str, dict[str, Any], dict[str, NDArray[Any]]]:
    """Kind, scalars and arrays of the covariance."""
    parameters = asdict(model.parameters_)
    arrays = {"lengthscales": parameters.pop("lengthscales")}
    if not isinstance(model, CompositeGaussianProcess):
        return "gaussian_process", parameters, arrays
    arrays["signals"] = parameters.pop("signals")
    arrays["linear_columns"] = parameters.pop("linear_columns")
    for number, group in enumerate(parameters.pop("groups")):
        arrays[f"group_{number}"] = group
    return "composite_process", parameters, arrays


def _to_process(state: State) -> ARDGaussianProcess:
    values, arrays = state.values, state.arrays
    model: ARDGaussianProcess
    scales = _floats(arrays["lengthscales"])
    if state.kind == "composite_process":
        model = CompositeGaussianProcess(**values["settings"])
        signals = _floats(arrays["signals"])
        model.parameters_ = CompositeParameters(
            **values["parameters"],
            signals=signals,
            lengthscales=scales,
            linear_columns=np.asarray(arrays["linear_columns"], dtype=np.intp),
            groups=tuple(
                np.asarray(arrays[f"group_{number}"], dtype=np.intp)
                for number in range(len(signals))
            ),
        )
    else:
        model = ARDGaussianProcess(**values["settings"])
        model.parameters_ = KernelParameters(**values["parameters"], lengthscales=scales)
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
    model = BoostedTrees(**state.values["settings"])
    model.n_features_in_ = int(state.values["n_features_in"])
    model.boosters_ = {
        name: booster_from(raw, n_features=model.n_features_in_)
        for name, raw in state.boosters.items()
    }
    return model


def _of_cross_fitted(model: CrossFitted) -> State:
    settings = model.get_params(deep=False)
    estimators = {"template": estimator_bytes(settings.pop("estimator"))}
    arrays: dict[str, NDArray[Any]] = {}
    for number, member in enumerate(model.members_):
        estimators[str(number)] = estimator_bytes(member.estimator)
        arrays |= put_under(str(number), scaling_arrays(member.scaling))
    values = {
        "settings": settings,
        "chosen": model.settings_,
        "scale": list(model.scale_),
        "n_features_in": int(model.n_features_in_),
        "targets": [[member.center, member.spread] for member in model.members_],
    }
    return State("cross_fitted", values, arrays, estimators=estimators)


def _to_cross_fitted(state: State) -> CrossFitted:
    settings = dict(state.values["settings"])
    if settings["search"] is not None:
        settings["search"] = {name: tuple(tried) for name, tried in settings["search"].items()}
    model = CrossFitted(estimator_from(state.estimators["template"]), **settings)
    model.settings_ = dict(state.values["chosen"])
    variance, share, usual = map(float, state.values["scale"])
    model.scale_ = (variance, share, usual)
    model.n_features_in_ = int(state.values["n_features_in"])
    members = []
    for number, (center, spread) in enumerate(state.values["targets"]):
        scaling = scaling_of(taken_from(str(number), state.arrays))
        estimator = estimator_from(state.estimators[str(number)], n_features=len(scaling.kept))
        members.append(Member(scaling, estimator, float(center), float(spread)))
    model.members_ = tuple(members)
    return model


def _of_network(model: RobustNetwork) -> State:
    members = (model.full_, *model.members_)
    settings = model.get_params() | {"hidden": list(model.hidden)}
    values = {
        "settings": settings,
        "targets": [[member.center, member.spread] for member in members],
        "scale_limits": list(model.scale_limits_),
        "n_features_in": int(model.n_features_in_),
    }
    arrays: dict[str, NDArray[Any]] = {}
    for number, member in enumerate(members):
        layers = zip(member.network.weights, member.network.biases, strict=True)
        parts: dict[str, NDArray[Any]] = scaling_arrays(member.scaling)
        for place, (weight, bias) in enumerate(layers):
            parts |= {f"weight-{place}": weight, f"bias-{place}": bias}
        arrays |= put_under(str(number), parts)
    arrays |= put_under("scale", {str(k): scale for k, scale in enumerate(model.scales_)})
    return State("robust_network", values, arrays)


def _to_network(state: State) -> RobustNetwork:
    values = state.values
    settings = values["settings"]
    model = RobustNetwork(**{**settings, "hidden": tuple(settings["hidden"])})
    places = range(len(settings["hidden"]) + 1)
    members = []
    for number, (center, spread) in enumerate(values["targets"]):
        parts = taken_from(str(number), state.arrays)
        network = Network(
            *(tuple(parts[f"{what}-{k}"] for k in places) for what in ("weight", "bias"))
        )
        members.append(NetworkMember(scaling_of(parts), network, float(center), float(spread)))
    model.full_, *others = members
    model.members_ = tuple(others)
    scales = taken_from("scale", state.arrays)
    model.scales_ = tuple(_floats(scales[str(k)]) for k in range(len(others)))
    low, high = map(float, values["scale_limits"])
    model.scale_limits_ = (low, high)
    model.n_features_in_ = int(values["n_features_in"])
    return model


_READERS: dict[str, Callable[[State], Regressor]] = {
    "gaussian_process": _to_process,
    "composite_process": _to_process,
    "two_views": lambda state: to_views(state, regressor_of),
    "ridge": _to_ridge,
    "xgboost": _to_trees,
    "cross_fitted": _to_cross_fitted,
    "stacking": lambda state: to_stacking(state, regressor_of),
    "row_subset": lambda state: to_subset(state, regressor_of),
    "automatic": lambda state: to_choice(state, regressor_of),
    "tpot": lambda state: to_choice(state, regressor_of),
    "robust_network": _to_network,
    "corrected": lambda state: to_corrected(state, regressor_of),
}


def _floats(array: NDArray[Any]) -> Array:
    return np.asarray(array, dtype=np.float64)
