"""The picture of where a model's training rows and the surfaces it is asked about lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from catml.models.domain.maps import map_candidates
from catml.models.inputs import as_site_rows
from catml.report.figures_descriptor_map import descriptor_map_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from catml.models.adsorption import AdsorptionModel


def draw_descriptor_map(
    model: AdsorptionModel, surfaces: Any, outside: ArrayLike
) -> tuple[Figure, pd.DataFrame]:
    """Draw training rows and sites on the two directions in which descriptors differ most.

    Parameters
    ----------
    model
        A fitted model.
    surfaces
        As for `catml.models.adsorption.AdsorptionModel.predict`.
    outside
        (n,) whether each site is outside the training domain.

    Returns
    -------
    figure : matplotlib.figure.Figure
    data : pandas.DataFrame
        As of `catml.report.figures_descriptor_map.descriptor_map_figure`.

    Raises
    ------
    ModelError, SurfaceError
        As for `catml.models.adsorption.AdsorptionModel.predict`, and
        `catml.models.domain.maps.map_candidates`.
    """
    pieces = [
        model.featurizer_.transform(rows.table, slab=rows.slab).to_numpy(dtype=np.float64)
        for rows in as_site_rows(surfaces)
    ]
    found = map_candidates(model.domain_, np.vstack(pieces))
    flags = np.concatenate([np.zeros(len(found.training_xy), bool), np.asarray(outside, bool)])
    rows = found.table().assign(outside=flags)
    return descriptor_map_figure(rows, explained=found.explained)
