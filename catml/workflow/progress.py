"""Progress on the terminal: one line a step, with its time, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Announces the steps of a run as they begin and end.

    Parameters
    ----------
    steps
        How many steps there will be.
    stream
        Where to write; standard error by default, so that output can be piped.
    quiet
        Write nothing.
    """

    def __init__(self, steps: int, *, stream: TextIO | None = None, quiet: bool = False) -> None:
        self.steps = steps
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self._done = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show `title` while the block runs, and how long it took when it is done."""
        self._done += 1
        self._write(f"[{self._done}/{self.steps}] {title} … ")
        start = time.perf_counter()
        try:
            yield
        except BaseException:
            self._write("stopped\n")
            raise
        self._write(f"{time.perf_counter() - start:.1f} s\n")

    def _write(self, text: str) -> None:
        if not self.quiet:
            self.stream.write(text)
            self.stream.flush()
