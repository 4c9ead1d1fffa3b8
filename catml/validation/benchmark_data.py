"""The datasets of the benchmark and the splits each of them is judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import pandas as pd

from catml.data.tables import load_dataset


@dataclass(frozen=True)
class BenchmarkData:
    """A dataset of the benchmark.

    Attributes
    ----------
    key, title
        As on the command line, and in words.
    adsorbate, sources
        What is loaded, and the datasets whose rows are kept.
    splits
        Split → number of folds; None leaves out one group at a time.
    n_rows
        Usable rows, for the estimate of time.
    has_calculated_bands, has_geometry
        What its rows have for descriptors.
    compares_regressors
        Whether catml's regressors are compared on it, beside the model that catml takes by itself.
    """

    key: str
    title: str
    adsorbate: str
    sources: tuple[str, ...]
    splits: Mapping[str, int | None]
    n_rows: int
    has_calculated_bands: bool = False
    has_geometry: bool = True
    compares_regressors: bool = True


_MA = BenchmarkData(
    "ma2015",
    "CO on top of {100} alloys (Ma 2015)",
    "CO",
    ("ma2015",),
    MappingProxyType(
        {
            "random": 10,
            "composition": 10,
            "host": None,
            "element": 10,
            "skin-to-overlayer": None,
            "overlayer-to-skin": None,
        }
    ),
    285,
    has_calculated_bands=True,
)
_FACETS = BenchmarkData(
    "co-surfaces",
    "CO on named surfaces (Ma 2015 and Xu 2022, aligned)",
    "CO",
    ("ma2015", "xu2022"),
    MappingProxyType({"random": 5, "composition": 5, "host": None, "facet": None}),
    520,
    compares_regressors=False,
)
_CO = BenchmarkData(
    "co",
    "CO, all three datasets aligned (GASpy motifs, Ma 2015, Xu 2022)",
    "CO",
    ("gaspy2018", "ma2015", "xu2022"),
    MappingProxyType({"random": 5, "composition": 5, "host": 5, "element": 5}),
    17352,
    has_geometry=False,
)
_N = BenchmarkData(
    "n",
    "N on bimetallic alloys (Mamun 2019)",
    "N",
    ("mamun2019",),
    MappingProxyType({"random": 5, "composition": 5, "host": 10, "element": 6, "facet": None}),
    4645,
)
DATA: Mapping[str, BenchmarkData] = MappingProxyType(
    {data.key: data for data in (_MA, _FACETS, _CO, _N)}
)


@lru_cache(maxsize=4)
def benchmark_table(key: str) -> pd.DataFrame:
    """Return the usable rows of a dataset of the benchmark.

    Examples
    --------
    >>> len(benchmark_table("ma2015"))
    285
    """
    data = DATA[key]
    table = load_dataset(data.adsorbate)
    attributes = dict(table.attrs)
    rows = table[table["source"].isin(data.sources)].reset_index(drop=True)
    rows.attrs.update(attributes)
    return rows
