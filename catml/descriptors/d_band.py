"""The d band of atoms and of selections of atoms: a table of descriptors, spin by spin.

The effective centre of a magnetic metal weighs the centres of both spins with their occupations
and lowers it by the splitting times the polarisation (S. Bhattacharjee, U. V. Waghmare, S.-C. Lee,
Sci. Rep. 6, 35916 (2016), doi:10.1038/srep35916)::

    ε_eff = (f↑ ε↑ + f↓ ε↓) / (f↑ + f↓) − (ε↓ − ε↑) (f↑ − f↓) / (f↑ + f↓)

Here f is the number of occupied d states of a spin over the 5 of each atom, so that the factor 5
cancels. Formula and f were checked against the description of the authors' own program
(https://pypi.org/project/spin-dependent-d-band-center), not against the paper itself.
"""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from catml.descriptors.dos import ProjectedDos, Spin
from catml.descriptors.dos_selection import FEWEST_STATES, AtomChoice, checked_indices, select_atoms
from catml.descriptors.moments import BandMoments, band_moments
from catml.descriptors.reading.file_content import DosFileWarning
from catml.errors import DescriptorError

if TYPE_CHECKING:
    import pandas as pd

    from catml.structures.sites import Site

Window = tuple[float, float]
# Of the tallest density: more at the end of the energies is a band that goes on.
_CUT_SHARE = 0.1


class DBandChoice(AtomChoice, total=False):
    """The options of `d_band_table`, by name: which atoms, and the energy window."""

    window_ev: Window | None


class CutBandWarning(DosFileWarning):
    """A d band of which a file's energies hold only a part."""


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
        must hold the Fermi level, and may end at it. Everything but the upper edge, which is that
        of the whole band, is of the states inside.

    Raises
    ------
    DescriptorError
        If an atom does not exist or has no d states in the window, spins are not told apart, or
        the window does not hold the Fermi level.
    """
    chosen = sorted(checked_indices(dos, atoms))
    if spin not in dos.spins:
        raise DescriptorError(f"{dos.source} does not tell spins apart; ask for both together")
    check_window(window_ev)
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
    occupied_up, occupied_down = (band.filling * band.n_states for band in (up, down))
    occupied = occupied_up + occupied_down
    if occupied == 0:
        return (up.center_ev + down.center_ev) / 2
    mean = (occupied_up * up.center_ev + occupied_down * down.center_ev) / occupied
    polarisation = (occupied_up - occupied_down) / occupied
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
        `skewness`, `kurtosis`, `filling`, `upper_edge_ev` (largest Hilbert transform of all
        states, in the window or not), `semielliptic_upper_edge_ev`, `effective_center_ev` (in the
        rows of both spins of spin-polarised files), `work_function_ev`, `lower_work_function_ev`
        (of the upper and the lower side of a slab), `work_function_source`, `fermi_level_ev` (of
        the file's scale), `window_low_ev`, `window_high_ev`, `states_in_window` (fraction of all d
        states of the file) and `center_shift_ev` (by how much the window moves the centre);
        energies are relative to the Fermi level.

    Raises
    ------
    DescriptorError
        As for `select_atoms` and `d_band`.

    Warns
    -----
    CutBandWarning
        If the energies of the file end inside the d band.
    """
    import pandas as pd

    chosen = select_atoms(dos, atoms=atoms, elements=elements, layer=layer, site=site)
    groups = [[i] for i in chosen]
    asked_for = any(condition is not None for condition in (atoms, elements, layer, site))
    if asked_for and len(chosen) > 1:
        groups.append(chosen)
    rows = [row for group in groups for row in _rows(dos, group, window_ev)]
    _warn_of_cut_band(dos, chosen)
    table = pd.DataFrame(rows)
    table["atom"] = table["atom"].astype("Int64")
    return table


def _rows(dos: ProjectedDos, group: list[int], window_ev: Window | None) -> list[dict[str, Any]]:
    """Return the rows of one group of atoms, one for each spin."""
    bands = {spin: d_band(dos, group, spin=spin, window_ev=window_ev) for spin in dos.spins}
    rows = []
    for spin, band in bands.items():
        whole = band if window_ev is None else d_band(dos, group, spin=spin)
        magnetic = spin == "both" and dos.is_spin_polarized
        rows.append(
            {
                "atom": group[0] if len(group) == 1 else None,
                "element": "+".join(dict.fromkeys(dos.symbols[i] for i in group)),
                "spin": spin,
                **_shape(band),
                "effective_center_ev": (
                    effective_center_ev(bands["up"], bands["down"]) if magnetic else None
                ),
                **_of_file(dos, window_ev),
                "states_in_window": band.n_states / whole.n_states,
                "center_shift_ev": band.center_ev - whole.center_ev,
            }
        )
    return rows


def _shape(band: BandMoments) -> dict[str, float]:
    return {
        "d_band_center_ev": band.center_ev,
        "rms_width_ev": band.rms_width_ev,
        "rectangular_width_ev": band.rectangular_width_ev,
        "semielliptic_width_ev": band.semielliptic_width_ev,
        "skewness": band.skewness,
        "kurtosis": band.kurtosis,
        "filling": band.filling,
        "upper_edge_ev": band.upper_edge_ev,
        "semielliptic_upper_edge_ev": band.semielliptic_upper_edge_ev,
    }


def _of_file(dos: ProjectedDos, window_ev: Window | None) -> dict[str, Any]:
    low, high = float(dos.energy_ev[0]), float(dos.energy_ev[-1])
    if window_ev is not None:
        low, high = max(low, window_ev[0]), min(high, window_ev[1])
    return {
        "work_function_ev": dos.work_function_ev,
        "lower_work_function_ev": dos.lower_work_function_ev,
        "work_function_source": dos.work_function_source,
        "fermi_level_ev": dos.fermi_level_ev,
        "window_low_ev": low,
        "window_high_ev": high,
    }


def _warn_of_cut_band(dos: ProjectedDos, atoms: list[int]) -> None:
    states = dos.states(atoms)
    for end, name in ((0, "begin"), (-1, "end")):
        if states[end] > _CUT_SHARE * states.max():
            warnings.warn(
                f"the energies of {dos.source} {name} inside the d band, at "
                f"{dos.energy_ev[end]:.2f} eV: centre, widths and filling are of a part of it; "
                "calculate on a wider range (EMIN, EMAX) with more bands (NBANDS)",
                CutBandWarning,
                stacklevel=3,
            )


def check_window(window_ev: Window | None) -> None:
    """Refuse a window that is empty or does not hold the Fermi level.

    Raises
    ------
    DescriptorError
        If it is such a window.
    """
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
