"""The fast path: surfaces that share one geometry, described together as arrays.

Surfaces that differ only in which elements stand where have the same neighbours, sites and zones.
A template holds them, found once; a batch lays the elements of many surfaces over it. A template
finds its sites by `catml.structures.batches.batch_of_slab`, as any single slab does, so that both
ways agree. Surfaces with mixtures share no geometry of elements; each is a batch of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import ceil, floor, log2
from typing import TYPE_CHECKING

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.batches import (
    SiteBatch,
    TemplateSite,
    batch_of_slab,
    padded_bonds,
    padded_neighbors,
)
from catml.structures.bulk.crystals import Crystal
from catml.structures.bulk.lattice import lattice_of
from catml.structures.finding.site_order import element_ranks
from catml.structures.finding.strained_pairs import (
    StrainedPairs,
    crystal_axis,
    neighbor_distances,
    strained_pairs,
)
from catml.structures.finding.surface_cell import surface_cell
from catml.structures.grammar.patterns import elements_of, pattern_of

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.surface import Surface

# Depth of a template below its lowest exposed atom, in nearest-neighbour distances: the neighbours
# of a site's neighbours are then all there.
_DEPTH = 3.2
# No surface without channels through the crystal needs such a thick slab.
_DEEPEST = 40.0
# c/a is looked at in steps of 1.7 %, where that is too coarse of 0.2 %. They are whole fractions
# of an octave, so that both c/a = 1 and the c/a = 2^(-1/2) at which L1_0 becomes B2 are ends.
_STEPS_PER_OCTAVE = (40, 320)
_TEMPLATE_A_ANG = 4.0


@dataclass(frozen=True, eq=False)
class Template:
    """The geometry that the surfaces of one pattern share.

    Attributes
    ----------
    name : str
        The pattern, ``"A3B@A(100)"``.
    example : Surface
        The surface it was made from.
    layers : int
        Number of atomic planes: those whose atoms can be neighbours of a site's neighbours.
    letters : int array (N,)
        Letter of the pattern each atom has, 0 for A.
    """

    name: str
    example: Surface
    layers: int
    letters: NDArray[np.int64]
    _sites: dict[float, tuple[TemplateSite, ...]] = field(default_factory=dict, repr=False)
    _pairs: dict[tuple[float, ...], StrainedPairs] = field(default_factory=dict, repr=False)

    @property
    def ideal_ratio(self) -> float | None:
        """c/a of touching spheres; None where the bulk is cubic and has no c."""
        return self.example.structure.ideal_ratio

    def slab(self, ratio: float | None) -> Atoms:
        """Return the slab of the example with the given c/a and a = 4 Å.

        That of a crystal from a file has the crystal's own cell.
        """
        return self.example.slab(layers=self.layers, lattice=_lattice(self.example, ratio))

    def sites(self, ratio: float | None = None) -> tuple[TemplateSite, ...]:
        """Return the distinct sites at the given c/a (None for a cubic bulk).

        Where the sites agree at both ends of a step of c/a they are those of the whole step;
        where they do not, those of the very ratio are found, rounded to six digits.
        """
        if ratio is None:
            return self._sites_at(0.0)
        for steps in _STEPS_PER_OCTAVE:
            low, high = (self._sites_at(end) for end in _step_around(ratio, steps))
            if low == high:
                return low
        return self._sites_at(round(ratio, 6))

    def pairs(self, ratios: NDArray[np.float64]) -> StrainedPairs:
        """Return the possible pairs of neighbours at these c/a, empty for a cubic bulk."""
        steps = {_step_around(ratio, _STEPS_PER_OCTAVE[0]) for ratio in ratios.tolist()}
        ends = sorted({end for step in steps for end in step})
        key = tuple(ends)
        if key not in self._pairs:
            ideal = self.ideal_ratio
            axis = crystal_axis(self.example, ideal or 1.0)
            a_ang, _ = _lattice(self.example, ideal)
            constants = (a_ang, a_ang * (ideal or 1.0))
            self._pairs[key] = strained_pairs(self.slab(ideal), axis, constants, ends or [1.0])
        return self._pairs[key]

    def _sites_at(self, ratio: float) -> tuple[TemplateSite, ...]:
        if ratio not in self._sites:
            self._sites[ratio] = batch_of_slab(self.slab(ratio or None)).sites
        return self._sites[ratio]


# A crystal from a file is no element of a pattern; its surfaces have templates of their own.
_Pattern = tuple[str, Crystal | None]
_TEMPLATES: dict[tuple[_Pattern, tuple[int, ...]], Template] = {}
_SYMMETRIC: dict[_Pattern, bool] = {}


@lru_cache(maxsize=65536)
def template_of(surface: Surface) -> Template:
    """Return the template of a surface's pattern.

    Surfaces of one pattern share one template, except where the pattern looks the same with its
    letters exchanged, as the close-packed facet of L1_0 does: which element comes first then
    follows from the symbols, and there is a template for either order.
    """
    pattern = (pattern_of(surface), surface.crystal)
    elements = elements_of(surface)
    order = tuple(sorted(range(len(elements)), key=elements.__getitem__))
    if pattern not in _SYMMETRIC:
        template = _new_template(pattern[0], surface, elements)
        cell = surface_cell(template.slab(template.ideal_ratio))
        _SYMMETRIC[pattern] = element_ranks(cell)[1]
        _TEMPLATES[pattern, order if _SYMMETRIC[pattern] else ()] = template
    key = (pattern, order if _SYMMETRIC[pattern] else ())
    if key not in _TEMPLATES:
        _TEMPLATES[key] = _new_template(pattern[0], surface, elements)
    return _TEMPLATES[key]


def site_batch(
    surfaces: Sequence[Surface],
    lattice: Sequence[tuple[float, float | None]] | None = None,
) -> list[SiteBatch]:
    """Return the sites of many surfaces, one batch for those that share a template.

    Parameters
    ----------
    surfaces : sequence of Surface
        Any surfaces, in any order; `SiteBatch.rows` says which of them a batch holds.
    lattice : sequence of (float, float or None), optional
        Lattice constants a and c in Å of each bulk, c None where it is cubic. By default those
        that `Surface.slab` takes.

    Returns
    -------
    list of SiteBatch
        In the order in which the surfaces first need them. L1_0 and A3 surfaces of one pattern
        come in several batches where their c/a lead to different sites or zones.

    Raises
    ------
    SurfaceError
        If `lattice` has another length than `surfaces`, or its constants cannot be used.
    ElementError
        If a bulk has no tabulated lattice constants and none are given.
    """
    if lattice is not None and len(lattice) != len(surfaces):
        raise SurfaceError(
            f"{len(surfaces)} surfaces came with {len(lattice)} pairs of lattice constants: "
            "give one pair (a, c) for each."
        )
    groups: dict[tuple[Template, tuple[TemplateSite, ...]], list[int]] = defaultdict(list)
    places: dict[int, list[int]] = {}
    lengths_ang: list[tuple[float, float | None]] = []
    mixed = []
    for row, surface in enumerate(surfaces):
        found = lattice_of(surface, None if lattice is None else lattice[row])
        lengths_ang.append((found.a_ang, found.c_ang))
        if surface.has_mixture:
            batch = _mixed_batch(surface, found.a_ang, found.c_ang)
            mixed.append(replace(batch, rows=np.array([row])))
            continue
        ratio = None
        if found.c_ang is not None and surface.crystal is None:
            ratio = found.c_ang / found.a_ang
        template = template_of(surface)
        sites = template.sites(ratio)
        # Comparing all the sites of every surface takes long; mostly they are one object.
        if id(sites) not in places:
            places[id(sites)] = groups[template, sites]
        places[id(sites)].append(row)
    constants = np.array(lengths_ang, dtype=float).reshape(-1, 2)  # no c becomes NaN
    batches = [
        _batch(template, sites, surfaces, constants, np.array(rows))
        for (template, sites), rows in groups.items()
    ]
    return sorted([*batches, *mixed], key=lambda batch: int(batch.rows[0]))


@lru_cache(maxsize=1024)
def _mixed_batch(surface: Surface, a_ang: float, c_ang: float | None) -> SiteBatch:
    """The batch of a single surface with mixtures: that of its slab."""
    batch = batch_of_slab(surface.slab(lattice=(a_ang, c_ang)))
    lattice_ang = np.array([[a_ang, np.nan if c_ang is None else c_ang]])
    return replace(batch, template=surface.name, surfaces=(surface,), lattice_ang=lattice_ang)


def _batch(
    template: Template,
    sites: tuple[TemplateSite, ...],
    surfaces: Sequence[Surface],
    constants: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> SiteBatch:
    lattice_ang = constants[rows]
    a_ang = lattice_ang[:, 0]
    free = template.ideal_ratio is not None
    c_ang = lattice_ang[:, 1] if free else a_ang
    pairs = template.pairs(c_ang / a_ang if free else np.zeros(0))
    full = np.column_stack([a_ang, c_ang])
    distances = neighbor_distances(pairs, full)
    used = np.isfinite(distances).any(axis=0)
    neighbors, padded = padded_neighbors(
        pairs.i[used], pairs.j[used], distances[:, used], len(template.letters)
    )
    members = tuple(surfaces[row] for row in rows)
    symbols = np.array([[atomic_numbers[e] for e in elements_of(surface)] for surface in members])
    numbers = symbols[:, template.letters]
    parts = pairs.bonds[:, used] if free else pairs.bonds[:, used].sum(axis=0, keepdims=True)
    return SiteBatch(
        template.name,
        members,
        numbers,
        neighbors,
        padded,
        sites,
        lattice_ang,
        rows,
        padded_bonds(pairs.i[used], parts, len(template.letters)),
        full[:, : len(parts)],
    )


def _lattice(surface: Surface, ratio: float | None) -> tuple[float, float | None]:
    if surface.crystal is not None:
        return surface.crystal.lengths_ang[0], None
    return _TEMPLATE_A_ANG, None if ratio is None else _TEMPLATE_A_ANG * ratio


def _step_around(ratio: float, steps_per_octave: int) -> tuple[float, float]:
    """The two ends of the step of c/a that a ratio lies in."""
    step = floor(log2(ratio) * steps_per_octave)
    return 2.0 ** (step / steps_per_octave), 2.0 ** ((step + 1) / steps_per_octave)


def _new_template(name: str, surface: Surface, elements: tuple[str, ...]) -> Template:
    """A template with as few layers as leave `_DEPTH` below its lowest exposed atom."""
    layers = int(
        surface.slab(lattice=_lattice(surface, surface.structure.ideal_ratio)).info["layers"]
    )
    while True:
        template = Template(name, surface, layers, np.zeros(0, dtype=np.int64))
        slab = template.slab(template.ideal_ratio)
        heights = slab.positions[:, 2] - slab.positions[:, 2].min()
        exposed = {i for site in batch_of_slab(slab).sites for i in site.atoms}
        spare = min(heights[i] for i in exposed) - _DEPTH * surface_cell(slab).spacing_ang
        if spare > -1e-6:
            break
        if heights.max() > _DEEPEST * surface_cell(slab).spacing_ang:
            raise SurfaceError(
                f"The atoms of {surface.name} are exposed down to the bottom of any slab: the "
                "crystal has wide channels along its normal. Build a slab and find the sites on "
                "that, catml.find_sites."
            )
        layers += ceil(-spare / heights.max() * (layers - 1))
    letter = {atomic_numbers[element]: k for k, element in enumerate(elements)}
    return replace(template, letters=np.array([letter[z] for z in slab.numbers]))
