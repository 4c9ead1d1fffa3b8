"""SOAP as a scikit-learn transformer: sites in, one vector for each out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from catml.descriptors.site_rows import row_groups
from catml.descriptors.soap import CHANNEL_PROPERTIES, SoapSettings
from catml.descriptors.soap_sites import Center, soap_of_batch, soap_of_sites
from catml.errors import DescriptorError
from catml.structures.batches import SiteBatch

if TYPE_CHECKING:
    from ase import Atoms

Array = NDArray[np.float64]


class SoapFeaturizer(TransformerMixin, BaseEstimator):
    """Turn sites into SOAP vectors whose length does not depend on the elements.

    Nothing is learned from the table: a site has the same vector in every table, and one with an
    element that no training row has is described like any other (`catml.descriptors.soap`).

    Parameters
    ----------
    center : {"site", "atoms", "both"}
        Around the middle of the binding atoms; around each binding atom, averaged over them; or
        both, one after the other.
    normalize : bool
        Whether every vector is brought to length 1, the usual input of kernels
        (`catml.descriptors.similarity`).
    cutoff_ang, n_max, l_max, width_ang, properties
        As in `catml.descriptors.soap.SoapSettings`.

    Attributes
    ----------
    feature_names_out_ : ndarray of str
        Names of the columns, without unit; set by `fit`.
    n_features_in_ : int
        Number of columns of the table `fit` saw.

    Examples
    --------
    >>> from catml.structures.site_table import site_table
    >>> SoapFeaturizer().fit_transform(site_table(["Cu(111)", "Pt3Ni(111)"])).shape
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

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Check the settings; nothing is learned.

        Parameters
        ----------
        X : DataFrame
            Site table.
        y : ignored
            Not used, present by convention.

        Raises
        ------
        DescriptorError
            If a setting is out of range.
        """
        settings = self._settings()
        prefixes = ("site", "atoms") if self.center == "both" else (self.center,)
        names = [name for prefix in prefixes for name in settings.names(f"soap_{prefix}")]
        self.feature_names_out_ = np.array(names, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame, slab: "Atoms | None" = None) -> pd.DataFrame:
        """Return the SOAP vector of every row.

        Parameters
        ----------
        X : DataFrame
            Site table (`catml.structures.site_table`).
        slab : ase.Atoms, optional
            The slab all rows are sites of; by default their surfaces are built from their names.

        Returns
        -------
        DataFrame
            Float columns, indexed like `X`. A row that fits several sites of its surface has their
            mean; one that has no geometry or fits no site has NaN.

        Raises
        ------
        DescriptorError
            If DScribe is not installed, an element has none of the properties, or a row names a
            site its surface does not have.
        SurfaceError
            If a surface name, slab or lattice constant cannot be used.
        """
        check_is_fitted(self)
        settings = self._settings()
        values = np.full((len(X), len(self.feature_names_out_)), np.nan)
        for group in row_groups(X, slab=slab):
            fits = group.weights.any(axis=1)
            rows, which = group.rows[fits], group.surfaces[fits]
            weights = group.weights[fits]
            for s, vectors in self._vectors(group.batch, np.unique(which).tolist(), slab, settings):
                here = which == s
                values[rows[here]] = weights[here] @ vectors
        if self.normalize:
            values /= np.linalg.norm(values, axis=1, keepdims=True)
        return pd.DataFrame(values, index=X.index, columns=self.feature_names_out_)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Return the names of the columns `transform` gives."""
        check_is_fitted(self)
        return self.feature_names_out_

    def _settings(self) -> SoapSettings:
        if self.center not in get_args(Center):
            raise DescriptorError(
                f"Unknown center of SOAP {self.center!r}: choose one of "
                f"{', '.join(get_args(Center))}."
            )
        properties = tuple(self.properties)
        return SoapSettings(self.cutoff_ang, self.n_max, self.l_max, self.width_ang, properties)

    def _vectors(
        self,
        batch: SiteBatch,
        surfaces: list[int],
        slab: "Atoms | None",
        settings: SoapSettings,
    ) -> Iterable[tuple[int, Array]]:
        """Surfaces of a batch with the vectors of their sites."""
        if slab is not None:
            return [(0, soap_of_sites(slab, center=self.center, settings=settings))]
        return soap_of_batch(batch, surfaces, center=self.center, settings=settings)
