"""The site table: one row per distinct site, with its zones as text.

It is what descriptors, models and datasets speak. Rows follow the order of the surfaces, and
within one surface the order of `catml.structures.sites.find_sites`.

==================  ================================================================
surface             name of the surface, or a label of a slab without one
site                id of the site, ``hollow-fcc-1``
site_kind           ``ontop``, ``bridge`` or ``hollow``
site_subtype        ``fcc``, ``hcp``, ``3fold``, ``4fold``, ``long``, ``short`` or empty
site_place          on a step: ``edge``, ``kink``, ``terrace``, ``lower``; empty on a flat facet
site_atoms          zones as text (`catml.structures.environment`)
same_layer
sublayer
family              family of the surface, ``cluster`` for a particle of fewer than 147 atoms,
                    empty for a slab without a surface name and a larger particle
elements            all elements, sorted and joined: ``Cu-Zn``
host                the metal that the surface mainly shows
lattice_a_ang       bulk lattice constants in Å, c NaN where the bulk is cubic
lattice_c_ang
==================  ================================================================
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from ase.data import chemical_symbols

from catml.errors import SurfaceError
from catml.structures.batches import SiteBatch, batch_of_slab
from catml.structures.bulk.crystals import Crystal
from catml.structures.families import site_batch
from catml.structures.finding.structures import checked_structure
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

COLUMNS = (
    "surface",
    "site",
    "site_kind",
    "site_subtype",
    "site_place",
    "site_atoms",
    "same_layer",
    "sublayer",
    "family",
    "elements",
    "host",
    "lattice_a_ang",
    "lattice_c_ang",
)
CLUSTER = "cluster"
"""Family of particles so small that they do not bind as extended surfaces do."""

# Adsorption on platinum particles has become that of the extended surface at 147 atoms, 1.6 nm
# (doi:10.1021/jz3018286).
_LIKE_SURFACES = 147
_LABELS = (
    ("site", "id"),
    ("site_kind", "kind"),
    ("site_subtype", "subtype"),
    ("site_place", "place"),
)
_PLACE_IN_ALPHABET = np.argsort(np.argsort(np.array(chemical_symbols)))
_ZONES = (("site_atoms", "atoms"), ("same_layer", "same_layer"), ("sublayer", "sublayer"))


def site_table(
    surfaces: Iterable[Surface | str],
    *,
    lattice: Sequence[tuple[float, float | None]] | None = None,
) -> pd.DataFrame:
    """Return the distinct sites of surfaces, one row each.

    Parameters
    ----------
    surfaces : iterable of Surface or str
        Surfaces or their names.
    lattice : sequence of (float, float or None), optional
        Lattice constants a and c of each bulk in Å, instead of the tabulated ones.

    Raises
    ------
    SurfaceError
        If a name cannot be read, or `lattice` does not fit.
    ElementError
        If a bulk has no tabulated lattice constants and none are given.

    Examples
    --------
    >>> site_table(["Pt(111)"])["site"].to_list()
    ['ontop-1', 'bridge-1', 'hollow-fcc-1', 'hollow-hcp-1']
    """
    if isinstance(surfaces, str):
        raise SurfaceError(f"Give a list of surfaces: write [{surfaces!r}] for a single one.")
    known = [s if isinstance(s, Surface) else surface_named(s) for s in surfaces]
    batches = site_batch(known, lattice)
    if not batches:
        return pd.DataFrame({name: pd.Series(dtype=_dtype(name)) for name in COLUMNS})
    table = pd.concat([_rows(batch) for batch in batches], ignore_index=True)
    if len(batches) == 1:
        return table
    places = np.concatenate([np.repeat(batch.rows, len(batch.sites)) for batch in batches])
    return table.iloc[np.argsort(places, kind="stable")].reset_index(drop=True)


@lru_cache(maxsize=65536)
def surface_named(name: str) -> Surface:
    """Return the surface of a name, which is read once however often tables repeat it.

    Raises
    ------
    SurfaceError
        If the name cannot be read.
    """
    return Surface(name)


def site_table_of_slab(
    atoms: "Atoms", *, name: str = "", parent: "Atoms | None" = None
) -> pd.DataFrame:
    """Return the distinct sites of any slab or particle, one row each.

    Parameters
    ----------
    atoms : ase.Atoms
        A slab or a particle.
    name : str
        What the table calls it; by default the name of the surface or particle in ``atoms.info``,
        else its formula.
    parent : ase.Atoms, optional
        The ideal structure before its atoms moved, as `catml.find_sites` takes it.

    Notes
    -----
    A slab whose sites and zones are those of the surface it is named after (here or in
    ``atoms.info``) gets that surface's family and host, and its lattice constants if they stand
    in ``atoms.info``. Any other has an empty family, NaN lattice constants, and for a host the
    element with the most atoms among the exposed ones.

    Raises
    ------
    SurfaceError
        If `atoms` is neither a slab nor a particle.

    Examples
    --------
    >>> from ase.build import fcc100
    >>> site_table_of_slab(fcc100("Cu", (2, 2, 4), vacuum=8))[["surface", "site"]].to_numpy()
    array([['Cu16', 'ontop-1'],
           ['Cu16', 'bridge-1'],
           ['Cu16', 'hollow-4fold-1']], dtype=object)
    """
    atoms = checked_structure(atoms)
    batch = batch_of_slab(atoms, parent=parent)
    table = pd.DataFrame(_site_columns(batch))
    label = name or str(atoms.info.get("surface", ""))
    surface = _surface_like(table, label, atoms.info.get("crystal"))
    constants = atoms.info.get("lattice")
    if surface is None or not isinstance(constants, dict):
        constants = {}
    own_name = str(atoms.info.get("particle", "")) or atoms.get_chemical_formula()
    table["surface"] = name or (surface.name if surface else own_name)
    is_cluster = not atoms.pbc.any() and len(atoms) < _LIKE_SURFACES
    table["family"] = surface.family if surface else CLUSTER * is_cluster
    table["elements"] = "-".join(sorted(set(atoms.get_chemical_symbols())))
    table["host"] = surface.host if surface else _most_exposed(batch)
    for column, key in (("lattice_a_ang", "a_ang"), ("lattice_c_ang", "c_ang")):
        value = constants.get(key)
        table[column] = np.nan if value is None else float(value)
    return table[list(COLUMNS)]


def _rows(batch: SiteBatch) -> pd.DataFrame:
    """The rows of a batch of surfaces, surface by surface."""
    n_sites = len(batch.sites)
    columns = _site_columns(batch)
    per_surface = {
        "surface": [surface.name for surface in batch.surfaces],
        "family": [surface.family for surface in batch.surfaces],
        "elements": ["-".join(surface.elements) for surface in batch.surfaces],
        "host": [surface.host for surface in batch.surfaces],
        "lattice_a_ang": batch.lattice_ang[:, 0],
        "lattice_c_ang": batch.lattice_ang[:, 1],
    }
    columns |= {
        name: np.repeat(np.asarray(values, dtype=_dtype(name)), n_sites)
        for name, values in per_surface.items()
    }
    return pd.DataFrame({name: columns[name] for name in COLUMNS})


def _site_columns(batch: SiteBatch) -> dict[str, np.ndarray]:
    """The columns that describe sites, S K rows, the sites of one surface after another."""
    n_surfaces = len(batch.numbers)
    columns = {
        column: np.tile(
            np.array([getattr(site, field) for site in batch.sites], dtype=object), n_surfaces
        )
        for column, field in _LABELS
    }
    # Atoms of one element in the first surface have one element in every surface of a pattern.
    _, letters, letter_of = np.unique(batch.numbers[0], return_index=True, return_inverse=True)
    elements = batch.numbers[:, letters]
    known: dict[tuple[int, ...], np.ndarray] = {}
    for column, field in _ZONES:
        texts = np.empty((n_surfaces, len(batch.sites)), dtype=object)
        for k, site in enumerate(batch.sites):
            counts = np.bincount(letter_of[list(getattr(site, field))], minlength=len(letters))
            zone = tuple(counts.tolist())
            if zone not in known:
                known[zone] = _zone_texts(elements, counts)
            texts[:, k] = known[zone]
        columns[column] = texts.ravel()
    return columns


def _zone_texts(elements: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """One zone of every surface as text.

    `elements` are the atomic numbers (S, L) of the L letters, `counts` how many atoms of each
    letter the zone has. A zone names its elements sorted by symbol.
    """
    present = np.flatnonzero(counts)
    if not len(present):
        return np.full(len(elements), "", dtype=object)
    terms = np.empty((len(elements), len(present)), dtype=object)
    for place, letter in enumerate(present):
        written = np.array([f"{symbol}:{counts[letter]}" for symbol in chemical_symbols], object)
        terms[:, place] = written[elements[:, letter]]
    order = np.argsort(_PLACE_IN_ALPHABET[elements[:, present]], axis=1)
    terms = np.take_along_axis(terms, order, axis=1)
    texts = terms[:, 0]
    for place in range(1, len(present)):
        texts = texts + " " + terms[:, place]
    return texts


def _surface_like(table: pd.DataFrame, name: str, crystal: object) -> Surface | None:
    """The surface of that name if its sites are those of the table, else None.

    `crystal` is what the slab's ``info`` says of a bulk read from a file.
    """
    try:
        bulk = Crystal.from_dict(crystal) if isinstance(crystal, dict) else None
        surface = Surface(name, crystal=bulk)
    except (SurfaceError, KeyError, TypeError, ValueError):
        return None
    described = ["site", *(column for column, _ in _ZONES)]
    expected = site_table([surface])[described]
    same = expected.to_numpy().tolist() == table[described].to_numpy().tolist()
    return surface if same else None


def _most_exposed(batch: SiteBatch) -> str:
    """The element with the most atoms that an adsorbate can sit on top of."""
    counts: Counter[str] = Counter()
    for site in batch.sites:
        if site.kind == "ontop":
            counts[chemical_symbols[batch.numbers[0, site.atoms[0]]]] += site.multiplicity
    return min(counts, key=lambda symbol: (-counts[symbol], symbol))


def _dtype(column: str) -> type:
    return float if column.startswith("lattice") else object
