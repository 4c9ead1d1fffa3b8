"""Adsorbates, and placing them on sites.

Molecules come with the geometries of the G2 set (doi:10.1063/1.473182) that ASE ships, CHx with
the tetrahedral angles of methane. An adsorbate stands on the site's own normal, which leans on a
stepped facet, with its binding atom one sum of covalent radii (doi:10.1039/b801115j) away from
the binding atoms of the surface. That is a start for a relaxation, not its result.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms
from ase.data import covalent_radii
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.neighbors import pairs_within

if TYPE_CHECKING:
    from catml.structures.sites import Site

# In sums of covalent radii. Atoms that do not bind to each other may come closer than a bond where
# the site is narrow; closer than the overlap nothing may come.
_CONTACT = 0.85
_OVERLAP = 0.65
# Two copies of an adsorbate nearer than this would be bonded.
_BONDED_COPIES = 1.2
_REACH_ANG = 7.0


@dataclass(frozen=True)
class _Recipe:
    """How an adsorbate is made from a molecule.

    `missing` hydrogen atoms are taken away, and the molecule is turned so that its other atoms
    lie above the binding one, `tilt_deg` off the normal.
    """

    molecule: str
    binding: str
    missing: int = 0
    tilt_deg: float = 0.0


_RECIPES = {
    "H": _Recipe("H", "H"),
    "C": _Recipe("C", "C"),
    "N": _Recipe("N", "N"),
    "O": _Recipe("O", "O"),
    "F": _Recipe("F", "F"),
    "S": _Recipe("S", "S"),
    "Cl": _Recipe("Cl", "Cl"),
    "CO": _Recipe("CO", "C"),
    "NO": _Recipe("NO", "N"),
    "N2": _Recipe("N2", "N"),
    "CH": _Recipe("CH4", "C", missing=3),
    "CH2": _Recipe("CH4", "C", missing=2),
    "CH3": _Recipe("CH4", "C", missing=1),
    "CHO": _Recipe("HCO", "C"),
    "NH": _Recipe("NH", "N"),
    "NH2": _Recipe("NH2", "N"),
    "NH3": _Recipe("NH3", "N"),
    # Hydroxyl leans over on metals; upright it would relax nowhere, by symmetry.
    "OH": _Recipe("OH", "O", tilt_deg=60.0),
    "SH": _Recipe("SH", "S", tilt_deg=60.0),
    "H2O": _Recipe("H2O", "O"),
}

ADSORBATES = tuple(_RECIPES)
"""Names that `place` knows."""


def adsorbate_atoms(name: str) -> Atoms:
    """Return an adsorbate with its binding atom, the first, at the origin and the rest above.

    Raises
    ------
    SurfaceError
        If the adsorbate is not one of `ADSORBATES`.

    Examples
    --------
    >>> adsorbate_atoms("CO").get_chemical_symbols()
    ['C', 'O']
    """
    from ase.build import molecule

    if name not in _RECIPES:
        raise SurfaceError(
            f"The adsorbate {name!r} is not known. Known are {', '.join(ADSORBATES)}; "
            "any other can be given as an ase.Atoms with its binding atom lowest."
        )
    recipe = _RECIPES[name]
    atoms = molecule(recipe.molecule)
    binding = atoms.get_chemical_symbols().index(recipe.binding)
    hydrogens = [i for i, symbol in enumerate(atoms.get_chemical_symbols()) if symbol == "H"]
    dropped = hydrogens[len(hydrogens) - recipe.missing :] if recipe.missing else []
    others = [i for i in range(len(atoms)) if i not in (binding, *dropped)]
    atoms = Atoms(
        numbers=atoms.numbers[[binding, *others]],
        positions=atoms.positions[[binding, *others]] - atoms.positions[binding],
    )
    rest = atoms.positions[1:]
    if len(rest):
        up = (rest / np.linalg.norm(rest, axis=1)[:, None]).sum(axis=0)
        atoms.rotate(up, "z")
        atoms.rotate(recipe.tilt_deg, "y")
    return atoms


def place(
    atoms: Atoms, site: "Site", adsorbate: str | Atoms, *, height: float | None = None
) -> Atoms:
    """Return a copy of a slab with an adsorbate on a site.

    Parameters
    ----------
    atoms : ase.Atoms
        The slab the site was found on.
    site : Site
        One of `catml.find_sites(atoms)`.
    adsorbate : str or ase.Atoms
        A name from `ADSORBATES`, or a molecule: its lowest atom binds, and its z axis becomes
        the site's normal.
    height : float, optional
        Height of the binding atom above the site along its normal, in Å. By default so that it
        is a sum of covalent radii away from the nearest of the site's atoms.

    Returns
    -------
    ase.Atoms
        The slab's atoms first, in their order, then those of the adsorbate, tagged 0 and the
        binding one first. ``info`` says what was placed where: ``adsorbate`` and ``site``.

    Raises
    ------
    SurfaceError
        If the adsorbate is unknown or empty, the site is not one of this slab, the height puts
        atoms into each other, or the cell is too small for the adsorbate.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> from catml.structures.sites import find_sites
    >>> slab = fcc111("Pt", (2, 2, 4), vacuum=10)
    >>> place(slab, find_sites(slab)[0], "CO").get_chemical_formula()
    'COPt16'
    """
    _check_site(atoms, site)
    guest = _binding_first(adsorbate)
    normal = np.array(site.normal)
    guest.rotate("z", normal)
    if height is None:
        height = _resting_height(atoms, site, guest)
    guest.translate(np.array(site.position) + height * normal)
    guest.set_tags(0)
    placed = atoms.copy()
    placed += guest
    placed.info["adsorbate"] = adsorbate if isinstance(adsorbate, str) else str(guest.symbols)
    placed.info["site"] = site.id
    _check_distances(placed, len(atoms), site)
    return placed


def _binding_first(adsorbate: str | Atoms) -> Atoms:
    """A new copy of the adsorbate, its binding atom first and at the origin."""
    if isinstance(adsorbate, str):
        return adsorbate_atoms(adsorbate)
    if not isinstance(adsorbate, Atoms) or not len(adsorbate):
        raise SurfaceError(
            f"Cannot place {adsorbate!r}: an adsorbate is a name ({', '.join(ADSORBATES)}) or an "
            "ase.Atoms with at least one atom."
        )
    order = np.argsort(adsorbate.positions[:, 2], kind="stable")
    lowest = int(order[0])
    others = [i for i in range(len(adsorbate)) if i != lowest]
    guest = adsorbate[[lowest, *others]]
    guest.translate(-adsorbate.positions[lowest])
    return guest


def _check_site(atoms: Atoms, site: "Site") -> None:
    symbols = atoms.get_chemical_symbols()
    known = max(site.atoms) < len(atoms) and site.elements == tuple(symbols[i] for i in site.atoms)
    if known:
        shifts = np.array([image[1:] for image in site.images]) @ atoms.cell.array[:2]
        corners = atoms.positions[list(site.atoms)] + shifts
        # The binding atoms lie around the site, wherever relaxation has moved them since.
        known = bool(np.linalg.norm(corners.mean(axis=0) - site.position) < 1.0)
    if not known:
        raise SurfaceError(
            f"The site {site.id!r} was not found on {atoms.get_chemical_formula()} as it is: its "
            "atoms are elsewhere. Take a site from find_sites of the very slab."
        )


def _resting_height(atoms: Atoms, site: "Site", guest: Atoms) -> float:
    """Lowest height in Å where binding atoms are a bond away and no others too close."""
    normal = np.array(site.normal)
    around, numbers, is_binding = _surroundings(atoms, site)
    heights = [0.0]
    for k, (offset, number) in enumerate(zip(guest.positions, guest.numbers, strict=True)):
        radii = covalent_radii[numbers] + covalent_radii[number]
        limit = np.where(is_binding & (k == 0), radii, _CONTACT * radii)
        relative = around - offset
        along = relative @ normal
        aside2 = (relative**2).sum(axis=1) - along**2
        near = aside2 < limit**2
        heights += (along[near] + np.sqrt(limit[near] ** 2 - aside2[near])).tolist()
    return max(heights)


def _surroundings(
    atoms: Atoms, site: "Site"
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Slab atoms around a site: positions relative to it, atomic numbers, whether they bind."""
    probe = atoms.copy()
    probe += Atoms("X", positions=[site.position])
    pairs = pairs_within(probe, _REACH_ANG)
    near = (pairs.i == len(atoms)) & (pairs.j < len(atoms))
    j, shift = pairs.j[near], pairs.shift[near]
    around = atoms.positions[j] + shift @ atoms.cell.array - np.array(site.position)
    binding = {(atom, u, v, 0) for atom, u, v in site.images}
    images = zip(j.tolist(), shift.tolist(), strict=True)
    is_binding = np.array([(atom, *turns) in binding for atom, turns in images], dtype=bool)
    return around, atoms.numbers[j], is_binding


def _check_distances(placed: Atoms, n_slab: int, site: "Site") -> None:
    """Refuse a placement with overlapping atoms."""
    pairs = pairs_within(placed, _REACH_ANG)
    radii = covalent_radii[placed.numbers]
    ratio = pairs.distance / (radii[pairs.i] + radii[pairs.j])
    from_guest = pairs.i >= n_slab
    to_slab = from_guest & (pairs.j < n_slab)
    to_copy = from_guest & (pairs.j >= n_slab) & pairs.shift.any(axis=1)
    name = placed.info["adsorbate"]
    if (ratio[to_slab] < _OVERLAP).any():
        worst = pairs.distance[to_slab][ratio[to_slab].argmin()]
        raise SurfaceError(
            f"{name} on {site.id} overlaps the slab, with atoms {worst:.2f} Å apart: give a "
            "larger height, or none to have it chosen."
        )
    if (ratio[to_copy] < _BONDED_COPIES).any():
        worst = pairs.distance[to_copy][ratio[to_copy].argmin()]
        raise SurfaceError(
            f"{name} on {site.id} touches its own periodic copies, with atoms {worst:.2f} Å "
            "apart: build the slab with a larger size, such as (2, 2)."
        )
