"""Calculated densities of states, kept in catml's cache folder under a hash of what they rest on.

Of one calculation there are, in the folder ``d_bands``: ``KEY.npz``, the result, written all at
once; ``KEY.work``, the folder in which an unfinished calculation keeps what it goes on from; and
``KEY.lock``, whose lock (it dies with its process) keeps two processes from the same calculation.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catml.atomic_files import write_atomically
from catml.descriptors.calculating.settings import DosSettings
from catml.descriptors.dos import ProjectedDos
from catml.errors import DescriptorError
from catml.file_locks import file_locked
from catml.resources import cache_folder

if TYPE_CHECKING:
    from ase import Atoms

# Changes with what an entry holds, or with how catml prepares the same slab for an engine.
_FORMAT = 1
# Coordinates that agree within a rounding step are the same structure.
_POSITION_DIGITS = 4
_MOMENT_DIGITS = 3
# Of all settings these shape the structure, which is hashed itself, or say nothing of the result.
_NOT_IN_KEY = ("preset", "layers", "vacuum_ang", "max_iterations")


@dataclass(frozen=True, eq=False)
class KeptDos:
    """A density of states from the cache.

    Attributes
    ----------
    dos : ProjectedDos
        Without a structure.
    seconds : float
        How long its calculation took.
    """

    dos: ProjectedDos
    seconds: float


def calculation_key(box: "Atoms", settings: DosSettings, *, engine: str, version: str) -> str:
    """Return 32 hexadecimal digits that change with whatever the result rests on.

    Parameters
    ----------
    box
        The structure as the engine sees it; coordinates are rounded to 1e-4 Å.
    settings
        Of the calculation.
    engine, version
        Of the engine.
    """

    def rounded(values: object, digits: int) -> object:
        return (np.round(np.asarray(values, dtype=float), digits) + 0.0).tolist()

    chosen = {key: value for key, value in asdict(settings).items() if key not in _NOT_IN_KEY}
    content = {
        "format": _FORMAT,
        "engine": engine,
        "version": version,
        "settings": chosen,
        "numbers": box.numbers.tolist(),
        "positions": rounded(box.positions, _POSITION_DIGITS),
        "cell": rounded(box.cell.array, _POSITION_DIGITS),
        "moments": rounded(box.get_initial_magnetic_moments(), _MOMENT_DIGITS),
    }
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def kept_file(key: str) -> Path:
    """Return the file of a result, which need not exist."""
    return _folder() / f"{key}.npz"


def work_folder(key: str) -> Path:
    """Return the folder of an unfinished calculation, which need not exist."""
    return _folder() / f"{key}.work"


def keep(key: str, dos: ProjectedDos, *, seconds: float) -> None:
    """Keep a result.

    Raises
    ------
    DescriptorError
        If the file cannot be written.
    """
    told = {
        "key": key,
        "symbols": dos.symbols,
        "fermi_level_ev": dos.fermi_level_ev,
        "work_function_ev": dos.work_function_ev,
        "lower_work_function_ev": dos.lower_work_function_ev,
        "seconds": seconds,
    }
    content = io.BytesIO()
    np.savez_compressed(
        content, energy_ev=dos.energy_ev, d_states=dos.d_states, told=np.array(json.dumps(told))
    )
    write_atomically(kept_file(key), content.getvalue(), error=DescriptorError)


def kept(key: str) -> KeptDos | None:
    """Return a result, or None where there is none.

    Raises
    ------
    DescriptorError
        If the file is damaged.
    """
    path = kept_file(key)
    try:
        with np.load(path, allow_pickle=False) as content:
            energy, states = content["energy_ev"], content["d_states"]
            told = json.loads(str(content["told"]))
        if told["key"] != key:
            raise ValueError("it is of another calculation")
        dos = ProjectedDos(
            energy_ev=energy,
            d_states=states,
            symbols=tuple(map(str, told["symbols"])),
            fermi_level_ev=float(told["fermi_level_ev"]),
            work_function_ev=_number(told["work_function_ev"]),
            lower_work_function_ev=_number(told["lower_work_function_ev"]),
        )
        return KeptDos(dos, float(told["seconds"]))
    except FileNotFoundError:
        return None
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        TypeError,
        zipfile.BadZipFile,
        zlib.error,
        DescriptorError,
    ) as reason:
        raise DescriptorError(
            f"the kept result {str(path)!r} cannot be read ({type(reason).__name__}); delete it"
        ) from None


@contextmanager
def only_process(key: str, *, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold a calculation's lock, after the process that has it.

    Parameters
    ----------
    key
        Of the calculation.
    on_wait
        Called before waiting for another process.

    Raises
    ------
    DescriptorError
        If the cache folder cannot be written.
    """
    path = _folder() / f"{key}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
    except OSError as reason:
        raise DescriptorError(
            f"the cache folder {str(path.parent)!r} cannot be written ({reason.strerror}); name "
            "another in the environment variable CATML_CACHE"
        ) from None
    with lock, file_locked(lock.fileno(), on_wait=on_wait):
        yield


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _folder() -> Path:
    return cache_folder() / "d_bands"
