"""Candidate spaces: every surface that structure families, hosts, guests and facets span.

=================  =========================  ==============================================
family             names, host H, guest G     what it is
=================  =========================  ==============================================
``pure``           ``H(111)``                 the host alone
``skin``           ``H3G@H(111)``             ordered alloy whose top layer is pure host
``overlayer``      ``G@H(111)``               one layer of host on the guest
``near-surface``   ``H-G@H(111)``             one layer of guest below the top layer
``single-atom``    ``G1/H(111)``              one guest atom in the top layer
``ordered-alloy``  ``H3G(111)``, ``GH(101)``  L1_2 with the host as majority, and L1_0
=================  =========================  ==============================================

Where guest and host are the same metal the pure surface stands. Ordered alloys come with all
their terminations, except that a termination by the host alone is left to the skins, where these
are asked for too: ``H3G(100):H`` and ``H3G@H(100)`` are one structure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from catml.errors import SurfaceError, WorkflowError
from catml.structures.bulk.prototypes import metals
from catml.structures.surface import Surface

FAMILIES = ("pure", "skin", "overlayer", "near-surface", "single-atom", "ordered-alloy")
KEYS = ("families", "hosts", "guests", "facets", "exclude_elements", "surfaces")

_PATTERNS = {
    "skin": "{host}3{guest}@{host}",
    "overlayer": "{guest}@{host}",
    "near-surface": "{host}-{guest}@{host}",
    "single-atom": "{guest}1/{host}",
}
# In its two-atom tetragonal cell; others are open facets that nobody means by the same digits
# of a cubic metal.
_TETRAGONAL_FACETS = ("101", "001", "100", "110")
_FACET = re.compile(r"(-?\d){3,4}")


@dataclass(frozen=True, eq=False)
class CandidateSpace:
    """The surfaces of a candidate space, and what was left out of it.

    Attributes
    ----------
    surfaces
        Names, sorted, each once.
    skipped
        What the mapping asked for and no surface fits: `family`, `facet`, `reason`, `count` (of
        combinations), `example`.
    """

    surfaces: tuple[str, ...]
    skipped: pd.DataFrame


def candidate_space(space: Mapping[str, Sequence[str]]) -> CandidateSpace:
    """Return the surfaces that a mapping of families, hosts, guests and facets spans.

    Parameters
    ----------
    space
        ``families`` (see `FAMILIES`), ``hosts``, ``facets``; ``guests`` unless all families are
        pure; optional ``exclude_elements``, taken out of hosts and guests; optional ``surfaces``,
        names to be added as they are (with them alone the others may be left out).

    Raises
    ------
    WorkflowError
        Naming the key, the value and what is allowed; also when nothing is left.

    Examples
    --------
    >>> space = {"families": ["pure", "overlayer"], "hosts": ["Cu", "Ru"], "guests": ["Cu", "Ni"],
    ...          "facets": ["111"]}
    >>> candidates = candidate_space(space)
    >>> candidates.surfaces
    ('Cu(111)', 'Cu@Ru(111)', 'Ni@Cu(111)', 'Ni@Ru(111)')
    >>> candidates.skipped[["family", "facet", "count", "example"]].values.tolist()
    [['pure', '111', 1, 'Ru(111)']]
    """
    checked = check_space(space)
    names = {Surface(name).name for name in checked["surfaces"]}
    skipped: dict[tuple[str, str, str], list[str]] = {}
    for family, facet, body in _combinations(checked):
        name = f"{body}({facet})"
        try:
            surface = Surface(name)
        except SurfaceError as problem:
            reason = _facet_reason(facet, str(problem))
        else:
            reason = _other_name_reason(surface)
        if reason:
            skipped.setdefault((family, facet, reason), []).append(name)
        elif family == "ordered-alloy":
            terminations = surface.terminations()
            if "skin" in checked["families"] and surface.prototype == "L1_2":
                terminations = [t for t in terminations if t.termination != surface.host]
            names.update(termination.name for termination in terminations)
        else:
            names.add(surface.name)
    if not names:
        raise WorkflowError(
            "the candidate space holds no surface: no facet of "
            f"{', '.join(checked['facets'])} fits the lattices of {', '.join(checked['hosts'])}; "
            "add facets (0001 for hcp metals)"
        )
    rows = [(*key, len(found), min(found)) for key, found in sorted(skipped.items())]
    table = pd.DataFrame(rows, columns=["family", "facet", "reason", "count", "example"])
    return CandidateSpace(tuple(sorted(names)), table)


def _combinations(space: Mapping[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield family, facet and the name's part before the facet, each combination once."""
    seen: set[tuple[str, str, str]] = set()
    for family, facet, host in product(space["families"], space["facets"], space["hosts"]):
        for guest in [host] if family == "pure" else space["guests"]:
            for body in _bodies(family, host, guest):
                key = ("pure" if host == guest else family, facet, body)
                if key not in seen:
                    seen.add(key)
                    yield key


def _bodies(family: str, host: str, guest: str) -> tuple[str, ...]:
    if host == guest:
        return (host,)
    if family == "ordered-alloy":
        return (f"{host}3{guest}", "".join(sorted((host, guest))))
    return (_PATTERNS[family].format(host=host, guest=guest),)


def _facet_reason(facet: str, problem: str) -> str:
    """Say why the name is no surface, in words that many names share."""
    indices = len(facet.replace("-", ""))
    if "Miller indices" not in problem:
        return problem
    if indices == 3:
        return "the lattice is hexagonal; its facets have four Miller indices, like 0001"
    return "the lattice is cubic or tetragonal; its facets have three Miller indices, like 111"


def _other_name_reason(surface: Surface) -> str:
    """Say why a surface that exists is left out under this name; empty when it stays."""
    if surface.prototype == "L1_0":
        if surface.facet not in _TETRAGONAL_FACETS:
            allowed = ", ".join(_TETRAGONAL_FACETS)
            return f"of the tetragonal L1_0 cell only {allowed} are screened"
        return ""
    if surface.prototype == "A3":
        return ""
    usual = "".join(map(str, sorted((abs(index) for index in surface.miller), reverse=True)))
    if surface.facet != usual:
        return f"on a cubic lattice this is the facet {usual}"
    return ""


def check_space(space: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the lists of a candidate space, checked, without excluded elements.

    Raises
    ------
    WorkflowError
        As `candidate_space`, of which this is the part that builds nothing.
    """
    unknown = sorted(set(space) - set(KEYS))
    if unknown:
        raise WorkflowError(
            f"candidates: {unknown[0]!r} is not a key; allowed are {', '.join(KEYS)}"
        )
    lists = {key: _list_of_text(space, key) for key in KEYS}
    _check_members(lists, "families", FAMILIES)
    for key in ("hosts", "guests", "exclude_elements"):
        _check_members(lists, key, sorted(metals()))
    for facet in lists["facets"]:
        _check_facet(facet)
    for name in lists["surfaces"]:
        _check_surface(name)
    excluded = set(lists.pop("exclude_elements"))
    for key in ("hosts", "guests"):
        lists[key] = [element for element in lists[key] if element not in excluded]
    _check_complete(lists, hint=" after exclude_elements" if excluded else "")
    return lists


def _check_complete(lists: Mapping[str, Sequence[str]], *, hint: str) -> None:
    """Check that every list needed for a product has members; surfaces alone need none."""
    if lists["surfaces"] and not any(lists[key] for key in ("families", "hosts", "facets")):
        return
    needed = ["families", "hosts", "facets"]
    if set(lists["families"]) != {"pure"}:
        needed.append("guests")
    for key in needed:
        if not lists[key]:
            note = hint if key in {"hosts", "guests"} else ""
            raise WorkflowError(f"candidates: {key} is empty{note}; give at least one value")


def _list_of_text(space: Mapping[str, Sequence[str]], key: str) -> list[str]:
    value = space.get(key, ())
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise WorkflowError(f"candidates: {key} is {value!r}; it must be a list")
    for entry in value:
        if not isinstance(entry, str):
            raise WorkflowError(
                f"candidates: {key} holds {entry!r}, which is not text; put it in quotes"
            )
    return list(dict.fromkeys(value))


def _check_members(lists: Mapping[str, Sequence[str]], key: str, allowed: Sequence[str]) -> None:
    for entry in lists[key]:
        if entry not in allowed:
            raise WorkflowError(
                f"candidates: {key} holds {entry!r}; allowed are {', '.join(allowed)}"
            )


def _check_surface(name: str) -> None:
    try:
        Surface(name)
    except SurfaceError as problem:
        raise WorkflowError(f"candidates: surfaces holds {name!r}: {problem}") from None


def _check_facet(facet: str) -> None:
    """Check that a facet is a plane, apart from which lattices have it."""
    metal = "Ru[A3]" if len(facet.replace("-", "")) == 4 else "Cu[A1]"
    try:
        if not _FACET.fullmatch(facet):
            raise SurfaceError("it is no Miller indices")
        Surface(f"{metal}({facet})")
    except SurfaceError as problem:
        raise WorkflowError(
            f"candidates: facets holds {facet!r}: {problem} Allowed are Miller indices such as "
            "'111', '100', '211', and '0001' for hcp"
        ) from None
