import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from catml.descriptors.featurizer import DFT_COLUMNS, HOST_PROPERTIES, SiteFeaturizer
from catml.errors import DescriptorError
from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.surface import Surface

SURFACES = ("Pt(111)", "Pt3Ni(111)", "Cu3Zr@Cu(100)", "Al(100)", "Fe(110)", "CuPt(101)", "Ag(211)")


@pytest.fixture(scope="module")
def sites():
    table = site_table(SURFACES)
    moments = np.random.default_rng(0).normal(size=(len(table), len(DFT_COLUMNS)))
    return pd.concat([table, pd.DataFrame(moments, columns=list(DFT_COLUMNS))], axis=1)


@pytest.mark.parametrize("kind", ["environment", "geometry", "d_band"])
def test_transformer_habits(kind, sites):
    sites = sites.set_index(np.arange(len(sites)) * 10)
    featurizer = clone(SiteFeaturizer(kind))
    assert featurizer.get_params() == {"kind": kind}
    features = featurizer.fit_transform(sites)
    assert isinstance(features, pd.DataFrame)
    assert features.index.equals(sites.index)
    assert list(features.columns) == list(featurizer.get_feature_names_out())
    assert features.columns.is_unique
    assert {str(dtype) for dtype in features.dtypes} == {"float64"}
    assert not np.isinf(features.to_numpy()).any()
    pd.testing.assert_frame_equal(features.iloc[3:5], featurizer.transform(sites.iloc[3:5]))


@pytest.mark.parametrize("kind", ["environment", "geometry", "d_band"])
def test_no_feature_is_missing_or_the_same_everywhere(kind, sites):
    features = SiteFeaturizer(kind).fit_transform(sites)
    assert features.notna().any().all()
    varied = (features.nunique(dropna=False) > 1) | features.columns.isin(["site_atoms_count"])
    assert varied.all(), features.columns[~varied].tolist()


def test_kinds_nest(sites):
    environment = SiteFeaturizer("environment").fit_transform(sites)
    geometry = SiteFeaturizer("geometry").fit_transform(sites)
    pd.testing.assert_frame_equal(geometry[environment.columns], environment)
    assert {"is_hollow", "generalized_coordination_number"} <= set(geometry.columns)


def test_motifs_without_geometry_have_an_environment_and_missing_geometry():
    zones = {"site_atoms": ["Cu:2"], "same_layer": ["Cu:6 S:1"], "sublayer": ["Cu:5"]}
    motif = pd.DataFrame(zones | {"site_kind": [""], "site_subtype": [""]})
    assert SiteFeaturizer().fit_transform(motif).notna().all(axis=None)
    features = SiteFeaturizer("geometry").fit_transform(motif)
    assert features["coordination_number"].isna().all()
    assert features["site_atoms_count"].tolist() == [2]


def test_arbitrary_slab_has_the_geometry_of_its_surface():
    slab = Surface("Cu3Zr@Cu(100)").slab(layers=7)
    from_slab = site_table_of_slab(slab, name="my slab")
    featurizer = SiteFeaturizer("geometry").fit(from_slab)
    expected = featurizer.transform(site_table(["Cu3Zr@Cu(100)"]))
    pd.testing.assert_frame_equal(featurizer.transform(from_slab, slab=slab), expected, atol=1e-8)
    assert featurizer.transform(from_slab)["strain"].isna().all()


def test_d_band_features_are_the_calculated_ones_and_the_host(sites):
    features = SiteFeaturizer("d_band").fit_transform(sites)
    assert features.shape[1] == 13
    pd.testing.assert_frame_equal(features[list(DFT_COLUMNS)], sites[list(DFT_COLUMNS)])
    copper = features[sites["surface"] == "Cu3Zr@Cu(100)"]
    assert (copper["host_vad2_rel_cu"] == 1).all()
    assert {f"host_{name}" for name in HOST_PROPERTIES} < set(features.columns)


def test_missing_columns_are_named(sites):
    with pytest.raises(DescriptorError, match="dft_d_band_filling"):
        SiteFeaturizer("d_band").fit(sites.drop(columns="dft_d_band_filling"))
    with pytest.raises(DescriptorError, match="sublayer"):
        SiteFeaturizer().fit(sites.drop(columns="sublayer"))
    fitted = SiteFeaturizer("geometry").fit(sites)
    with pytest.raises(DescriptorError, match="site_kind"):
        fitted.transform(sites.drop(columns="site_kind"))


def test_unknown_kind_is_a_clear_error(sites):
    with pytest.raises(DescriptorError, match=r"soap.*environment, geometry, d_band"):
        SiteFeaturizer("soap").fit(sites)


def test_it_goes_into_a_pipeline(sites):
    pipeline = make_pipeline(SiteFeaturizer("environment"), StandardScaler())
    scaled = pipeline.set_output(transform="pandas").fit_transform(sites)
    assert list(scaled.columns) == list(SiteFeaturizer().fit(sites).get_feature_names_out())


@pytest.mark.parametrize("kind", ["environment", "geometry", "d_band"])
def test_empty_table_gives_an_empty_table_with_the_same_columns(kind, sites):
    featurizer = SiteFeaturizer(kind).fit(sites)
    nothing = featurizer.transform(sites.iloc[:0])
    assert nothing.shape == (0, len(featurizer.get_feature_names_out()))
    assert list(nothing.columns) == list(featurizer.get_feature_names_out())
