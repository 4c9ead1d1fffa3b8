"""The curves of the benchmark: errors against the number of calculations, kept like its cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from catml.atomic_files import write_atomically
from catml.data.cards import read_card
from catml.errors import DatasetError
from catml.validation.active_learning import active_learning_curve
from catml.validation.benchmark_checksum import module_checksum, numbers_checksum
from catml.validation.benchmark_data import DATA, benchmark_table
from catml.validation.benchmark_models import DEFAULT_MODEL, MODELS
from catml.validation.few_shot import few_shot_curve, fit_and_adapt
from catml.validation.recipes import make_recipe

CURVE_COLUMNS = ("series", "x", "value", "low", "high", "n")


@dataclass(frozen=True)
class Curve:
    """A curve of the benchmark.

    Attributes
    ----------
    name, caption
        Short, and for people.
    data
        Key of the dataset.
    models
        Models of the benchmark it says something about; it is made when one of them is asked for.
    x_label, y_label
        What the axes show.
    make
        Computes it: `CURVE_COLUMNS`, energies in eV.
    """

    name: str
    caption: str
    data: str
    models: tuple[str, ...]
    x_label: str
    y_label: str
    make: Callable[[], pd.DataFrame]


def active_learning() -> pd.DataFrame:
    """Return the active-learning curve of Noh 2018 on Ma 2015, as `CURVE_COLUMNS`."""
    table, recipe = benchmark_table("ma2015"), make_recipe("noh2018")
    features = np.asarray(recipe.describe.fit(table).transform(table), dtype=np.float64)
    curve = active_learning_curve(features, table, recipe.regress)
    series = curve["strategy"] + ", " + curve["judged_on"]
    return _columns(curve.assign(series=series))


def few_shot() -> pd.DataFrame:
    """Return the errors for an unseen host against its labelled rows, as `CURVE_COLUMNS`."""
    table = benchmark_table("ma2015")
    parts = [
        few_shot_curve(MODELS[model].make("CO"), table).assign(series=title)
        for model, title in (
            (DEFAULT_MODEL, "catml, fitted again with them, no DFT input"),
            ("catml_dft", "catml, fitted again with them, calculated d bands"),
        )
    ]
    parts += [
        few_shot_curve(MODELS[model].make("CO"), table, teach=fit_and_adapt).assign(series=title)
        for model, title in (
            (DEFAULT_MODEL, "catml, adapted to them, no DFT input"),
            ("catml_dft", "catml, adapted to them, calculated d bands"),
        )
    ]
    return _columns(pd.concat(parts))


def _columns(curve: pd.DataFrame) -> pd.DataFrame:
    renamed = curve.rename(columns={"n_labelled": "x"})
    return renamed[list(CURVE_COLUMNS)].reset_index(drop=True)


CURVES: Mapping[str, Curve] = MappingProxyType(
    {
        curve.name: curve
        for curve in (
            Curve(
                "few-shot",
                "An unseen host metal of Ma 2015 with some of its rows labelled: RMSE on its "
                "other rows, hosts left out one at a time, five draws of the labelled rows.",
                "ma2015",
                (DEFAULT_MODEL, "catml_dft"),
                "labelled rows of the new host",
                "RMSE / eV",
                few_shot,
            ),
            Curve(
                "active-learning",
                "Active learning of Noh 2018 on Ma 2015 (tight-binding width and "
                "electronegativity, kernel ridge): errors on the rows left over, which the choice "
                "makes easier or harder, and on compositions set aside.",
                "ma2015",
                ("noh2018",),
                "labelled rows",
                "MAE / eV",
                active_learning,
            ),
        )
    }
)


def make_curve(curve: Curve, folder: str | Path) -> tuple[pd.DataFrame, bool]:
    """Return a curve, computed unless the folder holds it, and whether it was there.

    Raises
    ------
    DatasetError
        If the folder cannot be written.
    """
    file = Path(folder) / "curves" / f"{curve.name}.json"
    sources = sorted(DATA[curve.data].sources)
    code = (numbers_checksum(), module_checksum(__file__))
    made_with = " ".join([*code, *(read_card(source).sha256 for source in sources)])
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["made_with"] == made_with:
            return pd.read_csv(StringIO(content["csv"])), True
    except (OSError, ValueError, TypeError, KeyError):
        pass
    # Rounded as it is kept, so that a run that goes on gives the same.
    text = curve.make().round(6).to_csv(index=False)
    content = {"made_with": made_with, "csv": text}
    write_atomically(file, json.dumps(content, ensure_ascii=False).encode(), error=DatasetError)
    return pd.read_csv(StringIO(text)), False
