"""The centres the d-band model is fitted to, and the structures they belong to.

Used by ``fit_d_bands.py``, which says where they come from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.data import atomic_numbers
from numpy.typing import NDArray

from catml.data.d_bands import load_d_bands
from catml.elements.d_band_windows import DEFAULT_WINDOW_EV
from catml.elements.lattice import lattice_constants
from catml.elements.properties import element_value
from catml.structures.batches import SiteBatch, padded_neighbors
from catml.structures.families import site_batch
from catml.structures.neighbors import nearest_neighbors
from catml.structures.surface import Surface

Array = NDArray[np.float64]

SHIFTS = Path(__file__).parent / "ruban1997_shifts.csv"
FCC = frozenset(["Ag", "Au", "Cu", "Ir", "Ni", "Pd", "Pt", "Rh"])
LAYERS = 4
CLOSEST_PACKED = {"Fe": "Fe(110)", "Co": "Co(0001)", "Ru": "Ru(0001)"}
BULK_NEIGHBORS = 12
SURFACE_NEIGHBORS = 9


@dataclass(frozen=True)
class Task:
    """Atoms of one batch whose centres are known; for shifts, minus those of `pure`."""

    batch: SiteBatch
    surfaces: NDArray[np.int64]
    atoms: NDArray[np.int64]
    rows: NDArray[np.int64]
    sign: float = 1.0


def calibration() -> pd.DataFrame:
    """Every row of the two sources."""
    own = load_d_bands("gpaw_alloys", window_ev=DEFAULT_WINDOW_EV)
    own = own.rename(columns={"system": "structure", "d_band_center_ev": "center_ev"})
    columns = ["structure", "atom", "element", "coordination", "center_ev", "rms_width_ev"]
    own = own[[*columns, "upper_edge_ev"]]
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


def own_slab(element: str) -> str:
    """Name of the element's fcc slab."""
    return f"{element}(111)" if element in FCC else f"{element}[A1](111)"


def among_their_own(table: pd.DataFrame, tasks: list[Task]) -> NDArray[np.bool_]:
    """Rows of our own all of whose neighbours are of their element."""
    alike = np.zeros(len(table), dtype=bool)
    for task in tasks:
        batch, at = task.batch, (task.surfaces, task.atoms)
        near = batch.numbers[task.surfaces[:, None], batch.neighbors[task.atoms]]
        same = (near == batch.numbers[at][:, None]) | ~np.isfinite(batch.distances[at])
        alike[task.rows] = same.all(axis=1)
    return alike & (table["source"] == "own").to_numpy()


def clean_metals(table: pd.DataFrame, alike: NDArray[np.bool_]) -> pd.DataFrame:
    """Centre inside each element's metal, and how much higher its clean surface lies, in eV."""
    surfaces = load_d_bands("gpaw_surfaces", window_ev=DEFAULT_WINDOW_EV)
    surfaces = surfaces[~surfaces["system"].str.contains("100")]
    found = {}
    for element, rows in table[alike].groupby("element"):
        slab = rows[rows["structure"] == own_slab(str(element))]
        chosen = slab if len(slab) else rows
        inside, top = (
            chosen.loc[chosen["coordination"] == count, "center_ev"].mean()
            for count in (BULK_NEIGHBORS, SURFACE_NEIGHBORS)
        )
        layers = surfaces[surfaces["element"] == element].groupby(surfaces["layer"] == 1)
        means = layers["d_band_center_ev"].mean()
        other = means[True] - means[False] if len(means) > 1 else np.nan
        found[str(element)] = (inside, float(pd.Series([top - inside, other]).mean()))
    for element, rows in surfaces[~surfaces["element"].isin(found)].groupby("element"):
        means = rows.groupby(rows["layer"] == 1)["d_band_center_ev"].mean()
        found[str(element)] = (means[False], means[True] - means[False])
    return pd.DataFrame.from_dict(found, orient="index", columns=["inside_ev", "surface_ev"])


def targets(table: pd.DataFrame, clean: pd.DataFrame) -> Array:
    """What the model should give: centres put on its own bulk centre, and shifts as they are."""
    bulk = np.array([element_value(e, "d_band_center_bulk_ev") for e in table["element"]])
    moved = table["center_ev"] - table["element"].map(clean["inside_ev"]) + bulk
    return np.asarray(table["center_ev"].where(table["source"] == "ruban1997", moved))


def element_sets(table: pd.DataFrame) -> list[frozenset[str]]:
    """The elements of every row's structure."""
    bare = table["structure"].str.replace(r"\[.*?\]|bulk", "", regex=True)
    return [frozenset(re.findall(r"[A-Z][a-z]?", name)) for name in bare]
