"""Which part of the periodic table an element belongs to, as far as adsorption is concerned."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, get_args

from catml.elements.properties import element_symbols, element_value

Block = Literal["s", "early d", "late d", "p", "f"]
BLOCKS: tuple[Block, ...] = get_args(Block)

_LANTHANUM = 57
_LAST_LANTHANIDE = 71


@lru_cache(maxsize=256)
def element_block(symbol: str) -> Block:
    """The block of an element: s, early d, late d, p or f.

    Groups 1 and 2 are s, 3 to 7 early d (up to a half-filled d shell), 8 to 12 late d (zinc,
    cadmium and mercury too, whose filled d shell is theirs), 13 to 18 p. Lanthanum binds like the
    other metals of group 3 and counts as early d; cerium to lutetium are f.

    Examples
    --------
    >>> [element_block(symbol) for symbol in ("Mg", "Mn", "Fe", "Zn", "Al", "La", "Ce")]
    ['s', 'early d', 'late d', 'late d', 'p', 'early d', 'f']
    """
    number = element_value(symbol, "atomic_number")
    if number == _LANTHANUM:
        return "early d"
    if _LANTHANUM < number <= _LAST_LANTHANIDE:
        return "f"
    group = element_value(symbol, "group")
    if group <= 2:
        return "s"
    if group <= 7:
        return "early d"
    return "late d" if group <= 12 else "p"


def blocks_of(symbols: Iterable[str]) -> tuple[str, ...]:
    """The different blocks of some elements, in the order of `BLOCKS`; unknown symbols have none.

    Examples
    --------
    >>> blocks_of(["Pt", "Al", "Cu"])
    ('late d', 'p')
    """
    found = {element_block(symbol) for symbol in symbols if symbol in element_symbols()}
    return tuple(block for block in BLOCKS if block in found)
