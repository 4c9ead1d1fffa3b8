"""Where the shipped datasets, workflows and the cache lie, and what identifies catml's code."""

import hashlib
import os
from pathlib import Path
from typing import Literal


def shipped_folder(kind: Literal["datasets", "workflows"]) -> Path:
    """Return the folder of shipped `kind`.

    An installed wheel carries them inside the package; a checkout (also an editable install)
    has them at the top of the repository.
    """
    package = Path(__file__).parent
    installed = package / "shipped" / kind
    return installed if installed.is_dir() else package.parent / kind


def cache_folder() -> Path:
    """Return where results worth keeping lie: ``CATML_CACHE``, or the user's cache folder."""
    if chosen := os.environ.get("CATML_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "catml"


def code_checksum() -> str:
    """Return one SHA-256 over all of catml's own modules, in hexadecimal."""
    package = Path(__file__).parent
    code = hashlib.sha256()
    for module in sorted(package.rglob("*.py")):
        code.update(str(module.relative_to(package)).encode() + module.read_bytes())
    return code.hexdigest()
