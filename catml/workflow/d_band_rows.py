"""From densities of states to rows of a d-band table (`catml.data.d_band_schema`)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catml.data.d_band_schema import D_BAND_COLUMNS, SystemKind
from catml.descriptors.d_band import Window, d_band, effective_center_ev
from catml.descriptors.dos import ProjectedDos
from catml.descriptors.dos_selection import select_atoms
from catml.elements.d_band_windows import DEFAULT_WINDOW_EV, WHOLE_BAND_WINDOW_EV
from catml.errors import CatmlError, DescriptorError
from catml.structures.layers import layer_numbers, slab_ends
from catml.structures.neighbors import bonded_pairs, coordination_numbers
from catml.structures.surface import Surface

if TYPE_CHECKING:
    import pandas as pd
    from ase import Atoms

ROW_WINDOWS_EV: tuple[Window, ...] = (DEFAULT_WINDOW_EV, WHOLE_BAND_WINDOW_EV, (-10.0, 0.0))
"""Windows whose moments a table of d bands holds; the first is the one loaded by default."""

_SYMMETRY_ANG = 1e-3
_RELAXED = {True: "yes", False: "no", None: "not known"}


@dataclass(frozen=True)
class DBandSettings:
    """How a density of states was calculated, for the rows made of it.

    Attributes
    ----------
    functional, code, code_version
        As ``"PBE"``, ``"GPAW"``, ``"25.7.0"``.
    basis
        As ``"plane waves"``.
    k_points
        Number along the three axes.
    cutoff_ev, smearing_ev, broadening_ev
        Plane-wave cutoff, width of the occupation function, width of the Gaussians that the
        density of states is made of; None where they do not apply.
    preset
        catml's name of the settings; empty where there is none.
    relaxed
        Whether atoms were moved before; None where nobody knows.
    """

    functional: str
    code: str
    code_version: str
    basis: str
    k_points: tuple[int, int, int]
    cutoff_ev: float | None = None
    smearing_ev: float | None = None
    broadening_ev: float | None = None
    preset: str = ""
    relaxed: bool | None = False


def d_band_rows(
    dos: ProjectedDos,
    settings: DBandSettings,
    *,
    system: str | None = None,
    system_kind: SystemKind = "slab",
    magnetic_moments_mub: Sequence[float] | None = None,
    windows_ev: Sequence[Window] = ROW_WINDOWS_EV,
    source: str = "own",
    calculation: str | None = None,
) -> "pd.DataFrame":
    """Describe the d band of every distinct atom in rows of the schema.

    Parameters
    ----------
    dos
        With its structure. Atoms that a symmetry exchanges count once, by the uppermost of them.
    settings
        Of the calculation.
    system
        Name of what was calculated; by default the surface the structure was built as.
    system_kind
        What it is.
    magnetic_moments_mub
        Of every atom.
    windows_ev
        Energy windows from the Fermi level.
    source
        Key of the dataset the rows are for.
    calculation
        Key of the calculation; by default made of code, system and a hash of structure and
        settings.

    Returns
    -------
    DataFrame
        One row per distinct atom with d states, spin and window.

    Raises
    ------
    DescriptorError
        If there is no structure or name, the energies end within a window, or a d band cannot be
        described.

    Examples
    --------
    >>> import numpy as np
    >>> from catml.descriptors.dos import dos_from_arrays
    >>> slab = Surface("Cu(111)").slab(layers=3)
    >>> energy = np.linspace(-15, 15, 1501)
    >>> states = np.tile(10 * np.exp(-((energy + 2) ** 2)) / np.sqrt(np.pi), (3, 1))
    >>> how = DBandSettings("PBE", "GPAW", "25.7.0", "plane waves", (8, 8, 1))
    >>> rows = d_band_rows(dos_from_arrays(energy, states, atoms=slab), how)
    >>> rows[rows["window_high_ev"] == 5][["layer", "multiplicity", "d_band_center_ev"]].round(3)
       layer  multiplicity  d_band_center_ev
    0    1.0           2.0              -2.0
    3    2.0           1.0              -2.0
    """
    import pandas as pd

    atoms = _structure(dos)
    name = atoms.info.get("surface", "") if system is None else system
    if not name:
        raise DescriptorError(
            f"{dos.source}: nothing says what was calculated; name it with system=, as 'Cu(111)'"
        )
    _check_reach(dos, windows_ev)
    key = calculation or _calculation_key(dos, settings, name)
    common = _common_cells(dos, settings, name, system_kind, key, source)
    rows = []
    for group in _distinct_groups(atoms, select_atoms(dos), system_kind):
        cells = common | _atom_cells(dos, group, system_kind, magnetic_moments_mub)
        for window in windows_ev:
            rows += [cells | _band_cells(dos, group[0], spin, window, key) for spin in dos.spins]
    table = pd.DataFrame(rows, columns=[column.name for column in D_BAND_COLUMNS])
    for column in D_BAND_COLUMNS:
        if column.is_number:
            table[column.name] = table[column.name].astype(float)
    return table


def _structure(dos: ProjectedDos) -> "Atoms":
    if dos.atoms is None:
        raise DescriptorError(
            f"{dos.source} comes without a structure; rows of a table need one, give its atoms"
        )
    return dos.atoms


def _check_reach(dos: ProjectedDos, windows_ev: Sequence[Window]) -> None:
    """Refuse energies that end below a window's: the row would promise states that are missing."""
    highest = max(high for _, high in windows_ev)
    if dos.energy_ev[-1] < highest:
        raise DescriptorError(
            f"{dos.source}: the density of states ends {dos.energy_ev[-1]:.2f} eV above the Fermi "
            f"level, and the rows of a table need {highest:g} eV; calculate it with more empty "
            "bands, or give windows_ev that end lower"
        )


def _common_cells(
    dos: ProjectedDos,
    settings: DBandSettings,
    name: str,
    kind: SystemKind,
    key: str,
    source: str,
) -> dict[str, Any]:
    atoms = _structure(dos)
    lattice = atoms.info.get("lattice", {})
    is_slab = kind == "slab"
    equal_sides = is_slab and slab_ends(atoms).symmetric
    return {
        "system": name,
        "system_kind": kind,
        "surface": _surface_name(name) if is_slab else "",
        "work_function_ev": dos.work_function_ev if equal_sides else None,
        "functional": settings.functional,
        "code": settings.code,
        "code_version": settings.code_version,
        "preset": settings.preset,
        "basis": settings.basis,
        "cutoff_ev": settings.cutoff_ev,
        "k_points": "x".join(map(str, settings.k_points)),
        "smearing_ev": settings.smearing_ev,
        "broadening_ev": settings.broadening_ev,
        "spin_polarized": "yes" if dos.is_spin_polarized else "no",
        "relaxed": _RELAXED[settings.relaxed],
        "layers": int(layer_numbers(atoms).max()) if is_slab else None,
        "vacuum_ang": atoms.info.get("vacuum") if is_slab else None,
        "lattice_a_ang": lattice.get("a_ang"),
        "lattice_c_ang": lattice.get("c_ang"),
        "lattice_functional": _lattice_functional(lattice),
        "calculation": key,
        "source": source,
    }


def _lattice_functional(lattice: dict[str, Any]) -> str:
    functional = str(lattice.get("functional", ""))
    return f"{functional}, estimated" if lattice.get("estimated") else functional


def _surface_name(name: str) -> str:
    try:
        return Surface(name).name
    except CatmlError:
        return ""


def _atom_cells(
    dos: ProjectedDos, group: list[int], kind: SystemKind, moments: Sequence[float] | None
) -> dict[str, Any]:
    atoms, first = _structure(dos), group[0]
    return {
        "atom": first,
        "element": dos.symbols[first],
        "layer": int(layer_numbers(atoms)[first]) if kind == "slab" else None,
        "multiplicity": len(group),
        "coordination": int(coordination_numbers(bonded_pairs(atoms), len(atoms))[first]),
        "magnetic_moment_mub": None if moments is None else float(moments[first]),
        "d_states_found": float(np.trapezoid(dos.states([first]), dos.energy_ev)),
    }


def _band_cells(
    dos: ProjectedDos, atom: int, spin: Any, window: Window, key: str
) -> dict[str, Any]:
    band = d_band(dos, [atom], spin=spin, window_ev=window)
    effective = None
    if spin == "both" and dos.is_spin_polarized:
        up, down = (d_band(dos, [atom], spin=one, window_ev=window) for one in dos.spins[1:])
        effective = effective_center_ev(up, down)
    return {
        "row": f"{key}-{atom}-{spin}-{window[0]:g}-{window[1]:g}",
        "spin": spin,
        "window_low_ev": window[0],
        "window_high_ev": window[1],
        "d_band_center_ev": band.center_ev,
        "rms_width_ev": band.rms_width_ev,
        "skewness": band.skewness,
        "kurtosis": band.kurtosis,
        "filling": band.filling,
        "upper_edge_ev": band.upper_edge_ev,
        "effective_center_ev": effective,
        "d_states": band.n_states,
    }


def _distinct_groups(atoms: "Atoms", chosen: list[int], kind: SystemKind) -> list[list[int]]:
    """Return the chosen atoms in groups that symmetry exchanges, each from the top down."""
    labels = _symmetry_labels(atoms)
    heights = atoms.positions[:, 2] if kind == "slab" else np.zeros(len(atoms))
    groups: dict[int, list[int]] = {}
    for index in sorted(chosen, key=lambda i: (-heights[i], i)):
        groups.setdefault(int(labels[index]), []).append(index)
    return list(groups.values())


def _symmetry_labels(atoms: "Atoms") -> NDArray[np.int64]:
    import spglib

    found = spglib.get_symmetry_dataset(
        (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers), symprec=_SYMMETRY_ANG
    )
    return np.arange(len(atoms)) if found is None else np.asarray(found.equivalent_atoms)


def _calculation_key(dos: ProjectedDos, settings: DBandSettings, name: str) -> str:
    atoms = _structure(dos)
    content = json.dumps(
        {
            "settings": asdict(settings),
            "symbols": dos.symbols,
            "positions": np.round(atoms.positions, 4).tolist(),
            "cell": np.round(atoms.cell.array, 4).tolist(),
        },
        sort_keys=True,
    )
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    return f"{settings.code.lower()}-{settings.preset or 'own'}-{name}-{digest}"
