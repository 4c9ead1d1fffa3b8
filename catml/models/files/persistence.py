"""Saving fitted models to files that cannot run code, and loading them with every check before use.

A file holds (`catml.models.files.container`): a header of JSON values (versions, training facts,
held-out scores, interval factors, domain, a few training rows with their predictions), the numbers
of regressor and domain as ``.npz``, boosters in XGBoost's UBJSON, and scikit-learn estimators as
skops, of which only types named beforehand are accepted. A loaded model must predict the few rows
as it did when it was saved.
"""

import hashlib
import platform
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catml.atomic_files import write_atomically
from catml.descriptors.featurizers import make_featurizer
from catml.descriptors.sites.transformer import SiteTransformer
from catml.errors import CatmlError, ModelError
from catml.models.adaptation import Adaptation
from catml.models.adsorption import AdsorptionModel
from catml.models.domain.applicability import ApplicabilityDomain
from catml.models.files import witnesses
from catml.models.files.container import (
    RefusedError,
    array_bytes,
    arrays_from,
    packed,
    read_model_bytes,
    unpacked,
)
from catml.models.files.interval_states import intervals_of, state_of_intervals
from catml.models.files.site_states import state_of_survival, survival_of
from catml.models.files.states import State, regressor_of, scaling_arrays, scaling_of, state_of
from catml.models.intervals.held_out_scores import HeldOutScore
from catml.models.priors.base import Prior
from catml.models.training_rows import TrainingFacts

_PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy", "skops", "xgboost")
_SETS = ("elements", "site_elements", "hosts", "families", "facets", "kinds")


def save_model(model: AdsorptionModel, path: str | Path) -> Path:
    """Save a fitted model; the file appears complete or not at all.

    Parameters
    ----------
    model
        A fitted model.
    path
        Where to; the usual ending is ``.skops``.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    ModelError
        If it is no `AdsorptionModel`, the model is not fitted or the file cannot be written.
    """
    if not isinstance(model, AdsorptionModel):
        raise ModelError(
            f"A model of the type {type(model).__name__} cannot be saved, only an AdsorptionModel; "
            "keep its tables and fit it again."
        )
    if not hasattr(model, "regressor_"):
        raise ModelError("The model is not fitted; call fit(table) before save(path).")
    target = Path(path)
    write_atomically(target, _encode(model), error=ModelError)
    return target


def load_model(path: str | Path) -> AdsorptionModel:
    """Load a model saved by `save_model`, ready to predict.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ModelError
        If there is no such file, or it is truncated, altered, of another format or schema, holds
        types other than the trusted ones, or predicts something else with the descriptors and
        packages of today.
    """
    content = read_model_bytes(path)
    with _refusals_told(path):
        return _decode(*unpacked(content))


def describe_model(path: str | Path) -> dict[str, Any]:
    """Return what a model file states of itself, without building the model.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        JSON values: ``file``, ``bytes``, ``sha256``, ``schema``, ``catml`` and ``packages`` (the
        versions it was saved with), ``model`` (its settings), ``n_features``, ``training``
        (`catml.models.adsorption.TrainingFacts`), ``domain``, ``scores``
        (`catml.models.intervals.held_out_scores.HeldOutScore`) and ``coverage`` of the intervals.

    Raises
    ------
    ModelError
        As `load_model`, but for what only building the model finds.
    """
    content = read_model_bytes(path)
    with _refusals_told(path):
        header, _ = unpacked(content)
        return {
            "file": str(path),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            **{name: header[name] for name in ("schema", "catml", "packages", "model")},
            "n_features": len(header["feature_names"]),
            **{name: header[name] for name in ("training", "domain", "scores", "coverage")},
        }


@contextmanager
def _refusals_told(path: str | Path) -> Iterator[None]:
    """Turn whatever a file's content provokes into one message."""
    try:
        yield
        return
    except RefusedError as refused:
        why = str(refused)
    except Exception as broken:  # whatever a damaged member provokes in its reader
        why = f"its content cannot be understood ({type(broken).__name__})"
    raise ModelError(
        f"{str(path)!r} is not a usable model file: {why}. Fit the model again and save it with "
        "model.save(path), or use the version it was saved with."
    )


def saved_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a model's numbers depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def _encode(model: AdsorptionModel) -> bytes:
    state, intervals = state_of(model.regressor_), state_of_intervals(model.intervals_)
    members = {
        **_state_members("regressor", state),
        **_state_members("intervals", intervals),
        "domain.npz": array_bytes(
            {"reference": model.domain_.reference, **scaling_arrays(model.domain_.scaling)}
        ),
    }
    survival = None if model.survival_ is None else state_of_survival(model.survival_)
    members |= _adaptation_members(model.adaptation_)
    if survival is not None:
        members |= _state_members("survival", survival)
    header: dict[str, Any] = {
        "packages": saved_versions(),
        "model": _settings(model),
        "prior": None if model.prior_ is None else model.prior_.values(),
        "adaptation": _adaptation_values(model.adaptation_),
        "survival": _named_values(survival),
        "feature_names": list(model.feature_names_),
        "table_columns": int(model.featurizer_.n_features_in_),
        "training": {**vars(model.training_)},
        "scores": [{**vars(score)} for score in model.scores_],
        "coverage": model.intervals_.coverage,
        "intervals": _named_values(intervals),
        "domain": _domain_values(model.domain_),
        "regressor": _named_values(state),
        "witnesses": {
            "rows": witnesses.as_json_values(model.witnesses_),
            "predicted": witnesses.stated_energies(model.predict(model.witnesses_)),
        },
    }
    return packed(header, members)


def _settings(model: AdsorptionModel) -> dict[str, Any]:
    """The settings of a model, numpy's numbers among them as JSON has numbers."""
    settings: dict[str, Any] = model.get_params()
    own = settings["pure_energies_ev"]
    numbers = {name: int(settings[name]) for name in ("seed", "n_jobs")}
    energies = None if own is None else {name: float(value) for name, value in own.items()}
    return {**settings, **numbers, "pure_energies_ev": energies}


def _decode(header: Mapping[str, Any], members: Mapping[str, bytes]) -> AdsorptionModel:
    model = AdsorptionModel(**header["model"])
    with warnings.catch_warnings():
        # scikit-learn warns of every other version; whether it matters, the witnesses say.
        warnings.simplefilter("ignore")
        model.regressor_ = regressor_of(_state("regressor", header, members))
        model.intervals_ = intervals_of(_state("intervals", header, members))
        model.survival_ = None
        if header["survival"] is not None:
            model.survival_ = survival_of(_state("survival", header, members))
    prior = header["prior"]
    model.prior_ = None if prior is None else Prior.of_values(prior)
    model.adaptation_ = _adaptation(header["adaptation"], members)
    model.feature_names_ = tuple(header["feature_names"])
    model.featurizer_ = _featurizer(header)
    model.domain_ = _domain(header["domain"], arrays_from(members["domain.npz"]))
    model.scores_ = tuple(HeldOutScore(**score) for score in header["scores"])
    facts = dict(header["training"])
    facts["elements"] = tuple(facts["elements"])
    facts["alignment"] = tuple(facts["alignment"])
    model.training_ = TrainingFacts(**facts)
    model.witnesses_ = witnesses.from_json_values(header["witnesses"]["rows"])
    _ask_witnesses(model, header)
    return model


def _adaptation_members(adaptation: Adaptation | None) -> dict[str, bytes]:
    if adaptation is None:
        return {}
    names = ("features", "difference_ev")
    return {"adaptation.npz": array_bytes({name: getattr(adaptation, name) for name in names})}


def _adaptation_values(adaptation: Adaptation | None) -> dict[str, Any] | None:
    if adaptation is None:
        return None
    return {"offset_std_ev": adaptation.offset_std_ev, "functional": adaptation.functional}


def _adaptation(
    values: Mapping[str, Any] | None, members: Mapping[str, bytes]
) -> Adaptation | None:
    if values is None:
        return None
    arrays = arrays_from(members["adaptation.npz"])
    return Adaptation(features=arrays["features"], difference_ev=arrays["difference_ev"], **values)


def _ask_witnesses(model: AdsorptionModel, header: Mapping[str, Any]) -> None:
    """Refuse a model that no longer predicts what it predicted when it was saved."""
    try:
        predicted = model.predict(model.witnesses_)
    except CatmlError as problem:
        raise RefusedError(
            f"the rows kept to check it cannot be predicted: {problem} {_versions(header)}"
        ) from None
    difference_ev = witnesses.largest_difference_ev(predicted, header["witnesses"]["predicted"])
    if not difference_ev <= witnesses.CLOSE_EV:
        raise RefusedError(
            f"it predicts the rows kept to check it {difference_ev:.2g} eV away from what it did "
            f"when it was saved; {_versions(header)}"
        )


def _versions(header: Mapping[str, Any]) -> str:
    """Say which versions are others now than when the model was saved."""
    saved = {"catml": header["catml"], **header["packages"]}
    now = {"catml": version("catml"), **saved_versions()}
    changed = [
        f"{name} {saved.get(name, 'none')}, now {now[name]}"
        for name in now
        if saved.get(name) != now[name]
    ]
    if not changed:
        return "it was saved with these same versions, but other code or elemental data"
    return f"it was saved with {'; '.join(changed)}"


def _named_values(state: State | None) -> dict[str, Any] | None:
    return None if state is None else {"kind": state.kind, "values": dict(state.values)}


def _state_members(name: str, state: State) -> dict[str, bytes]:
    return {
        f"{name}.npz": array_bytes(state.arrays),
        **{f"{name}-booster-{key}.ubj": raw for key, raw in state.boosters.items()},
        **{f"{name}-estimator-{key}.skops": raw for key, raw in state.estimators.items()},
    }


def _state(name: str, header: Mapping[str, Any], members: Mapping[str, bytes]) -> State:
    return State(
        header[name]["kind"],
        header[name]["values"],
        arrays_from(members[f"{name}.npz"]),
        boosters=_named(members, f"{name}-booster-", ".ubj"),
        estimators=_named(members, f"{name}-estimator-", ".skops"),
    )


def _named(members: Mapping[str, bytes], start: str, end: str) -> dict[str, bytes]:
    """The members between a start and an end of their names, by what stands between."""
    return {
        name.removeprefix(start).removesuffix(end): raw
        for name, raw in members.items()
        if name.startswith(start)
    }


def _featurizer(header: Mapping[str, Any]) -> SiteTransformer:
    """The featurizer, which learns nothing but names and sizes."""
    featurizer = make_featurizer(header["training"]["descriptors"])
    featurizer.n_features_in_ = int(header["table_columns"])
    featurizer.feature_names_out_ = np.array(header["feature_names"], dtype=object)
    return featurizer


def _domain_values(domain: ApplicabilityDomain) -> dict[str, Any]:
    sets = {name: getattr(domain, name) for name in _SETS}
    values: dict[str, Any] = {
        name: None if known is None else sorted(known) for name, known in sets.items()
    }
    std_limit_ev = domain.std_limit_ev if np.isfinite(domain.std_limit_ev) else None
    return values | {"limit": domain.limit, "std_limit_ev": std_limit_ev}


def _domain(values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> ApplicabilityDomain:
    sets: dict[str, Any] = {
        name: None if values[name] is None else frozenset(values[name]) for name in _SETS
    }
    return ApplicabilityDomain(
        **sets,
        scaling=scaling_of(arrays),
        reference=np.asarray(arrays["reference"], dtype=np.float64),
        limit=float(values["limit"]),
        std_limit_ev=np.inf if values["std_limit_ev"] is None else float(values["std_limit_ev"]),
    )
