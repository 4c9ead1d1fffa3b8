"""Placing adsorbates on sites.

An adsorbate stands on the site's own normal, which leans on a stepped facet, with its binding atom
a bond (`catml.structures.placing.bond_lengths`) away from the binding atoms of the surface, and no
other atom closer than contact; where a wall of the slab is in its way, it leans away from that
(`catml.structures.placing.resting`). That is a start for a relaxation, not its result.

The azimuth turns about the normal, counter-clockwise seen from outside, and is counted from
the site's own axis: along a bridge; from a hollow towards one of its atoms; from an on-top atom
towards a neighbour in the surface. Where several directions are alike it is the first one
counter-clockwise from the first cell vector (from x for a particle).
"""

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.placing.bidentate import lying
from catml.structures.placing.bond_lengths import bond_length
from catml.structures.placing.contacts import Floor, check_distances
from catml.structures.placing.molecule_shapes import Adsorbate
from catml.structures.placing.molecules import as_adsorbate
from catml.structures.placing.placed import bare_slab, placed_adsorbates
from catml.structures.placing.resting import Bonds, resting_positions
from catml.structures.placing.site_axes import corners, site_axis, turned
from catml.structures.quantities import is_number
from catml.structures.sites import Site

_Vector = NDArray[np.float64]


def place(
    atoms: Atoms,
    site: Site,
    adsorbate: str | Atoms | Adsorbate,
    *,
    to: Site | None = None,
    denticity: int | None = None,
    height: float | None = None,
    tilt_deg: float | None = None,
    azimuth_deg: float = 0.0,
) -> Atoms:
    """Return a copy of a slab or particle with an adsorbate on a site.

    By one atom, its first: this one sits on the normal of the site. By two atoms: over the two
    ends of a bridge; or side-on over any other site, along the azimuth; or the first on `site`
    and the second on `to`. Each of the two comes as near to its own bond length as the rigid
    molecule allows, and the rest of it points away.

    Parameters
    ----------
    atoms : ase.Atoms
        The slab the site was found on; it may hold adsorbates placed earlier.
    site : Site
        One of `catml.find_sites(atoms)`, or another copy of it (`equivalent_copies`).
    adsorbate : str, ase.Atoms or Adsorbate
        A name such as ``"COOH"`` (`catml.structures.placing.molecules.ADSORBATES`), any name of the
        G2 set, ``"smiles:..."`` (`catml.structures.placing.smiles`), or a molecule: its lowest atom
        binds, and its z axis becomes the site's normal. One that is to bind by other atoms, or by
        two, is made by `catml.structures.placing.molecules.as_adsorbate`.
    to : Site, optional
        Where the second binding atom goes; its copy nearest to `site` is meant.
    denticity : int, optional
        By how many atoms it binds, 1 or 2. By default as is usual for it: 2 for H2, formate
        (HCOO), C2H2, C2H4 and wherever `to` is given, else 1.
    height : float, optional
        Height of the binding atom above the site along its normal, in Å; of the middle of two.
        By default so that it is a bond away from the nearest of the site's atoms.
    tilt_deg : float, optional
        How far the adsorbate leans off the normal, towards the azimuth; by default as is usual
        for it, 60 degrees for OH, and off a wall of the slab that is in its way. When it binds by
        two atoms, how far it leans over their axis, by default not at all.
    azimuth_deg : float
        Direction of its x axis about the normal, in degrees; of the axis through two binding atoms.

    Returns
    -------
    ase.Atoms
        The slab's atoms first, in their order, then those of the adsorbate, tagged 0 and the
        binding one first. ``info`` says what was placed where: ``adsorbate`` and ``site`` for the
        last one, and ``adsorbates`` for all, with the indices of their atoms.

    Raises
    ------
    SurfaceError
        If the adsorbate is unknown or empty, the site is not one of this slab, the height puts
        atoms into each other, the cell is too small for the adsorbate, or two atoms cannot bind
        there.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> from catml.structures.sites import find_sites
    >>> slab = fcc111("Pt", (2, 2, 4), vacuum=10)
    >>> place(slab, find_sites(slab)[0], "CO").get_chemical_formula()
    'COPt16'
    """
    check_kinds(atoms, site)
    slab = bare_slab(atoms)
    guest = as_adsorbate(adsorbate)
    _check_site(slab, site)
    _check_numbers(height=height, tilt_deg=tilt_deg, azimuth_deg=azimuth_deg)
    if _count(guest, denticity, to) == 2:
        if to is not None:
            check_kinds(atoms, to)
            _check_site(slab, to)
        positions = lying(slab, site, guest, to, height, tilt_deg or 0.0, azimuth_deg)
    else:
        positions = _standing(slab, site, guest, height, tilt_deg, azimuth_deg)
    return _joined(atoms, len(slab), guest, positions, site)


def _standing(
    slab: Atoms,
    site: Site,
    guest: Adsorbate,
    height: float | None,
    tilt_deg: float | None,
    azimuth_deg: float,
) -> _Vector:
    """Positions in Å, shape (n, 3), of an adsorbate bound by one atom."""
    shape = guest.atoms()
    shape.rotate(guest.tilt_deg if tilt_deg is None else tilt_deg, "y")
    normal = np.array(site.normal)
    axis = turned(site_axis(slab, site), normal, azimuth_deg)
    offsets: _Vector = shape.positions @ np.array([axis, np.cross(normal, axis), normal])
    if height is not None:
        positions: _Vector = np.array(site.position) + offsets + height * normal
        return positions
    lengths = [
        bond_length(guest.name, guest.symbols[0], element, site.elements).bond_ang
        for element in site.elements
    ]
    floor = Floor.under(slab, np.array(site.position), normal)
    bonds = Bonds(corners(slab, site), lengths)
    leans_to = axis if tilt_deg is None else None
    return resting_positions(floor, bonds, shape.numbers, offsets, leans_to)


def _joined(atoms: Atoms, n_slab: int, guest: Adsorbate, positions: _Vector, site: Site) -> Atoms:
    placed = atoms.copy()
    placed += Atoms(list(guest.symbols), positions=positions, tags=[0] * len(positions))
    check_distances(placed, len(atoms), n_slab, guest.name, site)
    indices = list(range(len(atoms), len(placed)))
    placed.info["adsorbates"] = [
        *placed_adsorbates(atoms),
        {"adsorbate": guest.name, "site": site.id, "atoms": indices},
    ]
    placed.info["adsorbate"] = guest.name
    placed.info["site"] = site.id
    return placed


def _count(guest: Adsorbate, denticity: object, to: Site | None) -> int:
    """By how many atoms to bind."""
    usual = guest.denticity if to is None else 2
    count = usual if denticity is None else denticity
    if count not in (1, 2) or isinstance(count, bool) or (count == 1 and to is not None):
        raise SurfaceError(
            f"Cannot place {guest.name} with denticity={denticity!r}"
            f"{' and a second site' if to is not None else ''}: it is 1, or 2 for two binding atoms"
            " and where `to` gives the site of the second."
        )
    if count == 2 and guest.second is None:
        raise SurfaceError(
            f"{guest.name} binds by one atom only: no second binding atom is known for it. Name "
            "both with catml.structures.placing.molecules.as_adsorbate(molecule, binding=(i, j)), "
            "or leave out `to` and `denticity`."
        )
    return int(count)


def _check_numbers(**options: object) -> None:
    for name, value in options.items():
        if value is not None and not is_number(value):
            unit = "Å" if name == "height" else "degrees"
            raise SurfaceError(
                f"{name}={value!r} is not a number: give it in {unit}, or leave it out."
            )


def check_kinds(atoms: object, site: object) -> None:
    """Refuse what is no structure or no site.

    Raises
    ------
    SurfaceError
        If `atoms` is no ase.Atoms or `site` no Site.
    """
    if not isinstance(atoms, Atoms):
        raise SurfaceError(
            f"Adsorbates go on a slab or particle given as ase.Atoms, not on {atoms!r}: "
            'build one, such as Surface("Pt(111)").slab(size=(2, 2)).'
        )
    if not isinstance(site, Site):
        raise SurfaceError(
            f"{site!r} is no site: take one of the list that find_sites of the very slab returns, "
            "such as find_sites(slab)[0]."
        )


def _check_site(slab: Atoms, site: Site) -> None:
    symbols = slab.get_chemical_symbols()
    known = max(site.atoms) < len(slab) and site.elements == tuple(symbols[i] for i in site.atoms)
    if known:
        # The binding atoms lie around the site, wherever relaxation has moved them since.
        middle = corners(slab, site).mean(axis=0)
        known = bool(np.linalg.norm(middle - site.position) < 1.0)
    if not known:
        raise SurfaceError(
            f"The site {site.id!r} was not found on {slab.get_chemical_formula()} as it is: its "
            "atoms are elsewhere. Take a site from find_sites of the very slab."
        )
