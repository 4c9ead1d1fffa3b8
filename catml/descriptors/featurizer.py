"""The featurizer: a site table in, a table of numbers out, as scikit-learn transformers do it."""

from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from catml.descriptors.elemental import (
    ZONES,
    environment_features,
    zone_counts,
    zone_statistics,
)
from catml.descriptors.geometry import geometry_features, site_type_features
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

Kind = Literal["environment", "geometry", "d_band"]

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
    "d_band": (ZONES[0], *DFT_COLUMNS),
}


class SiteFeaturizer(TransformerMixin, BaseEstimator):
    """Turn a site table into numbers a regressor can learn from.

    Parameters
    ----------
    kind : {"environment", "geometry", "d_band"}
        ``"environment"``: statistics of elemental properties over the three zones; works for any
        row, also without geometry. ``"geometry"``: these, the type of site, and coordination,
        bond lengths, strain and the tight-binding d band of the row's surface and site.
        ``"d_band"``: the calculated d-band moments the table holds (`DFT_COLUMNS`) and constants
        of the element at the site (`HOST_PROPERTIES`).

    Attributes
    ----------
    feature_names_out_ : ndarray of str
        Names of the columns, units included; set by `fit`.
    n_features_in_ : int
        Number of columns of the table `fit` saw.

    Examples
    --------
    >>> import pandas as pd
    >>> zones = {"site_atoms": ["Cu:1"], "same_layer": ["Cu:4"], "sublayer": ["Ni:4"]}
    >>> motifs = pd.DataFrame(zones)
    >>> features = SiteFeaturizer("environment").fit_transform(motifs)
    >>> features["sublayer_mean_pauling_electronegativity"].tolist()
    [1.91]
    """

    def __init__(self, kind: Kind = "environment") -> None:
        self.kind = kind

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Check that the table has what the kind of descriptors needs; nothing is learned.

        Parameters
        ----------
        X : DataFrame
            Site table.
        y : ignored
            Not used, present by convention.

        Raises
        ------
        DescriptorError
            If the kind is unknown or a column is missing.
        """
        self._check(X)
        self.n_features_in_ = X.shape[1]
        self.feature_names_out_ = np.array(self._features(X.iloc[:1], None).columns, dtype=object)
        return self

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> pd.DataFrame:
        """Return what `fit` and then `transform` give, computed once.

        Raises
        ------
        DescriptorError
            As `fit` and `transform` do.
        """
        self._check(X)
        features = self._features(X, None)
        self.n_features_in_ = X.shape[1]
        self.feature_names_out_ = np.array(features.columns, dtype=object)
        return features

    def transform(self, X: pd.DataFrame, slab: "Atoms | None" = None) -> pd.DataFrame:
        """Return the descriptors of every row.

        Parameters
        ----------
        X : DataFrame
            Site table.
        slab : ase.Atoms, optional
            The slab all rows are sites of (`catml.structures.site_table.site_table_of_slab`);
            geometric numbers then come from it instead of from the surface names.

        Returns
        -------
        DataFrame
            Float columns, indexed like `X`; NaN where a row lacks what a number needs.

        Raises
        ------
        DescriptorError
            If a column is missing, or a row names a site its surface does not have.
        SurfaceError
            If a zone, surface name or lattice constant cannot be used.
        """
        check_is_fitted(self)
        self._check(X)
        return self._features(X, slab)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Return the names of the columns `transform` gives."""
        check_is_fitted(self)
        return self.feature_names_out_

    def _check(self, table: pd.DataFrame) -> None:
        if self.kind not in _NEEDED:
            raise DescriptorError(
                f"Unknown kind of descriptors {self.kind!r}: choose one of "
                f"{', '.join(get_args(Kind))}."
            )
        missing = [name for name in _NEEDED[self.kind] if name not in table]
        if missing:
            raise DescriptorError(
                f"The {self.kind} descriptors need the columns {', '.join(missing)}, which the "
                "table does not have. Add them, or choose another kind of descriptors."
            )

    def _features(self, table: pd.DataFrame, slab: "Atoms | None") -> pd.DataFrame:
        if self.kind == "d_band":
            return d_band_features(table)
        features = environment_features(table)
        if self.kind == "geometry":
            parts = [features, site_type_features(table), geometry_features(table, slab=slab)]
            features = pd.concat(parts, axis=1)
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
