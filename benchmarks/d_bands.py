"""Measure the d bands estimated without DFT against those of calculations.

    python benchmarks/d_bands.py                    # the Ma 2015 table, which catml ships
    python benchmarks/d_bands.py dft_d_band.csv.gz  # and a table of surface atoms of one's own

Prints Markdown: mean absolute error and r, with 95 % intervals from a bootstrap over element
pairs, beside three baselines. No number is fitted to these tables; ``fit_d_bands.py`` says what
they were looked at for.

The table of surface atoms has the columns ``facet, template, host, guest, site_element,
d_center_eV, d_width_eV, mulliken`` (S.-H. Wang, H. Xin and co-workers; Y. Huang et al., J. Chem.
Phys. 161 (2024), doi:10.1063/5.0232141). Its templates are read, X the host and M the guest, top
layer first:

X           pure metal, ``guest`` its strain         M-X        one layer of X on M
X-M-X       M below one layer of X                   X3M, X2M2  an alloy, mixed in every layer
X-X3M       a pure top layer on X3M                  X3M-X      one mixed layer on X
X3M-M-X     one mixed layer, one of M, then X        X2M2-ML    one mixed layer, one of M, X2M2

Mixed layers are 2 × 2 cells with one guest (X3M), a row of them (X2M2) or three (XM3). Which atom
of the layer a row is follows from ``mulliken``: the electronegativity of the atom minus the
geometric mean of those within 5.5 Å. Neighbourhoods of one third shell count 27 atoms on (111) and
25 on (100), so that every share of guests has its own value. Bulk lattice constants are catml's
(BEEF-vdW), of the host under layers on it, of X3M for X3M and its skins. Rows of other templates
(``AOR``, three-part names ending in ``-Pt``) are left out, and all of (211): the table does not say
which of its atoms a row is, and on a pure surface ``mulliken`` is 0 for each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms
from ase.build import fcc100, fcc111
from ase.data import atomic_numbers
from d_band_calibration import calibration, element_sets
from numpy.typing import NDArray

from catml.data.tables import load_dataset
from catml.descriptors.d_band_model import estimate_d_bands
from catml.descriptors.tight_binding.second_moments import band_centers
from catml.elements.lattice import lattice_constants
from catml.elements.properties import element_array
from catml.errors import ElementError
from catml.structures.batches import SiteBatch, padded_neighbors
from catml.structures.families import site_batch
from catml.structures.neighbors import nearest_neighbors, pairs_within
from catml.structures.surface import Surface

Array = NDArray[np.float64]

A_ANG = 4.0
LAYERS = 6
REACH_ANG = 5.5
# Layers top first, the last one repeated: guests per four atoms.
PROFILES = {
    "X": (0,),
    "M-X": (0, 4),
    "X-M-X": (0, 4, 0),
    "X3M-X": (1, 0),
    "X3M-M-X": (1, 4, 0),
    "XM3-X": (3, 0),
    "XM3-M-X": (3, 4, 0),
    "X2M2-X": (2, 0),
    "X2M2-M-X": (2, 4, 0),
    "X2M2": (2,),
    "X2M2-ML": (2, 4, 2),
    "X3M": (1,),
    "X-X3M": (0, 1),
}
NEEDED = ("facet", "template", "host", "guest", "site_element")
VALUES = ("d_center_eV", "d_width_eV", "mulliken")
RESAMPLES = 200


@dataclass(frozen=True)
class Pattern:
    """A slab whose atoms are hosts (False) or guests (True), for a lattice constant of 4 Å."""

    slab: Atoms
    guests: NDArray[np.bool_]

    @property
    def top(self) -> list[int]:
        """Atoms of the top layer."""
        heights = self.slab.positions[:, 2]
        return np.flatnonzero(heights > heights.max() - 0.1).tolist()


def pattern(facet: str, profile: tuple[int, ...]) -> Pattern:
    """The 2 × 2 slab with these numbers of guests in its layers."""
    build = {"111": fcc111, "100": fcc100}[facet]
    slab = build("Cu", (2, 2, LAYERS), a=A_ANG, vacuum=8.0)
    guests = np.zeros(len(slab), dtype=bool)
    for depth, layer in enumerate(range(1, LAYERS + 1)):
        members = np.flatnonzero(slab.get_tags() == layer)
        places = members[_by_place(slab, members)]
        guests[places[: profile[min(depth, len(profile) - 1)]]] = True
    return Pattern(slab, guests)


def _by_place(slab: Atoms, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """The four atoms of a layer row by row."""
    offset = slab.positions[members] - slab.positions[members[0]]
    cells = np.rint(np.linalg.solve(slab.cell.array[:2, :2].T, offset[:, :2].T).T * 2).astype(int)
    return np.lexsort((cells[:, 1] % 2, cells[:, 0] % 2))


def decoded(table: pd.DataFrame) -> pd.DataFrame:
    """The rows whose template is understood, with kind, host, guest and lattice constant."""
    rows = table[table["template"].isin(_known_templates(table))].copy()
    overlayer = rows["template"].str.startswith("M-")
    rows["X"] = np.where(overlayer, rows["template"].str[2:], rows["host"])
    rows["kind"] = [_kind(t, x) for t, x in zip(rows["template"], rows["X"], strict=True)]
    rows = rows[(rows["kind"] != "") & rows["facet"].isin(["111", "100"])].copy()
    pure = rows["kind"] == "X"
    rows["M"] = rows["guest"].where(~pure, rows["X"])
    strain = pd.to_numeric(rows["guest"], errors="coerce").where(pure, 1.0)
    lattice = [
        _lattice(k, x, m) for k, x, m in zip(rows["kind"], rows["X"], rows["M"], strict=True)
    ]
    rows["a_ang"] = np.array(lattice) * strain
    return rows[rows["a_ang"].notna()]


def _known_templates(table: pd.DataFrame) -> list[str]:
    pairs = table[["template", "host"]].dropna().drop_duplicates()
    return [
        template
        for template, host in pairs.to_numpy().tolist()
        if template.startswith("M-") or _kind(template, host)
    ]


def _kind(template: str, host: str) -> str:
    if template == f"M-{host}":
        return "M-X"
    return next((kind for kind in PROFILES if kind.replace("X", host) == template), "")


def _lattice(kind: str, host: str, guest: str) -> float:
    try:
        if kind in ("X3M", "X-X3M") and host != guest:
            return lattice_constants(f"{host}3{guest}", "L1_2").a_ang
        return lattice_constants(guest if kind == "M-X" else host, "A1").a_ang
    except ElementError:
        return float("nan")


def place_atoms(rows: pd.DataFrame, shape: Pattern) -> NDArray[np.int64]:
    """The atom of the top layer whose surroundings fit each row's ``mulliken`` best."""
    chi = (element_array("ionization_energy_ev") + element_array("electron_affinity_ev")) / 2
    pairs = pairs_within(shape.slab, REACH_ANG * 1.2)
    places = []
    for row in rows.itertuples():
        own, host, guest = (chi[atomic_numbers[e]] for e in (row.site_element, row.X, row.M))
        reach = REACH_ANG * A_ANG / row.a_ang
        misfits = {}
        for atom in shape.top:
            if (row.M if shape.guests[atom] else row.X) != row.site_element:
                continue
            near = pairs.j[(pairs.i == atom) & (pairs.distance <= reach)]
            share = shape.guests[near].mean()
            misfits[atom] = abs(own - host ** (1 - share) * guest**share - row.mulliken)
        places.append(min(misfits, key=lambda atom: misfits[atom]) if misfits else -1)
    return np.array(places, dtype=np.int64)


def estimates(rows: pd.DataFrame, shape: Pattern) -> pd.DataFrame:
    """Centres and widths of the rows' atoms, the model's and the baselines'."""
    atoms = place_atoms(rows, shape)
    rows, atoms = rows[atoms >= 0], atoms[atoms >= 0]
    pairs = nearest_neighbors(shape.slab)
    near, lengths = padded_neighbors(pairs.i, pairs.j, pairs.distance[None], len(shape.slab))
    numbers = np.where(
        shape.guests[None],
        rows["M"].map(atomic_numbers).to_numpy()[:, None],
        rows["X"].map(atomic_numbers).to_numpy()[:, None],
    )
    scale = rows["a_ang"].to_numpy()[:, None, None] / A_ANG
    batch = SiteBatch("", (), numbers.astype(np.int64), near, lengths * scale, ())
    return rows.join(_columns(batch, np.arange(len(rows)), atoms).set_index(rows.index))


def _columns(
    batch: SiteBatch, surfaces: NDArray[np.int64], atoms: NDArray[np.int64]
) -> pd.DataFrame:
    bands = estimate_d_bands(batch, atoms=np.unique(atoms).tolist())
    at = (surfaces, atoms)
    return pd.DataFrame(
        {
            "center": bands.center_ev[at],
            "width": bands.rms_width_ev[at],
            "scaled": band_centers(batch)[at],
            "rectangular": band_centers(batch, model="rectangular")[at],
            "element": element_array("d_band_center_bulk_ev")[batch.numbers[at]],
        }
    )


def mean_absolute_error(values: Array, truth: Array, _: NDArray[np.object_]) -> float:
    return float(np.abs(values - truth).mean())


def correlation(values: Array, truth: Array, _: NDArray[np.object_]) -> float:
    return float(np.corrcoef(values, truth)[0, 1]) if values.std() > 0 else float("nan")


def within_elements(values: Array, truth: Array, elements: NDArray[np.object_]) -> float:
    """Mean of r over the elements that have at least 30 rows."""
    found = [
        correlation(values[elements == one], truth[elements == one], elements)
        for one in np.unique(elements)
        if (elements == one).sum() >= 30
    ]
    return float(np.nanmean(found)) if np.isfinite(found).any() else float("nan")


Score = Callable[[Array, Array, NDArray[np.object_]], float]


def with_interval(score: Score, rows: pd.DataFrame, column: str, truth: str) -> str:
    """A score with its 95 % interval over element pairs."""
    values, true = rows[column].to_numpy(float), rows[truth].to_numpy(float)
    elements = rows["site_element"].to_numpy(object)
    pairs = pd.factorize(rows["pair"])[0]
    members = [np.flatnonzero(pairs == k) for k in range(pairs.max() + 1)]
    random = np.random.default_rng(0)
    drawn = []
    for _ in range(RESAMPLES if len(members) > 1 else 0):
        at = np.concatenate([members[k] for k in random.integers(len(members), size=len(members))])
        drawn.append(score(values[at], true[at], elements[at]))
    low, high = np.nanquantile(drawn, [0.025, 0.975]) if drawn else (np.nan, np.nan)
    return f"{score(values, true, elements):.3f} [{low:.3f}, {high:.3f}]"


def report(rows: pd.DataFrame, title: str, truth: str, width_truth: str) -> None:
    """Print the tables of one data set."""
    rows = rows[np.isfinite(rows[["center", "scaled", "rectangular", truth]]).all(axis=1)]
    print(f"\n## {title}\n\n| model | n | MAE / eV | r | mean r within an element |")
    print("|---|---|---|---|---|")
    models = (("center", "catml"), ("scaled", "width times bulk centre"))
    baselines = (("rectangular", "rectangular band"), ("element", "bulk centre of the element"))
    for column, name in models + baselines:
        cells = [
            with_interval(score, rows, column, truth)
            for score in (mean_absolute_error, correlation, within_elements)
        ]
        print(f"| {name} | {len(rows)} | {' | '.join(cells)} |")
    cells = [
        with_interval(score, rows, "width", width_truth)
        for score in (mean_absolute_error, correlation, within_elements)
    ]
    print(f"| rms width, catml | {len(rows)} | {' | '.join(cells)} |")
    print("\n| group | n | MAE / eV | r | MAE of the element's bulk centre / eV |")
    print("|---|---|---|---|---|")
    fitted_to = {"-".join(sorted(elements)) for elements in element_sets(calibration())}
    rows = rows.assign(pair_fitted_to=np.where(rows["pair"].isin(fitted_to), "yes", "no"))
    for by in ("facet", "pair_fitted_to", "kind", "site_element"):
        for group, members in rows.groupby(by):
            error = (members["element"] - members[truth]).abs().mean()
            cells = [
                with_interval(score, members, "center", truth)
                for score in (mean_absolute_error, correlation)
            ]
            print(f"| {by} {group} | {len(members)} | {' | '.join(cells)} | {error:.3f} |")


def read_table(path: Path) -> pd.DataFrame:
    """The table of surface atoms.

    Raises SystemExit with one message where the file is no such table.
    """
    if not path.is_file():
        raise SystemExit(f"there is no file {str(path)!r}; give the table of surface atoms")
    table = pd.read_csv(path, dtype=dict.fromkeys(NEEDED, str))
    missing = [name for name in (*NEEDED, *VALUES) if name not in table]
    if missing:
        raise SystemExit(f"{str(path)!r} lacks the columns {', '.join(missing)}")
    return table


def surface_atoms(path: Path) -> pd.DataFrame:
    rows = decoded(read_table(path))
    parts = [
        estimates(members, pattern(facet, PROFILES[kind]))
        for (facet, kind), members in rows.groupby(["facet", "kind"])
    ]
    found = pd.concat(parts)
    found["pair"] = ["-".join(sorted(p)) for p in zip(found["X"], found["M"], strict=True)]
    return found


def ma2015_atoms() -> pd.DataFrame:
    """The on-top atoms of the shipped table, with their calculated bands."""
    rows = load_dataset("ma2015")
    rows = rows[rows["dft_d_band_center_ev"].notna()].reset_index(drop=True)
    parts = []
    for batch in site_batch([Surface(name) for name in rows["surface"]]):
        top = next(site.atoms[0] for site in batch.sites if site.kind == "ontop")
        surfaces = np.arange(len(batch.rows))
        columns = _columns(batch, surfaces, np.full(len(surfaces), top))
        parts.append(columns.set_index(rows.index[batch.rows]))
    found = rows.join(pd.concat(parts))
    found["kind"], found["pair"], found["facet"] = found["family"], found["elements"], "100"
    return found.rename(columns={"host": "site_element"})


def main(arguments: list[str]) -> None:
    """Score the shipped table, and the one given."""
    found = surface_atoms(Path(arguments[0])) if arguments else None
    report(ma2015_atoms(), "Ma 2015", "dft_d_band_center_ev", "dft_d_band_rms_width_ev")
    if found is None:
        print("\nNo table of surface atoms given: `python benchmarks/d_bands.py TABLE`.")
        return
    report(found, f"{Path(arguments[0]).name}", "d_center_eV", "d_width_eV")


if __name__ == "__main__":
    main(sys.argv[1:])
