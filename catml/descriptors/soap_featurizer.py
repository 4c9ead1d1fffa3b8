"""SOAP as a scikit-learn transformer: sites in, one vector for each out."""

from typing import TYPE_CHECKING, Any, Self, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from catml.descriptors.site_inputs import described_sites
from catml.descriptors.site_rows import SlabRows, row_groups
from catml.descriptors.soap import CHANNEL_PROPERTIES, SoapSettings, soap_knows
from catml.descriptors.soap_sites import Center, soap_of_batch, soap_of_sites
from catml.errors import DescriptorError

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
        Number of columns of the site table `fit` saw or made.

    Notes
    -----
    `fit` and `transform` take a site table, or names, surfaces, ``ase.Atoms`` and pymatgen slabs,
    as `catml.descriptors.featurizer.SiteFeaturizer` does, and give a row for each row or site.

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

    def fit(self, X: Any, y: object = None) -> Self:
        """Check the settings; nothing is learned.

        Parameters
        ----------
        X : DataFrame or things with sites
            See Notes of the class.
        y : ignored
            Not used, present by convention.

        Raises
        ------
        DescriptorError
            If a setting is out of range, or `X` is nothing that has sites.
        """
        settings = self._settings()
        prefixes = ("site", "atoms") if self.center == "both" else (self.center,)
        names = [name for prefix in prefixes for name in settings.names(f"soap_{prefix}")]
        self.feature_names_out_ = np.array(names, dtype=object)
        self.n_features_in_ = described_sites(X).table.shape[1]
        return self

    def transform(self, X: Any, slab: "Atoms | None" = None) -> pd.DataFrame:
        """Return the SOAP vector of every row or site.

        Parameters
        ----------
        X : DataFrame or things with sites
            See Notes of the class.
        slab : ase.Atoms, optional
            The slab all rows of a table are sites of.

        Returns
        -------
        DataFrame
            Float columns. A row that fits several sites of its surface has their mean. NaN in a row
            that has no geometry, fits no site, or is of a surface with an element that has none of
            the properties.

        Raises
        ------
        DescriptorError
            If DScribe is not installed, a row names a site its surface does not have, or `X` is
            nothing that has sites.
        SurfaceError
            If a surface name, slab or lattice constant cannot be used.
        """
        check_is_fitted(self)
        sites = described_sites(X)
        table, slabs = sites.table, sites.slabs
        if slab is not None:
            slabs = (SlabRows(0, len(table), slab),)
        values = np.full((len(table), len(self.feature_names_out_)), np.nan)
        named = np.ones(len(table), dtype=bool)
        for part in slabs:
            own = np.arange(part.first, part.stop)
            named[own] = False
            self._fill(values, table, own, part.atoms)
        self._fill(values, table, np.flatnonzero(named), None)
        if self.normalize:
            values /= np.linalg.norm(values, axis=1, keepdims=True)
        return pd.DataFrame(values, index=table.index, columns=self.feature_names_out_)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Return the names of the columns `transform` gives."""
        check_is_fitted(self)
        return self.feature_names_out_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        # The checks of scikit-learn that feed plain numbers have nothing to give to it.
        tags.no_validation = True
        return tags

    def _settings(self) -> SoapSettings:
        if self.center not in get_args(Center):
            raise DescriptorError(
                f"Unknown center of SOAP {self.center!r}: choose one of "
                f"{', '.join(get_args(Center))}."
            )
        properties = tuple(self.properties)
        return SoapSettings(self.cutoff_ang, self.n_max, self.l_max, self.width_ang, properties)

    def _fill(
        self, values: Array, table: pd.DataFrame, own: NDArray[np.intp], slab: "Atoms | None"
    ) -> None:
        """Write the vectors of some of the rows, all on one slab or all of named surfaces."""
        settings = self._settings()
        options: dict[str, Any] = {"center": self.center, "settings": settings}
        for group in row_groups(table.iloc[own], slab=slab):
            known = np.array([soap_knows(numbers, settings) for numbers in group.batch.numbers])
            fits = group.weights.any(axis=1) & known[group.surfaces]
            rows, which, weights = own[group.rows[fits]], group.surfaces[fits], group.weights[fits]
            if len(rows) == 0:
                continue
            if slab is not None:
                values[rows] = weights @ soap_of_sites(slab, **options)
                continue
            for s, vectors in soap_of_batch(group.batch, np.unique(which).tolist(), **options):
                here = which == s
                values[rows[here]] = weights[here] @ vectors
