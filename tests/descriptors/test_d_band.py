import numpy as np
import pytest

from catml.descriptors.d_band import CutBandWarning, d_band, d_band_table, effective_center_ev
from catml.descriptors.dos import dos_from_arrays
from catml.descriptors.moments import band_moments
from catml.errors import DescriptorError
from tests.descriptors.covered_copper import ENERGY, box, covered_slab, covered_slab_dos


@pytest.fixture(scope="module")
def slab():
    return covered_slab()


@pytest.fixture(scope="module")
def dos():
    return covered_slab_dos()


def test_rectangular_bands_have_their_known_numbers(dos):
    table = d_band_table(dos).set_index("atom")
    assert list(table.index) == [0, 1, 2, 3]  # no oxygen unless it is asked for
    for i in range(4):
        low, row = -4.0 - 0.2 * i, table.loc[i]
        assert row["element"] == "Cu"
        assert row["spin"] == "both"
        assert row["d_band_center_ev"] == pytest.approx((low + 1) / 2, abs=1e-3)
        assert row["rectangular_width_ev"] == pytest.approx(1 - low, abs=2e-3)
        assert row["rms_width_ev"] == pytest.approx((1 - low) / np.sqrt(12), abs=1e-3)
        assert row["semielliptic_width_ev"] == pytest.approx(4 * row["rms_width_ev"])
        assert row["skewness"] == pytest.approx(0, abs=1e-3)
        assert row["kurtosis"] == pytest.approx(1.8, abs=1e-3)
        assert row["filling"] == pytest.approx(-low / (1 - low), abs=1e-3)
        assert row["upper_edge_ev"] == pytest.approx(1, abs=2e-3)
        assert row["semielliptic_upper_edge_ev"] == pytest.approx(
            row["d_band_center_ev"] + 2 * row["rms_width_ev"]
        )
        assert row["states_in_window"] == 1
        assert row["center_shift_ev"] == 0
        assert (row["window_low_ev"], row["window_high_ev"]) == (-12, 8)


def test_the_window_says_what_it_does(dos):
    row = d_band_table(dos, atoms=[0], window_ev=(-2.0, 0.0)).iloc[0]
    assert row["d_band_center_ev"] == pytest.approx(-1, abs=1e-6)
    assert row["rectangular_width_ev"] == pytest.approx(2, abs=1e-6)
    assert row["filling"] == pytest.approx(1, abs=1e-9)
    assert row["states_in_window"] == pytest.approx(2 / 5, abs=1e-3)
    assert row["center_shift_ev"] == pytest.approx(0.5, abs=1e-3)
    assert (row["window_low_ev"], row["window_high_ev"]) == (-2, 0)


def test_a_selection_gets_rows_of_its_own(dos):
    table = d_band_table(dos, atoms=[2, 0, 2])
    assert list(table["atom"].fillna(-1)) == [0, 2, -1]
    together = table.iloc[-1]
    # Two rectangles of 10 states each: the mean of their centres.
    assert together["d_band_center_ev"] == pytest.approx(-1.6, abs=1e-3)
    assert together["element"] == "Cu"


def test_spins_and_the_effective_centre():
    up, down = box(-5, 0.5, 5), box(-3, 2.5, 5)
    dos = dos_from_arrays(ENERGY, [[up, down]], symbols=["Fe"])
    table = d_band_table(dos).set_index("spin")
    assert list(table.index) == ["both", "up", "down"]
    e_up, e_down, f_up, f_down = -2.25, -0.25, 5 / 5.5, 3 / 5.5
    assert table.loc["up", "d_band_center_ev"] == pytest.approx(e_up, abs=1e-3)
    assert table.loc["down", "d_band_center_ev"] == pytest.approx(e_down, abs=1e-3)
    assert table.loc["both", "d_band_center_ev"] == pytest.approx(-1.25, abs=1e-3)
    # By hand: fillings 10/11 and 6/11, so weights 5/8 and 3/8, polarisation 1/4.
    assert (f_up - f_down) / (f_up + f_down) == pytest.approx(1 / 4)
    by_hand = 5 / 8 * e_up + 3 / 8 * e_down - 2.0 / 4
    assert table.loc["both", "effective_center_ev"] == pytest.approx(by_hand, abs=2e-3)
    assert table.loc[["up", "down"], "effective_center_ev"].isna().all()


def test_the_effective_centre_weighs_occupied_states_and_not_fractions():
    # Both spins full in the window, but 5 occupied states against 3: weights 5/8, 3/8 again.
    dos = dos_from_arrays(ENERGY, [[box(-5, 0.5, 5.5), box(-3, 2.5, 5.5)]], symbols=["Fe"])
    table = d_band_table(dos, window_ev=(-12, 0)).set_index("spin")
    assert list(table["filling"]) == pytest.approx([1, 1, 1])
    by_hand = 5 / 8 * -2.5 + 3 / 8 * -1.5 - (-1.5 + 2.5) / 4
    assert table.loc["both", "effective_center_ev"] == pytest.approx(by_hand, abs=2e-3)


def test_energies_that_end_in_the_band_are_said_so():
    cut = ENERGY < 0.5
    dos = dos_from_arrays(ENERGY[cut], [box(-4, 1)[cut]], symbols=["Cu"])
    with pytest.warns(CutBandWarning, match=r"end inside the d band, at 0\.50 eV"):
        d_band_table(dos)


def test_a_window_leaves_the_upper_edge_where_it_is(dos):
    for window in ((-2.0, 0.0), (-8.0, 0.5), (-12.0, 8.0)):
        row = d_band_table(dos, atoms=[0], window_ev=window).iloc[0]
        assert row["upper_edge_ev"] == pytest.approx(1, abs=2e-3)


def test_without_magnetism_the_effective_centre_is_the_centre():
    dos = dos_from_arrays(ENERGY, [[box(-5, 1, 5)] * 2], symbols=["Cu"])
    row = d_band_table(dos).iloc[0]
    assert row["effective_center_ev"] == pytest.approx(row["d_band_center_ev"], abs=1e-9)
    empty = band_moments([1, 2, 3, 4], [0, 1, 1, 0])
    assert effective_center_ev(empty, empty) == empty.center_ev


def test_five_orbitals_count_as_their_sum():
    parts = np.random.default_rng(1).dirichlet(np.ones(5))[:, None] * box(-5, 1)
    split = dos_from_arrays(ENERGY, parts[None, None], symbols=["Pd"])
    whole = dos_from_arrays(ENERGY, box(-5, 1), symbols=["Pd"])
    ours, theirs = d_band(split, [0]), d_band(whole, [0])
    assert ours.center_ev == pytest.approx(theirs.center_ev, abs=1e-9)
    assert ours.n_states == pytest.approx(10, abs=0.01)


def test_arrays_without_elements_are_described_all():
    dos = dos_from_arrays(ENERGY, [box(-5, 1), box(-3, 2)])
    assert list(d_band_table(dos)["atom"]) == [0, 1]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"atoms": [5]}, "no atom 5; its atoms are numbered from 0 to 4"),
        ({"atoms": [-1]}, "no atom -1"),
        ({"atoms": []}, "numbered from 0 to 4"),
        ({"elements": ["Pt"]}, "no atom of Pt; it has Cu, O"),
        ({"layer": 9}, "no layer 9; they are counted from 1"),
        ({"atoms": [0], "elements": ["O"]}, "no atom fulfils all conditions"),
        ({"window_ev": (-10, -2)}, r"Fermi level \(0 eV\) lies outside the window from -10 to -2"),
        ({"window_ev": (1, 5)}, "lies outside the window"),
        ({"window_ev": (5, -5)}, "give the lower energy first"),
        ({"elements": ["O"], "window_ev": (-1, 5)}, "some states must lie in the energy range"),
    ],
)
def test_what_cannot_be_described(dos, options, says):
    with pytest.raises(DescriptorError, match=says) as caught:
        d_band_table(dos, **options)
    assert "\n" not in str(caught.value)


def test_what_needs_a_structure_or_d_states():
    dos = dos_from_arrays(ENERGY, [box(-5, 1), 0 * ENERGY])
    for options in ({"layer": 1}, {"site": "ontop-1"}):
        with pytest.raises(DescriptorError, match="without a structure"):
            d_band_table(dos, **options)
    with pytest.raises(DescriptorError, match="no structure beside it"):
        d_band_table(dos, elements=["Cu"])
    with pytest.raises(DescriptorError, match="has no d states"):
        d_band_table(dos, atoms=[1])
    with pytest.raises(DescriptorError, match="does not tell spins apart"):
        d_band(dos, [0], spin="up")
