import numpy as np
import pandas as pd
import pytest

from catml.data.alignment import (
    align_tables,
    fit_offset,
    matched_environments,
    require_one_reference,
)
from catml.errors import AlignmentError


def table(energies, *, source, functional, reference="CO(g)", adsorbate="CO", first=1):
    """Rows whose site environments are numbered, so that equal numbers match."""
    n = len(energies)
    return pd.DataFrame(
        {
            "row": [f"{source}-{i}" for i in range(n)],
            "adsorbate": adsorbate,
            "energy_ev": np.asarray(energies, dtype=float),
            "reference": reference,
            "functional": functional,
            "status": "ok",
            "site_atoms": "Cu:1",
            "same_layer": [f"Cu:{first + i}" for i in range(n)],
            "sublayer": "",
            "source": source,
        }
    )


RPBE = table([-1.0, -0.8, -0.6, -0.4, -0.2, 0.0], source="r", functional="RPBE")


def test_a_constant_difference_is_found_exactly():
    beef = table(RPBE["energy_ev"] - 0.1, source="b", functional="BEEF-vdW")
    offset = fit_offset(beef, RPBE)
    assert offset.offset_ev == pytest.approx(0.1)
    assert offset.spread_ev == pytest.approx(0.0)
    assert (offset.from_functional, offset.to_functional) == ("BEEF-vdW", "RPBE")
    assert offset.n_matched == 6


def test_one_failed_row_does_not_move_the_offset():
    shifted = RPBE["energy_ev"] - np.array([0.1, 0.1, 0.1, 0.1, 0.1, 3.0])
    offset = fit_offset(table(shifted, source="b", functional="BEEF-vdW"), RPBE)
    assert offset.offset_ev == pytest.approx(0.1)


def test_spread_and_standard_error_of_known_differences():
    # Differences 0, 1, 2, 3, 4: median 2, median absolute deviation 1, so spread 1.4826 and
    # standard error 1.2533 * 1.4826 / sqrt(5) = 0.8310.
    moving = table(np.zeros(5), source="b", functional="BEEF-vdW")
    fixed = table([0.0, 1.0, 2.0, 3.0, 4.0], source="r", functional="RPBE")
    offset = fit_offset(moving, fixed)
    assert offset.offset_ev == pytest.approx(2.0)
    assert offset.spread_ev == pytest.approx(1.4826)
    assert offset.standard_error_ev == pytest.approx(0.8310, abs=1e-4)


def test_repeated_environments_count_once_by_their_median():
    repeats = pd.concat([RPBE, RPBE.assign(energy_ev=RPBE["energy_ev"] + 0.2)])
    pairs = matched_environments(RPBE, repeats)
    assert len(pairs) == 6
    assert (pairs["fixed_ev"] - pairs["moving_ev"]).tolist() == pytest.approx([0.1] * 6)


def test_rows_that_are_not_ok_take_no_part():
    spoiled = RPBE.assign(status=["suspect"] + ["ok"] * 5)
    assert len(matched_environments(spoiled, RPBE)) == 5


def test_too_few_shared_environments_are_refused():
    apart = table(np.zeros(6), source="b", functional="BEEF-vdW", first=3)
    with pytest.raises(AlignmentError, match="shares 4 site environments of CO"):
        fit_offset(apart, RPBE)


def test_other_references_or_adsorbates_are_refused():
    other = table(np.zeros(6), source="b", functional="BEEF-vdW", reference="CO2(g) - 1/2 O2(g)")
    with pytest.raises(AlignmentError, match="one reference"):
        fit_offset(other, RPBE)
    with pytest.raises(AlignmentError, match="one adsorbate"):
        fit_offset(table(np.zeros(6), source="b", functional="PBE", adsorbate="H"), RPBE)


def test_joined_tables_stand_on_the_target_scale():
    beef = table(RPBE["energy_ev"] - 0.1, source="b", functional="BEEF-vdW")
    joined, offsets = align_tables([RPBE, beef], functional="RPBE")
    assert set(joined["functional"]) == {"RPBE"}
    assert joined["energy_ev"].tolist() == pytest.approx([*RPBE["energy_ev"]] * 2)
    assert [offset.sources for offset in offsets] == [("b",)]
    assert beef["energy_ev"].iloc[0] == pytest.approx(-1.1)


def test_the_offset_back_is_the_negative():
    beef = table(RPBE["energy_ev"] - 0.1, source="b", functional="BEEF-vdW")
    forth, back = fit_offset(beef, RPBE), fit_offset(RPBE, beef)
    assert forth.offset_ev == pytest.approx(-back.offset_ev)


def test_an_unknown_functional_is_refused_with_the_known_ones():
    with pytest.raises(AlignmentError, match="RPBE, or None"):
        align_tables([RPBE], functional="PBE")


def test_mixed_references_are_refused():
    mixed = pd.concat([RPBE, RPBE.assign(reference="CO2(g) - 1/2 O2(g)")])
    with pytest.raises(AlignmentError, match="different references"):
        require_one_reference(mixed)
