"""Showing the card of a d-band table to people."""

from __future__ import annotations

from pathlib import Path

from catml.data.card_text import card_text
from catml.data.d_band_cards import ConvergenceTest, DBandCard, read_d_band_card


def describe_d_band_table(key: str, folder: str | Path | None = None) -> str:
    """Return the card of a d-band table as text.

    Raises
    ------
    DatasetError
        If there is no such table, or its card is not complete.
    """
    card = read_d_band_card(key, folder)
    parts = [
        f"{card.key}: {card.title}",
        f"{card.rows} rows of {card.systems} systems in {card.table}",
        f"Functional: {card.functional}. Code: {card.code}.",
        f"Elements: {', '.join(card.elements)}.",
        f"Energy windows: {_windows(card)}.",
        f"Calculated again by: {card.recompute}",
        f"Licence: {card.licence.name}. {card.licence.statement}",
        f"To cite: {card.citation}",
    ]
    return card_text(
        parts,
        (
            ("Settings", card.settings),
            ("Convergence of the top layer", tuple(map(_convergence, card.convergence))),
            ("Know before use", card.caveats),
        ),
    )


def _windows(card: DBandCard) -> str:
    texts = [f"{low:g} to {high:g} eV" for low, high in card.windows_ev]
    return f"{texts[0]} (the default)" + "".join(f", {text}" for text in texts[1:])


def _convergence(test: ConvergenceTest) -> str:
    text = (
        f"{test.system}, {test.change}: centre {test.center_ev:+.3f} eV, "
        f"rms width {test.rms_width_ev:+.3f} eV"
    )
    if test.work_function_ev is not None:
        text += f", work function {test.work_function_ev:+.3f} eV"
    return text
