"""The d band of every atom without DFT: centre, width, shape, upper edge and filling.

The centre is the level of the atom's d states in tight binding
(`catml.descriptors.tight_binding.local_bands`), found from the charge the atom holds among its
neighbours:

    ε_i = ε_i⁰ + U (n_i - n_i⁰) + k_s (1 - CN_i / 12) + k_χ Σ_j (χ_j - χ_i) / 12.

ε⁰ is the element's bulk centre (`d_band_center_bulk_ev`) and n⁰ the filling this model gives for
that bulk, so that every bulk metal comes out as tabulated. Strain, coordination and neighbours of
another radius act through the second moment, neighbours of another level through their share of
it: an early transition metal takes part of a late one's states above the Fermi level, and the
level falls to make up for the charge. The last two terms are what a d-only model cannot know: the
potential at a surface, which lost part of its sp electrons, and the charge that goes to the more
electronegative neighbour (Pauling's χ).

Four numbers for all metals were fitted, by ``benchmarks/fit_d_bands.py`` to calculations of our
own and to published shifts of surface impurities (doi:10.1016/S1381-1169(96)00348-2); three
more turn the second moment into the width and upper edge of calculations. They stand in
``d_band_model.csv``.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.sites.coordination import coordination_numbers
from catml.descriptors.sites.elemental import has_d_band
from catml.descriptors.tight_binding.local_bands import fillings, neutral_levels, semiellipses
from catml.descriptors.tight_binding.second_moments import (
    bond_strengths,
    bulk_rectangular_widths,
    second_moments,
)
from catml.elements.properties import element_array
from catml.structures.batches import SiteBatch

Array = NDArray[np.float64]

_BULK_NEIGHBORS = 12


@dataclass(frozen=True)
class DBandParameters:
    """The numbers of the model that are fitted; the same for all elements.

    Attributes
    ----------
    u_ev : float
        Energy of the level per share of the band that is filled, U.
    broadening_ev : float
        Broadening γ of the states by sp electrons.
    missing_neighbors_ev : float
        k_s, shift for all twelve neighbours gone.
    electronegativity_ev : float
        k_χ, shift per unit of Pauling's scale.
    width_scale, width_background_ev : float
        a and s of the calculated width, √(a μ2 + s²).
    upper_edge_in_widths : float
        How many rms widths the upper edge lies above the centre.
    """

    u_ev: float
    broadening_ev: float
    missing_neighbors_ev: float
    electronegativity_ev: float
    width_scale: float
    width_background_ev: float
    upper_edge_in_widths: float


@dataclass(frozen=True, eq=False)
class DBandEstimate:
    """The d bands of the N atoms of S surfaces; energies relative to the Fermi level.

    All arrays have the shape (S, N), and NaN for elements without d band or tabulated values.

    Attributes
    ----------
    center_ev, rms_width_ev : float array
        First moment and root of the second central moment, in eV.
    skewness, kurtosis : float array
        μ3/μ2^1.5 and μ4/μ2² of the local band of tight binding, which lacks the long tails of a
        calculated one.
    upper_edge_ev : float array
        Where the Hilbert transform of the density of states is largest
        (doi:10.1103/PhysRevB.89.115114), in eV: so many rms widths above the centre as on average
        of our own calculations.
    filling : float array
        Fraction of the band below the Fermi level: the element's idealized one (`d_filling`) and
        the change from its bulk.
    """

    center_ev: Array
    rms_width_ev: Array
    skewness: Array
    kurtosis: Array
    upper_edge_ev: Array
    filling: Array

    @property
    def rectangular_width_ev(self) -> Array:
        """Full width √(12 μ2) of the rectangular band with this second moment, in eV."""
        return np.sqrt(12) * self.rms_width_ev

    @property
    def semielliptic_width_ev(self) -> Array:
        """Full width 4 √μ2 of the semi-elliptic band with this second moment, in eV."""
        return 4 * self.rms_width_ev


def estimate_d_bands(
    batch: SiteBatch,
    *,
    atoms: Sequence[int] | None = None,
    parameters: DBandParameters | None = None,
) -> DBandEstimate:
    """Return the estimated d band of every atom.

    Parameters
    ----------
    batch : SiteBatch
        S surfaces of N atoms. Right for atoms all of whose neighbours have all their neighbours
        listed, as those of the sites have.
    atoms : sequence of int, optional
        The atoms wanted, which saves time; the others get NaN. By default all.
    parameters : DBandParameters, optional
        By default `fitted_parameters`.

    Notes
    -----
    Against calculated bands of 8,655 atoms of (111) and (100) surfaces of alloys
    (doi:10.1063/5.0232141; nothing was fitted to them), centres are off by 0.20 eV on average and
    rms widths by 0.17 eV; r is 0.96 and 0.87. Within one element across alloys r of the centre is
    0.57 on average. Magnetism is not in the model: alloyed iron and manganese are better described
    by their bulk centre, and late metals beside early ones lie up to 0.4 eV too high.

    Examples
    --------
    >>> from catml.structures.families import site_batch
    >>> from catml.structures.surface import Surface
    >>> (batch,) = site_batch([Surface("Ni@Pt(111)"), Surface("Au@Pt(111)")])
    >>> top = batch.sites[0].atoms[0]
    >>> squeezed, stretched = estimate_d_bands(batch).center_ev[:, top]
    >>> bool(squeezed < stretched)
    True
    """
    chosen = fitted_parameters() if parameters is None else parameters
    which = np.arange(batch.numbers.shape[1]) if atoms is None else np.unique(list(atoms))
    hops = _hops(batch, which)
    own = np.where(
        np.isfinite(hops.second), element_array("d_band_center_bulk_ev")[hops.numbers], np.nan
    )
    start = own + _shifts(batch, chosen)[:, which]
    target = _bulk_fillings(chosen.broadening_ev)[hops.numbers]
    known = np.isfinite(start) & np.isfinite(target)
    self_energy = _self_energies(batch, which, hops, chosen.broadening_ev)
    center, filling = np.full((2, *start.shape), np.nan)
    center[known], filling[known] = neutral_levels(
        start[known],
        self_energy[known],
        target[known],
        u_ev=chosen.u_ev,
        broadening_ev=chosen.broadening_ev,
    )
    idealized = element_array("d_filling")[hops.numbers]
    filling = np.clip(idealized + filling - target, 0.0, 1.0)
    width = np.sqrt(chosen.width_scale * hops.second + chosen.width_background_ev**2)
    width = np.where(known, width, np.nan)
    edge = center + chosen.upper_edge_in_widths * width
    skewness, kurtosis = _shape(batch, which, hops, center)
    columns = (center, width, skewness, kurtosis, edge, filling)
    return DBandEstimate(*(_spread(values, which, batch) for values in columns))


@cache
def fitted_parameters() -> DBandParameters:
    """Return the fitted numbers, read from ``d_band_model.csv``."""
    text = files("catml.descriptors").joinpath("d_band_model.csv").read_text(encoding="utf-8")
    value = {row["parameter"]: float(row["value"]) for row in csv.DictReader(text.splitlines())}
    return DBandParameters(
        u_ev=value["u"],
        broadening_ev=value["broadening"],
        missing_neighbors_ev=value["missing_neighbors"],
        electronegativity_ev=value["electronegativity"],
        width_scale=value["width_scale"],
        width_background_ev=value["width_background"],
        upper_edge_in_widths=value["upper_edge"],
    )


@dataclass(frozen=True, eq=False)
class _Hops:
    """Of the chosen atoms: elements, bonds (S, n, M), second moments, those of all atoms."""

    numbers: NDArray[np.int64]
    bonds: Array
    second: Array
    all_second: Array
    levels: Array


def _hops(batch: SiteBatch, which: NDArray[np.int64]) -> _Hops:
    second = second_moments(batch)
    bonds = bond_strengths(batch)[:, which]
    levels = element_array("d_band_center_bulk_ev")[batch.numbers]
    # Bonds of strength 0 lead to atoms without d band: their level does not count.
    levels = np.where(has_d_band()[batch.numbers], levels, 0.0)
    return _Hops(batch.numbers[:, which], bonds, second[:, which], second, levels)


def _self_energies(
    batch: SiteBatch, which: NDArray[np.int64], hops: _Hops, broadening_ev: float
) -> NDArray[np.complex128]:
    """Σ t² g over the neighbours of the chosen atoms, and over their s states."""
    width = np.sqrt(np.where(np.isfinite(hops.all_second), hops.all_second, 1.0))
    green = semiellipses(np.nan_to_num(hops.levels), width, broadening_ev)
    s_states = hops.second - hops.bonds.sum(axis=2)
    total = s_states[:, :, None] * green[:, which]
    for column, neighbors in enumerate(batch.neighbors[which].T):
        total += hops.bonds[:, :, column, None] * green[:, neighbors]
    return np.asarray(total)


def _shifts(batch: SiteBatch, parameters: DBandParameters) -> Array:
    """What acts on the levels beside the d charge, (S, N) in eV."""
    missing = np.maximum(1 - coordination_numbers(batch) / _BULK_NEIGHBORS, 0.0)
    chi = element_array("pauling_electronegativity")[batch.numbers]
    present = np.isfinite(batch.distances)
    differences = np.where(present, chi[:, batch.neighbors] - chi[:, :, None], 0.0).sum(axis=2)
    return np.asarray(
        parameters.missing_neighbors_ev * missing
        + parameters.electronegativity_ev * differences / _BULK_NEIGHBORS
    )


@cache
def _bulk_fillings(broadening_ev: float) -> Array:
    """Filling of each element's bulk band at its tabulated centre, (119,)."""
    level, width = element_array("d_band_center_bulk_ev"), bulk_rectangular_widths() / np.sqrt(12)
    known = np.isfinite(level) & np.isfinite(width)
    filled = np.full(len(level), np.nan)
    second = (width[known] ** 2)[:, None]
    around = second * semiellipses(level[known], width[known], broadening_ev)
    filled[known], _ = fillings(level[known], around, broadening_ev)
    return filled


def _shape(
    batch: SiteBatch, which: NDArray[np.int64], hops: _Hops, center: Array
) -> tuple[Array, Array]:
    """Skewness and kurtosis of the local Green's function, from its continued fraction."""
    neighbors = batch.neighbors[which]
    above = hops.levels[:, neighbors] - center[:, :, None]
    reach = hops.bonds * (above**2 + np.nan_to_num(hops.all_second)[:, neighbors])
    s_states = hops.second - hops.bonds.sum(axis=2)
    own = hops.levels[:, which] - center
    third = (hops.bonds * above).sum(axis=2) + s_states * own
    fourth = hops.second**2 + reach.sum(axis=2) + s_states * (own**2 + hops.second)
    return third / hops.second**1.5, fourth / hops.second**2


def _spread(values: Array, which: NDArray[np.int64], batch: SiteBatch) -> Array:
    full = np.full(batch.numbers.shape, np.nan)
    full[:, which] = values
    return full
