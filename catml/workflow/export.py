"""Exporting a surface with an adsorbate on its most stable site, ready to be calculated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from catml.atomic_files import new_folder
from catml.errors import SurfaceError
from catml.structures.building.cells import Size
from catml.structures.dft.calculations import slab_for_calculation, write_structures
from catml.structures.dft.inputs import check_codes
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

    from catml.models.adsorption import AdsorptionModel


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes
    ----------
    folder
        Where everything lies.
    folders
        The one of the clean slab, then that with the adsorbate, if there is one.
    site
        Id of the site, None without an adsorbate.
    prediction
        Row of the prediction the site was chosen by (`surface`, `site`, `adsorbate`,
        `energy_ev`, `lower_ev`, `upper_ev`, `origin`, `domain_reason`), None where the site was
        given.
    """

    folder: Path
    folders: tuple[Path, ...]
    site: str | None
    prediction: dict[str, Any] | None

    def summary(self) -> str:
        """Return what the command line prints: the site, why that one, and the folders."""
        lines = [str(folder) for folder in self.folders]
        if self.prediction is None:
            return "\n".join(lines)
        row = self.prediction
        lines.insert(
            0,
            f"{row['adsorbate']} on {row['surface']}: {self.site} is the most stable site, "
            f"{row['energy_ev']:+.2f} eV [{row['lower_ev']:+.2f}, {row['upper_ev']:+.2f}], "
            f"{row['origin']}",
        )
        if row["origin"] == "extrapolated":
            lines[0] += f" ({row['domain_reason']})"
        return "\n".join(lines)


def export_structures(
    slab: Surface | str | Atoms,
    folder: str | Path,
    *,
    adsorbate: str | None = None,
    site: str | None = None,
    codes: Sequence[str] = ("vasp",),
    functional: str | None = None,
    model: AdsorptionModel | None = None,
    size: Size | None = None,
    layers: int | None = None,
    fixed_layers: int | None = None,
    vacuum: float = 10.0,
) -> Exported:
    """Write a surface, and an adsorbate on it, ready to be calculated.

    1. Choose the site where none is given: the most stable one, known or predicted.
    2. Build the slab, or take it as it is, and place the adsorbate.
    3. Write structures and input files into a new folder, all or nothing; see
       `catml.structures.dft.calculations`.

    Parameters
    ----------
    slab
        A surface or its name; or a finished slab, which is taken as it is, constraints included.
    folder
        Where to write; it must not exist or be empty.
    adsorbate
        What to place; None for the clean slab alone.
    site
        Id of its site, as `catml.find_sites` names them.
    codes
        Of `catml.structures.dft.inputs.CODES`; may be empty.
    functional
        Of the calculation and the lattice constants; by default that of the prediction, or of
        the shipped data of the adsorbate.
    model
        Fitted model that chooses the site; by default known energies and
        `catml.models.default.default_model`.
    size, layers, vacuum
        Of the slab, see `catml.structures.slabs.build_slab`. By default as many repeats as keep
        an adsorbate 4.8 Å from its copies.
    fixed_layers
        Number of planes from the bottom whose atoms are held; by default the lower half.

    Raises
    ------
    CatmlError
        When the surface, adsorbate, site, code or functional is not known, no prediction can be
        made, or the folder cannot be written.
    """
    check_codes(codes)
    if adsorbate is None and site is not None:
        raise SurfaceError(f"the site {site!r} is given, but no adsorbate to place on it")
    known = Surface(slab) if isinstance(slab, str) else slab
    prediction = None
    if adsorbate is not None and site is None:
        prediction = most_stable_site(known, adsorbate, model=model)
        site = str(prediction["site"])
    functional = functional or _functional(prediction, adsorbate)
    if isinstance(known, Surface):
        name = known.name
        atoms = slab_for_calculation(
            known,
            functional=functional,
            size=size,
            layers=layers,
            fixed_layers=fixed_layers,
            vacuum=vacuum,
        )
    else:
        _refuse_options(size=size, layers=layers, fixed_layers=fixed_layers)
        atoms = known
        name = str(atoms.info.get("surface", "")) or atoms.get_chemical_formula()
    with new_folder(folder, error=SurfaceError) as unfinished:
        names = write_structures(
            atoms,
            unfinished,
            name=name,
            adsorbate=adsorbate,
            site=site,
            codes=codes,
            functional=functional,
        )
    final = Path(folder)
    return Exported(final, tuple(final / name for name in names), site, prediction)


def most_stable_site(
    slab: Surface | Atoms, adsorbate: str, *, model: AdsorptionModel | None = None
) -> dict[str, Any]:
    """Return the row of the site that binds an adsorbate most strongly.

    Without a model, known energies of the shipped data stand in for those of the default one.

    Raises
    ------
    CatmlError
        If the adsorbate is not known or has no data, or the model is of another.
    """
    from catml.data.tables import load_dataset
    from catml.errors import DatasetError, ModelError
    from catml.models.default import default_model
    from catml.structures.placing.molecules import as_adsorbate
    from catml.workflow.steps import with_known_energies

    if model is None:
        try:
            sites = default_model(adsorbate).predict(slab)
        except DatasetError:
            as_adsorbate(adsorbate)  # refuses what cannot be placed at all
            raise SurfaceError(
                f"no energies of {adsorbate} are known that could choose its site; name the site, "
                "as ontop-1 (`catml sites` lists them), or give a model of your own"
            ) from None
        sites = with_known_energies(sites, load_dataset(adsorbate))
    elif model.adsorbate == adsorbate:
        sites = model.predict(slab)
        sites = sites.assign(origin=np.where(sites["in_domain"], "predicted", "extrapolated"))
    else:
        raise ModelError(f"the model is of {model.adsorbate}, not of {adsorbate}; give another")
    strongest = sites.sort_values("energy_ev", kind="stable").iloc[0]
    return {str(column): value for column, value in strongest.items()}


def _functional(prediction: dict[str, Any] | None, adsorbate: str | None) -> str:
    from catml.data.tables import load_dataset
    from catml.errors import DatasetError

    if prediction is not None:
        return str(prediction["functional"])
    if adsorbate is not None:
        try:
            return str(load_dataset(adsorbate)["functional"].iloc[0])
        except (DatasetError, IndexError):
            pass  # an adsorbate without data has no functional to follow
    return "BEEF-vdW"


def _refuse_options(**options: object) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise SurfaceError(
            f"a finished slab is taken as it is; leave out {', '.join(given)}, or name the surface"
        )
