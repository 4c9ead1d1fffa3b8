import numpy as np
import pytest

from catml.descriptors.tight_binding.local_bands import fillings, neutral_levels, semiellipses


def semielliptic_filling(level: float, rms_width: float) -> float:
    """Area of the semi-ellipse of half width 2 rms below zero."""
    x = np.clip(-level / (2 * rms_width), -1, 1)
    return float(0.5 + (x * np.sqrt(1 - x * x) + np.arcsin(x)) / np.pi)


@pytest.mark.parametrize("level", [-5.0, -2.5, -0.3, 0.0, 1.7])
def test_a_semiellipse_is_filled_to_its_area(level: float) -> None:
    width = 1.6
    # Of a lattice whose every atom is alike, t² g is the semi-ellipse's own: it reproduces itself.
    around = width**2 * semiellipses(np.array([level]), np.array([width]), 1e-6)
    filled, _ = fillings(np.array([level]), around, 1e-6)
    assert filled[0] == pytest.approx(semielliptic_filling(level, width), abs=2e-3)


def test_broadened_filling_is_that_of_the_lorentzian() -> None:
    level, gamma = np.array([-1.3, 0.4]), 0.25
    filled, _ = fillings(level, np.zeros((2, semiellipses(level, level, gamma).shape[1])), gamma)
    np.testing.assert_allclose(filled, 0.5 - np.arctan(level / gamma) / np.pi, atol=1e-6)


def test_the_derivative_is_that_of_the_filling() -> None:
    level, width = np.array([-1.0, 0.5]), np.array([1.0, 2.0])
    around = semiellipses(level - 1, width, 0.2)
    step = 1e-5
    _, slope = fillings(level, around, 0.2)
    above, below = (fillings(level + s, around, 0.2)[0] for s in (step, -step))
    np.testing.assert_allclose(slope, (above - below) / (2 * step), rtol=1e-5)


def test_levels_solve_their_equation() -> None:
    random = np.random.default_rng(0)
    start, filling = random.uniform(-6, 3, 300), random.uniform(0, 1, 300)
    near, width = random.uniform(-6, 3, 300), random.uniform(0.1, 3, 300)
    around = random.uniform(0, 9, (300, 1)) * semiellipses(near, width, 0.11)
    levels, filled = neutral_levels(start, around, filling, u_ev=30.0, broadening_ev=0.11)
    np.testing.assert_allclose(levels, start + 30 * (filled - filling), atol=1e-8)
    np.testing.assert_allclose(filled, fillings(levels, around, 0.11)[0], atol=1e-8)
