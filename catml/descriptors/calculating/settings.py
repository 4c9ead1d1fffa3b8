"""Settings of the calculation of a density of states, and the presets that name them.

========================  ==========  ============
setting                   draft       standard
========================  ==========  ============
plane-wave cutoff         350 eV      400 eV
k-points per Å⁻¹          2.8         4.2
layers of the slab        4           5
k-points of Cu(111)       8 × 8 × 1   12 × 12 × 1
one core, Cu(111)         14 s        50 s
========================  ==========  ============

Both are PBE with PBE lattice constants, Fermi-Dirac smearing of 0.1 eV, twice as many bands as the
valence electrons fill (to some 15 eV above the Fermi level), 10 Å of vacuum on each side, atoms not
relaxed; spins are told apart where there is Mn, Fe, Co or Ni. Facets that need more layers for a
middle with bulk coordination get them, as fcc(211) does.

How well converged they are, by the centre of the top layer of Cu(111) from -10 to 8 eV: -2.482 eV
with draft, -2.450 eV with standard; with draft but a cutoff of 450 eV -2.494 eV, 12 × 12 k-points
-2.486 eV, 6 layers -2.466 eV. The energy window matters more (all bands of draft, to 22 eV: -2.344
eV): it is part of every result, by default `catml.elements.d_band_windows.DEFAULT_WINDOW_EV`, and
the table says by how much it moves the centre.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from catml.errors import DescriptorError

INITIAL_MOMENTS_MUB = {"Mn": 2.5, "Fe": 2.4, "Co": 1.7, "Ni": 0.7}
"""Elements whose spins are told apart, and the magnetic moments a calculation starts from."""
OTHER_MOMENT_MUB = 0.05
"""The moment that atoms of other elements beside them start from."""

_POSITIVE = (
    "layers",
    "cutoff_ev",
    "kpoint_density_ang",
    "vacuum_ang",
    "smearing_ev",
    "max_iterations",
)
_LEAST_BANDS_PERCENT = 110
_MOST_KPOINTS_ANG = 30.0  # ten times what metals need; a typing error may ask for millions


@dataclass(frozen=True)
class DosSettings:
    """How a density of states is calculated.

    Attributes
    ----------
    preset : str
        The name of the preset; `with_changes` adds a ``+`` to it.
    layers : int
        Atomic planes of a slab that is built by name, at least.
    cutoff_ev : float
        Of the plane waves.
    kpoint_density_ang : float
        k-points per Å⁻¹ along the surface; the mesh is even and holds the zone centre.
    functional : str
        Of the calculation and of the lattice constants.
    vacuum_ang : float
        On each side of the slab.
    smearing_ev : float
        Width of the Fermi-Dirac occupation.
    bands_percent : int
        Bands as a percentage of those that the valence electrons fill.
    max_iterations : int
        After so many without self-consistency the calculation is given up.

    Raises
    ------
    DescriptorError
        If a number is out of range.
    """

    preset: str
    layers: int
    cutoff_ev: float
    kpoint_density_ang: float
    functional: str = "PBE"
    vacuum_ang: float = 10.0
    smearing_ev: float = 0.1
    bands_percent: int = 200
    max_iterations: int = 150

    def __post_init__(self) -> None:
        for name in _POSITIVE:
            if not 0 < getattr(self, name) < float("inf"):
                raise DescriptorError(
                    f"the setting {name} is {getattr(self, name):g}; it must be more than 0"
                )
        if self.kpoint_density_ang > _MOST_KPOINTS_ANG:
            raise DescriptorError(
                f"the setting kpoint_density_ang is {self.kpoint_density_ang:g}; it must be at "
                f"most {_MOST_KPOINTS_ANG:g}"
            )
        if self.bands_percent < _LEAST_BANDS_PERCENT:
            raise DescriptorError(
                f"the setting bands_percent is {self.bands_percent}; a metal needs at least "
                f"{_LEAST_BANDS_PERCENT}"
            )


PRESETS: Mapping[str, DosSettings] = {
    settings.preset: settings
    for settings in (
        DosSettings("draft", layers=4, cutoff_ev=350.0, kpoint_density_ang=2.8),
        DosSettings("standard", layers=5, cutoff_ev=400.0, kpoint_density_ang=4.2),
    )
}
"""The settings of each preset."""


def preset_settings(
    name: str, presets: Mapping[str, DosSettings] = PRESETS, **changes: object
) -> DosSettings:
    """Return the settings of a preset, some of them changed.

    Parameters
    ----------
    name
        The preset.
    presets
        Those to choose from.
    changes
        Settings by name, as numbers or as text.

    Raises
    ------
    DescriptorError
        If there is no such preset or setting, or a value is not allowed.

    Examples
    --------
    >>> preset_settings("draft").cutoff_ev
    350.0
    >>> preset_settings("draft", cutoff_ev="450").preset
    'draft+'
    """
    if name not in presets:
        raise DescriptorError(f"there is no preset {name!r}; choose {' or '.join(presets)}")
    settings = presets[name]
    if not changes:
        return settings
    kinds = {field.name: type(getattr(settings, field.name)) for field in fields(settings)}
    del kinds["preset"]
    values = {}
    for key, value in changes.items():
        if key not in kinds:
            raise DescriptorError(f"there is no setting {key!r}; there are {', '.join(kinds)}")
        try:
            values[key] = kinds[key](value)
        except (TypeError, ValueError):
            raise DescriptorError(
                f"the setting {key} is {value!r}; it must be "
                f"{'a whole number' if kinds[key] is int else 'a number'}"
            ) from None
    changed = replace(settings, **values)
    return settings if changed == settings else replace(changed, preset=f"{name}+")
