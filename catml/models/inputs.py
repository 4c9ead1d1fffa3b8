"""What `AdsorptionModel.predict` accepts: surfaces, slabs or site tables, made into site tables."""

from typing import Any

import pandas as pd

from catml.descriptors.sites import inputs as site_inputs
from catml.descriptors.sites.inputs import SiteRows
from catml.errors import ModelError
from catml.structures.environment import parse_zone

_NEEDED = ("site_atoms", "same_layer", "sublayer")
# Columns that a bare table of site environments may leave out, and what stands for them.
_OPTIONAL = ("surface", "site", "site_kind", "site_subtype", "family", "elements", "host")


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
    return site_inputs.as_site_rows(given, error=ModelError)


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
