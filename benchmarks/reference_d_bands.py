"""Make a shipped table of d bands from rows that `catml dband` stored.

    python benchmarks/reference_d_bands.py gpaw_surfaces --commands
        prints the commands that calculate its systems, one line each; they take hours
    python benchmarks/reference_d_bands.py gpaw_surfaces rows.csv
        writes datasets/d_bands/gpaw_surfaces.csv and brings its card's counts up to date

What the card says in words (settings, convergence, caveats) is kept as it stands.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from catml.data.cards import dataset_folder
from catml.data.d_band_cards import (
    check_d_band_table,
    d_band_folder,
    read_d_band_card,
    write_d_band_card,
)
from catml.data.d_band_schema import D_BAND_COLUMNS
from catml.data.d_bands import load_d_bands
from catml.data.table_files import write_table

PRESETS = {"gpaw_surfaces": "standard", "gpaw_alloys": "draft"}


def commands(key: str) -> list[str]:
    """Return the commands that calculate the slabs of a table."""
    table = load_d_bands(key)
    names = table.loc[table["surface"] != "", "surface"].unique()
    how = f"--engine gpaw --preset {PRESETS[key]} --store rows.csv"
    return [f'catml dband "{name}" {how}' for name in names]


def make(key: str, rows_file: str | Path, folder: str | Path | None = None) -> str:
    """Write the table and its card's counts; return in words what was made.

    The folder of datasets is the shipped one by default; it must hold the card.
    """
    rows = load_d_bands(rows_file, window_ev="all", spin="all").assign(source=key)
    card = read_d_band_card(key, folder)
    checksum = write_table(rows, d_band_folder(folder) / card.table, D_BAND_COLUMNS)
    counts = {
        "sha256": checksum,
        "rows": len(rows),
        "systems": int(rows["system"].nunique()),
        "elements": tuple(sorted(set(rows["element"]))),
    }
    write_d_band_card(card.model_copy(update=counts), dataset_folder(folder))
    problems = check_d_band_table(key, folder).problems
    made = f"{key}: {counts['rows']} rows of {counts['systems']} systems"
    return "\n".join([made, *problems])


def main() -> None:
    """Print the commands, or make the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("key", choices=sorted(PRESETS))
    parser.add_argument("rows", nargs="?", help="the file --store wrote")
    parser.add_argument("--commands", action="store_true", help="print what calculates the rows")
    options = parser.parse_args()
    if options.commands:
        print("\n".join(commands(options.key)))
    elif options.rows:
        print(make(options.key, options.rows))
    else:
        parser.error("give the file of rows, or --commands")


if __name__ == "__main__":
    main()
