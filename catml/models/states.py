"""Regressors as plain numbers and back: what a model file holds of them.

A state is JSON values, arrays, boosters in XGBoost's own format and scikit-learn estimators as
skops bytes; nothing in it can run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from catml.models.base import Array
from catml.models.boosted_trees import BoostedTrees
from catml.models.booster_files import booster_from
from catml.models.corrected import Corrected
from catml.models.cross_fitted import CrossFitted, Member
from catml.models.estimator_files import estimator_bytes, estimator_from
from catml.models.gaussian_process import ARDGaussianProcess
from catml.models.kernels import KernelParameters
from catml.models.networks import Network
from catml.models.regressors import Regressor
from catml.models.ridge import RidgeWithUncertainty
from catml.models.robust_network import NetworkMember, RobustNetwork
from catml.models.row_subset import RowSubset
from catml.models.scaling import FeatureScaling
from catml.models.stacking import Stacking

T = TypeVar("T")


@dataclass(frozen=True)
class State:
    """A fitted regressor as data.

    Attributes
    ----------
    kind
        One of the keys of the readers below.
    values
        JSON values.
    arrays
        Numbers.
    boosters
        Boosters as UBJSON bytes.
    estimators
        Estimators as skops bytes.
    """

    kind: str
    values: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    boosters: Mapping[str, bytes] = field(default_factory=dict)
    estimators: Mapping[str, bytes] = field(default_factory=dict)


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
    if isinstance(regressor, CrossFitted):
        return _of_cross_fitted(regressor)
    if isinstance(regressor, Stacking):
        return _of_stacking(regressor)
    if isinstance(regressor, RowSubset):
        return _of_subset(regressor)
    if isinstance(regressor, Corrected):
        return _of_corrected(regressor)
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
        arrays |= _under(str(number), scaling_arrays(member.scaling))
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
        scaling = scaling_of(_of(str(number), state.arrays))
        estimator = estimator_from(state.estimators[str(number)], n_features=len(scaling.kept))
        members.append(Member(scaling, estimator, float(center), float(spread)))
    model.members_ = tuple(members)
    return model


def _of_stacking(model: Stacking) -> State:
    settings = model.get_params(deep=False)
    by_name = [isinstance(member, str) for member in settings.pop("members")]
    values = {
        "settings": settings,
        "labels": list(model.members_),
        "by_name": by_name,
        "weights": list(model.weights_.values()),
        "std_scale": model.std_scale_,
        "n_features_in": int(model.n_features_in_),
    }
    return _joined("stacking", values, [state_of(member) for member in model.members_.values()])


def _to_stacking(state: State) -> Stacking:
    values = state.values
    fitted = dict(zip(values["labels"], map(regressor_of, _parts(state)), strict=True))
    members: list[Any] = [
        label if by_name else (label, clone(fitted[label]))
        for label, by_name in zip(fitted, values["by_name"], strict=True)
    ]
    model = Stacking(tuple(members), **values["settings"])
    model.members_ = fitted
    model.weights_ = dict(zip(fitted, map(float, values["weights"]), strict=True))
    model.std_scale_ = float(values["std_scale"])
    model.n_features_in_ = int(values["n_features_in"])
    return model


def _of_subset(model: RowSubset) -> State:
    settings = model.get_params(deep=False)
    del settings["regressor"]
    values = {"settings": settings, "n_features_in": int(model.n_features_in_)}
    return _joined("row_subset", values, [state_of(model.regressor_)])


def _to_subset(state: State) -> RowSubset:
    (part,) = _parts(state)
    regressor = regressor_of(part)
    model = RowSubset(clone(regressor), **state.values["settings"])
    model.regressor_ = regressor
    model.n_features_in_ = int(state.values["n_features_in"])
    return model


def _of_corrected(model: Corrected) -> State:
    settings = model.get_params(deep=False)
    del settings["regressor"]
    values = {
        "settings": settings,
        "special": model.special_.tolist(),
        "n_features_in": int(model.n_features_in_),
    }
    fitted = [model.regressor_] if model.process_ is None else [model.regressor_, model.process_]
    return _joined("corrected", values, [state_of(part) for part in fitted])


def _to_corrected(state: State) -> Corrected:
    regressor, *process = (cast("Any", regressor_of(part)) for part in _parts(state))
    model = Corrected(clone(regressor), **state.values["settings"])
    model.regressor_ = regressor
    model.process_ = process[0] if process else None
    model.special_ = np.array(state.values["special"], dtype=np.intp)
    model.n_features_in_ = int(state.values["n_features_in"])
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
        arrays |= _under(str(number), parts)
    arrays |= _under("scale", {str(k): scale for k, scale in enumerate(model.scales_)})
    return State("robust_network", values, arrays)


def _to_network(state: State) -> RobustNetwork:
    values = state.values
    settings = values["settings"]
    model = RobustNetwork(**{**settings, "hidden": tuple(settings["hidden"])})
    places = range(len(settings["hidden"]) + 1)
    members = []
    for number, (center, spread) in enumerate(values["targets"]):
        parts = _of(str(number), state.arrays)
        network = Network(
            *(tuple(parts[f"{what}-{k}"] for k in places) for what in ("weight", "bias"))
        )
        members.append(NetworkMember(scaling_of(parts), network, float(center), float(spread)))
    model.full_, *others = members
    model.members_ = tuple(others)
    scales = _of("scale", state.arrays)
    model.scales_ = tuple(_floats(scales[str(k)]) for k in range(len(others)))
    low, high = map(float, values["scale_limits"])
    model.scale_limits_ = (low, high)
    model.n_features_in_ = int(values["n_features_in"])
    return model


def _joined(kind: str, values: Mapping[str, Any], parts: Sequence[State]) -> State:
    """The state of a regressor that consists of others."""
    arrays: dict[str, NDArray[Any]] = {}
    boosters: dict[str, bytes] = {}
    estimators: dict[str, bytes] = {}
    for number, part in enumerate(parts):
        arrays |= _under(f"part-{number}", part.arrays)
        boosters |= _under(f"part-{number}", part.boosters)
        estimators |= _under(f"part-{number}", part.estimators)
    described = [{"kind": part.kind, "values": dict(part.values)} for part in parts]
    return State(kind, {**values, "parts": described}, arrays, boosters, estimators)


def _parts(state: State) -> list[State]:
    """The states that `_joined` made one of."""
    return [
        State(
            part["kind"],
            part["values"],
            _of(f"part-{number}", state.arrays),
            _of(f"part-{number}", state.boosters),
            _of(f"part-{number}", state.estimators),
        )
        for number, part in enumerate(state.values["parts"])
    ]


_READERS: dict[str, Callable[[State], Regressor]] = {
    "gaussian_process": _to_process,
    "ridge": _to_ridge,
    "xgboost": _to_trees,
    "cross_fitted": _to_cross_fitted,
    "stacking": _to_stacking,
    "row_subset": _to_subset,
    "robust_network": _to_network,
    "corrected": _to_corrected,
}


def _under(prefix: str, content: Mapping[str, T]) -> dict[str, T]:
    """The content under names that start with a prefix."""
    return {f"{prefix}-{name}": value for name, value in content.items()}


def _of(prefix: str, content: Mapping[str, T]) -> dict[str, T]:
    """The content that `_under` named with the prefix, under its own names."""
    start = f"{prefix}-"
    return {
        name.removeprefix(start): value for name, value in content.items() if name.startswith(start)
    }


def _floats(array: NDArray[Any]) -> Array:
    return np.asarray(array, dtype=np.float64)
