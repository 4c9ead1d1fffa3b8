import numpy as np
import pandas as pd
import pytest

from catml.validation.fingerprint import ElementalFingerprint


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        ("Cu:1", "Cu:6", "Cu:3", "Cu", -0.5),
        ("Cu:3", "Cu:9", "Cu:3", "Cu", -0.7),
        ("Pt:1", "Cu:4 Pt:2", "Cu:3", "Cu-Pt", -1.5),
        ("Cu:1 Pt:2", "Cu:5 Pt:4", "Pt:6", "Cu-Pt", -1.0),
        ("Zn:1 Cu:1", "Cu:5", "", "Cu-Zn", 0.1),
    ]
    names = ["site_atoms", "same_layer", "sublayer", "elements", "energy_ev"]
    return pd.DataFrame(rows, columns=names)


def fitted(table: pd.DataFrame) -> ElementalFingerprint:
    return ElementalFingerprint().fit(table, table["energy_ev"].to_numpy())


def test_medians_come_from_pure_surfaces_else_pure_sites_else_all_rows(table) -> None:
    medians = fitted(table).medians_ev_
    # Cu from its two surfaces of Cu only; Pt from the one site of Pt only; Zn has neither.
    assert medians == {"Cu": pytest.approx(-0.6), "Pt": -1.5}


def test_slots_hold_number_electronegativity_count_and_median(table) -> None:
    slots = fitted(table).transform(table)
    # Two elements at most in either shell.
    assert slots.shape == (5, 16)
    first = "shell_1_element_1_"
    row = slots.iloc[3]
    # Of Cu:1 Pt:2 the more frequent platinum stands first.
    assert row[f"{first}atomic_number"] == 78.0
    assert row[f"{first}pauling_electronegativity"] == 2.2
    assert row[f"{first}count"] == 2.0
    assert row[f"{first}median_energy_ev"] == -1.5
    assert row["shell_1_element_2_atomic_number"] == 29.0
    # Its neighbours: 5 Cu beside, 4 Pt beside and 6 below.
    assert row[["shell_2_element_1_count", "shell_2_element_2_count"]].tolist() == [10.0, 5.0]
    # Zinc has no pure site: it gets the median of all rows.
    zinc = slots.iloc[4]
    column = "shell_1_element_1_" if zinc[f"{first}atomic_number"] == 30 else "shell_1_element_2_"
    assert zinc[f"{column}median_energy_ev"] == pytest.approx(-0.7)


def test_an_empty_slot_has_no_atoms_and_the_means_of_the_training_elements(table) -> None:
    slots = fitted(table).transform(table).iloc[0]
    assert slots["shell_1_element_2_count"] == 0.0
    assert slots["shell_1_element_2_atomic_number"] == pytest.approx((29 + 30 + 78) / 3)


def test_medians_are_of_the_training_rows_only(table) -> None:
    training, test = table.iloc[:3], table.iloc[3:]
    clean = fitted(training).transform(test)
    poisoned = test.assign(energy_ev=1e6)
    np.testing.assert_array_equal(fitted(training).transform(poisoned), clean)
    assert fitted(training).medians_ev_["Cu"] == pytest.approx(-0.6)


def test_elements_never_seen_are_described_like_the_rest(table) -> None:
    unseen = table.head(1).assign(site_atoms="Ag:1", elements="Ag-Cu")
    slots = fitted(table).transform(unseen).iloc[0]
    assert slots["shell_1_element_1_atomic_number"] == 47.0
    assert slots["shell_1_element_1_median_energy_ev"] == pytest.approx(-0.7)
    assert np.isfinite(slots.to_numpy(dtype=float)).all()
