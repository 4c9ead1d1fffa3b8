"""Second, third and fourth moments of the local d density of states, counted as closed paths.

The n-th moment of the density of states at atom i about its own level is the sum over all paths
of n hops that start and end there (F. Cyrot-Lackmann, J. Phys. Chem. Solids 29, 1235 (1968),
doi:10.1016/0022-3697(68)90216-3): to a neighbour and back for μ2, around triangles for μ3, around
squares and back over two bonds for μ4. A stay on atom j counts as a hop of strength ε_j - ε_i,
the difference of the levels. The hops are the 5 × 5 blocks of
`catml.descriptors.tight_binding.slater_koster` with the radii of
`catml.descriptors.tight_binding.second_moments`,

    H_ij = (ħ²/m) (r_i r_j)^(3/2) / d^5 × block(direction).

Radii belong to atoms and the rest to the geometry, so the sum over paths factorizes: found once
for a template, it serves all its surfaces. The moments are those of the d states alone; the
coupling to s states that `second_moments` adds to μ2 is not in them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.sites.elemental import has_d_band
from catml.descriptors.tight_binding.second_moments import FITTED, HoppingParameters
from catml.descriptors.tight_binding.slater_koster import d_blocks
from catml.elements.properties import element_array
from catml.errors import DescriptorError
from catml.structures.batches import SiteBatch
from catml.units import HBAR2_PER_ELECTRON_MASS_EV_ANG2

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# Paths that end on one atom end within rounding of each other; atoms are further apart than this
# share of the shortest bond.
_SAME_PLACE = 0.05
# Surfaces worked on at a time, so that memory stays bounded.
_CHUNK = 128


@dataclass(frozen=True, eq=False)
class HoppingMoments:
    """Moments of the d band of every atom about its own level, arrays of shape (S, N).

    Attributes
    ----------
    second_ev2, third_ev3, fourth_ev4 : float array
        In eV², eV³ and eV⁴; NaN for elements without d band, and where the radius of the atom or
        of a neighbour that has a d band is unknown.
    """

    second_ev2: Array
    third_ev3: Array
    fourth_ev4: Array

    @property
    def skewness(self) -> Array:
        """μ3/μ2^1.5."""
        return self.third_ev3 / self.second_ev2**1.5

    @property
    def kurtosis(self) -> Array:
        """μ4/μ2²; 2 for a semi-ellipse, 1.8 for a rectangle."""
        return self.fourth_ev4 / self.second_ev2**2


def hopping_moments(
    batch: SiteBatch,
    *,
    levels_ev: Array | None = None,
    parameters: HoppingParameters = FITTED,
) -> HoppingMoments:
    """Return the moments of every atom's d band from all closed paths of two, three and four hops.

    Parameters
    ----------
    batch : SiteBatch
        S surfaces of N atoms, with the vectors of their bonds.
    levels_ev : float array (S, N), optional
        On-site level of every atom in eV (any zero); by default all are equal. The level of an
        atom without d band does not count.
    parameters : HoppingParameters
        `FITTED` or `SOLID_STATE`.

    Returns
    -------
    HoppingMoments
        Complete for atoms whose neighbours, and for μ4 whose neighbours' neighbours, are listed.

    Raises
    ------
    DescriptorError
        If the batch has no bond vectors, or the levels have another shape.

    Notes
    -----
    Surfaces of cubic crystals share their paths; where c/a is free each surface has its own.
    """
    n_surfaces, n_atoms = batch.numbers.shape
    if batch.bonds.shape[1:3] != batch.neighbors.shape:
        raise DescriptorError(
            "This batch has distances but no bond vectors, which paths of hops need: make it with "
            "batch_of_slab or site_batch."
        )
    levels = np.zeros((n_surfaces, n_atoms)) if levels_ev is None else levels_ev
    if levels.shape != batch.numbers.shape:
        raise DescriptorError(
            f"The levels have the shape {levels.shape}: give one for each of the "
            f"{n_surfaces} × {n_atoms} atoms."
        )
    moments = np.empty((3, n_surfaces, n_atoms))
    for rows, vectors, scale_ang in _geometries(batch):
        present = np.isfinite(batch.distances[rows[0]])
        paths = _closed_paths(batch.neighbors, vectors, present, parameters)
        for start in range(0, len(rows), _CHUNK):
            some = rows[start : start + _CHUNK]
            scale = scale_ang[start : start + _CHUNK, None]
            moments[:, some] = _sums(paths, batch.numbers[some], levels[some], scale, parameters)
    return HoppingMoments(*moments)


def _geometries(batch: SiteBatch) -> list[tuple[Integers, Array, Array]]:
    """Surfaces of one shape: their rows, the bonds for a scale of 1, and the scale of each."""
    scales = batch.bond_scales_ang
    if scales.shape[1] == 1:
        return [(np.arange(len(scales)), batch.bonds[0], scales[:, 0])]
    shapes, shape_of = np.unique(scales / scales[:, :1], axis=0, return_inverse=True)
    return [
        (
            rows := np.flatnonzero(shape_of == k),
            np.tensordot(shape, batch.bonds, 1),
            scales[rows, 0],
        )
        for k, shape in enumerate(shapes)
    ]


@dataclass(frozen=True, eq=False)
class _Paths:
    """Atoms along closed paths, shape (n, length), and the traces of their blocks."""

    pairs: tuple[Integers, Array]
    triangles: tuple[Integers, Array]
    squares: tuple[Integers, Array]


def _closed_paths(
    neighbors: Integers, vectors: Array, present: NDArray[np.bool_], parameters: HoppingParameters
) -> _Paths:
    """Find the closed paths and the traces of their products of blocks over d^5."""
    lengths = np.where(present, np.linalg.norm(vectors, axis=-1), np.inf)
    unit = np.where(present[..., None], vectors, 0.0) / np.where(present, lengths, 1.0)[..., None]
    blocks = d_blocks(unit, parameters) / (lengths**5)[..., None, None]
    same = _SAME_PLACE * lengths.min(initial=np.inf)
    found: list[list[tuple[Integers, Array]]] = [[], [], []]
    for i, around in enumerate(neighbors):
        one = np.flatnonzero(present[i])
        j = around[one]
        m, two = np.nonzero(present[j])
        middle, last = j[m], neighbors[j[m], two]
        ends = vectors[i, one[m]] + vectors[middle, two]
        products = blocks[i, one[m]] @ blocks[middle, two]
        back = blocks[i, one]
        found[0].append(_path(i, j, traces=np.einsum("pab,pab->p", back, back)))
        p, q = np.nonzero(_together(ends, vectors[i, one], same))
        found[1].append(
            _path(i, middle[p], last[p], traces=np.einsum("pab,pab->p", products[p], back[q]))
        )
        p, q = np.nonzero(_together(ends, ends, same))
        found[2].append(
            _path(
                i,
                middle[p],
                last[p],
                middle[q],
                traces=np.einsum("pab,pab->p", products[p], products[q]),
            )
        )
    return _Paths(*(_merged(paths) for paths in found))


def _together(a: Array, b: Array, tolerance: float) -> NDArray[np.bool_]:
    apart = np.abs(a[:, None] - b[None]).max(axis=-1, initial=0.0)
    return np.asarray(apart < tolerance)


def _path(i: int, *atoms: Integers, traces: Array) -> tuple[Integers, Array]:
    return np.column_stack([np.full(len(traces), i), *atoms]), traces


def _merged(paths: list[tuple[Integers, Array]]) -> tuple[Integers, Array]:
    """Paths over the same atoms as one, their traces added."""
    atoms, rows = np.unique(np.vstack([a for a, _ in paths]), axis=0, return_inverse=True)
    traces = np.zeros(len(atoms))
    np.add.at(traces, rows, np.concatenate([t for _, t in paths]))
    return atoms, traces


def _sums(
    paths: _Paths, numbers: Integers, levels: Array, scale: Array, parameters: HoppingParameters
) -> Array:
    """Sum strengths over the paths of each atom; shape (3, S, N)."""
    radius = element_array(parameters.radius_property)[numbers]
    cubes = np.where(has_d_band()[numbers], radius, 0.0) ** 3
    hop = HBAR2_PER_ELECTRON_MASS_EV_ANG2 * np.sqrt(5 * parameters.normalization) / scale**5

    def strengths(which: tuple[Integers, Array]) -> Array:
        atoms, traces = which
        product = cubes[:, atoms].prod(axis=2) * traces / 5
        return np.asarray(product * hop ** atoms.shape[1])

    def summed(which: tuple[Integers, Array], values: Array) -> Array:
        total = np.zeros((numbers.shape[1], len(numbers)))
        np.add.at(total, which[0][:, 0], values.T)
        return total.T

    levels = np.where(has_d_band()[numbers], levels, 0.0)
    pairs, triangles, squares = (
        strengths(which) for which in (paths.pairs, paths.triangles, paths.squares)
    )
    step = levels[:, paths.pairs[0][:, 1]] - levels[:, paths.pairs[0][:, 0]]
    steps = levels[:, paths.triangles[0][:, 1:]].sum(axis=2)
    steps -= 2 * levels[:, paths.triangles[0][:, 0]]
    moments = np.stack(
        [
            summed(paths.pairs, pairs),
            summed(paths.pairs, pairs * step) + summed(paths.triangles, triangles),
            summed(paths.pairs, pairs * step**2)
            + summed(paths.triangles, triangles * steps)
            + summed(paths.squares, squares),
        ]
    )
    return np.where(has_d_band()[numbers] & np.isfinite(radius), moments, np.nan)
