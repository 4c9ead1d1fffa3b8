"""From the file of a calculation to the table of its d bands and, where asked for, a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catml.descriptors.d_band import d_band_table
from catml.descriptors.dos_files import read_dos
from catml.descriptors.dos_selection import select_atoms
from catml.report.figures_dos import dos_figure
from catml.report.files import write_picture

if TYPE_CHECKING:
    import pandas as pd

    from catml.descriptors.dos_files import StructureLike

# Alike in every row, and so told once; left out without a window; and the headings on a terminal.
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

_NAMED_ATOMS = 4
_SAME_WORK_FUNCTION_EV = 0.005


def describe_d_bands(
    path: str | Path,
    *,
    structure: "StructureLike | None" = None,
    fermi_level_ev: float | None = None,
    atoms: Sequence[int] | None = None,
    elements: Sequence[str] | None = None,
    layer: int | None = None,
    site: str | None = None,
    window_ev: tuple[float, float] | None = None,
    plot: str | Path | None = None,
) -> "pd.DataFrame":
    """Read a file's densities of states, describe the d bands, and draw them if a plot is named.

    Parameters
    ----------
    path, structure, fermi_level_ev
        As for `catml.descriptors.dos_files.read_dos`.
    atoms, elements, layer, site, window_ev
        As for `catml.descriptors.d_band.d_band_table`.
    plot
        A ``.png`` or ``.svg`` for the summed states of all atoms in the table.

    Returns
    -------
    pandas.DataFrame
        As `d_band_table` returns it.

    Raises
    ------
    DescriptorError
        If the file, the selection or the window cannot be used.
    WorkflowError
        If the picture cannot be written.
    """
    dos = read_dos(path, structure=structure, fermi_level_ev=fermi_level_ev)
    table = d_band_table(
        dos, atoms=atoms, elements=elements, layer=layer, site=site, window_ev=window_ev
    )
    if plot is not None:
        chosen = select_atoms(dos, atoms=atoms, elements=elements, layer=layer, site=site)
        together = d_band_table(dos, atoms=chosen, window_ev=window_ev).tail(len(dos.spins))
        drawn = dos.spins[1:] or dos.spins
        named = " ".join(f"{dos.symbols[i]}{i}" for i in chosen[:_NAMED_ATOMS])
        more = f" and {len(chosen) - _NAMED_ATOMS} more" if len(chosen) > _NAMED_ATOMS else ""
        figure, _ = dos_figure(
            dos.energy_ev,
            {spin: dos.states(chosen, spin) for spin in drawn},
            together,
            title=f"d states of {named}{more}",
        )
        write_picture(figure, plot)
    return table


def printed(table: "pd.DataFrame") -> str:
    """Return a table of d bands as text for a terminal, energies and widths in eV."""
    first = table.iloc[0]
    left_out = list(_OF_FILE)
    if (table["states_in_window"] == 1).all() and (table["center_shift_ev"] == 0).all():
        left_out += _OF_WINDOW
    rows = table.drop(columns=left_out).dropna(axis="columns", how="all")
    rows["atom"] = ["together" if atom is None else str(atom) for atom in _or_none(table["atom"])]
    text = rows.rename(columns=_HEADINGS).to_string(
        index=False, na_rep="", float_format=lambda value: f"{value:.3f}"
    )
    return (
        f"eV relative to the Fermi level ({first['fermi_level_ev']:.3f} eV in the file), from "
        f"{first['window_low_ev']:.3f} to {first['window_high_ev']:.3f} eV{_work_function(first)}"
        f"\n{text}"
    )


def _work_function(row: "pd.Series") -> str:
    upper_ev, lower_ev = row["work_function_ev"], row["lower_work_function_ev"]
    if upper_ev is None:
        return ""
    known = f"; work function {upper_ev:.3f} eV"
    if lower_ev is not None and abs(lower_ev - upper_ev) >= _SAME_WORK_FUNCTION_EV:
        known += f" above and {lower_ev:.3f} eV below the slab"
    source = row["work_function_source"]
    return known if source is None else f"{known} ({Path(source).name})"


def _or_none(column: "pd.Series") -> list[int | None]:
    return column.astype(object).where(column.notna(), None).tolist()
