"""The level of an atom's d band in tight binding, from the charge it must hold.

The local Green's function of atom i on a lattice without closed rings (Bethe lattice) is

    G_i(E) = 1 / (E - ε_i - Σ_j t_ij² g_j(E) - t_s² g_i(E)),

one term for every neighbour, whose own d states are a semi-ellipse g_j of the neighbour's width
around the neighbour's level, and one of the strength t_s² of the coupling to s states. Its first
moment is ε_i, the d-band centre; t² are the bonds of the second moment
(`catml.descriptors.tight_binding.second_moments`). The states below the Fermi level, the zero of
energy, are

    n_i = 1/2 + 1/π ∫ Re G_i(iy) dy   from y = γ to infinity,

an integral along the imaginary axis, where G is smooth; γ broadens the states as the sp electrons
of a metal do. Charge costs energy: with U for a whole band,

    ε_i = ε_i⁰ + U (n_i - n_i⁰) + shift,

where ε⁰ and n⁰ are those of the element's bulk. A half-filled band then moves little (a change of
the level is mended by the charge it moves), a full one all the way.

Moments and continued fractions: F. Cyrot-Lackmann, J. Phys. Chem. Solids 29, 1235 (1968),
doi:10.1016/0022-3697(68)90216-3. Centres from the filling: B. Hammer, J. K. Nørskov, Adv. Catal.
45, 71 (2000), doi:10.1016/S0360-0564(02)45013-4.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

_POINTS = 12
# Where half of the points of the integral lie below, in eV: about half a band width.
_MIDDLE_EV = 2.0
_CLOSE_EV = 1e-10
_STEPS = 60


def semiellipses(levels_ev: Array, rms_widths_ev: Array, broadening_ev: float) -> Complex:
    """Return the Green's functions g of semi-elliptic bands at the points of the integral.

    Parameters
    ----------
    levels_ev, rms_widths_ev : float array (...)
        Centre from the Fermi level, and rms width (a quarter of the full one).
    broadening_ev : float
        γ.

    Returns
    -------
    complex array (..., points)
    """
    points, _ = _imaginary_axis(broadening_ev)
    energy = 1j * points - levels_ev[..., None]
    four = 4 * (rms_widths_ev * rms_widths_ev)[..., None]
    # The branch that falls off as 1/E, written without a difference of two large numbers.
    return np.asarray(2 / (energy + 1j * np.sqrt(four - energy * energy)))


def fillings(levels_ev: Array, self_energy: Complex, broadening_ev: float) -> tuple[Array, Array]:
    """Return the filled share of bands and its derivative by the level, shapes (n,).

    Parameters
    ----------
    levels_ev : float array (n,)
        Levels from the Fermi level.
    self_energy : complex array (n, points)
        The sum Σ t² g over neighbours, from `semiellipses`.
    broadening_ev : float
        γ.
    """
    points, weights = _imaginary_axis(broadening_ev)
    green = 1 / (1j * points - levels_ev[:, None] - self_energy)
    filled = 0.5 + green.real @ weights / np.pi
    return filled, (green * green).real @ weights / np.pi


def neutral_levels(
    start_ev: Array, self_energy: Complex, filling: Array, *, u_ev: float, broadening_ev: float
) -> tuple[Array, Array]:
    """Solve ε = start + U (n(ε) - filling) for every atom.

    Parameters
    ----------
    start_ev : float array (n,)
        Level at the filling of the bulk.
    self_energy : complex array (n, points)
        The sum Σ t² g over neighbours, from `semiellipses`.
    filling : float array (n,)
        Filling of the bulk.
    u_ev, broadening_ev : float
        U for a whole band, and γ.

    Returns
    -------
    levels_ev, filled : float array (n,)
        Newton's method, kept between bounds: n falls as ε rises, so that the only solution lies
        between the start and start + U (n(start) - filling).
    """
    levels, filled = start_ev.copy(), np.empty_like(start_ev)
    at, level = np.arange(len(start_ev)), start_ev
    now, slope = fillings(level, self_energy, broadening_ev)
    other = level + u_ev * (now - filling)
    low, high = np.minimum(level, other), np.maximum(level, other)
    before = np.full_like(level, np.inf)
    for _ in range(_STEPS):
        wrong = level - start_ev[at] - u_ev * (now - filling[at])
        levels[at], filled[at] = level, now
        open_ = np.abs(wrong) > _CLOSE_EV
        at = at[open_]
        level, slope, wrong, low, high, before = (
            array[open_] for array in (level, slope, wrong, low, high, before)
        )
        if not len(at):
            break
        low, high = np.where(wrong > 0, low, level), np.where(wrong > 0, level, high)
        newton = level - wrong / (1 - u_ev * slope)
        good = (newton > low) & (newton < high) & (np.abs(wrong) < 0.7 * before)
        level, before = np.where(good, newton, (low + high) / 2), np.abs(wrong)
        now, slope = fillings(level, self_energy[at], broadening_ev)
    return levels, filled


def _imaginary_axis(broadening_ev: float) -> tuple[Array, Array]:
    """Gauss points on 0 to 1, spread over γ to infinity, and their weights."""
    roots, weights = np.polynomial.legendre.leggauss(_POINTS)
    share = (roots + 1) / 2
    points = broadening_ev + _MIDDLE_EV * share / (1 - share)
    return points, weights / 2 * _MIDDLE_EV / (1 - share) ** 2
