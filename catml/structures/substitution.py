"""Substitution: which atoms of a slab or particle become which elements.

`substitute` exchanges a share of the atoms, at random or in order; `segregate` gives each layer
from the top its own composition. Both take any `ase.Atoms` and return a changed copy. Layers are
those of the tags (1 = top), which every catml slab has.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.errors import SurfaceError
from catml.structures.building.arrangement import FIRST_SHELL, arranged
from catml.structures.grammar.mixtures import nearest_counts
from catml.structures.grammar.symbols import read_metal
from catml.structures.neighbors import nearest_neighbors
from catml.structures.quantities import is_count, is_positive

if TYPE_CHECKING:
    from ase import Atoms


def substitute(
    atoms: "Atoms",
    composition: Mapping[str, float],
    *,
    layers: Sequence[int] | None = None,
    seed: int | Sequence[int] = 0,
    ordered: bool = False,
) -> "Atoms":
    """Return a copy with atoms replaced so that elements have the shares given.

    Parameters
    ----------
    atoms : ase.Atoms
        A slab, particle or crystal.
    composition : mapping of str to float
        Share of the atoms each element is to have, ``{"Pd": 0.25}``. Where the shares sum to less
        than 1, the atoms that are not replaced stay what they are.
    layers : sequence of int, optional
        Layers to work on, counted from the top (tags of the slab); all atoms by default.
    seed : int or sequence of int
        Chooses the arrangement.
    ordered : bool
        Whether atoms of minority elements avoid each other: as few of them as possible are
        nearest neighbours of their own kind (`catml.structures.building.arrangement`). By default
        the choice is random.

    Returns
    -------
    ase.Atoms
        With the nearest whole number of atoms of each element; ``info`` stays that of `atoms`,
        for the places are still those it describes.

    Raises
    ------
    SurfaceError
        If the composition is none, there are no such layers, or the atoms are too few for one of
        each element.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> slab = Surface("Cu(111)").slab(size=(2, 2))
    >>> substitute(slab, {"Pd": 0.25}).get_chemical_formula()
    'Cu12Pd4'
    """
    chosen = _chosen_atoms(atoms, layers)
    symbols = np.array(atoms.get_chemical_symbols())
    shares = _complete(_checked_shares(composition), sorted(set(symbols[chosen].tolist())))
    counts = nearest_counts(list(shares.values()), len(chosen))
    if min(counts) == 0:
        element, share = list(shares.items())[counts.index(0)]
        raise SurfaceError(
            f"{len(chosen)} atoms are too few for a share of {share:g}"
            f"{f' of {element}' if element else ''}, which is less than one atom. "
            "Take a larger supercell."
        )
    stream = _checked_seed(seed)
    kinds = np.repeat(np.arange(len(shares)), counts)
    kinds = np.random.default_rng(stream).permutation(kinds)
    if ordered:
        kinds = arranged(atoms, chosen, kinds, list(shares), seed=stream)
    changed = atoms.copy()
    for kind, element in enumerate(shares):
        if element:
            changed.symbols[chosen[kinds == kind]] = element
    return changed


def segregate(
    atoms: "Atoms",
    profile: Sequence[str | Mapping[str, float]],
    *,
    planes: int = 1,
    seed: int = 0,
    ordered: bool = False,
) -> "Atoms":
    """Return a copy of a slab whose layers from the top have the compositions given.

    Parameters
    ----------
    atoms : ase.Atoms
        A slab tagged by layer.
    profile : sequence of str or mapping
        For each closed layer from the top its element, or the shares of its elements as
        `substitute` takes them: ``["Pt", {"Pt": 0.5, "Ni": 0.5}]``.
    planes : int
        Atomic planes that make up a closed layer; `Surface.planes_per_layer` says how many.
    seed : int
        Chooses the arrangements.
    ordered : bool
        As in `substitute`.

    Raises
    ------
    SurfaceError
        If a composition is none, or no layer of the slab stays below those changed.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> slab = Surface("Pt3Ni(111)").slab(layers=4)
    >>> changed = segregate(slab, ["Pt", {"Pt": 0.5, "Ni": 0.5}])
    >>> [changed[changed.get_tags() == tag].get_chemical_formula() for tag in (1, 2, 3)]
    ['Pt4', 'Ni2Pt2', 'NiPt3']
    """
    if isinstance(profile, str) or not isinstance(profile, Sequence):
        raise SurfaceError(
            f"Cannot use the profile {profile!r}: list what each layer from the top is to be, "
            "such as ['Pt', {'Pt': 0.5, 'Ni': 0.5}]."
        )
    deepest = int(atoms.get_tags().max(initial=0))
    depth = len(profile) * planes
    if not 0 < depth < deepest:
        raise SurfaceError(
            f"Cannot change {len(profile)} layers of {planes} planes of a slab with {deepest}: "
            "give at least one layer, and at least one plane must stay below. Ask for more layers."
        )
    changed = atoms.copy()
    for k in reversed(range(len(profile))):
        composition = profile[k]
        if isinstance(composition, str):
            composition = {read_metal(composition, f"Layer {k + 1} from the top"): 1.0}
        layers = range(k * planes + 1, (k + 1) * planes + 1)
        changed = substitute(changed, composition, layers=layers, seed=[seed, k], ordered=ordered)
    return changed


def short_range_order(atoms: "Atoms", element: str, neighbor: str) -> float:
    """Return the Warren-Cowley short-range order parameter of the nearest neighbours.

    α = 1 - P / x, where P is the share of atoms `neighbor` among the nearest neighbours of atoms
    `element`, averaged over these, and x the share of atoms `neighbor` in all
    (doi:10.1103/PhysRev.77.669). Zero is a random alloy, negative values are order (-1/3 in L1_2
    and L1_0, for unlike elements), positive ones clustering.

    Raises
    ------
    SurfaceError
        If one of the elements is missing, or no atom `element` has a neighbour.

    Examples
    --------
    >>> from catml.structures.surface import Surface
    >>> slab = Surface("Cu0.75Pd0.25(111)").slab(size=(4, 4))
    >>> abs(short_range_order(slab, "Pd", "Cu")) < 0.1
    True
    """
    symbols = np.array(atoms.get_chemical_symbols())
    pairs = nearest_neighbors(atoms, cutoff=FIRST_SHELL)
    around = np.bincount(pairs.i, minlength=len(atoms))
    alike = np.bincount(pairs.i[symbols[pairs.j] == neighbor], minlength=len(atoms))
    central = (symbols == element) & (around > 0)
    if not central.any() or neighbor not in symbols:
        raise SurfaceError(
            f"No short-range order of {neighbor} around {element} in "
            f"{atoms.get_chemical_formula()}: both elements must be there, and have neighbours."
        )
    share = float((alike[central] / around[central]).mean())
    return 1.0 - share / float((symbols == neighbor).mean())


def _checked_shares(composition: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(composition, Mapping) or not composition:
        raise SurfaceError(
            f"Cannot use the composition {composition!r}: give the share of each element, such as "
            "{'Pd': 0.25}."
        )
    for element, share in composition.items():
        read_metal(str(element), "An element of a composition")
        if not is_positive(share) or share > 1:
            raise SurfaceError(
                f"The share of {element} is {share!r}; it must be a number above 0 and up to 1."
            )
    total = sum(composition.values())
    if total > 1 + 1e-9:
        raise SurfaceError(
            f"The shares of {', '.join(composition)} sum to {total:g}, to more than all atoms. "
            "Give shares that sum to 1 or less."
        )
    return dict(composition)


def _checked_seed(seed: int | Sequence[int]) -> list[int]:
    numbers = list(seed) if isinstance(seed, Sequence) else [seed]
    if not numbers or not all(is_count(n) and n >= 0 for n in numbers):
        raise SurfaceError(f"Cannot use the seed {seed!r}: give a whole number, 0 or more.")
    return [int(n) for n in numbers]


def _complete(shares: dict[str, float], present: Sequence[str]) -> dict[str, float]:
    """Add what the atoms that stay have: their element, or an empty text for several."""
    rest = 1.0 - sum(shares.values())
    if rest < 1e-9:
        return shares
    repeated = next((element for element in present if element in shares), None)
    if repeated is not None:
        raise SurfaceError(
            f"Some of the atoms are {repeated} already, so a share of {shares[repeated]:g} for it "
            "and the rest as it was is no composition. Give the shares of all elements, with sum 1."
        )
    return {present[0] if len(present) == 1 else "": rest, **shares}


def _chosen_atoms(atoms: "Atoms", layers: Sequence[int] | None) -> NDArray[np.int64]:
    if layers is None:
        if not len(atoms):
            raise SurfaceError("Cannot substitute atoms of a structure that has none.")
        return np.arange(len(atoms))
    tags = atoms.get_tags()
    if not isinstance(layers, Iterable) or not all(is_count(layer) for layer in layers):
        raise SurfaceError(
            f"Cannot substitute in layers {layers!r}: give their numbers from the top, such as "
            "[1, 2]."
        )
    missing = [layer for layer in layers if layer < 1 or layer not in tags]
    if missing or not len(layers):
        raise SurfaceError(
            f"Cannot substitute in layers {list(layers)} of a slab with {int(tags.max(initial=0))} "
            "layers: they are counted from 1 at the top, as the tags of the atoms say."
        )
    return np.flatnonzero(np.isin(tags, list(layers)))
