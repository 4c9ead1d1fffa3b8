"""Element symbols in surface names: which exist, and which may make up a surface."""

import re
from collections.abc import Iterable

from catml.errors import SurfaceError
from catml.structures.bulk.prototypes import metals


def check_elements(elements: Iterable[str]) -> None:
    """Raise SurfaceError if one of the symbols is not in the periodic table."""
    from ase.data import atomic_numbers

    for element in elements:
        if element not in atomic_numbers or element == "X":
            raise SurfaceError(
                f"Unknown element {element!r} in a surface name. "
                "Use the symbols of the periodic table, such as Pt."
            )


def check_metal(element: str, what: str) -> None:
    """Raise SurfaceError if the symbol is not that of a metal; `what` begins the message."""
    check_elements([element])
    if element not in metals():
        raise SurfaceError(
            f"{what} cannot be {element}: it is a non-metal or has no known crystal. "
            "Take a metal or semimetal, such as Cu; give adsorbates separately."
        )


def read_metal(text: str, what: str) -> str:
    """Return the symbol of a metal; `what` begins the message if the text is none.

    Raises
    ------
    SurfaceError
        If the text is no element symbol, or not that of a metal or semimetal.
    """
    if not re.fullmatch(r"[A-Z][a-z]?", text):
        raise SurfaceError(f"{what} must be one element symbol, such as Cu; got {text!r}.")
    check_metal(text, what)
    return text


def pure_metal_refusal(text: str, element: str) -> str:
    """Return the message for a name that writes a pure metal as an alloy."""
    return (
        f"{text!r} is nothing but {element}. Write it as the pure metal, {element} and its facet, "
        f"such as {element}(hkl)."
    )
