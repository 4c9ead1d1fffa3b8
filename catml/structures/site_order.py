"""The order of a surface's sites: by height, chemistry and surroundings, never by atom index."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from catml.structures.surface_cell import Image, SurfaceCell
from catml.structures.surface_net import NetElement

OrderKey = tuple[object, ...]

_SAME_PLANE = 0.05
# A little more than 3.5 and than the cell: along a close-packed row atoms lie that far off, and
# whether they are inside must not hang on the last digit.
_RADIUS = 3.51
_MARGIN = 0.01


def element_ranks(surface: SurfaceCell) -> tuple[dict[str, int], bool]:
    """Rank elements by how many atoms they have in each plane, the top plane first.

    Returns
    -------
    ranks : dict of str to int
        0 for the element with the most atoms in the topmost plane that tells elements apart.
    tied : bool
        True where planes do not tell two elements apart, as in the close-packed facet of L1_0;
        their symbols then decide.
    """
    planes = _planes(surface)
    counts: dict[str, list[int]] = {}
    for symbol, plane in zip(surface.symbols, planes, strict=True):
        counts.setdefault(symbol, [0] * (max(planes) + 1))[plane] -= 1
    ordered = sorted(counts, key=lambda symbol: (counts[symbol], symbol))
    tied = len({tuple(row) for row in counts.values()}) < len(counts)
    return {symbol: rank for rank, symbol in enumerate(ordered)}, tied


def order_keys(
    surface: SurfaceCell,
    sites: Sequence[tuple[NetElement, Sequence[Image], Sequence[Image]]],
) -> list[OrderKey]:
    """Return a sort key for each site, given with its same-layer and sublayer images.

    Topmost binding atoms first, then lowest element ranks of the binding atoms and of the zones,
    then the distances, heights and elements of the atoms around.
    """
    ranks, _ = element_ranks(surface)
    rank_of = [ranks[symbol] for symbol in surface.symbols]
    planes = _planes(surface)

    def zone(images: Sequence[Image]) -> list[int]:
        return sorted(rank_of[atom] for atom, _, _ in images)

    keys: list[OrderKey] = [
        (
            sorted(planes[atom] for atom, _, _ in site.images),
            zone(site.images),
            zone(same_layer),
            zone(sublayer),
        )
        for site, same_layer, sublayer in sites
    ]
    centers = np.array([site.center for site, _, _ in sites]).reshape(-1, 3)
    return [
        (*key, print_)
        for key, print_ in zip(keys, _fingerprints(surface, centers, rank_of), strict=True)
    ]


def _planes(surface: SurfaceCell) -> list[int]:
    """The atomic plane of each atom, counted from 0 at the top."""
    depth = surface.positions[:, 2].max() - surface.positions[:, 2]
    order = np.argsort(depth, kind="stable")
    steps = np.diff(depth[order], prepend=depth[order[0]]) > _SAME_PLANE * surface.spacing_ang
    planes = np.empty(len(depth), dtype=np.int64)
    planes[order] = np.cumsum(steps)
    return [int(plane) for plane in planes]


def _fingerprints(
    surface: SurfaceCell, centers: NDArray[np.float64], rank_of: Sequence[int]
) -> list[list[tuple[float, float, int]]]:
    """Distance, height and element rank of the atoms around each point, nearest first.

    They reach as far as the cell is long, so that all its atoms count.
    """
    longest = np.linalg.norm(surface.cell, axis=1).max() / surface.spacing_ang
    radius = max(_RADIUS, longest + _MARGIN) * surface.spacing_ang
    inverse = np.linalg.inv(surface.cell)
    reach = np.ceil(radius * np.linalg.norm(inverse, axis=0)).astype(int) + 1
    turns = np.array(list(product(*(range(-r, r + 1) for r in reach))))
    shifts = np.column_stack([turns @ surface.cell, np.zeros(len(turns))])
    # The reach is counted from the cell that the atoms are to be in, wherever they are given.
    outside = np.floor(surface.positions[:, :2] @ inverse) @ surface.cell
    inside = surface.positions - np.column_stack([outside, np.zeros(len(outside))])
    crowd = (inside + shifts[:, None]).reshape(-1, 3)
    crowd_ranks = np.tile(rank_of, len(shifts))
    prints = []
    for center in centers:
        home = np.append(np.floor(center[:2] @ inverse) @ surface.cell, 0.0)
        offset = crowd - (center - home)
        distance = np.linalg.norm(offset, axis=1)
        near = np.flatnonzero(distance < radius)
        rows = zip(
            np.round(distance[near] / surface.spacing_ang, 3).tolist(),
            np.round(-offset[near, 2] / surface.spacing_ang, 3).tolist(),
            crowd_ranks[near].tolist(),
            strict=True,
        )
        prints.append(sorted(rows))
    return prints
