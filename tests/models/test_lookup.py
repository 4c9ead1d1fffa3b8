import pytest
from ase.build import bulk

from catml.data.tables import load_dataset
from catml.errors import ModelError, SurfaceError
from catml.models.adsorption import AdsorptionModel
from catml.models.lookup import lookup
from catml.structures.surface import Surface


@pytest.fixture(scope="module")
def model() -> AdsorptionModel:
    table = load_dataset("ma2015")
    return AdsorptionModel("CO", regressor="ridge", descriptors="environment").fit(table)


def test_a_known_surface_gives_the_calculation_and_its_source(model: AdsorptionModel) -> None:
    found = lookup("Ni@Cu(100)", "CO", model=model)
    assert set(found["origin"]) == {"dataset"}
    row = found[found["source"] == "ma2015"].iloc[0]
    assert row["energy_ev"] == pytest.approx(-0.69)
    assert row["row"] == "ma2015-0001"
    assert found["std_ev"].isna().all()


def test_an_unknown_surface_is_predicted_and_said_so(model: AdsorptionModel) -> None:
    found = lookup("Hf@Cu(100)", "CO", model=model)
    assert set(found["origin"]) == {"prediction"}
    assert set(found["source"]) == {"model"}
    assert found["energy_ev"].is_monotonic_increasing
    assert (found["upper_ev"] > found["lower_ev"]).all()


def test_surfaces_of_crystals_are_predicted(model: AdsorptionModel) -> None:
    surface = Surface.from_bulk(bulk("Cu", "fcc", a=3.7), "100")
    found = lookup(surface, "CO", model=model)
    assert set(found["surface"]) == {"Cu[sg225](100)"}
    assert set(found["origin"]) == {"prediction"}


def test_both_kinds_have_the_same_columns(model: AdsorptionModel) -> None:
    known, predicted = (lookup(name, "CO", model=model) for name in ("Cu(100)", "Hf@Cu(100)"))
    assert known.columns.tolist() == predicted.columns.tolist()


def test_wrong_questions_are_refused(model: AdsorptionModel) -> None:
    with pytest.raises(ModelError, match="The model is of CO, not of N"):
        lookup("Cu(100)", "N", model=model)
    with pytest.raises(SurfaceError):
        lookup("Cu", "CO", model=model)


def test_known_values_are_found_under_any_spelling() -> None:
    known, found = (lookup(name, "N") for name in ("Pt3Ni(111)", "NiPt3(111)"))
    assert set(found["origin"]) == {"dataset"}
    assert found["row"].tolist() == known["row"].tolist()
