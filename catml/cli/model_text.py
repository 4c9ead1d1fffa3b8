"""What a model file states of itself, as text for a terminal."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from catml.models.regressors.names import IN_WORDS

_WIDTH = 100
_LABEL = 12
_SPLITS = {
    "composition": "set of elements",
    "host": "host metal",
    "element": "element",
    "family": "kind of surface",
    "facet": "facet",
}
_DOMAIN = {
    "elements": "elements",
    "hosts": "hosts",
    "families": "families",
    "facets": "facets",
    "kinds": "site kinds",
}


def model_text(stated: Mapping[str, Any]) -> str:
    """Return the description of `catml.models.files.persistence.describe_model` as text."""
    from catml.models.intervals.conformal import IN_WORDS as INTERVALS

    training, model = stated["training"], stated["model"]
    regressor = IN_WORDS.get(training["regressor"], training["regressor"])
    lines = [
        f"{stated['file']}: adsorption energies of {model['adsorbate']}, reference "
        f"{training['reference']}, functional {training['functional']}"
    ]
    lines += _entry("Learned by", [f"{regressor}; {_descriptors(stated)}"])
    lines += _entry("Trained on", _training(training))
    for name, title in _DOMAIN.items():
        values = stated["domain"][name]
        text = "not stated by all rows" if values is None else ", ".join(values)
        lines += _entry("Domain" if name == "elements" else "", [f"{title}: {text}"])
    lines += _entry("Held out", _scores(stated["scores"]))
    kind = INTERVALS[model["intervals"]]
    lines += _entry("Intervals", [f"{stated['coverage']:.0%}; {kind}"])
    versions = ", ".join(f"{name} {number}" for name, number in stated["packages"].items())
    lines += _entry(
        "Saved by", [f"catml {stated['catml']} (schema {stated['schema']}), {versions}"]
    )
    lines += _entry("File", [f"{stated['bytes'] / 1e6:.2f} MB, SHA-256 {stated['sha256']}"])
    return "\n".join(lines)


def _descriptors(stated: Mapping[str, Any]) -> str:
    prior = stated["model"].get("prior")
    kind = stated["training"]["descriptors"]
    said = f"descriptors: {kind} ({stated['n_features']} columns)"
    return said if prior is None else f"{said}; prior: {prior}"


def _training(training: Mapping[str, Any]) -> list[str]:
    sources = ", ".join(f"{n} of {key}" for key, n in training["sources"].items())
    told = [f"{training['n_rows']} rows" + (f": {sources}" if sources else "")]
    told += [
        f"{offset['source']} moved from {offset['from']} to {offset['to']} by "
        f"{offset['offset_ev']:+.3f} ± {offset['standard_error_ev']:.3f} eV"
        for offset in training["alignment"]
    ]
    told.append(f"SHA-256 of the rows {training['checksum']}")
    return told


def _scores(scores: Iterable[Mapping[str, Any]]) -> list[str]:
    told = [
        "errors in eV of training rows predicted without all rows of the same",
        f"{'':18s}{'MAE':>7s}{'RMSE':>7s}{'median':>8s}{'rows':>8s}{'groups':>8s}",
    ]
    for score in scores:
        told.append(
            f"{_SPLITS.get(score['split'], score['split']):18s}{score['mae_ev']:7.3f}"
            f"{score['rmse_ev']:7.3f}{score['median_ev']:8.3f}{score['n_rows']:8d}"
            f"{score['n_groups']:8d}"
        )
    return told


def _entry(label: str, told: Iterable[str]) -> list[str]:
    """A label and its lines, the long ones broken."""
    width = _WIDTH - _LABEL
    broken: list[str] = []
    for text in told:
        broken += textwrap.wrap(text, width) if len(text) > width else [text]
    heads = [label, *[""] * (len(broken) - 1)]
    return [f"{head:{_LABEL}s}{text}" for head, text in zip(heads, broken, strict=True)]
