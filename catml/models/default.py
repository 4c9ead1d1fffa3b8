"""The model used where no file is named: fitted to all shipped rows of an adsorbate.

For some adsorbates it comes trained with the package (`catml.models.trained.shipped`); others, and
other regressors, are fitted when first asked for and kept in the cache. A file there is named after
the data and the code it was made from, so that it is made again whenever either changes; a damaged
file is made again too.
"""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from catml.data.cards import read_card
from catml.data.tables import load_dataset
from catml.errors import DatasetError, ModelError
from catml.models.trained.shipped import datasets_with, shipped_model
from catml.resources import cache_folder, code_checksum

if TYPE_CHECKING:
    from pathlib import Path

    from catml.models.adsorption import AdsorptionModel
    from catml.models.regressors.names import RegressorName


_LOGGER = logging.getLogger("catml")
# Fits of fewer rows take a few seconds, unless they try many regressors.
_MANY_ROWS = 2000
_SEARCHES = ("automatic", "tpot")


@lru_cache(maxsize=8)
def default_model(adsorbate: str, regressor: RegressorName | None = None) -> AdsorptionModel:
    """Return the default model of an adsorbate, trained already where possible.

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
        If there is no such regressor, or it is not made for so many rows.
    """
    from catml.models.adsorption import AdsorptionModel
    from catml.models.files.persistence import load_model
    from catml.models.regressors.registry import make_regressor

    if regressor is not None:
        make_regressor(regressor)  # An unknown name is refused before any work.
    elif (trained := shipped_model(adsorbate)) is not None:
        return trained
    name = adsorbate if regressor is None else f"{adsorbate}-{regressor}"
    path = cache_folder() / f"{name}-{_fingerprint(adsorbate)}.skops"
    # What is no adsorbate, load_dataset refuses; it may look like a path.
    if datasets_with(adsorbate):
        try:
            return load_model(path)
        except ModelError:
            pass
    table = load_dataset(adsorbate)
    if table.empty:
        raise DatasetError(
            f"no row of {adsorbate!r} may be learned from (2H, 2N and 2O are dissociated pairs); "
            "ask for another adsorbate, such as CO, N, H, O, C or S"
        )
    model = AdsorptionModel(adsorbate, regressor=regressor)
    tell_of_fit(model, len(table))
    model.fit(table)
    _keep(model, path)
    return model


def tell_of_fit(model: AdsorptionModel, n_rows: int) -> None:
    """Say to whoever listens to the logger ``catml`` that a fit takes longer than a breath."""
    name = model.regressor_name(n_rows)
    if n_rows >= _MANY_ROWS or name in _SEARCHES:
        _LOGGER.info(
            "fitting a model of %s to %d rows (%s on %s descriptors): a minute or more",
            model.adsorbate,
            n_rows,
            name,
            model.descriptors_name(n_rows),
        )


def _fingerprint(adsorbate: str) -> str:
    """Return sixteen digits that change with the data and with the code."""
    parts = [code_checksum(), *(read_card(key).sha256 for key in datasets_with(adsorbate))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _keep(model: AdsorptionModel, path: Path) -> None:
    """Save the model for the next time; a cache that cannot be written only costs that time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save(path)
    except (OSError, ModelError) as problem:
        _LOGGER.info("the model is not kept for the next time: %s", problem)
    else:
        _LOGGER.info("kept for the next time in %s", path)
