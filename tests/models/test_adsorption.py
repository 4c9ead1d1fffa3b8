import numpy as np
import pandas as pd
import pytest
from ase.build import fcc100
from sklearn.base import clone

from catml.errors import AlignmentError, CatmlError, ModelError
from catml.models.adsorption import AdsorptionModel
from catml.structures.site_table import site_table
from catml.structures.surface import Surface
from tests.models.problems import dataset

COLUMNS = [
    *("surface", "site", "site_kind", "site_subtype", "site_atoms"),
    *("energy_ev", "std_ev", "lower_ev", "upper_ev", "in_domain", "domain_reason"),
    *("adsorbate", "reference", "functional", "domain_score"),
]


@pytest.fixture(scope="module")
def model() -> AdsorptionModel:
    return AdsorptionModel("CO", regressor="ridge", descriptors="environment").fit(dataset())


@pytest.mark.parametrize("regressor", ["gaussian_process", "ridge", "xgboost"])
def test_each_regressor_learns_and_its_intervals_cover(regressor: str) -> None:
    table, new = dataset(240), dataset(150, seed=7)
    result = (
        AdsorptionModel("CO", regressor=regressor, descriptors="environment", n_jobs=1)
        .fit(table)
        .predict(new)
    )
    error = np.abs(result["energy_ev"] - new["energy_ev"])
    inside = new["energy_ev"].between(result["lower_ev"], result["upper_ev"])
    assert error.mean() < 0.25
    assert inside.mean() > 0.8


def test_result_has_the_promised_columns(model: AdsorptionModel) -> None:
    result = model.predict(["Cu(100)", "Ni@Cu(100)"])
    assert list(result.columns) == COLUMNS
    assert result["surface"].unique().tolist() == ["Cu(100)", "Ni@Cu(100)"]
    assert (result["lower_ev"] < result["energy_ev"]).all()
    assert set(result["reference"]) == {"CO(g)"}
    assert set(result["functional"]) == {"RPBE"}


def test_names_slabs_and_both_together_by_electronic_numbers() -> None:
    table = site_table([f"{metal}(100)" for metal in ("Cu", "Ag", "Au", "Ni", "Pd", "Pt", "Rh")])
    table = table.assign(adsorbate="CO", reference="CO(g)", functional="RPBE", status="ok")
    table["energy_ev"] = np.linspace(-2, 0, len(table))
    model = AdsorptionModel("CO", regressor="ridge", descriptors="electronic").fit(table)
    slab = fcc100("Ir", (2, 2, 5), a=3.88, vacuum=8.0)
    mixed = model.predict(["Cu(100)", slab, "Pt3Ni(111)"])
    assert len(mixed) == 3 + 3 + 9
    pd.testing.assert_frame_equal(mixed.iloc[3:6].reset_index(drop=True), model.predict(slab))
    built = model.predict(Surface("Pt3Ni(111)").slab(layers=6))
    np.testing.assert_allclose(built["energy_ev"], mixed["energy_ev"].iloc[6:], atol=1e-9)


def test_a_slab_and_its_name_agree(model: AdsorptionModel) -> None:
    named = model.predict("Cu(100)")
    built = model.predict(fcc100("Cu", (2, 2, 4), vacuum=8.0))
    np.testing.assert_allclose(built["energy_ev"], named["energy_ev"], atol=1e-9)


def test_a_solid_solution_is_predicted_site_by_site(model: AdsorptionModel) -> None:
    name = "Cu0.75Pd0.25(100)"
    named = model.predict(["Cu(100)", name])
    rows = named[named["surface"] == name]
    assert len(rows) == 9 + 18 + 9  # atoms, bonds and faces of 3 x 3 squares
    assert set(rows["site_atoms"]) >= {"Cu:1", "Pd:1"}
    assert np.isfinite(rows["energy_ev"]).all()
    assert rows["in_domain"].dtype == bool
    built = model.predict(Surface(name).slab())
    np.testing.assert_allclose(built["energy_ev"], rows["energy_ev"], atol=1e-9)


def test_a_table_keeps_its_index_and_rows(model: AdsorptionModel) -> None:
    motifs = dataset(5, seed=3)[["site_atoms", "same_layer", "sublayer"]]
    motifs.index = pd.Index([9, 4, 7, 1, 0])
    assert model.predict(motifs).index.tolist() == [9, 4, 7, 1, 0]
    assert model.predict(motifs.iloc[:0]).columns.tolist() == COLUMNS


def test_an_unseen_element_is_flagged_and_wider(model: AdsorptionModel) -> None:
    result = model.predict(dataset(1).assign(sublayer="Zr:3", elements="Cu-Zr"))
    assert not result["in_domain"].iloc[0]
    assert "element Zr not in the training data" in result["domain_reason"].iloc[0]
    assert result["std_ev"].iloc[0] > model.predict(dataset(1))["std_ev"].iloc[0]


def test_the_score_says_the_same_as_the_flag(model: AdsorptionModel) -> None:
    result = model.predict(dataset(40, seed=5).assign(elements=["Cu-Zr", "Cu-Pt"] * 20))
    assert (result["in_domain"] == (result["domain_score"] <= 1)).all()
    assert result["domain_score"].iloc[0] > 1


def test_training_facts_are_kept() -> None:
    table = dataset(60)
    table.loc[:2, "status"] = "suspect"
    table.loc[3, "status"] = "duplicate"
    model = AdsorptionModel("CO", regressor="ridge", descriptors="environment").fit(table)
    facts = model.training_
    assert facts.n_rows == 56
    assert facts.n_left_out == {"suspect": 3, "duplicate": 1}
    assert facts.sources == {"made": 56}
    assert "Cu" in facts.elements
    again = clone(model).fit(table).training_
    assert again.checksum == facts.checksum
    table.loc[10, "energy_ev"] += 0.01
    assert clone(model).fit(table).training_.checksum != facts.checksum


def test_unfitted_models_say_what_to_do() -> None:
    with pytest.raises(ModelError, match=r'fit\(table\).*load_dataset\("N"\)'):
        AdsorptionModel("N").predict("Cu(100)")


@pytest.mark.parametrize(
    ("column", "value", "error", "words"),
    [
        ("functional", "BEEF-vdW", AlignmentError, r'load_dataset\("CO", align='),
        ("reference", "C + O", AlignmentError, "several reference species"),
        ("adsorbate", "OH", ModelError, "the table also has OH"),
        ("energy_ev", np.nan, ModelError, "finite energy_ev"),
    ],
)
def test_tables_that_must_not_be_mixed_are_refused(column, value, error, words) -> None:
    table = dataset(40)
    table.loc[:3, column] = value
    with pytest.raises(error, match=words):
        AdsorptionModel("CO").fit(table)


def test_too_few_rows_and_missing_columns_are_refused() -> None:
    with pytest.raises(ModelError, match="9 usable rows"):
        AdsorptionModel("CO").fit(dataset(9))
    with pytest.raises(ModelError, match="no column functional"):
        AdsorptionModel("CO").fit(dataset(40).drop(columns="functional"))


def test_descriptors_the_input_cannot_give_are_refused() -> None:
    table = dataset(40).assign(
        dft_d_band_center_ev=np.linspace(-3, -1, 40),
        dft_d_band_rms_width_ev=1.0,
        dft_d_band_filling=0.9,
        dft_d_band_skewness=0.1,
        dft_d_band_kurtosis=5.0,
        dft_local_electronegativity=2.0,
    )
    model = AdsorptionModel("CO", regressor="ridge", descriptors="d_band").fit(table)
    with pytest.raises(CatmlError, match="dft_d_band_center_ev"):
        model.predict("Cu(100)")
