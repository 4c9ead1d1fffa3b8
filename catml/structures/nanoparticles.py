"""Metal nanoparticles of well-known shapes, as ASE atoms.

=====================  =========================  ==================================
shape                  size                       numbers of atoms
=====================  =========================  ==================================
cuboctahedron          ``shells`` around the      13, 55, 147, 309, 561, 923
icosahedron            central atom: 1, 2, 3 …
decahedron             ``shells``, or ``pqr``     the same; any with ``pqr``
octahedron             ``edge``: 2, 3, 4 …        6, 19, 44, 85, 146
truncated-octahedron   ``edge`` and ``cut``:      38, 201, 586 where edge = 3 cut + 1
                       (4, 1), (7, 2) …
wulff                  ``n_atoms``, closest       those of the shape nearest to it
=====================  =========================  ==================================

With ``n_atoms`` instead of its size, a shape of the upper rows is asked for by its number of atoms.
Coordinates come from `ase.cluster`.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catml.elements.lattice import LatticeConstants
from catml.errors import CatmlError, SurfaceError
from catml.structures.bulk.lattice import lattice_of
from catml.structures.bulk.prototypes import ground_state
from catml.structures.grammar.formulas import read_bulk
from catml.structures.neighbors import nearest_neighbors
from catml.structures.particles.shapes import check_shape, particle_geometry
from catml.structures.particles.sizes import Shape, particle_parameters
from catml.structures.quantities import is_positive
from catml.structures.substitution import substitute
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms


def nanoparticle(
    species: str,
    shape: Shape,
    *,
    shells: int | None = None,
    edge: int | None = None,
    cut: int | None = None,
    pqr: tuple[int, int, int] | None = None,
    n_atoms: int | None = None,
    surface_energies: Mapping[str, float] | None = None,
    lattice: tuple[float, float | None] | LatticeConstants | None = None,
    functional: str = "BEEF-vdW",
    vacuum: float = 10.0,
) -> "Atoms":
    """Return a nanoparticle.

    Parameters
    ----------
    species : str
        A metal, ``"Pt"``, an ordered alloy, ``"Pt3Ni"`` or ``"CuAu"``, or a solid solution,
        ``"Cu0.75Pd0.25"``, written as in surface names; a prototype in brackets where the usual
        one is not meant, ``"Co[A1]"``. All shapes but ``"wulff"`` are cut from, or twinned of,
        the fcc lattice; a metal of another structure is given its fcc lattice constant.
    shape : str
        ``"cuboctahedron"``, ``"octahedron"``, ``"truncated-octahedron"``, ``"icosahedron"``,
        ``"decahedron"`` or ``"wulff"``.
    shells : int, optional
        Closed shells around the central atom of a cuboctahedron, icosahedron or decahedron.
    edge : int, optional
        Atoms along an edge of the octahedron (of a truncated one, before its corners are cut).
    cut : int, optional
        Atomic layers cut off each corner of a truncated octahedron. The octahedron then is
        regular at edge = 3 cut + 1.
    pqr : (int, int, int), optional
        Of a decahedron: atoms along the edges of its (100) facets across and along the fivefold
        axis, and depth of the re-entrant grooves between them (Marks decahedron), 0 for none.
    n_atoms : int, optional
        Number of atoms, instead of the above; it must be one that the shape can have. A Wulff
        shape has the nearest number there is.
    surface_energies : mapping of str to float, optional
        Of a Wulff shape: surface energy of each facet in J/m², ``{"111": 1.3, "100": 1.5}``.
    lattice : (float, float or None) or LatticeConstants, optional
        Lattice constants a and c in Å, instead of the tabulated ones.
    functional : str
        Functional the tabulated ones are wanted in (`catml.elements.lattice`).
    vacuum : float
        Empty space in Å on every side.

    Returns
    -------
    ase.Atoms
        Not periodic, in the middle of its cell. Tags number the shells from outside (1 = exposed
        atoms). ``info`` holds ``particle`` (its name), ``species``, ``shape``, ``parameters``,
        ``prototype`` and ``lattice`` (constants, functional, source), fit for JSON.

    Raises
    ------
    SurfaceError
        If an argument is out of range or does not belong to the shape.
    ElementError
        If no lattice constants are known.

    Notes
    -----
    An icosahedron's bonds have the bulk length towards its centre and are 5 % longer along its
    facets. An ordered alloy has at its centre the minority element (of L1_2) or a layer of the
    first element (of L1_0); its composition is that of the bulk only nearly. From a
    Wulff shape, atoms with three neighbours or fewer are left out: single atoms on its facets, and
    sheets of atoms around the waist of an hcp crystal. The number of atoms that the result has
    stands in its name.

    Examples
    --------
    >>> nanoparticle("Pt", "cuboctahedron", shells=3).info["particle"]
    'Pt147 cuboctahedron'
    >>> len(nanoparticle("Au", "truncated-octahedron", edge=7, cut=2))
    201
    >>> len(nanoparticle("Cu", "wulff", n_atoms=200, surface_energies={"111": 1.3, "100": 1.5}))
    201
    """
    _check_vacuum(vacuum)
    sizes = {
        "shells": shells,
        "edge": edge,
        "cut": cut,
        "pqr": pqr,
        "n_atoms": n_atoms,
        "surface_energies": surface_energies,
    }
    parameters = particle_parameters(shape, {name: x for name, x in sizes.items() if x is not None})
    bulk = _bulk(species, shape)
    check_shape(bulk, shape)
    constants = lattice_of(bulk, lattice, functional=functional)
    particle = particle_geometry(bulk, shape, parameters, constants)
    if bulk.solution is not None:
        mixed = bulk.solution
        particle = substitute(particle, mixed.shares, seed=mixed.seed, ordered=mixed.ordered)
    particle.center(vacuum=vacuum)
    particle.set_tags(shells_from_outside(particle))
    formula = particle.get_chemical_formula()
    particle.info = {
        "particle": f"{formula} {shape}",
        "species": species,
        "shape": shape,
        "parameters": parameters,
        "prototype": bulk.prototype,
        "lattice": asdict(constants),
    }
    return particle


def shells_from_outside(atoms: "Atoms") -> NDArray[np.int64]:
    """Number the atoms' shells from outside, 1 for the exposed ones, shape (n_atoms,).

    The atoms with fewer neighbours than in the bulk make the first shell; those that have too few
    once it is gone the second, and so on.

    Examples
    --------
    >>> from ase.cluster import Icosahedron
    >>> np.bincount(shells_from_outside(Icosahedron("Au", 3))).tolist()
    [0, 42, 12, 1]
    """
    pairs = nearest_neighbors(atoms)
    counts = np.bincount(pairs.i, minlength=len(atoms))
    # Twelve, or the fourteen of body-centred lattices, when most of those inside have so many.
    inside = counts[counts >= 12]
    full = int(np.bincount(inside).argmax()) if len(inside) else 12
    shell = np.zeros(len(atoms), dtype=np.int64)
    number = 0
    while not shell.all():
        number += 1
        left = shell == 0
        kept = left[pairs.i] & left[pairs.j]
        counts = np.bincount(pairs.i[kept], minlength=len(atoms))
        shell[left & (counts < full)] = number
        # A compact rest, denser than any bulk, has no exposed atoms by this count.
        if not (shell == number).any():
            shell[left] = number
    return shell


def ideal_particle(info: Mapping[str, Any]) -> "Atoms | None":
    """Return the particle that an ``atoms.info`` describes, as it was built, None without one.

    Elements are those of the species, whatever has been exchanged since.
    """
    try:
        parameters = dict(info["parameters"])
        lattice = LatticeConstants(**info["lattice"])
        return nanoparticle(info["species"], info["shape"], lattice=lattice, **parameters)
    except (CatmlError, KeyError, TypeError, ValueError):
        # Somebody else's notes, or notes that a file has lost a part of.
        return None


def _bulk(species: str, shape: str) -> Surface:
    """The bulk, as some facet of it: of a metal the fcc one, unless brackets say otherwise."""
    if not isinstance(species, str):
        raise SurfaceError(
            f"Cannot make a particle of {species!r}: give the name of a metal or an ordered "
            "alloy, such as 'Pt', 'Pt3Ni' or 'Co[A1]'."
        )
    bulk = read_bulk(species)
    if not bulk.is_one_lattice:
        return Surface(f"{species}(111)")
    label = bulk.label or (ground_state(bulk.species[0]) if shape == "wulff" else "A1")
    options = bulk.mixture.options if bulk.mixture else ""
    facet = "0001" if label == "A3" else "111"
    return Surface(f"{bulk.formula}[{label}]{options}({facet})")


def _check_vacuum(vacuum: object) -> None:
    if not is_positive(vacuum):
        raise SurfaceError(
            f"Cannot build a particle with vacuum={vacuum!r}: give the empty space on every side "
            "as a positive length in Å, such as 10.0."
        )
