"""Which atoms of a density of states are meant: by number, element, layer or site."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from catml.descriptors.dos import UNKNOWN_ELEMENT, ProjectedDos
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from catml.structures.sites import Site

D_METALS = {*range(21, 31), *range(39, 49), *range(57, 81), *range(89, 113)}
"""Atomic numbers of the elements of groups 3 to 12 and of the f elements beside them.

The d states of f elements are valence states too, and a calculation finds them; tables of elements
have no d-band numbers for them, so that `catml.descriptors.sites.elemental.has_d_band` says no.
"""
FEWEST_STATES = 1e-3
"""In d states per atom; with fewer an atom has no d band."""


class AtomChoice(TypedDict, total=False):
    """The options of `select_atoms`, by name."""

    atoms: Sequence[int] | None
    elements: Sequence[str] | None
    layer: int | None
    site: "str | Site | None"


def select_atoms(
    dos: ProjectedDos,
    *,
    atoms: Sequence[int] | None = None,
    elements: Sequence[str] | None = None,
    layer: int | None = None,
    site: "str | Site | None" = None,
) -> list[int]:
    """Return the indices of the atoms that fulfil every condition given.

    Parameters
    ----------
    dos
        Where the atoms are.
    atoms
        Indices from 0; several times the same counts once.
    elements
        Their elements.
    layer
        Layer of a slab, counted from 1 at the top: of the atoms taken without a condition, so that
        adsorbates do not count.
    site
        A site or its id, as `catml.find_sites` gives it for the structure: its binding atoms.

    Returns
    -------
    list of int
        In increasing order. Without a condition, the metals with d states (groups 3 to 12 and the
        f elements), or every atom where there is none.

    Raises
    ------
    DescriptorError
        If an index, element, layer or site does not exist, or no atom fulfils all conditions.
    SurfaceError
        If a site is asked for and the structure is no slab.
    """
    n_atoms = len(dos.symbols)
    chosen = set(range(n_atoms))
    if atoms is not None:
        chosen &= checked_indices(dos, atoms)
    if elements is not None:
        missing = [element for element in elements if element not in dos.symbols]
        if missing:
            raise DescriptorError(
                f"{dos.source} has no atom of {missing[0]}; it has {_elements(dos)}"
            )
        chosen &= {i for i, symbol in enumerate(dos.symbols) if symbol in elements}
    if layer is not None:
        chosen &= _atoms_of_layer(dos, layer)
    if site is not None:
        chosen &= _atoms_of_site(dos, site)
    if not chosen:
        raise DescriptorError(
            f"{dos.source}: no atom fulfils all conditions at once; leave one of atoms, elements, "
            "layer and site out"
        )
    if all(condition is None for condition in (atoms, elements, layer, site)):
        return _metals(dos) or sorted(chosen)
    return sorted(chosen)


def checked_indices(dos: ProjectedDos, atoms: Sequence[int]) -> set[int]:
    """Return the indices as a set.

    Raises
    ------
    DescriptorError
        If there is none, or one of them is no atom of `dos`.
    """
    n_atoms = len(dos.symbols)
    wrong = [index for index in atoms if not 0 <= index < n_atoms]
    if wrong or not len(atoms):
        what = f"has no atom {wrong[0]}" if wrong else "cannot be described without atoms"
        raise DescriptorError(
            f"{dos.source} {what}; its atoms are numbered from 0 to {n_atoms - 1}"
        )
    return {int(index) for index in atoms}


def _atoms_of_layer(dos: ProjectedDos, layer: int) -> set[int]:
    from catml.structures.layers import layer_numbers

    if dos.atoms is None:
        raise DescriptorError(_no_structure(dos, "layers"))
    # On a slab from a file an adsorbate would be a layer of its own.
    metals = np.array(_metals(dos) or range(len(dos.symbols)))
    numbers = layer_numbers(dos.atoms[metals])
    if not 1 <= layer <= numbers.max():
        raise DescriptorError(
            f"{dos.source} has no layer {layer}; they are counted from 1 at the top to "
            f"{numbers.max()}"
        )
    return {int(i) for i in metals[numbers == layer]}


def _atoms_of_site(dos: ProjectedDos, site: "str | Site") -> set[int]:
    from catml.structures.sites import find_sites

    if not isinstance(site, str):
        return checked_indices(dos, site.atoms)
    if dos.atoms is None:
        raise DescriptorError(_no_structure(dos, "sites"))
    known = {found.id: found for found in find_sites(dos.atoms)}
    if site not in known:
        raise DescriptorError(f"{dos.source} has no site {site!r}; it has {', '.join(known)}")
    return set(known[site].atoms)


def _no_structure(dos: ProjectedDos, what: str) -> str:
    return (
        f"{dos.source} comes without a structure, so that {what} are not known; put its CONTCAR or "
        "POSCAR beside it, or give atoms by number"
    )


def _metals(dos: ProjectedDos) -> list[int]:
    from ase.data import atomic_numbers

    return [
        i
        for i, symbol in enumerate(dos.symbols)
        if atomic_numbers.get(symbol, 0) in D_METALS
        and np.trapezoid(dos.states([i]), dos.energy_ev) >= FEWEST_STATES
    ]


def _elements(dos: ProjectedDos) -> str:
    named = sorted({symbol for symbol in dos.symbols if symbol != UNKNOWN_ELEMENT})
    return ", ".join(named) or "no structure beside it that names its atoms"
