"""How far the calculation of a density of states is, on standard error."""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO


@dataclass
class DosProgress:
    """Tells the user what goes on: one line that renews itself on a terminal, else one a step.

    Attributes
    ----------
    quiet : bool
        Say nothing.
    stream : file
        Where to write; standard error by default, so that output can be piped.
    """

    quiet: bool = False
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _open: bool = field(default=False, init=False)

    def note(self, text: str) -> None:
        """Write a line that stays."""
        if not self.quiet:
            self._write(("\n" if self._open else "") + text + "\n")
        self._open = False

    def renew(self, text: str) -> None:
        """Write a line that the next one replaces, where that is possible."""
        if self.quiet:
            return
        if self.stream.isatty():
            self._write(f"\r\033[K{text}")
            self._open = True
        else:
            self._write(text + "\n")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


@dataclass(frozen=True)
class EngineRun:
    """What an engine is given beside structure and settings.

    Attributes
    ----------
    folder : pathlib.Path
        For files to go on from after the calculation was stopped.
    name : str
        Whose density of states is calculated, for messages.
    progress : DosProgress
        Where `step` and notes go.
    started : float
        Reading of `time.perf_counter` at the start.
    """

    folder: Path
    name: str
    progress: DosProgress = field(default_factory=lambda: DosProgress(quiet=True))
    started: float = field(default_factory=time.perf_counter)

    def step(
        self,
        iteration: int,
        *,
        energy_change_ev: float | None = None,
        density_change: float | None = None,
    ) -> None:
        """Tell the user that an iteration is done.

        Parameters
        ----------
        iteration
            Counted from 1.
        energy_change_ev
            Change of the total energy since the one before.
        density_change
            Change of the density in electrons per valence electron.
        """
        parts = [f"{self.name}: iteration {iteration}"]
        if energy_change_ev is not None:
            parts.append(f"energy change {energy_change_ev:.1e} eV")
        if density_change is not None:
            parts.append(f"density change {density_change:.1e}")
        parts.append(f"{time.perf_counter() - self.started:.0f} s")
        self.progress.renew(", ".join(parts))
