"""The order of a surface's sites: by height, chemistry and surroundings, never by atom index."""

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from catml.structures.finding.surface_cell import Image, SurfaceCell
from catml.structures.finding.surface_net import NetElement

OrderKey = tuple[object, ...]

_SAME_PLANE = 0.05
# A little more than 3.5 and than the cell: along a close-packed row atoms lie that far off, and
# whether they are inside must not hang on the last digit.
_RADIUS = 3.51
_MARGIN = 0.01
# Added to numbers of either sign; and a row that comes after all others.
_SIGN = 1 << 31
_END = b"\xff" * 12


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
    n_planes = max(planes) + 1
    counts = {symbol: [0] * n_planes for symbol in surface.symbols}
    for symbol, plane in zip(surface.symbols, planes, strict=True):
        counts[symbol][plane] -= 1
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
    longest = float(np.linalg.norm(surface.cell, axis=1).max())
    near = _RADIUS * surface.spacing_ang
    # All atoms of the cell count, but few sites differ no sooner than that.
    far = max(near, longest + _MARGIN * surface.spacing_ang)
    full = keys
    for radius in sorted({near, far}):
        tied = _tied(full)
        prints = _fingerprints(surface, centers[tied], rank_of, radius) if tied else []
        full = list(full)
        for k, print_ in zip(tied, prints, strict=True):
            full[k] = (*keys[k], print_)
    return full


def _tied(keys: Sequence[OrderKey]) -> list[int]:
    """The places of keys that occur more than once."""
    order = sorted(range(len(keys)), key=lambda k: keys[k])
    return sorted({k for pair in pairwise(order) if keys[pair[0]] == keys[pair[1]] for k in pair})


def _planes(surface: SurfaceCell) -> list[int]:
    """The atomic plane of each atom, counted from 0 at the top."""
    depth = surface.positions[:, 2].max() - surface.positions[:, 2]
    order = np.argsort(depth, kind="stable")
    steps = np.diff(depth[order], prepend=depth[order[0]]) > _SAME_PLANE * surface.spacing_ang
    planes = np.empty(len(depth), dtype=np.int64)
    planes[order] = np.cumsum(steps)
    return [int(plane) for plane in planes]


def _fingerprints(
    surface: SurfaceCell,
    centers: NDArray[np.float64],
    rank_of: Sequence[int],
    radius_ang: float,
) -> list[bytes]:
    """Distance, height and element rank of the atoms around each point, nearest first.

    Each is a row of unsigned numbers whose bytes sort as they do, and ends with a distance larger
    than any, so that the next atom, if it counted, would come before it.
    """
    from scipy.spatial import KDTree

    inverse = np.linalg.inv(surface.cell)
    crowd, members = _images_near_cell(surface, radius_ang)
    home = centers.copy()
    home[:, :2] -= np.floor(centers[:, :2] @ inverse) @ surface.cell
    found = KDTree(crowd).query_ball_point(home, radius_ang)
    counts = [len(near) for near in found]
    near = np.concatenate([np.asarray(near, dtype=np.int64) for near in (*found, [])])
    point = np.repeat(np.arange(len(centers)), counts)
    offset = crowd[near] - home[point]
    lengths = np.column_stack([np.linalg.norm(offset, axis=1), -offset[:, 2]])
    distance, depth = np.rint(1000 * lengths / surface.spacing_ang).astype(np.int64).T
    rows = np.column_stack([distance, depth + _SIGN, np.array(rank_of)[members[near]]])
    rows = rows[np.lexsort((*rows.T[::-1], point))].astype(">u4")
    ends = np.cumsum(counts).tolist()
    return [
        rows[end - count : end].tobytes() + _END for end, count in zip(ends, counts, strict=True)
    ]


def _images_near_cell(
    surface: SurfaceCell, radius_ang: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Places of all atoms within a radius of the primitive cell, and which atoms they are of."""
    inverse = np.linalg.inv(surface.cell)
    margin = radius_ang * np.linalg.norm(inverse, axis=0) + 1e-6
    turns = np.array(list(product(*(range(-r, r + 1) for r in np.ceil(margin).astype(int)))))
    fractions = surface.positions[:, :2] @ inverse
    images = (fractions - np.floor(fractions))[:, None] + turns
    members, kept = np.nonzero(((images > -margin) & (images < 1 + margin)).all(axis=2))
    places = surface.positions[members]
    places[:, :2] = images[members, kept] @ surface.cell
    return places, members
