"""The featurizer: surfaces in, a table of numbers out, as scikit-learn transformers do it."""

from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from catml.descriptors.electronic import electronic_features
from catml.descriptors.elemental import (
    ZONES,
    environment_features,
    zone_counts,
    zone_statistics,
)
from catml.descriptors.geometry import geometry_features, site_type_features
from catml.descriptors.site_inputs import DescribedSites, described_sites
from catml.descriptors.site_rows import SlabRows
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

Kind = Literal["environment", "geometry", "electronic", "d_band"]

DFT_COLUMNS = (
    "dft_d_band_center_ev",
    "dft_d_band_rms_width_ev",
    "dft_d_band_filling",
    "dft_d_band_skewness",
    "dft_d_band_kurtosis",
    "dft_local_electronegativity",
)
HOST_PROPERTIES = (
    "work_function_ev",
    "metallic_radius_ang",
    "r_d_solid_state_ang",
    "ionization_energy_ev",
    "electron_affinity_ev",
    "pauling_electronegativity",
    "vad2_rel_cu",
)
_NEEDED = {
    "environment": ZONES,
    "geometry": (*ZONES, "site_kind", "site_subtype"),
    "electronic": ("surface", "site_kind", *ZONES),
    "d_band": (ZONES[0], *DFT_COLUMNS),
}


class SiteFeaturizer(TransformerMixin, BaseEstimator):
    """Turn sites into numbers a regressor can learn from.

    Parameters
    ----------
    kind : {"environment", "geometry", "electronic", "d_band"}
        ``"environment"``: statistics of elemental properties over the three zones; works for any
        row, also without geometry. ``"geometry"``: these, the type of site, and coordination,
        bond lengths, strain and the tight-binding d band of the row's surface and site.
        ``"electronic"``: orbital-wise coordination, electronegativity of the site and of its
        surroundings, constants of the binding elements and the estimated d band.
        ``"d_band"``: the calculated d-band moments the table holds (`DFT_COLUMNS`) and constants
        of the element at the site (`HOST_PROPERTIES`).

    Attributes
    ----------
    feature_names_out_ : ndarray of str
        Names of the columns, units included; set by `fit`. What they are and where they come
        from: `catml.descriptors.descriptor_table`.
    n_features_in_ : int
        Number of columns of the site table `fit` saw or made.

    Notes
    -----
    `fit`, `transform` and `fit_transform` take a site table (`catml.structures.site_table`) or what
    has sites: a surface name, a `catml.Surface`, an ``ase.Atoms`` slab or particle, a pymatgen
    slab, or a list of any of these. The result has one row per row of the table, with its index,
    or one per distinct site, with the index of `catml.descriptors.site_inputs.sites_of`. It is a
    DataFrame; ``set_output`` works as usual. Sites and neighbours of a slab are found once for the
    same content (`catml.structures.batches.KEPT_BATCHES`).

    Examples
    --------
    >>> import pandas as pd
    >>> zones = {"site_atoms": ["Cu:1"], "same_layer": ["Cu:4"], "sublayer": ["Ni:4"]}
    >>> motifs = pd.DataFrame(zones)
    >>> features = SiteFeaturizer("environment").fit_transform(motifs)
    >>> features["sublayer_mean_pauling_electronegativity"].tolist()
    [1.91]
    >>> SiteFeaturizer("electronic").fit_transform("Pt(111)")["coordination_number"].tolist()
    [9.0, 9.0, 9.0, 9.0]
    """

    def __init__(self, kind: Kind = "environment") -> None:
        self.kind = kind

    def fit(self, X: Any, y: object = None) -> Self:
        """Check that there is what the kind of descriptors needs; nothing is learned.

        Parameters
        ----------
        X : DataFrame or things with sites
            See Notes of the class.
        y : ignored
            Not used, present by convention.

        Raises
        ------
        DescriptorError
            If the kind is unknown, a column is missing, or `X` is nothing that has sites.
        """
        sites = self._sites(X)
        self._remember(sites, self._features(DescribedSites(sites.table.iloc[:1])))
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
        self._remember(sites, features)
        return features

    def transform(self, X: Any, slab: "Atoms | None" = None) -> pd.DataFrame:
        """Return the descriptors of every row or site.

        Parameters
        ----------
        X : DataFrame or things with sites
            See Notes of the class.
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
        if self.kind not in _NEEDED:
            raise DescriptorError(
                f"Unknown kind of descriptors {self.kind!r}: choose one of "
                f"{', '.join(get_args(Kind))}."
            )
        sites = described_sites(given)
        missing = [name for name in _NEEDED[self.kind] if name not in sites.table]
        if missing:
            raise DescriptorError(
                f"The {self.kind} descriptors need the columns {', '.join(missing)}, which the "
                "table does not have. Add them, or choose another kind of descriptors."
            )
        return sites

    def _remember(self, sites: DescribedSites, features: pd.DataFrame) -> None:
        self.n_features_in_ = sites.table.shape[1]
        self.feature_names_out_ = np.array(features.columns, dtype=object)

    def _features(self, sites: DescribedSites) -> pd.DataFrame:
        table = sites.table
        if self.kind == "d_band":
            return d_band_features(table)
        if self.kind == "electronic":
            return electronic_features(table, slabs=sites.slabs)
        features = environment_features(table)
        if self.kind == "geometry":
            geometry = geometry_features(table, slabs=sites.slabs)
            features = pd.concat([features, site_type_features(table), geometry], axis=1)
        return features


def d_band_features(table: pd.DataFrame) -> pd.DataFrame:
    """Return the calculated d-band moments and the constants of the binding element.

    Parameters
    ----------
    table : DataFrame
        Site table with `DFT_COLUMNS`.

    Returns
    -------
    DataFrame
        Indexed like `table`: the `DFT_COLUMNS`, then ``host_`` and each of `HOST_PROPERTIES`,
        averaged over the binding atoms where they are of several elements.
    """
    moments = table[list(DFT_COLUMNS)].astype(float)
    codes, texts = pd.factorize(table[ZONES[0]].fillna("").to_numpy(dtype=object))
    statistics = zone_statistics(zone_counts(texts.tolist()), HOST_PROPERTIES)
    means = statistics[[f"mean_{name}" for name in HOST_PROPERTIES]].iloc[codes]
    means = means.set_axis([f"host_{name}" for name in HOST_PROPERTIES], axis=1)
    return pd.concat([moments, means.set_axis(table.index, axis=0)], axis=1)
