"""The several names that one surface may have."""

import re

from catml.structures.surface import Surface

_TERMS = re.compile(r"([A-Z][a-z]?[0-9]*)([A-Z][a-z]?[0-9]*)")


def spellings(surface: Surface) -> tuple[str, ...]:
    """Return all names of a surface, its own first.

    The two elements of an ordered alloy or compound stand in either order, and the default
    termination is written or left out.

    Examples
    --------
    >>> spellings(Surface("NiPt3(100)"))
    ('NiPt3(100)', 'NiPt3(100):Pt', 'Pt3Ni(100)', 'Pt3Ni(100):Pt')
    >>> spellings(Surface("AuCu(001)"))
    ('AuCu(001)', 'AuCu(001):Au', 'CuAu(001):Au')
    """
    label = surface.termination_labels[surface.termination_index]
    bare = surface.name.partition(":")[0]
    names = [surface.name]
    for base in (bare, _swapped(surface, bare)):
        labels = Surface(base, crystal=surface.crystal).termination_labels
        names += [base] * (label == labels[0]) + [f"{base}:{label}"] * (len(labels) > 1)
    return tuple(dict.fromkeys(names))


def _swapped(surface: Surface, bare: str) -> str:
    """The name with the elements of the bulk's formula the other way round, where there are two.

    Not below layers on an alloy XY: the terminations of those are numbered by its first element.
    """
    match = _TERMS.fullmatch(surface.bulk)
    if match is None or surface.crystal is not None or (surface.coats and "3" not in surface.bulk):
        return bare
    return bare.replace(surface.bulk, match[2] + match[1], 1)
