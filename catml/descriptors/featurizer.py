"""The featurizer: surfaces in, a table of numbers out, as scikit-learn transformers do it."""

from typing import Literal, get_args

import pandas as pd

from catml.descriptors.sites.composition import composition_features
from catml.descriptors.sites.electronic import electronic_features
from catml.descriptors.sites.elemental import (
    ZONES,
    environment_features,
    zone_counts,
    zone_statistics,
)
from catml.descriptors.sites.geometry import geometry_features, site_type_features
from catml.descriptors.sites.inputs import DescribedSites
from catml.descriptors.sites.transformer import SiteTransformer
from catml.descriptors.sites.zone_similarity import similarity_features
from catml.errors import DescriptorError

Kind = Literal[
    "environment",
    "geometry",
    "composition",
    "electronic",
    "d_band",
    "d_band_and_geometry",
    "similarity",
]

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
D_BAND_COLUMNS = (*DFT_COLUMNS, *(f"host_{name}" for name in HOST_PROPERTIES))
# Of "electronic", what says how the surroundings differ from the binding atom.
RELATIVE_COLUMNS = (
    "orbital_coordination_number_s",
    "orbital_coordination_number_d",
    "orbital_coordination_number_sd",
    "shell_pauling_electronegativity",
    "pauling_electronegativity_difference",
    "shell_mulliken_electronegativity_ev",
    "mulliken_electronegativity_difference_ev",
)
_NEEDED = {
    "environment": ZONES,
    "geometry": (*ZONES, "site_kind", "site_subtype"),
    "composition": (*ZONES, "site_kind", "site_subtype"),
    "electronic": ("surface", "site_kind", *ZONES),
    "d_band": (ZONES[0], *DFT_COLUMNS),
    "d_band_and_geometry": ("surface", *ZONES, "site_kind", "site_subtype", *DFT_COLUMNS),
    "similarity": ZONES,
}


class SiteFeaturizer(SiteTransformer):
    """Turn sites into numbers a regressor can learn from.

    Parameters
    ----------
    kind : str
        One of `Kind`. ``"environment"``: statistics of elemental properties over the three zones;
        works for any row, also without geometry. ``"geometry"``: these, the type of site, and
        coordination, bond lengths, strain and the tight-binding d band of the row's surface and
        site.
        ``"composition"``: these, the share of every element in every zone, and statistics of the
        zones taken together.
        ``"electronic"``: orbital-wise coordination, electronegativity of the site and of its
        surroundings, constants of the binding elements and the estimated d band.
        ``"d_band"``: the calculated d-band moments the table holds (`DFT_COLUMNS`) and constants
        of the element at the site (`HOST_PROPERTIES`). ``"d_band_and_geometry"``: the geometry,
        these, and how the surroundings differ from the binding atom (`RELATIVE_COLUMNS`).
        ``"similarity"``: vectors of unit length whose products say how alike the zones of two
        sites are; works for any row (`catml.descriptors.sites.zone_similarity`).

    Notes
    -----
    Inputs, output and fitted attributes are those of
    `catml.descriptors.sites.transformer.SiteTransformer`. What the columns are, their units and
    sources: `catml.descriptors.descriptor_table`.

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

    def _check_settings(self) -> None:
        if self.kind not in _NEEDED:
            raise DescriptorError(
                f"Unknown kind of descriptors {self.kind!r}: choose one of "
                f"{', '.join(get_args(Kind))}."
            )

    def _check_table(self, table: pd.DataFrame) -> None:
        missing = [name for name in _NEEDED[self.kind] if name not in table]
        if missing:
            other = (
                'the kind "electronic", whose d band is estimated without DFT'
                if self.kind in ("d_band", "d_band_and_geometry")
                else "another kind of descriptors"
            )
            raise DescriptorError(
                f"The {self.kind} descriptors need the columns {', '.join(missing)}, which the "
                f"table does not have. Add them, or choose {other}."
            )

    def _features(self, sites: DescribedSites) -> pd.DataFrame:
        table = sites.table
        if self.kind == "d_band":
            return d_band_features(table)
        if self.kind == "electronic":
            return electronic_features(table, slabs=sites.slabs)
        if self.kind == "similarity":
            return similarity_features(table)
        features = environment_features(table)
        if self.kind in ("geometry", "composition", "d_band_and_geometry"):
            geometry = geometry_features(table, slabs=sites.slabs)
            features = pd.concat([features, site_type_features(table), geometry], axis=1)
        if self.kind == "d_band_and_geometry":
            relative = electronic_features(table, slabs=sites.slabs)[list(RELATIVE_COLUMNS)]
            features = pd.concat([features, d_band_features(table), relative], axis=1)
        if self.kind == "composition":
            features = pd.concat([features, composition_features(table)], axis=1)
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
