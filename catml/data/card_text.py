"""Cards of tables as text for people: paragraphs, then lists under headings."""

import textwrap
from collections.abc import Iterable, Sequence

_WIDTH = 88


def card_text(paragraphs: Sequence[str], lists: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Return paragraphs and headed lists, filled to the width of a terminal.

    Examples
    --------
    >>> print(card_text(["ma2015: adsorption of CO"], [("Know before use", ["One facet only."])]))
    ma2015: adsorption of CO
    <BLANKLINE>
    Know before use
      - One facet only.
    """
    text = "\n".join(textwrap.fill(part, _WIDTH, subsequent_indent="  ") for part in paragraphs)
    for title, lines in lists:
        text += f"\n\n{title}"
        for line in lines:
            text += "\n" + textwrap.fill(
                line, _WIDTH, initial_indent="  - ", subsequent_indent="    "
            )
    return text
