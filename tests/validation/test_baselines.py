import numpy as np
import pandas as pd
import pytest

from catml.data.tables import load_dataset
from catml.errors import DatasetError
from catml.validation.baselines import (
    GroupMean,
    SiteScaling,
    linear_d_band_center,
    partner_energies,
    rectangular_band,
)

TRAINING = pd.DataFrame(
    {
        "elements": ["Cu", "Cu-Pt", "Cu-Pt", "Pt"],
        "site_atoms": ["Cu:1", "Cu:2", "Cu:1 Pt:2", "Pt:3"],
        "host": ["Cu", "Cu", "Pt", "Pt"],
        "energy_ev": [0.0, -1.0, -2.0, -3.0],
    }
)


def predicted(model: GroupMean, **columns: list[str]) -> list[float]:
    return model.predict(pd.DataFrame(columns))["energy_ev"].tolist()


def test_the_mean_is_that_of_all_training_rows() -> None:
    assert predicted(GroupMean().fit(TRAINING), host=["Cu", "Xx"]) == [-1.5, -1.5]


def test_a_host_has_its_own_mean_and_an_unseen_one_the_mean_of_all() -> None:
    model = GroupMean(["host"]).fit(TRAINING)
    assert predicted(model, host=["Cu", "Pt", "Ag"]) == [-0.5, -2.5, -1.5]


def test_an_unseen_composition_has_the_mean_of_its_elements_means() -> None:
    model = GroupMean(["elements"]).fit(TRAINING)
    # Cu stands in 0, -1, -2; Pt in -1, -2, -3; Ag in nothing.
    assert predicted(model, elements=["Cu-Pt", "Ag-Cu", "Ag-Pt", "Ag"]) == [-1.5, -1.0, -2.0, -1.5]


def test_sites_are_told_apart_by_their_elements_not_by_their_counts() -> None:
    model = GroupMean(["site_elements"]).fit(TRAINING)
    assert predicted(model, site_atoms=["Cu:3", "Cu:2 Pt:1", "Pt:1"]) == [-0.5, -2.0, -3.0]


SITES = pd.DataFrame(
    {
        "surface": list("abcdef"),
        "site": "ontop-1",
        "site_atoms": ["Cu:1", "Cu:1", "Cu:1", "Pt:1", "Pt:1", "Cu:1"],
        "energy_ev": [1.0, 3.0, 5.0, 100.0, 100.0, 100.0],
    }
)
PARTNERS = pd.DataFrame(
    {
        "surface": list("abcde"),
        "site": "ontop-1",
        "O": [0.0, 1.0, 2.0, 3.0, np.nan],
        "H": [0.0, 1.0, 1.0, 9.0, 2.0],
    }
)


def test_the_scaling_lines_are_fitted_to_training_rows_only() -> None:
    model = SiteScaling(PARTNERS, ("H", "O")).fit(SITES.iloc[:3])
    # Oxygen lies on its line, and so comes first; hydrogen gives 1, then 4 for both.
    assert list(model.lines_) == ["O", "H"]
    assert model.lines_["O"] == (pytest.approx(2.0), pytest.approx(1.0))
    assert model.lines_["H"] == (pytest.approx(3.0), pytest.approx(1.0))
    # d has oxygen, e hydrogen only, and f neither: the mean of the copper sites in training.
    found = model.predict(SITES.iloc[3:])["energy_ev"]
    assert found.tolist() == pytest.approx([7.0, 7.0, 3.0])
    assert found.index.tolist() == [3, 4, 5]


def test_scaling_without_partners_is_refused() -> None:
    with pytest.raises(DatasetError, match="1 of 2 rows have an energy of O"):
        SiteScaling(PARTNERS, ["O"]).fit(SITES.iloc[[3, 5]])


def test_partner_energies_are_joined_site_by_site() -> None:
    table = pd.DataFrame(
        {
            "surface": ["a", "a", "a", "b", ""],
            "site": ["x", "x", "x", "x", "x"],
            "adsorbate": ["O", "O", "N", "N", "N"],
            "energy_ev": [1.0, 3.0, 5.0, 7.0, 9.0],
        }
    )
    wide = partner_energies(table).set_index("surface")
    assert wide.loc["a", ["N", "O"]].tolist() == [5.0, 2.0]
    assert wide.loc["b", "N"] == 7.0
    assert np.isnan(wide.loc["b", "O"])
    assert "" not in wide.index


def test_the_line_through_the_center_is_the_least_squares_line() -> None:
    table = load_dataset("ma2015")
    slope, intercept = np.polyfit(table["dft_d_band_center_ev"], table["energy_ev"], 1)
    found = linear_d_band_center().fit(table).predict(table)["energy_ev"]
    np.testing.assert_allclose(found, intercept + slope * table["dft_d_band_center_ev"])


def test_a_rectangular_band_half_filled_has_its_center_at_the_fermi_level() -> None:
    table = load_dataset("ma2015").head(40)
    model = rectangular_band().fit(table)
    step = model.regress_.named_steps["_rectangularcenter"]
    assert step.transform(np.array([[6.0, 0.5], [6.0, 1.0]])).tolist() == [[0.0], [-3.0]]
    widths = model.describe_.transform(table)
    centers = step.transform(widths.to_numpy())[:, 0]
    slope, intercept = np.polyfit(centers, table["energy_ev"], 1)
    np.testing.assert_allclose(model.predict(table)["energy_ev"], intercept + slope * centers)
