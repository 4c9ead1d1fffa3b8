"""The three zones around an adsorption site, and the text they are written in.

A zone maps elements to counts and is written ``Cu:2 Pd:1`` (sorted by symbol, empty text for an
empty zone). The zones of a site are

``site_atoms``
    the binding atoms,
``same_layer``
    their nearest neighbours that lie no more than one atomic radius below them,
``sublayer``
    their nearest neighbours that lie deeper than that.

A dataset may carry nothing but zones; every site of every slab has them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ase.data import atomic_numbers

from catml.errors import SurfaceError

Zone = tuple[tuple[str, int], ...]

_TERM = re.compile(r"([A-Z][a-z]?):([1-9][0-9]*)")


@dataclass(frozen=True)
class SiteEnvironment:
    """Elements of the three zones of one site.

    Attributes
    ----------
    site_atoms, same_layer, sublayer : tuple of (str, int)
        Element and number of atoms, sorted by symbol; binding atoms stand in the first zone only.

    Examples
    --------
    >>> SiteEnvironment((("Cu", 1),), (("Cu", 4), ("Pd", 2)), (("Cu", 3),)).text()
    ('Cu:1', 'Cu:4 Pd:2', 'Cu:3')
    """

    site_atoms: Zone
    same_layer: Zone
    sublayer: Zone

    def text(self) -> tuple[str, str, str]:
        """Return the three zones as text, as tables hold them."""
        return (
            format_zone(dict(self.site_atoms)),
            format_zone(dict(self.same_layer)),
            format_zone(dict(self.sublayer)),
        )


def parse_zone(text: str) -> dict[str, int]:
    """Return the elements and counts of a zone written as text.

    Raises
    ------
    SurfaceError
        If a term is not ``Element:count``, the element does not exist, or it occurs twice.

    Examples
    --------
    >>> parse_zone("Cu:2 Pd:1")
    {'Cu': 2, 'Pd': 1}
    >>> parse_zone("")
    {}
    """
    zone: dict[str, int] = {}
    for term in text.split():
        match = _TERM.fullmatch(term)
        if match is None or match[1] not in atomic_numbers:
            raise SurfaceError(
                f"Zone {text!r} has the term {term!r}, which is not an element and a positive "
                "count: write zones like 'Cu:2 Pd:1', or leave them empty."
            )
        if match[1] in zone:
            raise SurfaceError(
                f"Zone {text!r} names {match[1]} twice: add its counts up into one term."
            )
        zone[match[1]] = int(match[2])
    return zone


def format_zone(counts: Mapping[str, int]) -> str:
    """Return a zone as text, elements sorted by symbol, elements without atoms left out.

    Raises
    ------
    SurfaceError
        If an element does not exist or a count is negative.

    Examples
    --------
    >>> format_zone({"Pd": 1, "Cu": 2})
    'Cu:2 Pd:1'
    """
    for element, count in counts.items():
        if element not in atomic_numbers or count < 0:
            raise SurfaceError(
                f"A zone cannot hold {element!r}: {count!r}; it maps element symbols to counts "
                "of zero or more atoms."
            )
    return " ".join(f"{element}:{counts[element]}" for element in sorted(counts) if counts[element])


def count_elements(symbols: Iterable[str]) -> Zone:
    """Return the elements among `symbols` with their counts, sorted by symbol.

    Examples
    --------
    >>> count_elements(["Pd", "Cu", "Cu"])
    (('Cu', 2), ('Pd', 1))
    """
    counts: dict[str, int] = {}
    for symbol in symbols:
        counts[symbol] = counts.get(symbol, 0) + 1
    return tuple(sorted(counts.items()))
