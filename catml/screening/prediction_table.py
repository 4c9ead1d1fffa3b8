"""Checks of the table of predicted energies that a ranking starts from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from catml.errors import AlignmentError, DatasetError
from catml.screening.species import parse_gases
from catml.screening.volcano import Descriptor

REQUIRED_COLUMNS = ("surface", "site", "energy_ev", "std_ev")


def check_predictions(predictions: pd.DataFrame, descriptor: Descriptor) -> pd.DataFrame:
    """Check a table of predictions and return it with numbers as numbers.

    Parameters
    ----------
    predictions
        One row per site: `surface`, `site`, `energy_ev`, `std_ev`; optional `in_domain`,
        `adsorbate`, `reference`, `functional`.
    descriptor
        What the energies must be.

    Raises
    ------
    DatasetError
        When columns, rows or numbers are missing, or a site occurs twice.
    AlignmentError
        When adsorbate, reference or functional differ from the descriptor.
    """
    table = check_energies(predictions)
    _check_descriptor(table, descriptor)
    return table


def check_energies(predictions: pd.DataFrame) -> pd.DataFrame:
    """Check a table of predictions of any adsorbate and return it with numbers as numbers.

    Parameters
    ----------
    predictions
        One row per site: `surface`, `site`, `energy_ev`, `std_ev`; optional `in_domain` and
        `probability_minimum` (NaN where unknown).

    Raises
    ------
    DatasetError
        When columns, rows or numbers are missing, or a site occurs twice.
    """
    missing = [name for name in REQUIRED_COLUMNS if name not in predictions.columns]
    if missing:
        raise DatasetError(
            f"the predictions lack the column(s) {', '.join(missing)}; a ranking needs "
            f"{', '.join(REQUIRED_COLUMNS)}"
        )
    if predictions.empty:
        raise DatasetError("the predictions have no rows; give at least one site")
    if not predictions.index.is_unique:
        raise DatasetError("the index of the predictions repeats itself; reset it")
    table = predictions.copy()
    for name in ("energy_ev", "std_ev"):
        table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
        _refuse_rows(
            predictions,
            ~np.isfinite(table[name].to_numpy()),
            f"{name} is missing or no finite number; predict it or leave the site out",
        )
    _refuse_rows(predictions, table["std_ev"].to_numpy() < 0, "std_ev is negative")
    _refuse_rows(
        predictions,
        table.duplicated(["surface", "site"]).to_numpy(),
        "the site occurs a second time; keep one row per surface and site",
    )
    if "probability_minimum" in table:
        chance = pd.to_numeric(table["probability_minimum"], errors="coerce").astype(float)
        table["probability_minimum"] = chance
        _refuse_rows(
            predictions,
            (predictions["probability_minimum"].notna() & ~chance.between(0, 1)).to_numpy(),
            "probability_minimum is no number from 0 to 1; leave it empty where it is not known",
        )
    if "in_domain" in table:
        table["in_domain"] = table["in_domain"].astype(bool)
    return table


def _refuse_rows(table: pd.DataFrame, wrong: np.ndarray, problem: str) -> None:
    if wrong.any():
        first = table[wrong].iloc[0]
        raise DatasetError(
            f"the predictions of {first['surface']} at {first['site']} "
            f"({int(wrong.sum())} such row(s)): {problem}"
        )


def _check_descriptor(table: pd.DataFrame, descriptor: Descriptor) -> None:
    for column in ("adsorbate", "reference", "functional"):
        if column not in table:
            continue
        wanted = getattr(descriptor, column)
        for found in table[column].astype(str).unique():
            same = found == wanted
            if column == "reference":
                same = parse_gases(found) == parse_gases(wanted)
            if not same:
                raise AlignmentError(
                    f"the predictions are of {column} {found!r}, the volcano is drawn over "
                    f"{wanted!r}; predict that, or align the energies first"
                )
