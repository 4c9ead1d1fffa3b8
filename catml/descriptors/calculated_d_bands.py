"""d bands by calculation: from a surface's name or a slab to the table a file would give."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from catml.descriptors.calculating.calculated_dos import CalculatedDos, calculate_dos
from catml.descriptors.calculating.settings import WINDOW_EV, DosSettings
from catml.descriptors.calculating.slab_boxes import SlabBox
from catml.descriptors.d_band import Window, check_window, d_band_table
from catml.descriptors.dos import ProjectedDos
from catml.descriptors.dos_selection import D_METALS, select_atoms
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
    atoms: Sequence[int] | None = None,
    elements: Sequence[str] | None = None,
    layer: int | None = None,
    site: str | None = None,
    window_ev: Window = WINDOW_EV,
    allow_long: bool = False,
    quiet: bool = False,
) -> "pd.DataFrame":
    """Calculate densities of states and describe their d bands.

    Parameters
    ----------
    slabs, engine, preset, settings, layers, allow_long, quiet
        As for `calculate_dos`.
    atoms, elements, layer, site
        As for `catml.descriptors.d_band.d_band_table`, in each slab.
    window_ev
        Lowest and highest energy relative to the Fermi level.

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
        check=partial(
            check_selection,
            atoms=atoms,
            elements=elements,
            layer=layer,
            site=site,
            window_ev=window_ev,
        ),
    )
    return table_of_calculated(
        found, atoms=atoms, elements=elements, layer=layer, site=site, window_ev=window_ev
    )


def check_selection(
    slab: SlabBox,
    *,
    atoms: Sequence[int] | None = None,
    elements: Sequence[str] | None = None,
    layer: int | None = None,
    site: str | None = None,
    window_ev: Window | None = None,
) -> None:
    """Refuse what cannot be described before it is calculated, which takes minutes.

    Parameters
    ----------
    slab
        Whose density of states is to be calculated.
    atoms, elements, layer, site, window_ev
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
    select_atoms(foreseen, atoms=atoms, elements=elements, layer=layer, site=site)


def table_of_calculated(
    found: Sequence[CalculatedDos],
    *,
    atoms: Sequence[int] | None = None,
    elements: Sequence[str] | None = None,
    layer: int | None = None,
    site: str | None = None,
    window_ev: Window = WINDOW_EV,
) -> "pd.DataFrame":
    """Describe the d bands of calculated densities of states.

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

    tables = []
    for one in found:
        table = d_band_table(
            one.dos, atoms=atoms, elements=elements, layer=layer, site=site, window_ev=window_ev
        )
        layer_of = dict(enumerate(layer_numbers(one.slab.slab).tolist()))
        table.insert(0, "surface", one.slab.name)
        table.insert(1, "engine", one.engine.name)
        table.insert(2, "preset", one.settings.preset)
        table.insert(3, "layer", table["atom"].map(layer_of).astype("Int64"))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
