"""Reading what a surface is made of: the part of its name before the facet.

A bulk, and what is changed at its surface: closed layers, from the bulk outwards with the top one
behind the ``@``, or a single atom.
"""

import re
from dataclasses import dataclass
from typing import Literal

from catml.errors import SurfaceError
from catml.structures.grammar.formulas import Bulk, read_bulk
from catml.structures.grammar.mixtures import Mixture, pure, read_mixture
from catml.structures.grammar.symbols import pure_metal_refusal, read_metal

Modification = Literal[
    "none",
    "overlayer",
    "near-surface",
    "skin",
    "single-atom",
    "segregated",
    "solid-solution",
]

EXAMPLES = (
    "Pt(111), Ru(0001), Pt3Ni(111), Pt3Ni(100):Pt, Ni@Cu(100), Cu-Ni@Cu(100), "
    "Cu3Zr@Cu(100), Pt3Ni-Ni@Pt(111), Cu0.75Pd0.25(111), Pt1/Cu(111)"
)

_MIXED = re.compile(r"(?P<formula>[A-Za-z0-9.]*\.[A-Za-z0-9.]*)(?:\{(?P<options>[^{}]*)\})?")
# Hyphens between layers, not those inside braces.
_BETWEEN = re.compile(r"-(?![^{]*\})")
_PLACES = ("top layer", "second layer", "third layer")


@dataclass(frozen=True)
class Body:
    """The part of a surface name before the facet.

    Attributes
    ----------
    bulk : Bulk
        What all lies on.
    coats : tuple of Mixture
        Closed layers that replace those of the bulk, from the top.
    single : str or None
        Element of a single atom in the top layer.
    """

    bulk: Bulk
    coats: tuple[Mixture, ...] = ()
    single: str | None = None

    @property
    def modification(self) -> Modification:
        """What is changed; see `catml.structures.surface.Surface`."""
        if self.single is not None:
            return "single-atom"
        if not self.coats:
            return "none" if self.bulk.mixture is None else "solid-solution"
        if self.bulk.mixture is not None or not all(coat.is_pure for coat in self.coats):
            return "segregated"
        metals = [coat.main for coat in self.coats]
        if len(set(metals)) == 1:
            return "overlayer" if self.bulk.is_one_lattice else "skin"
        if len(metals) == 2 and self.bulk.species == (metals[0],):
            return "near-surface"
        return "segregated"

    def spelled(self, label: str) -> str:
        """Return the canonical spelling with this prototype, brackets included, or none."""
        single = f"{self.single}1/" if self.single else ""
        options = self.bulk.mixture.options if self.bulk.mixture else ""
        text = f"{single}{self.bulk.formula}{label}{options}"
        if not self.coats:
            return text
        buried = "".join(f"-{coat.name}" for coat in reversed(self.coats[1:]))
        return f"{text}{buried}@{self.coats[0].name}"


def read_body(text: str) -> Body:
    """Return what the part of a surface name before the facet says.

    Raises
    ------
    SurfaceError
        If it cannot be read, or says nothing but what a shorter name says.

    Examples
    --------
    >>> body = read_body("Pt3Ni-Pt0.5Ni0.5@Pt")
    >>> [coat.name for coat in body.coats], body.modification
    (['Pt', 'Pt0.5Ni0.5'], 'segregated')
    """
    core, _, top = text.partition("@")
    bulk_text, *buried = _BETWEEN.split(core)
    if text.count("@") + text.count("/") > 1 or (buried and "@" not in text):
        hint = f" The top layer stands behind an @, as in {'-'.join([bulk_text, *buried[:-1]])}"
        hint = f"{hint}@{buried[-1]}." if buried and "@" not in text else ""
        raise SurfaceError(f"Cannot read the surface {text!r}.{hint} Write one such as {EXAMPLES}.")
    if "/" in text:
        return _read_single_atom(text)
    bulk = read_bulk(bulk_text)
    if "@" not in text:
        return Body(bulk)
    _check_changeable(bulk, text)
    layers = [top, *reversed(buried)]
    coats = tuple(_read_coat(layer, place, text) for place, layer in enumerate(layers))
    _check_lowest(bulk, coats, text)
    return Body(bulk, coats)


def _read_coat(layer: str, place: int, text: str) -> Mixture:
    """A layer, counted from 0 at the top."""
    name = _PLACES[place] if place < len(_PLACES) else f"layer {place + 1} from the top"
    what = f"The {name} in {text!r}"
    mixed = _MIXED.fullmatch(layer)
    if mixed is not None:
        return read_mixture(mixed["formula"], mixed["options"])
    if not re.fullmatch(r"[A-Z][a-z]?", layer):
        raise SurfaceError(
            f"{what} must be one element symbol, such as Cu, or a mixture, such as Cu0.75Pd0.25; "
            f"got {layer!r}."
        )
    return pure(read_metal(layer, what))


def _check_lowest(bulk: Bulk, coats: tuple[Mixture, ...], text: str) -> None:
    """Check that the lowest layer is not the bulk itself."""
    lowest = coats[-1]
    if bulk.mixture is not None or bulk.species != (lowest.main,) or not lowest.is_pure:
        return
    if all(coat == lowest for coat in coats):
        raise SurfaceError(pure_metal_refusal(text, lowest.main))
    shorter = Body(bulk, coats[:-1]).spelled(f"[{bulk.label}]" if bulk.label else "")
    raise SurfaceError(
        f"The lowest layer {lowest.name} in {text!r} is the bulk itself. Leave it out: {shorter}."
    )


def _check_changeable(bulk: Bulk, text: str) -> None:
    if bulk.is_compound:
        raise SurfaceError(
            f"{text!r} changes the surface of the compound {bulk.formula}; only layers and atoms "
            f"of metals can be exchanged. Write {bulk.formula} and its facet, such as "
            f"{bulk.formula}(hkl)."
        )


def _read_single_atom(text: str) -> Body:
    guest, host = text.split("/")
    bulk = read_bulk(host)
    _check_changeable(bulk, text)
    if not guest.endswith("1"):
        raise SurfaceError(
            f"Cannot read {guest!r} in {text!r}: a single atom is written with a 1, "
            f"such as Pt1/{bulk.formula}."
        )
    single = read_metal(guest[:-1], f"The single atom in {text!r}")
    if bulk.mixture is not None or bulk.ratio == (1, 1):
        raise SurfaceError(
            f"The host of the single atom in {text!r} is the alloy {bulk.formula}; only a pure "
            "metal and the majority element of X3Y can be a host, such as Pt1/Cu and Pt1/Cu3Zr."
        )
    if single == bulk.species[0]:
        raise SurfaceError(
            pure_metal_refusal(text, single)
            if bulk.is_one_lattice
            else f"The single atom in {text!r} takes the place of a {single} atom and changes "
            f"nothing. Write {bulk.formula}, or a single atom of another element."
        )
    return Body(bulk, single=single)
