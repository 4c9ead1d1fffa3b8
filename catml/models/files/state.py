"""What a model file holds of a regressor: JSON values and numbers; nothing in it can run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True)
class State:
    """A fitted regressor as data.

    Attributes
    ----------
    kind
        One of the keys of the readers in `catml.models.files.states`.
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


def put_under(prefix: str, content: Mapping[str, T]) -> dict[str, T]:
    """The content under names that start with a prefix."""
    return {f"{prefix}-{name}": value for name, value in content.items()}


def taken_from(prefix: str, content: Mapping[str, T]) -> dict[str, T]:
    """The content that `put_under` named with the prefix, under its own names."""
    start = f"{prefix}-"
    return {
        name.removeprefix(start): value for name, value in content.items() if name.startswith(start)
    }
