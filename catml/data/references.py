"""Reference species of an adsorption energy: one spelling for each, checked for balance.

An adsorption energy is E(adsorbate on slab) - E(slab) - E(reference). The reference is written as
a sum of gas species, ``CH4(g) - 2 H2(g)``, and must hold exactly the adsorbate's atoms; otherwise
the number is not an adsorption energy of that adsorbate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from catml.errors import DatasetError

_TERM = re.compile(
    r"\s*(?P<sign>[+-]?)\s*(?P<coefficient>\d+(?:/\d+|\.\d+)?)?\s*(?P<species>[A-Z]\w*)\(g\)"
)
_FORMULA = re.compile(r"([A-Z][a-z]?)(\d*)")
_ADSORBATE = re.compile(r"(\d*)((?:[A-Z][a-z]?\d*)+)")
_LARGEST_DENOMINATOR = 12


@lru_cache(maxsize=1024)
def _atoms(formula: str) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for symbol, number in _FORMULA.findall(formula):
        counts[symbol] += int(number or 1)
    return tuple(sorted(counts.items()))


def adsorbate_atoms(adsorbate: str) -> dict[str, int]:
    """Return how many atoms of each element an adsorbate label holds.

    Parameters
    ----------
    adsorbate
        A formula, ``CO`` or ``CH3``; a leading number counts separate fragments, ``2N``.

    Raises
    ------
    DatasetError
        If the label is not of that form.

    Examples
    --------
    >>> adsorbate_atoms("CH3"), adsorbate_atoms("2N")
    ({'C': 1, 'H': 3}, {'N': 2})
    """
    match = _ADSORBATE.fullmatch(adsorbate)
    if match is None:
        raise DatasetError(
            f"adsorbate {adsorbate!r} is not a formula; write it like CO, CH3 or, for two separate "
            "atoms, 2N"
        )
    fragments = int(match[1] or 1)
    return {symbol: fragments * number for symbol, number in _atoms(match[2])}


def parse_reference(text: str) -> dict[str, Fraction]:
    """Return the gas species of a reference and their coefficients.

    Raises
    ------
    DatasetError
        If the text is not a sum of gas species.

    Examples
    --------
    >>> parse_reference("CH4(g) - 2 H2(g)")
    {'CH4': Fraction(1, 1), 'H2': Fraction(-2, 1)}
    """
    species: dict[str, Fraction] = {}
    position = 0
    while position < len(text.rstrip()):
        match = _TERM.match(text, position)
        if match is None or (position > 0 and not match["sign"]):
            raise DatasetError(
                f"reference {text!r} cannot be read; write gas species with their coefficients, "
                "like CO(g), 1/2 N2(g) or CH4(g) - 2 H2(g)"
            )
        number = Fraction(match["coefficient"] or 1)
        signed = -number if match["sign"] == "-" else number
        species[match["species"]] = species.get(match["species"], Fraction(0)) + signed
        position = match.end()
    if not species:
        raise DatasetError("the reference is empty; write gas species, like CO(g) or 1/2 N2(g)")
    return species


def format_reference(species: Mapping[str, Fraction | float | int]) -> str:
    """Write gas species and coefficients in the one spelling catml compares.

    Added species come before subtracted ones, each group by name; halves and thirds are fractions.

    Examples
    --------
    >>> format_reference({"H2": -1.5, "CH4": 1})
    'CH4(g) - 3/2 H2(g)'
    """
    terms = []
    for name, number in species.items():
        value = Fraction(number).limit_denominator(_LARGEST_DENOMINATOR)
        if value:
            terms.append((value < 0, name, abs(value)))
    text = ""
    for negative, name, value in sorted(terms):
        sign = " - " if negative else " + "
        text += sign + ("" if value == 1 else f"{value} ") + f"{name}(g)"
    return "-" + text[3:] if text.startswith(" - ") else text[3:]


def canonical_reference(text: str) -> str:
    """Return a reference in its one spelling.

    Examples
    --------
    >>> canonical_reference("0.5 N2(g)"), canonical_reference("-H2(g) + H2O(g)")
    ('1/2 N2(g)', 'H2O(g) - H2(g)')
    """
    return format_reference(parse_reference(text))


def is_balanced(adsorbate: str, reference: str) -> bool:
    """Say whether a reference holds exactly the atoms of the adsorbate.

    Examples
    --------
    >>> is_balanced("C", "CH4(g) - 2 H2(g)"), is_balanced("C", "CH4(g)")
    (True, False)
    """
    total: dict[str, Fraction] = {}
    for name, coefficient in parse_reference(reference).items():
        for symbol, number in _atoms(name):
            total[symbol] = total.get(symbol, Fraction(0)) + coefficient * number
    held = {symbol: number for symbol, number in total.items() if number}
    return held == {symbol: Fraction(n) for symbol, n in adsorbate_atoms(adsorbate).items()}
