"""What counts as a whole number, a number or a positive one where a caller gives it."""

from math import isfinite
from numbers import Integral, Real
from typing import TypeGuard


def is_count(value: object) -> TypeGuard[int]:
    """Say whether a value is a whole number, which True and 2.0 are not.

    Examples
    --------
    >>> is_count(2), is_count(2.0), is_count(True)
    (True, False, False)
    """
    return not isinstance(value, bool) and isinstance(value, Integral)


def is_number(value: object) -> TypeGuard[float]:
    """Say whether a value is a finite number, which True and NaN are not."""
    return not isinstance(value, bool) and isinstance(value, Real) and isfinite(value)


def is_positive(value: object) -> TypeGuard[float]:
    """Say whether a value is a finite number above zero, as lengths and energies are."""
    return is_number(value) and value > 0
