import numpy as np
import pandas as pd
import pytest
from pymatgen.io.ase import AseAtomsAdaptor
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from catml.descriptors.sites.inputs import sites_of
from catml.descriptors.soap.sites import KEPT_VECTORS, soap_of_sites
from catml.descriptors.soap.vectors import SoapSettings, soap_vectors
from catml.descriptors.soap_featurizer import SoapFeaturizer
from catml.errors import DescriptorError
from catml.structures.nanoparticles import nanoparticle
from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

SMALL = {"n_max": 3, "l_max": 2}
SETTINGS = SoapSettings(**SMALL)
NAMES = ("Pt(111)", "Cu3Zr@Cu(100)", "Ni@Cu(100)", "Ru(0001)", "Ti(0001)", "CuAu(101)", "Cu(211)")


def featurizer(**options) -> SoapFeaturizer:
    return SoapFeaturizer(**SMALL, **options)


@pytest.mark.parametrize("center", ["site", "atoms", "both"])
def test_surfaces_by_name_are_described_as_their_slabs_are(center):
    table = site_table(NAMES)
    by_name = featurizer(center=center, normalize=False).fit_transform(table)
    for name in NAMES:
        slab = Surface(name).slab(thickness_ang=12, size=(2, 1), vacuum=7)
        own = site_table_of_slab(slab)
        assert own["site"].tolist() == table.loc[table["surface"] == name, "site"].tolist()
        expected = soap_of_sites(slab, center=center, settings=SETTINGS)
        assert np.allclose(by_name[table["surface"] == name], expected, atol=1e-9), name
        given = featurizer(center=center, normalize=False).fit(own).transform(own, slab=slab)
        assert np.allclose(given, expected, atol=1e-12)


def test_a_surface_has_the_same_vectors_alone_and_among_others():
    together = site_table([*NAMES, "Ag(111)", "Cu(111)", "Zr(0001)"])
    among = featurizer().fit_transform(together)
    for name in ("Cu(111)", "Ti(0001)"):
        alone = featurizer().fit_transform(site_table([name]))
        assert np.allclose(among[together["surface"] == name], alone, atol=1e-10)


def test_centers_are_the_middle_and_the_binding_atoms():
    slab = Surface("Pt3Ni(111)").slab(size=(2, 2))
    sites = find_sites(slab)
    both = soap_of_sites(slab, sites, center="both", settings=SETTINGS)
    for site, vector in zip(sites, both, strict=True):
        middle = soap_vectors(slab, [site.position], SETTINGS)[0]
        atoms = soap_vectors(slab, slab.positions[list(site.atoms)], SETTINGS).mean(axis=0)
        assert np.allclose(vector, np.concatenate([middle, atoms]), atol=1e-12)


def test_deeper_slabs_change_nothing():
    table = site_table(["Cu(211)", "Cu(532)"])
    reach = [featurizer(cutoff_ang=cutoff).fit_transform(table) for cutoff in (3.0, 6.0)]
    assert not reach[0].isna().any(axis=None)
    for cutoff, found in zip((3.0, 6.0), reach, strict=True):
        thick = Surface("Cu(532)").slab(thickness_ang=20)
        expected = soap_of_sites(thick, settings=SoapSettings(cutoff_ang=cutoff, **SMALL))
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        assert np.allclose(found[table["surface"] == "Cu(532)"], expected, atol=1e-9)


def test_lattice_constants_of_the_table_count():
    table = site_table(["Cu(111)", "Ru(0001)"], lattice=[(3.7, None), (2.8, 4.4)])
    stretched = featurizer(normalize=False).fit_transform(table)
    slab = Surface("Ru(0001)").slab(lattice=(2.8, 4.4), thickness_ang=12)
    assert np.allclose(stretched[4:], soap_of_sites(slab, settings=SETTINGS), atol=1e-9)
    usual = featurizer(normalize=False).fit_transform(site_table(["Cu(111)", "Ru(0001)"]))
    assert not np.allclose(stretched, usual, atol=1e-3)


def test_random_solutions_and_particles():
    table = site_table(["Cu0.75Pd0.25(111)"])
    vectors = featurizer(normalize=False).fit_transform(table)
    slab = Surface("Cu0.75Pd0.25(111)").slab()
    assert np.allclose(vectors, soap_of_sites(slab, settings=SETTINGS), atol=1e-9)
    particle = nanoparticle("Pt", "cuboctahedron", shells=2)
    sites = site_table_of_slab(particle)
    turned = particle.copy()
    turned.rotate(37, (1, 2, 3), center="COM")
    first, second = (
        featurizer(center="both").fit(sites).transform(sites, slab=atoms)
        for atoms in (particle, turned)
    )
    assert np.allclose(first, second, atol=1e-8)
    assert first.shape == (len(sites), 2 * SETTINGS.n_features)


def test_rows_without_a_site_id_have_the_mean_of_the_sites_they_fit():
    table = site_table(["Cu(111)"])
    raw = featurizer(normalize=False).fit_transform(table)
    hollow = table[table["site_kind"] == "hollow"]
    label = hollow.head(1).assign(site="", site_subtype="")
    fitted = featurizer(normalize=False).fit(label)
    same = hollow["sublayer"] == label["sublayer"].iloc[0]
    assert np.allclose(fitted.transform(label), raw.loc[same[same].index].mean(axis=0))


def test_rows_without_geometry_have_no_numbers():
    motif = pd.DataFrame(
        {"site_atoms": ["Cu:1"], "same_layer": ["Cu:6"], "sublayer": ["Cu:3"], "surface": [""]}
    )
    assert featurizer().fit_transform(motif).isna().all(axis=None)


def test_surfaces_with_an_element_nothing_is_known_of_have_no_numbers():
    table = site_table(["Cu(111)", "Th(111)", "Pt(111)"])
    features = featurizer().fit_transform(table)
    assert (features.isna().all(axis=1) == table["surface"].eq("Th(111)")).all()
    assert featurizer().fit_transform(Surface("Th(111)").slab()).isna().all(axis=None)
    assert not featurizer(properties=()).fit_transform(table).isna().any(axis=None)


def test_transformer_habits():
    table = site_table(["Cu(111)", "Pt(111)"])
    table.index = table.index * 10
    own = clone(featurizer(center="both", properties=("period",)))
    assert own.get_params()["center"] == "both"
    features = own.fit_transform(table)
    assert features.index.equals(table.index)
    assert list(features.columns) == list(own.get_feature_names_out())
    assert features.columns[0] == "soap_site_density_l0_n0_n0"
    assert features.columns[-1] == "soap_atoms_period_sin_l2_n2_n2"
    assert {str(kind) for kind in features.dtypes} == {"float64"}
    assert np.allclose(np.linalg.norm(features, axis=1), 1)
    pd.testing.assert_frame_equal(own.transform(table.iloc[3:5]), features.iloc[3:5])
    assert own.transform(table.iloc[:0]).shape == (0, features.shape[1])
    pipeline = make_pipeline(featurizer(), StandardScaler()).set_output(transform="pandas")
    scaled = pipeline.fit_transform(table)
    assert list(scaled.columns) == list(featurizer().fit(table).get_feature_names_out())


def test_names_surfaces_slabs_and_pymatgen_slabs_go_in_together():
    slab = Surface("Pt3Ni(111)").slab(size=(2, 1), thickness_ang=9)
    given = ["Cu(111)", slab, Surface("Pt(111)"), AseAtomsAdaptor.get_structure(slab)]
    features = featurizer().fit_transform(given)
    assert features.index.names == ["item", "surface_name", "site_id"]
    assert features.index.get_level_values("item").value_counts().to_dict() == {
        0: 4,
        1: 9,
        2: 4,
        3: 9,
    }
    names = featurizer().fit_transform(site_table(["Cu(111)", "Pt3Ni(111)", "Pt(111)"]))
    assert np.allclose(features.iloc[:17], names, atol=1e-9)
    assert np.allclose(np.sort(features.loc[3], axis=0), np.sort(features.loc[1], axis=0))
    pd.testing.assert_frame_equal(
        sites_of(given).loc[features.index].iloc[:, :0], features.iloc[:, :0]
    )


def test_a_slab_is_described_once_for_the_same_content():
    slab = Surface("Ag(100)").slab(size=(2, 2))
    KEPT_VECTORS.clear()
    first = soap_of_sites(slab, settings=SETTINGS)
    first[:] = 0
    again = soap_of_sites(slab.copy(), settings=SETTINGS)
    assert again.any()
    assert KEPT_VECTORS.info()[:2] == (1, 1)
    slab.positions[-1, 2] += 0.1
    assert not np.allclose(soap_of_sites(slab, settings=SETTINGS)[0], again[0])
    assert soap_of_sites(slab, settings=SETTINGS, center="both").shape[1] == 2 * again.shape[1]


def test_mistakes_are_told():
    table = site_table(["Cu(111)"])
    with pytest.raises(DescriptorError, match="'middle': choose one of site, atoms, both"):
        featurizer(center="middle").fit(table)
    with pytest.raises(DescriptorError, match=r"cutoff_ang = 0\.5"):
        SoapFeaturizer(cutoff_ang=0.5).fit(table)
    with pytest.raises(DescriptorError, match="no site 'hollow-9'"):
        featurizer().fit(table).transform(table.assign(site="hollow-9"))
