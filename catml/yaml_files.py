"""Reading YAML written by people: safely, against a schema, with messages that help.

Plain YAML takes the last of two equal keys without a word and reads an unquoted ``0001`` as the
number 1. The first is refused on reading; the second by the schema, which converts nothing.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from catml.errors import CatmlError


class Section(BaseModel):
    """A mapping in a file: no unknown keys, no silent conversion, no NaN, no later change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


_Schema = TypeVar("_Schema", bound=Section)


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


def check_schema(
    schema: type[_Schema], content: dict[str, Any], *, name: str, error: type[CatmlError], what: str
) -> _Schema:
    """Return the content of a file as its schema.

    Parameters
    ----------
    schema
        What the file may say.
    content
        What it says.
    name, what
        The file and its kind, for messages.
    error
        The `CatmlError` subclass to raise.

    Raises
    ------
    CatmlError
        As `error`: every problem on a line of its own, with the key, what was found, and what is
        allowed.
    """
    try:
        return schema.model_validate(content)
    except ValidationError as problems:
        lines = [_one_line(problem, schema) for problem in problems.errors()]
        raise error(f"{name!r} is not a usable {what}:\n  " + "\n  ".join(lines)) from None


def _one_line(problem: Any, schema: type[BaseModel]) -> str:
    """Turn a schema problem into: key, what was found, what is allowed."""
    key = ".".join(str(part) for part in problem["loc"]) or "the file"
    kind, found, context = problem["type"], problem["input"], problem.get("ctx", {})
    shown = "" if isinstance(found, (dict, list, BaseModel)) else f"{found!r} "
    if kind == "missing":
        return f"{key}: is missing; it must be given"
    if kind == "extra_forbidden":
        allowed = _keys_beside(problem["loc"], schema)
        close = difflib.get_close_matches(str(problem["loc"][-1]), allowed, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        known = f" Allowed here: {', '.join(allowed)}" if allowed else ""
        return f"{key}: is not a key catml knows{hint}{known}"
    if kind == "string_type" and isinstance(found, int):
        return f"{key}: {found!r} is read as a number; put it in quotes, as in '{found}'"
    if kind == "value_error":
        return f"{key}: {shown}{context['error']}"
    allowed_text = problem["msg"][0].lower() + problem["msg"][1:]
    return f"{key}: {shown or 'what is given '}is not allowed; {allowed_text}"


def _keys_beside(location: tuple[str | int, ...], schema: type[BaseModel]) -> list[str]:
    """Return the keys allowed where an unknown key was found; none where that is not plain."""
    section = schema
    for part in location[:-1]:
        field = section.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type):
            return []
        section = field.annotation
    return list(section.model_fields)
