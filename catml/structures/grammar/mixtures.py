"""Mixtures of elements on one lattice: their fractional formulas, and how many atoms they mean.

A fractional formula such as ``Cu0.75Pd0.25`` gives the share of the places each element takes.
Braces say how: ``{seed=3}`` for another random choice than that of seed 0, ``{ordered}`` for as
few like neighbours as possible (`catml.structures.substitution`), ``{ordered,seed=3}`` for another
arrangement of that kind.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from math import floor

from catml.errors import SurfaceError
from catml.structures.grammar.symbols import check_elements, check_metal, pure_metal_refusal

_TERM = re.compile(r"([A-Z][a-z]?)([0-9]*\.?[0-9]*)")
_OPTIONS = re.compile(r"(?P<ordered>ordered)?(?:(?(ordered),)seed=(?P<seed>[0-9]{1,9}))?", re.ASCII)
_DIGITS = 4


@dataclass(frozen=True)
class Mixture:
    """One element, or several that share the places of a lattice.

    Attributes
    ----------
    elements : tuple of str
        In the order written.
    fractions : tuple of float
        Share of the places each takes; they sum to 1.
    seed : int
        Chooses the arrangement.
    ordered : bool
        Whether the arrangement has as few like neighbours as possible, or is random.

    Examples
    --------
    >>> mixture = read_mixture("Cu0.750Pd0.250", "seed=3")
    >>> mixture.name, mixture.main, mixture.shares
    ('Cu0.75Pd0.25{seed=3}', 'Cu', {'Cu': 0.75, 'Pd': 0.25})
    """

    elements: tuple[str, ...]
    fractions: tuple[float, ...] = (1.0,)
    seed: int = 0
    ordered: bool = False

    @property
    def is_pure(self) -> bool:
        """Whether it is a single element."""
        return len(self.elements) == 1

    @cached_property
    def main(self) -> str:
        """The element with the largest share, the first written of several."""
        return max(self.shares, key=self.shares.__getitem__)

    @cached_property
    def by_share(self) -> tuple[str, ...]:
        """The elements, largest share first, of equal ones the alphabetically first."""
        return tuple(sorted(self.elements, key=lambda element: (-self.shares[element], element)))

    @cached_property
    def shares(self) -> dict[str, float]:
        """The fraction of each element."""
        return dict(zip(self.elements, self.fractions, strict=True))

    @property
    def formula(self) -> str:
        """Elements and fractions, ``Cu0.75Pd0.25``; of a single element its symbol."""
        if self.is_pure:
            return self.elements[0]
        return "".join(
            f"{element}{share:.{_DIGITS}f}".rstrip("0") for element, share in self.shares.items()
        )

    @property
    def options(self) -> str:
        """The braces, empty for a random arrangement with seed 0."""
        words = ["ordered"] * self.ordered + [f"seed={self.seed}"] * (self.seed != 0)
        return f"{{{','.join(words)}}}" if words else ""

    @property
    def name(self) -> str:
        """The mixture as surface names write it, ``Cu0.75Pd0.25{seed=3}``."""
        return self.formula + self.options


@cache
def pure(element: str) -> Mixture:
    """Return the mixture that is a single element."""
    return Mixture((element,))


def read_mixture(formula: str, options: str | None = None) -> Mixture:
    """Return the mixture that a fractional formula writes.

    Parameters
    ----------
    formula : str
        Elements, each with a fraction, ``"Cu0.75Pd0.25"``.
    options : str, optional
        What stands in the braces behind it: ``"seed=3"``, ``"ordered"``, ``"ordered,seed=3"``.

    Raises
    ------
    SurfaceError
        If it is no such formula, or its fractions do not sum to 1.
    """
    terms = _TERM.findall(formula)
    if not terms or "".join(symbol + number for symbol, number in terms) != formula:
        raise SurfaceError(
            f"Cannot read the fractional formula {formula!r}. Write element symbols, each with its "
            "share of the atoms, such as Cu0.75Pd0.25."
        )
    elements = tuple(symbol for symbol, _ in terms)
    check_elements(elements)
    for element in elements:
        check_metal(element, f"An element of {formula!r}")
    repeated = next((element for element in elements if elements.count(element) > 1), None)
    if repeated is not None:
        if set(elements) == {repeated}:
            raise SurfaceError(pure_metal_refusal(formula, repeated))
        raise SurfaceError(f"The formula {formula!r} names {repeated} twice. Write its sum once.")
    shares = [_share(number, element, formula) for element, number in terms]
    if sum(shares) != 1:
        proposal = fractional_formula(dict(zip(elements, map(float, shares), strict=True)))
        raise SurfaceError(
            f"The fractions of {formula!r} sum to {sum(shares)}, not to 1. Give every element's "
            f"share of the atoms" + (f", such as {proposal}." if len(elements) > 1 else ".")
        )
    ordered, seed = _read_options(options, formula)
    return Mixture(elements, tuple(float(share) for share in shares), seed, ordered)


def _share(number: str, element: str, formula: str) -> Decimal:
    share = Decimal(number) if number not in {"", "."} else Decimal(0)
    if not 0 < share < 1 or len(number.rstrip("0").partition(".")[2]) > _DIGITS:
        raise SurfaceError(
            f"The share of {element} in {formula!r} is {number or 'missing'}; it must lie between "
            f"0 and 1 and have at most {_DIGITS} decimals, as in Cu0.75Pd0.25."
        )
    return share


def _read_options(options: str | None, formula: str) -> tuple[bool, int]:
    if options is None:
        return False, 0
    match = _OPTIONS.fullmatch(options)
    if match is None or not options:
        raise SurfaceError(
            f"Cannot read {{{options}}} behind {formula}. Allowed are {{seed=3}} with a whole "
            "number of up to nine digits, {ordered}, and both as {ordered,seed=3}."
        )
    return match["ordered"] is not None, int(match["seed"] or 0)


def fractional_formula(weights: Mapping[str, float]) -> str:
    """Return the fractional formula of elements in these proportions.

    The shares have as few decimals as state them exactly, else two, or four where one is small.

    Examples
    --------
    >>> fractional_formula({"Cu": 75, "Pd": 25}), fractional_formula({"Pt": 1, "Ni": 1, "Cu": 1})
    ('Cu0.75Pd0.25', 'Pt0.34Ni0.33Cu0.33')
    """
    total = sum(weights.values())
    shares = [weight / total for weight in weights.values()]
    digits = next(
        (d for d in range(1, _DIGITS + 1) if all(abs(round(x, d) - x) < 1e-9 for x in shares)),
        2 if min(shares) > 0.01 else _DIGITS,
    )
    counts = [max(count, 1) for count in nearest_counts(shares, 10**digits)]
    counts[counts.index(max(counts))] -= sum(counts) - 10**digits
    shown = tuple(count / 10**digits for count in counts)
    return Mixture(tuple(weights), shown).formula


def nearest_counts(fractions: Sequence[float], n_atoms: int) -> list[int]:
    """Return the whole numbers nearest to the shares of `n_atoms`, which they sum to.

    Where rounding leaves atoms over, those elements get them that are furthest below their share,
    the first of several.

    Examples
    --------
    >>> nearest_counts([0.75, 0.25], 18), nearest_counts([0.5, 0.5], 9)
    ([14, 4], [5, 4])
    """
    wanted = [fraction * n_atoms for fraction in fractions]
    counts = [floor(number + 1e-9) for number in wanted]
    order = sorted(range(len(wanted)), key=lambda k: (round(counts[k] - wanted[k], 9), k))
    for k in order[: n_atoms - sum(counts)]:
        counts[k] += 1
    return counts
