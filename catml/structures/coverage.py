"""Several adsorbates on one slab: a coverage of one kind, or different ones side by side.

One monolayer (ML) is one adsorbate per surface atom: per metal atom of the top layer of a flat
facet, whatever its element, and per exposed metal atom of the terraces of a stepped one
(`catml.structures.site_copies.count_surface_atoms` says exactly). So 1/4 ML is one adsorbate on a
(2, 2) slab of fcc(111) or fcc(100), and 1/3 ML one per primitive cell of fcc(211).
"""

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite, isqrt
from numbers import Real

import numpy as np
from ase import Atoms

from catml.errors import SurfaceError
from catml.structures.adsorbates import check_kinds, place, without_adsorbates
from catml.structures.contacts import ContactError
from catml.structures.molecule_shapes import Adsorbate
from catml.structures.molecules import as_adsorbate
from catml.structures.neighbors import pairs_within
from catml.structures.site_copies import count_surface_atoms, equivalent_copies
from catml.structures.sites import Site
from catml.structures.spreading import spread_out

# 0.33 counts as one third, 0.67 as two thirds.
_ROUNDED_ML = 0.005
_LARGEST_DENOMINATOR = 12
_MOST_TRIALS = 3000


def cover(
    atoms: Atoms,
    site: Site,
    adsorbate: str | Atoms | Adsorbate,
    *,
    coverage_ml: float = 0.25,
    denticity: int | None = None,
    height: float | None = None,
    tilt_deg: float | None = None,
    azimuth_deg: float = 0.0,
) -> Atoms:
    """Return a copy of a slab with a coverage of one adsorbate on the copies of one site.

    Of all copies of the site on the slab those are taken that are as far apart as can be: p(2x2)
    for 1/4 ML, (√3x√3)R30° for 1/3 ML on fcc(111), c(2x2) for 1/2 ML on fcc(100), wherever the slab
    has room for them.

    Parameters
    ----------
    atoms : ase.Atoms
        The slab; it may hold other adsorbates already, which stay.
    site : Site
        One of `catml.find_sites(atoms)`.
    adsorbate : str, ase.Atoms or Adsorbate
        As for `catml.place`.
    coverage_ml : float
        Adsorbates per surface atom (see the module's head); 0.33 counts as 1/3.
    denticity, height, tilt_deg, azimuth_deg
        As for `catml.place`, the same for every adsorbate, each counted from its own site's axis.

    Returns
    -------
    ase.Atoms
        The slab with the adsorbates, as from `catml.place`; ``info["coverage_ml"]`` is the
        coverage of this adsorbate.

    Raises
    ------
    SurfaceError
        If the slab cannot hold that coverage, with the ones it can, or the adsorbates would touch.

    Examples
    --------
    >>> from ase.build import fcc100
    >>> from catml.structures.sites import find_sites
    >>> slab = fcc100("Cu", (2, 2, 4), vacuum=10)
    >>> covered = cover(slab, find_sites(slab)[0], "CO", coverage_ml=1 / 2)
    >>> covered.get_chemical_formula()
    'C2Cu16O2'
    >>> print(f"{covered.get_distance(16, 18, mic=True):.2f}")
    3.61
    """
    check_kinds(atoms, site)
    guest = as_adsorbate(adsorbate)
    slab = without_adsorbates(atoms)
    copies = equivalent_copies(slab, site)
    n_surface = count_surface_atoms(slab)
    count = _count(slab, site, guest, coverage_ml, len(copies), n_surface)
    points = np.array([copy.position for copy in copies])
    covered = atoms
    try:
        for k in spread_out(points, slab.cell.array, slab.pbc.tolist(), count):
            covered = place(
                covered,
                copies[k],
                guest,
                denticity=denticity,
                height=height,
                tilt_deg=tilt_deg,
                azimuth_deg=azimuth_deg,
            )
    except ContactError as error:
        raise SurfaceError(
            f"{Fraction(count, n_surface)} ML of {guest.name} on "
            f"{site.id} is too dense: {error} Take a lower coverage, or another azimuth_deg."
        ) from None
    covered.info["coverage_ml"] = count / n_surface
    return covered


def coadsorb(
    atoms: Atoms,
    adsorbates: Sequence[tuple[Site, str | Atoms | Adsorbate]],
    *,
    min_distance_ang: float = 2.5,
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
    if not _is_number(min_distance_ang) or min_distance_ang < 0:
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
    search = _Search(first, wanted[1:], min_distance_ang)
    placed = search.extended(start)
    if placed is None:
        raise SurfaceError(search.complaint())
    return placed


class _Search:
    """Looks for copies of sites where adsorbates keep their distance, one after the other."""

    def __init__(
        self, first: Site, wanted: Sequence[tuple[Site, Adsorbate]], min_distance_ang: float
    ) -> None:
        self.origin = np.array(first.position)
        self.wanted = list(wanted)
        self.least = min_distance_ang
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

        copies = equivalent_copies(placed, site)
        points = np.array([copy.position for copy in copies])
        _, lengths = get_distances([self.origin], points, cell=placed.cell, pbc=placed.pbc)
        return [copies[k] for k in np.argsort(lengths[0].round(3), kind="stable")]


def _distance(placed: Atoms, n_before: int) -> float:
    """Distance in Å of the last adsorbate from those before it, inf for the only one."""
    n_slab = min(one["atoms"][0] for one in placed.info["adsorbates"])
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


def _count(
    slab: Atoms,
    site: Site,
    guest: Adsorbate,
    coverage_ml: float,
    n_copies: int,
    n_surface: int,
) -> int:
    """How many adsorbates a coverage is on a slab."""
    most = Fraction(n_copies, n_surface)
    if not _is_number(coverage_ml) or not 0 < coverage_ml <= most + _ROUNDED_ML:
        raise SurfaceError(
            f"coverage_ml={coverage_ml!r} is not possible: {site.id} has {n_copies} copies on the "
            f"{n_surface} surface atoms of {slab.get_chemical_formula()}, so give a number of "
            f"adsorbates per surface atom above 0, up to {most}."
        )
    count = round(coverage_ml * n_surface)
    if count < 1 or abs(count / n_surface - coverage_ml) > _ROUNDED_ML:
        advice = _better_size(site, n_copies, n_surface, coverage_ml)
        possible = ", ".join(str(Fraction(k, n_surface)) for k in range(1, min(n_copies, 12) + 1))
        raise SurfaceError(
            f"{coverage_ml:.3g} ML of {guest.name} is {coverage_ml * n_surface:.2f} adsorbates on "
            f"the {n_surface} surface atoms of this slab. It can have {possible} ML"
            f"{' ...' if n_copies > 12 else ''}. {advice}"
        )
    return count


def _better_size(site: Site, n_copies: int, n_surface: int, coverage_ml: float) -> str:
    """Advice on which slab holds a coverage, where it is a plain fraction."""
    share = Fraction(coverage_ml).limit_denominator(_LARGEST_DENOMINATOR)
    if abs(share - coverage_ml) > _ROUNDED_ML or not share:
        return "Take one of these, or a larger slab."
    per_cell = Fraction(n_surface * site.multiplicity, n_copies)
    cells = (share * per_cell).denominator
    size = isqrt(cells) if isqrt(cells) ** 2 == cells else cells
    return (
        f"For {share} ML build it with a multiple of {cells} surface cells, such as "
        f"size=({size}, {size})."
    )


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and isfinite(value)


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
