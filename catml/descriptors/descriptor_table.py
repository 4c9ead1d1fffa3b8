"""What every descriptor is: symbol, unit, meaning and the source of its formula or numbers.

One row per column of `catml.descriptors.featurizer.SiteFeaturizer`. Columns with a formula of their
own stand in `columns.csv`; those that are statistics of a tabulated property of elements take their
unit and source from `catml.elements`.
"""

import csv
import re
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import get_args

import pandas as pd

from catml.descriptors.featurizer import D_BAND_COLUMNS, RELATIVE_COLUMNS, Kind
from catml.descriptors.sites.composition import RATIOS, composition_columns
from catml.descriptors.sites.electronic import ELECTRONIC_FEATURES
from catml.descriptors.sites.elemental import PROPERTIES, ZONES
from catml.descriptors.sites.geometry import BELOW_PROPERTIES, GEOMETRY_FEATURES, KINDS, SUBTYPES
from catml.descriptors.sites.zone_similarity import similarity_columns
from catml.elements.properties import property_source, property_unit
from catml.errors import DescriptorError


@dataclass(frozen=True)
class Descriptor:
    """One column.

    Attributes
    ----------
    name : str
        Name of the column.
    symbol : str
        As in formulas; empty where there is none in use.
    unit : str
        ``"1"`` for plain numbers.
    meaning : str
        What it is, for one site; averages are over the binding atoms.
    source : str
        DOI of the formula, else of the numbers that go into it (the citation where there is no
        DOI); ``"geometry"`` for what is measured or counted on the structure.
    """

    name: str
    symbol: str
    unit: str
    meaning: str
    source: str


_SYMBOLS = {
    "pauling_electronegativity": "χ",
    "ionization_energy_ev": "IP",
    "electron_affinity_ev": "EA",
    "vad2_rel_cu": "V_ad²",
    "log_vad2_rel_cu": "ln V_ad²",
    "d_filling": "f_d",
    "r_d_fitted_ang": "r_d (fitted)",
    "r_d_solid_state_ang": "r_d (solid-state table)",
    "work_function_ev": "Φ",
    "d_band_center_bulk_ev": "ε_d",
}
_WORDS = {
    "pauling_electronegativity": "Pauling's electronegativity",
    "vad2_rel_cu": "squared coupling to adsorbates, copper = 1",
    "log_vad2_rel_cu": "logarithm of the squared coupling to adsorbates, copper = 1",
    "d_filling": "idealized filling of the d band",
    "d_band_center_bulk_ev": "d-band centre of the bulk",
    "r_d_fitted_ang": "d-state radius fitted to band widths, for un-normalized moments",
    "r_d_solid_state_ang": "Harrison's d-state radius, for moments per orbital",
}
_ZONE_WORDS = {
    "site_atoms": "the binding atoms",
    "same_layer": "the neighbours in the same layer",
    "sublayer": "the neighbours below",
    "site_layer": "the binding atoms and the neighbours in their layer",
    "all_zones": "the binding atoms and all their neighbours",
}
_STATISTICS = {"mean": "mean", "min": "smallest value", "max": "largest value"}
_WORDS_OF = _STATISTICS | {"spread": "standard deviation"}
_EXTREME_WORDS = {"lowest": "smallest value", "highest": "largest value"}


def descriptor_table(kind: Kind | None = None) -> pd.DataFrame:
    """Return what the columns of a kind of descriptors are, one row each, in their order.

    Parameters
    ----------
    kind : str, optional
        One of `catml.descriptors.featurizer.Kind`.
        By default the columns of all kinds, each once.

    Returns
    -------
    DataFrame
        Indexed by the name of the column; symbol, unit, meaning and source (see `Descriptor`).

    Raises
    ------
    DescriptorError
        If the kind is unknown.

    Examples
    --------
    >>> descriptor_table("electronic").loc["orbital_coordination_number_s", "source"]
    '10.1103/PhysRevLett.118.036101'
    """
    if kind is not None and kind not in get_args(Kind):
        raise DescriptorError(
            f"Unknown kind of descriptors {kind!r}: choose one of {', '.join(get_args(Kind))}."
        )
    kinds: tuple[Kind, ...] = get_args(Kind) if kind is None else (kind,)
    rows = {name: _described(name) for one in kinds for name in _columns(one)}
    table = pd.DataFrame([asdict(row) for row in rows.values()])
    return table.set_index("name")


def _columns(kind: Kind) -> tuple[str, ...]:
    """The columns of a kind in the order of the featurizer."""
    if kind == "electronic":
        return ELECTRONIC_FEATURES
    if kind == "similarity":
        return similarity_columns()
    if kind == "d_band":
        return D_BAND_COLUMNS
    environment = [
        f"{zone}_{name}"
        for zone in ZONES
        for name in (
            "count",
            "d_metal_fraction",
            *(f"{what}_{name}" for name in PROPERTIES for what in _STATISTICS),
        )
    ]
    differences = [f"site_atoms_minus_{zone}_pauling_electronegativity" for zone in ZONES[1:]]
    if kind == "environment":
        return (*environment, *differences)
    types = [f"is_{name}" for name in (*KINDS, *SUBTYPES)]
    geometry = (*environment, *differences, *types, *GEOMETRY_FEATURES)
    if kind == "d_band_and_geometry":
        return (*geometry, *D_BAND_COLUMNS, *RELATIVE_COLUMNS)
    return (*geometry, *composition_columns()) if kind == "composition" else geometry


@cache
def _formulas() -> dict[str, Descriptor]:
    text = files("catml.descriptors").joinpath("columns.csv").read_text(encoding="utf-8")
    return {row["name"]: Descriptor(**row) for row in csv.DictReader(text.splitlines())}


def _described(name: str) -> Descriptor:
    if name in _formulas():
        return _formulas()[name]
    if match := re.fullmatch(r"(lowest|highest)_(.+)", name):
        whole = _described(match[2])
        meaning = f"{whole.meaning}: {_EXTREME_WORDS[match[1]]} among the binding atoms"
        return Descriptor(name, whole.symbol, whole.unit, meaning, whole.source)
    if match := re.fullmatch(r"(.+)_direction_(\d+)", name):
        where = _ZONE_WORDS[match[1]]
        meaning = f"direction {match[2]} of {where} in the space that compares elements"
        return Descriptor(name, "", "1", meaning, "10.1021/acs.jpclett.7b02010")
    if name.startswith("site_of_"):
        meaning = f"above 0 if the site has {name.removeprefix('site_of_')} binding atoms, else 0"
        return Descriptor(name, "", "1", meaning, "geometry")
    if name.startswith("is_"):
        meaning = f"1 if the site is {name.removeprefix('is_')}, else 0"
        return Descriptor(name, "", "1", meaning, "geometry")
    if match := re.fullmatch(r"site_atoms_minus_(.+?)_pauling_electronegativity", name):
        meaning = f"electronegativity of the binding atoms minus that of {_ZONE_WORDS[match[1]]}"
        return Descriptor(name, "Δχ", "1", meaning, _source("pauling_electronegativity"))
    return _of_elements(name)


def _of_elements(name: str) -> Descriptor:
    """A column made of a tabulated property of elements, or counted on a zone."""
    if name in RATIOS:
        above, below = (_ZONE_WORDS[zone].removeprefix("the ") for zone in RATIOS[name])
        return Descriptor(name, "", "1", f"number of {above} over that of {below}", "geometry")
    zone = next((zone for zone in _ZONE_WORDS if name.startswith(f"{zone}_")), None)
    if zone is not None:
        rest, where = name.removeprefix(f"{zone}_"), _ZONE_WORDS[zone]
        if rest == "count":
            return Descriptor(name, "", "1", f"number of {where.removeprefix('the ')}", "geometry")
        if rest == "d_metal_fraction":
            meaning = f"share of elements of groups 3 to 12 among {where}"
            return Descriptor(name, "", "1", meaning, _source("group"))
        statistic, _, stem = rest.partition("_")
        if statistic == "fraction":
            return Descriptor(name, "", "1", f"share of {stem} among {where}", "geometry")
        if rest == "distinct_elements":
            return Descriptor(name, "", "1", f"number of elements among {where}", "geometry")
        words = _WORDS_OF[statistic]
    elif name.startswith("below_"):
        stem, words, where = name.removeprefix("below_"), "mean", "the atoms straight below"
        if stem not in BELOW_PROPERTIES:
            raise DescriptorError(f"No description of the column {name!r}.")
    else:
        stem, words, where = name.removeprefix("host_"), "mean", "the binding atoms"
    stored = stem.removeprefix("log_")
    unit = "1" if stem != stored else property_unit(stored)
    plain = stem.removesuffix("_ev").removesuffix("_ang").removesuffix("_k").replace("_", " ")
    meaning = f"{_WORDS.get(stem, plain)}: {words} over {where}"
    return Descriptor(name, _SYMBOLS.get(stem, ""), unit, meaning, _source(stored))


def _source(stored: str) -> str:
    """Where an elemental property comes from: DOIs, and the citation of what has none."""
    parts = property_source(stored).split("; ")
    return "; ".join(dict.fromkeys(part.rpartition("doi:")[2] for part in parts))
