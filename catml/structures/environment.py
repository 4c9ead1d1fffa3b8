"""The three zones around an adsorption site, and the text they are written in.

A zone maps elements to counts and is written ``Cu:2 Pd:1`` (sorted by symbol, empty text for an
empty zone). The zones of a site are

``site_atoms``
    the binding atoms,
``same_layer``
    their nearest neighbours that lie no more than one atomic radius below them,
``sublayer``
    their nearest neighbours that lie deeper than that below one of the binding atoms they touch.

A dataset may carry nothing but zones; every site of every slab has them. They are meant to be
those of the published CO motifs (doi:10.1021/acs.jcim.1c00726), whose neighbours are Voronoi
neighbours; what matches was found by comparing the motifs of pure metals with all sites of the
facets with indices up to 2:

- 14 neighbours in bcc: 73 % of the motifs of Fe, W, Mo, Ta, V, Nb and Cr are then found among the
  sites, against 15 % with 8;
- depth below any one binding atom, not below their mean or lowest: 81 % of the motifs of fcc
  metals, against 75 and 70 %;
- the second row of fcc(110), exactly one radius down, is in the same layer: on top 1|6|1.

The motifs of fcc(111) (on top 1|6|3, bridge 2|8|5, hollows 3|9|6 and 3|9|7), fcc(100) (1|4|4,
2|6|6, 4|8|9), fcc(211) (edge 1|4|3 and 2|5|5) and bcc(110) (1|6|4, 2|8|6) are reproduced. The rest
are sites a relaxed adsorbate has found between the ideal ones.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ase.data import atomic_numbers
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.finding.structures import checked_structure
from catml.structures.finding.surface_cell import Image, surface_cell
from catml.structures.neighbors import Neighbors, nearest_neighbors

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.sites import Site

SUBLAYER_DEPTH = 0.55
"""Depth where the sublayer begins, in nearest-neighbour distances: one atomic radius is half of
one; the second row of fcc(110) lies at 0.5 and the foot of a (100) step at 0.58."""

Zone = tuple[tuple[str, int], ...]

_TERM = re.compile(r"([A-Z][a-z]?):([1-9][0-9]*)")


@dataclass(frozen=True)
class SiteEnvironment:
    """Elements of the three zones of one site.

    Attributes
    ----------
    site_atoms, same_layer, sublayer : tuple of (str, int)
        Element and number of atoms, sorted by symbol; binding atoms stand in the first zone only.

    Examples
    --------
    >>> SiteEnvironment((("Cu", 1),), (("Cu", 4), ("Pd", 2)), (("Cu", 3),)).text()
    ('Cu:1', 'Cu:4 Pd:2', 'Cu:3')
    """

    site_atoms: Zone
    same_layer: Zone
    sublayer: Zone

    def text(self) -> tuple[str, str, str]:
        """Return the three zones as text, as tables hold them."""
        return (
            format_zone(dict(self.site_atoms)),
            format_zone(dict(self.same_layer)),
            format_zone(dict(self.sublayer)),
        )


def parse_zone(text: str) -> dict[str, int]:
    """Return the elements and counts of a zone written as text.

    Raises
    ------
    SurfaceError
        If a term is not ``Element:count``, the element does not exist, or it occurs twice.

    Examples
    --------
    >>> parse_zone("Cu:2 Pd:1")
    {'Cu': 2, 'Pd': 1}
    >>> parse_zone("")
    {}
    """
    zone: dict[str, int] = {}
    for term in text.split():
        match = _TERM.fullmatch(term)
        if match is None or match[1] not in atomic_numbers:
            raise SurfaceError(
                f"Zone {text!r} has the term {term!r}, which is not an element and a positive "
                "count: write zones like 'Cu:2 Pd:1', or leave them empty."
            )
        if match[1] in zone:
            raise SurfaceError(
                f"Zone {text!r} names {match[1]} twice: add its counts up into one term."
            )
        zone[match[1]] = int(match[2])
    return zone


def format_zone(counts: Mapping[str, int]) -> str:
    """Return a zone as text, elements sorted by symbol, elements without atoms left out.

    Raises
    ------
    SurfaceError
        If an element does not exist or a count is negative.

    Examples
    --------
    >>> format_zone({"Pd": 1, "Cu": 2})
    'Cu:2 Pd:1'
    """
    for element, count in counts.items():
        if element not in atomic_numbers or count < 0:
            raise SurfaceError(
                f"A zone cannot hold {element!r}: {count!r}; it maps element symbols to counts "
                "of zero or more atoms."
            )
    return " ".join(f"{element}:{counts[element]}" for element in sorted(counts) if counts[element])


def count_elements(symbols: Iterable[str]) -> Zone:
    """Return the elements among `symbols` with their counts, sorted by symbol.

    Examples
    --------
    >>> count_elements(["Pd", "Cu", "Cu"])
    (('Cu', 2), ('Pd', 1))
    """
    counts: dict[str, int] = {}
    for symbol in symbols:
        counts[symbol] = counts.get(symbol, 0) + 1
    return tuple(sorted(counts.items()))


def site_environment(
    atoms: "Atoms", site: "Site", *, parent: "Atoms | None" = None
) -> SiteEnvironment:
    """Return the zones of a site found on `atoms`.

    Neighbours are those of the ideal slab, `parent` or the one that `find_sites` takes by default.

    Examples
    --------
    >>> from ase.build import fcc100
    >>> from catml.structures.sites import find_sites
    >>> slab = fcc100("Cu", (2, 2, 4), vacuum=8)
    >>> [site_environment(slab, site).text() for site in find_sites(slab) if site.kind == "ontop"]
    [('Cu:1', 'Cu:4', 'Cu:4')]
    """
    symbols = atoms.get_chemical_symbols()
    same_layer, sublayer = _zones(atoms, site, parent)
    return SiteEnvironment(
        count_elements(symbols[i] for i in site.atoms),
        count_elements(symbols[i] for i in same_layer),
        count_elements(symbols[i] for i in sublayer),
    )


def _zones(
    atoms: "Atoms", site: "Site", parent: "Atoms | None"
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The atoms of the two outer zones; on a particle, below is towards its inside."""
    atoms = checked_structure(atoms)
    if not atoms.pbc.any():
        from catml.structures.particles.body import particle

        return particle(atoms, parent=parent).zones(site.atoms, site.normal)
    surface = surface_cell(atoms, parent=parent)
    slab = surface.slab_atoms()
    bonds = Bonds.of(nearest_neighbors(slab), slab.positions[:, 2], surface.spacing_ang)
    same_layer, sublayer = bonds.zones(site.images)
    return tuple(i for i, _, _ in same_layer), tuple(i for i, _, _ in sublayer)


@dataclass(frozen=True)
class Bonds:
    """The nearest neighbours of each atom of a slab, and which of them lie below it.

    Attributes
    ----------
    around : tuple of tuples of (Image, bool)
        For each atom its neighbours, and whether they belong to the layer below it.
    """

    around: tuple[tuple[tuple[Image, bool], ...], ...]

    @classmethod
    def of(cls, neighbors: Neighbors, heights: NDArray[np.float64], spacing_ang: float) -> "Bonds":
        """Sort pairs of neighbours by atom; `heights` in Å, shape (n_atoms,)."""
        depth = heights[neighbors.i] - heights[neighbors.j]
        below = depth > SUBLAYER_DEPTH * spacing_ang
        around: list[list[tuple[Image, bool]]] = [[] for _ in heights]
        rows = zip(
            neighbors.i.tolist(),
            neighbors.j.tolist(),
            neighbors.shift.tolist(),
            below.tolist(),
            strict=True,
        )
        for i, j, (u, v, _), deep in rows:
            around[i].append(((j, u, v), deep))
        return cls(tuple(tuple(bonds) for bonds in around))

    def zones(self, images: Sequence[Image]) -> tuple[tuple[Image, ...], tuple[Image, ...]]:
        """Return the same-layer and sublayer images of a site with these binding atoms."""
        deep: dict[Image, bool] = {}
        for atom, u, v in images:
            for (j, du, dv), below in self.around[atom]:
                image = (j, u + du, v + dv)
                deep[image] = deep.get(image, False) or below
        outer = sorted(image for image in deep if image not in images)
        return (
            tuple(image for image in outer if not deep[image]),
            tuple(image for image in outer if deep[image]),
        )
