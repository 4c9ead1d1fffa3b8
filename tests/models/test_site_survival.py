from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from catml.models.adsorption import AdsorptionModel
from catml.models.files.container import RefusedError
from catml.models.files.estimator_files import estimator_bytes
from catml.models.files.persistence import load_model
from catml.models.files.site_states import state_of_survival, survival_of
from catml.models.regressors.base import Array
from catml.models.site_survival import (
    MINIMUM,
    SiteSurvival,
    all_sites,
    is_observed,
    tried_rows,
)
from catml.screening.stable_site import most_stable_sites
from catml.structures.site_table import site_table
from catml.structures.slabs import build_slab
from catml.structures.surface import Surface
from tests.models.problems import dataset

METALS = ("Ag", "Au", "Cu", "Ir", "Ni", "Pd", "Pt", "Rh")


def every_site() -> pd.DataFrame:
    """All sites of alloys, with energies that follow from the binding elements."""
    names = [f"{a}3{b}(111)" for a in METALS for b in METALS if a != b]
    table = site_table(names).assign(adsorbate="N", reference="1/2 N2(g)", functional="RPBE")
    level = dict(zip(METALS, np.linspace(-1.0, 2.0, len(METALS)), strict=True))
    host = table["host"].map(level)
    kind = table["site_kind"].map({"ontop": 1.0, "bridge": 0.3, "hollow": 0.0})
    return table.assign(energy_ev=host + kind, status="ok", source="made")


def without_bridges() -> pd.DataFrame:
    table = every_site()
    return table[table["site_kind"] != "bridge"]


def new_model(regressor: str = "ridge") -> AdsorptionModel:
    return AdsorptionModel("N", regressor=regressor, descriptors="environment", n_jobs=1)


@pytest.fixture(scope="module")
def model() -> AdsorptionModel:
    table = without_bridges()
    return new_model().fit(table[table["host"] != "Rh"])


def known_energies(sites: pd.DataFrame, labels: np.ndarray) -> Array:
    return sites["n"].to_numpy(float) if "n" in sites else np.zeros(len(sites))


def test_a_kind_that_no_surface_keeps_is_no_minimum(model: AdsorptionModel) -> None:
    found = model.predict(["Rh3Pt(111)", "Rh3Cu(111)"])
    chance = found.groupby("site_kind")[MINIMUM].agg(["min", "max"])
    assert chance.loc["bridge", "max"] < 0.05
    assert chance.drop("bridge")["min"].min() > 0.95


def test_the_share_of_sites_that_the_table_has(model: AdsorptionModel) -> None:
    table = every_site()
    table = table[table["host"] != "Rh"]
    assert model.survival_.share == pytest.approx((table["site_kind"] != "bridge").mean())
    assert model.survival_.facets == {"111"}


def test_a_chance_that_depends_on_nothing_seen_is_the_share() -> None:
    table = every_site()
    table = table[np.random.default_rng(0).random(len(table)) < 0.6]
    model = new_model().fit(table)
    chance = model.predict(sorted(set(table["surface"])))[MINIMUM]
    assert chance.mean() == pytest.approx(model.survival_.share, abs=0.05)
    assert chance.between(0, 1).all()


def test_other_facets_and_kinds_of_sites_have_no_chance(model: AdsorptionModel) -> None:
    found = model.predict(["Cu3Pt(111)", "Cu3Pt(100)", "Cu(211)"])
    known = found["surface"] == "Cu3Pt(111)"
    assert found.loc[known, MINIMUM].notna().all()
    assert found.loc[~known, MINIMUM].isna().all()
    best = most_stable_sites(found, samples=500).surfaces
    without = most_stable_sites(found.drop(columns=MINIMUM), samples=500).surfaces
    same = best["surface"] != "Cu3Pt(111)"
    np.testing.assert_allclose(best.loc[same, "energy_ev"], without.loc[same, "energy_ev"])
    assert best.loc[~same, "energy_ev"].item() != without.loc[~same, "energy_ev"].item()


def test_only_whole_surfaces_have_chances_and_each_has_its_own(model: AdsorptionModel) -> None:
    alone = model.predict("Cu3Pt(111)")
    assert MINIMUM not in model.predict(without_bridges().iloc[:20])
    twice = model.predict(["Cu3Pt(111)", "Ag3Pd(111)", "Cu3Pt(111)"])
    chance = twice.loc[twice["surface"] == "Cu3Pt(111)", MINIMUM].to_numpy()
    np.testing.assert_array_equal(chance, np.tile(alone[MINIMUM], 2))
    slab = model.predict(build_slab(Surface("Cu3Pt(111)")))
    assert len(slab) == len(alone)
    assert slab[MINIMUM].isna().all() or np.allclose(slab[MINIMUM], alone[MINIMUM], atol=0.05)


def test_energies_do_not_depend_on_what_is_learned_of_sites(model: AdsorptionModel) -> None:
    surfaces = ["Cu3Pt(111)", "Rh3Pt(111)"]
    by_table = model.predict(site_table(surfaces))
    pd.testing.assert_frame_equal(model.predict(surfaces).drop(columns=MINIMUM), by_table)


def test_an_adapted_model_keeps_its_chances(model: AdsorptionModel) -> None:
    own = pd.DataFrame({"surface": ["Rh3Pt(111)"], "site": ["ontop-1"], "energy_ev": [9.0]})
    before, after = model.predict("Rh3Pt(111)"), model.adapt(own).predict("Rh3Pt(111)")
    assert (after["energy_ev"] != before["energy_ev"]).all()
    np.testing.assert_array_equal(after[MINIMUM], before[MINIMUM])


def test_saved_and_loaded_it_says_the_same(model: AdsorptionModel, tmp_path: Path) -> None:
    model.save(tmp_path / "n.skops")
    again = load_model(tmp_path / "n.skops")
    pd.testing.assert_frame_equal(
        again.predict(["Cu3Pt(111)", "Cu(211)"]), model.predict(["Cu3Pt(111)", "Cu(211)"])
    )
    assert again.survival_.share == model.survival_.share
    new_model().fit(every_site()).save(tmp_path / "all.skops")
    assert load_model(tmp_path / "all.skops").survival_ is None


def test_a_file_whose_classifier_says_something_else_is_refused(model: AdsorptionModel) -> None:
    state = state_of_survival(model.survival_)
    changed = replace(state, arrays={"said": 1.0 - state.arrays["said"]})
    with pytest.raises(RefusedError, match="other sites stable than when it was saved"):
        survival_of(changed)
    regressor = estimator_bytes(HistGradientBoostingRegressor())
    with pytest.raises((ValueError, AttributeError)):
        survival_of(replace(state, estimators={"classifier": regressor}))


def test_two_fits_say_the_same_and_the_order_of_sites_does_not_matter(
    model: AdsorptionModel,
) -> None:
    table = without_bridges()
    again = new_model().fit(table[table["host"] != "Rh"])
    names = sorted(set(table["surface"]))[:5]
    found = model.predict(names)
    np.testing.assert_array_equal(again.predict(names)[MINIMUM], found[MINIMUM])
    backwards = model.survival_.chances(found.iloc[::-1])
    np.testing.assert_array_equal(backwards[::-1], found[MINIMUM])
    assert model.survival_.chances(found.iloc[:0]).size == 0


def test_all_sites_have_the_lattice_of_the_rows() -> None:
    rows = site_table(["CuPt(101)"], lattice=[(3.9, 3.7)]).iloc[:2]
    sites = all_sites(rows)
    assert len(sites) > 2
    assert sites[["lattice_a_ang", "lattice_c_ang"]].drop_duplicates().values.tolist() == [
        [3.9, 3.7]
    ]
    assert is_observed(sites, rows).sum() == 2


def test_sources_that_have_one_site_of_most_surfaces_did_not_try_all() -> None:
    table = without_bridges()
    one_each = every_site().drop_duplicates("surface").assign(source="another")
    both = pd.concat([table, one_each], ignore_index=True)
    assert set(tried_rows(both)["source"]) == {"made"}
    assert len(tried_rows(both)) == len(table)
    assert len(tried_rows(table.drop(columns="source"))) == len(table)
    assert tried_rows(one_each).empty


@pytest.mark.parametrize(
    "table",
    [
        every_site(),
        without_bridges()[lambda rows: rows["host"] == "Cu"],
        without_bridges().drop_duplicates("surface"),
        without_bridges().assign(surface=lambda rows: rows["surface"].str.replace("(", " ")),
        without_bridges().assign(surface=""),
        dataset(adsorbate="N").assign(site=""),
    ],
    ids=["all sites", "few surfaces", "one site each", "no names", "no surfaces", "motifs"],
)
def test_tables_that_do_not_say_which_sites_are_minima(table: pd.DataFrame) -> None:
    assert SiteSurvival.learn(table, known_energies) is None
    if len(table) > 10:
        model = new_model().fit(table)
        assert model.survival_ is None
        assert MINIMUM not in model.predict("Cu3Pt(111)")
