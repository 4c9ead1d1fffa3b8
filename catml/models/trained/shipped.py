"""The trained models that come with the package, and when they are still the right ones.

They lie beside this module, each with a record of what it was made from: the checksums of the
datasets, all settings, and the schema of the file. Where any of these is another now, the file is
not used. Code that changes numbers without changing a setting is found by a slow
test, which fits afresh and compares; then, as after every change of data or settings,

    python -m catml.models.trained

makes the files again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catml.atomic_files import sha256_of, write_atomically
from catml.data.cards import read_card
from catml.data.tables import adsorbates_by_dataset
from catml.errors import ModelError
from catml.models.files.container import SCHEMA

if TYPE_CHECKING:
    from catml.models.adsorption import AdsorptionModel

SHIPPED = ("CO", "N")
FOLDER = Path(__file__).parent
_RECORDS = "records.json"


@dataclass(frozen=True)
class Record:
    """What a shipped file was made from.

    Attributes
    ----------
    n_rows
        Rows it learned from, which settings may depend on.
    recipe
        As `recipe` returned it then.
    sha256
        Of the file.
    """

    n_rows: int
    recipe: str
    sha256: str


def records(folder: Path = FOLDER) -> dict[str, Record]:
    """Return the records of the shipped files by adsorbate; empty where there are none."""
    try:
        stated = json.loads((folder / _RECORDS).read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {adsorbate: Record(**record) for adsorbate, record in stated.items()}


def recipe(adsorbate: str, n_rows: int) -> str:
    """Return a SHA-256 of all that makes the default model of an adsorbate but its code."""
    from catml.models.adsorption import AdsorptionModel

    model = AdsorptionModel(adsorbate)
    ingredients = {
        "schema": SCHEMA,
        "data": {key: read_card(key).sha256 for key in datasets_with(adsorbate)},
        "model": _settings(model),
        "descriptors": model.descriptors_name(n_rows),
        "regressor": _settings(model.new_regressor(n_rows)),
    }
    return hashlib.sha256(json.dumps(ingredients, sort_keys=True).encode()).hexdigest()


def datasets_with(adsorbate: str) -> list[str]:
    """Return the keys of the shipped datasets that hold an adsorbate."""
    return [key for key, held in adsorbates_by_dataset().items() if adsorbate in held]


def shipped_model(adsorbate: str, folder: Path = FOLDER) -> AdsorptionModel | None:
    """Return the shipped model of an adsorbate; None where there is none that is still right."""
    from catml.models.files.persistence import load_model

    record = records(folder).get(adsorbate)
    if record is None or record.recipe != recipe(adsorbate, record.n_rows):
        return None
    try:
        return load_model(shipped_path(adsorbate, folder))
    except ModelError:
        return None


def shipped_path(adsorbate: str, folder: Path = FOLDER) -> Path:
    """Return where the shipped file of an adsorbate lies, if there is one."""
    return folder / f"{adsorbate}.skops"


def write_shipped(model: AdsorptionModel, folder: Path = FOLDER) -> Record:
    """Save a fitted default model as the shipped one and return its record.

    Raises
    ------
    ModelError
        If the files cannot be written.
    """
    adsorbate, n_rows = model.adsorbate, model.training_.n_rows
    path = shipped_path(adsorbate, folder)
    model.save(path)
    record = Record(n_rows, recipe(adsorbate, n_rows), sha256_of(path))
    stated = {**records(folder), adsorbate: record}
    text = json.dumps({name: asdict(stated[name]) for name in sorted(stated)}, indent=1)
    write_atomically(folder / _RECORDS, (text + "\n").encode(), error=ModelError)
    return record


def _settings(estimator: Any) -> dict[str, str]:
    """The settings of an estimator and of those inside it; how many work at a time is none."""
    settings = {
        name: repr(value)
        for name, value in estimator.get_params(deep=True).items()
        if not name.endswith("n_jobs") and not hasattr(value, "get_params")
    }
    return {"type": type(estimator).__name__, **settings}
