"""Reading surface names: from text to the parts of a surface, or one clear message.

The grammar is described in `catml.structures.surface`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

from catml.errors import SurfaceError
from catml.structures.bulk.crystals import Crystal
from catml.structures.bulk.prototypes import (
    PROTOTYPES,
    Prototype,
    ground_state,
    overlayer_prototype,
    prototype_of_label,
)
from catml.structures.grammar.bodies import EXAMPLES, Body, Modification, read_body
from catml.structures.grammar.formulas import fitting_prototypes
from catml.structures.grammar.mixtures import Mixture

_NAME = re.compile(r"(?P<body>[^():]+)\((?P<facet>[^():]*)\)(?::(?P<termination>[^:]+))?")
# Hyphens and dashes of several lengths and the minus sign; a bar above a digit.
_MINUS = re.compile("[\u2010-\u2015\u2212]")
_BARRED = re.compile("([0-9])[\u0304\u0305]")
_ELEMENT = re.compile("[A-Z][a-z]?")

# Alloys of two metals neither of which is the majority.
_EQUAL_SHARES = ("L1_0", "B2")


@dataclass(frozen=True)
class SurfaceParts:
    """What a surface name says; see the attributes of `catml.structures.surface.Surface`."""

    name: str
    bulk: str
    species: tuple[str, ...]
    prototype: Prototype | Crystal
    miller: tuple[int, ...]
    facet: str
    modification: Modification
    coats: tuple[Mixture, ...] = ()
    solution: Mixture | None = None
    single: str | None = None
    termination: str | None = None

    @property
    def host(self) -> str:
        """The metal that the surface mainly shows."""
        shown = self.coats[0] if self.coats else self.solution
        if shown is not None:
            return shown.by_share[0]
        return min(self.species) if self.prototype.name in _EQUAL_SHARES else self.species[0]

    @property
    def guest(self) -> str | None:
        """The other element, if there is one."""
        if self.single:
            return self.single
        layers = [*(coat.by_share for coat in self.coats), self.species]
        return next((symbol for layer in layers for symbol in layer if symbol != self.host), None)


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
    match = _NAME.fullmatch(plain_text(text))
    if match is None:
        raise SurfaceError(_unreadable(text))
    body = read_body(match["body"])
    miller = read_facet(match["facet"], text)
    prototype, inferred = _find_prototype(body, miller)
    _check_facet(body, prototype, miller)
    facet = "".join(str(index) for index in miller)
    label = "" if prototype is inferred else f"[{prototype.label}]"
    termination = sorted_label(match["termination"])
    suffix = f":{termination}" if termination else ""
    return SurfaceParts(
        name=f"{body.spelled(label)}({facet}){suffix}",
        bulk=body.bulk.formula,
        species=body.bulk.species,
        prototype=prototype,
        miller=miller,
        facet=facet,
        modification=body.modification,
        coats=body.coats,
        solution=body.bulk.mixture,
        single=body.single,
        termination=termination,
    )


def plain_text(text: str) -> str:
    """Return a name as it is typed: without spaces, subscripts, long dashes and barred digits.

    Examples
    --------
    >>> plain_text("Pt\u2083Ni (1\u0304 1 1)")
    'Pt3Ni(-111)'
    """
    typed = _MINUS.sub("-", unicodedata.normalize("NFKC", "".join(text.split())))
    return _BARRED.sub(r"-\1", typed)


def sorted_label(termination: str | None) -> str | None:
    """Return a termination's label with its elements in the order of the alphabet.

    Examples
    --------
    >>> sorted_label("PtNi"), sorted_label("RuO-2"), sorted_label(None)
    ('NiPt', 'ORu-2', None)
    """
    if termination is None:
        return None
    elements, dash, number = termination.partition("-")
    symbols = _ELEMENT.findall(elements)
    return "".join(sorted(symbols)) + dash + number if "".join(symbols) == elements else termination


def _unreadable(text: str) -> str:
    if not text.strip():
        return f"The surface name is empty. Write one such as {EXAMPLES}."
    if "(" not in text:
        return (
            f"The surface name {text!r} has no facet. Write the Miller indices in round brackets, "
            f"such as {text.strip()}(111)."
        )
    return f"Cannot read the surface name {text!r}. Write one such as {EXAMPLES}."


def read_facet(text: str, name: str) -> tuple[int, ...]:
    """Return the Miller indices that a facet writes; `name` is the whole name, for messages.

    Raises
    ------
    SurfaceError
        If they cannot be read, are all zero, or have a common factor.
    """
    comma = "," if "," in text else ""
    if not re.fullmatch(rf"-?[0-9](?:{comma}-?[0-9]){{2,3}}", text):
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


def _find_prototype(body: Body, miller: tuple[int, ...]) -> tuple[Prototype, Prototype]:
    """The prototype meant and the one the name would have without brackets."""
    bulk = body.bulk
    fitting = fitting_prototypes(bulk)
    inferred = fitting[0]
    if bulk.is_one_lattice:
        state = ground_state(bulk.species[0])
        if body.coats:
            state = overlayer_prototype(body.coats[0].main, bulk.species[0], len(miller))
        inferred = PROTOTYPES[state]
    elif len(miller) == 4:
        inferred = next((p for p in fitting if p.n_indices == 4), inferred)
    if bulk.label is None:
        return inferred, inferred
    written = prototype_of_label(bulk.label)
    if written not in fitting:
        allowed = " or ".join(
            f"[{prototype.label}] ({prototype.nickname})" for prototype in fitting
        )
        own = " A crystal from a file has its own label: give the file with it (Surface.from_bulk, "
        own = "" if written else f"{own}or --bulk on the command line)."
        raise SurfaceError(
            f"The prototype [{bulk.label}] does not fit the formula {bulk.formula}. "
            f"Allowed is {allowed}, or none for {inferred.name}.{own}"
        )
    return written, inferred


def _check_facet(body: Body, prototype: Prototype, miller: tuple[int, ...]) -> None:
    """Check that the indices are as many as the prototype takes, and belong together."""
    facet = "".join(str(index) for index in miller)
    if len(miller) != prototype.n_indices:
        wanted, example = (
            ("four", _as_four(miller)) if prototype.n_indices == 4 else ("three", "111")
        )
        fitting = fitting_prototypes(body.bulk)
        other = next((p for p in fitting if p.n_indices == len(miller)), None)
        hint = ""
        if other is not None:
            label = f"[{other.label}]" if body.bulk.is_one_lattice else ""
            kind = other.nickname if body.bulk.is_one_lattice else other.name
            hint = f", or {body.spelled(label)}({facet}) to model it as {kind}"
        elif body.bulk.is_compound:
            hint = "; a crystal of another structure is given to Surface.from_bulk (--bulk)"
        # Of X3Y the number of indices says the prototype.
        keeps = body.bulk.label and body.bulk.ratio != (3, 1)
        written = f"[{body.bulk.label}]" if keeps else ""
        raise SurfaceError(
            f"({facet}) is no facet of {body.bulk.formula} in the prototype {prototype.name} "
            f"({prototype.nickname}), which takes {wanted} Miller indices. "
            f"Write {body.spelled(written)}({example}){hint}."
        )
    check_indices(miller)


def _as_four(miller: tuple[int, ...]) -> str:
    """The facet of a hexagonal cell that three indices mean; 111 is that of an fcc cell."""
    h, k, last = miller
    return "0001" if miller == (1, 1, 1) else f"{h}{k}{-(h + k)}{last}"


def check_indices(miller: tuple[int, ...]) -> None:
    """Raise SurfaceError if the third of four Miller indices does not fit the first two."""
    if len(miller) == 4 and sum(miller[:3]) != 0:
        facet = "".join(str(index) for index in miller)
        h, k = miller[:2]
        raise SurfaceError(
            f"The four indices of ({facet}) do not belong together: the third must be "
            f"-(h+k) = {-(h + k)}. Write ({h}{k}{-(h + k)}{miller[3]})."
        )
