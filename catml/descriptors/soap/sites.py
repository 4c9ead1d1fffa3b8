"""The SOAP vectors of adsorption sites: of every site of a slab, of the sites of many surfaces.

Slabs of named surfaces are made deep enough for their bottom to be out of reach; a slab that is
given is taken as it is, so that one thinner than the cutoff shows its lower side too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.soap.vectors import DEFAULT, SoapSettings, soap_vectors
from catml.errors import DescriptorError
from catml.structures.batches import SiteBatch
from catml.structures.content_cache import ContentCache, atoms_key
from catml.structures.finding.structures import checked_structure
from catml.structures.sites import find_sites

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.sites import Site

Array = NDArray[np.float64]
Center = Literal["site", "atoms", "both"]

KEPT_VECTORS: ContentCache[Array] = ContentCache(64 * 1024**2, lambda vectors: vectors.nbytes)
"""The vectors of slabs and particles described last, by their content."""

_SAME_PLACE_ANG = 1e-6


def soap_of_sites(
    atoms: "Atoms",
    sites: "list[Site] | None" = None,
    *,
    center: Center = "site",
    settings: SoapSettings = DEFAULT,
) -> Array:
    """Return the SOAP vectors of the sites of a slab or particle.

    Parameters
    ----------
    atoms : ase.Atoms
        Slab or particle; adsorbates placed on it are left out of account.
    sites : list of Site, optional
        Sites found on `atoms`; by default all that `catml.find_sites` finds.
    center : {"site", "atoms", "both"}
        ``"site"``: around the middle of the binding atoms. ``"atoms"``: around each binding atom,
        averaged over them. ``"both"``: the first, then the second.
    settings : SoapSettings
        Cutoff, resolution and channels.

    Returns
    -------
    ndarray, shape (K, n) or, for both, (K, 2 n)

    Raises
    ------
    DescriptorError
        If DScribe is not installed, or an element has none of the properties.
    SurfaceError
        If `atoms` is neither a slab nor a particle.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> soap_of_sites(fcc111("Cu", (1, 1, 4), vacuum=8)).shape
    (4, 1620)
    """
    atoms = checked_structure(atoms)
    if sites is not None:
        return _around_sites(atoms, sites, center, settings)
    content = atoms_key(atoms)
    key = None if content is None else content + repr((center, settings)).encode()
    found = KEPT_VECTORS.get(key, lambda: _around_sites(atoms, find_sites(atoms), center, settings))
    return found.copy()


def soap_of_batch(
    batch: SiteBatch,
    surfaces: Iterable[int],
    *,
    center: Center = "site",
    settings: SoapSettings = DEFAULT,
) -> Iterator[tuple[int, Array]]:
    """Yield surfaces of a batch with the SOAP vectors of their sites.

    Parameters
    ----------
    batch : SiteBatch
        Surfaces by name, with K sites each (`catml.structures.families.site_batch`).
    surfaces : iterable of int
        Positions of the wanted surfaces in the batch.
    center : {"site", "atoms", "both"}
        As in `soap_of_sites`.
    settings : SoapSettings
        As in `soap_of_sites`.

    Yields
    ------
    int, ndarray (K, n)
        Position of the surface, and the vectors in the order of the batch's sites. The wanted
        surfaces come in an order of their own.

    Raises
    ------
    DescriptorError
        If DScribe is not installed, or an element has none of the properties.
    """
    # Equal shapes lie beside each other, the smallest first: the sites of one slab are then those
    # of the next, scaled, and a slab deep enough for the first is so for all.
    constants = batch.lattice_ang
    ratios = np.nan_to_num(constants[:, 1] / constants[:, 0]).round(9)
    found: _Sites | None = None
    for s in sorted(surfaces, key=lambda s: (ratios[s], constants[s, 0])):
        scaled = found.on(_slab(batch, s, found.layers)) if found else None
        found = scaled or _deep_sites(batch, s, settings.cutoff_ang)
        yield s, _around(found.slab, found.middles, found.atoms, center, settings)


@dataclass(frozen=True, eq=False)
class _Sites:
    """The sites of a batch on the slab of one of its surfaces."""

    slab: "Atoms"
    layers: int
    middles: Array
    atoms: list[tuple[int, ...]]

    def on(self, slab: "Atoms") -> "_Sites | None":
        """The sites of another slab, None if that is not this one scaled."""
        if len(slab) != len(self.slab):
            return None
        old, new = (one.positions - one.positions[0] for one in (self.slab, slab))
        scale = np.linalg.norm(slab.cell[0]) / np.linalg.norm(self.slab.cell[0])
        if np.abs(new - scale * old).max() > _SAME_PLACE_ANG:
            return None
        middles = slab.positions[0] + scale * (self.middles - self.slab.positions[0])
        return _Sites(slab, self.layers, middles, self.atoms)


def _deep_sites(batch: SiteBatch, s: int, cutoff_ang: float) -> _Sites:
    """Find the batch's sites on a slab whose bottom none of them reaches."""
    wanted = [site.id for site in batch.sites]
    layers = None
    while True:
        slab = _slab(batch, s, layers)
        sites = {site.id: site for site in find_sites(slab)}
        if not set(wanted) <= set(sites):
            raise DescriptorError(
                f"A slab of {batch.surfaces[s].name} with {slab.info['layers']} layers has other "
                f"sites than the surface: {', '.join(sites)} instead of {', '.join(wanted)}. Build "
                "a slab yourself and describe that."
            )
        atoms = [sites[name].atoms for name in wanted]
        heights = slab.positions[:, 2] - slab.positions[:, 2].min()
        missing = cutoff_ang - min(heights[i] for binding in atoms for i in binding)
        if missing <= 0 or batch.surfaces[s].has_mixture:
            middles = np.array([sites[name].position for name in wanted])
            return _Sites(slab, slab.info["layers"], middles, atoms)
        count = slab.info["layers"]
        layers = count + max(ceil(missing / heights.max() * (count - 1)), 1)


def _slab(batch: SiteBatch, s: int, layers: int | None) -> "Atoms":
    """The slab of a surface; one of mixtures has its atoms drawn anew for every thickness."""
    surface = batch.surfaces[s]
    a_ang, c_ang = batch.lattice_ang[s].tolist()
    lattice = (a_ang, None if np.isnan(c_ang) else c_ang)
    return surface.slab(lattice=lattice, layers=None if surface.has_mixture else layers)


def _around_sites(
    atoms: "Atoms", sites: "Sequence[Site]", center: Center, settings: SoapSettings
) -> Array:
    middles = np.array([site.position for site in sites]).reshape(-1, 3)
    return _around(atoms, middles, [site.atoms for site in sites], center, settings)


def _around(
    atoms: "Atoms",
    middles: Array,
    binding: Sequence[tuple[int, ...]],
    center: Center,
    settings: SoapSettings,
) -> Array:
    """The vectors around sites, given their middles (K, 3) and binding atoms."""
    parts = []
    if center in ("site", "both"):
        parts.append(soap_vectors(atoms, middles, settings))
    if center in ("atoms", "both"):
        # Periodic images of an atom have one and the same surroundings.
        distinct, place = np.unique(np.concatenate(binding), return_inverse=True)
        vectors = soap_vectors(atoms, atoms.positions[distinct], settings)[place]
        counts = np.array([len(indices) for indices in binding])
        starts = np.cumsum(counts) - counts
        parts.append(np.add.reduceat(vectors, starts, axis=0) / counts[:, None])
    return np.concatenate(parts, axis=1)
