"""Electronic numbers of a site without DFT: what its atoms are like and how strongly they couple.

Elements, orbital-wise coordination and the estimated d band of the binding atoms, as array
arithmetic over many surfaces at once. Every number is an average over the binding atoms; where
the extremes tell more, their lowest and highest value stand beside it. What each number is, its
unit and its source: `catml.descriptors.descriptor_table`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.descriptors.d_band_model import estimate_d_bands
from catml.descriptors.sites import coordination
from catml.descriptors.sites.electronegativity import electronegativities, shell_electronegativity
from catml.descriptors.sites.orbital_coordination import orbital_coordination
from catml.descriptors.sites.rows import SlabRows, site_values
from catml.elements.properties import element_array
from catml.structures.batches import SiteBatch

if TYPE_CHECKING:
    from ase import Atoms

Array = NDArray[np.float64]

ELEMENT_COLUMNS = (
    "ionization_energy_ev",
    "electron_affinity_ev",
    "r_d_fitted_ang",
    "r_d_solid_state_ang",
    "vad2_rel_cu",
    "d_filling",
)
"""Constants of the elements (`catml.elements`), averaged over the binding atoms. The two d-state
radii belong to two different normalizations of the d band's width and must not be mixed."""

_PER_ATOM = (
    "coordination_number",
    "orbital_coordination_number_s",
    "orbital_coordination_number_d",
    "orbital_coordination_number_sd",
    "strain",
    "pauling_electronegativity",
    "shell_pauling_electronegativity",
    "pauling_electronegativity_difference",
    "mulliken_electronegativity_ev",
    "shell_mulliken_electronegativity_ev",
    "mulliken_electronegativity_difference_ev",
    *ELEMENT_COLUMNS,
    "estimated_d_band_center_ev",
    "estimated_d_band_rms_width_ev",
    "estimated_d_band_skewness",
    "estimated_d_band_kurtosis",
    "estimated_d_band_upper_edge_ev",
    "estimated_d_band_filling",
)
EXTREMES = (
    "coordination_number",
    "mulliken_electronegativity_ev",
    "estimated_d_band_center_ev",
)
"""Columns whose lowest and highest value among the binding atoms stand beside the average."""

ELECTRONIC_FEATURES = (
    *_PER_ATOM,
    *(f"{extreme}_{name}" for name in EXTREMES for extreme in ("lowest", "highest")),
    "generalized_coordination_number",
    "relative_generalized_coordination",
)


_DIGITS = 12


def electronic_numbers(batch: SiteBatch) -> Array:
    """Return every electronic descriptor of every site of a batch.

    Returns
    -------
    ndarray, shape (S, K, n)
        The last axis in the order of `ELECTRONIC_FEATURES`. Atoms without a number, such as the
        d-band centre of aluminium, take no part in averages and extremes; NaN where no binding
        atom has it.
    """
    atoms = coordination.binding_atoms(batch)
    values = _atom_numbers(batch, atoms)
    members = [np.searchsorted(atoms, site.atoms) for site in batch.sites]
    places = [_PER_ATOM.index(name) for name in EXTREMES]
    extremes = np.empty((len(values), len(members), 2 * len(places)))
    for k, own in enumerate(members):
        chosen = values[:, own][:, :, places]
        extremes[:, k, 0::2] = _extreme(chosen, np.fmin)
        extremes[:, k, 1::2] = _extreme(chosen, np.fmax)
    generalized = (
        coordination.generalized_coordination(batch),
        coordination.relative_generalized_coordination(batch),
    )
    averages = _averages(values, members)
    return np.concatenate([averages, extremes, np.stack(generalized, axis=2)], axis=2)


def electronic_features(
    table: pd.DataFrame, *, slab: "Atoms | None" = None, slabs: Sequence[SlabRows] = ()
) -> pd.DataFrame:
    """Return the electronic descriptors of every row of a site table.

    Takes what `catml.descriptors.sites.geometry.geometry_features` takes.

    Returns
    -------
    DataFrame
        Indexed like `table`, columns `ELECTRONIC_FEATURES`; NaN in rows without geometry.

    Raises
    ------
    DescriptorError
        If a row names a site that its surface does not have.
    SurfaceError
        If a surface name or its lattice constants cannot be used.
    """
    values = site_values(
        table, electronic_numbers, len(ELECTRONIC_FEATURES), slab=slab, slabs=slabs
    )
    # A strain of 3e-16 is none; a scaler fitted to ideal slabs alone would blow it up.
    np.round(values, _DIGITS, out=values)
    return pd.DataFrame(values, table.index, list(ELECTRONIC_FEATURES), copy=False)


def _atom_numbers(batch: SiteBatch, atoms: NDArray[np.int64]) -> Array:
    """The numbers `_PER_ATOM` of some atoms, shape (S, U, n)."""
    numbers = batch.numbers[:, atoms]
    orbital = orbital_coordination(batch, atoms=atoms)
    bands = estimate_d_bands(batch, atoms=atoms.tolist())
    pauling = electronegativities("pauling")[numbers]
    mulliken = electronegativities("mulliken")[numbers]
    around_pauling = shell_electronegativity(batch, scale="pauling", atoms=atoms)
    around_mulliken = shell_electronegativity(batch, scale="mulliken", atoms=atoms)
    values = [
        coordination.coordination_numbers(batch)[:, atoms],
        *orbital,
        coordination.strain(batch, atoms=atoms),
        pauling,
        around_pauling,
        pauling - around_pauling,
        mulliken,
        around_mulliken,
        mulliken - around_mulliken,
        *(element_array(name)[numbers] for name in ELEMENT_COLUMNS),
        bands.center_ev[:, atoms],
        bands.rms_width_ev[:, atoms],
        bands.skewness[:, atoms],
        bands.kurtosis[:, atoms],
        bands.upper_edge_ev[:, atoms],
        bands.filling[:, atoms],
    ]
    return np.stack(values, axis=2)


def _averages(values: Array, members: list[NDArray[np.int64]]) -> Array:
    """Averages over the atoms of each site of what is known, shape (S, K, n)."""
    share = np.zeros((len(members), values.shape[1]))
    for k, own in enumerate(members):
        np.add.at(share[k], own, 1.0)
    known = np.isfinite(values)
    total = share @ np.where(known, values, 0.0)
    number = share @ known.astype(float)
    return np.where(number > 0, total / np.maximum(number, 1.0), np.nan)


def _extreme(values: Array, choose: Callable[[Array, Array], Array]) -> Array:
    """The lowest or highest along the second axis of what is known, shape (S, n)."""
    best = values[:, 0]
    for i in range(1, values.shape[1]):
        best = choose(best, values[:, i])
    return best
