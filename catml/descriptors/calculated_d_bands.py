"""d bands by calculation: from a surface's name or a slab to the table a file would give."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Unpack

import numpy as np

from catml.descriptors.calculating.calculated_dos import CalculatedDos, calculate_dos
from catml.descriptors.calculating.settings import DosSettings
from catml.descriptors.calculating.slab_boxes import SlabBox
from catml.descriptors.d_band import DBandChoice, Window, check_window, d_band_table
from catml.descriptors.dos import ProjectedDos
from catml.descriptors.dos_selection import D_METALS, AtomChoice, select_atoms
from catml.elements.d_band_windows import DEFAULT_WINDOW_EV
from catml.structures.layers import layer_numbers

if TYPE_CHECKING:
    import pandas as pd
    from ase import Atoms

    from catml.structures.surface import Surface


def calculate_d_bands(
    slabs: "Surface | str | Atoms | Sequence[Surface | str | Atoms]",
    *,
    engine: str = "gpaw",
    preset: str = "draft",
    settings: DosSettings | None = None,
    layers: int | None = None,
    allow_long: bool = False,
    quiet: bool = False,
    **choice: Unpack[DBandChoice],
) -> "pd.DataFrame":
    """Calculate densities of states and describe their d bands.

    Parameters
    ----------
    slabs, engine, preset, settings, layers, allow_long, quiet
        As for `calculate_dos`.
    **choice
        `atoms`, `elements`, `layer`, `site` and `window_ev` as for
        `catml.descriptors.d_band.d_band_table`, in each slab; the window is `DEFAULT_WINDOW_EV`
        where none is given.

    Returns
    -------
    pandas.DataFrame
        As `table_of_calculated` returns it.

    Raises
    ------
    CatmlError
        As for `calculate_dos` and `d_band_table`.
    """
    found = calculate_dos(
        slabs,
        engine=engine,
        preset=preset,
        settings=settings,
        layers=layers,
        allow_long=allow_long,
        quiet=quiet,
        check=partial(check_choice, **choice),
    )
    return table_of_calculated(found, **choice)


def check_choice(
    slab: SlabBox, *, window_ev: Window | None = None, **choice: Unpack[AtomChoice]
) -> None:
    """Refuse what cannot be described before it is calculated, which takes minutes.

    Parameters
    ----------
    slab
        Whose density of states is to be calculated.
    window_ev, **choice
        As for `catml.descriptors.d_band.d_band_table`.

    Raises
    ------
    CatmlError
        As for `d_band_table`.
    """
    check_window(window_ev)
    metals = np.isin(slab.slab.numbers, list(D_METALS))
    foreseen = ProjectedDos(
        energy_ev=np.array([-1.0, 0.0, 1.0]),
        d_states=np.where(metals, 1.0, 0.0)[:, None, None, None] * np.ones(3),
        symbols=tuple(slab.slab.get_chemical_symbols()),
        atoms=slab.slab,
        source=slab.name,
    )
    select_atoms(foreseen, **choice)


def table_of_calculated(
    found: Sequence[CalculatedDos], **choice: Unpack[DBandChoice]
) -> "pd.DataFrame":
    """Describe the d bands of calculated densities of states.

    Parameters
    ----------
    found
        As `calculate_dos` returns them.
    **choice
        As for `calculate_d_bands`.

    Returns
    -------
    pandas.DataFrame
        The columns of `catml.descriptors.d_band.d_band_table`, and before them `surface` (or the
        formula of a slab that names none), `engine`, `preset` and `layer` (from 1 at the top).

    Raises
    ------
    CatmlError
        As for `d_band_table`.
    """
    import pandas as pd

    if choice.get("window_ev") is None:
        choice["window_ev"] = DEFAULT_WINDOW_EV
    tables = []
    for one in found:
        table = d_band_table(one.dos, **choice)
        layer_of = dict(enumerate(layer_numbers(one.slab.slab).tolist()))
        table.insert(0, "surface", one.slab.name)
        table.insert(1, "engine", one.engine.name)
        table.insert(2, "preset", one.settings.preset)
        table.insert(3, "layer", table["atom"].map(layer_of).astype("Int64"))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
