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

# Alike in every row, and so told once; and the columns' headings on a terminal.
_OF_FILE = ("work_function_ev", "fermi_level_ev", "window_low_ev", "window_high_ev")
_HEADINGS = {
    "d_band_center_ev": "centre",
    "rms_width_ev": "rms width",
    "rectangular_width_ev": "rectangular",
    "semielliptic_width_ev": "semi-elliptic",
    "upper_edge_ev": "upper edge",
    "semielliptic_upper_edge_ev": "centre + 2 rms",
    "effective_center_ev": "effective centre",
    "states_in_window": "in window",
    "center_shift_ev": "shift by window",
}

_NAMED_ATOMS = 4


def describe_d_bands(
    path: str | Path,
    *,
    structure: str | Path | None = None,
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
    path, structure
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
    dos = read_dos(path, structure=structure)
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
    work_function = first["work_function_ev"]
    known = "" if work_function is None else f"; work function {work_function:.3f} eV"
    rows = table.drop(columns=list(_OF_FILE)).dropna(axis="columns", how="all")
    rows["atom"] = ["together" if atom is None else str(atom) for atom in _or_none(table["atom"])]
    text = rows.rename(columns=_HEADINGS).to_string(
        index=False, na_rep="", float_format=lambda value: f"{value:.3f}"
    )
    return (
        f"eV relative to the Fermi level ({first['fermi_level_ev']:.3f} eV in the file), from "
        f"{first['window_low_ev']:.3f} to {first['window_high_ev']:.3f} eV{known}\n{text}"
    )


def _or_none(column: "pd.Series") -> list[int | None]:
    return column.astype(object).where(column.notna(), None).tolist()
