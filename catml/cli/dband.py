"""The command `catml dband`: d bands of files, and of surfaces by calculation."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from catml.cli.d_band_text import d_band_text
from catml.cli.printing import print_table, records
from catml.errors import CatmlError, WorkflowError

if TYPE_CHECKING:
    import pandas as pd

    from catml.descriptors.d_band import DBandChoice

_OF_CALCULATIONS = ("preset", "layers", "set", "store", "long", "quiet")
_TABLES = (".csv", ".json")


def dband_command(options: argparse.Namespace) -> None:
    """Describe the d bands of a file or a calculation, and draw them."""
    from catml.descriptors.dos_files import DosFileWarning
    from catml.structures.slabs import ThinSlabWarning

    if options.out and Path(options.out).suffix not in _TABLES:
        raise WorkflowError(f"the table {options.out!r} must end in {' or '.join(_TABLES)}")
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        table = _of_file(options) if options.engine is None else _calculated(options)
    told = (d for d in doubts if issubclass(d.category, (DosFileWarning, ThinSlabWarning)))
    for message in dict.fromkeys(str(doubt.message) for doubt in told):
        print(f"catml: warning: {message}", file=sys.stderr)
    if options.out:
        _write(table, Path(options.out))
    if options.json:
        print_table(table, as_json=True)
    else:
        print(d_band_text(table, fermi_level_given=options.fermi_level is not None))


def _of_file(options: argparse.Namespace) -> pd.DataFrame:
    from catml.workflow.d_band import describe_d_bands

    given = [name for name in _OF_CALCULATIONS if getattr(options, name)]
    if given:
        raise CatmlError(f"--{given[0]} is for calculations; name an engine, as --engine gpaw")
    file, *more = options.source
    if more:
        raise CatmlError(
            f"{len(options.source)} files are given, and d bands are read from one; several "
            "surfaces are calculated with --engine gpaw"
        )
    if not file:
        raise CatmlError("the name of the file is empty; give that of a vasprun.xml or DOSCAR")
    if "(" in file and not Path(file).exists():
        raise CatmlError(
            f"there is no file {file!r}; to calculate the d bands of a surface of that name, add "
            "--engine gpaw"
        )
    return describe_d_bands(
        file,
        structure=options.structure,
        fermi_level_ev=options.fermi_level,
        plot=options.plot,
        **_choice(options),
    )


def _calculated(options: argparse.Namespace) -> pd.DataFrame:
    from catml.cli.option_text import read_pairs
    from catml.workflow.calculated_d_bands import describe_calculated_d_bands

    if options.structure:
        raise CatmlError("--structure goes with a DOSCAR, not with --engine; leave one of them out")
    if options.fermi_level is not None:
        raise CatmlError("--fermi-level goes with a file, not with --engine; leave one of them out")
    return describe_calculated_d_bands(
        options.source,
        engine=options.engine,
        preset=options.preset or "draft",
        changes=read_pairs(options.set or [], "--set"),
        layers=options.layers,
        plot=options.plot,
        store=options.store,
        allow_long=options.long,
        quiet=options.quiet,
        **_choice(options),
    )


def _choice(options: argparse.Namespace) -> DBandChoice:
    from catml.cli.option_text import read_atoms

    return {
        "atoms": read_atoms(options.atom),
        "elements": options.element,
        "layer": options.layer,
        "site": options.site,
        "window_ev": tuple(options.window) if options.window else None,
    }


def _write(table: pd.DataFrame, path: Path) -> None:
    from catml.atomic_files import write_atomically

    if path.suffix == ".csv":
        content = table.to_csv(index=False)
    else:
        content = json.dumps(records(table), ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(path, content.encode(), error=WorkflowError)
