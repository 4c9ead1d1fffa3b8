"""Moments of a density of states: centre, three widths, shape, filling and upper edge.

Pure mathematics on arrays; energies are relative to the Fermi level. Three widths have three
names and are never mixed: rms √μ2; rectangular √(12 μ2), the full width of the box with the same
second moment; semi-elliptic 4 √μ2, the full width of the semi-ellipse.

Formulas: B. Hammer, J. K. Nørskov, Adv. Catal. 45, 71 (2000), doi:10.1016/S0360-0564(02)45013-4;
upper edge from the Hilbert transform: H. Xin et al., Phys. Rev. B 89, 115114 (2014),
doi:10.1103/PhysRevB.89.115114; upper edge from the width: A. Vojvodic, J. K. Nørskov,
F. Abild-Pedersen, Top. Catal. 57, 25 (2014), doi:10.1007/s11244-013-0159-2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catml.errors import DescriptorError

# Methfessel-Paxton smearing leaves negative tails, of a single level 5 % of its height in first
# order and 9 % in second; more than that is not a density of states.
_DEEPEST_NEGATIVE_TAIL = 0.12
# On uneven grids the Hilbert transform is summed up directly, at this many energies at most.
_MOST_DIRECT_ENERGIES = 2000


@dataclass(frozen=True)
class BandMoments:
    """Shape of one band, energies in eV relative to the Fermi level.

    Attributes
    ----------
    center_ev : float
        First moment.
    second_moment_ev2 : float
        Second central moment μ2, in eV².
    skewness, kurtosis : float
        μ3/μ2^1.5 and μ4/μ2² (3 for a Gaussian, nothing subtracted).
    filling : float
        Fraction of the states below the Fermi level, between 0 and 1.
    upper_edge_ev : float
        Energy of the largest value of the Hilbert transform of the whole density; a window that
        cut the band would put it at its own end.
    n_states : float
        Number of states, the integral of the density.
    """

    center_ev: float
    second_moment_ev2: float
    skewness: float
    kurtosis: float
    filling: float
    upper_edge_ev: float
    n_states: float

    @property
    def rms_width_ev(self) -> float:
        """Root-mean-square width √μ2, in eV."""
        return float(np.sqrt(self.second_moment_ev2))

    @property
    def rectangular_width_ev(self) -> float:
        """Full width √(12 μ2) of the rectangular band with this second moment, in eV."""
        return float(np.sqrt(12 * self.second_moment_ev2))

    @property
    def semielliptic_width_ev(self) -> float:
        """Full width 4 √μ2 of the semi-elliptic band with this second moment, in eV."""
        return 4 * self.rms_width_ev

    @property
    def semielliptic_upper_edge_ev(self) -> float:
        """Centre plus half the semi-elliptic width, in eV."""
        return self.center_ev + 2 * self.rms_width_ev


def band_moments(
    energy_ev: ArrayLike,
    dos: ArrayLike,
    *,
    window_ev: tuple[float, float] | None = None,
) -> BandMoments:
    """Describe the shape of a band.

    Parameters
    ----------
    energy_ev : array_like, shape (n,)
        Increasing energies relative to the Fermi level, in eV; the spacing may vary.
    dos : array_like, shape (n,) or (spins, n)
        Density of states in any unit; spin channels are added.
    window_ev : tuple of float, optional
        Lowest and highest energy to integrate over, on the grid or between its points; by default
        the whole grid. The upper edge is that of the whole density, whatever the window.

    Raises
    ------
    DescriptorError
        If the arrays do not fit together, hold too few or non-finite numbers, or there are no
        states in the window.

    Examples
    --------
    A rectangular band from -5 to 1 eV:

    >>> import numpy as np
    >>> energy = np.linspace(-5, 1, 6001)
    >>> band = band_moments(energy, np.ones_like(energy))
    >>> round(band.center_ev, 3), round(band.rectangular_width_ev, 3), round(band.filling, 3)
    (-2.0, 6.0, 0.833)
    """
    energy, states = _checked(energy_ev, dos, window_ev)
    total = _integral(energy, states, lambda _: 1.0)
    center = _integral(energy, states, lambda e: e) / total
    second, third, fourth = (
        _integral(energy, states, lambda e, n=order: (e - center) ** n) / total  # type: ignore[misc]
        for order in (2, 3, 4)
    )
    if second <= 0:
        raise DescriptorError(
            f"The density of states has the second moment {second:g} eV²: it is one spike or "
            "mostly negative. Use a finer energy grid or a broader smearing."
        )
    return BandMoments(
        center_ev=center,
        second_moment_ev2=second,
        skewness=third / second**1.5,
        kurtosis=fourth / second**2,
        # Negative tails can take a full band's fraction past 1.
        filling=min(1.0, max(0.0, _states_below_fermi_level(energy, states) / total)),
        upper_edge_ev=hilbert_upper_edge(energy_ev, dos),
        n_states=total,
    )


def hilbert_upper_edge(energy_ev: ArrayLike, dos: ArrayLike) -> float:
    """Return the energy where the Hilbert transform of the density of states is largest.

    Parameters
    ----------
    energy_ev : array_like, shape (n,)
        Increasing energies in eV.
    dos : array_like, shape (n,) or (spins, n)
        Density of states.

    Returns
    -------
    float
        Upper edge in eV, within the grid.

    Raises
    ------
    DescriptorError
        As for `band_moments`.

    Notes
    -----
    The transform is (1/π) P∫ ρ(e)/(E - e) de: for a semi-ellipse it grows linearly through the
    band and peaks exactly at the upper edge (doi:10.1103/PhysRevB.89.115114). Between grid points
    the density is taken as a line, for which the transform is known, so that the edge is not
    bound to the grid. Where two peaks of the transform are nearly of one height, smearing and grid
    decide between them, and the edge may jump.

    Examples
    --------
    A box whose edge, 1.05 eV, is no grid point:

    >>> import numpy as np
    >>> energy = np.arange(-6, 6.01, 0.1)
    >>> share = ((energy > -4) & (energy < 1.05)).astype(float)
    >>> round(hilbert_upper_edge(energy, share), 2)
    1.05
    """
    energy, states = _checked(energy_ev, dos, None)
    # A density of lines is a sum of kinks; a kink at e that changes the slope by κ adds
    # κ (E - e) ln|E - e| to π times the transform. Beyond its ends the density falls to zero
    # within one step.
    steps = np.diff(energy)
    knots = np.concatenate([[energy[0] - steps[0]], energy, [energy[-1] + steps[-1]]])
    slopes = np.diff(np.pad(states, 1)) / np.diff(knots)
    kinks = np.diff(np.pad(slopes, 1))

    def transform(at: float) -> float:
        away = np.abs(at - knots)
        return float(kinks @ ((at - knots) * np.log(np.where(away == 0, 1, away))))

    if np.allclose(steps, steps[0], rtol=1e-6):
        top = int(np.argmax(_on_even_grid(kinks)))
    else:
        every = -(-energy.size // _MOST_DIRECT_ENERGIES)
        near = every * int(np.argmax([transform(float(at)) for at in energy[::every]]))
        around = range(max(0, near - every), min(energy.size, near + every + 1))
        top = max(around, key=lambda i: transform(float(energy[i])))
    return _between_points(transform, energy[max(0, top - 1) : top + 2])


def _on_even_grid(kinks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the transform at the points of an even grid, up to a factor, from kinks at its knots.

    The kinks sum to zero, and so do their moments: energies may be counted in steps.
    """
    n = kinks.size - 2
    apart = np.arange(-n, n + 1)
    kernel = apart * np.log(np.where(apart == 0, 1, np.abs(apart)))
    length = kinks.size + kernel.size
    # By numpy's own transform: importing scipy.signal takes longer than all the rest.
    convolved = np.fft.irfft(np.fft.rfft(kinks, length) * np.fft.rfft(kernel, length), length)
    return np.asarray(convolved[n + 1 :][:n])


def _between_points(transform: Callable[[float], float], energy: NDArray[np.float64]) -> float:
    """Return where the transform is largest between two or three neighbouring energies."""
    from scipy.optimize import minimize_scalar

    candidates = [float(at) for at in energy]
    for low, high in pairwise(candidates[:]):
        found = minimize_scalar(
            lambda at: -transform(at),
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-6 * (high - low)},
        )
        candidates.append(float(found.x))
    return max(candidates, key=transform)


def _integral(
    energy: NDArray[np.float64],
    states: NDArray[np.float64],
    weight: Callable[[NDArray[np.float64]], NDArray[np.float64] | float],
) -> float:
    """Integrate weight × states exactly where the states are linear between grid points."""
    # Three Gauss points per interval are exact to the fifth degree: (e - centre)⁴ times a line.
    points, factors = np.polynomial.legendre.leggauss(3)
    total = 0.0
    for point, factor in zip(points, factors, strict=True):
        right = (1 + point) / 2
        between = energy[:-1] * (1 - right) + energy[1:] * right
        height = states[:-1] * (1 - right) + states[1:] * right
        total += float(factor) / 2 * float((np.diff(energy) * height * weight(between)).sum())
    return total


def _states_below_fermi_level(energy: NDArray[np.float64], states: NDArray[np.float64]) -> float:
    if energy[0] >= 0:
        return 0.0
    if energy[-1] <= 0:
        return float(np.trapezoid(states, energy))
    below = energy < 0
    at_fermi_level = float(np.interp(0.0, energy, states))
    return float(
        np.trapezoid(np.append(states[below], at_fermi_level), np.append(energy[below], 0.0))
    )


def _cut(
    energy: NDArray[np.float64], states: NDArray[np.float64], low: float, high: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Keep what lies between two energies, which become grid points where the grid reaches them."""
    if not low < high:
        raise DescriptorError(
            f"the window from {low:g} to {high:g} eV is empty; give the lower energy first"
        )
    ends = np.array([end for end in (low, high) if energy[0] < end < energy[-1]])
    grid = np.union1d(energy[(energy >= low) & (energy <= high)], ends)
    return grid, np.interp(grid, energy, states)


def _checked(
    energy_ev: ArrayLike, dos: ArrayLike, window_ev: tuple[float, float] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    energy = np.asarray(energy_ev, dtype=float)
    states = np.asarray(dos, dtype=float)
    if states.ndim == 2:
        states = states.sum(axis=0)
    if energy.ndim != 1 or states.shape != energy.shape:
        raise DescriptorError(
            f"Energies of shape {energy.shape} and a density of states of shape {np.shape(dos)} "
            "do not fit: give n energies and n (or spins × n) densities."
        )
    if not (np.isfinite(energy).all() and np.isfinite(states).all()):
        raise DescriptorError("The density of states holds numbers that are not finite.")
    if window_ev is not None:
        energy, states = _cut(energy, states, *window_ev)
    if energy.size < 3 or not (np.diff(energy) > 0).all():
        where = "" if window_ev is None else f" between {window_ev[0]:g} and {window_ev[1]:g} eV"
        raise DescriptorError(
            f"The energy grid has {energy.size} points{where}: at least 3 increasing ones are "
            "needed."
        )
    if states.max() <= 0 or states.min() < -_DEEPEST_NEGATIVE_TAIL * states.max():
        raise DescriptorError(
            f"The density of states ranges from {states.min():g} to {states.max():g}: it must "
            "not be negative, and some states must lie in the energy range."
        )
    return energy, states
