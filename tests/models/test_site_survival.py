import numpy as np
import pandas as pd
import pytest

from catml.errors import ModelError
from catml.models.adsorption import AdsorptionModel
from catml.models.site_survival import SiteSurvival, all_sites, is_observed
from catml.structures.site_table import site_table

METALS = ("Ag", "Au", "Cu", "Ir", "Ni", "Pd", "Pt", "Rh")


def every_site() -> pd.DataFrame:
    """All sites of alloys, with energies that follow from the binding elements."""
    names = [f"{a}3{b}(111)" for a in METALS for b in METALS if a != b]
    table = site_table(names).assign(adsorbate="N", reference="1/2 N2(g)", functional="RPBE")
    level = dict(zip(METALS, np.linspace(-1.0, 2.0, len(METALS)), strict=True))
    host = table["host"].map(level)
    kind = table["site_kind"].map({"ontop": 1.0, "bridge": 0.3, "hollow": 0.0})
    return table.assign(energy_ev=host + kind, status="ok", source="made")


@pytest.fixture(scope="module")
def model() -> AdsorptionModel:
    return AdsorptionModel("N", regressor="ridge", descriptors="environment", n_jobs=1)


@pytest.fixture(scope="module")
def survival(model: AdsorptionModel) -> SiteSurvival:
    table = every_site()
    return SiteSurvival(model, folds=2).fit(table[table["site_kind"] != "bridge"])


def test_a_kind_that_no_surface_keeps_is_no_minimum(model, survival) -> None:
    table = every_site()
    fitted = model.fit(table[table["host"] != "Rh"])
    found = survival.predict(fitted.predict(table[table["host"] == "Rh"]))
    chance = found.groupby("site_kind")["probability_minimum"].agg(["min", "max"])
    assert chance.loc["bridge", "max"] < 0.05
    assert chance.drop("bridge")["min"].min() > 0.95


def test_the_share_of_sites_that_the_table_has(survival) -> None:
    table = every_site()
    assert survival.share_ == pytest.approx((table["site_kind"] != "bridge").mean())


def test_a_chance_that_depends_on_nothing_seen_is_the_share(model) -> None:
    table = every_site()
    table = table[np.random.default_rng(0).random(len(table)) < 0.6]
    survival = SiteSurvival(model, folds=2).fit(table)
    predictions = model.fit(table).predict(all_sites(table))
    found = survival.predict(predictions)["probability_minimum"]
    assert found.mean() == pytest.approx(survival.share_, abs=0.03)
    assert found.between(0, 1).all()


def test_two_fits_say_the_same_and_the_order_of_sites_does_not_matter(model, survival) -> None:
    table = every_site()
    again = SiteSurvival(model, folds=2).fit(table[table["site_kind"] != "bridge"])
    predictions = model.fit(table).predict(table.iloc[:50])
    found = survival.predict(predictions)["probability_minimum"]
    pd.testing.assert_series_equal(again.predict(predictions)["probability_minimum"], found)
    backwards = survival.predict(predictions.iloc[::-1])["probability_minimum"]
    pd.testing.assert_series_equal(backwards.iloc[::-1], found)
    assert survival.predict(predictions.iloc[:0])["probability_minimum"].empty


def test_all_sites_have_the_lattice_of_the_rows() -> None:
    rows = site_table(["CuPt(101)"], lattice=[(3.9, 3.7)]).iloc[:2]
    sites = all_sites(rows)
    assert len(sites) > 2
    assert sites[["lattice_a_ang", "lattice_c_ang"]].drop_duplicates().values.tolist() == [
        [3.9, 3.7]
    ]
    assert is_observed(sites, rows).sum() == 2


def test_tables_that_do_not_say_which_sites_are_minima(model) -> None:
    table = every_site()
    with pytest.raises(ModelError, match=r"has 1 surfaces with named sites.* at least 20"):
        SiteSurvival(model).fit(table[table["surface"] == "Ag3Au(111)"])
    with pytest.raises(ModelError, match="where some are missing"):
        SiteSurvival(model).fit(table)
    with pytest.raises(ModelError, match="call fit"):
        SiteSurvival(model).predict(table)
