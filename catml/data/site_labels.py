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
) -> tuple[Mapping[str, Any] | None, str]:
    """Return the one site a label means, or None and the reason why there is not one.

    Parameters
    ----------
    sites
        All distinct sites of one surface, as rows of the site table.
    label
        The parsed label.
    letters
        Elements that letters in the label stand for.
    """
    fitting = [site for site in sites if site["site_kind"] == label.kind]
    if label.subtype:
        fitting = [site for site in fitting if site["site_subtype"] == label.subtype]
    if label.atoms:
        wanted = format_zone(Counter(letters.get(atom, atom) for atom in label.atoms))
        fitting = [site for site in fitting if site["site_atoms"] == wanted]
    if label.below:
        element = letters.get(label.below, label.below)
        fitting = [site for site in fitting if _atom_below_bridge(site, sites) == element]
    if len(fitting) == 1:
        return fitting[0], ""
    if not fitting:
        return None, "the surface has no site of this label"
    return None, f"the label fits {len(fitting)} distinct sites of the surface"


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
