"""Where an adsorbate that binds by one atom comes to rest over a site.

It comes down along the site's normal until a binding atom is a bond away. Where its other atoms,
or itself, would then meet a wall of the slab (the far side of a groove or of a step), the molecule
leans away from the wall about its binding atom, as little as does it; and where that does not help,
the binding atom keeps off the wall too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from catml.structures.placing.contacts import Floor, lowest_free
from catml.structures.placing.site_axes import turned

_Vector = NDArray[np.float64]
# An adsorbate that has to stay further away than this beyond a bond leans instead.
_LIFTED_ANG = 0.5
_LEANS_DEG = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0)
_DIRECTIONS_DEG = np.arange(0.0, 360.0, 30.0)


@dataclass(frozen=True, eq=False)
class Bonds:
    """The slab atoms that the first atom of an adsorbate binds to.

    Attributes
    ----------
    corners : float array (m, 3)
        Where they are, in Å.
    lengths : sequence of m float
        How long the bonds to them are, in Å.
    """

    corners: _Vector
    lengths: Sequence[float]


def resting_positions(
    floor: Floor, bonds: Bonds, numbers: NDArray[np.int64], offsets: _Vector, axis: _Vector | None
) -> _Vector:
    """Return the positions in Å of an adsorbate's atoms, shape (n, 3), the binding one first.

    Parameters
    ----------
    floor : Floor
        The slab atoms under the site.
    bonds : Bonds
        Those it binds to.
    numbers : int array (n,)
        Atomic numbers of the adsorbate.
    offsets : float array (n, 3)
        Its atoms as they stand on the site's normal, relative to the first.
    axis : float array (3,) or None
        Where the directions it may lean to are counted from, at right angles to the normal; None
        if it must stay as it stands.
    """
    best, least = offsets, np.inf
    for way, posed in _poses(floor.normal, offsets, axis):
        height, excess = _height(replace(floor, normal=way), bonds, numbers, posed)
        if excess < least - 1e-6:
            best, least = posed + height * way, excess
        if least <= _LIFTED_ANG:
            break
    return floor.origin + best


def _poses(
    normal: _Vector, offsets: _Vector, axis: _Vector | None
) -> Iterator[tuple[_Vector, _Vector]]:
    """The way down to the site and the adsorbate's offsets, from upright to the most leaning."""
    yield normal, offsets
    if axis is None:
        return
    turns = [
        Rotation.from_rotvec(lean * np.cross(normal, turned(axis, normal, direction)), degrees=True)
        for lean in _LEANS_DEG
        for direction in _DIRECTIONS_DEG
    ]
    if len(offsets) > 1:
        yield from ((normal, turn.apply(offsets)) for turn in turns)
    yield from ((turn.apply(normal), turn.apply(offsets)) for turn in turns)


def _height(
    floor: Floor, bonds: Bonds, numbers: NDArray[np.int64], offsets: _Vector
) -> tuple[float, float]:
    """Height of the binding atom in Å, and how much of it is beyond a bond."""
    bound = floor.at(bonds.corners)
    contacts = floor.contacts(int(numbers[0]))
    to_bonds = floor.bonds(int(numbers[0]), bonds.corners, bonds.lengths)
    at_bond = max(0.0, floor.height(offsets[0], np.where(bound, to_bonds, 0.0)))
    blocked = [floor.blocked(offsets[0], np.where(bound, 0.0, contacts))]
    blocked += [
        floor.blocked(offset, floor.contacts(int(number)))
        for offset, number in zip(offsets[1:], numbers[1:], strict=True)
    ]
    height = lowest_free(at_bond, np.vstack(blocked))
    return height, height - at_bond
