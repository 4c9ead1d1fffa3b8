"""Different adsorbates side by side on one slab."""

from collections.abc import Sequence

import numpy as np
from ase import Atoms

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.neighbors import pairs_within
from catml.structures.placing.contacts import ContactError
from catml.structures.placing.molecule_shapes import Adsorbate
from catml.structures.placing.molecules import as_adsorbate
from catml.structures.placing.placed import bare_slab
from catml.structures.quantities import is_number
from catml.structures.site_copies import equivalent_copies
from catml.structures.sites import Site

_MOST_TRIALS = 3000


def coadsorb(
    atoms: Atoms,
    adsorbates: Sequence[tuple[Site, str | Atoms | Adsorbate]],
    *,
    min_distance_ang: float = 2.5,
    parent: Atoms | None = None,
) -> Atoms:
    """Return a copy of a slab with several adsorbates side by side.

    The first one goes to its site as given. Each of the others goes to the copy of its site
    nearest to the first where it keeps the distance; where there is none, the ones before it make
    room.

    Parameters
    ----------
    atoms : ase.Atoms
        The slab; it may hold other adsorbates already, from which the same distance is kept.
    adsorbates : sequence of (Site, adsorbate)
        Sites of `catml.find_sites(atoms)`, and adsorbates as for `catml.place`.
    min_distance_ang : float
        Shortest distance between atoms of two adsorbates, periodic copies included, in Å.
    parent : ase.Atoms, optional
        The ideal slab, where `find_sites` was given one.

    Returns
    -------
    ase.Atoms
        The slab with the adsorbates in the order given, as from `catml.place`.

    Raises
    ------
    SurfaceError
        If there is no room for all of them, with the distance there is.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> from catml.structures.sites import find_sites
    >>> slab = fcc111("Pt", (3, 3, 4), vacuum=10)
    >>> top, _, fcc, _ = find_sites(slab)
    >>> both = coadsorb(slab, [(top, "CO"), (fcc, "O")], min_distance_ang=3.0)
    >>> [(one["adsorbate"], one["site"]) for one in both.info["adsorbates"]]
    [('CO', 'ontop-1'), ('O', 'hollow-fcc-1')]
    """
    wanted = [(site, as_adsorbate(adsorbate)) for site, adsorbate in _checked_pairs(adsorbates)]
    if not is_number(min_distance_ang) or min_distance_ang < 0:
        raise SurfaceError(
            f"min_distance_ang={min_distance_ang!r} is not a distance: give one in Å, such as 2.5."
        )
    first, guest = wanted[0]
    start = place(atoms, first, guest)
    found = _distance(start, len(atoms))
    if found < min_distance_ang:
        raise SurfaceError(
            f"{guest.name} on {first.id} comes within {found:.1f} Å of an adsorbate that is there "
            f"already, nearer than min_distance_ang={min_distance_ang:g}: take another site."
        )
    search = _Search(first, wanted[1:], min_distance_ang, parent)
    placed = search.extended(start)
    if placed is None:
        raise SurfaceError(search.complaint())
    return placed


class _Search:
    """Looks for copies of sites where adsorbates keep their distance, one after the other."""

    def __init__(
        self,
        first: Site,
        wanted: Sequence[tuple[Site, Adsorbate]],
        min_distance_ang: float,
        parent: Atoms | None,
    ) -> None:
        self.origin = np.array(first.position)
        self.wanted = list(wanted)
        self.least = min_distance_ang
        self.parent = parent
        self.trials = 0
        # How far the search has come, and the largest distance found for the next adsorbate.
        self.depth = 0
        self.best = 0.0

    def extended(self, placed: Atoms, depth: int = 0) -> Atoms | None:
        """Return the slab with all adsorbates from `depth` on, None if there is no room."""
        if depth == len(self.wanted):
            return placed
        if depth > self.depth:
            self.depth, self.best = depth, 0.0
        site, guest = self.wanted[depth]
        for copy in self._nearest_first(placed, site):
            self.trials += 1
            if self.trials > _MOST_TRIALS:
                return None
            try:
                trial = place(placed, copy, guest)
            except ContactError:
                continue
            distance = _distance(trial, len(placed))
            if depth == self.depth:
                self.best = max(self.best, distance)
            if distance >= self.least - 1e-6:
                done = self.extended(trial, depth + 1)
                if done is not None:
                    return done
        return None

    def complaint(self) -> str:
        site, guest = self.wanted[self.depth]
        reach = f"the best copy is {self.best:.1f} Å away" if self.best else "every copy is taken"
        return (
            f"There is no room for {guest.name} on {site.id}, {self.least:g} Å away from the "
            f"adsorbates before it: {reach}. Lower min_distance_ang, take another site, or build "
            "the slab with a larger size."
        )

    def _nearest_first(self, placed: Atoms, site: Site) -> list[Site]:
        from ase.geometry import get_distances

        copies = equivalent_copies(placed, site, parent=self.parent)
        points = np.array([copy.position for copy in copies])
        _, lengths = get_distances([self.origin], points, cell=placed.cell, pbc=placed.pbc)
        return [copies[k] for k in np.argsort(lengths[0].round(3), kind="stable")]


def _distance(placed: Atoms, n_before: int) -> float:
    """Distance in Å of the last adsorbate from those before it, inf for the only one."""
    n_slab = len(bare_slab(placed))
    guests = placed[n_slab:]
    if n_before == n_slab:
        return np.inf
    radius = 3.0
    while True:
        pairs = pairs_within(guests, radius)
        between = (pairs.i >= n_before - n_slab) & (pairs.j < n_before - n_slab)
        if between.any():
            return float(pairs.distance[between].min())
        radius *= 1.5


def _checked_pairs(
    adsorbates: object,
) -> list[tuple[Site, str | Atoms | Adsorbate]]:
    pairs = list(adsorbates) if isinstance(adsorbates, Sequence) else []
    proper = all(
        isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], Site)
        for pair in pairs
    )
    if not pairs or isinstance(adsorbates, str) or not proper:
        raise SurfaceError(
            "Give the adsorbates as pairs of a site of find_sites and an adsorbate, such as "
            f'[(sites[0], "CO"), (sites[2], "O")], not {adsorbates!r}.'
        )
    return [(pair[0], pair[1]) for pair in pairs]
