"""The distinct ways a bulk can end along a facet, on either side."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from catml.structures.bulk.prototypes import BulkStructure
from catml.structures.bulk.stacking import stacking


class Cut(NamedTuple):
    """Where a crystal ends: `top` is a plane of the stacking along `miller`, the way out."""

    miller: tuple[int, ...]
    top: int


@cache
def surface_cuts(bulk: BulkStructure, miller: tuple[int, ...]) -> tuple[Cut, ...]:
    """Return the distinct ends of a bulk along a facet, the default first.

    Those of the top side are ordered as `Stacking.cuts` says. Where the bulk is polar along the
    facet's normal, the bottom side's stand among them.
    """
    sides = [miller]
    if stacking(bulk, miller).polar:
        sides.append(tuple(-index for index in miller))
    cuts = [Cut(side, top) for side in sides for top in stacking(bulk, side).cuts]
    return tuple(sorted(cuts, key=lambda cut: stacking(bulk, cut.miller).cut_rank(cut.top)))


def top_labels(
    bulk: BulkStructure,
    miller: tuple[int, ...],
    species: Sequence[str],
    coat: Sequence[str] | None = None,
) -> tuple[str, ...]:
    """Return a label for each of `surface_cuts`: the elements of the top plane, sorted.

    `species` are the elements of the bulk's roles; the elements of a `coat` cover them. Equal
    labels are numbered, ``Ru-1`` and ``Ru-2``.

    Examples
    --------
    >>> from catml.structures.bulk.prototypes import PROTOTYPES
    >>> top_labels(PROTOTYPES["C4"], (1, 1, 0), ("Ru", "O"))
    ('O-1', 'ORu', 'O-2')
    """
    planes = [stacking(bulk, side).planes[top] for side, top in surface_cuts(bulk, miller)]
    tops = ["".join(sorted(coat or {species[role] for role in plane.roles})) for plane in planes]
    return tuple(
        top if tops.count(top) == 1 else f"{top}-{tops[: place + 1].count(top)}"
        for place, top in enumerate(tops)
    )
