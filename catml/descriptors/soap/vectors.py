"""SOAP: what surrounds a point, as one vector that does not depend on how the atoms are turned.

Each atom within reach is a Gaussian; their sum around a point is expanded in radial functions n
and spherical harmonics l, m, and the power spectrum of the coefficients does not change when
everything is rotated (A. P. Bartók, R. Kondor, G. Csányi, Phys. Rev. B 87, 184115 (2013),
doi:10.1103/PhysRevB.87.184115). DScribe computes it (doi:10.1016/j.cpc.2019.106949), the optional
extra ``catml[soap]``.

Plain SOAP has a block of its own for every pair of elements, so that a model cannot say anything
about an element it has not seen, and every new one makes the vector longer. Here the elements
enter by their properties, as in alchemical kernels (S. De et al., Phys. Chem. Chem. Phys. 18,
13754 (2016), doi:10.1039/C6CP00415F; M. J. Willatt et al., ibid. 20, 29661 (2018),
doi:10.1039/C8CP05921G). A channel k is a density in which every atom counts by a number w_k of its
element, and the vector holds

    p_k[l, n, n'] = Σ_m c_k[n, l, m] c[n', l, m],    c_k = Σ_Z w_k(Z) c_Z,    c = Σ_Z c_Z,

the density of the channel against the plain one: the μ = 1, ν = 1 compression of J. P. Darby et
al., npj Comput. Mater. 8, 166 (2022), doi:10.1038/s41524-022-00847-y, summed over the elements. The
first channel is the plain density, w = 1. A property x, brought to 0...1 by its smallest and
largest value of all elements, gives two: w = cos(πx/2) and sin(πx/2). Two elements then differ by
cos(π(x - x')/2) in the dot product of their channels: 1 if they are equal in the property, less the
further apart they are, never negative, and the same for all elements with themselves.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catml.elements.properties import element_array, property_names
from catml.errors import DescriptorError
from catml.structures.finding.flat_slabs import flat_slab

if TYPE_CHECKING:
    from ase import Atoms

Array = NDArray[np.float64]

CHANNEL_PROPERTIES = ("group", "period", "pauling_electronegativity", "covalent_radius_ang")

_LEAST_CUTOFF_ANG = 1.0
_MOST_ANGULAR = 20


@dataclass(frozen=True)
class SoapSettings:
    """How far SOAP sees, how finely, and by which properties it knows elements.

    Attributes
    ----------
    cutoff_ang : float
        Radius in Å. The weight of an atom falls smoothly from 1 at the point to 0 there,
        1 + 2(r/r_c)³ - 3(r/r_c)², so that no atom enters or leaves with a jump. 5 Å reaches the
        third neighbours of an atom in copper and platinum, the second in zirconium.
    n_max : int
        Number of radial functions.
    l_max : int
        Highest degree of the spherical harmonics, 0 to 20.
    width_ang : float
        Standard deviation of the Gaussians in Å.
    properties : tuple of str
        Elemental properties with channels; an element without one of them has zeros there. With
        an empty tuple all atoms are alike.

    Examples
    --------
    >>> SoapSettings().n_features
    1620
    >>> SoapSettings(n_max=3, l_max=2, properties=("period",)).n_features
    81
    """

    cutoff_ang: float = 5.0
    n_max: int = 6
    l_max: int = 4
    width_ang: float = 0.5
    properties: tuple[str, ...] = CHANNEL_PROPERTIES

    def __post_init__(self) -> None:
        """Refuse what cannot be computed.

        Raises
        ------
        DescriptorError
            If a value is out of range or a property does not exist.
        """
        allowed = {
            "cutoff_ang": (self.cutoff_ang > _LEAST_CUTOFF_ANG, "a length above 1 Å"),
            "n_max": (self.n_max >= 1, "a whole number from 1"),
            "l_max": (0 <= self.l_max <= _MOST_ANGULAR, f"a whole number, 0 to {_MOST_ANGULAR}"),
            "width_ang": (self.width_ang > 0, "a length above 0 Å"),
        }
        for name, (good, what) in allowed.items():
            if not good:
                raise DescriptorError(
                    f"SOAP cannot have {name} = {getattr(self, name)!r}: give {what}."
                )
        unknown = [name for name in self.properties if name not in property_names()]
        if unknown:
            raise DescriptorError(
                f"SOAP has no elemental property {unknown[0]!r} to weigh atoms by: choose of "
                f"{', '.join(property_names())}."
            )

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels, the plain density first."""
        pairs = ((f"{name}_cos", f"{name}_sin") for name in self.properties)
        return ("density", *(name for pair in pairs for name in pair))

    @property
    def n_features(self) -> int:
        """Length of the vector."""
        return len(self.channels) * (self.l_max + 1) * self.n_max**2

    def names(self, prefix: str = "soap") -> list[str]:
        """Return the names of the numbers: prefix, channel, l, n of the channel, n of the density.

        Examples
        --------
        >>> SoapSettings(n_max=2, l_max=1, properties=()).names()[:3]
        ['soap_density_l0_n0_n0', 'soap_density_l0_n0_n1', 'soap_density_l0_n1_n0']
        """
        radial = range(self.n_max)
        return [
            f"{prefix}_{channel}_l{angular}_n{n}_n{m}"
            for channel in self.channels
            for angular in range(self.l_max + 1)
            for n in radial
            for m in radial
        ]


DEFAULT = SoapSettings()
"""6 radial functions and l up to 4 within 5 Å; 1,620 numbers."""


def soap_vectors(
    atoms: "Atoms", points: Sequence[Sequence[float]] | Array, settings: SoapSettings = DEFAULT
) -> Array:
    """Return the SOAP vector of the surroundings of points.

    Parameters
    ----------
    atoms : ase.Atoms
        A slab, periodic along its first two cell vectors; its vacuum and its third cell vector
        play no part. Or a particle, periodic in no direction.
    points : float array (P, 3)
        Cartesian positions in Å, anywhere. An atom at a point counts in full.
    settings : SoapSettings
        Cutoff, resolution and channels.

    Returns
    -------
    ndarray, shape (P, n)
        In the order of `SoapSettings.names`.

    Raises
    ------
    DescriptorError
        If DScribe is not installed, or an element has none of the properties.
    SurfaceError
        If `atoms` is periodic and not a slab.
    """
    points = np.asarray(points, dtype=float).reshape(-1, 3)
    if len(points) == 0 or len(atoms) == 0:
        return np.zeros((len(points), settings.n_features))
    structure, points = _wrapped(atoms, points)
    elements = tuple(np.unique(structure.numbers).tolist())
    weights = _channel_weights(elements, settings.properties)
    engine = _engine(elements, settings, bool(structure.pbc.any()))
    blocks = engine.create_single(structure, centers=points).reshape(len(points), len(elements), -1)
    return np.asarray(weights @ blocks).reshape(len(points), -1)


def soap_knows(numbers: NDArray[np.int64], settings: SoapSettings = DEFAULT) -> bool:
    """Say whether each of some elements has one of the properties its channels weigh by.

    Examples
    --------
    >>> soap_knows(np.array([29, 78])), soap_knows(np.array([29, 90]))  # thorium is in no table
    (True, False)
    """
    values = [element_array(name)[numbers] for name in settings.properties]
    return not values or bool(np.isfinite(values).any(axis=0).all())


def _wrapped(atoms: "Atoms", points: Array) -> tuple["Atoms", Array]:
    """The structure flat in the xy plane, atoms and points within the cell.

    DScribe repeats the cell as often as a point inside it needs.
    """
    from ase import Atoms

    if not atoms.pbc.any():
        return Atoms(atoms.numbers, positions=atoms.positions), points
    slab = flat_slab(atoms)
    points = points @ slab.frame.T
    if atoms.pbc[2]:
        # A slab that periodicity cuts has been joined: every point goes to the image next to it.
        third = atoms.cell.array[2] @ slab.frame.T
        middle = (slab.positions[:, 2].min() + slab.positions[:, 2].max()) / 2
        points = points - np.rint((points[:, 2:] - middle) / third[2]) * third
    box = np.zeros((3, 3))
    box[:2, :2] = slab.cell
    box[2, 2] = 1.0  # a cell must have a volume; nothing repeats along it
    positions, points = (_in_cell(rows, slab.cell) for rows in (slab.positions, points))
    return Atoms(slab.numbers, positions=positions, cell=box, pbc=(True, True, False)), points


def _in_cell(positions: Array, cell: Array) -> Array:
    """Positions (n, 3) moved into the cell (2, 2) in the xy plane."""
    turns = np.floor(positions[:, :2] @ np.linalg.inv(cell))
    return np.column_stack([positions[:, :2] - turns @ cell, positions[:, 2]])


@cache
def _channel_weights(elements: tuple[int, ...], properties: tuple[str, ...]) -> Array:
    """What the elements count in the channels, shape (channels, elements)."""
    weights = [np.ones(len(elements))]
    for name in properties:
        values = element_array(name)
        low, high = np.nanmin(values), np.nanmax(values)
        angle = np.pi / 2 * (values[list(elements)] - low) / (high - low)
        weights += [np.nan_to_num(np.cos(angle)), np.nan_to_num(np.sin(angle))]
    table = np.array(weights)
    nameless = ~table[1:].any(axis=0)
    if properties and nameless.any():
        from ase.data import chemical_symbols

        symbol = chemical_symbols[elements[int(nameless.argmax())]]
        raise DescriptorError(
            f"SOAP cannot tell {symbol} from other elements: it has none of the properties "
            f"{', '.join(properties)} (catml.elements.properties). Choose other `properties`, or "
            "() to take all atoms as alike."
        )
    table.flags.writeable = False
    return table


@lru_cache(maxsize=256)
def _engine(elements: tuple[int, ...], settings: SoapSettings, periodic: bool) -> Any:
    """The descriptor of DScribe for these elements; its basis is computed once."""
    return _dscribe().SOAP(
        r_cut=settings.cutoff_ang,
        n_max=settings.n_max,
        l_max=settings.l_max,
        sigma=settings.width_ang,
        weighting={"function": "poly", "r0": settings.cutoff_ang, "c": 1.0, "m": 1.0},
        compression={"mode": "mu1nu1"},
        species=elements,
        periodic=periodic,
    )


def _dscribe() -> Any:
    try:
        return importlib.import_module("dscribe.descriptors")
    except ImportError:
        raise DescriptorError(
            'SOAP needs DScribe, which is not installed: pip install "catml[soap]"'
        ) from None
