import numpy as np
import pandas as pd
import pytest

from catml.errors import DatasetError
from catml.models.adsorption import AdsorptionModel
from catml.validation.stable_site import stable_site_scores, validate_stable_sites
from tests.models.test_site_survival import every_site


def known() -> pd.DataFrame:
    rows = [
        ("A", "fcc-1", "hollow", "Cu", -1.0),
        ("A", "fcc-2", "hollow", "Cu", -0.995),
        ("A", "top", "ontop", "Cu", 0.0),
        ("B", "fcc-1", "hollow", "Pt", 0.5),
        ("B", "top", "ontop", "Pt", 0.2),
        ("C", "fcc-1", "hollow", "Pt", -0.5),
    ]
    names = ["surface", "site", "site_kind", "elements", "energy_ev"]
    return pd.DataFrame(rows, columns=names)


def found() -> pd.DataFrame:
    rows = [("A", "fcc-2", "hollow", -1.1), ("B", "fcc-1", "hollow", 0.4), ("C", "fcc-1", "x", 0.0)]
    table = pd.DataFrame(rows, columns=["surface", "site", "site_kind", "energy_ev"])
    energy = table["energy_ev"]
    return table.assign(std_ev=0.1, lower_ev=energy - 0.25, upper_ev=energy + 0.25)


def value(scores: pd.DataFrame, metric: str) -> float:
    return float(scores.set_index("metric").loc[metric, "value"])


def test_scores_by_hand():
    scores = stable_site_scores(found(), known(), split="composition")
    assert value(scores, "mae") == pytest.approx((0.1 + 0.2 + 0.5) / 3)
    assert value(scores, "bias") == pytest.approx((-0.1 + 0.2 + 0.5) / 3)
    assert value(scores, "coverage_90") == pytest.approx(2 / 3)
    # On A the two hollows are one state; on B the wrong one of two kinds was taken.
    assert value(scores, "right_site") == pytest.approx(2 / 3)
    assert value(scores, "right_site_kind") == pytest.approx(1 / 3)
    assert set(scores["n"]) == {3}
    assert set(scores["n_groups"]) == {2}
    strict = stable_site_scores(found(), known(), split="composition", tie_ev=0.0)
    assert value(strict, "right_site") == pytest.approx(1 / 3)


def test_surfaces_without_a_known_energy_are_refused():
    with pytest.raises(DatasetError, match=r"1 surface.s. have no known energy, such as C"):
        stable_site_scores(found(), known().iloc[:5], split="composition")


def test_held_out_surfaces_and_sites_that_do_not_survive():
    table = every_site()
    held = table[table["site_kind"] != "bridge"]
    # Were they minima, bridges would bind most.
    odd = held["energy_ev"] - np.where(held["site_kind"] == "hollow", 0.0, 0.4)
    held = held.assign(energy_ev=odd)
    model = AdsorptionModel("N", regressor="ridge", descriptors="environment", n_jobs=1)
    done = validate_stable_sites(model, held, folds=2, samples=200)
    assert done.weighed is not None
    assert len(done.known) == len(done.weighed) == held["surface"].nunique()
    assert "bridge" not in set(done.weighed["site_kind"])
    assert "bridge" in set(done.enumerated["site_kind"])
    by = done.scores.set_index(["sites", "metric"])["value"]
    assert by["known", "mae"] == pytest.approx(by["weighed", "mae"], abs=0.05)
    assert by["weighed", "right_site_kind"] > 0.9


def test_a_random_split_is_refused():
    with pytest.raises(DatasetError, match="A random split puts sites of one surface on both"):
        validate_stable_sites(AdsorptionModel("N"), every_site(), split="random")
