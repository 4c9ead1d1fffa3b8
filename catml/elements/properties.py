"""Elemental properties with their units and sources.

One long table, `properties.csv`, holds every number with its unit and the key of its source in
`sources.csv`. A property an element does not have (a d band, a group) is absent: NaN in the
table, an error when asked for by name. Nothing is filled in.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.errors import ElementError

HIGHEST_ATOMIC_NUMBER = 118


@dataclass(frozen=True)
class Source:
    """Where numbers come from: key, citation, DOI (empty for handbooks and rules) and a note."""

    key: str
    citation: str
    doi: str
    note: str


@dataclass(frozen=True)
class _Entry:
    value: float
    unit: str
    source: str


@cache
def property_names() -> tuple[str, ...]:
    """Return the names of all properties, in the order of the table.

    Examples
    --------
    >>> "pauling_electronegativity" in property_names()
    True
    """
    return tuple(dict.fromkeys(name for _, name in _entries()))


@cache
def element_symbols() -> tuple[str, ...]:
    """Return the symbols of all elements in the table, by atomic number."""
    return tuple(dict.fromkeys(symbol for symbol, _ in _entries()))


def element_table() -> pd.DataFrame:
    """Return all properties: one row per element symbol, one column per property.

    NaN where the element lacks the property. The frame is a copy; change it freely.

    Examples
    --------
    >>> element_table().loc["Cu", ["group", "period"]].tolist()
    [11.0, 4.0]
    """
    return _table().copy()


def element_value(symbol: str, name: str) -> float:
    """Return one property of one element, in `property_unit` (`name`).

    Raises
    ------
    ElementError
        If the element or property is not in the table, or the element has no such value.

    Examples
    --------
    >>> element_value("Cu", "vad2_rel_cu")
    1.0
    """
    return _entry(symbol, name).value


def element_array(name: str) -> NDArray[np.float64]:
    """Return one property indexed by atomic number, NaN where there is no value.

    Parameters
    ----------
    name : str
        One of `property_names`.

    Returns
    -------
    ndarray, shape (119,), read-only
        Index 0 is unused, so that ``element_array(name)[atoms.numbers]`` looks up whole slabs.

    Raises
    ------
    ElementError
        If the property is not in the table.

    Examples
    --------
    >>> import numpy as np
    >>> element_array("pauling_electronegativity")[np.array([29, 78])].tolist()
    [1.9, 2.2]
    """
    _check_name(name)
    return _arrays()[name]


def property_unit(name: str) -> str:
    """Return the unit of a property, ``"1"`` for plain numbers.

    Raises
    ------
    ElementError
        If the property is not in the table.

    Examples
    --------
    >>> property_unit("ionization_energy_ev")
    'eV'
    """
    _check_name(name)
    return next(entry.unit for (_, known), entry in _entries().items() if known == name)


def property_source(name: str, symbol: str | None = None) -> str:
    """Return the citation of a property, with its DOI where there is one.

    Parameters
    ----------
    name : str
        One of `property_names`.
    symbol : str, optional
        Ask for one element; by default the citations of all its values, joined by ``"; "``.

    Raises
    ------
    ElementError
        If the property, the element or its value is not in the table.

    Examples
    --------
    >>> property_source("covalent_radius_ang", "Pt")
    'B. Cordero et al., Dalton Trans. 2832 (2008), doi:10.1039/b801115j'
    """
    _check_name(name)
    if symbol is not None:
        return _cite(_entry(symbol, name).source)
    keys = (entry.source for (_, known), entry in _entries().items() if known == name)
    return "; ".join(_cite(key) for key in dict.fromkeys(keys))


@cache
def sources() -> Mapping[str, Source]:
    """Return every source of the element tables by its key."""
    rows = _read("sources.csv")
    return {r["source"]: Source(r["source"], r["citation"], r["doi"], r["note"]) for r in rows}


def _cite(key: str) -> str:
    source = sources()[key]
    return f"{source.citation}, doi:{source.doi}" if source.doi else source.citation


def _read(file: str) -> list[dict[str, str]]:
    text = files("catml.elements").joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _entries() -> dict[tuple[str, str], _Entry]:
    return {
        (row["element"], row["property"]): _Entry(float(row["value"]), row["unit"], row["source"])
        for row in _read("properties.csv")
    }


@cache
def _table() -> pd.DataFrame:
    frame = pd.DataFrame(np.nan, index=list(element_symbols()), columns=list(property_names()))
    for (symbol, name), entry in _entries().items():
        frame.loc[symbol, name] = entry.value
    frame.index.name = "element"
    return frame


@cache
def _arrays() -> dict[str, NDArray[np.float64]]:
    table = _table()
    numbers = table["atomic_number"].to_numpy().astype(int)
    arrays = {}
    for name in table.columns:
        values = np.full(HIGHEST_ATOMIC_NUMBER + 1, np.nan)
        values[numbers] = table[name].to_numpy()
        values.flags.writeable = False
        arrays[name] = values
    return arrays


def _check_name(name: str) -> None:
    if name not in property_names():
        raise ElementError(
            f"Unknown elemental property {name!r}: choose one of {', '.join(property_names())}."
        )


def _entry(symbol: str, name: str) -> _Entry:
    _check_name(name)
    if symbol not in element_symbols():
        raise ElementError(
            f"Unknown element {symbol!r}: the table holds {', '.join(element_symbols())}."
        )
    try:
        return _entries()[symbol, name]
    except KeyError:
        have = [known for known, prop in _entries() if prop == name]
        raise ElementError(
            f"No {name} tabulated for {symbol}: there is a value for {', '.join(have)}. "
            "Leave the property out for this element."
        ) from None
