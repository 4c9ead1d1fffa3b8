"""Small tables and known functions that the tests of the models share."""

import numpy as np
import pandas as pd

ELEMENTS = ("Ag", "Au", "Co", "Cu", "Ir", "Ni", "Pd", "Pt", "Rh", "Ru")


def smooth_problem(n: int, *, noise: float = 0.05, seed: int = 0):
    """Six features, of which two matter; known noise; 10 rows per group."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6))
    y = np.sin(1.5 * X[:, 0]) + 0.5 * X[:, 1] + noise * rng.normal(size=n)
    return X, y, np.arange(n) // 10


def dataset(n: int = 120, *, seed: int = 0, adsorbate: str = "CO") -> pd.DataFrame:
    """A dataset table of site environments whose energy follows from the elements."""
    rng = np.random.default_rng(seed)
    level = dict(zip(ELEMENTS, np.linspace(-2.0, 0.5, len(ELEMENTS)), strict=True))
    records = []
    for number in range(n):
        host, guest = rng.choice(ELEMENTS, 2, replace=False)
        kind, size = [("ontop", 1), ("bridge", 2), ("hollow", 3)][number % 3]
        energy = level[host] + 0.2 * level[guest] - 0.1 * size + 0.03 * rng.normal()
        records.append(
            {
                "row": f"made-{number:04d}",
                "adsorbate": adsorbate,
                "energy_ev": energy,
                "reference": f"{adsorbate}(g)",
                "functional": "RPBE",
                "status": "ok",
                "source": "made",
                "surface": "",
                "site_kind": kind,
                "site_subtype": "",
                "site_atoms": f"{host}:{size}",
                "same_layer": f"{host}:{6 + size}",
                "sublayer": f"{guest}:3",
                "family": "overlayer" if number % 2 else "skin",
                "elements": "-".join(sorted((host, guest))),
                "host": host,
            }
        )
    return pd.DataFrame.from_records(records)
