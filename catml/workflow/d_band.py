"""From a density of states to the table of its d bands and, where asked for, a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from catml.descriptors.d_band import DBandChoice, Window, d_band_table
from catml.descriptors.dos import ProjectedDos
from catml.descriptors.dos_files import read_dos
from catml.descriptors.dos_selection import AtomChoice, select_atoms
from catml.report.figures_dos import dos_figure
from catml.report.files import write_picture

if TYPE_CHECKING:
    import pandas as pd

    from catml.descriptors.dos_files import StructureLike

_NAMED_ATOMS = 4
_BESIDE_WINDOW_EV = 3.0


def describe_d_bands(
    path: str | Path,
    *,
    structure: "StructureLike | None" = None,
    fermi_level_ev: float | None = None,
    plot: str | Path | None = None,
    **choice: Unpack[DBandChoice],
) -> "pd.DataFrame":
    """Read a file's densities of states, describe the d bands, and draw them if a plot is named.

    Parameters
    ----------
    path, structure, fermi_level_ev
        As for `catml.descriptors.dos_files.read_dos`.
    plot
        A ``.png`` or ``.svg`` for the summed states of all atoms in the table.
    **choice
        `atoms`, `elements`, `layer`, `site` and `window_ev` as for
        `catml.descriptors.d_band.d_band_table`.

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
    table = d_band_table(dos, **choice)
    if plot is not None:
        draw_d_bands(dos, plot, **choice)
    return table


def draw_d_bands(
    dos: ProjectedDos,
    picture: str | Path,
    *,
    name: str | None = None,
    window_ev: Window | None = None,
    **choice: Unpack[AtomChoice],
) -> None:
    """Draw the summed d states of some atoms and mark their moments.

    Parameters
    ----------
    dos
        The densities of states.
    picture
        A ``.png`` or ``.svg``.
    name
        Of the surface, for the title.
    window_ev, **choice
        As for `describe_d_bands`.

    Raises
    ------
    DescriptorError
        If the selection or the window cannot be used.
    WorkflowError
        If the picture cannot be written.
    """
    chosen = select_atoms(dos, **choice)
    together = d_band_table(dos, atoms=chosen, window_ev=window_ev).tail(len(dos.spins))
    drawn = dos.spins[1:] or dos.spins
    title = _atoms_in_words([dos.symbols[i] for i in chosen], chosen)
    near = _near_window(dos, window_ev)
    figure, _ = dos_figure(
        dos.energy_ev[near],
        {spin: dos.states(chosen, spin)[near] for spin in drawn},
        together,
        title=title if name is None else f"{name}: {title}",
    )
    write_picture(figure, picture)


def _near_window(dos: ProjectedDos, window_ev: Window | None) -> slice:
    """Return the energies worth a place in a picture: empty bands far above only squeeze it."""
    if window_ev is None:
        return slice(None)
    low, high = window_ev
    first, last = np.searchsorted(
        dos.energy_ev, (low - _BESIDE_WINDOW_EV, high + _BESIDE_WINDOW_EV)
    )
    return slice(int(first), int(last))


def _atoms_in_words(symbols: Sequence[str], atoms: Sequence[int]) -> str:
    """``Cu atom 3``, ``Cu, Ni atoms 0, 1, 2, 3 and 5 more``; not Cu3, a formula."""
    elements = ", ".join(dict.fromkeys(symbols))
    named = ", ".join(map(str, atoms[:_NAMED_ATOMS]))
    more = f" and {len(atoms) - _NAMED_ATOMS} more" if len(atoms) > _NAMED_ATOMS else ""
    return f"{elements} atom{'s' if len(atoms) > 1 else ''} {named}{more}"
