import numpy as np
import pytest

from catml.errors import ReactionError
from catml.screening.volcano import Descriptor, Leg, LineVolcano, Volcano


def descriptor(adsorbate="CO", low_ev=-2.0, high_ev=1.0, correction_ev=0.5):
    return Descriptor(
        adsorbate=adsorbate,
        reference=f"{adsorbate}(g)",
        functional="RPBE",
        low_ev=low_ev,
        high_ev=high_ev,
        free_energy_correction_ev=correction_ev,
    )


def lines(*legs, **options):
    legs = legs or (Leg("strong", 2.0, 1.0), Leg("weak", -2.0, 1.0))
    return LineVolcano(
        descriptors=(descriptor(**options),), quantity="rate", symbol="r", unit="1/s", legs=legs
    )


def test_the_apex_is_where_the_legs_cross():
    energy, activity = lines().apex()
    assert energy == pytest.approx(-0.5, abs=1e-6)  # ΔG = 0
    assert activity == pytest.approx(1.0 / np.log(10), abs=1e-6)


def test_each_side_follows_its_own_leg():
    activity = lines().activity([-1.5, -0.5, 0.5]) * np.log(10)
    np.testing.assert_allclose(activity, [-1.0, 1.0, -1.0])


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_one_descriptor_takes_any_shape(shape):
    assert lines().activity(np.zeros(shape)).shape == shape


def test_no_energy_gives_no_activity():
    assert np.isnan(lines().activity(np.nan))


def test_a_window_is_given_by_its_width_or_by_the_loss():
    half = lines().window(half_width_ev=0.1)
    assert (half.low_ev, half.high_ev) == pytest.approx((-0.6, -0.4), abs=1e-6)
    assert half.low_loss == pytest.approx(0.2 / np.log(10), abs=1e-5)
    decade = lines().window(loss_decades=1.0)
    assert decade.high_ev == pytest.approx(-0.5 + np.log(10) / 2, abs=1e-6)
    assert decade.low_loss == pytest.approx(1.0, abs=1e-6)


def test_a_window_holds_its_bounds_and_no_nan():
    window = lines().window(half_width_ev=0.1)
    inside = window.contains([window.low_ev, -0.5, window.high_ev, -0.39, np.nan])
    assert inside.tolist() == [True, True, True, False, False]


@pytest.mark.parametrize(
    "choice",
    [{}, {"half_width_ev": 0.1, "loss_decades": 1.0}, {"half_width_ev": 0.0}, {"loss_decades": 9}],
)
def test_an_impossible_window_is_refused(choice):
    with pytest.raises(ReactionError):
        lines().window(**choice)


def test_a_volcano_without_apex_in_its_range_is_refused():
    with pytest.raises(ReactionError, match="no apex between -2 and -1"):
        lines(high_ev=-1.0).apex()


def test_the_curve_spans_the_range():
    curve = lines().curve(points=11)
    assert curve["energy_ev"].iloc[[0, -1]].tolist() == [-2.0, 1.0]
    np.testing.assert_allclose(curve["log10_activity"], lines().activity(curve["energy_ev"]))


def test_labels_carry_units():
    assert lines().activity_label == "log10(r / (1/s))"
    assert lines().only_descriptor().label == "ΔE(CO*) / eV against CO(g)"


class Saddle(Volcano):
    """A volcano over two energies."""

    def _log10_activity(self, energies_ev):
        return -np.abs(energies_ev[0]) - np.abs(energies_ev[1])


def test_two_descriptors_run_over_the_last_axis():
    volcano = Saddle(
        descriptors=(descriptor("CO"), descriptor("O")), quantity="rate", symbol="r", unit="1/s"
    )
    energies = np.array([[[1.0, 2.0], [0.5, 0.5]]])
    np.testing.assert_allclose(volcano.activity(energies), [[-3.0, -1.0]])
    with pytest.raises(ReactionError, match="last axis must hold CO, O"):
        volcano.activity([1.0, 2.0, 3.0])
    with pytest.raises(ReactionError, match="2 descriptors"):
        volcano.apex()
