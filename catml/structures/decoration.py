"""Changing which elements a particle is made of: shells, and single atoms at chosen places.

The functions take any particle, built by `catml.structures.nanoparticles` or not, and return a
changed copy.
"""

from typing import TYPE_CHECKING

import numpy as np

from catml.errors import SurfaceError
from catml.structures.grammar.symbols import read_metal
from catml.structures.nanoparticles import shells_from_outside
from catml.structures.neighbors import nearest_neighbors
from catml.structures.particles.sites import atoms_by_place
from catml.structures.quantities import is_count

if TYPE_CHECKING:
    from ase import Atoms


def core_shell(particle: "Atoms", shell_element: str, *, shells: int = 1) -> "Atoms":
    """Return a copy of a particle with its outer shells made of one element.

    Parameters
    ----------
    particle : ase.Atoms
        A particle.
    shell_element : str
        Symbol of the element outside.
    shells : int
        Number of shells, counted from the exposed atoms inwards.

    Returns
    -------
    ase.Atoms
        Atoms in their places; ``info`` holds ``particle``, the name ``core@shell`` and shape.

    Raises
    ------
    SurfaceError
        If the element is no metal, or no core is left.

    Examples
    --------
    >>> from catml.structures.nanoparticles import nanoparticle
    >>> core_shell(nanoparticle("Ni", "icosahedron", shells=2), "Pt").info["particle"]
    'Ni13@Pt42 icosahedron'
    """
    element = read_metal(shell_element, "The shell of a particle")
    number = shells_from_outside(particle)
    deepest = int(number.max(initial=0))
    if not is_count(shells) or not 1 <= shells < deepest:
        raise SurfaceError(
            f"Cannot make {shells!r} shells of {particle.get_chemical_formula()} of {element}: "
            f"it has {deepest}, and one must stay as the core. Give a whole number from 1 to "
            f"{max(deepest - 1, 1)}, or a larger particle."
        )
    changed = particle.copy()
    outside = number <= shells
    changed.symbols[outside] = element
    core = particle[~outside].get_chemical_formula()
    _rename(changed, f"{core}@{changed[outside].get_chemical_formula()}")
    return changed


def decorate(
    particle: "Atoms", element: str, *, at: str = "vertex", count: int = 1, seed: int = 0
) -> "Atoms":
    """Return a copy of a particle with exposed atoms of one kind of place replaced.

    Parameters
    ----------
    particle : ase.Atoms
        A particle.
    element : str
        Symbol of the new element.
    at : str
        Which atoms: the subtype of an on-top site, ``"vertex"``, ``"edge"`` or a facet such as
        ``"111"`` (``"facet-111"`` says the same).
    count : int
        Number of atoms to replace. They are drawn at random among those at such places, never
        next to one replaced before as long as there is another place.
    seed : int
        Seed of the draw.

    Returns
    -------
    ase.Atoms
        Atoms in their places; ``info`` holds ``particle``, its new name.

    Raises
    ------
    SurfaceError
        If the element is no metal, or the particle has too few atoms at such places.

    Examples
    --------
    >>> from catml.structures.nanoparticles import nanoparticle
    >>> cluster = nanoparticle("Cu", "cuboctahedron", shells=2)
    >>> decorate(cluster, "Pt", at="edge").info["particle"]
    'Pt1/Cu54 cuboctahedron'
    """
    symbol = read_metal(element, "The element on a particle")
    places = atoms_by_place(particle)
    name = at.removeprefix("facet-") if isinstance(at, str) else at
    if name not in places:
        raise SurfaceError(
            f"{particle.get_chemical_formula()} has no atoms at {at!r}: choose one of "
            f"{', '.join(places)}."
        )
    free = places[name]
    if not is_count(count) or not 1 <= count <= len(free):
        raise SurfaceError(
            f"Cannot replace {count!r} atoms at {at!r} of {particle.get_chemical_formula()}: give "
            f"a whole number from 1 to {len(free)}, the atoms there."
        )
    chosen = _spread(particle, free, count, seed)
    changed = particle.copy()
    changed.symbols[chosen] = symbol
    rest = np.setdiff1d(np.arange(len(particle)), chosen)
    _rename(changed, f"{symbol}{count}/{particle[rest].get_chemical_formula()}")
    return changed


def _spread(atoms: "Atoms", free: list[int], count: int, seed: int) -> list[int]:
    """Draw atoms one by one among those with fewest neighbours drawn before."""
    pairs = nearest_neighbors(atoms)
    order = np.random.default_rng(seed).permutation(np.array(free))
    touched = np.zeros(len(atoms), dtype=np.int64)
    chosen: list[int] = []
    for _ in range(count):
        left = order[~np.isin(order, chosen)]
        atom = int(left[touched[left].argmin()])
        chosen.append(atom)
        touched[pairs.j[pairs.i == atom]] += 1
    return chosen


def _rename(atoms: "Atoms", formula: str) -> None:
    atoms.info["particle"] = " ".join(filter(None, (formula, str(atoms.info.get("shape", "")))))
