"""What `AdsorptionModel.predict` accepts: surfaces, slabs or site tables, made into site tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from catml.errors import ModelError
from catml.structures.environment import parse_zone
from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

_NEEDED = ("site_atoms", "same_layer", "sublayer")
# Columns that a bare table of site environments may leave out, and what stands for them.
_OPTIONAL = ("surface", "site", "site_kind", "site_subtype", "family", "elements", "host")


@dataclass(frozen=True)
class SiteRows:
    """Sites to predict: their table, and the slab they are on where it has no name."""

    table: pd.DataFrame
    slab: "Atoms | None" = None


def as_site_rows(given: Any) -> list[SiteRows]:
    """Make site tables of whatever names, holds or lists surfaces.

    Parameters
    ----------
    given
        A surface name or `Surface`; an ``ase.Atoms`` or pymatgen structure; a site or dataset
        table; or an iterable of names, surfaces and slabs.

    Returns
    -------
    list of SiteRows
        All named surfaces together, every slab by itself, in the order given.

    Raises
    ------
    ModelError
        If it is none of these, or a table lacks the zones.
    SurfaceError
        If a name or slab cannot be used.
    """
    if isinstance(given, pd.DataFrame):
        return [SiteRows(complete_table(given))]
    if isinstance(given, str | Surface) or _is_slab(given):
        given = [given]
    if not isinstance(given, Iterable):
        raise _not_understood(given)
    pieces: list[SiteRows] = []
    names: list[str | Surface] = []
    for item in given:
        if isinstance(item, Surface) and item.crystal is not None:
            # The rows of a table name their surface, and a name does not say the crystal.
            item = item.slab()
        if isinstance(item, str | Surface):
            names.append(item)
        elif _is_slab(item):
            if names:
                pieces.append(SiteRows(site_table(names)))
                names = []
            slab = _as_atoms(item)
            pieces.append(SiteRows(site_table_of_slab(slab), slab))
        else:
            raise _not_understood(item)
    if names or not pieces:
        pieces.append(SiteRows(site_table(names)))
    return pieces


def complete_table(table: pd.DataFrame) -> pd.DataFrame:
    """A site table with every text column present and no missing text.

    Elements and the kind of site are read from the zones where the table does not state them.

    Raises
    ------
    ModelError
        If a zone column is missing.
    """
    missing = [name for name in _NEEDED if name not in table]
    if missing:
        raise ModelError(
            f"The table has no column {', '.join(missing)}; a table of sites needs "
            f"{', '.join(_NEEDED)}, each written like 'Cu:2 Pd:1'."
        )
    columns = {
        name: table[name].fillna("").astype(str) if name in table else ""
        for name in (*_OPTIONAL, *_NEEDED)
    }
    complete = table.assign(**columns)
    unstated = complete["elements"] == ""
    if unstated.any():
        zones = complete.loc[unstated, list(_NEEDED)].agg(" ".join, axis=1)
        complete.loc[unstated, "elements"] = [_elements(text) for text in zones]
    unstated = complete["site_kind"] == ""
    if unstated.any():
        binding = complete.loc[unstated, "site_atoms"]
        complete.loc[unstated, "site_kind"] = [_kind(text) for text in binding]
    return complete


def _kind(site_atoms: str) -> str:
    """The kind of site that so many binding atoms make, as the datasets of bare motifs have it."""
    number = sum(parse_zone(site_atoms).values())
    return {0: "", 1: "ontop", 2: "bridge"}.get(number, "hollow")


def _elements(zones: str) -> str:
    return "-".join(sorted({part.partition(":")[0] for part in zones.split()}))


def _is_slab(item: Any) -> bool:
    from ase import Atoms

    return isinstance(item, Atoms) or _is_pymatgen(item)


def _is_pymatgen(item: Any) -> bool:
    # Asking the class where it is from spares importing pymatgen for users who do not use it.
    return any(
        kind.__module__.startswith("pymatgen.core") and kind.__name__ == "SiteCollection"
        for kind in type(item).__mro__
    )


def _as_atoms(item: Any) -> "Atoms":
    if not _is_pymatgen(item):
        return item
    from pymatgen.io.ase import AseAtomsAdaptor

    return AseAtomsAdaptor.get_atoms(item)


def _not_understood(item: Any) -> ModelError:
    return ModelError(
        f"Cannot predict for {item!r} of type {type(item).__name__}; give surface names like "
        "'Pt3Ni(111)', Surface objects, ase.Atoms or pymatgen slabs, or a table with the columns "
        f"{', '.join(_NEEDED)}."
    )
