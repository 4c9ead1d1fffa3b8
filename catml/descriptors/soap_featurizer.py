"""SOAP as a scikit-learn transformer: sites in, one vector for each out."""

from collections.abc import Iterable
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.descriptors.sites.inputs import DescribedSites
from catml.descriptors.sites.rows import RowGroup, row_groups
from catml.descriptors.sites.transformer import SiteTransformer
from catml.descriptors.soap.sites import Center, soap_of_batch, soap_of_sites
from catml.descriptors.soap.vectors import CHANNEL_PROPERTIES, SoapSettings, soap_knows
from catml.errors import DescriptorError

Array = NDArray[np.float64]


class SoapFeaturizer(SiteTransformer):
    """Turn sites into SOAP vectors whose length does not depend on the elements.

    Nothing is learned from the table: a site has the same vector in every table, and one with an
    element that no training row has is described like any other (`catml.descriptors.soap.vectors`).

    Parameters
    ----------
    center : {"site", "atoms", "both"}
        Around the middle of the binding atoms; around each binding atom, averaged over them; or
        both, one after the other.
    normalize : bool
        Whether every vector is brought to length 1, the usual input of kernels
        (`catml.descriptors.similarity`).
    cutoff_ang, n_max, l_max, width_ang, properties
        As in `catml.descriptors.soap.vectors.SoapSettings`.

    Notes
    -----
    Inputs, output and fitted attributes are those of
    `catml.descriptors.sites.transformer.SiteTransformer`; the columns have no unit. A row that fits
    several sites of its surface has their mean. NaN in a row that has no geometry, fits no site, or
    is of a surface with an element that has none of the properties. DScribe is needed
    (``catml[soap]``).

    Examples
    --------
    >>> SoapFeaturizer().fit_transform(["Cu(111)", "Pt3Ni(111)"]).shape
    (13, 1620)
    """

    def __init__(
        self,
        *,
        center: Center = "site",
        normalize: bool = True,
        cutoff_ang: float = 5.0,
        n_max: int = 6,
        l_max: int = 4,
        width_ang: float = 0.5,
        properties: tuple[str, ...] = CHANNEL_PROPERTIES,
    ) -> None:
        self.center = center
        self.normalize = normalize
        self.cutoff_ang = cutoff_ang
        self.n_max = n_max
        self.l_max = l_max
        self.width_ang = width_ang
        self.properties = properties

    def _check_settings(self) -> None:
        self._settings()

    def _names(self, table: pd.DataFrame) -> list[str]:
        settings = self._settings()
        prefixes = ("site", "atoms") if self.center == "both" else (self.center,)
        return [name for prefix in prefixes for name in settings.names(f"soap_{prefix}")]

    def _features(self, sites: DescribedSites) -> pd.DataFrame:
        settings, names = self._settings(), self._names(sites.table)
        values = np.full((len(sites.table), len(names)), np.nan)
        for group in row_groups(sites.table, slabs=sites.slabs):
            known = np.array([soap_knows(numbers, settings) for numbers in group.batch.numbers])
            fits = group.weights.any(axis=1) & known[group.surfaces]
            rows, which = group.rows[fits], group.surfaces[fits]
            weights = group.weights[fits]
            if len(rows) == 0:
                continue
            for s, vectors in self._vectors(group, np.unique(which).tolist(), settings):
                here = which == s
                values[rows[here]] = weights[here] @ vectors
        if self.normalize:
            values /= np.linalg.norm(values, axis=1, keepdims=True)
        return pd.DataFrame(values, index=sites.table.index, columns=names)

    def _settings(self) -> SoapSettings:
        if self.center not in get_args(Center):
            raise DescriptorError(
                f"Unknown center of SOAP {self.center!r}: choose one of "
                f"{', '.join(get_args(Center))}."
            )
        properties = tuple(self.properties)
        return SoapSettings(self.cutoff_ang, self.n_max, self.l_max, self.width_ang, properties)

    def _vectors(
        self, group: RowGroup, surfaces: list[int], settings: SoapSettings
    ) -> Iterable[tuple[int, Array]]:
        """Surfaces of a batch with the vectors of their sites."""
        if group.slab is not None:
            return [(0, soap_of_sites(group.slab, center=self.center, settings=settings))]
        return soap_of_batch(group.batch, surfaces, center=self.center, settings=settings)
