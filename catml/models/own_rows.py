"""A few calculations of one's own as rows a model can be adapted to, with every check."""

import numpy as np
import pandas as pd

from catml.errors import ModelError
from catml.models.inputs import as_site_rows, complete_table

_ZONES = ("site_atoms", "same_layer", "sublayer")
_MOST_NAMED = 8


def own_rows(table: pd.DataFrame, *, adsorbate: str, reference: str) -> pd.DataFrame:
    """Return a complete site table with energies.

    Parameters
    ----------
    table
        Either a dataset table (the zones of `catml.structures.environment` per row), or one that
        names sites: ``surface``, and ``site`` where the surface has several, as
        ``catml sites`` lists them. In both cases ``energy_ev``, and where stated, ``adsorbate``
        and ``reference``.
    adsorbate, reference
        What the energies must be of and against.

    Raises
    ------
    ModelError
        If a column is missing, an energy is no finite number, a site is not one of its surface,
        or the rows are of another adsorbate or reference.
    """
    if not isinstance(table, pd.DataFrame):
        raise ModelError(
            f"A model is adapted to a table of energies, not to {type(table).__name__}; give a "
            "DataFrame with surface, site and energy_ev."
        )
    if "energy_ev" not in table or not ({"surface"} <= {*table} or {*_ZONES} <= {*table}):
        has = ", ".join(map(str, table.columns)) or "none"
        raise ModelError(
            "The rows to adapt to need the columns energy_ev and surface (and site where a "
            f"surface has several); the table has: {has}."
        )
    if not len(table):
        raise ModelError("The table of rows to adapt to is empty; give one row or more.")
    for column, wanted in (("adsorbate", adsorbate), ("reference", reference)):
        if column in table:
            others = sorted({str(value) for value in table[column]} - {wanted, "", "nan"})
            if others:
                raise ModelError(
                    f"The rows to adapt to have the {column} {', '.join(others)}, the model has "
                    f"{wanted}; keep the rows of {wanted}, or convert them to it."
                )
    rows = table.reset_index(drop=True)
    complete = complete_table(rows) if {*_ZONES} <= {*rows} else _sites_named(rows)
    return complete.assign(energy_ev=_energies(rows))


def stated_functional(table: pd.DataFrame) -> str | None:
    """The functional of all rows; None where none is stated.

    Raises
    ------
    ModelError
        If there are several.
    """
    if "functional" not in table:
        return None
    stated = sorted({str(value) for value in table["functional"]} - {"", "nan"})
    if len(stated) > 1:
        raise ModelError(
            f"The rows to adapt to are of several functionals: {', '.join(stated)}. They have one "
            "offset only if they have one functional; keep the rows of one of them."
        )
    return stated[0] if stated else None


def _energies(rows: pd.DataFrame) -> pd.Series:
    values = pd.to_numeric(rows["energy_ev"], errors="coerce").astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(values.to_numpy()))
    if len(bad):
        raise ModelError(
            f"Row {bad[0] + 1} of the rows to adapt to has the energy "
            f"{rows['energy_ev'].iloc[bad[0]]!r}; every energy_ev must be a finite number of eV."
        )
    return values


def _sites_named(rows: pd.DataFrame) -> pd.DataFrame:
    """The sites of the surfaces that the rows name, one per row."""
    unnamed = np.flatnonzero((rows["surface"].isna() | (rows["surface"] == "")).to_numpy())
    if len(unnamed):
        raise ModelError(
            f"Row {unnamed[0] + 1} of the rows to adapt to names no surface; name one such as "
            "Rh(100), or remove the row."
        )
    names = [str(name) for name in rows["surface"]]
    sites = as_site_rows(list(dict.fromkeys(names)))[0].table
    wanted = rows["site"].fillna("").astype(str) if "site" in rows else [""] * len(rows)
    positions = []
    for number, (name, site) in enumerate(zip(names, wanted, strict=True), start=1):
        of_surface = np.flatnonzero((sites["surface"] == name).to_numpy())
        listed = [str(known) for known in sites["site"].iloc[of_surface]]
        if site == "" and len(listed) == 1:
            site = listed[0]
        if site not in listed:
            said = f"has no site {site!r}" if site else "has several sites, and none is named"
            shown = ", ".join(listed[:_MOST_NAMED]) + (", ..." if len(listed) > _MOST_NAMED else "")
            raise ModelError(
                f"Row {number} of the rows to adapt to: {name} {said}; name one of {shown} in the "
                "column site."
            )
        positions.append(of_surface[listed.index(site)])
    return complete_table(sites.iloc[positions].reset_index(drop=True))
