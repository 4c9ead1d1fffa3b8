"""Tables of d bands as text for a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# Alike in every row, and so told once; left out without a window; and headings for people.
_OF_FILE = (
    "work_function_ev",
    "lower_work_function_ev",
    "work_function_source",
    "fermi_level_ev",
    "window_low_ev",
    "window_high_ev",
)
_OF_WINDOW = ("states_in_window", "center_shift_ev")
_HEADINGS = {
    "d_band_center_ev": "centre",
    "rms_width_ev": "rms width",
    "rectangular_width_ev": "rectangular",
    "semielliptic_width_ev": "semi-elliptic",
    "upper_edge_ev": "upper edge",
    "semielliptic_upper_edge_ev": "centre + 2 rms",
    "effective_center_ev": "effective centre",
    "states_in_window": "states in window",
    "center_shift_ev": "centre moved by window",
}
_SAME_WORK_FUNCTION_EV = 0.005


def d_band_text(table: pd.DataFrame, *, fermi_level_given: bool = False) -> str:
    """Return a table of d bands as text, energies and widths in eV; slab by slab where calculated.

    Parameters
    ----------
    table
        As `catml.descriptors.d_band.d_band_table` or
        `catml.descriptors.calculated_d_bands.table_of_calculated` returns it.
    fermi_level_given
        Whether the user gave the Fermi level, instead of the file.
    """
    if "surface" not in table:
        origin = ", as given" if fermi_level_given else " in the file"
        return _one_text(table, told="", origin=origin)
    groups = table.groupby(["surface", "fermi_level_ev"], sort=False)
    return "\n\n".join(
        _one_text(
            part.drop(columns=["surface", "engine", "preset"]),
            told=f"{surface}, {part['engine'].iloc[0]}, {part['preset'].iloc[0]}: ",
            origin="",
        )
        for (surface, _), part in groups
    )


def _one_text(table: pd.DataFrame, *, told: str, origin: str) -> str:
    first = table.iloc[0]
    left_out = list(_OF_FILE)
    if (table["states_in_window"] == 1).all() and (table["center_shift_ev"] == 0).all():
        left_out += _OF_WINDOW
    rows = table.drop(columns=left_out).dropna(axis="columns", how="all")
    for column in rows.columns.intersection(["atom", "layer"]):
        rows[column] = ["" if i is None else str(i) for i in _or_none(table[column])]
    rows["atom"] = rows["atom"].replace("", "together")
    text = rows.rename(columns=_HEADINGS).to_string(
        index=False, na_rep="", float_format=lambda value: f"{value:.3f}"
    )
    return (
        f"{told}eV relative to the Fermi level ({first['fermi_level_ev']:.3f} eV{origin}), from "
        f"{first['window_low_ev']:.3f} to {first['window_high_ev']:.3f} eV{_work_function(table)}"
        f"\n{text}"
    )


def _work_function(table: pd.DataFrame) -> str:
    upper_ev, lower_ev, source = (
        _or_none(table[column])[0]
        for column in ("work_function_ev", "lower_work_function_ev", "work_function_source")
    )
    if upper_ev is None:
        return ""
    known = f"; work function {upper_ev:.3f} eV"
    if lower_ev is not None and abs(lower_ev - upper_ev) >= _SAME_WORK_FUNCTION_EV:
        known += f" above and {lower_ev:.3f} eV below the slab"
    return known if source is None else f"{known} ({Path(source).name})"


def _or_none(column: pd.Series) -> list[Any]:
    return column.astype(object).where(column.notna(), None).tolist()
