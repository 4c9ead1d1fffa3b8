"""Fit the numbers of the d-band model: catml/descriptors/d_band_model.csv.

    python benchmarks/fit_d_bands.py           # fit, and scores held out: five minutes
    python benchmarks/fit_d_bands.py --write   # fit and write the numbers: half a minute

The data, one row per distinct atom:

own
    The table ``gpaw_alloys`` of this project: elements as fcc(111), overlayers, near-surface layers
    and L1_2 and L1_0 bulks, moments of the d states from -10 to 5 eV. Fitted is the difference from
    the inner layers of the element's own slab, so that the level of one method does not count.
ruban1997
    ``ruban1997_shifts.csv`` beside this file.
    Published shifts of the centre of one surface atom in another host, against the surface of its
    own metal: A. Ruban, B. Hammer, P. Stoltze, H. L. Skriver, J. K. Nørskov, J. Mol. Catal. A 115,
    421 (1997), doi:10.1016/S1381-1169(96)00348-2. No relaxation, and another method (LMTO) with
    errors of its own, so they count with a quarter of an eV.

Nothing is fitted to the tables the model is validated on (``d_bands.py``).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray
from scipy.optimize import least_squares

import catml
from catml.atomic_files import write_atomically
from catml.data.d_bands import load_d_bands
from catml.descriptors.d_band_model import DBandParameters, estimate_d_bands
from catml.descriptors.tight_binding.second_moments import second_moments
from catml.elements.lattice import lattice_constants
from catml.elements.properties import element_value
from catml.errors import DescriptorError
from catml.structures.batches import SiteBatch, padded_neighbors
from catml.structures.families import site_batch
from catml.structures.neighbors import nearest_neighbors
from catml.structures.surface import Surface

Array = NDArray[np.float64]

SHIFTS = Path(__file__).parent / "ruban1997_shifts.csv"
WINDOW_EV = (-10.0, 5.0)
FITTED = Path(catml.__file__).parent / "descriptors" / "d_band_model.csv"
UNITS = (
    ("u", "eV"),
    ("broadening", "eV"),
    ("missing_neighbors", "eV"),
    ("electronegativity", "eV"),
    ("width_scale", "1"),
    ("width_background", "eV"),
    ("upper_edge", "1"),
)
COLUMNS = tuple(name for name, _ in UNITS)
FCC = frozenset(["Ag", "Au", "Cu", "Ir", "Ni", "Pd", "Pt", "Rh"])
PAIR_FOLDS = 10
START = (42.0, 0.6, 2.2, 2.0)
LOWEST, HIGHEST = (1.0, 0.1, 0.0, 0.0), (200.0, 2.0, 10.0, 10.0)
SPREAD_EV = {"own": 0.1, "ruban1997": 0.25}
LAYERS = 4
BULK_NEIGHBORS = 12
CLOSEST_PACKED = {"Fe": "Fe(110)", "Co": "Co(0001)", "Ru": "Ru(0001)"}


@dataclass(frozen=True)
class Task:
    """Atoms of one batch whose centres are known; for shifts, minus those of `pure`."""

    batch: SiteBatch
    surfaces: NDArray[np.int64]
    atoms: NDArray[np.int64]
    rows: NDArray[np.int64]
    sign: float = 1.0


def calibration() -> pd.DataFrame:
    """Every row that can be fitted to: elements without a slab of their own are left out."""
    own = load_d_bands("gpaw_alloys", window_ev=WINDOW_EV)
    own = own.rename(columns={"system": "structure", "d_band_center_ev": "center_ev"})
    columns = ["structure", "atom", "element", "coordination", "center_ev", "rms_width_ev"]
    own = own[[*columns, "upper_edge_ev"]]
    known = own.loc[own["structure"] == own["element"].map(own_slab), "element"]
    own = own[own["element"].isin(set(known))]
    shifts = pd.read_csv(SHIFTS).rename(columns={"surface": "structure", "shift_ev": "center_ev"})
    both = {"own": own, "ruban1997": shifts}
    return pd.concat(both, names=["source"]).reset_index("source").reset_index(drop=True)


def structure(name: str) -> Atoms:
    """The slab or bulk of that name at catml's default lattice constants."""
    if not name.endswith(" bulk"):
        return Surface(name).slab(layers=LAYERS)
    (host, many), (guest, _) = re.findall(r"([A-Z][a-z]?)(\d?)", name.partition("[")[0])
    if many:
        a_ang = lattice_constants(f"{host}3{guest}", "L1_2").a_ang
        places = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
        return Atoms([guest, host, host, host], cell=[a_ang] * 3, pbc=True, scaled_positions=places)
    found = lattice_constants(host + guest, "L1_0")
    edge = found.a_ang / np.sqrt(2)
    return Atoms(
        [host, guest],
        cell=[edge, edge, found.c_ang or found.a_ang],
        pbc=True,
        scaled_positions=[[0, 0, 0], [0.5, 0.5, 0.5]],
    )


def tasks_of(table: pd.DataFrame) -> list[Task]:
    """Every row's place in a batch; shifts have a second one on the metal's own surface."""
    tasks = []
    own = table[table["source"] == "own"]
    for name, rows in own.groupby("structure"):
        atoms = structure(str(name))
        pairs = nearest_neighbors(atoms)
        near, lengths = padded_neighbors(pairs.i, pairs.j, pairs.distance[None], len(atoms))
        batch = SiteBatch("", (), atoms.numbers[None].astype(np.int64), near, lengths, ())
        which = rows["atom"].to_numpy(dtype=np.int64)
        symbols = np.array(atoms.get_chemical_symbols())
        if (symbols[which] != rows["element"].to_numpy()).any():
            raise SystemExit(f"{name}: the atoms of the table are not those of the structure")
        tasks.append(
            Task(batch, np.zeros(len(which), dtype=np.int64), which, rows.index.to_numpy())
        )
    shifts = table[table["source"] == "ruban1997"]
    doped = [Surface(name) for name in shifts["structure"]]
    pure = [Surface(CLOSEST_PACKED.get(e, f"{e}(111)")) for e in shifts["element"]]
    for surfaces, sign in ((doped, 1.0), (pure, -1.0)):
        for batch in site_batch(surfaces):
            elements = shifts["element"].to_numpy()[batch.rows]
            wanted = np.array([atomic_numbers[element] for element in elements])[:, None]
            exposed = np.array(sorted({i for site in batch.sites for i in site.atoms}))
            atoms = exposed[(batch.numbers[:, exposed] == wanted).argmax(axis=1)]
            rows_of = shifts.index.to_numpy()[batch.rows]
            tasks.append(Task(batch, np.arange(len(rows_of)), atoms, rows_of, sign))
    return tasks


def targets(table: pd.DataFrame) -> Array:
    """What the model should give: centres put on its own bulk centre, and shifts as they are."""
    inner = table[table["structure"] == table["element"].map(own_slab)]
    inner = inner[inner["coordination"] == BULK_NEIGHBORS].set_index("element")["center_ev"]
    bulk = [element_value(element, "d_band_center_bulk_ev") for element in table["element"]]
    moved = table["center_ev"] - table["element"].map(inner) + np.array(bulk)
    return np.asarray(table["center_ev"].where(table["source"] == "ruban1997", moved))


def own_slab(element: str) -> str:
    """Name of the element's fcc slab."""
    return f"{element}(111)" if element in FCC else f"{element}[A1](111)"


def predicted(numbers: Array, tasks: list[Task], n_rows: int) -> Array:
    """The model's centres and shifts for these numbers."""
    parameters = parameters_of(numbers)
    values = np.zeros(n_rows)
    for task in tasks:
        bands = estimate_d_bands(
            task.batch, atoms=np.unique(task.atoms).tolist(), parameters=parameters
        )
        values[task.rows] += task.sign * bands.center_ev[task.surfaces, task.atoms]
    return values


def parameters_of(numbers: Array, width: tuple[float, float] = (1.0, 0.0)) -> DBandParameters:
    return DBandParameters(*(float(number) for number in numbers), *width, 0.0)


def fitted(table: pd.DataFrame, wanted: Array, tasks: list[Task], use: NDArray[np.bool_]) -> Array:
    """Least squares over the rows in use; large deviations count less."""
    spread = table["source"].map(SPREAD_EV).to_numpy()

    def deviations(numbers: Array) -> Array:
        return np.asarray(((predicted(numbers, tasks, len(table)) - wanted) / spread)[use])

    found = least_squares(
        deviations, START, bounds=(LOWEST, HIGHEST), x_scale=START, loss="soft_l1",
        diff_step=1e-3, max_nfev=12,
    )  # fmt: skip
    return np.asarray(found.x)


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
    table: pd.DataFrame, wanted: Array, tasks: list[Task], groups: list[NDArray[np.bool_]]
) -> Array:
    """Predictions for the rows of each group by numbers fitted without them."""
    values = np.full(len(table), np.nan)
    for group in groups:
        numbers = fitted(table, wanted, tasks, ~group)
        values[group] = predicted(numbers, tasks, len(table))[group]
    return values


def scores(label: str, table: pd.DataFrame, wanted: Array, values: Array) -> None:
    """Print one line per source."""
    for source, rows in table.groupby("source").groups.items():
        at = table.index.get_indexer(rows)
        at = at[np.isfinite(values[at])]
        error = np.abs(values[at] - wanted[at]).mean()
        r = np.corrcoef(values[at], wanted[at])[0, 1]
        print(f"| {label} | {source} | {len(at)} | {error:.3f} | {r:.3f} |", flush=True)


def element_sets(table: pd.DataFrame) -> list[frozenset[str]]:
    """The elements of every row's structure."""
    bare = table["structure"].str.replace(r"\[.*?\]|bulk", "", regex=True)
    return [frozenset(re.findall(r"[A-Z][a-z]?", name)) for name in bare]


def main(write: bool) -> None:
    table = calibration()
    tasks, wanted = tasks_of(table), targets(table)
    finite = np.isfinite(predicted(np.array(START), tasks, len(table)) + wanted)
    numbers = fitted(table, wanted, tasks, finite)
    width = fitted_width(table, tasks)
    edges = (table["upper_edge_ev"] - table["center_ev"]) / table["rms_width_ev"]
    values = (*numbers, *width, float(edges.median()))
    print(", ".join(f"{name} {value:.3f}" for name, value in zip(COLUMNS, values, strict=True)))
    print("| predicted | rows | n | MAE / eV | r |\n|---|---|---|---|---|")
    scores("fitted to all", table, wanted, predicted(numbers, tasks, len(table)))
    if write:
        lines = [
            f"{name},{value:.4g},{unit}" for (name, unit), value in zip(UNITS, values, strict=True)
        ]
        content = "\n".join(["parameter,value,unit", *lines, ""])
        write_atomically(FITTED, content.encode(), error=DescriptorError)
        return
    sets = element_sets(table)
    pairs = sorted({tuple(sorted(s)) for s in sets if len(s) > 1})
    folds = [pairs[k::PAIR_FOLDS] for k in range(PAIR_FOLDS)]
    by_pair = [np.array([tuple(sorted(s)) in fold for s in sets]) & finite for fold in folds]
    scores("pairs held out", table, wanted, held_out(table, wanted, tasks, by_pair))
    elements = sorted({element for pair in pairs for element in pair})
    for_element = table["element"].to_numpy()
    values_out = np.full(len(table), np.nan)
    for element in elements:
        touched = np.array([element in s for s in sets])
        without = fitted(table, wanted, tasks, finite & ~touched)
        mine = (for_element == element) & touched & finite
        values_out[mine] = predicted(without, tasks, len(table))[mine]
    scores("elements held out", table, wanted, values_out)


if __name__ == "__main__":
    main("--write" in sys.argv[1:])
