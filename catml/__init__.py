"""catml: a catalyst adsorption-energy workbench.

From a surface's name to slabs, sites, descriptors, adsorption energies with honest uncertainty,
a reaction's volcano and a ranked list of candidates.

Examples
--------
>>> import catml
>>> catml.Surface("Cu3Zr@Cu(100)").host
'Cu'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catml.data.d_bands import load_d_bands
    from catml.data.tables import load_dataset
    from catml.descriptors.calculated_d_bands import calculate_d_bands
    from catml.models.adsorption import AdsorptionModel
    from catml.models.files.persistence import load_model
    from catml.models.lookup import lookup
    from catml.models.priors.adsorbate_transfer import AdsorbateTransfer
    from catml.screening.stable_site import most_stable_sites
    from catml.structures.adsorbates import place
    from catml.structures.coadsorption import coadsorb
    from catml.structures.coverage import cover
    from catml.structures.nanoparticles import nanoparticle
    from catml.structures.sites import find_sites
    from catml.structures.surface import Surface
    from catml.workflow.runner import run

__version__ = "0.1.0"

# Loaded on first use, so that `import catml` and `catml --help` stay quick.
_HOMES = {
    "AdsorbateTransfer": "catml.models.priors.adsorbate_transfer",
    "AdsorptionModel": "catml.models.adsorption",
    "Surface": "catml.structures.surface",
    "calculate_d_bands": "catml.descriptors.calculated_d_bands",
    "coadsorb": "catml.structures.coadsorption",
    "cover": "catml.structures.coverage",
    "find_sites": "catml.structures.sites",
    "load_d_bands": "catml.data.d_bands",
    "load_dataset": "catml.data.tables",
    "load_model": "catml.models.files.persistence",
    "lookup": "catml.models.lookup",
    "most_stable_sites": "catml.screening.stable_site",
    "nanoparticle": "catml.structures.nanoparticles",
    "place": "catml.structures.adsorbates",
    "run": "catml.workflow.runner",
}

__all__ = [
    "AdsorbateTransfer",
    "AdsorptionModel",
    "Surface",
    "__version__",
    "calculate_d_bands",
    "coadsorb",
    "cover",
    "find_sites",
    "load_d_bands",
    "load_dataset",
    "load_model",
    "lookup",
    "most_stable_sites",
    "nanoparticle",
    "place",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'catml' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
