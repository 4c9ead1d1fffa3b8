"""The structures of a run's shortlist, written to be calculated, with an index of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from catml.errors import WorkflowError
from catml.structures.dft.calculations import (
    folder_name,
    roomy_size,
    slab_for_calculation,
    write_structures,
)
from catml.structures.dft.job import FUNCTIONALS
from catml.structures.surface import Surface
from catml.workflow.config import StructuresSection
from catml.workflow.screening import Screening

if TYPE_CHECKING:
    from ase import Atoms

    from catml.screening.reactions import Reaction
    from catml.workflow.config import WorkflowConfig

FOLDER = "structures"

_COLUMNS = (
    *("surface", "folder", "adsorbate", "site", "energy_ev", "lower_ev", "upper_ev", "origin"),
    *("functional", "size", "layers", "atoms"),
)


def check_functional(config: WorkflowConfig, reaction: Reaction) -> None:
    """Refuse a run whose input files could not be written, before it starts.

    Raises
    ------
    WorkflowError
        If the reaction is drawn for a functional that no input files can name.
    """
    functional = reaction.descriptor.functional
    if config.structures.codes and functional not in FUNCTIONALS:
        raise WorkflowError(
            f"structures: input files for {', '.join(config.structures.codes)} can be written for "
            f"{', '.join(FUNCTIONALS)}, but the reaction is drawn for {functional}; write "
            "structures: {codes: []} for structures alone"
        )


def write_shortlist_structures(screening: Screening, folder: Path) -> pd.DataFrame:
    """Write every shortlisted surface, clean and with the adsorbate on its most stable site.

    Parameters
    ----------
    screening
        The run.
    folder
        Its folder; the structures go into ``structures`` below it, one folder for each surface.

    Returns
    -------
    DataFrame
        What ``structures/index.csv`` holds: `surface`, `folder`, `adsorbate`, `site`,
        `energy_ev`, `lower_ev`, `upper_ev`, `origin`, `functional`, `size`, `layers`, `atoms`.
    """
    target = folder / FOLDER
    target.mkdir()
    descriptor = screening.reaction.descriptor
    rows = []
    for row in screening.shortlist.to_dict("records"):
        slab = _slab(row["surface"], screening.config.structures, descriptor.functional)
        place = target / f"{row['rank']:02d}-{folder_name(row['surface'])}"
        place.mkdir()
        write_structures(
            slab,
            place,
            name=row["surface"],
            adsorbate=descriptor.adsorbate,
            site=row["best_site"],
            codes=screening.config.structures.codes,
            functional=descriptor.functional,
        )
        facts = {key: row[key] for key in ("energy_ev", "lower_ev", "upper_ev", "origin")}
        first, second = slab.info["size"]
        rows.append(
            {
                "surface": row["surface"],
                "folder": place.name,
                "adsorbate": descriptor.adsorbate,
                "site": row["best_site"],
                **facts,
                "functional": descriptor.functional,
                "size": f"{first}x{second}",
                "layers": slab.info["layers"],
                "atoms": len(slab),
            }
        )
    index = pd.DataFrame(rows, columns=list(_COLUMNS))
    index.to_csv(target / "index.csv", index=False, float_format="%.6g")
    return index


def _slab(name: str, wanted: StructuresSection, functional: str) -> Atoms:
    """Build the slab of a surface: as wanted, and large enough."""
    surface = Surface(name)
    plain = surface.slab()
    room = roomy_size(plain)
    layers = max(wanted.layers, plain.info["layers"])
    fixed = layers // 2 if wanted.fixed_layers is None else min(wanted.fixed_layers, layers - 1)
    return slab_for_calculation(
        surface,
        functional=functional,
        size=(max(wanted.size[0], room[0]), max(wanted.size[1], room[1])),
        layers=layers,
        fixed_layers=fixed,
    )
