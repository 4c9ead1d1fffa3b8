"""A particle's atoms on their ideal places, with what its sites are made of: neighbours and net."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.environment import SUBLAYER_DEPTH
from catml.structures.finding.surface_cell import SurfaceCell
from catml.structures.finding.surface_net import SurfaceNet, probe_reach, surface_net
from catml.structures.neighbors import (
    Neighbors,
    connected_parts,
    nearest_neighbors,
    pairs_within,
    shortest_distances,
)
from catml.structures.particles.symmetry import ideal_positions

if TYPE_CHECKING:
    from ase import Atoms


@dataclass(frozen=True, eq=False)
class Particle:
    """A particle on its ideal places, and where its atoms really are.

    Attributes
    ----------
    surface : SurfaceCell
        The ideal particle, in a cell so wide that its copies do not meet.
    positions : float array (n, 3)
        Real positions in Å.
    """

    surface: SurfaceCell
    positions: NDArray[np.float64]

    @cached_property
    def neighbors(self) -> Neighbors:
        """Pairs of nearest neighbours on the ideal places."""
        return nearest_neighbors(self.surface.atoms())

    @cached_property
    def coordination(self) -> NDArray[np.int64]:
        """Number of neighbours of each atom."""
        return np.bincount(self.neighbors.i, minlength=len(self.positions))

    @cached_property
    def around(self) -> list[NDArray[np.int64]]:
        """The neighbours of each atom."""
        return np.split(self.neighbors.j, np.cumsum(self.coordination)[:-1])

    @cached_property
    def bond_lengths_ang(self) -> NDArray[np.float64]:
        """Real distances of `neighbors`, shape (n_pairs,)."""
        lengths: NDArray[np.float64] = np.linalg.norm(self.bonds_ang, axis=1)
        return lengths

    @property
    def bonds_ang(self) -> NDArray[np.float64]:
        """Real vectors from atom to neighbour of `neighbors`, shape (n_pairs, 3)."""
        return self.positions[self.neighbors.j] - self.positions[self.neighbors.i]

    def net(self) -> SurfaceNet:
        """Return the closed net of the exposed atoms."""
        reach = 2.1 * probe_reach(self.surface)
        return surface_net(self.surface, pairs_within(self.surface.atoms(), reach), closed=True)

    def zones(
        self, atoms: Sequence[int], normal: Sequence[float]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the same-layer and sublayer atoms of a site with these binding atoms.

        What is below is said along the site's normal.
        """
        places = self.surface.positions
        deep: dict[int, bool] = {}
        for atom in set(atoms):
            depth = (places[atom] - places[self.around[atom]]) @ np.asarray(normal)
            below = depth > SUBLAYER_DEPTH * self.surface.spacing_ang
            for j, is_below in zip(self.around[atom].tolist(), below.tolist(), strict=True):
                deep[j] = deep.get(j, False) or is_below
        outer = sorted(j for j in deep if j not in atoms)
        return tuple(j for j in outer if not deep[j]), tuple(j for j in outer if deep[j])


def particle(atoms: "Atoms", *, parent: "Atoms | None" = None) -> Particle:
    """Return a particle with its ideal places.

    Parameters
    ----------
    atoms : ase.Atoms
        A particle, not periodic.
    parent : ase.Atoms, optional
        The ideal particle, as for `catml.structures.particles.symmetry.ideal_positions`.

    Raises
    ------
    SurfaceError
        If the atoms are too few, flat or apart, so that they enclose no particle.
    """
    from ase import Atoms

    formula = atoms.get_chemical_formula() or "An empty structure"
    spacing = float(np.median(shortest_distances(atoms))) if len(atoms) > 3 else np.inf
    if _thickness_ang(atoms) < 0.2 * spacing:
        raise SurfaceError(
            f"{formula} is not a slab, for it is not periodic, and no particle, for its atoms do "
            "not enclose a body. Set pbc=(True, True, False) for a slab."
        )
    pairs = nearest_neighbors(atoms)
    if connected_parts(pairs.i, pairs.j, len(atoms)).any():
        raise SurfaceError(
            f"{formula} is no particle: it is not periodic and in several pieces. Take away what "
            "is not bonded to the particle, or set pbc=(True, True, False) for a slab."
        )
    places = ideal_positions(atoms, parent=parent)
    ideal = Atoms(numbers=atoms.numbers, positions=places)
    spacing = float(np.median(shortest_distances(ideal)))
    box = (float(np.ptp(places, axis=0).max()) + 6 * spacing) * np.eye(2)
    surface = SurfaceCell(
        cell=box,
        positions=places,
        numbers=np.asarray(atoms.numbers, dtype=np.int64),
        spacing_ang=spacing,
        slab_cell=box,
        slab_positions=places,
        parents=np.arange(len(places)),
        frame=np.eye(3),
    )
    return Particle(surface, atoms.positions.copy())


def _thickness_ang(atoms: "Atoms") -> float:
    """How far the atoms are off the best plane through them, root of the sum of squares."""
    if not len(atoms):
        return 0.0
    offset = atoms.positions - atoms.positions.mean(axis=0)
    return float(np.linalg.svd(offset, compute_uv=False)[-1])
