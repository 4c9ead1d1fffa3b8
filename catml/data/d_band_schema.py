"""The schema of d-band tables: columns, their units, and what they may hold.

One row per atom, spin and energy window: the moments of the d states that lie in the window, and
the settings of the calculation they come from. `catml.data.checks` applies it.
"""

from __future__ import annotations

import re
from typing import Literal

import pandas as pd

from catml.data.checks import RowRules, find_problems
from catml.data.schema import Column, Problem, number_column
from catml.errors import CatmlError

SystemKind = Literal["slab", "bulk", "other"]

SYSTEM_KINDS: tuple[SystemKind, ...] = ("slab", "bulk", "other")
SPINS = ("both", "up", "down")
YES_OR_NO = ("yes", "no")
RELAXED = (*YES_OR_NO, "not known")

D_BAND_COLUMNS: tuple[Column, ...] = (
    Column("row", "text", "stable key of the row, unique in the table", required=True),
    Column("system", "text", "what was calculated: a surface or bulk by name", required=True),
    Column("system_kind", "text", "slab, bulk or other", required=True, allowed=SYSTEM_KINDS),
    Column("surface", "surface", "surface name; empty for a bulk or outside the grammar"),
    number_column("atom", "index of the atom in the structure", "", 0, 1e6, required=True),
    Column("element", "element", "its element", required=True),
    number_column("layer", "layer of a slab from 1 at the top; empty for a bulk", "", 1, 1e4),
    number_column("multiplicity", "atoms alike by symmetry", "", 1, 1e6, required=True),
    number_column("coordination", "nearest neighbours", "", 0, 24),
    Column("spin", "text", "both together, or one of two", required=True, allowed=SPINS),
    number_column("window_low_ev", "lowest energy, from E_F", "eV", -60.0, 0.0, required=True),
    number_column("window_high_ev", "highest energy, from E_F", "eV", 0.0, 60.0, required=True),
    number_column("d_band_center_ev", "centre, from E_F", "eV", -30.0, 30.0, required=True),
    number_column("rms_width_ev", "rms width", "eV", 1e-4, 15.0, required=True),
    number_column("skewness", "third moment over rms width cubed", "", -50.0, 50.0, required=True),
    number_column("kurtosis", "fourth moment over rms width^4", "", 1.0, 500.0, required=True),
    number_column("filling", "fraction below E_F", "", 0.0, 1.0, required=True),
    number_column(
        "upper_edge_ev", "largest Hilbert transform, from E_F", "eV", -30.0, 30.0, required=True
    ),
    number_column("effective_center_ev", "effective centre of a magnetic metal", "eV", -30.0, 30.0),
    number_column("d_states", "d states per atom in the window", "", 0.0, 20.0, required=True),
    number_column("d_states_found", "d states per atom at all energies", "", 0.0, 30.0),
    number_column("magnetic_moment_mub", "of the atom; empty without spin", "µB", -10.0, 10.0),
    number_column("work_function_ev", "of a slab with two equal sides", "eV", -5.0, 15.0),
    Column("functional", "text", "exchange-correlation functional", required=True),
    Column("code", "text", "program", required=True),
    Column("code_version", "text", "its version"),
    Column("preset", "text", "catml's name of the settings, as standard"),
    Column("basis", "text", "as plane waves", required=True),
    number_column("cutoff_ev", "plane-wave cutoff", "eV", 1.0, 1e4),
    Column("k_points", "text", "k-points along the three axes, as 12x12x1", required=True),
    number_column("smearing_ev", "width of the occupation function", "eV", 0.0, 5.0),
    number_column("broadening_ev", "Gaussian width of the density of states", "eV", 0.0, 5.0),
    Column(
        "spin_polarized", "text", "whether spins are told apart", required=True, allowed=YES_OR_NO
    ),
    Column("relaxed", "text", "whether atoms were moved", required=True, allowed=RELAXED),
    number_column("layers", "layers of a slab", "", 1, 1e4),
    number_column("vacuum_ang", "vacuum on each side of a slab", "Å", 0.0, 1e3),
    number_column("lattice_a_ang", "bulk lattice constant a", "Å", 1.5, 20.0),
    number_column("lattice_c_ang", "bulk lattice constant c; empty for cubic", "Å", 1.5, 20.0),
    Column("lattice_functional", "text", "functional of the lattice constants"),
    Column("calculation", "text", "key of the calculation, shared by its rows", required=True),
    Column("source", "text", "key of the dataset, or own", required=True),
)


def find_d_band_problems(cells: pd.DataFrame) -> list[Problem]:
    """Return every problem of a d-band table given as text cells, ordered by row.

    Examples
    --------
    >>> import pandas as pd
    >>> for problem in find_d_band_problems(pd.DataFrame({"row": ["a"], "spin": ["left"]}))[-1:]:
    ...     print(problem)
    row 2, column 'spin': 'left'; allowed: both, up, down
    """
    return find_problems(cells, columns=D_BAND_COLUMNS, rules=_RULES)


def _surface_rule(
    kind: str, surface: str, element: str, layer: str, layers: str
) -> tuple[str, str] | None:
    if kind not in SYSTEM_KINDS:
        return None  # reported with the cell itself
    if kind != "slab":
        if surface:
            return "surface", f"nothing in a row of system_kind {kind}"
        return ("layer", f"nothing in a row of system_kind {kind}") if layer else None
    if not layer:
        return "layer", "the layer of the atom, in a row of system_kind slab"
    if layers and _number(layer) > _number(layers):
        return "layer", f"a number from 1 to the {layers} layers of the slab"
    if not surface:
        return None
    from catml.structures.surface import Surface

    try:
        elements = Surface(surface).elements
    except CatmlError:
        return None  # reported with the cell itself
    return None if element in elements else ("element", f"an element of {surface}")


def _window_rule(low: str, high: str, center: str) -> tuple[str, str] | None:
    if _number(low) >= _number(high):
        return "window_high_ev", f"an energy above window_low_ev, {low}"
    if _number(center) < _number(low) or _number(center) > _number(high):
        return "d_band_center_ev", f"an energy in the window, {low} to {high} eV"
    return None


def _spin_rule(spin: str, polarized: str) -> tuple[str, str] | None:
    if spin != "both" and polarized == "no":
        return "spin", "both, in a row of spin_polarized no"
    return None


def _states_rule(states: str, found: str) -> tuple[str, str] | None:
    # Cells are rounded to 1e-6.
    if states and found and _number(states) > _number(found) + 1e-5:
        return "d_states", f"no more than d_states_found, {found}"
    return None


def _counts_rule(*cells: str) -> tuple[str, str] | None:
    for name, cell in zip(_COUNTS, cells, strict=True):
        if cell and _number(cell) % 1 > 0:
            return name, "a whole number"
    return None


def _k_points_rule(k_points: str) -> tuple[str, str] | None:
    if not k_points or re.fullmatch(r"[1-9]\d*x[1-9]\d*x[1-9]\d*", k_points):
        return None
    return "k_points", "three whole numbers joined by x, as 12x12x1"


def _number(cell: str) -> float:
    """Return a cell's number; NaN, which no rule finds fault with, where it is none."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")


_COUNTS = ("atom", "layer", "multiplicity", "coordination", "layers")
_RULES: RowRules = (
    (("system_kind", "surface", "element", "layer", "layers"), _surface_rule),
    (("window_low_ev", "window_high_ev", "d_band_center_ev"), _window_rule),
    (("spin", "spin_polarized"), _spin_rule),
    (("d_states", "d_states_found"), _states_rule),
    (_COUNTS, _counts_rule),
    (("k_points",), _k_points_rule),
)
