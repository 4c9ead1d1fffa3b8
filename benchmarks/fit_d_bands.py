"""Fit the numbers of the d-band model: catml/descriptors/d_band_model.csv.

    python benchmarks/fit_d_bands.py           # fit, and scores held out: a minute
    python benchmarks/fit_d_bands.py --write   # fit and write the numbers

The data, one row per distinct atom:

own
    The table ``gpaw_alloys`` of this project: elements as fcc(111), overlayers, near-surface layers
    and L1_2 and L1_0 bulks, moments of the d states from -10 to 5 eV. Fitted is the difference from
    atoms inside the element's own metal, so that the level of one method does not count. These come
    from a slab of the element, or from the inner layers of a slab whose top layer is another metal.
ruban1997
    ``ruban1997_shifts.csv`` beside this file.
    Published shifts of the centre of one surface atom in another host, against the surface of its
    own metal: A. Ruban, B. Hammer, P. Stoltze, H. L. Skriver, J. K. Nørskov, J. Mol. Catal. A 115,
    421 (1997), doi:10.1016/S1381-1169(96)00348-2. No relaxation, and another method (LMTO) with
    errors of its own, so they weigh less.

The shift from bulk to surface of each element is that of its clean surfaces in ``gpaw_alloys`` and
``gpaw_surfaces``, drawn by a fifth to the mean of all, as slabs of four and five layers differ by
that much; an element without any gets the mean. U, the broadening and the strength of the ridge
regression that gives the coefficients of the terms are those of a grid that do best on pairs and
elements held out. Elements held out lose all their structures but the clean ones, to which every
centre is referred.

No number is fitted to the tables the model is validated on (``d_bands.py``). They were looked at
for three forms: a term of strain that acts in pure metals too made these worse, and surfaces at
the mean of three published sets came out further off than at their own distance from the bulk.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from ase.data import chemical_symbols
from d_band_calibration import (
    BULK_NEIGHBORS,
    SURFACE_NEIGHBORS,
    Task,
    among_their_own,
    calibration,
    clean_metals,
    element_sets,
    targets,
    tasks_of,
)
from numpy.typing import NDArray
from scipy.optimize import least_squares
from sklearn.linear_model import Ridge

import catml
from catml.atomic_files import write_atomically
from catml.descriptors.d_band_model import DBandParameters, estimate_d_bands
from catml.descriptors.sites.coordination import own_bond_lengths
from catml.descriptors.tight_binding.neighbor_terms import POWERS, TERMS, neighbor_terms
from catml.descriptors.tight_binding.second_moments import bond_strengths, second_moments
from catml.elements.properties import (
    HIGHEST_ATOMIC_NUMBER,
    element_array,
    element_value,
)
from catml.errors import DescriptorError
from catml.structures.batches import SiteBatch

Array = NDArray[np.float64]

FITTED = Path(catml.__file__).parent / "descriptors" / "d_band_model.csv"
PAIR_FOLDS = 10
U_EV = (4.0, 8.0, 16.0, 32.0)
BROADENINGS_EV = (0.2, 0.4, 0.6)
RIDGES = (1.0, 3.0, 10.0, 30.0)
WEIGHT = {"own": 1.0, "ruban1997": 0.4}
DRAWN_TO_MEAN = 0.2


def design(table: pd.DataFrame, tasks: list[Task]) -> Array:
    """The terms of every row; of shifts, those of the doped surface less those of the pure one."""
    terms = np.zeros((len(table), len(TERMS) * POWERS))
    for task in tasks:
        which = np.unique(task.atoms)
        bonds = bond_strengths(task.batch)[:, which]
        found = neighbor_terms(task.batch, which, bonds)
        place = np.searchsorted(which, task.atoms)
        terms[task.rows] += task.sign * found[task.surfaces, place]
    return terms


def levels(
    table: pd.DataFrame, tasks: list[Task], clean: pd.DataFrame, u_ev: float, broadening_ev: float
) -> Array:
    """Centres and shifts without terms, every clean surface as in our own calculations."""
    bare = model(u_ev, broadening_ev, shifts=np.zeros(HIGHEST_ATOMIC_NUMBER + 1))
    surface = model(u_ev, broadening_ev, shifts=surface_shifts(clean, bare))
    return predicted(surface, tasks, len(table))


def surface_shifts(surfaces: pd.DataFrame, bare: DBandParameters) -> Array:
    """The k that put every element's clean close-packed surface so much above its bulk centre."""
    missing = 1 - SURFACE_NEIGHBORS / BULK_NEIGHBORS
    shifts = np.full(HIGHEST_ATOMIC_NUMBER + 1, np.nan)
    bulk = element_array("d_band_center_bulk_ev")
    numbers = np.flatnonzero(np.isfinite(bulk) & np.isfinite(own_bond_lengths()))
    near = np.zeros((1, SURFACE_NEIGHBORS), dtype=np.int64)
    lengths = np.repeat(own_bond_lengths()[numbers], SURFACE_NEIGHBORS)
    lengths = lengths.reshape(len(numbers), 1, SURFACE_NEIGHBORS)
    top = SiteBatch("", (), numbers[:, None], near, lengths, ())
    rise = estimate_d_bands(top, parameters=bare).center_ev[:, 0] - bulk[numbers]
    for number, by_itself in zip(numbers, rise, strict=True):
        wanted = surfaces["surface_ev"].get(chemical_symbols[number], np.nan)
        shifts[number] = (wanted - by_itself) / missing
    mean = np.nanmean(shifts)
    shifts[numbers] = np.where(np.isfinite(shifts[numbers]), shifts[numbers], mean)
    return shifts + DRAWN_TO_MEAN * (mean - shifts)


def model(u_ev: float, broadening_ev: float, *, shifts: Array) -> DBandParameters:
    """The model without terms."""
    none = np.zeros(len(TERMS) * POWERS)
    return DBandParameters(u_ev, broadening_ev, 1.0, 0.0, 0.0, shifts, none, none)


def predicted(parameters: DBandParameters, tasks: list[Task], n_rows: int) -> Array:
    """The model's centres and shifts for these numbers."""
    values = np.zeros(n_rows)
    for task in tasks:
        bands = estimate_d_bands(
            task.batch, atoms=np.unique(task.atoms).tolist(), parameters=parameters
        )
        values[task.rows] += task.sign * bands.center_ev[task.surfaces, task.atoms]
    return values


def coefficients(terms: Array, wanted: Array, weight: Array, ridge: float) -> Array:
    """Ridge regression through the origin, the terms scaled to a spread of one."""
    spread = terms.std(axis=0)
    found = Ridge(alpha=ridge, fit_intercept=False).fit(terms / spread, wanted, weight)
    return np.asarray(found.coef_ / spread)


def fitted_width(table: pd.DataFrame, tasks: list[Task]) -> tuple[float, float]:
    """Return a and s of the measured rms width √(a μ2 + s²), from our own calculations."""
    moments: list[float] = []
    widths: list[float] = []
    for task in tasks:
        own = table.loc[task.rows, "rms_width_ev"].to_numpy(dtype=float)
        known = np.isfinite(own)
        moments += second_moments(task.batch)[task.surfaces, task.atoms][known].tolist()
        widths += own[known].tolist()

    def deviations(numbers: Array) -> Array:
        scale, background = numbers
        return np.sqrt(scale * np.array(moments) + background**2) - np.array(widths)

    # Atoms squeezed far below their own size have widths beyond the model.
    found = least_squares(deviations, (1.0, 0.5), loss="soft_l1", f_scale=0.1)
    return float(found.x[0]), float(abs(found.x[1]))


def held_out(
    terms: Array, wanted: Array, weight: Array, groups: list[tuple[Array, Array]], ridge: float
) -> Array:
    """Corrections for the second rows of each group, fitted to the first ones."""
    values = np.full(len(wanted), np.nan)
    for fit_to, tested in groups:
        values[tested] = terms[tested] @ coefficients(
            terms[fit_to], wanted[fit_to], weight[fit_to], ridge
        )
    return values


def scores(label: str, table: pd.DataFrame, wanted: Array, values: Array) -> None:
    """Print one line per source."""
    exposed = table["source"].eq("own") & (table["coordination"] < BULK_NEIGHBORS)
    chosen = {source: table["source"] == source for source in WEIGHT}
    for source, rows in (chosen | {"own, not 12 neighbours": exposed}).items():
        at = np.flatnonzero(rows & np.isfinite(values - wanted))
        error = np.abs(values[at] - wanted[at]).mean()
        r = np.corrcoef(values[at], wanted[at])[0, 1]
        print(f"| {label} | {source} | {len(at)} | {error:.3f} | {r:.3f} |", flush=True)


def groups_of(table: pd.DataFrame, use: NDArray[np.bool_]) -> dict[str, list[tuple[Array, Array]]]:
    """Rows to fit to and rows to test on: tenths of the pairs, and one element at a time."""
    sets = element_sets(table)
    pairs = sorted({tuple(sorted(s)) for s in sets if len(s) > 1})
    order = np.random.default_rng(0).permutation(len(pairs))
    folds = [{pairs[i] for i in order[k::PAIR_FOLDS]} for k in range(PAIR_FOLDS)]
    tested = [np.array([tuple(sorted(s)) in fold for s in sets]) & use for fold in folds]
    groups = {"pairs": [(use & ~test, test) for test in tested], "elements": [], "partners": []}
    for element in sorted({element for pair in pairs for element in pair}):
        touched = np.array([element in s for s in sets])
        mine = (table["element"] == element).to_numpy()
        for name, test in (("elements", mine), ("partners", ~mine)):
            if (touched & test & use).any():
                groups[name].append((use & ~touched, touched & test & use))
    return groups


def main(write: bool) -> None:
    table = calibration()
    tasks = tasks_of(table)
    alike = among_their_own(table, tasks)
    clean = clean_metals(table, alike)
    wanted, terms = targets(table, clean), design(table, tasks)
    weight = table["source"].map(WEIGHT).to_numpy()
    use = np.isfinite(wanted) & np.isfinite(terms).all(axis=1) & ~alike
    groups = groups_of(table, use)
    best = np.inf
    for u_ev, broadening_ev, ridge in product(U_EV, BROADENINGS_EV, RIDGES):
        tried = levels(table, tasks, clean, u_ev, broadening_ev)
        left = wanted - tried
        errors = [
            np.average(
                np.abs(held_out(terms, left, weight, groups[by], ridge) - left)[use],
                weights=weight[use],
            )
            for by in ("pairs", "elements")
        ]
        print(f"U {u_ev}, broadening {broadening_ev}, ridge {ridge}: {np.round(errors, 4)} eV")
        if sum(errors) < best:
            best, chosen, base = sum(errors), (u_ev, broadening_ev, ridge), tried
    *physics, ridge = chosen
    found = coefficients(terms[use], (wanted - base)[use], weight[use], ridge)
    scale, background = fitted_width(table, tasks)
    print("\n| predicted | rows | n | MAE / eV | r |\n|---|---|---|---|---|")
    table = table.assign(coordination=table["coordination"].where(use))
    own_level = [element_value(e, "d_band_center_bulk_ev") for e in table["element"]]
    scores("bulk centre", table, wanted, np.where(table["source"] == "own", own_level, 0.0))
    scores("without terms", table, wanted, np.where(use, base, np.nan))
    scores("fitted to all", table, wanted, np.where(use, base + terms @ found, np.nan))
    for name, members in groups.items():
        scores(
            f"{name} held out",
            table,
            wanted,
            base + held_out(terms, wanted - base, weight, members, ridge),
        )
    widths = width_rows(table, tasks, scale, background)
    good = np.isfinite(widths) & np.isfinite(terms).all(axis=1)
    ones = np.ones(len(table))
    print("\n| ln(width) off by | n | mean |\n|---|---|---|")
    print(f"| without terms | {good.sum()} | {np.abs(widths[good]).mean():.3f} |")
    for name, members in groups_of(table, good).items():
        left = np.abs(held_out(terms, widths, ones, members, ridge) - widths)
        print(f"| {name} held out | {np.isfinite(left).sum()} | {np.nanmean(left):.3f} |")
    width = coefficients(terms[good], widths[good], ones[good], ridge)
    edge = float(((table["upper_edge_ev"] - table["center_ev"]) / table["rms_width_ev"]).median())
    if write:
        general = (*physics, scale, background, edge)
        bare = model(*physics, shifts=np.zeros(HIGHEST_ATOMIC_NUMBER + 1))
        write_numbers(general, surface_shifts(clean, bare), clean, found, width)


def width_rows(table: pd.DataFrame, tasks: list[Task], scale: float, background: float) -> Array:
    """Logarithm of calculated widths over √(a μ2 + s²), NaN where none was calculated."""
    second = np.full(len(table), np.nan)
    for task in tasks:
        second[task.rows] = second_moments(task.batch)[task.surfaces, task.atoms]
    expected = np.sqrt(scale * second + background**2)
    return np.log(table["rms_width_ev"].to_numpy(dtype=float) / expected)


def write_numbers(
    general: tuple[float, ...], shifts: Array, clean: pd.DataFrame, center: Array, width: Array
) -> None:
    """Write the numbers of the model with what each comes from."""
    units = {
        "u": "eV", "broadening": "eV", "width_scale": "1", "width_background": "eV",
        "upper_edge": "1",
    }  # fmt: skip
    lines = ["parameter,of,power,value,unit,from"]
    for (name, unit), value in zip(units.items(), general, strict=True):
        lines.append(f"{name},,,{value:.4g},{unit},fit")
    for number in np.flatnonzero(np.isfinite(shifts)):
        symbol = chemical_symbols[number]
        own = np.isfinite(clean["surface_ev"].get(symbol, np.nan))
        source = "clean surfaces" if own else "mean of the others"
        lines.append(f"surface_shift,{symbol},,{shifts[number]:.4g},eV,{source}")
    names = [(term, power) for term in TERMS for power in range(POWERS)]
    for quantity, unit, numbers in (("center", "eV", center), ("width", "1", width)):
        for (term, power), number in zip(names, numbers, strict=True):
            lines.append(f"{quantity},{term},{power},{number:.4g},{unit},fit")
    write_atomically(FITTED, "\n".join([*lines, ""]).encode(), error=DescriptorError)


if __name__ == "__main__":
    main("--write" in sys.argv[1:])
