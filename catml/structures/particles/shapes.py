"""The atoms of a nanoparticle: where they are, and which element of an alloy each is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from catml.elements.lattice import LatticeConstants
from catml.errors import SurfaceError
from catml.structures.neighbors import nearest_neighbors
from catml.structures.quantities import is_positive
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

_LATTICE_NAMES = {"A1": "fcc", "L1_2": "fcc", "A2": "bcc", "A3": "hcp"}
_ORDERED = ("L1_2", "L1_0")
_TWINNED = ("icosahedron", "decahedron")


def check_shape(bulk: Surface, shape: str) -> None:
    """Raise SurfaceError if particles of a bulk cannot have the shape."""
    allowed = {"wulff": ("A1", "A2", "A3", "L1_2")}.get(shape, ("A1", "L1_2", "L1_0"))
    is_ordered = bulk.prototype in _ORDERED
    if bulk.prototype not in allowed or (shape in _TWINNED and is_ordered):
        raise SurfaceError(
            f"No {shape} is built of {bulk.bulk} in the prototype {bulk.prototype}: a twinned "
            "particle (icosahedron, decahedron) is of a metal or a solid solution, a wulff one of "
            "A1, A2, A3 or L1_2, any other of A1, L1_2 or L1_0."
        )


def particle_geometry(
    bulk: Surface, shape: str, parameters: Mapping[str, Any], constants: LatticeConstants
) -> "Atoms":
    """Return the bare atoms of a particle, centred nowhere in particular and without a cell.

    Parameters
    ----------
    bulk : Surface
        Any facet of the bulk it is made of.
    shape, parameters
        As `catml.structures.particles.sizes.particle_parameters` checked them.
    constants : LatticeConstants
        Lattice constants of the bulk.

    Raises
    ------
    SurfaceError
        If surface energies enclose no particle.
    """
    from ase import Atoms

    if shape == "wulff":
        places = _wulff(bulk, parameters, constants).positions
    else:
        places = _closed_shape(shape, parameters, constants.a_ang).positions
    atoms = Atoms([bulk.species[0]] * len(places), positions=places, pbc=False)
    return _ordered(atoms, bulk, constants) if bulk.prototype in _ORDERED else atoms


def _closed_shape(shape: str, parameters: Mapping[str, Any], a_ang: float) -> "Atoms":
    from ase.cluster import Decahedron, Icosahedron, Octahedron

    # The element plays no part, but ase.cluster wants one.
    if shape == "icosahedron":
        return Icosahedron("Pt", parameters["shells"] + 1, latticeconstant=a_ang)
    if shape == "decahedron":
        edge = parameters.get("shells", 0) + 1
        p, q, r = parameters.get("pqr", (edge, edge, 0))
        return Decahedron("Pt", p, q, r, latticeconstant=a_ang)
    if shape == "cuboctahedron":
        shells = parameters["shells"]
        return Octahedron("Pt", 2 * shells + 1, shells, latticeconstant=a_ang)
    return Octahedron("Pt", parameters["edge"], parameters.get("cut", 0), latticeconstant=a_ang)


def _wulff(bulk: Surface, parameters: Mapping[str, Any], constants: LatticeConstants) -> "Atoms":
    """The Wulff shape with the number of atoms next to the one asked for."""
    from ase.cluster import wulff_construction

    energies = {
        _facet(bulk, facet): _checked_energy(facet, energy)
        for facet, energy in parameters["surface_energies"].items()
    }
    lattice: Any = constants.a_ang
    if bulk.prototype == "A3":
        lattice = (constants.a_ang, constants.c_ang)
        closed = any(h or k for h, k, _ in energies) and any(m for _, _, m in energies)
        if not closed:
            raise SurfaceError(
                f"The facets {', '.join(parameters['surface_energies'])} of {bulk.bulk} enclose no "
                "particle: give the surface energy of one that cuts its c axis too, and of one "
                "around it, such as 0001 and 10-10."
            )
    try:
        particle = wulff_construction(
            "Pt",
            [list(facet) for facet in energies],
            list(energies.values()),
            parameters["n_atoms"],
            _LATTICE_NAMES[bulk.prototype],
            latticeconstant=lattice,
        )
        particle = _without_loose_atoms(particle)
    except (AssertionError, RuntimeError, ValueError, IndexError):
        particle = ()
    if len(particle) < 4:
        raise SurfaceError(
            f"No Wulff shape of {bulk.bulk} with about {parameters['n_atoms']} atoms is found for "
            f"the surface energies {parameters['surface_energies']}: they enclose no particle. "
            "Give more facets, energies nearer to each other, or more atoms."
        )
    return particle


def _without_loose_atoms(particle: "Atoms") -> "Atoms":
    """The particle without atoms that no more than three others hold, until there are none.

    Planes at these distances may leave single atoms on a facet, or sheets around the waist of an
    hcp crystal.
    """
    while True:
        counts = np.bincount(nearest_neighbors(particle).i, minlength=len(particle))
        if (counts > 3).all():
            return particle
        particle = particle[counts > 3]


def _facet(bulk: Surface, facet: str) -> tuple[int, int, int]:
    """The facet in three indices, read as surface names are."""
    label = "" if bulk.prototype == "L1_2" else f"[{bulk.prototype}]"
    miller = Surface(f"{bulk.bulk}{label}({facet.strip('()')})").miller
    return miller[0], miller[1], miller[-1]


def _checked_energy(facet: str, energy: object) -> float:
    if not is_positive(energy):
        raise SurfaceError(
            f"The surface energy of ({facet}) is {energy!r}: give a positive number in J/m²."
        )
    return float(energy)


def _ordered(atoms: "Atoms", bulk: Surface, constants: LatticeConstants) -> "Atoms":
    """Sort the two elements of an ordered alloy onto the fcc places.

    The place nearest to the middle decides: it is the minority element's in L1_2, and in a layer
    of the first element in L1_0.
    """
    offset = atoms.positions - atoms.positions.mean(axis=0)
    steps = np.round(np.linalg.norm(offset, axis=1), 6)
    first = int(np.lexsort((*np.round(offset, 6).T, steps))[0])
    halves = np.rint((offset - offset[first]) / (constants.a_ang / 2)).astype(int)
    if bulk.prototype == "L1_2":
        other = (halves % 2 == 0).all(axis=1)
    else:
        other = halves[:, 2] % 2 == 1
        atoms.positions[:, 2] *= (constants.c_ang or constants.a_ang) / constants.a_ang
    atoms.symbols[other] = bulk.species[1]
    return atoms
