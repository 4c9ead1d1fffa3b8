"""The known value of a surface where there is one, else a prediction, and which of the two."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from catml.data.tables import load_dataset
from catml.errors import ModelError
from catml.models.default import default_model
from catml.structures.spellings import spellings
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from catml.models.adsorption import AdsorptionModel

_COLUMNS = (
    "surface",
    "site",
    "site_kind",
    "site_subtype",
    "site_atoms",
    "energy_ev",
    "std_ev",
    "lower_ev",
    "upper_ev",
    "in_domain",
    "domain_reason",
    "origin",
    "source",
    "row",
    "adsorbate",
    "reference",
    "functional",
)
DATASET = "dataset"
PREDICTION = "prediction"


def lookup(
    surface: str | Surface, adsorbate: str, *, model: "AdsorptionModel | None" = None
) -> pd.DataFrame:
    """Return the adsorption energies of a surface: from the datasets, or predicted.

    Parameters
    ----------
    surface
        Name or surface; any of its `catml.structures.spellings`.
    adsorbate
        What is adsorbed.
    model
        Fitted model to ask where no dataset has the surface; by default
        `catml.models.default.default_model`.

    Returns
    -------
    DataFrame
        One row per known site (``origin`` is ``"dataset"``; ``source`` and ``row`` say which
        calculation), most stable first; or, where none is known, one row per site with
        ``origin`` ``"prediction"``, its interval and domain.

    Raises
    ------
    SurfaceError
        If the name cannot be read.
    DatasetError
        If no dataset has the adsorbate.
    ModelError
        If `model` is of another adsorbate.

    Examples
    --------
    >>> lookup("Cu(100)", "CO")["origin"].unique().tolist()
    ['dataset']
    """
    asked = surface if isinstance(surface, Surface) else Surface(surface)
    if model is not None and model.adsorbate != adsorbate:
        raise ModelError(
            f"The model is of {model.adsorbate}, not of {adsorbate}; give a model of {adsorbate}."
        )
    known = load_dataset(adsorbate)
    # A row without a site says nothing about where the energy belongs.
    rows = known[known["surface"].isin(spellings(asked)) & (known["site_kind"].fillna("") != "")]
    if len(rows):
        return _known(rows)
    if model is None:
        model = default_model(adsorbate)
    predicted = model.predict(asked).sort_values("energy_ev", kind="stable")
    predicted = predicted.assign(origin=PREDICTION, source="model", row="")
    return predicted[list(_COLUMNS)].reset_index(drop=True)


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows.sort_values("energy_ev", kind="stable").reset_index(drop=True)
    found = ordered.reindex(columns=list(_COLUMNS))
    text = ["surface", "site", "site_kind", "site_subtype", "site_atoms"]
    found[text] = found[text].fillna("")
    return found.assign(
        std_ev=np.nan,
        lower_ev=np.nan,
        upper_ev=np.nan,
        in_domain=True,
        domain_reason="",
        origin=DATASET,
    )
