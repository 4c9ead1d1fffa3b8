"""Where the shipped datasets and workflows lie, in a checkout and in an installed wheel."""

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
