"""Reading surface names: from text to the parts of a surface, or one clear message.

The grammar is described in `catml.structures.surface`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

from catml.errors import SurfaceError
from catml.structures.formulas import Bulk, fitting_prototypes, is_pure, read_bulk, read_element
from catml.structures.prototypes import (
    PROTOTYPES,
    Prototype,
    ground_state,
    overlayer_prototype,
    prototype_of_label,
)

_NAME = re.compile(r"(?P<body>[^():]+)\((?P<facet>[^():]*)\)(?::(?P<termination>[^:]+))?")
_EXAMPLES = (
    "Pt(111), Ru(0001), Pt3Ni(111), Pt3Ni(100):Pt, Ni@Cu(100), Cu-Ni@Cu(100), "
    "Cu3Zr@Cu(100), Pt1/Cu(111)"
)


@dataclass(frozen=True)
class SurfaceParts:
    """What a surface name says; see the attributes of `catml.structures.surface.Surface`."""

    name: str
    bulk: str
    species: tuple[str, ...]
    prototype: Prototype
    miller: tuple[int, ...]
    facet: str
    modification: str = "none"
    top: str | None = None
    second: str | None = None
    single: str | None = None
    termination: str | None = None


@dataclass(frozen=True)
class _Body:
    """The name's part before the facet; `template` has ``{}`` where the prototype goes."""

    bulk: Bulk
    template: str
    modification: str = "none"
    top: str | None = None
    second: str | None = None
    single: str | None = None


@lru_cache(maxsize=65536)
def parse_name(text: str) -> SurfaceParts:
    """Return the parts of a surface name.

    Raises
    ------
    SurfaceError
        If the text is no surface name, or names a surface that cannot exist.

    Examples
    --------
    >>> parse_name("Pt3Ni[L12] (111)").name
    'Pt3Ni(111)'
    """
    match = _NAME.fullmatch("".join(text.split()))
    if match is None:
        raise SurfaceError(_unreadable(text))
    body = _read_body(match["body"])
    miller = _read_facet(match["facet"], text)
    prototype, inferred = _find_prototype(body, miller)
    _check_facet(body, prototype, miller)
    facet = "".join(str(index) for index in miller)
    label = "" if prototype is inferred else f"[{prototype.label}]"
    suffix = f":{match['termination']}" if match["termination"] else ""
    return SurfaceParts(
        name=f"{body.template.format(label)}({facet}){suffix}",
        bulk=body.bulk.formula,
        species=body.bulk.species,
        prototype=prototype,
        miller=miller,
        facet=facet,
        modification=body.modification,
        top=body.top,
        second=body.second,
        single=body.single,
        termination=match["termination"],
    )


def _unreadable(text: str) -> str:
    if not text.strip():
        return f"The surface name is empty. Write one such as {_EXAMPLES}."
    if "(" not in text:
        return (
            f"The surface name {text!r} has no facet. Write the Miller indices in round brackets, "
            f"such as {text.strip()}(111)."
        )
    return f"Cannot read the surface name {text!r}. Write one such as {_EXAMPLES}."


def _read_body(body: str) -> _Body:
    if body.count("@") + body.count("/") > 1 or body.count("-") > body.count("@"):
        raise SurfaceError(f"Cannot read the surface {body!r}. Write one such as {_EXAMPLES}.")
    if "/" in body:
        return _read_single_atom(body)
    if "@" not in body:
        return _Body(bulk := read_bulk(body), f"{bulk.formula}{{}}")
    core, top = body.split("@")
    top = read_element(top, f"The top layer in {body!r}")
    if "-" in core:
        return _read_near_surface(core, top)
    bulk = _read_metal_bulk(core, body)
    if bulk.species == (top,):
        raise SurfaceError(is_pure(body, top))
    kind = "overlayer" if len(bulk.species) == 1 else "skin"
    return _Body(bulk, f"{bulk.formula}{{}}@{top}", kind, top=top)


def _read_metal_bulk(text: str, body: str) -> Bulk:
    """The bulk of a modified surface."""
    bulk = read_bulk(text)
    if bulk.is_compound:
        raise SurfaceError(
            f"{body!r} changes the surface of the compound {bulk.formula}; only layers and atoms "
            f"of metals can be exchanged. Write {bulk.formula} and its facet, such as "
            f"{bulk.formula}(hkl)."
        )
    return bulk


def _read_near_surface(core: str, top: str) -> _Body:
    outer, inner = core.split("-")
    bulk = read_bulk(outer)
    body = f"{core}@{top}"
    second = read_element(inner, f"The second layer in {body!r}")
    if len(bulk.species) > 1 or bulk.species[0] != top:
        raise SurfaceError(
            f"The near-surface alloy {body!r} has {bulk.formula} as its bulk and {top} as its top "
            "layer; both must be the same metal, as in Cu-Ni@Cu."
        )
    if second == top:
        raise SurfaceError(is_pure(body, top))
    return _Body(bulk, f"{bulk.formula}{{}}-{second}@{top}", "near-surface", top=top, second=second)


def _read_single_atom(body: str) -> _Body:
    guest, host = body.split("/")
    bulk = _read_metal_bulk(host, body)
    if not guest.endswith("1"):
        raise SurfaceError(
            f"Cannot read {guest!r} in {body!r}: a single atom is written with a 1, "
            f"such as Pt1/{bulk.formula}."
        )
    single = read_element(guest[:-1], f"The single atom in {body!r}")
    if len(bulk.species) > 1:
        raise SurfaceError(
            f"The host of the single atom in {body!r} is the alloy {bulk.formula}; "
            "only a pure metal can be a host, such as Pt1/Cu."
        )
    if bulk.species == (single,):
        raise SurfaceError(is_pure(body, single))
    return _Body(bulk, f"{single}1/{bulk.formula}{{}}", "single-atom", single=single)


def _read_facet(text: str, name: str) -> tuple[int, ...]:
    if not re.fullmatch(r"(-?[0-9]){3,4}", text.replace(",", "")):
        raise SurfaceError(
            f"Cannot read the facet ({text}) of {name!r}. Write three Miller indices, or four "
            "for hcp, one digit each, such as (111), (1-10), (0001) or (10-10)."
        )
    miller = tuple(int(index) for index in re.findall(r"-?[0-9]", text))
    divisor = gcd(*miller)
    if divisor == 0:
        raise SurfaceError(
            f"The facet ({text}) of {name!r} has only zeros and is no plane. "
            f"Write one such as ({'0001' if len(miller) == 4 else '111'})."
        )
    if divisor > 1:
        reduced = "".join(str(index // divisor) for index in miller)
        raise SurfaceError(
            f"The facet ({text}) of {name!r} has the common factor {divisor}. Write ({reduced})."
        )
    return miller


def _find_prototype(body: _Body, miller: tuple[int, ...]) -> tuple[Prototype, Prototype]:
    """The prototype meant and the one the name would have without brackets."""
    bulk = body.bulk
    fitting = fitting_prototypes(bulk)
    inferred = fitting[0]
    if len(bulk.species) == 1:
        state = ground_state(bulk.species[0])
        if body.modification == "overlayer" and body.top is not None:
            state = overlayer_prototype(body.top, bulk.species[0], len(miller))
        inferred = PROTOTYPES[state]
    elif len(miller) == 4:
        inferred = next((p for p in fitting if p.n_indices == 4), inferred)
    if bulk.label is None:
        return inferred, inferred
    written = prototype_of_label(bulk.label)
    if written not in fitting:
        allowed = " or ".join(f"[{prototype.label}]" for prototype in fitting)
        raise SurfaceError(
            f"The prototype [{bulk.label}] does not fit the formula {bulk.formula}. "
            f"Allowed is {allowed}, or none for {inferred.name}."
        )
    return written, inferred


def _check_facet(body: _Body, prototype: Prototype, miller: tuple[int, ...]) -> None:
    """Check that the indices are as many as the prototype takes, and belong together."""
    facet = "".join(str(index) for index in miller)
    if len(miller) != prototype.n_indices:
        wanted, example = ("four", "0001") if prototype.n_indices == 4 else ("three", "111")
        fitting = fitting_prototypes(body.bulk)
        other = next((p for p in fitting if p.n_indices == len(miller)), None)
        hint = ""
        if other is not None and len(body.bulk.species) == 1:
            label = f"[{other.label}]"
            hint = f", or {body.template.format(label)}({facet}) to model it as {other.nickname}"
        elif other is not None:
            hint = f", or {body.template.format('')}({facet}) to model it as {other.name}"
        raise SurfaceError(
            f"({facet}) is no facet of {body.bulk.formula} in the prototype {prototype.name} "
            f"({prototype.nickname}), which takes {wanted} Miller indices. "
            f"Write {body.template.format('')}({example}){hint}."
        )
    if len(miller) == 4 and sum(miller[:3]) != 0:
        h, k = miller[:2]
        raise SurfaceError(
            f"The four indices of ({facet}) do not belong together: the third must be "
            f"-(h+k) = {-(h + k)}. Write ({h}{k}{-(h + k)}{miller[3]})."
        )
