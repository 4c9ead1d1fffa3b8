"""Which of a surface's sites a row of a site table is.

A row that carries a site id is that site. A row that carries only a kind, a subtype and zones, as
published data mostly do, is the mean of the sites of its surface that agree with it best.
"""

import numpy as np
import pandas as pd
from ase.data import chemical_symbols
from numpy.typing import NDArray

from catml.descriptors.sites.elemental import ZONES
from catml.errors import DescriptorError
from catml.structures.batches import SiteBatch, TemplateSite
from catml.structures.environment import count_elements, format_zone

Array = NDArray[np.float64]

# What must agree is the kind of site and its binding atoms; an agreeing subtype then decides
# before agreeing outer zones do, which published tables count by differing conventions.
_SUBTYPE_AGREES = 4
_ZONE_AGREES = 1


def column_texts(table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Return a column of text, never missing; all empty if the table has no such column."""
    if name not in table:
        return np.full(len(table), "", dtype=object)
    return table[name].fillna("").astype(str).to_numpy(dtype=object)


def site_weights(
    table: pd.DataFrame,
    ids: NDArray[np.object_],
    rows: NDArray[np.int64],
    batch: SiteBatch,
    surfaces: NDArray[np.int64],
) -> Array:
    """Return the share that each site of a batch has in rows of a table, shape (R, K).

    Parameters
    ----------
    table : DataFrame
        Site table.
    ids : object array (len(table),)
        Its column of site ids, empty where a row has none.
    rows : int array (R,)
        The rows wanted.
    batch : SiteBatch
        Surfaces with K sites each.
    surfaces : int array (R,)
        Which of the batch's surfaces each of the rows is on.

    Returns
    -------
    ndarray, shape (R, K)
        The shares of a row add up to 1; all are 0 where it fits no site.

    Raises
    ------
    DescriptorError
        If a row has the id of a site its surface does not have.
    """
    weights = np.zeros((len(rows), len(batch.sites)))
    named = ids[rows] != ""
    own = np.flatnonzero(named)
    weights[own, _places(table, ids, rows[own], batch)] = 1.0
    if named.all():
        return weights
    own = np.flatnonzero(~named)
    columns = [
        column_texts(table, name)[rows[own]] for name in ("site_kind", "site_subtype", *ZONES)
    ]
    texts: dict[int, list[tuple[str, ...]]] = {}
    for row, kind, subtype, *zones in zip(own, *columns, strict=True):
        s = int(surfaces[row])
        if s not in texts:
            texts[s] = [_zone_texts(site, batch.numbers[s]) for site in batch.sites]
        scores = np.array(
            [
                _agreement(site, text, kind, subtype, tuple(zones))
                for site, text in zip(batch.sites, texts[s], strict=True)
            ]
        )
        best = (scores == scores.max()) & (scores > 0)
        weights[row] = best / max(best.sum(), 1)
    return weights


def _places(
    table: pd.DataFrame, ids: NDArray[np.object_], rows: NDArray[np.int64], batch: SiteBatch
) -> NDArray[np.int64]:
    """Which of the batch's sites the ids of rows are."""
    codes, distinct = pd.factorize(ids[rows])
    position = {site.id: k for k, site in enumerate(batch.sites)}
    for code, site_id in enumerate(distinct):
        if site_id not in position:
            name = column_texts(table, "surface")[rows[int(np.argmax(codes == code))]]
            raise DescriptorError(
                f"{name or 'The slab'} has no site {site_id!r}: its sites are "
                f"{', '.join(position)}. Correct the row, or leave its site empty."
            )
    return np.array([position[site_id] for site_id in distinct], dtype=np.int64)[codes]


def _zone_texts(site: TemplateSite, numbers: NDArray[np.int64]) -> tuple[str, ...]:
    zones = (site.atoms, site.same_layer, site.sublayer)
    return tuple(
        format_zone(dict(count_elements(chemical_symbols[numbers[i]] for i in zone)))
        for zone in zones
    )


def _agreement(
    site: TemplateSite,
    texts: tuple[str, ...],
    kind: str,
    subtype: str,
    zones: tuple[str, ...],
) -> int:
    if site.kind != kind or texts[0] != zones[0]:
        return 0
    score = 1 + _SUBTYPE_AGREES * (subtype in ("", site.subtype))
    return score + sum(_ZONE_AGREES * (a == b) for a, b in zip(texts[1:], zones[1:], strict=True))
