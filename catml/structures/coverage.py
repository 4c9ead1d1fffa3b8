"""A coverage of one adsorbate on a slab.

One monolayer (ML) is one adsorbate per surface atom: per metal atom of the top layer of a flat
facet, whatever its element, and per exposed metal atom of the terraces of a stepped one
(`catml.structures.site_copies.count_surface_atoms` says exactly). So 1/4 ML is one
adsorbate on a (2, 2) slab of fcc(111) or fcc(100), and 1/3 ML one per primitive cell of fcc(211).
"""

from fractions import Fraction
from math import isqrt

import numpy as np
from ase import Atoms

from catml.errors import SurfaceError
from catml.structures.adsorbates import check_kinds, place
from catml.structures.placing.contacts import ContactError
from catml.structures.placing.molecule_shapes import Adsorbate
from catml.structures.placing.molecules import as_adsorbate
from catml.structures.placing.placed import bare_slab
from catml.structures.placing.spreading import spread_out
from catml.structures.quantities import is_number
from catml.structures.site_copies import count_surface_atoms, equivalent_copies
from catml.structures.sites import Site

# 0.33 counts as one third, 0.67 as two thirds.
_ROUNDED_ML = 0.005
_LARGEST_DENOMINATOR = 12


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
    parent: Atoms | None = None,
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
    parent : ase.Atoms, optional
        The ideal slab, where `find_sites` was given one.

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
    slab = bare_slab(atoms)
    copies = equivalent_copies(slab, site, parent=parent)
    n_surface = count_surface_atoms(slab, parent=parent)
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
    if not is_number(coverage_ml) or not 0 < coverage_ml <= most + _ROUNDED_ML:
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
