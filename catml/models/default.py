"""The model used where no file is named: fitted to all shipped rows of an adsorbate, then cached.

The file in the cache is named after the data and the code it was made from, so that it is made
again whenever either changes; a damaged file is made again too.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from catml.data.cards import read_card
from catml.data.tables import load_dataset
from catml.errors import DatasetError, ModelError
from catml.resources import cache_folder, code_checksum

if TYPE_CHECKING:
    from pathlib import Path

    from catml.models.adsorption import AdsorptionModel
    from catml.models.regressor_names import RegressorName


@lru_cache(maxsize=8)
def default_model(adsorbate: str, regressor: RegressorName | None = None) -> AdsorptionModel:
    """Return the default model of an adsorbate, from the cache where it has been fitted before.

    Parameters
    ----------
    adsorbate
        One that a shipped dataset holds.
    regressor
        Another than `catml.models.adsorption.AdsorptionModel` takes by itself.

    Raises
    ------
    DatasetError
        If no dataset has the adsorbate, or none of its rows may be learned from.
    ModelError
        If there is no such regressor.
    """
    from catml.models.adsorption import AdsorptionModel
    from catml.models.persistence import load_model
    from catml.models.regressors import make_regressor

    if regressor is not None:
        make_regressor(regressor)  # An unknown name is refused before any work.
    table = load_dataset(adsorbate)
    if table.empty:
        raise DatasetError(
            f"no row of {adsorbate!r} may be learned from (2H, 2N and 2O are dissociated pairs); "
            "ask for another adsorbate, such as CO, N, H, O, C or S"
        )
    name = adsorbate if regressor is None else f"{adsorbate}-{regressor}"
    path = cache_folder() / f"{name}-{_fingerprint(table.attrs['sources'])}.skops"
    try:
        return load_model(path)
    except ModelError:
        model = AdsorptionModel(adsorbate, regressor=regressor).fit(table)
    _keep(model, path)
    return model


def _fingerprint(sources: dict[str, int]) -> str:
    """Return sixteen digits that change with the data and with the code."""
    parts = [code_checksum(), *(read_card(key).sha256 for key in sorted(sources))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _keep(model: AdsorptionModel, path: Path) -> None:
    """Save the model for the next time; a cache that cannot be written only costs that time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save(path)
    except (OSError, ModelError):
        return
