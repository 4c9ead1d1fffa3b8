"""The output folder of a run: it appears under its name only when everything in it is complete.

A run writes into ``NAME.partial`` beside the final folder and is renamed at the end, so whatever
kills it, nothing half-written stands where a finished run is looked for. A lock held by the
operating system (it dies with the process) keeps two runs out of one folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catml.errors import WorkflowError
from catml.file_locks import lock_file

LOCK_NAME = ".lock"


@contextmanager
def run_folder(out: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a fresh working folder that becomes `out` when the block ends without an error.

    Parameters
    ----------
    out
        The folder the finished run will have.
    overwrite
        Replace a finished run of that name; without it an existing folder is refused.

    Raises
    ------
    WorkflowError
        When `out` exists, cannot be written, or another run is writing it.
    """
    final = Path(out).resolve()
    partial = final.with_name(final.name + ".partial")
    _refuse_existing(final, overwrite=overwrite)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        lock = (partial / LOCK_NAME).open("w")
    except OSError as reason:
        raise WorkflowError(
            f"the output folder {str(final)!r} cannot be written ({reason.strerror}); "
            "choose another with --out"
        ) from None
    with lock:
        if not (lock_file(lock.fileno()) and _is_still(partial / LOCK_NAME, lock.fileno())):
            raise WorkflowError(
                f"another run is writing {str(final)!r}; wait for it or choose another folder "
                "with --out"
            )
        _empty(partial)  # what an earlier, interrupted run left
        yield partial
        (partial / LOCK_NAME).unlink()
        _replace(partial, final, overwrite=overwrite)


def _is_still(path: Path, handle: int) -> bool:
    """Whether the open file is not that of a run which ended between opening and locking."""
    try:
        return path.samefile(f"/proc/self/fd/{handle}")
    except OSError:
        return False


def _refuse_existing(final: Path, *, overwrite: bool) -> None:
    if final.exists() and not final.is_dir():
        raise WorkflowError(f"the output {str(final)!r} is a file; give a folder with --out")
    if not final.is_dir() or not any(final.iterdir()):
        return
    if not (final / "run.json").is_file():
        raise WorkflowError(
            f"the output folder {str(final)!r} holds files that are not a catml run; choose "
            "another with --out"
        )
    if not overwrite:
        raise WorkflowError(
            f"the output folder {str(final)!r} holds a finished run; choose another with --out, "
            "or replace it with --overwrite"
        )


def _empty(partial: Path) -> None:
    for entry in partial.iterdir():
        if entry.name == LOCK_NAME:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _replace(partial: Path, final: Path, *, overwrite: bool) -> None:
    """Rename `partial` to `final`; an old run stands aside until the new one is in place."""
    _refuse_existing(final, overwrite=overwrite)
    if not final.exists():
        os.replace(partial, final)
        return
    old = final.with_name(final.name + ".old.partial")
    if old.exists():
        shutil.rmtree(old)
    os.replace(final, old)
    os.replace(partial, final)
    shutil.rmtree(old)
