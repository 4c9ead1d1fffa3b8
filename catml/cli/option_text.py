"""Options of a slab written as text, as on the command line."""

import re
from collections.abc import Sequence

from catml.errors import SurfaceError

_NUMBERS_FOLLOW = ("--size", "--strain")


def read_size(text: str | None) -> list[int] | list[list[int]] | None:
    """Return a supercell: repeats as ``2x3``, or the rows of a matrix as ``1 1; -1 2``.

    None where none is written.

    Raises
    ------
    SurfaceError
        If the text is neither.

    Examples
    --------
    >>> read_size("2x3"), read_size("1 1; -1 2")
    ([2, 3], [[1, 1], [-1, 2]])
    """
    if text is None:
        return None
    if ";" in text:
        parts = [row.replace(",", " ").split() for row in text.split(";")]
    else:
        parts = [text.lower().split("x")]
    try:
        rows = [[int(number) for number in row] for row in parts]
    except ValueError:
        rows = []
    if [len(row) for row in rows] not in ([2], [2, 2]):
        raise SurfaceError(
            f"The size {text!r} is not a supercell: write repeats as 2x2, or the new cell vectors "
            'in surface cells as "1 1; -1 2".'
        )
    return rows if ";" in text else rows[0]


def read_strain(text: str) -> float | list[float]:
    """Return a strain: a fraction as ``0.02``, or two, along x and y, as ``0.02,-0.01``.

    Raises
    ------
    SurfaceError
        If the text is neither.

    Examples
    --------
    >>> read_strain("0.02"), read_strain("0.02, -0.01")
    (0.02, [0.02, -0.01])
    """
    try:
        values = [float(value) for value in text.replace(",", " ").split()]
    except ValueError:
        values = []
    if len(values) not in (1, 2):
        raise SurfaceError(
            f"The strain {text!r} is no number: write a fraction as 0.02, or two (along x and "
            "along y) as 0.02,-0.01."
        )
    return values if len(values) == 2 else values[0]


def joined_negatives(arguments: Sequence[str]) -> list[str]:
    """Return command-line arguments with values such as ``-0.02,0`` joined to their option.

    Standing alone, whatever begins with a hyphen and is not just a number is read as an option.

    Examples
    --------
    >>> joined_negatives(["--strain", "-0.02,0", "-o", "a.cif"])
    ['--strain=-0.02,0', '-o', 'a.cif']
    """
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in _NUMBERS_FOLLOW and re.match(r"-[0-9.]", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined
