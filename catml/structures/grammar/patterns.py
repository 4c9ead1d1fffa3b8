"""What surfaces of one family share: their pattern, with elements written as letters.

``Cu3Zr@Cu(100)`` and ``Pt3Ti@Pt(100)`` have the pattern ``A3B@A(100)``. Equal elements become
equal letters, so a pattern has the distinct sites of every surface written with it.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from catml.structures.bulk.prototypes import PROTOTYPES

if TYPE_CHECKING:
    from catml.structures.surface import Surface

# Written in brackets where the number of indices and the formula leave a choice.
_UNUSUAL = ("A2", "B2", "B1")


@lru_cache(maxsize=65536)
def elements_of(surface: "Surface") -> tuple[str, ...]:
    """Return the elements that the letters A, B, C ... of a surface's pattern stand for.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> elements_of(Surface("Pt1/Cu(111)"))
    ('Cu', 'Pt')
    """
    single = surface.guest if surface.modification == "single-atom" else None
    written = (*surface.species, *(coat.main for coat in surface.coats), single)
    return tuple(dict.fromkeys(element for element in written if element is not None))


def pattern_of(surface: "Surface") -> str:
    """Return the name of a surface's pattern: its own name for a crystal from a file.

    A surface with mixtures is not to be asked for one.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> pattern_of(Surface("Cu3Zr@Cu(100)"))
    'A3B@A(100)'
    >>> pattern_of(Surface("Pt3Ni(100):NiPt"))
    'A3B(100):2'
    """
    if surface.crystal is not None:
        return surface.name
    letters = {element: chr(ord("A") + k) for k, element in enumerate(elements_of(surface))}
    prototype = PROTOTYPES[surface.prototype]
    bulk = "".join(
        letters[element] + (str(count) if count > 1 else "")
        for element, count in zip(surface.species, prototype.ratio, strict=True)
    )
    if prototype.name in _UNUSUAL:
        bulk += f"[{prototype.label}]"
    if surface.modification == "single-atom" and surface.guest is not None:
        bulk = f"{letters[surface.guest]}1/{bulk}"
    for place, coat in reversed(list(enumerate(surface.coats))):
        bulk += f"{'-' if place else '@'}{letters[coat.main]}"
    termination = surface.termination_index
    return f"{bulk}({surface.facet})" + (f":{termination + 1}" if termination else "")
