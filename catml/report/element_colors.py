"""Colours of elements that stay apart, also for readers who see fewer colours.

Elements wear the colours chemists know from Jmol, which ASE ships. Several of these are alike:
silver and platinum for everyone, nickel and copper without the cones for green. Where two elements
of one picture would be, the later one takes the colour of Okabe and Ito that stands out most; the
coinage metals, which everyone knows by their own colours, come first, then the alphabet.
"""

from collections.abc import Iterable

import numpy as np
from matplotlib.colors import to_rgb

from catml.report.style import BLUE, GREEN, ORANGE, PURPLE, SKY_BLUE, VERMILLION

Rgb = tuple[float, float, float]

_SPARE = tuple(to_rgb(c) for c in (SKY_BLUE, ORANGE, GREEN, PURPLE, "#F0E442", BLUE, VERMILLION))
_KNOWN_BY_COLOR = ("Cu", "Ag", "Au")
# CIELAB distance; below about 20 two discs apart from each other are easily taken for one colour.
_APART = 20.0
# Linear RGB as seen without the cones for red, green and blue light, doi:10.1109/TVCG.2009.113.
_SEEN = np.array(
    [
        np.eye(3),
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]],
    ]
)  # fmt: skip
# sRGB to CIE XYZ under D65, IEC 61966-2-1.
_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # fmt: skip


def element_colors(symbols: Iterable[str]) -> dict[str, Rgb]:
    """Return a colour for each element, red, green and blue from 0 to 1.

    Parameters
    ----------
    symbols
        Element symbols; repeats do no harm, and the order plays no part.

    Examples
    --------
    >>> sorted(element_colors(["Pt", "Ni", "Pt"]))
    ['Ni', 'Pt']
    """
    colors: dict[str, Rgb] = {}
    for symbol in sorted(set(symbols), key=lambda name: (name not in _KNOWN_BY_COLOR, name)):
        choices = [usual_color(symbol)]
        taken = list(colors.values())
        if taken and least_difference([*choices, *taken], first_only=True) < _APART:
            choices = [spare for spare in _SPARE if spare not in taken] or choices
        colors[symbol] = max(
            choices, key=lambda color: least_difference([color, *taken], first_only=True)
        )
    return colors


def usual_color(symbol: str) -> Rgb:
    """Return the colour of an element in Jmol.

    Examples
    --------
    >>> usual_color("O")
    (1.0, 0.051, 0.051)
    """
    from ase.data import atomic_numbers
    from ase.data.colors import jmol_colors

    red, green, blue = jmol_colors[atomic_numbers[symbol]]
    return float(red), float(green), float(blue)


def least_difference(colors: Iterable[Rgb], *, first_only: bool = False) -> float:
    """Return how far apart the two most alike of several colours are, to any reader.

    Parameters
    ----------
    colors
        Red, green and blue from 0 to 1.
    first_only
        Compare the first with the others, not all with all.

    Returns
    -------
    float
        Distance in CIELAB, the least over normal sight and the three kinds of colour blindness;
        inf for a single colour.
    """
    coded = np.array(list(colors), float)
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    lab = _lab(np.clip(np.einsum("kij,nj->kni", _SEEN, linear), 0.0, 1.0))
    differences = np.linalg.norm(lab[:, :, None] - lab[:, None], axis=-1).min(axis=0)
    np.fill_diagonal(differences, np.inf)
    return float((differences[0] if first_only else differences).min())


def _lab(linear: np.ndarray) -> np.ndarray:
    """Turn linear RGB into CIELAB, shape (..., 3)."""
    relative = linear @ _XYZ.T / _XYZ.sum(axis=1)
    f = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
