"""All the copies of a distinct site, and how many surface atoms a slab or particle has."""

from ase import Atoms
from ase.data import chemical_symbols

from catml.errors import SurfaceError
from catml.structures.adsorbates import check_kinds
from catml.structures.bulk.prototypes import metals
from catml.structures.finding.structures import checked_structure
from catml.structures.finding.surface_cell import surface_cell
from catml.structures.neighbors import coordination_numbers, nearest_neighbors
from catml.structures.particles.body import particle
from catml.structures.particles.sites import particle_site_copies
from catml.structures.sites import Site, copies_on_slab, on_slab, primitive_sites

# Atoms of the second row of fcc(110) have 11 of 12 neighbours, the foot of a (211) step 10, the
# metal atoms of MgO(100) 5 of 6.
_OPEN = 0.86


def equivalent_copies(atoms: Atoms, site: Site, *, parent: Atoms | None = None) -> list[Site]:
    """Return all copies of a distinct site on the slab or particle it was found on.

    Parameters
    ----------
    atoms : ase.Atoms
        The slab or particle; adsorbates placed by `catml.place` are left out of account.
    site : Site
        One of `catml.find_sites(atoms)`, or one of its copies.
    parent : ase.Atoms, optional
        The ideal structure, as for `catml.find_sites`.

    Returns
    -------
    list of Site
        The copies, all with the same id, the one that `find_sites` gives first: as many as the
        site's multiplicity times the primitive cells of the slab, or its multiplicity on a
        particle.

    Raises
    ------
    SurfaceError
        If the slab has no such site.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> from catml.structures.sites import find_sites
    >>> slab = fcc111("Pt", (2, 2, 4), vacuum=8)
    >>> [len(equivalent_copies(slab, site)) for site in find_sites(slab)]
    [4, 12, 4, 4]
    """
    check_kinds(atoms, site)
    bare = checked_structure(atoms)
    all_copies = _all_copies(bare, parent)
    if site.id not in all_copies:
        raise SurfaceError(
            f"{bare.get_chemical_formula()} has no site {site.id!r}: its sites are "
            f"{', '.join(all_copies)}. Take one from find_sites of the very structure."
        )
    return all_copies[site.id]


def _all_copies(bare: Atoms, parent: Atoms | None) -> dict[str, list[Site]]:
    """The copies of every site by its id."""
    if not bare.pbc.any():
        body = particle(bare, parent=parent)
        return {copies[0].id: copies for copies in particle_site_copies(body)}
    surface = surface_cell(bare, parent=parent)
    return {
        site.id: [on_slab(surface, site, *copy) for copy in copies_on_slab(surface, site)]
        for site in primitive_sites(surface)
    }


def count_surface_atoms(atoms: Atoms, *, parent: Atoms | None = None) -> int:
    """Return how many atoms of a slab or particle one monolayer is counted by.

    These are the exposed atoms that lack at least a seventh of the neighbours of the bulk; of a
    compound, only the metal atoms among them. On a flat facet they are the atoms of the top layer,
    also of a compact alloy, whatever their elements; on fcc(110) and bcc(100) the top row or plane
    alone; on a stepped facet all rows of the terrace down to the foot of the step, three per
    primitive cell of fcc(211); on a particle all exposed atoms. Adsorbates placed by `catml.place`
    are left out of account; `parent` is the ideal structure, as for `catml.find_sites`.

    Examples
    --------
    >>> from ase.build import fcc110, fcc211
    >>> count_surface_atoms(fcc110("Cu", (2, 3, 6), vacuum=8))
    6
    >>> count_surface_atoms(fcc211("Cu", (3, 2, 4), vacuum=8))
    6
    """
    bare = checked_structure(atoms)
    coordination = coordination_numbers(
        nearest_neighbors(bare if parent is None else parent), len(bare)
    )
    all_copies = _all_copies(bare, parent)
    exposed = {
        copy.atoms[0] for copies in all_copies.values() for copy in copies if copy.kind == "ontop"
    }
    chosen = {i for i in exposed if coordination[i] <= _OPEN * coordination.max()} or exposed
    metallic = {i for i in chosen if chemical_symbols[bare.numbers[i]] in metals()}
    return len(metallic or chosen)
