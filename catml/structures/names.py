"""Reading surface names: from text to the parts of a surface, or one clear message.

The grammar is described in `catml.structures.surface`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

from catml.errors import SurfaceError
from catml.structures.prototypes import (
    PROTOTYPES,
    Prototype,
    ground_state,
    metals,
    overlayer_prototype,
    prototype_of_label,
    prototypes_for,
)

_NAME = re.compile(r"(?P<body>[^():]+)\((?P<facet>[^():]*)\)(?::(?P<termination>[^:]+))?")
_BULK = re.compile(r"(?P<formula>[A-Za-z0-9]+)(?:\[(?P<label>[^\[\]]*)\])?")
_TERM = re.compile(r"([A-Z][a-z]?)([0-9]*)")
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
class _Bulk:
    formula: str
    species: tuple[str, ...]
    ratio: tuple[int, ...]
    label: str | None


@dataclass(frozen=True)
class _Body:
    """The name's part before the facet; `template` has ``{}`` where the prototype goes."""

    bulk: _Bulk
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
        return _Body(bulk := _read_bulk(body), f"{bulk.formula}{{}}")
    core, top = body.split("@")
    top = _read_element(top, f"The top layer in {body!r}")
    if "-" in core:
        return _read_near_surface(core, top)
    bulk = _read_bulk(core)
    if bulk.species == (top,):
        raise SurfaceError(_is_pure(body, top))
    kind = "overlayer" if len(bulk.species) == 1 else "skin"
    return _Body(bulk, f"{bulk.formula}{{}}@{top}", kind, top=top)


def _read_near_surface(core: str, top: str) -> _Body:
    outer, inner = core.split("-")
    bulk = _read_bulk(outer)
    body = f"{core}@{top}"
    second = _read_element(inner, f"The second layer in {body!r}")
    if len(bulk.species) > 1 or bulk.species[0] != top:
        raise SurfaceError(
            f"The near-surface alloy {body!r} has {bulk.formula} as its bulk and {top} as its top "
            "layer; both must be the same metal, as in Cu-Ni@Cu."
        )
    if second == top:
        raise SurfaceError(_is_pure(body, top))
    return _Body(bulk, f"{bulk.formula}{{}}-{second}@{top}", "near-surface", top=top, second=second)


def _read_single_atom(body: str) -> _Body:
    guest, host = body.split("/")
    bulk = _read_bulk(host)
    if not guest.endswith("1"):
        raise SurfaceError(
            f"Cannot read {guest!r} in {body!r}: a single atom is written with a 1, "
            f"such as Pt1/{bulk.formula}."
        )
    single = _read_element(guest[:-1], f"The single atom in {body!r}")
    if len(bulk.species) > 1:
        raise SurfaceError(
            f"The host of the single atom in {body!r} is the alloy {bulk.formula}; "
            "only a pure metal can be a host, such as Pt1/Cu."
        )
    if bulk.species == (single,):
        raise SurfaceError(_is_pure(body, single))
    return _Body(bulk, f"{single}1/{bulk.formula}{{}}", "single-atom", single=single)


def _is_pure(body: str, element: str) -> str:
    return (
        f"{body!r} is nothing but {element}. Write it as the pure metal, {element} and its facet, "
        f"such as {element}(hkl)."
    )


def _read_element(text: str, what: str) -> str:
    if not re.fullmatch(r"[A-Z][a-z]?", text):
        raise SurfaceError(f"{what} must be one element symbol, such as Cu; got {text!r}.")
    _check_metals((text,))
    return text


def _check_metals(elements: tuple[str, ...]) -> None:
    from ase.data import atomic_numbers

    for element in elements:
        if element not in atomic_numbers or element == "X":
            raise SurfaceError(
                f"Unknown element {element!r} in a surface name. "
                "Use the symbols of the periodic table, such as Pt."
            )
        if element not in metals():
            raise SurfaceError(
                f"{element} cannot make up a surface: it is a non-metal or has no known crystal. "
                "Surfaces are of metals and semimetals; give adsorbates separately."
            )


def _read_bulk(text: str) -> _Bulk:
    match = _BULK.fullmatch(text)
    terms = _TERM.findall(match["formula"]) if match else []
    if match is None or "".join(symbol + number for symbol, number in terms) != match["formula"]:
        raise SurfaceError(
            f"Cannot read the bulk {text!r}. Write a formula of element symbols such as "
            "Pt, Pt3Ni or CuAu, and a prototype in square brackets where needed, such as Ru[A1]."
        )
    formula = match["formula"]
    elements = tuple(symbol for symbol, _ in terms)
    _check_metals(elements)
    counts = tuple(int(number) if number else 1 for _, number in terms)
    if len(elements) > 1 and len(set(elements)) < len(elements) == 2:
        raise SurfaceError(_is_pure(formula, elements[0]))
    allowed = (counts in {(1,), (1, 1), (3, 1), (1, 3)}) and "1" not in formula
    if not allowed:
        raise SurfaceError(
            f"No prototype for the formula {formula!r}. Allowed are a metal X (A1, A2, A3), "
            "X3Y (L1_2) and XY (L1_0, B2), such as Pt, Pt3Ni and CuAu."
        )
    if counts == (1, 3):
        elements, counts = elements[::-1], (3, 1)
    return _Bulk(formula, elements, counts, match["label"])


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
    fitting = prototypes_for(bulk.ratio)
    inferred = fitting[0]
    if len(bulk.species) == 1:
        state = ground_state(bulk.species[0])
        if body.modification == "overlayer" and body.top is not None:
            state = overlayer_prototype(body.top, bulk.species[0], len(miller))
        inferred = PROTOTYPES[state]
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
    facet = "".join(str(index) for index in miller)
    metal = f"{body.bulk.formula} in the prototype {prototype.name} ({prototype.nickname})"
    if len(miller) != prototype.n_indices:
        if prototype.n_indices == 4:
            raise SurfaceError(
                f"({facet}) is no facet of {metal}, which takes four Miller indices. Write "
                f"{body.template.format('')}(0001), or {body.template.format('[A1]')}({facet}) "
                "to model it as fcc."
            )
        hint = f", or {body.template.format('[A3]')}({facet}) to model it as hcp"
        raise SurfaceError(
            f"({facet}) is no facet of {metal}, which takes three Miller indices. "
            f"Write {body.template.format('')}(111)"
            + (hint if len(body.bulk.species) == 1 else "")
            + "."
        )
    if len(miller) == 4 and sum(miller[:3]) != 0:
        h, k = miller[:2]
        raise SurfaceError(
            f"The four indices of ({facet}) do not belong together: the third must be "
            f"-(h+k) = {-(h + k)}. Write ({h}{k}{-(h + k)}{miller[3]})."
        )
