import contextlib
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catml.descriptors.featurizers import make_featurizer
from catml.errors import WorkflowError
from catml.models.priors.names import PRIOR_NAMES
from catml.models.regressors.names import REGRESSOR_NAMES
from catml.resources import shipped_folder
from catml.workflow.config import ModelSection, WorkflowConfig, check_config, load_config
from catml.workflow.reporting import _DESCRIPTORS


def workflow(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "title": "A small screening",
        "reaction": "co2_reduction",
        "candidates": {
            "families": ["pure", "skin"],
            "hosts": ["Cu", "Pt"],
            "guests": ["Zr"],
            "facets": ["100"],
        },
    }
    for path, value in changes.items():
        *sections, key = path.split("__")
        place = content
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = value
    return content


def test_the_shipped_workflows_are_usable() -> None:
    shipped = sorted(shipped_folder("workflows").glob("*.yaml"))
    assert {path.stem for path in shipped} >= {"co2_reduction", "ammonia_synthesis"}
    assert all(load_config(path).title for path in shipped)


def test_what_is_not_said_has_a_stated_default() -> None:
    config = check_config(workflow())
    assert config.validation.splits == ("random", "composition")
    assert config.model.regressor in ("gaussian_process", "xgboost")


def test_every_regressor_has_its_name_in_a_workflow() -> None:
    for name in REGRESSOR_NAMES:
        assert check_config(workflow(model__regressor=name)).model.regressor == name


@pytest.mark.parametrize("kind", get_args(ModelSection.model_fields["descriptors"].annotation))
def test_every_kind_of_descriptors_of_a_workflow_is_one_the_report_can_name(kind: str) -> None:
    assert make_featurizer(kind).get_params() == {"kind": kind}
    assert _DESCRIPTORS[kind]


def test_every_prior_has_its_name_in_a_workflow() -> None:
    assert check_config(workflow()).model.prior is None
    for name in PRIOR_NAMES:
        assert check_config(workflow(model__prior=name)).model.prior == name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"titel": "x"}, r"titel: is not a key catml knows; did you mean 'title'\?"),
        ({"candidates__host": ["Cu"]}, r"candidates.host: is not a key .* did you mean 'hosts'\?"),
        (
            {"model__seed": "one"},
            r"model.seed: 'one' is not allowed; input should be a valid integer",
        ),
        (
            {"model__seed": -1},
            "model.seed: -1 is not allowed; input should be greater than or equal to 0",
        ),
        (
            {"model__regressor": "magic"},
            "model.regressor: 'magic' is not allowed; input should be 'gaussian_pro",
        ),
        ({"candidates__hosts": ["Cu", "Xx"]}, "candidates: hosts holds 'Xx'; allowed are Ac, Ag"),
        (
            {"candidates__hosts": "Cu"},
            "candidates.hosts: 'Cu' is not allowed; input should be a va",
        ),
        ({"candidates__hosts": []}, "candidates: hosts is empty; give at least one value"),
        ({"candidates__hosts": ["Cu", "Cu"]}, "names Cu more than once"),
        ({"candidates__facets": [100]}, "candidates.facets.0: 100 is read as a number; put it in"),
        ({"candidates__facets": ["9x9"]}, "candidates: facets holds '9x9'.*Allowed are"),
        ({"candidates__families": ["foam"]}, "candidates: families holds 'foam'; allowed are pure"),
        ({"candidates__guests": []}, "candidates: guests is empty"),
        ({"candidates__surfaces": ["Ru(111)"]}, r"candidates: surfaces holds 'Ru\(111\)'.*0001"),
        ({"validation__splits": ["random"]}, "a random split alone flatters"),
        ({"validation__folds": 1}, "validation.folds: 1 is not allowed; input should be greater"),
        (
            {"ranking__samples": 10**9},
            "ranking.samples: 1000000000 is not allowed; input should be less",
        ),
        (
            {"candidates": None},
            "candidates: None is not allowed; input should be a valid dictionary",
        ),
    ],
)
def test_a_wrong_entry_is_named_with_its_value_and_what_is_allowed(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(WorkflowError, match=said):
        check_config(workflow(**changes))


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(WorkflowError) as refusal:
        check_config(workflow(model__seed="one", report__shortlist=0, title=None))
    assert str(refusal.value).count("\n") == 3


KEYS = [*WorkflowConfig.model_fields, "x"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, "hosts", "facets", "seed"]), inner, max_size=3)
    ),
    max_leaves=8,
)


# On a busy machine drawing documents alone can be slow; that is no fault of theirs.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_mapping_is_accepted_or_refused_with_a_message(content: dict[str, Any]) -> None:
    # Whatever is given, no other error than the one a user is meant to read may come out.
    with contextlib.suppress(WorkflowError):
        assert check_config(workflow() | content).title


def test_a_file_is_named_in_its_message(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("title: x\n")
    with pytest.raises(WorkflowError, match=r"mine.yaml.*\n  reaction: is missing"):
        load_config(tmp_path / "mine.yaml")
