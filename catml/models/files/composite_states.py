"""Regressors that consist of others as data, and back; `catml.models.files.states` has the others.

The functions take what writes, or reads, the state of any regressor.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from catml.models.files.state import State, put_under, taken_from
from catml.models.regressors.automatic import AutomaticChoice
from catml.models.regressors.corrected import Corrected
from catml.models.regressors.gaussian_process import ARDGaussianProcess
from catml.models.regressors.registry import Regressor
from catml.models.regressors.row_subset import RowSubset
from catml.models.regressors.stacking import Stacking
from catml.models.regressors.tpot_search import TPOTSearch
from catml.models.regressors.two_views import TwoViews

Writer = Callable[[Regressor], State]
Reader = Callable[[State], Regressor]


def of_stacking(model: Stacking, state_of: Writer) -> State:
    """State of a stack and its members."""
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
    return joined("stacking", values, [state_of(member) for member in model.members_.values()])


def to_stacking(state: State, regressor_of: Reader) -> Stacking:
    """The stack of `of_stacking`."""
    values = state.values
    fitted = dict(zip(values["labels"], map(regressor_of, parts_of(state)), strict=True))
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


def of_views(model: TwoViews, state_of: Writer) -> State:
    """State of two processes and of the features each sees."""
    values = {
        "settings": model.get_params(deep=False),
        "places": [[int(place) for place in places] for places, _ in model.views_],
        "n_features_in": int(model.n_features_in_),
    }
    return joined("two_views", values, [state_of(view) for _, view in model.views_])


def to_views(state: State, regressor_of: Reader) -> TwoViews:
    """The two processes of `of_views`."""
    model = TwoViews(**state.values["settings"])
    views = cast("list[ARDGaussianProcess]", [regressor_of(part) for part in parts_of(state)])
    places = [np.array(own, dtype=np.intp) for own in state.values["places"]]
    model.views_ = tuple(zip(places, views, strict=True))
    model.n_features_in_ = int(state.values["n_features_in"])
    return model


def of_subset(model: RowSubset, state_of: Writer) -> State:
    """State of a regressor fitted to some of the rows."""
    settings = model.get_params(deep=False)
    del settings["regressor"]
    values = {"settings": settings, "n_features_in": int(model.n_features_in_)}
    return joined("row_subset", values, [state_of(model.regressor_)])


def to_subset(state: State, regressor_of: Reader) -> RowSubset:
    """The regressor of `of_subset`."""
    (part,) = parts_of(state)
    regressor = regressor_of(part)
    model = RowSubset(clone(regressor), **state.values["settings"])
    model.regressor_ = regressor
    model.n_features_in_ = int(state.values["n_features_in"])
    return model


def of_corrected(model: Corrected, state_of: Writer) -> State:
    """State of a corrected regressor and of the process that corrects it."""
    settings = model.get_params(deep=False)
    del settings["regressor"]
    values = {
        "settings": settings,
        "special": model.special_.tolist(),
        "seen": model.seen_.tolist(),
        "box": model.box_.tolist(),
        "n_features_in": int(model.n_features_in_),
    }
    fitted = [model.regressor_] if model.process_ is None else [model.regressor_, model.process_]
    return joined("corrected", values, [state_of(part) for part in fitted])


def to_corrected(state: State, regressor_of: Reader) -> Corrected:
    """The regressor of `of_corrected`."""
    regressor, *process = (cast("Any", regressor_of(part)) for part in parts_of(state))
    model = Corrected(clone(regressor), **state.values["settings"])
    model.regressor_ = regressor
    model.process_ = process[0] if process else None
    model.special_ = np.array(state.values["special"], dtype=np.intp)
    model.seen_ = np.array(state.values["seen"], dtype=np.intp)
    model.box_ = np.array(state.values["box"], dtype=np.float64).reshape(2, -1)
    model.n_features_in_ = int(state.values["n_features_in"])
    return model


def of_choice(model: AutomaticChoice | TPOTSearch, state_of: Writer) -> State:
    """State of a chosen regressor, with what it was chosen from."""
    settings = model.get_params(deep=False)
    if settings.get("candidates") is not None:
        settings["candidates"] = list(settings["candidates"])
    values = {
        "settings": settings,
        "choice": model.choice_,
        "candidates": model.candidates_.to_dict(orient="list"),
        "n_features_in": int(model.n_features_in_),
    }
    kind = "automatic" if isinstance(model, AutomaticChoice) else "tpot"
    return joined(kind, values, [state_of(model.regressor_)])


def to_choice(state: State, regressor_of: Reader) -> AutomaticChoice | TPOTSearch:
    """The chosen regressor of `of_choice`."""
    settings = dict(state.values["settings"])
    if settings.get("candidates") is not None:
        settings["candidates"] = tuple(settings["candidates"])
    made: type[AutomaticChoice | TPOTSearch] = (
        AutomaticChoice if state.kind == "automatic" else TPOTSearch
    )
    model = made(**settings)
    model.choice_ = str(state.values["choice"])
    model.candidates_ = pd.DataFrame(state.values["candidates"])
    (part,) = parts_of(state)
    model.regressor_ = regressor_of(part)
    model.n_features_in_ = int(state.values["n_features_in"])
    return model


def joined(kind: str, values: Mapping[str, Any], parts: Sequence[State]) -> State:
    """The state of a regressor that consists of others."""
    arrays: dict[str, NDArray[Any]] = {}
    boosters: dict[str, bytes] = {}
    estimators: dict[str, bytes] = {}
    for number, part in enumerate(parts):
        arrays |= put_under(f"part-{number}", part.arrays)
        boosters |= put_under(f"part-{number}", part.boosters)
        estimators |= put_under(f"part-{number}", part.estimators)
    described = [{"kind": part.kind, "values": dict(part.values)} for part in parts]
    return State(kind, {**values, "parts": described}, arrays, boosters, estimators)


def parts_of(state: State) -> list[State]:
    """The states that `joined` made one of."""
    return [
        State(
            part["kind"],
            part["values"],
            taken_from(f"part-{number}", state.arrays),
            taken_from(f"part-{number}", state.boosters),
            taken_from(f"part-{number}", state.estimators),
        )
        for number, part in enumerate(state.values["parts"])
    ]
