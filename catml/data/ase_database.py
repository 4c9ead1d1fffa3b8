"""Importing an ASE database: energies from key-value pairs, the site from the structure."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from catml.data.adsorbed import adsorbed_site
from catml.data.completion import closest_site
from catml.data.importers import ImportResult, finish_import
from catml.data.schema import COLUMN_NAMES, Status
from catml.errors import CatmlError, DatasetError

if TYPE_CHECKING:
    from ase import Atoms


def import_ase_database(
    path: str | Path,
    *,
    source: str = "imported",
    keys: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    selection: str = "",
    strict: bool = False,
) -> ImportResult:
    """Import the rows of an ASE database (``.db`` or ``.json``).

    A row whose structure holds the adsorbate gets its zones from there, or, where its key-value
    pairs name the surface too, those of the closest ideal site of that surface; otherwise a
    ``surface`` and ``site_label`` among its key-value pairs are used; otherwise it comes in as
    ``no-site``.

    Parameters
    ----------
    path
        The database file.
    source
        Key of the new dataset.
    keys
        Key-value pairs and the schema's columns they stand for, ``{"eads": "energy_ev"}``;
        pairs named like a column need no entry.
    defaults
        Values of columns no pair gives, ``{"functional": "PBE", "reference": "CO(g)"}``.
    selection
        Selection in ASE's syntax, to import a part.
    strict
        Raise instead of keeping bad rows apart.

    Returns
    -------
    ImportResult
        Rows carry the ids of the database.

    Raises
    ------
    DatasetError
        If the file is not a database, a key maps to no column, no row is selected, or, with
        `strict`, any row has a problem.
    """
    mapping = dict(keys or {})
    wrong = [name for name in mapping.values() if name not in (*COLUMN_NAMES, "site_label")]
    if wrong:
        raise DatasetError(
            f"keys cannot be mapped to {', '.join(map(repr, wrong))}; the schema has "
            f"{', '.join(COLUMN_NAMES)}, and site_label for a label in words"
        )
    rows = _read_rows(Path(path), selection)
    numbers = [number for number, _, _ in rows]
    texts = [{key: str(value) for key, value in pairs.items()} for _, pairs, _ in rows]
    raw = pd.DataFrame(texts, index=numbers).fillna("")
    fallback = dict(defaults or {})
    cells = [
        _cells_of(pairs, atoms, mapping, fallback.get("adsorbate", "")) for _, pairs, atoms in rows
    ]
    return finish_import(
        pd.DataFrame(cells, index=numbers).fillna(""),
        raw=raw,
        row_numbers=numbers,
        source=source,
        defaults=fallback,
        names={new: old for old, new in mapping.items()},
        strict=strict,
    )


def _read_rows(path: Path, selection: str) -> list[tuple[int, dict[str, Any], Atoms]]:
    import ase.db

    if not path.is_file():
        raise DatasetError(f"database {str(path)!r} does not exist; give an ASE .db or .json file")
    try:
        with ase.db.connect(path) as database:
            rows = [
                (int(row.id), dict(row.key_value_pairs), row.toatoms())
                for row in database.select(selection or None)
            ]
    except Exception as reason:  # ASE's backends raise whatever their storage raises.
        raise DatasetError(f"{str(path)!r} cannot be read as an ASE database: {reason}") from None
    if not rows:
        raise DatasetError(f"{str(path)!r} has no row for the selection {selection!r}")
    return rows


def _cells_of(
    pairs: Mapping[str, Any], atoms: Atoms, mapping: Mapping[str, str], adsorbate: str
) -> dict[str, str]:
    cells = {
        mapping.get(key, key): str(value)
        for key, value in pairs.items()
        if mapping.get(key, key) in (*COLUMN_NAMES, "site_label")
    }
    label = cells.get("adsorbate", adsorbate)
    if cells.get("site_atoms") or not label:
        return cells
    try:
        site = adsorbed_site(atoms, label)
    except CatmlError as reason:
        if not cells.get("surface"):
            cells.setdefault("status", Status.NO_SITE.value)
            cells.setdefault("status_note", str(reason))
            symbols = sorted(set(atoms.get_chemical_symbols()))
            cells.setdefault("elements", "-".join(symbols))
        return cells
    observed = {
        "site_kind": site.kind,
        "site_atoms": site.site_atoms,
        "same_layer": site.same_layer,
        "sublayer": site.sublayer,
    }
    named = {}
    if cells.get("surface"):
        with suppress(CatmlError):  # an unreadable surface name is reported with its cell
            named = closest_site(cells["surface"], observed)
    return {**cells, "elements": site.elements, **observed, **named}
