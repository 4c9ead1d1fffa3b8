"""Results kept by the content they were made from, in bounded memory.

The key is a digest of every number that goes into a result, never the identity of an object: a
structure that was changed, or another one with the same atoms, is told by what it holds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms


Result = TypeVar("Result")


class CacheInfo(NamedTuple):
    """What a cache has done: results found, results made, results kept and their size."""

    hits: int
    misses: int
    entries: int
    bytes: int


class ContentCache(Generic[Result]):
    """The results used last, as many as fit into a number of bytes.

    Parameters
    ----------
    limit_bytes : int
        Size of all results kept together; a larger one is not kept.
    size_of : callable
        Says how many bytes a result takes.

    Examples
    --------
    >>> cache = ContentCache(100, len)
    >>> cache.get(b"key", lambda: "made once"), cache.get(b"key", lambda: "never made")
    ('made once', 'made once')
    >>> cache.info()
    CacheInfo(hits=1, misses=1, entries=1, bytes=9)
    """

    def __init__(self, limit_bytes: int, size_of: Callable[[Result], int]) -> None:
        self._limit_bytes = limit_bytes
        self._size_of = size_of
        self._kept: OrderedDict[bytes, tuple[Result, int]] = OrderedDict()
        self._lock = Lock()
        self.clear()

    def get(self, key: bytes | None, make: Callable[[], Result]) -> Result:
        """Return the result of a key, made if it is not kept; without a key it is always made."""
        if key is None:
            return make()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                self._hits += 1
                return self._kept[key][0]
            self._misses += 1
        result = make()
        size = self._size_of(result)
        with self._lock:
            if size <= self._limit_bytes and key not in self._kept:
                self._kept[key] = (result, size)
                self._bytes += size
            while self._bytes > self._limit_bytes:
                self._bytes -= self._kept.popitem(last=False)[1][1]
        return result

    def info(self) -> CacheInfo:
        """Return what the cache has done since it was cleared."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, len(self._kept), self._bytes)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = self._hits = self._misses = 0


def atoms_key(*structures: Atoms | None) -> bytes | None:
    """Return a digest of everything that sites are found from.

    These are elements, positions, cell and periodicity, bit by bit, and ``info``. None where
    ``info`` holds objects whose content cannot be told.

    Examples
    --------
    >>> from ase.build import fcc111
    >>> slab = fcc111("Cu", (1, 1, 4), vacuum=8)
    >>> before = atoms_key(slab)
    >>> atoms_key(slab.copy()) == before
    True
    >>> slab.positions[0, 2] += 1e-9
    >>> atoms_key(slab) == before
    False
    """
    digest = blake2b(digest_size=20)
    for atoms in structures:
        if atoms is None:
            digest.update(b"none;")
            continue
        for array in (atoms.numbers, atoms.positions, atoms.cell.array, atoms.pbc):
            digest.update(f"{array.dtype}{array.shape};".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        try:
            digest.update(_text(atoms.info).encode())
        except TypeError:
            return None
    return digest.digest()


def _text(value: Any) -> str:
    """Any plain value as text that differs where the values do."""
    if value is None or isinstance(value, str | bytes | bool | int | float | complex | np.generic):
        return f"{type(value).__name__}:{value!r}"
    if isinstance(value, np.ndarray) and value.dtype != object:
        return f"array:{value.dtype}{value.shape}{value.tobytes().hex()}"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_text(key)}={_text(value[key])}" for key in value) + "}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}[" + ",".join(_text(one) for one in value) + "]"
    raise TypeError(type(value))
