"""Densities of states by calculation, each done once.

What was calculated is kept (`catml.descriptors.calculating.cache`) and not calculated again; what
was stopped goes on.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catml.descriptors.calculating import cache as dos_cache
from catml.descriptors.calculating.progress import DosProgress, EngineRun
from catml.descriptors.calculating.settings import DosSettings, preset_settings
from catml.descriptors.calculating.slab_boxes import SlabBox, kpoint_mesh, slab_box
from catml.descriptors.dos import ProjectedDos
from catml.descriptors.dos_engines import Engine, engine_named
from catml.errors import CatmlError, DescriptorError

if TYPE_CHECKING:
    from ase import Atoms

    from catml.structures.surface import Surface

LONGEST_S = 3600.0
"""Calculations estimated to take longer are refused unless asked for."""


@dataclass(frozen=True, eq=False)
class CalculatedDos:
    """A calculated density of states and where it comes from.

    Attributes
    ----------
    dos : ProjectedDos
        Its `atoms` are the slab as it was given or built.
    slab : SlabBox
        The slab, and what the calculation saw of it.
    engine : Engine
        What calculated it.
    version : str
        Of the engine.
    settings : DosSettings
        How.
    kpoints : tuple of int
        k-points along the three axes.
    key : str
        Hash of all that the result rests on.
    seconds : float
        How long the calculation took, or its last part where it was stopped in between.
    from_cache : bool
        Whether it was known already.
    """

    dos: ProjectedDos
    slab: SlabBox
    engine: Engine
    version: str
    settings: DosSettings
    kpoints: tuple[int, int, int]
    key: str
    seconds: float
    from_cache: bool


def calculate_dos(
    slabs: "Surface | str | Atoms | Sequence[Surface | str | Atoms]",
    *,
    engine: str = "gpaw",
    preset: str = "draft",
    settings: DosSettings | None = None,
    layers: int | None = None,
    allow_long: bool = False,
    quiet: bool = False,
    check: Callable[[SlabBox], None] | None = None,
) -> list[CalculatedDos]:
    """Calculate densities of states, or take them from the cache.

    1. Check every slab, so that nothing is calculated where one of them is wrong.
    2. Calculate one after the other; what is finished is kept, whatever becomes of the others.
       Where one fails the others are still calculated.

    Parameters
    ----------
    slabs
        Surfaces, their names, or slabs of any builder; one or several.
    engine
        Name of the engine (`catml.descriptors.dos_engines`).
    preset
        Name of its settings (`catml.descriptors.calculating.settings`).
    settings
        Settings of one's own instead of a preset.
    layers
        Atomic planes of slabs built by name, exactly; by default at least those of the settings.
    allow_long
        Calculate also what is estimated to take more than an hour.
    quiet
        Leave progress on standard error out.
    check
        Called with every slab before the first is calculated; what it raises goes to the caller.

    Returns
    -------
    list of CalculatedDos
        In the order of `slabs`.

    Raises
    ------
    CatmlError
        If engine, preset, or a slab cannot be used, or a calculation fails.
    """
    from ase import Atoms

    from catml.structures.surface import Surface

    one = (str, Surface, Atoms)
    given = list(slabs) if isinstance(slabs, Iterable) and not isinstance(slabs, one) else [slabs]
    wrong = [slab for slab in given if not isinstance(slab, one)]
    if wrong or not given:
        what = f"{wrong[0]!r:.40} is no slab" if wrong else "there is no slab to calculate"
        raise DescriptorError(
            f"{what}; give names of surfaces such as 'Cu(111)', Surface objects or ase.Atoms"
        )
    chosen = engine_named(engine)
    settings = settings or preset_settings(preset, chosen.presets)
    version = chosen.version()
    boxes = [slab_box(slab, settings, layers=layers) for slab in given]
    if check is not None:
        for box in boxes:
            check(box)
    progress = DosProgress(quiet=quiet)
    jobs = [_Job(box, chosen, version, settings, progress) for box in boxes]
    if not allow_long:
        for job in jobs:
            job.refuse_long()
    return _done(jobs)


def _done(jobs: "list[_Job]") -> list[CalculatedDos]:
    found, failures = [], []
    for job in jobs:
        try:
            found.append(job.result())
        except CatmlError as problem:
            if len(jobs) == 1:
                raise
            failures.append(str(problem))
            job.progress.note(f"{problem}")
    if failures:
        which = "this one" if len(failures) == 1 else f"{len(failures)}"
        more = "" if len(failures) == 1 else ", the first with"
        raise DescriptorError(
            f"{len(found)} of {len(jobs)} slabs are calculated and kept; {which} failed{more}: "
            f"{failures[0]}"
        )
    return found


@dataclass(frozen=True, eq=False)
class _Job:
    """One slab to calculate."""

    slab: SlabBox
    engine: Engine
    version: str
    settings: DosSettings
    progress: DosProgress

    @property
    def key(self) -> str:
        return dos_cache.calculation_key(
            self.slab.box, self.settings, engine=self.engine.name, version=self.version
        )

    def refuse_long(self) -> None:
        if self.engine.estimate_s is None or dos_cache.kept_file(self.key).exists():
            return
        seconds = self.engine.estimate_s(self.slab.box, self.settings)
        if seconds > LONGEST_S:
            raise DescriptorError(
                f"{self.slab.name} has {len(self.slab.box)} atoms: {self.engine.name} would take "
                f"about {seconds / 3600:.0f} hours on one core; choose a smaller slab or a coarser "
                "preset, or go on with --long (allow_long=True)"
            )

    def result(self) -> CalculatedDos:
        """Return the result from the cache, else from the engine."""
        known = self._kept()
        if known is None:
            with dos_cache.only_process(self.key, on_wait=self._say_waiting):
                known = self._kept()
                if known is None:
                    return self._as_result(*self._calculated(), from_cache=False)
        self.progress.note(
            f"{self.slab.name}: known from a calculation of {known.seconds:.0f} s "
            f"({self.engine.name}, {self.settings.preset})"
        )
        return self._as_result(known.dos, known.seconds, from_cache=True)

    def _kept(self) -> dos_cache.KeptDos | None:
        try:
            return dos_cache.kept(self.key)
        except DescriptorError:
            self.progress.note(
                f"{self.slab.name}: the kept result is damaged and is calculated again"
            )
            return None

    def _say_waiting(self) -> None:
        self.progress.note(f"{self.slab.name}: another process calculates it; waiting for that")

    def _calculated(self) -> tuple[ProjectedDos, float]:
        folder = dos_cache.work_folder(self.key)
        folder.mkdir(parents=True, exist_ok=True)
        run = EngineRun(folder, self.slab.name, self.progress)
        self.progress.note(
            f"{self.slab.name}: {' '.join(filter(None, (self.engine.code, self.version)))}, "
            f"{self.settings.preset}, "
            f"{len(self.slab.box)} atoms, k-points "
            f"{' × '.join(map(str, kpoint_mesh(self.slab.box, self.settings)))}"
        )
        dos = self.engine.calculate(self.slab.box.copy(), self.settings, run)
        seconds = time.perf_counter() - run.started
        self._check(dos)
        dos_cache.keep(self.key, dos, seconds=seconds)
        shutil.rmtree(folder, ignore_errors=True)
        self.progress.note(f"{self.slab.name}: done in {seconds:.0f} s")
        return dos, seconds

    def _check(self, dos: ProjectedDos) -> None:
        wanted = self.slab.slab.get_chemical_symbols()
        if list(dos.symbols) != wanted:
            raise DescriptorError(
                f"the engine {self.engine.name} returned the states of {len(dos.symbols)} atoms "
                f"({', '.join(dict.fromkeys(dos.symbols))}), not of those it was given"
            )

    def _as_result(self, dos: ProjectedDos, seconds: float, *, from_cache: bool) -> CalculatedDos:
        return CalculatedDos(
            dos=replace(
                dos, atoms=self.slab.slab, source=self.slab.name, work_function_source=None
            ),
            slab=self.slab,
            engine=self.engine,
            version=self.version,
            settings=self.settings,
            kpoints=kpoint_mesh(self.slab.box, self.settings),
            key=self.key,
            seconds=seconds,
            from_cache=from_cache,
        )
