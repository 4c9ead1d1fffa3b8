"""The engines that calculate densities of states, by name; GPAW is one of them.

An engine is a function of three arguments that returns a `ProjectedDos`::

    def calculate(atoms: ase.Atoms, settings: DosSettings, run: EngineRun) -> ProjectedDos

- `atoms` is a slab flat in the xy plane, periodic there and not along z, with vacuum on both
  sides.
- `settings` says how finely to calculate; `slab_boxes.kpoint_mesh` gives the k-points they mean.
- `run.folder` is for files to go on from: it stays when the calculation is stopped, killed or
  gives up, is there again when the same one is asked for next, and is removed when it has returned.
- `run.step` tells the user how far it is; to call it is up to the engine.

What it returns has the atoms in the order of `atoms`; energies reach a little above
`catml.elements.d_band_windows.DEFAULT_WINDOW_EV`.
What keeps it from doing so it raises as `DescriptorError`, with what to do about it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from catml.descriptors.calculating.progress import EngineRun
from catml.descriptors.calculating.settings import PRESETS, DosSettings
from catml.descriptors.dos import ProjectedDos
from catml.errors import DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

CalculateDos: TypeAlias = Callable[["Atoms", DosSettings, EngineRun], ProjectedDos]
EstimateSeconds: TypeAlias = Callable[["Atoms", DosSettings], float]


@dataclass(frozen=True)
class Engine:
    """A way to calculate densities of states.

    Attributes
    ----------
    name : str
        How it is asked for.
    calculate : callable
        The function described above.
    version : callable
        Returns what the results depend on beside structure and settings, as ``"25.7.0"``; raises
        `DescriptorError` where the engine is not installed. Results of another version are
        calculated again.
    presets : mapping of str to DosSettings
        The presets it knows.
    code, basis : str
        Of the program and its basis set, for tables: ``"GPAW"``, ``"plane waves"``.
    broadening_ev : float or None
        Width of the Gaussians that its densities of states are made of.
    estimate_s : callable or None
        Returns about how many seconds a calculation takes on one core.
    """

    name: str
    calculate: CalculateDos
    version: Callable[[], str]
    presets: Mapping[str, DosSettings]
    code: str
    basis: str
    broadening_ev: float | None = None
    estimate_s: EstimateSeconds | None = None


_ENGINES: dict[str, Engine] = {}


def register_engine(
    name: str,
    calculate: CalculateDos,
    *,
    version: str | Callable[[], str] = "",
    presets: Mapping[str, DosSettings] | None = None,
    code: str | None = None,
    basis: str = "not stated",
    broadening_ev: float | None = None,
    estimate_s: EstimateSeconds | None = None,
) -> Engine:
    """Make an engine known by name; one of the same name is replaced.

    Parameters
    ----------
    name
        How it will be asked for.
    calculate
        The function described at the top of `catml.descriptors.dos_engines`.
    version
        As for `Engine`; change it when the engine changes, or cached results of the old one are
        taken for its own.
    presets
        By default those of GPAW, `catml.descriptors.calculating.settings.PRESETS`.
    code, basis, broadening_ev, estimate_s
        As for `Engine`; `code` is `name` by default.

    Raises
    ------
    DescriptorError
        If the name is empty.
    """
    if not name:
        raise DescriptorError("an engine needs a name, under which it will be asked for")
    engine = Engine(
        name=name,
        calculate=calculate,
        version=version if callable(version) else lambda: str(version),
        presets=PRESETS if presets is None else presets,
        code=code or name,
        basis=basis,
        broadening_ev=broadening_ev,
        estimate_s=estimate_s,
    )
    _ENGINES[name] = engine
    return engine


def engine_names() -> tuple[str, ...]:
    """Return the names of all engines.

    Examples
    --------
    >>> "gpaw" in engine_names()
    True
    """
    _register_gpaw()
    return tuple(_ENGINES)


def engine_named(name: str) -> Engine:
    """Return an engine by its name.

    Raises
    ------
    DescriptorError
        If there is none of this name.
    """
    if name not in engine_names():
        raise DescriptorError(
            f"there is no engine {name!r}; there are {', '.join(engine_names())}, and "
            "catml.descriptors.dos_engines.register_engine takes others"
        )
    return _ENGINES[name]


def _register_gpaw() -> None:
    if "gpaw" not in _ENGINES:
        from catml.descriptors.calculating import gpaw_engine
        from catml.descriptors.reading.gpaw_dos import BROADENING_EV

        register_engine(
            "gpaw",
            gpaw_engine.calculate_with_gpaw,
            version=gpaw_engine.gpaw_version,
            code="GPAW",
            basis="plane waves",
            broadening_ev=BROADENING_EV,
            estimate_s=gpaw_engine.estimated_seconds,
        )
