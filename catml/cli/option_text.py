"""Options written as text, as on the command line."""

import re
from collections.abc import Sequence

from catml.errors import CatmlError, DescriptorError, SurfaceError

_MOST_ATOMS = 1_000_000
_NUMBERS_FOLLOW = ("--size", "--strain", "--atom")


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


def read_atoms(texts: Sequence[str] | None) -> list[int] | None:
    """Return atom numbers: each text is one, as ``7``, or several, as ``0-3,7``.

    None where none is written.

    Raises
    ------
    DescriptorError
        If a text is neither.

    Examples
    --------
    >>> read_atoms(["0-3,7", "12"])
    [0, 1, 2, 3, 7, 12]
    """
    if texts is None:
        return None
    numbers: list[int] = []
    for part in ",".join(texts).split(","):
        match = re.fullmatch(r"\s*(-?\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", part)
        if match is None:
            raise DescriptorError(
                f"{part.strip()!r} is no number of an atom: write one as 7, counted from 0, or "
                "several as 0-3,7"
            )
        first = int(match[1])
        last = first if match[2] is None else int(match[2])
        if last < first or last - first > _MOST_ATOMS:
            raise DescriptorError(
                f"the range of atoms {part.strip()!r} is empty or too long; write the lower number "
                "first, as 0-3"
            )
        numbers += range(first, last + 1)
    return numbers


def read_pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """Return what was written as ``name=value``, any number of times.

    Raises
    ------
    CatmlError
        If a text is no such pair; `option` is what the message calls it.

    Examples
    --------
    >>> read_pairs(["layers=5", "note=a=b"], "--set")
    {'layers': '5', 'note': 'a=b'}
    """
    for text in texts:
        if "=" not in text:
            raise CatmlError(f"{option} {text!r} is no pair; write it as name=value")
    return dict(text.split("=", 1) for text in texts)


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
