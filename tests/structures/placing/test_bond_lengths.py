import csv

import pytest
from ase.data import atomic_numbers, covalent_radii

import catml.structures.placing.bond_lengths as bond_lengths
from catml.structures.placing.bond_lengths import bond_length
from catml.structures.placing.molecules import ADSORBATES, as_adsorbate

with open(bond_lengths.__file__.replace(".py", ".csv"), encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['adsorbate']}-{row['metal']}")
def test_every_row_is_complete_and_near_the_sum_of_radii(row):
    assert row["adsorbate"] in ADSORBATES
    assert row["source"]
    assert row["method"]
    assert row["atom"] == as_adsorbate(row["adsorbate"]).symbols[0]
    radii = (
        covalent_radii[atomic_numbers[row["metal"]]] + covalent_radii[atomic_numbers[row["atom"]]]
    )
    assert float(row["bond_ang"]) == pytest.approx(radii, rel=0.14)
    if row["doi"]:
        assert row["doi"].startswith("10.")


def test_no_row_twice():
    keys = [(row["adsorbate"], row["metal"], row["n_atoms"]) for row in ROWS]
    assert len(set(keys)) == len(keys)


def test_a_measured_length_names_its_source():
    found = bond_length("CO", "C", "Cu", ["Cu"])
    assert (found.bond_ang, found.measured) == (1.90, True)
    assert "10.1103/PhysRevLett.43.363" in found.source


def test_carbon_monoxide_by_its_oxygen_is_not_measured():
    assert not bond_length("CO", "O", "Pt", ["Pt"]).measured


def test_mixed_sites_and_unknown_pairs_take_covalent_radii():
    for elements in (["Cu", "Pt"], ["Cu", "Cu"]):
        found = bond_length("CO", "C", "Cu", elements)
        assert not found.measured
        assert found.bond_ang == pytest.approx(1.32 + 0.76)
