"""What a slab's layers hold: composition, stoichiometry, its two ends, and whether it has a middle.

Everything here is read off the atoms, so that it answers for the slab of any builder, relaxed or
not. Layers are planes of atoms along the surface normal: sorted by height, a new one begins where
the next atom lies more than a tolerance lower. A slab built by catml keeps the layers it is tagged
with, wherever its atoms have moved since, unless a tolerance is given. Atoms tagged 0 on a slab
that has other tags are adsorbates, which `catml.place` and `ase.build.add_adsorbate` tag so, and
are left out.

What depends on the bulk takes it as ``bulk``: a `catml.Surface`, its name, or an `ase.Atoms` of the
crystal. By default it is the surface in ``atoms.info``, and for a single element its crystal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catml.structures.bulk.of_slabs import (
    Bulk,
    Composition,
    bulk_crystal,
    bulk_formula,
    counted,
    known_bulk,
    reduced,
    slab_atoms,
)
from catml.structures.bulk.prototypes import metals
from catml.structures.finding.matching import SYMMETRY_TOLERANCE
from catml.structures.finding.surface_cell import SurfaceCell, surface_cell_as_it_is
from catml.structures.neighbors import bonded_pairs, coordination_numbers

if TYPE_CHECKING:
    from ase import Atoms

LAYER_TOLERANCE_ANG = 0.1
"""Less than every spacing of planes with indices up to 3 in metals (0.18 Å and more); atoms of one
plane that a relaxation or noise has moved further apart than that count as two layers."""

_DIPOLE_PER_ATOM_E_ANG = 0.05
_FREE_ANG = 15.0


@dataclass(frozen=True)
class Stoichiometry:
    """The atoms of a slab against its bulk's formula.

    Attributes
    ----------
    counts : dict of str to int
        Atoms of the slab, by element.
    bulk : dict of str to float
        Those of the bulk's formula.
    excess : dict of str to float
        Atoms beyond the most formula units that the slab has, by element; empty where its formula
        is the bulk's.
    """

    counts: Composition
    bulk: dict[str, float]
    excess: dict[str, float]

    @property
    def is_stoichiometric(self) -> bool:
        """Whether the slab has its bulk's formula."""
        return not self.excess


@dataclass(frozen=True)
class SlabEnds:
    """How the two sides of a slab compare.

    Attributes
    ----------
    top, bottom : dict of str to int
        Composition of the outermost layers.
    symmetric : bool
        Whether a symmetry of the slab exchanges its sides, so that both are the same surface.
    polar : bool or None
        Whether the slab of a compound with a non-metal has a dipole moment along the normal, its
        ions taken at the formal charges that pymatgen gives them for the bulk's formula; None
        where it gives none. Metals and their alloys are not polar.
    """

    top: Composition
    bottom: Composition
    symmetric: bool
    polar: bool | None

    @property
    def same_composition(self) -> bool:
        """Whether both outermost layers hold the same elements in the same ratio."""
        return reduced(self.top) == reduced(self.bottom)


@dataclass(frozen=True)
class MiddleCoordination:
    """The coordination inside a slab against that of the bulk.

    Attributes
    ----------
    found : tuple of int
        Coordination numbers of the atoms in the layer that misses the fewest neighbours, sorted.
    bulk : tuple of int
        Those that these atoms have in the bulk, sorted.
    is_bulk : bool
        Whether that layer misses none.
    """

    found: tuple[int, ...]
    bulk: tuple[int, ...]
    is_bulk: bool


def layer_numbers(atoms: "Atoms", *, tolerance_ang: float | None = None) -> NDArray[np.int64]:
    """Return the layer of each atom, counted from 1 at the top; 0 for adsorbates.

    Shape (n_atoms,). The result may serve as tags.

    Raises
    ------
    SurfaceError
        If `atoms` is not a slab.
    """
    if tolerance_ang is None and _is_tagged(atoms):
        return atoms.get_tags().astype(np.int64)
    numbers = np.zeros(len(atoms), dtype=np.int64)
    members = slab_atoms(atoms)
    heights = -surface_cell_as_it_is(atoms[members]).slab_positions[:, 2]
    order = np.argsort(heights, kind="stable")
    steps = np.diff(heights[order], prepend=-np.inf) > (
        LAYER_TOLERANCE_ANG if tolerance_ang is None else tolerance_ang
    )
    numbers[members[order]] = np.cumsum(steps)
    return numbers


def layer_compositions(atoms: "Atoms", *, tolerance_ang: float | None = None) -> list[Composition]:
    """Return the elements of each layer and how many atoms of them, from the top down.

    Parameters
    ----------
    atoms : ase.Atoms
        Any slab.
    tolerance_ang : float, optional
        Difference in height in Å above which the next atom is in another layer, by default
        `LAYER_TOLERANCE_ANG`. Give more where layers have buckled.

    Raises
    ------
    SurfaceError
        If `atoms` is not a slab.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> layer_compositions(Surface("Pt3Ni(100)").slab(layers=3))
    [{'Pt': 2}, {'Ni': 1, 'Pt': 1}, {'Pt': 2}]
    """
    numbers = layer_numbers(atoms, tolerance_ang=tolerance_ang)
    return [counted(atoms.numbers[numbers == k]) for k in range(1, numbers.max(initial=0) + 1)]


def stoichiometry(atoms: "Atoms", bulk: Bulk = None) -> Stoichiometry:
    """Compare a slab's formula with that of its bulk.

    Raises
    ------
    SurfaceError
        If no bulk is given and none is known.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> stoichiometry(Surface("Pt3Ni(100)").slab(layers=3)).excess
    {'Pt': 2.0}
    """
    counts = counted(atoms.numbers[slab_atoms(atoms)])
    formula = bulk_formula(known_bulk(atoms, bulk))
    units = min(counts.get(element, 0) / share for element, share in formula.items())
    excess = {
        element: round(count - units * formula.get(element, 0.0), 6)
        for element, count in counts.items()
    }
    return Stoichiometry(counts, formula, {el: n for el, n in excess.items() if n > 1e-6})


def slab_ends(atoms: "Atoms", bulk: Bulk = None, *, tolerance_ang: float | None = None) -> SlabEnds:
    """Compare the two sides of a slab.

    The bulk serves the formal charges alone; where none is known the slab's own formula does.

    Raises
    ------
    SurfaceError
        If `atoms` is not a slab.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> slab_ends(Surface("Pt3Ni(100)").slab(layers=4)).symmetric
    False
    """
    layers = layer_compositions(atoms, tolerance_ang=tolerance_ang)
    surface = surface_cell_as_it_is(atoms[slab_atoms(atoms)])
    own = counted(surface.numbers)
    polar: bool | None = False
    if not set(own) <= metals():
        polar = _has_dipole(surface, _formula_or(atoms, bulk, own))
    return SlabEnds(layers[0], layers[-1], _sides_are_alike(surface), polar)


def coordination_of_middle(atoms: "Atoms", bulk: Bulk = None) -> MiddleCoordination:
    """Say whether a slab has a layer whose atoms have all the neighbours they have in the bulk.

    Neighbours are atoms not more than 10 % further away than the closest one of either atom: 12 in
    fcc and hcp, 8 in bcc, 6 around the metal of an oxide. `build_slab` asks the planes that it
    stacks, before there are any atoms, and warns (`ThinSlabWarning`) of any slab that has no such
    layer; where bonds reach differently far up and down, as in hcp and oxides, already of one
    plane more.

    Raises
    ------
    SurfaceError
        If `atoms` is not a slab, or no bulk is given and none is known.

    Examples
    --------
    >>> from ase.build import fcc211
    >>> coordination_of_middle(fcc211("Pt", (3, 1, 2), vacuum=8))
    MiddleCoordination(found=(10,), bulk=(12,), is_bulk=False)
    """
    crystal = bulk_crystal(
        known_bulk(atoms, bulk), atoms.info.get("lattice") if bulk is None else None
    )
    in_bulk: dict[int, int] = {}
    for number, count in zip(crystal.numbers.tolist(), _coordination(crystal), strict=True):
        in_bulk[number] = min(int(count), in_bulk.get(number, int(count)))
    slab = surface_cell_as_it_is(atoms[slab_atoms(atoms)]).slab_atoms()
    found = _coordination(slab)
    fewest = min(in_bulk.values())
    wanted = np.array([in_bulk.get(number, fewest) for number in slab.numbers.tolist()])
    layers = layer_numbers(atoms)
    layers = layers[layers > 0]
    missing = [int((wanted - found)[layers == k].max()) for k in range(1, layers.max() + 1)]
    best = layers == int(np.argmin(missing)) + 1
    return MiddleCoordination(
        found=tuple(sorted(set(found[best].tolist()))),
        bulk=tuple(sorted(set(wanted[best].tolist()))),
        is_bulk=min(missing) <= 0,
    )


def describe_slab(atoms: "Atoms", bulk: Bulk = None) -> dict[str, Any]:
    """Return what the functions above say of a slab, with its ``info``, fit for JSON.

    Raises
    ------
    SurfaceError
        If `atoms` is not a slab, or no bulk is given and none is known.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> describe_slab(Surface("CuAu(001)").slab(layers=3))["excess"]
    {'Cu': 1.0}
    """
    compared, ends = stoichiometry(atoms, bulk), slab_ends(atoms, bulk)
    return {
        **atoms.info,
        "formula": atoms.get_chemical_formula(),
        "layer_compositions": layer_compositions(atoms),
        "excess": compared.excess,
        "symmetric": ends.symmetric,
        "polar": ends.polar,
        "bulk_like_middle": coordination_of_middle(atoms, bulk).is_bulk,
    }


def _is_tagged(atoms: "Atoms") -> bool:
    """Whether the tags are still those that catml gave the layers."""
    if not {"surface", "layers"} <= set(atoms.info):
        return False
    found = np.unique(atoms.get_tags())
    return bool(np.array_equal(found[found != 0], np.arange(1, int(atoms.info["layers"]) + 1)))


def _formula_or(atoms: "Atoms", bulk: Bulk, own: Composition) -> Mapping[str, float]:
    """The formula of the bulk, or the slab's own where no bulk is known."""
    if bulk is None and "surface" not in atoms.info:
        return own
    return bulk_formula(known_bulk(atoms, bulk))


def _coordination(atoms: "Atoms") -> NDArray[np.int64]:
    return coordination_numbers(bonded_pairs(atoms), len(atoms))


def _sides_are_alike(surface: SurfaceCell) -> bool:
    import spglib

    box = np.zeros((3, 3))
    box[:2, :2] = surface.cell
    box[2, 2] = np.ptp(surface.positions[:, 2]) + _FREE_ANG
    cell = (box, surface.positions @ np.linalg.inv(box), surface.numbers)
    found = spglib.get_symmetry(cell, symprec=SYMMETRY_TOLERANCE * surface.spacing_ang)
    return bool((found["rotations"][:, 2, 2] == -1).any())


def _has_dipole(surface: SurfaceCell, formula: Mapping[str, float]) -> bool | None:
    """Whether the ions' dipole moment about the mid-height is more than rounding and noise."""
    from pymatgen.core import Composition as Formula

    guesses = Formula(formula).oxi_state_guesses()
    if not guesses:
        return None
    heights = surface.positions[:, 2] - surface.positions[:, 2].min()
    charges = np.array([guesses[0].get(symbol, 0.0) for symbol in surface.symbols])
    dipole_e_ang = float(charges @ (heights - heights.max() / 2))
    return abs(dipole_e_ang) > _DIPOLE_PER_ATOM_E_ANG * len(charges)
