"""From surfaces by name to the table of their d bands by calculation, its pictures and its rows."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from catml.data.d_bands import append_d_bands, load_d_bands
from catml.descriptors.calculated_d_bands import check_choice, table_of_calculated
from catml.descriptors.calculating.calculated_dos import CalculatedDos, calculate_dos
from catml.descriptors.calculating.settings import preset_settings
from catml.descriptors.d_band import DBandChoice
from catml.descriptors.dos_engines import engine_named
from catml.elements.d_band_windows import DEFAULT_WINDOW_EV
from catml.errors import WorkflowError
from catml.structures.dft.calculations import folder_name
from catml.structures.files import read_slab
from catml.structures.surface import Surface
from catml.workflow.d_band import draw_d_bands
from catml.workflow.d_band_rows import DBandSettings, d_band_rows

if TYPE_CHECKING:
    import pandas as pd
    from ase import Atoms


def describe_calculated_d_bands(
    slabs: Sequence[str],
    *,
    engine: str,
    preset: str = "draft",
    changes: dict[str, str] | None = None,
    layers: int | None = None,
    plot: str | Path | None = None,
    store: str | Path | None = None,
    allow_long: bool = False,
    quiet: bool = False,
    **choice: Unpack[DBandChoice],
) -> "pd.DataFrame":
    """Calculate the densities of states of slabs and describe, draw and store their d bands.

    1. Read or build every slab and check it.
    2. Calculate what is not known from before.
    3. Describe, draw and store.

    Parameters
    ----------
    slabs
        Names of surfaces, and files of slabs.
    engine, preset, layers, allow_long, quiet
        As for `catml.descriptors.calculating.calculated_dos.calculate_dos`.
    changes
        Settings of the preset to change, by name.
    plot
        A ``.png`` or ``.svg``; of several slabs each gets one, its name in the file's.
    store
        A table of d bands (`catml.data.d_bands`) to which all distinct atoms of the slabs are
        added, whichever are described.
    **choice
        As for `catml.descriptors.calculated_d_bands.calculate_d_bands`.

    Returns
    -------
    pandas.DataFrame
        As `catml.descriptors.calculated_d_bands.table_of_calculated` returns it.

    Raises
    ------
    CatmlError
        If a slab, setting, selection, window or file cannot be used, or a calculation fails.
    """
    if plot is not None and Path(plot).suffix not in (".png", ".svg"):
        raise WorkflowError(f"the picture {str(plot)!r} must end in .png or .svg")
    if store is not None:
        _check_store(store)
    if choice.get("window_ev") is None:
        choice["window_ev"] = DEFAULT_WINDOW_EV
    found = calculate_dos(
        [_slab(text) for text in slabs],
        engine=engine,
        settings=preset_settings(preset, engine_named(engine).presets, **(changes or {})),
        layers=layers,
        allow_long=allow_long,
        quiet=quiet,
        check=partial(check_choice, **choice),
    )
    if store is not None:
        store_calculated(found, store)
    table = table_of_calculated(found, **choice)
    if plot is not None:
        for one, picture in zip(found, _pictures(found, Path(plot)), strict=True):
            draw_d_bands(one.dos, picture, name=one.slab.name, **choice)
    return table


def store_calculated(found: Sequence[CalculatedDos], path: str | Path) -> int:
    """Add calculated d bands to a table of one's own; rows known already are replaced.

    Returns
    -------
    int
        Number of rows in the table.

    Raises
    ------
    CatmlError
        If a row cannot be made, or the table cannot be read or written.
    """
    import pandas as pd

    tables = []
    for one in found:
        plane_waves = one.engine.basis == "plane waves"
        how = DBandSettings(
            functional=one.settings.functional,
            code=one.engine.code,
            code_version=one.version,
            basis=one.engine.basis,
            k_points=one.kpoints,
            cutoff_ev=one.settings.cutoff_ev if plane_waves else None,
            smearing_ev=one.settings.smearing_ev,
            broadening_ev=one.engine.broadening_ev,
            preset=one.settings.preset,
            # A slab of another builder, or one whose atoms were moved, is not told from a relaxed.
            relaxed=None if one.slab.surface is None else False,
        )
        # Of every setting, also of those that rows have no column for.
        key = f"{one.engine.name}-{one.settings.preset}-{one.slab.name}-{one.key[:8]}"
        tables.append(d_band_rows(one.dos, how, system=one.slab.name, calculation=key))
    return append_d_bands(pd.concat(tables, ignore_index=True), path)


def _check_store(path: str | Path) -> None:
    """Refuse what rows cannot be added to before anything is calculated for it."""
    if not str(path).endswith((".csv", ".csv.gz")):
        raise WorkflowError(f"the table to store results in, {str(path)!r}, must end in .csv")
    if Path(path).exists():
        load_d_bands(path, window_ev="all", spin="all")


def _slab(text: str) -> "Surface | Atoms":
    """Return the surface of a name, or the slab of a file."""
    if "(" in text and not Path(text).is_file():
        return Surface(text)
    if not Path(text).exists():
        raise WorkflowError(
            f"{text!r} is neither the name of a surface, as 'Cu(111)', nor the file of a slab"
        )
    return read_slab(text)


def _pictures(found: Sequence[CalculatedDos], plot: Path) -> list[Path]:
    if len(found) == 1:
        return [plot]
    named = [f"{plot.stem}-{folder_name(one.slab.name)}" for one in found]
    return [
        plot.with_name(
            f"{name}{f'-{named[:i].count(name) + 1}' if name in named[:i] else ''}"
        ).with_suffix(plot.suffix)
        for i, name in enumerate(named)
    ]
