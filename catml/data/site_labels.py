"""Reading other people's site labels, and finding the site of ours they mean.

Tables name sites in words: ``top``, ``fcc``, ``hollow|A_A_B|FCC``. A label is accepted only when
exactly one distinct site of the surface fits it; otherwise the row has no site, and says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catml.data.schema import ZONES
from catml.structures.environment import format_zone, parse_zone
from catml.structures.surface import Surface

_KINDS = {
    "top": ("ontop", ""),
    "ontop": ("ontop", ""),
    "atop": ("ontop", ""),
    "bridge": ("bridge", ""),
    "longbridge": ("bridge", "long"),
    "shortbridge": ("bridge", "short"),
    "hollow": ("hollow", ""),
    "fcc": ("hollow", "fcc"),
    "hcp": ("hollow", "hcp"),
    "4fold": ("hollow", "4fold"),
    "fourfold": ("hollow", "4fold"),
}
_WORDS = ", ".join((*_KINDS, "hollow|A_A_B|FCC", "bridge|A_A|B", "top|A"))


@dataclass(frozen=True)
class SiteLabel:
    """What a label says about a site.

    Attributes
    ----------
    kind
        "ontop", "bridge" or "hollow".
    subtype
        "fcc", "hcp", "4fold", "long" or "short"; empty when the label does not say.
    atoms
        The binding atoms, as element symbols or as the letters A and B; empty when not said.
    below
        For a bridge, the closest atom of the second layer, as a symbol or a letter.
    """

    kind: str
    subtype: str = ""
    atoms: tuple[str, ...] = ()
    below: str = ""


def known_labels() -> str:
    """Return the words a label may use, for messages."""
    return _WORDS


def parse_site_label(text: str) -> SiteLabel | None:
    """Return what a site label says, or None when it is not understood.

    The three-part form is that of Catalysis-Hub: kind, binding atoms, and fcc or hcp for a
    hollow, the closest second-layer atom for a bridge (doi:10.1038/s41597-019-0081-y).

    Examples
    --------
    >>> parse_site_label("hollow|A_A_B|FCC")
    SiteLabel(kind='hollow', subtype='fcc', atoms=('A', 'A', 'B'), below='')
    >>> parse_site_label("4-fold").subtype
    '4fold'
    """
    first, *rest = [part.strip() for part in text.split("|")]
    kind, subtype = _KINDS.get(re.sub(r"[\s_-]", "", first).lower(), ("", ""))
    if not kind or len(rest) > 2:
        return None
    atoms = tuple(rest[0].split("_")) if rest and rest[0] else ()
    last = rest[1] if len(rest) == 2 else ""
    if kind == "hollow" and last.lower() in ("fcc", "hcp"):
        return SiteLabel(kind, last.lower(), atoms)
    if kind == "bridge" and last:
        return SiteLabel(kind, subtype, atoms, last)
    return None if last else SiteLabel(kind, subtype, atoms)


def letter_elements(surface: Surface) -> dict[str, str]:
    """Return the elements that the letters A and B stand for on a surface.

    In the bimetallic tables that use them, A is the majority element of an A3B alloy and the
    alphabetically first of an AB alloy (doi:10.1038/s41597-019-0080-z).

    Examples
    --------
    >>> letter_elements(Surface("Pt3Ni(111)"))
    {'A': 'Pt', 'B': 'Ni'}
    """
    first = surface.host
    others = [element for element in surface.elements if element != first]
    return {"A": first, **({"B": others[0]} if len(others) == 1 else {})}


def choose_site(
    sites: Sequence[Mapping[str, Any]], label: SiteLabel, letters: Mapping[str, str]
) -> tuple[dict[str, Any] | None, str]:
    """Return the one site a label means, or None and the reason why there is not one.

    Parameters
    ----------
    sites
        All distinct sites of one surface, as rows of the site table.
    label
        The parsed label.
    letters
        Elements that letters in the label stand for.

    Returns
    -------
    site
        A row of `sites`. Where several distinct sites fit that agree in all three zones, their
        common row, with empty id and subtype unless they agree in these too.
    reason
        Empty when there is a site.
    """
    fitting = [site for site in sites if site["site_kind"] == label.kind]
    if label.atoms:
        wanted = format_zone(Counter(letters.get(atom, atom) for atom in label.atoms))
        fitting = [site for site in fitting if site["site_atoms"] == wanted]
    if label.subtype:
        fitting = _of_subtype(fitting, label.subtype)
    if label.below:
        fitting = _above(fitting, sites, letters.get(label.below, label.below))
    if not fitting:
        return None, "the surface has no site of this label"
    if len({tuple(site[zone] for zone in ZONES) for site in fitting}) > 1:
        return None, f"the label fits {len(fitting)} distinct sites of the surface"
    common = dict(fitting[0])
    for name in ("site", "site_subtype"):
        if len({site[name] for site in fitting}) > 1:
            common[name] = ""
    return common, ""


def _of_subtype(sites: Sequence[Mapping[str, Any]], subtype: str) -> list[Mapping[str, Any]]:
    """Return the sites of a subtype; for fcc and hcp, where there is none, those between.

    On a strained close-packed surface fcc and hcp hollows approach each other until, on the (110)
    facet of a bcc lattice, they are the same "3fold" hollow.
    """
    exact = [site for site in sites if site["site_subtype"] == subtype]
    if exact or subtype not in ("fcc", "hcp"):
        return exact
    return [site for site in sites if site["site_subtype"] == "3fold"]


def _above(
    bridges: Sequence[Mapping[str, Any]], sites: Sequence[Mapping[str, Any]], element: str
) -> list[Mapping[str, Any]]:
    """Return the bridges above a second-layer atom of an element.

    Bridges whose zones do not tell which atom that is are kept: on a bcc lattice two second-layer
    atoms are equally close.
    """
    below = [_atom_below_bridge(site, sites) for site in bridges]
    return [site for site, found in zip(bridges, below, strict=True) if found in ("", element)]


def _atom_below_bridge(bridge: Mapping[str, Any], sites: Sequence[Mapping[str, Any]]) -> str:
    """Return the second-layer element both atoms of a bridge touch, empty if that is not one.

    Neighbours below the two binding atoms, taken one by one, count a shared atom twice; the
    bridge's own zone counts it once. The difference is the shared atom.
    """
    below: Counter[str] = Counter()
    for element, number in parse_zone(bridge["site_atoms"]).items():
        zones = {
            site["sublayer"]
            for site in sites
            if site["site_kind"] == "ontop" and site["site_atoms"] == f"{element}:1"
        }
        if len(zones) != 1:
            return ""
        for neighbor, count in parse_zone(zones.pop()).items():
            below[neighbor] += number * count
    shared = below - Counter(parse_zone(bridge["sublayer"]))
    return next(iter(shared)) if shared.total() == 1 else ""
