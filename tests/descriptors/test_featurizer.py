from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn.utils.estimator_checks as checks
from joblib import Parallel, delayed, parallel_config
from pymatgen.io.ase import AseAtomsAdaptor
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from catml.descriptors.featurizer import DFT_COLUMNS, HOST_PROPERTIES, SiteFeaturizer
from catml.descriptors.sites.elemental import ZONES
from catml.descriptors.sites.inputs import sites_of
from catml.errors import DescriptorError
from catml.structures.batches import KEPT_BATCHES
from catml.structures.nanoparticles import nanoparticle
from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.surface import Surface

KINDS = (
    *("environment", "geometry", "composition", "electronic"),
    *("d_band", "d_band_and_geometry", "similarity"),
)
SURFACES = ("Pt(111)", "Pt3Ni(111)", "Cu3Zr@Cu(100)", "Al(100)", "Fe(110)", "CuPt(101)", "Ag(211)")


@pytest.fixture(scope="module")
def sites():
    table = site_table(SURFACES)
    moments = np.random.default_rng(0).normal(size=(len(table), len(DFT_COLUMNS)))
    return pd.concat([table, pd.DataFrame(moments, columns=list(DFT_COLUMNS))], axis=1)


@pytest.mark.parametrize("kind", KINDS)
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


@pytest.mark.parametrize("kind", KINDS)
def test_no_feature_is_missing_or_the_same_everywhere(kind, sites):
    features = SiteFeaturizer(kind).fit_transform(sites)
    assert features.notna().any().all()
    constant = features.columns.str.contains("site_atoms_count|_fraction_[A-Z]")
    varied = (features.nunique(dropna=False) > 1) | constant
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
    with pytest.raises(DescriptorError, match=r"colour.*geometry, composition, electronic"):
        SiteFeaturizer("colour").fit(sites)


def test_it_goes_into_a_pipeline(sites):
    pipeline = make_pipeline(SiteFeaturizer("environment"), StandardScaler())
    scaled = pipeline.set_output(transform="pandas").fit_transform(sites)
    assert list(scaled.columns) == list(SiteFeaturizer().fit(sites).get_feature_names_out())


@pytest.mark.parametrize("kind", KINDS)
def test_empty_table_gives_an_empty_table_with_the_same_columns(kind, sites):
    featurizer = SiteFeaturizer(kind).fit(sites)
    nothing = featurizer.transform(sites.iloc[:0])
    assert nothing.shape == (0, len(featurizer.get_feature_names_out()))
    assert list(nothing.columns) == list(featurizer.get_feature_names_out())


def test_existing_descriptors_keep_their_values():
    # Models and accuracy tables rest on these numbers.
    stored = pd.read_csv(Path(__file__).parent / "existing_features.csv", index_col="feature")
    names = [label.split(" ") for label in stored.columns[1:]]
    table = site_table(dict.fromkeys(surface for surface, _ in names))
    keys = pd.MultiIndex.from_frame(table[["surface", "site"]])
    table = table.set_axis(keys, axis=0).loc[[tuple(name) for name in names]]
    table = table.reset_index(drop=True)
    moments = np.arange(6 * len(table)).reshape(-1, 6) / 7
    table[list(DFT_COLUMNS)] = moments
    for kind, expected in stored.groupby("kind"):
        features = SiteFeaturizer(kind).fit_transform(table)
        shown = features[expected.index].to_numpy().T
        assert shown == pytest.approx(expected.iloc[:, 1:].to_numpy(), rel=1e-13, nan_ok=True)
    columns = stored.index[stored["kind"] != "d_band"]
    assert list(SiteFeaturizer("geometry").fit(table).get_feature_names_out()) == list(columns)


@pytest.mark.parametrize(
    "kind", ["environment", "geometry", "composition", "electronic", "similarity"]
)
def test_surfaces_slabs_and_tables_give_the_same(kind):
    slab = Surface("Pt3Ni(111)").slab(layers=6, size=(2, 2))
    structure = AseAtomsAdaptor.get_structure(slab)
    expected = SiteFeaturizer(kind).fit_transform(site_table(["Pt3Ni(111)"]))
    for given in ("Pt3Ni(111)", Surface("Pt3Ni(111)"), slab, [slab], structure):
        features = SiteFeaturizer(kind).fit_transform(given)
        np.testing.assert_allclose(features, expected, rtol=0, atol=1e-9)
        assert features.index.equals(sites_of(given).index)
    several = SiteFeaturizer(kind).fit_transform(["Cu(100)", slab, "Pt3Ni(111)"])
    for item in (1, 2):
        np.testing.assert_allclose(several.loc[item], expected, rtol=0, atol=1e-9)


def test_a_particle_is_described_where_it_stands():
    particle = nanoparticle("Pt", "cuboctahedron", shells=2)
    features = SiteFeaturizer("electronic").fit("Pt(111)").transform([particle, "Pt(111)"])
    assert features.loc[0, "lowest_coordination_number"].min() == 5
    assert features.loc[1, "lowest_coordination_number"].unique().tolist() == [9]


@pytest.mark.parametrize("thing", [7, None, np.eye(3), {"Pt(111)": 1}])
def test_other_inputs_are_refused(thing):
    fitted = SiteFeaturizer("electronic").fit("Pt(111)")
    for call in (fitted.fit, fitted.transform, fitted.fit_transform):
        with pytest.raises(DescriptorError, match="Cannot find sites on"):
            call(thing)


def test_calculated_moments_have_to_be_in_a_table():
    with pytest.raises(DescriptorError, match="need the columns dft_d_band_center_ev"):
        SiteFeaturizer("d_band").fit("Pt(111)")
    with pytest.raises(DescriptorError, match='kind "electronic", whose d band is estimated'):
        SiteFeaturizer("d_band").fit_transform("Cu(111)")


@pytest.mark.parametrize("nothing", [[], (), iter([])])
def test_a_list_of_nothing_is_refused(nothing):
    with pytest.raises(DescriptorError, match="holds nothing that has sites"):
        SiteFeaturizer().fit_transform(nothing)


@pytest.mark.parametrize("kind", KINDS)
def test_output_containers(kind, sites):
    featurizer = SiteFeaturizer(kind)
    default = featurizer.fit_transform(sites)
    for choice in ("default", "pandas"):
        featurizer.set_output(transform=choice)
        pd.testing.assert_frame_equal(featurizer.transform(sites), default)
        pd.testing.assert_frame_equal(featurizer.fit(sites).transform(sites), default)


def test_it_goes_into_a_column_transformer_and_a_union(sites):
    columns = ["surface", "site", "site_kind", "site_subtype", *ZONES]
    union = make_union(SiteFeaturizer("geometry"), SiteFeaturizer("electronic"))
    mixed = ColumnTransformer(
        [("sites", union, columns), ("own", "passthrough", ["lattice_a_ang"])],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    features = mixed.fit_transform(sites)
    assert list(features.columns) == list(mixed.get_feature_names_out())
    assert features["lattice_a_ang"].equals(sites["lattice_a_ang"])
    electronic = SiteFeaturizer("electronic").fit_transform(sites)
    shown = features[[f"sitefeaturizer-2__{name}" for name in electronic.columns]]
    np.testing.assert_array_equal(shown, electronic)


def test_a_pipeline_from_names_to_energies_and_its_memory(tmp_path):
    names = ["Cu(111)", "Ag(111)", "Pt(111)", "Pd(111)", "Ni(111)"]
    energies = np.arange(20.0)
    plain = make_pipeline(SiteFeaturizer("electronic"), StandardScaler(), Ridge())
    kept = clone(plain).set_params(memory=str(tmp_path))
    expected = plain.fit(names, energies).predict(["Rh(111)"])
    for _ in range(2):
        assert (kept.fit(names, energies).predict(["Rh(111)"]) == expected).all()
    assert any(tmp_path.rglob("*.pkl"))
    search = GridSearchCV(
        make_pipeline(SiteFeaturizer(), StandardScaler(), Ridge()),
        {"sitefeaturizer__kind": ["environment", "electronic"]},
        cv=2,
    )
    search.fit(site_table(names).dropna(axis=1), energies)
    assert len(search.cv_results_["params"]) == 2


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
def test_chunks_in_parallel_are_the_whole(backend, sites):
    featurizer = SiteFeaturizer("electronic").fit(sites)
    chunks = [sites.iloc[first : first + 20] for first in range(0, len(sites), 20)]
    with parallel_config(backend, n_jobs=2):
        parts = Parallel()(delayed(featurizer.transform)(chunk) for chunk in chunks)
    whole = featurizer.transform(sites)
    pd.testing.assert_frame_equal(pd.concat(parts), whole, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "check",
    [
        checks.check_no_attributes_set_in_init,
        checks.check_parameters_default_constructible,
        checks.check_get_params_invariance,
        checks.check_set_params,
        checks.check_estimator_cloneable,
        checks.check_estimator_repr,
        checks.check_valid_tag_types,
        checks.check_transformer_get_feature_names_out,
    ],
    ids=lambda check: check.__name__,
)
def test_checks_of_scikit_learn(check):
    check("SiteFeaturizer", SiteFeaturizer())


def test_not_fitted_is_said():
    with pytest.raises(NotFittedError):
        SiteFeaturizer().transform("Pt(111)")


def test_a_changed_slab_has_new_descriptors():
    featurizer = SiteFeaturizer("electronic").fit("Pt(111)")
    slab = Surface("Pt(111)").slab(layers=5)
    KEPT_BATCHES.clear()
    before = featurizer.transform(slab)
    pd.testing.assert_frame_equal(featurizer.transform(slab.copy()), before)
    geometry = SiteFeaturizer("geometry").fit_transform(slab)
    assert KEPT_BATCHES.info().misses == 1
    slab.symbols[-1] = "Ni"
    slab.info.clear()
    after = featurizer.transform(slab)
    assert after["vad2_rel_cu"].iloc[0] != before["vad2_rel_cu"].iloc[0]
    wide = Surface("Pt(111)").slab(layers=5, lattice=(4.1, None))
    stretched = featurizer.transform(wide)
    assert (stretched["strain"] > before["strain"].to_numpy() + 0.03).all()
    table = site_table(["Pt(111)"])
    named = featurizer.transform(table.assign(lattice_a_ang=4.1))
    np.testing.assert_allclose(named, stretched, rtol=0, atol=1e-9)
    assert len(geometry.columns) != len(before.columns)
