"""Filling in what follows from the cells a table has: zones from surface and site, and the like.

Importers hand over text cells in the schema's names; nothing that is there is overwritten except
by its own canonical spelling, and nothing is guessed: a site label that fits several sites leaves
the row without one, with the reason in its note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from catml.data.references import canonical_reference
from catml.data.schema import COLUMN_NAMES, ZONES, Status
from catml.data.site_labels import choose_site, known_labels, letter_elements, parse_site_label
from catml.errors import CatmlError
from catml.structures.environment import format_zone, parse_zone
from catml.structures.surface import Surface

Site = Mapping[str, Any]


def complete_cells(cells: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """Return text cells with every column of the schema, derivable cells filled in.

    Parameters
    ----------
    cells
        Text cells in the schema's column names; a column ``site_label`` may carry a label in the
        source's words.
    source
        Key of the dataset, for ``source`` and row keys.
    """
    labels = cells["site_label"] if "site_label" in cells else pd.Series("", cells.index)
    rows = []
    for number, (values, label) in enumerate(
        zip(cells.to_dict("records"), labels, strict=True), start=1
    ):
        row = {name: str(values.get(name, "")).strip() for name in COLUMN_NAMES}
        row["row"] = row["row"] or f"{source}-{number:05d}"
        row["source"] = row["source"] or source
        rows.append(_completed(row, str(label).strip()))
    return pd.DataFrame(rows, columns=list(COLUMN_NAMES), index=cells.index)


def _completed(row: dict[str, str], label: str) -> dict[str, str]:
    row["reference"] = _spelled(row["reference"], canonical_reference)
    row["surface"] = _spelled(row["surface"], lambda name: Surface(name).name)
    for zone in ZONES:
        row[zone] = _spelled(row[zone], lambda text: format_zone(parse_zone(text)))
    reason = ""
    if not row["site_atoms"] and row["surface"]:
        site, reason = _site_of(row["surface"], row["site"], label or row["site_kind"])
        if site is not None:
            row.update({name: str(site[name]) for name in ("site", "site_kind", *ZONES)})
            row["site_subtype"] = str(site["site_subtype"])
    row["source_label"] = row["source_label"] or label
    _fill_surface_facts(row)
    if not row["status"]:
        row["status"] = Status.OK.value if row["site_atoms"] else Status.NO_SITE.value
    if row["status"] == Status.NO_SITE and not row["status_note"]:
        unknown = "the source names no site" if row["surface"] else "the surface has no known name"
        row["status_note"] = reason or unknown
    return row


def _spelled(text: str, canonical: Callable[[str], str]) -> str:
    """Return the canonical spelling, or the text itself where it has none (checks report it)."""
    try:
        return canonical(text) if text else text
    except CatmlError:
        return text


def _fill_surface_facts(row: dict[str, str]) -> None:
    try:
        surface = Surface(row["surface"]) if row["surface"] else None
    except CatmlError:
        surface = None
    if surface is not None:
        row["elements"] = row["elements"] or "-".join(surface.elements)
        row["host"] = row["host"] or surface.host
        row["family"] = row["family"] or surface.family
    elif row["site_atoms"]:
        text = " ".join(row[zone] for zone in ZONES)
        symbols = sorted(set(re.findall(r"([A-Z][a-z]?):", text)))
        row["elements"] = row["elements"] or "-".join(symbols)


def _site_of(name: str, site_id: str, label: str) -> tuple[Site | None, str]:
    """Return the site of a surface by our own id or by a label, or the reason for none."""
    try:
        sites = sites_of(name)
    except CatmlError as error:
        return None, f"the sites of {name} cannot be found: {error}"
    if site_id:
        found = [site for site in sites if site["site"] == site_id]
        if found:
            return found[0], ""
        ids = ", ".join(str(site["site"]) for site in sites)
        return None, f"{name} has no site {site_id!r}; it has {ids}"
    if not label:
        return None, ""
    parsed = parse_site_label(label)
    if parsed is None:
        return None, f"the site label {label!r} is not understood; known: {known_labels()}"
    site, reason = choose_site(sites, parsed, letter_elements(Surface(name)))
    return site, f"{label}: {reason}" if reason else ""


def closest_site(surface: str, observed: Mapping[str, str]) -> dict[str, str]:
    """Return site and zones of a named surface that are closest to observed zones.

    Rows of an open surface relax by more than lies between their heights and the depth where the
    sublayer begins, so that the zones of a relaxed step differ from those of the ideal one, which
    tables are compared by.

    Parameters
    ----------
    surface
        Surface name.
    observed
        ``site_kind`` and the three zones read from a relaxed structure.

    Returns
    -------
    dict of str to str
        Cells of the closest site; without its id where several sites have these zones, and empty
        where the surface has no site of these binding atoms, or different zones are equally close.
    """
    fitting = [
        site
        for site in sites_of(surface)
        if site["site_kind"] == observed["site_kind"]
        and site["site_atoms"] == observed["site_atoms"]
    ]
    distances = [_difference(site, observed) for site in fitting]
    closest = [site for site, d in zip(fitting, distances, strict=True) if d == min(distances)]
    if len({tuple(site[zone] for zone in ZONES) for site in closest}) != 1:
        return {}
    cells = {name: str(closest[0][name]) for name in ("site_kind", *ZONES)}
    if len(closest) == 1:
        cells |= {name: str(closest[0][name]) for name in ("site", "site_subtype")}
    return cells


def _difference(site: Site, observed: Mapping[str, str]) -> tuple[int, int]:
    """Count the neighbours two sites do not share: in all, then in the same zone.

    Relaxing moves a neighbour across the border between the zones, but seldom makes or breaks one.
    """
    ours = [Counter(parse_zone(site[zone])) for zone in ("same_layer", "sublayer")]
    theirs = [Counter(parse_zone(observed[zone])) for zone in ("same_layer", "sublayer")]
    in_all = _unshared(ours[0] + ours[1], theirs[0] + theirs[1])
    return in_all, sum(_unshared(a, b) for a, b in zip(ours, theirs, strict=True))


def _unshared(first: Counter[str], second: Counter[str]) -> int:
    return (first - second).total() + (second - first).total()


@lru_cache(maxsize=4096)
def sites_of(name: str) -> tuple[Site, ...]:
    """Return the distinct sites of a surface as rows of the site table."""
    from catml.structures.site_table import site_table

    rows = site_table([name]).to_dict("records")
    return tuple({str(column): value for column, value in row.items()} for row in rows)
