"""Rows of d-band tables for the tests, as text cells and typed."""

import pandas as pd

from catml.data.d_band_schema import D_BAND_COLUMNS
from catml.data.table_files import typed_table

CELLS = {
    "row": "a-1",
    "system": "Cu(111)",
    "system_kind": "slab",
    "surface": "Cu(111)",
    "atom": "4",
    "element": "Cu",
    "layer": "1",
    "multiplicity": "2",
    "spin": "both",
    "window_low_ev": "-10",
    "window_high_ev": "5",
    "d_band_center_ev": "-2.45",
    "rms_width_ev": "1.04",
    "skewness": "1.3",
    "kurtosis": "12.8",
    "filling": "0.98",
    "upper_edge_ev": "-1.48",
    "d_states": "9.68",
    "d_states_found": "9.72",
    "functional": "PBE",
    "code": "GPAW",
    "basis": "plane waves",
    "k_points": "12x12x1",
    "spin_polarized": "no",
    "relaxed": "no",
    "layers": "5",
    "calculation": "a",
    "source": "own",
}


def cells(**changes: str) -> pd.DataFrame:
    """One row as text."""
    return pd.DataFrame([CELLS | changes])


def rows(**changes: str) -> pd.DataFrame:
    """One row, typed."""
    return typed_table(cells(**changes), D_BAND_COLUMNS)
