"""Locks that keep two processes from writing the same thing at once."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def lock_file(handle: int) -> bool:
    """Lock an open file or folder for this process, unless another holds it.

    The lock ends when the handle is closed, or with the process.

    Returns
    -------
    bool
        Whether it is locked now.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def file_locked(handle: int, *, on_wait: Callable[[], object] | None = None) -> Iterator[None]:
    """Hold the lock of an open file or folder, which another process may give up only later.

    Parameters
    ----------
    handle
        Of the file; closed by who opened it.
    on_wait
        Called before waiting for another process.
    """
    if not lock_file(handle):
        if on_wait is not None:
            on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)
