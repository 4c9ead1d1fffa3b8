"""The one schema of every adsorption table: columns, their units, and what they may hold.

Shipped tables, imported tables and a user's own results share it, so that a model needs to know
one kind of table only. `catml.data.checks` applies it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Format = Literal[
    "text", "number", "zone", "surface", "element", "elements", "adsorbate", "reference", "status"
]


class Status(StrEnum):
    """Whether a row may be learned from, and if not, why. No row is deleted instead."""

    OK = "ok"
    DUPLICATE = "duplicate"
    NO_SITE = "no-site"
    DISSOCIATED = "dissociated"
    MIGRATED = "migrated"
    SUSPECT = "suspect"
    OUT_OF_RANGE = "out-of-range"
    FAILED = "failed"

    @property
    def meaning(self) -> str:
        """One line saying what the status means."""
        return _STATUS_MEANING[self]


_STATUS_MEANING = {
    Status.OK: "the row's energy belongs to the stated site and may be learned from",
    Status.DUPLICATE: "the same calculation as another row, which is kept as ok",
    Status.NO_SITE: "a usable energy whose adsorption site is not known, or not uniquely",
    Status.DISSOCIATED: "the adsorbate is in separate pieces on the surface",
    Status.MIGRATED: "the adsorbate relaxed away from the site its label names",
    Status.SUSPECT: "label and energy contradict each other, or a copy of the row disagrees",
    Status.OUT_OF_RANGE: "an energy no intact adsorbate on an intact surface can have",
    Status.FAILED: "the calculation is known not to have ended in the stated structure",
}

SITE_KINDS = ("ontop", "bridge", "hollow")
FAMILIES = (
    "pure",
    "ordered-alloy",
    "compound",
    "overlayer",
    "near-surface",
    "skin",
    "single-atom",
    "segregated",
    "solid-solution",
)
ZONES = ("site_atoms", "same_layer", "sublayer")


@dataclass(frozen=True)
class Column:
    """One column: what it means, its unit, and what it may hold.

    Attributes
    ----------
    name
        Column name, with the unit where it could be confused.
    format
        How a cell is read and checked.
    meaning
        One line for people.
    unit
        Unit of a number; empty for text.
    required
        Whether every row must have a value.
    allowed
        The closed set of values; empty when the set is open.
    minimum, maximum
        Inclusive bounds of a number.
    decimals
        Decimal places written to a file.
    """

    name: str
    format: Format
    meaning: str
    unit: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 6

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers (missing: NaN) rather than text (missing: empty)."""
        return self.format == "number"

    def allowed_text(self) -> str:
        """Say in a few words what a cell may hold."""
        if self.allowed:
            return ", ".join(self.allowed)
        if self.is_number:
            return f"a number from {self.minimum:g} to {self.maximum:g} {self.unit}".rstrip()
        return _FORMAT_TEXT[self.format]


_FORMAT_TEXT = {
    "text": "text",
    "zone": "elements with counts, sorted by symbol, like 'Cu:2 Pd:1'",
    "surface": "a surface name like Pt3Ni(111), Ni@Cu(100) or Pt1/Cu(111)",
    "element": "a chemical symbol",
    "elements": "chemical symbols sorted and joined by '-', like 'Cu-Zn'",
    "adsorbate": "a formula like CO or CH3; 2N for two separate atoms",
    "reference": "gas species holding the adsorbate's atoms, like CO(g) or CH4(g) - 2 H2(g)",
}


def number_column(
    name: str,
    meaning: str,
    unit: str,
    low: float,
    high: float,
    *,
    required: bool = False,
    decimals: int = 6,
) -> Column:
    """Declare a column of numbers from `low` to `high`."""
    return Column(
        name,
        "number",
        meaning,
        unit,
        required=required,
        minimum=low,
        maximum=high,
        decimals=decimals,
    )


COLUMNS: tuple[Column, ...] = (
    Column("row", "text", "stable key of the row, unique in the table", required=True),
    Column("adsorbate", "adsorbate", "what is adsorbed", required=True),
    Column(
        "energy_ev",
        "number",
        "adsorption energy; negative is exothermic",
        "eV",
        required=True,
        minimum=-20.0,
        maximum=20.0,
    ),
    Column("reference", "reference", "gas species of zero energy", required=True),
    Column("functional", "text", "exchange-correlation functional", required=True),
    number_column("coverage_ml", "adsorbates per surface atom; empty when unknown", "ML", 0.0, 4.0),
    Column(
        "status",
        "status",
        "whether the row may be learned from",
        required=True,
        allowed=tuple(status.value for status in Status),
    ),
    Column("status_note", "text", "why the status is not ok, or what else to know"),
    Column("surface", "surface", "surface name; empty when unknown or outside the grammar"),
    Column("site", "text", "id of the site among the surface's distinct sites"),
    Column("site_kind", "text", "kind of site", allowed=SITE_KINDS),
    Column("site_subtype", "text", "fcc, hcp, 4fold, long, short ..."),
    Column("site_atoms", "zone", "binding atoms"),
    Column("same_layer", "zone", "their neighbours that do not lie below"),
    Column("sublayer", "zone", "their neighbours below"),
    Column("family", "text", "family of the surface", allowed=FAMILIES),
    Column("elements", "elements", "all elements of the surface or motif", required=True),
    Column("host", "element", "the surface's or majority metal"),
    number_column("lattice_a_ang", "bulk lattice constant a", "Å", 1.5, 20.0),
    number_column("lattice_c_ang", "bulk lattice constant c; empty for cubic", "Å", 1.5, 20.0),
    Column("source", "text", "key of the dataset", required=True),
    Column("source_label", "text", "what the source calls the row: surface, site, file"),
    number_column("dft_d_band_center_ev", "DFT d-band centre, from E_F", "eV", -20.0, 10.0),
    number_column("dft_d_band_rms_width_ev", "DFT d-band rms width", "eV", 0.0, 10.0),
    number_column("dft_d_band_filling", "DFT d-band filling", "", 0.0, 1.0),
    number_column("dft_d_band_skewness", "DFT d-band skewness", "", -50.0, 50.0),
    number_column("dft_d_band_kurtosis", "DFT d-band kurtosis", "", 0.0, 500.0),
    number_column(
        "dft_local_electronegativity", "neighbours' mean electronegativity", "Pauling", 0, 5
    ),
)

COLUMN_NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
REQUIRED: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.required)
_BY_NAME = {column.name: column for column in COLUMNS}


def column(name: str) -> Column | None:
    """Return the declaration of a column, or None for a name outside the schema."""
    return _BY_NAME.get(name)


@dataclass(frozen=True)
class Problem:
    """One cell, or one missing column, that breaks the schema.

    Attributes
    ----------
    row
        Row number in the source as its reader counts: the header of a CSV is row 1; 0 for the
        header itself.
    column
        Column name, in the source's own words where it has some.
    value
        The offending value as text.
    allowed
        What would be allowed.
    """

    row: int
    column: str
    value: str
    allowed: str

    def __str__(self) -> str:
        where = f"row {self.row}, " if self.row else ""
        return f"{where}column {self.column!r}: {self.value!r}; allowed: {self.allowed}"
