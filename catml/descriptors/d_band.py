"""The d band of atoms and of selections of atoms: a table of descriptors, spin by spin.

The effective centre of a magnetic metal weighs the centres of both spins with their fillings and
lowers it by the splitting times the polarisation (S. Bhattacharjee, U. V. Waghmare, S.-C. Lee, Sci.
Rep. 6, 35916 (2016), doi:10.1038/srep35916)::

    ε_eff = (f↑ ε↑ + f↓ ε↓) / (f↑ + f↓) − (ε↓ − ε↑) (f↑ − f↓) / (f↑ + f↓)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from catml.descriptors.dos import ProjectedDos, Spin
from catml.descriptors.dos_selection import FEWEST_STATES, checked_indices, select_atoms
from catml.descriptors.moments import BandMoments, band_moments
from catml.errors import DescriptorError

if TYPE_CHECKING:
    import pandas as pd

    from catml.structures.sites import Site

Window = tuple[float, float]


def d_band(
    dos: ProjectedDos,
    atoms: Sequence[int],
    *,
    spin: Spin = "both",
    window_ev: Window | None = None,
) -> BandMoments:
    """Describe the d band of some atoms together.

    Parameters
    ----------
    dos
        The densities of states.
    atoms
        Indices from 0.
    spin
        ``"both"``, ``"up"`` or ``"down"``.
    window_ev
        Lowest and highest energy relative to the Fermi level; by default all of the file's. It
        must hold the Fermi level, and may end at it.

    Raises
    ------
    DescriptorError
        If an atom does not exist or has no d states in the window, spins are not told apart, or
        the window does not hold the Fermi level.
    """
    chosen = sorted(checked_indices(dos, atoms))
    if spin not in dos.spins:
        raise DescriptorError(f"{dos.source} does not tell spins apart; ask for both together")
    _check_window(window_ev)
    states = dos.states(chosen, spin)
    n_states = float(np.trapezoid(states, dos.energy_ev))
    who = ", ".join(f"{i} ({dos.symbols[i]})" for i in chosen[:5])
    if n_states < FEWEST_STATES * len(chosen):
        raise DescriptorError(
            f"{dos.source}: atom {who} has no d states, spin {spin}; choose atoms of a metal, as "
            "with --element"
        )
    try:
        return band_moments(dos.energy_ev, states, window_ev=window_ev)
    except DescriptorError as problem:
        raise DescriptorError(f"{dos.source}, atom {who}, spin {spin}: {problem}") from None


def effective_center_ev(up: BandMoments, down: BandMoments) -> float:
    """Return the effective d-band centre of a magnetic metal in eV.

    Examples
    --------
    Without magnetism it is the centre:

    >>> half = band_moments([-6, -3, 0, 3], [0, 1, 1, 0])
    >>> round(effective_center_ev(half, half), 9) == round(half.center_ev, 9)
    True
    """
    filled = up.filling + down.filling
    if filled == 0:
        return (up.center_ev + down.center_ev) / 2
    mean = (up.filling * up.center_ev + down.filling * down.center_ev) / filled
    polarisation = (up.filling - down.filling) / filled
    return mean - (down.center_ev - up.center_ev) * polarisation


def d_band_table(
    dos: ProjectedDos,
    *,
    atoms: Sequence[int] | None = None,
    elements: Sequence[str] | None = None,
    layer: int | None = None,
    site: "str | Site | None" = None,
    window_ev: Window | None = None,
) -> "pd.DataFrame":
    """Describe the d band of each atom, and of the selection together.

    Parameters
    ----------
    dos
        The densities of states.
    atoms, elements, layer, site
        As for `select_atoms`.
    window_ev
        As for `d_band`.

    Returns
    -------
    pandas.DataFrame
        One row per atom and spin, then, where a selection of several atoms was asked for, one per
        spin for their summed states, without an `atom`. Columns: `atom`, `element`, `spin`,
        `d_band_center_ev`, `rms_width_ev`, `rectangular_width_ev`, `semielliptic_width_ev`,
        `skewness`, `kurtosis`, `filling`, `upper_edge_ev` (largest Hilbert transform),
        `semielliptic_upper_edge_ev`, `effective_center_ev` (in the rows of both spins of
        spin-polarised files), `work_function_ev`, `fermi_level_ev` (of the file's scale),
        `window_low_ev`, `window_high_ev`, `states_in_window` (fraction of all d states of the
        file) and `center_shift_ev` (by how much the window moves the centre); energies are
        relative to the Fermi level.

    Raises
    ------
    DescriptorError
        As for `select_atoms` and `d_band`.
    """
    import pandas as pd

    chosen = select_atoms(dos, atoms=atoms, elements=elements, layer=layer, site=site)
    groups = [[i] for i in chosen]
    asked_for = any(condition is not None for condition in (atoms, elements, layer, site))
    if asked_for and len(chosen) > 1:
        groups.append(chosen)
    rows = [_row(dos, group, spin, window_ev) for group in groups for spin in dos.spins]
    table = pd.DataFrame(rows)
    table["atom"] = table["atom"].astype("Int64")
    return table


def _row(
    dos: ProjectedDos, group: list[int], spin: Spin, window_ev: Window | None
) -> dict[str, Any]:
    band = d_band(dos, group, spin=spin, window_ev=window_ev)
    low, high = float(dos.energy_ev[0]), float(dos.energy_ev[-1])
    if window_ev is not None:
        low, high = max(low, window_ev[0]), min(high, window_ev[1])
    effective = None
    if spin == "both" and dos.is_spin_polarized:
        effective = _effective_center(dos, group, window_ev)
    whole = d_band(dos, group, spin=spin)
    return {
        "atom": group[0] if len(group) == 1 else None,
        "element": "+".join(dict.fromkeys(dos.symbols[i] for i in group)),
        "spin": spin,
        "d_band_center_ev": band.center_ev,
        "rms_width_ev": band.rms_width_ev,
        "rectangular_width_ev": band.rectangular_width_ev,
        "semielliptic_width_ev": band.semielliptic_width_ev,
        "skewness": band.skewness,
        "kurtosis": band.kurtosis,
        "filling": band.filling,
        "upper_edge_ev": band.upper_edge_ev,
        "semielliptic_upper_edge_ev": band.semielliptic_upper_edge_ev,
        "effective_center_ev": effective,
        "work_function_ev": dos.work_function_ev,
        "fermi_level_ev": dos.fermi_level_ev,
        "window_low_ev": low,
        "window_high_ev": high,
        "states_in_window": band.n_states / whole.n_states,
        "center_shift_ev": band.center_ev - whole.center_ev,
    }


def _effective_center(
    dos: ProjectedDos, group: list[int], window_ev: Window | None
) -> float | None:
    up, down = (d_band(dos, group, spin=spin, window_ev=window_ev) for spin in dos.spins[1:])
    return effective_center_ev(up, down)


def _check_window(window_ev: Window | None) -> None:
    if window_ev is None:
        return
    low, high = window_ev
    if not low < high:
        raise DescriptorError(
            f"the window from {low:g} to {high:g} eV is empty; give the lower energy first"
        )
    if not low < 0 <= high:
        raise DescriptorError(
            f"the Fermi level (0 eV) lies outside the window from {low:g} to {high:g} eV; energies "
            "are relative to it, give a window around it, as -10 5"
        )
