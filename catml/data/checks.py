"""Checking a table against the schema: every problem is found, none stops the search.

A problem names the row, the column, the value and what is allowed, so that a user can repair the
source without running anything twice.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

import pandas as pd

from catml.data.references import canonical_reference, is_balanced
from catml.data.schema import COLUMNS, ZONES, Column, Problem, Status
from catml.errors import CatmlError

_ELEMENT = re.compile(r"[A-Z][a-z]?")
_BINDING_ATOMS = {"ontop": (1, 1), "bridge": (2, 2), "hollow": (3, 99)}

RowRule: TypeAlias = Callable[..., tuple[str, str] | None]
"""Judges some cells of a row: None, or the column that is wrong and what it may hold."""
RowRules: TypeAlias = tuple[tuple[tuple[str, ...], RowRule], ...]
"""Rules with the columns each of them is given."""


def find_problems(
    cells: pd.DataFrame,
    *,
    row_numbers: Sequence[int] | None = None,
    columns: Sequence[Column] = COLUMNS,
    rules: RowRules | None = None,
) -> list[Problem]:
    """Return every problem of a table, ordered by row.

    Parameters
    ----------
    cells
        The table as text cells, missing ones empty (`catml.data.table_files.read_text_table`).
    row_numbers
        What the source calls each row; by default the first row below the header is row 2.
    columns, rules
        The schema: columns, of which ``row`` is the key, and rules that join cells of one row; by
        default that of adsorption tables.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"row": "a-1", "adsorbate": "CO", "energy_ev": "-0.5x", "reference": "CO(g)",
    ...        "functional": "RPBE", "status": "ok", "elements": "Cu", "source": "a",
    ...        "site_atoms": "Cu:1"}
    >>> for problem in find_problems(pd.DataFrame([row])):
    ...     print(problem)
    row 2, column 'energy_ev': '-0.5x'; allowed: a number from -20 to 20 eV
    """
    numbers = list(row_numbers) if row_numbers is not None else list(range(2, len(cells) + 2))
    names = [declared.name for declared in columns]
    problems = _header_problems(cells, columns, names)
    for declared in columns:
        if declared.name in cells:
            problems += _cell_problems(cells[declared.name], declared, numbers)
    if not any(problem.row == 0 and problem.value == "missing" for problem in problems):
        problems += _repeated_keys(cells["row"], numbers)
        problems += _row_problems(cells, numbers, _ADSORPTION_RULES if rules is None else rules)
    places = {name: place for place, name in enumerate(names)}
    return sorted(
        problems, key=lambda problem: (problem.row, places.get(problem.column, len(names)))
    )


def _header_problems(
    cells: pd.DataFrame, columns: Sequence[Column], names: list[str]
) -> list[Problem]:
    problems = [
        Problem(0, declared.name, "missing", f"a column with {declared.allowed_text()}")
        for declared in columns
        if declared.required and declared.name not in cells
    ]
    for name in cells.columns:
        if name not in names:
            close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.6)
            hint = f"a column of the schema{f', perhaps {close[0]!r}' if close else ''}"
            problems.append(Problem(0, str(name), "unknown column", hint))
    return problems


def _cell_problems(values: pd.Series, declared: Column, numbers: list[int]) -> list[Problem]:
    verdicts = {value: _is_allowed(value, declared) for value in values.unique()}
    bad = [
        (number, value)
        for number, value in zip(numbers, values, strict=True)
        if not verdicts[value]
    ]
    allowed = declared.allowed_text()
    return [Problem(number, declared.name, value or "empty", allowed) for number, value in bad]


def _is_allowed(value: str, declared: Column) -> bool:
    if value == "":
        return not declared.required
    if value != value.strip():
        return False
    if declared.allowed:
        return value in declared.allowed
    if declared.is_number:
        return _is_number(value, declared)
    try:
        return _FORMAT_CHECKS[declared.format](value)
    except CatmlError:
        return False


def _is_number(value: str, declared: Column) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    low = -math.inf if declared.minimum is None else declared.minimum
    high = math.inf if declared.maximum is None else declared.maximum
    return math.isfinite(number) and low <= number <= high


def _is_element(value: str) -> bool:
    from ase.data import atomic_numbers

    return _ELEMENT.fullmatch(value) is not None and value in atomic_numbers and value != "X"


def _is_elements(value: str) -> bool:
    symbols = value.split("-")
    return symbols == sorted(set(symbols)) and all(map(_is_element, symbols))


def _is_zone(value: str) -> bool:
    from catml.structures.environment import format_zone, parse_zone

    zone = parse_zone(value)
    return format_zone(zone) == value and all(map(_is_element, zone))


def _is_surface(value: str) -> bool:
    from catml.structures.surface import Surface

    return Surface(value).name == value


def _is_adsorbate(value: str) -> bool:
    from catml.data.references import adsorbate_atoms

    return all(map(_is_element, adsorbate_atoms(value)))


_FORMAT_CHECKS: dict[str, Callable[[str], bool]] = {
    "text": lambda value: "\n" not in value,
    "zone": _is_zone,
    "surface": _is_surface,
    "element": _is_element,
    "elements": _is_elements,
    "adsorbate": _is_adsorbate,
    "reference": lambda value: canonical_reference(value) == value,
}


def _repeated_keys(keys: pd.Series, numbers: list[int]) -> list[Problem]:
    again = keys.duplicated() & (keys != "")
    return [
        Problem(number, "row", key, "a key no other row of the table has")
        for number, key, repeated in zip(numbers, keys, again, strict=True)
        if repeated
    ]


def _row_problems(cells: pd.DataFrame, numbers: list[int], rules: RowRules) -> list[Problem]:
    """Rules that join cells of one row, each judged once per distinct combination."""
    problems: list[Problem] = []
    for names, rule in rules:
        columns = [cells[name] if name in cells else pd.Series("", cells.index) for name in names]
        verdicts: dict[Hashable, tuple[str, str] | None] = {}
        for number, values in zip(numbers, zip(*columns, strict=True), strict=True):
            if values not in verdicts:
                verdicts[values] = rule(*values)
            verdict = verdicts[values]
            if verdict is not None:
                name, allowed = verdict
                problems.append(
                    Problem(number, name, values[names.index(name)] or "empty", allowed)
                )
    return problems


def _reference_rule(adsorbate: str, reference: str) -> tuple[str, str] | None:
    try:
        balanced = is_balanced(adsorbate, reference)
    except CatmlError:
        return None  # reported with the cell itself
    return None if balanced else ("reference", f"gas species that hold the atoms of {adsorbate}")


def _zone_elements_rule(elements: str, *zones: str) -> tuple[str, str] | None:
    present = set(elements.split("-"))
    for name, zone in zip(ZONES, zones, strict=True):
        if not set(re.findall(r"([A-Z][a-z]?):", zone)) <= present:
            return name, f"elements of the row's elements column, {elements or 'empty'}"
    return None


def _surface_rule(surface: str, elements: str, family: str, host: str) -> tuple[str, str] | None:
    if host and host not in elements.split("-"):
        return "host", f"one of the row's elements, {elements}"
    if not surface:
        return None
    from catml.structures.surface import Surface

    try:
        parsed = Surface(surface)
    except CatmlError:
        return None  # reported with the cell itself
    if "-".join(parsed.elements) != elements:
        return "elements", f"the elements of {surface}, {'-'.join(parsed.elements)}"
    if family and parsed.family != family:
        return "family", f"the family of {surface}, {parsed.family}"
    return None


def _kind_rule(kind: str, zone: str) -> tuple[str, str] | None:
    if kind not in _BINDING_ATOMS or not zone:
        return None
    low, high = _BINDING_ATOMS[kind]
    atoms = sum(int(number) for number in re.findall(r":(\d+)", zone))
    if low <= atoms <= high:
        return None
    wanted = str(low) if low == high else f"at least {low}"
    return "site_atoms", f"{wanted} binding atom{'s' if low > 1 else ''} of {kind} kind"


def _status_rule(status: str, note: str, zone: str) -> tuple[str, str] | None:
    if status == Status.OK:
        return None if zone else ("site_atoms", "binding atoms in a row of status ok, or no-site")
    return None if note else ("status_note", f"the reason of status {status}")


_ADSORPTION_RULES: RowRules = (
    (("adsorbate", "reference"), _reference_rule),
    (("elements", *ZONES), _zone_elements_rule),
    (("surface", "elements", "family", "host"), _surface_rule),
    (("site_kind", "site_atoms"), _kind_rule),
    (("status", "status_note", "site_atoms"), _status_rule),
)
