"""Reading YAML written by people: safely, and refusing what YAML itself lets slip.

Plain YAML takes the last of two equal keys without a word and reads an unquoted ``0001`` as the
number 1. The first is refused here; the second by the schema that receives the value.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from catml.errors import CatmlError


class _StrictLoader(yaml.SafeLoader):
    """`yaml.SafeLoader` that refuses a key given twice in one mapping."""


def _mapping_without_repeats(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is not text", key_node.start_mark
            )
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is given twice", key_node.start_mark
            )
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_repeats
)


def read_yaml_mapping(path: str | Path, *, error: type[CatmlError], what: str) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Parameters
    ----------
    path
        The file.
    error
        The `CatmlError` subclass to raise.
    what
        What the file is, for messages: "workflow file", "reaction file", "data card".

    Raises
    ------
    CatmlError
        As `error`, when the file is missing, unreadable, not text, not YAML, has a key twice, or
        is not a mapping. The message names the line where there is one.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise error(f"{what} {str(file)!r} does not exist; give the path of a YAML file") from None
    except (OSError, UnicodeDecodeError) as reason:
        raise error(f"{what} {str(file)!r} cannot be read as text: {reason}") from None
    try:
        content = yaml.load(text, Loader=_StrictLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as reason:
        raise error(f"{what} {str(file)!r} is not valid YAML: {_where(reason)}") from None
    if not isinstance(content, dict):
        found = "nothing" if content is None else f"a {type(content).__name__}"
        raise error(f"{what} {str(file)!r} holds {found}; it must be a mapping of keys to values")
    return content


def _where(reason: Exception) -> str:
    """Say in one line what the YAML reader disliked, and where."""
    if isinstance(reason, yaml.MarkedYAMLError) and reason.problem_mark is not None:
        mark = reason.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {reason.problem}"
    return str(reason).splitlines()[0] if str(reason) else type(reason).__name__
