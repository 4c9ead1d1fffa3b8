"""Model files that cannot run code: saving, and loading with every check before use.

A file is a zip: ``header.json`` (format, versions, training facts, interval factors, domain), the
numbers of regressor and domain as ``.npz``, boosters in XGBoost's UBJSON, scikit-learn estimators
and the featurizer as skops, of which only types named beforehand are accepted. The header holds
the SHA-256 of every member and of itself.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catml.atomic_files import write_atomically
from catml.descriptors.sites.transformer import SiteTransformer
from catml.errors import ModelError
from catml.models.adsorption import AdsorptionModel, TrainingFacts
from catml.models.domain import ApplicabilityDomain
from catml.models.priors import Prior
from catml.models.states import State, regressor_of, scaling_arrays, scaling_of, state_of
from catml.models.uncertainty import IntervalFactors

FORMAT = "catml-model"
SCHEMA = 1
TRUSTED_TYPES = (
    "catml.descriptors.featurizer.SiteFeaturizer",
    "catml.descriptors.soap_featurizer.SoapFeaturizer",
)

_HEADER = "header.json"
_PACKAGES = ("numpy", "scikit-learn", "skops", "xgboost")
_SETS = ("elements", "site_elements", "hosts", "families", "facets", "kinds")
# Far above any model here, far below what would fill a memory.
_LARGEST_BYTES = 2 * 1024**3


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
        If the model is not fitted or the file cannot be written.
    """
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
        If there is no such file, or it is truncated, altered, of another format or version, or
        holds types other than the trusted ones.
    """
    source = Path(path)
    try:
        content = source.read_bytes()
    except OSError as reason:
        raise ModelError(
            f"The model file {str(source)!r} cannot be read: {reason.strerror or reason}."
        ) from None
    try:
        return _decode(content)
    except _RefusedError as refused:
        why = str(refused)
    except Exception as broken:  # whatever a damaged member provokes in its reader
        why = f"its content cannot be understood ({type(broken).__name__})"
    raise ModelError(
        f"{str(source)!r} is not a usable model file: {why}. Save the model again with "
        "model.save(path)."
    )


class _RefusedError(Exception):
    """Why a file is refused, in words."""


def _encode(model: AdsorptionModel) -> bytes:
    import skops.io

    state = state_of(model.regressor_)
    members = {
        "featurizer.skops": skops.io.dumps(model.featurizer_),
        "regressor.npz": _pack(state.arrays),
        "domain.npz": _pack(
            {"reference": model.domain_.reference, **scaling_arrays(model.domain_.scaling)}
        ),
        **{f"booster-{name}.ubj": raw for name, raw in state.boosters.items()},
        **{f"estimator-{name}.skops": raw for name, raw in state.estimators.items()},
    }
    header: dict[str, Any] = {
        "format": FORMAT,
        "schema": SCHEMA,
        "catml": version("catml"),
        "packages": {name: version(name) for name in _PACKAGES},
        "model": model.get_params(),
        "prior": None if model.prior_ is None else model.prior_.values(),
        "feature_names": list(model.feature_names_),
        "training": {**vars(model.training_)},
        "intervals": {**vars(model.intervals_)},
        "domain": _domain_values(model.domain_),
        "regressor": {"kind": state.kind, "values": dict(state.values)},
        "members": {name: _digest(raw) for name, raw in members.items()},
    }
    header["digest"] = _header_digest(header)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_HEADER, json.dumps(header, indent=1))
        for name, raw in members.items():
            archive.writestr(name, raw)
    return buffer.getvalue()


def _decode(content: bytes) -> AdsorptionModel:
    header, members = _open(content)
    regressor = header["regressor"]
    state = State(
        regressor["kind"],
        regressor["values"],
        _unpack(members["regressor.npz"]),
        boosters=_named(members, "booster-", ".ubj"),
        estimators=_named(members, "estimator-", ".skops"),
    )
    model = AdsorptionModel(**header["model"])
    model.regressor_ = regressor_of(state)
    model.featurizer_ = _featurizer(members["featurizer.skops"])
    prior = header.get("prior")
    model.prior_ = None if prior is None else Prior.of_values(prior)
    model.feature_names_ = tuple(header["feature_names"])
    model.intervals_ = IntervalFactors(**header["intervals"])
    model.domain_ = _domain(header["domain"], _unpack(members["domain.npz"]))
    facts = header["training"]
    facts["elements"] = tuple(facts["elements"])
    facts["alignment"] = tuple(facts["alignment"])
    model.training_ = TrainingFacts(**facts)
    return model


def _named(members: Mapping[str, bytes], start: str, end: str) -> dict[str, bytes]:
    """The members between a start and an end of their names, by what stands between."""
    return {
        name.removeprefix(start).removesuffix(end): raw
        for name, raw in members.items()
        if name.startswith(start)
    }


def _open(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Header and members, after every check that needs no understanding of them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if _HEADER not in archive.namelist():
                raise _RefusedError("it was not written by catml")
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_BYTES:
                raise _RefusedError("it unpacks to more than 2 GiB")
            members = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        raise _RefusedError("it is not a zip archive, or is truncated or damaged") from None
    header = json.loads(members.pop(_HEADER))
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise _RefusedError("it was not written by catml")
    if header.get("schema") != SCHEMA:
        raise _RefusedError(
            f"it has schema {header.get('schema')!r}, this catml reads schema {SCHEMA}"
        )
    stated = header.pop("digest", None)
    digests = {name: _digest(raw) for name, raw in members.items()}
    if stated != _header_digest(header) or digests != header["members"]:
        raise _RefusedError("its content was altered after it was saved")
    return header, members


def _featurizer(raw: bytes) -> SiteTransformer:
    import skops.io

    untrusted = set(skops.io.get_untrusted_types(data=raw)) - set(TRUSTED_TYPES)
    if untrusted:
        raise _RefusedError(f"it holds types that are not trusted: {', '.join(sorted(untrusted))}")
    featurizer = skops.io.loads(raw, trusted=list(TRUSTED_TYPES))
    if not isinstance(featurizer, SiteTransformer):
        raise _RefusedError("its featurizer is something else")
    return featurizer


def _domain_values(domain: ApplicabilityDomain) -> dict[str, Any]:
    sets = {name: getattr(domain, name) for name in _SETS}
    values: dict[str, Any] = {
        name: None if known is None else sorted(known) for name, known in sets.items()
    }
    return values | {"limit": domain.limit}


def _domain(values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> ApplicabilityDomain:
    sets: dict[str, Any] = {
        name: None if values[name] is None else frozenset(values[name]) for name in _SETS
    }
    return ApplicabilityDomain(
        **sets,
        scaling=scaling_of(arrays),
        reference=np.asarray(arrays["reference"], dtype=np.float64),
        limit=float(values["limit"]),
    )


def _pack(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **dict(arrays))  # type: ignore[arg-type]
    return buffer.getvalue()


def _unpack(raw: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _header_digest(header: Mapping[str, Any]) -> str:
    return _digest(json.dumps(header, sort_keys=True).encode())
