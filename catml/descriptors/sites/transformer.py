"""What every featurizer of sites shares: its inputs and the manners of scikit-learn."""

import reprlib
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from catml.descriptors.sites.inputs import DescribedSites, described_sites
from catml.descriptors.sites.rows import SlabRows
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms


class SiteTransformer(TransformerMixin, BaseEstimator):
    """Base of the transformers that turn sites into a table of numbers.

    `fit`, `transform` and `fit_transform` take a site table (`catml.structures.site_table`) or what
    has sites: a surface name, a `catml.Surface`, an ``ase.Atoms`` slab or particle, a pymatgen
    slab, or a list of any of these. The result has one row per row of the table, with its index,
    or one per distinct site, with the index of `catml.descriptors.sites.inputs.sites_of`. It is a
    DataFrame; ``set_output`` works as usual. Sites and neighbours of a slab are found once for the
    same content (`catml.structures.batches.KEPT_BATCHES`); what shall last longer than the process
    is kept by the pipeline, ``Pipeline(..., memory=folder)``.

    Attributes
    ----------
    feature_names_out_ : ndarray of str
        Names of the columns; set by `fit`.
    n_features_in_ : int
        Number of columns of the site table `fit` saw or made.
    """

    def fit(self, X: Any, y: object = None) -> Self:
        """Check that there is what the descriptors need; nothing is learned.

        Parameters
        ----------
        X : DataFrame or things with sites
            See the class.
        y : ignored
            Not used, present by convention.

        Raises
        ------
        DescriptorError
            If a setting cannot be used, a column is missing, or `X` is nothing that has sites.
        """
        sites = self._sites(X)
        names = self._names(sites.table)
        self.n_features_in_ = sites.table.shape[1]
        self.feature_names_out_ = np.array(names, dtype=object)
        return self

    def fit_transform(self, X: Any, y: object = None) -> pd.DataFrame:
        """Return what `fit` and then `transform` give, computed once.

        Raises
        ------
        DescriptorError
            As `fit` and `transform` do.
        """
        sites = self._sites(X)
        features = self._features(sites)
        self.n_features_in_ = sites.table.shape[1]
        self.feature_names_out_ = np.array(features.columns, dtype=object)
        return features

    def transform(self, X: Any, slab: "Atoms | None" = None) -> pd.DataFrame:
        """Return the descriptors of every row or site.

        Parameters
        ----------
        X : DataFrame or things with sites
            See the class.
        slab : ase.Atoms, optional
            The slab all rows of a table are sites of
            (`catml.structures.site_table.site_table_of_slab`); geometric numbers then come from it
            instead of from the surface names.

        Returns
        -------
        DataFrame
            Float columns; NaN where a row lacks what a number needs.

        Raises
        ------
        DescriptorError
            If a column is missing, a row names a site its surface does not have, or `X` is nothing
            that has sites.
        SurfaceError
            If a zone, surface name, slab or lattice constant cannot be used.
        """
        check_is_fitted(self)
        sites = self._sites(X)
        if slab is not None:
            sites = DescribedSites(sites.table, (SlabRows(0, len(sites.table), slab),))
        return self._features(sites)

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

    def _sites(self, given: Any) -> DescribedSites:
        self._check_settings()
        sites = described_sites(given)
        # A table may turn out empty; a list of nothing is a mistake.
        if sites.table.empty and not isinstance(given, pd.DataFrame):
            raise DescriptorError(
                f"{reprlib.repr(given)} holds nothing that has sites; give at least one surface "
                "name, Surface or slab"
            )
        self._check_table(sites.table)
        return sites

    def _names(self, table: pd.DataFrame) -> list[str]:
        """Names of the columns."""
        return list(self._features(DescribedSites(table.iloc[:1])).columns)

    def _check_table(self, table: pd.DataFrame) -> None:
        """Refuse tables that lack columns."""

    @abstractmethod
    def _check_settings(self) -> None:
        """Refuse settings that cannot be used."""

    @abstractmethod
    def _features(self, sites: DescribedSites) -> pd.DataFrame:
        """The descriptors of every row of the table."""
