import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.descriptors.moments import band_moments, hilbert_upper_edge
from catml.errors import DescriptorError

GRID = 200_001


def semi_ellipse(center, width):
    energy = np.linspace(center - width / 2, center + width / 2, GRID)
    x = np.clip((energy - center) / (width / 2), -1, 1)
    return energy, np.sqrt(1 - x**2)


def test_semi_ellipse_has_its_known_moments():
    band = band_moments(*semi_ellipse(-1.5, 8.0))
    assert band.center_ev == pytest.approx(-1.5, abs=1e-6)
    assert band.second_moment_ev2 == pytest.approx(4.0, abs=1e-6)  # (W/4)²
    assert band.rms_width_ev == pytest.approx(2.0, abs=1e-6)
    assert band.semielliptic_width_ev == pytest.approx(8.0, abs=1e-6)
    assert band.rectangular_width_ev == pytest.approx(np.sqrt(48.0), abs=1e-6)
    assert band.skewness == pytest.approx(0.0, abs=1e-6)
    assert band.kurtosis == pytest.approx(2.0, abs=1e-6)
    x = 1.5 / 4
    filling = 0.5 + (x * np.sqrt(1 - x**2) + np.arcsin(x)) / np.pi
    assert band.filling == pytest.approx(filling, abs=1e-6)


def test_semi_ellipse_ends_where_both_edges_say():
    energy, states = semi_ellipse(-1.5, 8.0)
    band = band_moments(energy, states)
    assert band.semielliptic_upper_edge_ev == pytest.approx(2.5, abs=1e-6)
    wide = np.linspace(-15, 15, 6001)
    padded = np.interp(wide, energy, states, left=0, right=0)
    assert hilbert_upper_edge(wide, padded) == pytest.approx(2.5, abs=0.006)


def test_rectangle_has_its_known_moments():
    energy = np.linspace(-5, 1, GRID)
    band = band_moments(energy, np.full(GRID, 3.7))
    assert band.center_ev == pytest.approx(-2.0, abs=1e-6)
    assert band.rectangular_width_ev == pytest.approx(6.0, abs=1e-6)
    assert band.kurtosis == pytest.approx(1.8, abs=1e-6)
    assert band.filling == pytest.approx(5 / 6, abs=1e-6)
    # In the rectangular-band model the centre lies at W (1/2 - f).
    assert band.center_ev == pytest.approx(
        band.rectangular_width_ev * (0.5 - band.filling), abs=1e-6
    )


def test_triangle_is_skewed():
    energy = np.linspace(0, 1, 101)  # between grid points the density is a line already
    falling = band_moments(energy, 1 - energy)
    assert falling.center_ev == pytest.approx(1 / 3, abs=1e-6)
    assert falling.skewness == pytest.approx(2 * np.sqrt(2) / 5, abs=1e-6)
    assert falling.kurtosis == pytest.approx(2.4, abs=1e-6)
    rising = band_moments(energy, energy)
    assert rising.skewness == pytest.approx(-2 * np.sqrt(2) / 5, abs=1e-6)


def test_spin_channels_are_added():
    energy = np.linspace(-6, 3, 4001)
    up = np.exp(-((energy + 2.5) ** 2))
    down = np.exp(-((energy + 0.5) ** 2))
    both = band_moments(energy, np.stack([up, down]))
    assert both == band_moments(energy, up + down)
    assert both.center_ev == pytest.approx(-1.5, abs=1e-3)


def test_uneven_grid_gives_the_same_answer():
    energy = np.linspace(-6, 4, 20001)
    uneven = np.sort(np.concatenate([energy, np.linspace(-3, -1, 5003)]))
    uneven = np.unique(uneven)

    def states(e):
        return np.where(np.abs(e + 1) < 3, 9 - (e + 1) ** 2, 0.0)

    even = band_moments(energy, states(energy))
    other = band_moments(uneven, states(uneven))
    assert other.center_ev == pytest.approx(even.center_ev, abs=1e-5)
    assert other.rms_width_ev == pytest.approx(even.rms_width_ev, abs=1e-5)
    assert other.upper_edge_ev == pytest.approx(even.upper_edge_ev, abs=0.01)


@given(
    shift=st.floats(-3, 3),
    stretch=st.floats(0.3, 3),
    scale=st.floats(0.01, 100),
    seed=st.integers(0, 99),
)
def test_moments_follow_shift_stretch_and_scale(shift, stretch, scale, seed):
    energy = np.linspace(-4, 2, 301)
    states = np.random.default_rng(seed).uniform(0, 1, energy.size)
    band = band_moments(energy, states)
    moved = band_moments(energy * stretch + shift, states * scale)
    assert moved.center_ev == pytest.approx(band.center_ev * stretch + shift, abs=1e-9)
    assert moved.rms_width_ev == pytest.approx(band.rms_width_ev * stretch, rel=1e-9)
    assert moved.skewness == pytest.approx(band.skewness, abs=1e-9)
    assert moved.kurtosis == pytest.approx(band.kurtosis, rel=1e-9)
    assert 0 <= moved.filling <= 1


def test_filled_and_empty_bands():
    energy = np.linspace(-5, -1, 101)
    assert band_moments(energy, np.ones(101)).filling == pytest.approx(1.0)
    assert band_moments(-energy[::-1], np.ones(101)).filling == 0.0


def test_window_cuts_the_grid():
    energy = np.linspace(-10, 10, 2001)
    band = band_moments(energy, np.ones(2001), window_ev=(-4, 2))
    assert band.center_ev == pytest.approx(-1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("energy", "states", "says"),
    [
        ([0, 1, 2], [1, 1], "do not fit"),
        ([0, 1, np.nan], [1, 1, 1], "finite"),
        ([0, 2, 1], [1, 1, 1], "increasing"),
        ([0, 1], [1, 1], "2 points"),
        ([0, 1, 2], [0, 0, 0], "some states"),
        ([0, 1, 2], [1, -1, 1], "negative"),
        ([0, 1, 2], [1, -0.2, 1], "negative"),
    ],
)
def test_unusable_density_of_states_is_a_clear_error(energy, states, says):
    with pytest.raises(DescriptorError, match=says):
        band_moments(energy, states)


def test_moments_are_exact_on_a_coarse_grid_and_in_a_window():
    # Between grid points the density is a line, and lines are integrated exactly.
    energy = np.linspace(-5, 1, 7)
    band = band_moments(energy, np.ones(7))
    assert band.center_ev == pytest.approx(-2, abs=1e-12)
    assert band.rectangular_width_ev == pytest.approx(6, abs=1e-12)
    assert band.kurtosis == pytest.approx(1.8, abs=1e-12)
    assert band.n_states == pytest.approx(6, abs=1e-12)
    assert band.upper_edge_ev == 1
    cut = band_moments(energy, np.ones(7), window_ev=(-3.3, 0.45))
    assert cut.center_ev == pytest.approx(-1.425, abs=1e-12)
    assert cut.rectangular_width_ev == pytest.approx(3.75, abs=1e-12)
    assert cut.filling == pytest.approx(3.3 / 3.75, abs=1e-12)
    assert cut.upper_edge_ev == 1  # of the band, not of the window


def test_shifted_window_over_a_semi_ellipse():
    # The quarter circle: centre 4 / (3 π) of its radius, μ2 = 1/4 − centre².
    energy, states = semi_ellipse(0.5, 4.0)
    band = band_moments(energy, states, window_ev=(0.5, 9.0))
    center = 4 * 2 / (3 * np.pi)
    assert band.center_ev == pytest.approx(0.5 + center, abs=1e-6)
    assert band.second_moment_ev2 == pytest.approx(1 - center**2, abs=1e-6)
    assert band.n_states == pytest.approx(np.pi / 2, abs=1e-6)


def test_two_deltas():
    # Narrow triangles of weights 3 and 1; a triangle of half base b adds b²/6 to μ2.
    half = 1e-3
    low, high = -3.0, 1.0
    energy = [-5, low - half, low, low + half, high - half, high, high + half, 5]
    band = band_moments(energy, [0, 0, 3, 0, 0, 1, 0, 0])
    assert band.center_ev == pytest.approx(-2.0, abs=1e-9)
    assert band.second_moment_ev2 == pytest.approx(3 / 16 * 4**2 + half**2 / 6, abs=1e-9)
    # p = 3/4, q = 1/4: skewness (p - q) / √(p q), kurtosis 1 / (p q) - 3.
    assert band.skewness == pytest.approx(0.5 / np.sqrt(3 / 16), abs=1e-6)
    assert band.kurtosis == pytest.approx(16 / 3 - 3, abs=1e-6)
    assert band.filling == pytest.approx(0.75, abs=1e-12)


def test_hilbert_edge_is_exact_to_the_grid():
    energy, states = semi_ellipse(-0.01, 0.1)
    assert hilbert_upper_edge(energy, states) == pytest.approx(0.04, abs=1e-6)
    wide = np.linspace(-6, 6, 1201)
    box = np.where((wide > -4.005) & (wide < 1.005), 1.0, 0.0)
    assert hilbert_upper_edge(wide, box) == pytest.approx(1.0, abs=0.0101)


def test_hilbert_transform_agrees_with_scipy_far_from_the_ends():
    from scipy.signal import hilbert

    energy = np.linspace(-60, 60, 12001)
    states = np.exp(-((energy + 2) ** 2)) + 0.3 * np.exp(-((energy - 1.5) ** 2))
    theirs = energy[np.argmax(np.imag(hilbert(states)))]
    assert hilbert_upper_edge(energy, states) == pytest.approx(theirs, abs=0.0101)


def test_the_edge_of_a_box_is_found_between_grid_points():
    energy = np.linspace(-8, 4, 121)
    for edge in (1.0, 1.025, 1.05, 1.08):
        # Each point holds the states around it, as VASP counts them.
        states = np.clip((edge - energy) / 0.1 + 0.5, 0, 1) * (energy > -4)
        assert hilbert_upper_edge(energy, states) == pytest.approx(edge, abs=0.021)


@pytest.mark.parametrize("step", [0.01, 0.05, 0.1])
def test_the_edge_of_a_semi_ellipse_on_coarse_grids(step):
    energy = np.arange(-12, 8, step)
    for center in (-1.5, -1.487, -1.463):
        x = np.clip((energy - center) / 4, -1, 1)
        edge = hilbert_upper_edge(energy, np.sqrt(1 - x**2))
        assert edge == pytest.approx(center + 4, abs=1.2 * step)


def test_the_edge_of_two_deltas_is_at_the_heavier():
    half = 1e-3
    energy = [-5, -3 - half, -3, -3 + half, 1 - half, 1, 1 + half, 5]
    assert hilbert_upper_edge(energy, [0, 0, 3, 0, 0, 1, 0, 0]) == pytest.approx(-3, abs=half)
    assert hilbert_upper_edge(energy, [0, 0, 1, 0, 0, 3, 0, 0]) == pytest.approx(1, abs=half)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), even=st.booleans())
def test_the_edge_is_the_maximum_of_the_transform(seed, even):
    """Against the principal value summed up by brute force on a fine grid."""
    rng = np.random.default_rng(seed)
    energy = np.linspace(-6, 3, 46) if even else np.sort([-6, *rng.uniform(-6, 3, 44), 3])
    states = np.interp(energy, [-5, -3, -1, 1], rng.uniform(0.2, 1, 4), left=0, right=0)
    fine = np.linspace(-7, 4, 2201)
    values = np.interp(fine, energy, states, left=0, right=0)
    at = (fine[1:] + fine[:-1]) / 2  # between the points the principal value needs no care
    transform = (values / (at[:, None] - fine)).sum(axis=1)
    found = hilbert_upper_edge(energy, states)
    inside = (at > energy[0]) & (at < energy[-1])
    assert np.interp(found, at, transform) >= transform[inside].max() * (1 - 2e-3)


def test_negative_tails_of_methfessel_paxton_smearing_pass():
    energy = np.linspace(-6, 2, 801)
    x = (energy + 2) / 0.5
    for order, polynomial in ((1, 1.5 - x**2), (2, 15 / 8 - 2.5 * x**2 + 0.5 * x**4)):
        band = band_moments(energy, polynomial * np.exp(-(x**2)))
        assert band.center_ev == pytest.approx(-2, abs=1e-6), order
        assert band.filling <= 1


def test_an_empty_window_is_a_clear_error():
    with pytest.raises(DescriptorError, match="give the lower energy first"):
        band_moments([0, 1, 2], [1, 1, 1], window_ev=(2, 1))
    with pytest.raises(DescriptorError, match="0 points between 5 and 6 eV"):
        band_moments([0, 1, 2], [1, 1, 1], window_ev=(5, 6))
