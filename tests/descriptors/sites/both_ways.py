"""Descriptors by the way of names and by the way of slabs, which must agree."""

from collections.abc import Callable

import pandas as pd

from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.surface import Surface

SURFACES = (
    "Pt(111)",
    "Pt(211)",
    "Fe(110)",
    "Ru(0001)",
    "Pt3Ni(111)",
    "Cu3Zr@Cu(100)",
    "Ni@Cu(100)",
    "Cu-Ni@Cu(100)",
    "CuPt(101)",
)


def assert_both_ways_agree(
    features: Callable[..., pd.DataFrame], name: str, *, atol: float
) -> None:
    """Compare the features of a surface's name with those of its slab."""
    layers = 13 if "211" in name else 7
    slab = Surface(name).slab(layers=layers, size=(2, 2))
    fast = features(site_table([name]))
    slow = features(site_table_of_slab(slab), slab=slab)
    pd.testing.assert_frame_equal(fast, slow, rtol=0, atol=atol)
