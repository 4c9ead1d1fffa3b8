"""Which sites are minima, as plain numbers and back: what a model file holds of them."""

import numpy as np

from catml.models.files.container import RefusedError
from catml.models.files.estimator_files import estimator_bytes, estimator_from
from catml.models.files.state import State
from catml.models.site_survival import SiteSurvival, described_examples

_CLOSE = 1e-6


def state_of_survival(survival: SiteSurvival) -> State:
    """Return the state of what was learned of sites."""
    values = {
        "share": survival.share,
        "facets": sorted(survival.facets),
        "site_kinds": sorted(survival.site_kinds),
    }
    said = survival.classifier.predict_proba(described_examples())
    estimators = {"classifier": estimator_bytes(survival.classifier)}
    return State("boosting", values, {"said": said}, estimators=estimators)


def survival_of(state: State) -> SiteSurvival:
    """Return what `state_of_survival` was given.

    Raises
    ------
    RefusedError
        The classifier says other than when it was saved.
    KeyError, TypeError, ValueError
        The state is not one that `state_of_survival` made.
    """
    examples = described_examples()
    classifier = estimator_from(state.estimators["classifier"], n_features=examples.shape[1])
    if type(classifier).__name__ != "HistGradientBoostingClassifier":
        raise ValueError(f"{type(classifier).__name__} does not tell minima from other sites")
    said = classifier.predict_proba(examples)
    if said.shape != state.arrays["said"].shape or not np.allclose(
        said, state.arrays["said"], rtol=0.0, atol=_CLOSE
    ):
        raise RefusedError("it finds other sites stable than when it was saved")
    return SiteSurvival(
        classifier,
        float(state.values["share"]),
        frozenset(state.values["facets"]),
        frozenset(state.values["site_kinds"]),
    )
